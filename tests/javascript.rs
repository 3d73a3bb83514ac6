//! The exact JavaScript text: literal cases. The vectors that Node, Python and Java agreed on are among the
//! kinds of `tests/conformance.rs`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use countersign::class::Class;
use countersign::digest::Sha256;
use countersign::javascript::{self, Concatenation, JavascriptError, Kind, Limits, Profile};
use proptest::prelude::{any, prop_assert_eq, proptest};

/// What document `003` signs of `body`, less the key.
fn signed(body: impl AsRef<[u8]>) -> Result<String, JavascriptError> {
    content(body.as_ref(), Profile::Node, Limits::WEBHOOK)
}

fn content(body: &[u8], profile: Profile, limits: Limits) -> Result<String, JavascriptError> {
    let mut content = Vec::new();
    javascript::parse(body, profile, limits)?.write_sorted_values(&mut content)?;
    Ok(String::from_utf8(content).unwrap())
}

fn stringified(body: &[u8]) -> String {
    let mut json = Vec::new();
    javascript::parse(body, Profile::Node, Limits::WEBHOOK).unwrap().root().write_json(&mut json);
    String::from_utf8(json).unwrap()
}

fn assert_signed(cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        assert_eq!(signed(body).as_deref(), Ok(*expected), "{body}");
    }
}

#[test]
fn numbers_are_printed_as_ecmascript_has_them() {
    assert_signed(&[
        (r#"{"a":1e21}"#, "1e+21"),
        (r#"{"a":1e20}"#, "100000000000000000000"),
        (r#"{"a":1e-6,"b":1e-7}"#, "0.0000011e-7"),
        (r#"{"a":-0,"b":-0.0,"c":[-0]}"#, "00[0]"),
        (r#"{"a":1.0,"b":[1.50]}"#, "1[1.5]"),
        (
            r#"{"a":9007199254740991,"b":9007199254740992,"c":9007199254740993}"#,
            "900719925474099190071992547409929007199254740992",
        ),
        (r#"{"a":12345678901234567890}"#, "12345678901234567000"),
        (r#"{"a":1e400,"b":[1e400,-1e400],"c":-1e400}"#, "Infinity[null,null]-Infinity"),
        (r#"{"a":2e-324,"b":4e-324,"c":-5e-324}"#, "05e-324-5e-324"),
        (r#"{"a":123456789.0123456789,"b":0.1e1,"c":1.5E+2}"#, "123456789.012345671150"),
        (
            r#"{"a":-1867378283657799.25,"b":-1867378283657799.75}"#,
            "-1867378283657799.2-1867378283657799.8",
        ),
        (r#"{"a":5.9604644775390625e-8}"#, "5.960464477539063e-8"),
        (
            r#"{"a":1.7976931348623157e308,"b":2.2250738585072014e-308}"#,
            "1.7976931348623157e+3082.2250738585072014e-308",
        ),
        (r#"{"a":-0.0000012345678901234567}"#, "-0.0000012345678901234567"),
        (r#"{"a":1e999999999999999999999,"b":1e-999999999999999999999}"#, "Infinity0"),
    ]);
}

#[test]
fn other_scalars_are_printed_as_string_has_them() {
    assert_signed(&[
        (r#"{"a":null}"#, "null"),
        (r#"{"a":true,"b":false}"#, "truefalse"),
        (r#"{"a":{},"b":[],"c":""}"#, "{}[]"),
        (r#"{"a":"\/","b":["\/\u0041"]}"#, r#"/["/A"]"#),
        ("  {\"a\" : 1}\r\n", "1"),
    ]);
}

#[test]
fn the_outermost_keys_sort_by_code_units_and_the_last_value_counts() {
    assert_signed(&[
        (r#"{"\ue000":"e000","\ud800\udc00":"10000","\uffff":"ffff"}"#, "10000e000ffff"),
        ("{\"\u{e000}\":\"e000\",\"\u{10000}\":\"10000\",\"\u{ffff}\":\"ffff\"}", "10000e000ffff"),
        (r#"{"10":"ten","9":"nine","b":"B"}"#, "tennineB"),
        (r#"{"b":1,"a":2,"B":3,"":4}"#, "4321"),
        (r#"{"a":1,"b":2,"a":3}"#, "32"),
        (r#"{"a":1,"\u0061":2}"#, "2"),
        (r#"{"__proto__":{"z":1},"a":1}"#, r#"{"z":1}1"#),
        ("{\"é\":1,\"e\u{301}\":2,\"z\":3}", "231"),
        (
            r#"{"k":0,"j":1,"i":2,"h":3,"g":4,"f":5,"e":6,"d":7,"c":8,"b":9,"a":10,"z":11,"y":12,"x":13,"w":14,"v":15,"u":16,"t":17}"#,
            "10987654321017161514131211",
        ),
    ]);
}

#[test]
fn nested_members_keep_their_order_but_for_array_indices() {
    assert_signed(&[
        (
            r#"{"o":{"b":1,"10":3,"9":4,"01":5,"4294967294":7,"4294967295":8}}"#,
            r#"{"9":4,"10":3,"4294967294":7,"b":1,"01":5,"4294967295":8}"#,
        ),
        (r#"{"o":{"b":1,"0":2,"-0":3,"1e3":4,"٣":5}}"#, r#"{"0":2,"b":1,"-0":3,"1e3":4,"٣":5}"#),
        (r#"{"o":{"b":1,"\u0031":2}}"#, r#"{"1":2,"b":1}"#),
        (r#"{"o":{"a":1,"b":2,"a":3}}"#, r#"{"a":3,"b":2}"#),
        (r#"{"o":{"a":{"x":[1,2]},"b":2,"a":3,"c":{"y":{}}}}"#, r#"{"a":3,"b":2,"c":{"y":{}}}"#),
        (r#"{"o":{"b":1,"__proto__":2,"a":3,"__proto__":4}}"#, r#"{"b":1,"__proto__":4,"a":3}"#),
        (
            r#"{"o":[{"2":[{"b":0,"1":1}],"1":{"3":3,"2":2}}, 5]}"#,
            r#"[{"1":{"2":2,"3":3},"2":[{"1":1,"b":0}]},5]"#,
        ),
        (r#"{"o":{ "b" : [ 1 , { } ] , "a" : { "c" : null } }}"#, r#"{"b":[1,{}],"a":{"c":null}}"#),
    ]);
}

#[test]
fn surrogates_are_escaped_inside_and_joined_or_replaced_outside() {
    assert_signed(&[
        (r#"{"a":"\ud800"}"#, "\u{fffd}"),
        (r#"{"a":["\ud800"]}"#, r#"["\ud800"]"#),
        (r#"{"a":["\uDFFF\uD83D\uDE00\uD83D"]}"#, "[\"\\udfff😀\\ud83d\"]"),
        (r#"{"a":"\ud83d","b":"\ude00"}"#, "😀"),
        (r#"{"a":"\ud83d","aa":"","b":"\ude00"}"#, "😀"),
        (r#"{"a":"\ud83d","b":1,"c":"\ude00"}"#, "\u{fffd}1\u{fffd}"),
        (r#"{"a":"\ud83d","b":["\ude00"]}"#, "\u{fffd}[\"\\ude00\"]"),
        (r#"{"a":"\ud83d\ud83d","b":"\ude00\ude00"}"#, "\u{fffd}😀\u{fffd}"),
        (r#"{"a":"\ud83d","b":"x"}"#, "\u{fffd}x"),
    ]);
}

#[test]
fn strings_inside_are_quoted_as_well_formed_stringify_has_it() {
    assert_signed(&[
        ("{\"a\":\"\\u2028\",\"b\":[\"\\u2028\u{2029}\"]}", "\u{2028}[\"\u{2028}\u{2029}\"]"),
        (r#"{"a":["\u0001\b\u000b\u007f"]}"#, "[\"\\u0001\\b\\u000b\u{7f}\"]"),
        (
            r#"{"a":["\u0008\u0009\u000A\u000c\u000d\u0022\u005c\u001F"]}"#,
            r#"["\b\t\n\f\r\"\\\u001f"]"#,
        ),
        (r#"{"a":["\n\"","Đặt"],"b":"\n\""}"#, "[\"\\n\\\"\",\"Đặt\"]\n\""),
        (r#"{"a":[{"\/":1}]}"#, r#"[{"/":1}]"#),
    ]);
}

#[test]
fn bodies_that_are_no_objects_have_the_keys_that_javascript_gives_them() {
    assert_signed(&[
        ("{}", ""),
        ("[]", ""),
        (r#""""#, ""),
        ("123", ""),
        ("true", ""),
        (r#"["b","a",{"x":1},null]"#, r#"ba{"x":1}null"#),
        (r#"[0,1,2,3,4,5,6,7,8,9,"ten","eleven"]"#, "01teneleven23456789"),
        (r#""0123456789AB""#, "01AB23456789"),
        (r#""😀""#, "😀"),
        (r#""\ud83d123456789\ude00""#, "\u{fffd}1\u{fffd}23456789"),
    ]);
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_as_whatwg_has_it() {
    assert_eq!(signed(b"{\"a\":\"x\xffy\"}").unwrap(), "x\u{fffd}y");
    assert_eq!(signed(b"{\"a\":[\"x\xf0\x9f\x98\"]}").unwrap(), "[\"x\u{fffd}\"]");
    assert_eq!(
        signed(b"{\"a\":[\"\xed\xa0\x80\\n\"]}").unwrap(),
        "[\"\u{fffd}\u{fffd}\u{fffd}\\n\"]"
    );
    // Two keys that are one once they are decoded.
    assert_eq!(signed(b"{\"\xff\":1,\"\xfe\":2}").unwrap(), "2");
    assert_eq!(signed(b"{\"a\":1\xff}"), Err(JavascriptError::Syntax { at: 6 }));
}

#[test]
fn one_byte_order_mark_is_dropped_where_the_profile_says_so() {
    let marked = "\u{feff}{\"a\":1}";
    let tolerant = |body: &str| content(body.as_bytes(), Profile::BomTolerant, Limits::WEBHOOK);
    assert_eq!(signed(marked), Err(JavascriptError::Syntax { at: 0 }));
    assert_eq!(tolerant(marked).as_deref(), Ok("1"));
    assert_eq!(tolerant("{\"a\":1}").as_deref(), Ok("1"));
    assert_eq!(tolerant(&format!("\u{feff}{marked}")), Err(JavascriptError::Syntax { at: 3 }));
    assert_eq!(tolerant("{\"a\":1}\u{feff}"), Err(JavascriptError::Syntax { at: 7 }));
}

#[test]
fn what_is_not_json_is_refused_where_it_stops_being_json() {
    for (body, at) in [
        ("", 0),
        (" ", 1),
        ("nul", 0),
        ("undefined", 0),
        ("{", 1),
        ("[1,]", 3),
        ("[1,,2]", 3),
        ("{,}", 1),
        (r#"{"a":1,}"#, 7),
        (r#"{"a" 1}"#, 5),
        (r#"{"a"}"#, 4),
        (r#"{"a":1]"#, 6),
        (r#"["a":1]"#, 4),
        ("{a:1}", 1),
        (r#"{"a":1}x"#, 7),
        ("{\"a\":1}\0", 7),
        ("01", 0),
        ("+1", 0),
        ("1.", 0),
        ("-", 0),
        ("1e", 0),
        ("0x10", 1),
        ("NaN", 0),
        ("\u{a0}{}", 0),
        ("\u{b}{}", 0),
        ("\"\t\"", 0),
        (r#""\x41""#, 0),
        (r#""\u{41}""#, 0),
        (r#""\ud83d\u""#, 0),
        ("/*c*/{}", 0),
        ("[1 2]", 3),
        ("[truefalse]", 5),
    ] {
        assert_eq!(signed(body), Err(JavascriptError::Syntax { at }), "{body:?}");
    }
}

#[test]
fn null_has_no_keys() {
    assert_eq!(signed("null"), Err(JavascriptError::Null));
    assert_eq!(signed(" null "), Err(JavascriptError::Null));
    assert_eq!(signed("[null]").as_deref(), Ok("null"));
}

#[test]
fn depth_and_size_end_where_the_limits_say() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(signed(nested(128)).unwrap(), nested(127));
    assert_eq!(signed(nested(129)), Err(JavascriptError::TooDeep { limit: 128 }));
    let event = |body: String| content(body.as_bytes(), Profile::Node, Limits::EVENT);
    assert_eq!(event(nested(32)).unwrap(), nested(31));
    assert_eq!(event(nested(33)), Err(JavascriptError::TooDeep { limit: 32 }));
    // Before the end of the body, or what is wrong with it, is seen; without a stack that could
    // overflow.
    assert_eq!(signed("[".repeat(65_536)), Err(JavascriptError::TooDeep { limit: 128 }));
    // Side by side is not deep.
    assert_eq!(
        signed(format!("[{}[]]", "[[]],".repeat(10_000))).map(|text| text.len()),
        Ok(40_002)
    );

    let body = format!("\"{}\"", "a".repeat(65_534));
    assert_eq!(signed(&body).map(|text| text.len()), Ok(65_534));
    assert_eq!(signed(body + " "), Err(JavascriptError::TooLarge { limit: 65_536, found: 65_537 }));
    let small = Limits::EVENT.with_max_bytes(2).with_max_depth(1);
    assert_eq!(content(b"{}", Profile::Node, small).as_deref(), Ok(""));
    assert_eq!(
        content(b"{ }", Profile::Node, small),
        Err(JavascriptError::TooLarge { limit: 2, found: 3 })
    );
}

#[test]
fn errors_keep_their_codes() {
    for (error, code) in [
        (JavascriptError::Syntax { at: 0 }, "javascript.syntax"),
        (JavascriptError::Null, "javascript.null"),
        (JavascriptError::TooDeep { limit: 32 }, "javascript.too_deep"),
        (JavascriptError::TooLarge { limit: 2, found: 3 }, "javascript.too_large"),
    ] {
        assert_eq!((error.code(), error.class()), (code, Class::Malformed));
    }
}

#[test]
fn stringify_prints_the_whole_body_too() {
    for (body, json) in [
        (r#"{ "b": 1.0, "1": "\u00e9", "b": 2 }"#, r#"{"1":"é","b":2}"#),
        (r#"{"b":1,"a":[1,2]}"#, r#"{"b":1,"a":[1,2]}"#),
        ("1e400", "null"),
        (r#""\ud800""#, r#""\ud800""#),
        (" true ", "true"),
    ] {
        assert_eq!(stringified(body.as_bytes()), json);
    }
}

#[test]
fn values_are_read_from_the_very_document_that_is_signed() {
    let body = r#"{"event":"x\u0041","n":1670553442564,"f":1e3,"t":true,"z":null,"o":{"k":[1,"two"]},"n":-7}"#;
    let document = javascript::parse(body.as_bytes(), Profile::Node, Limits::EVENT).unwrap();
    let root = document.root();
    assert_eq!(root.kind(), Kind::Object);
    assert_eq!(root.member("event").unwrap().as_str().unwrap(), "xA");
    assert_eq!(root.member("t").unwrap().as_bool(), Some(true));
    assert_eq!(root.member("z").unwrap().kind(), Kind::Null);
    assert!(root.member("missing").is_none());
    assert!(root.member("k").is_none());

    // The last of a repeated key is what is signed; a schema sees both.
    assert_eq!(root.member("n").unwrap().as_integer(), Some(-7));
    let written = root.members().filter(|(key, _)| key.as_str().unwrap() == "n").count();
    assert_eq!(written, 2);
    let sorted: Vec<_> = root.sorted_members().map(|(key, _)| key.as_str().unwrap()).collect();
    assert_eq!(sorted, ["event", "f", "n", "o", "t", "z"]);

    let inner = root.member("o").unwrap().member("k").unwrap();
    assert_eq!((inner.kind(), inner.members().count()), (Kind::Array, 0));
    assert_eq!(inner.elements().nth(1).unwrap().as_str().unwrap(), "two");
}

#[test]
fn a_value_is_only_what_its_type_says() {
    let value = |text: &'static str| {
        let document = Box::leak(Box::new(
            javascript::parse(text.as_bytes(), Profile::Node, Limits::EVENT).unwrap(),
        ));
        document.root()
    };
    for (text, integer, number, number_text) in [
        ("7", Some(7), Some(7.0), Some("7")),
        ("-0", Some(0), Some(0.0), Some("0")),
        (
            "9007199254740991",
            Some(9_007_199_254_740_991),
            Some(9_007_199_254_740_991.0),
            Some("9007199254740991"),
        ),
        ("-9007199254740992", None, Some(-9_007_199_254_740_992.0), Some("-9007199254740992")),
        ("1.0", None, Some(1.0), Some("1")),
        ("1e3", None, Some(1000.0), Some("1000")),
        ("1e400", None, Some(f64::INFINITY), Some("Infinity")),
        ("\"7\"", None, None, None),
        ("[7]", None, None, None),
    ] {
        let value = value(text);
        assert_eq!((value.as_integer(), value.as_f64()), (integer, number), "{text}");
        assert_eq!(value.number_text().as_deref(), number_text, "{text}");
        assert_eq!(value.as_bool(), None, "{text}");
        assert_eq!(value.as_str().as_deref(), (text == "\"7\"").then_some("7"), "{text}");
    }
    assert_eq!(value("false").as_bool(), Some(false));
    assert_eq!(value("\"\\ud800\"").as_str().unwrap(), "\u{fffd}");
}

#[test]
fn parts_of_a_concatenation_join_in_utf16() {
    let document =
        javascript::parse(br#"["\ud83d","\ude00"]"#, Profile::Node, Limits::EVENT).unwrap();
    let [high, low] = document.root().elements().collect::<Vec<_>>()[..] else { panic!() };
    let text = |parts: &dyn Fn(&mut Concatenation<'_>)| {
        let mut bytes = Vec::new();
        let mut text = Concatenation::new(&mut bytes);
        parts(&mut text);
        text.finish();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(text(&|text| [high, low].into_iter().for_each(|part| text.push(part))), "😀");
    assert_eq!(
        text(&|text| {
            text.push(high);
            text.push_str("");
            text.push(low);
        }),
        "😀"
    );
    assert_eq!(
        text(&|text| {
            text.push(high);
            text.push_str("=");
            text.push(low);
        }),
        "\u{fffd}=\u{fffd}"
    );
    assert_eq!(text(&|text| text.push(high)), "\u{fffd}");
}

#[test]
fn long_values_reach_the_sink_whole() {
    // Around the size of the buffer in front of the sink.
    for length in (0..20).chain(240..270).chain(500..520) {
        let value = "v".repeat(length);
        let body = format!(r#"{{"a":"{value}","b":"{value}","c":["\/{value}"],"d":1}}"#);
        assert_eq!(signed(body).unwrap(), format!(r#"{value}{value}["/{value}"]1"#));
    }
}

#[test]
fn shown_for_debugging_a_document_tells_nothing_of_its_body() {
    let document =
        javascript::parse(br#"{"secret":"hunter2"}"#, Profile::Node, Limits::EVENT).unwrap();
    let shown = format!("{document:?} {:?}", document.root());
    assert_eq!(shown, "Document(20 bytes) Value(Object)");
    let error = signed(r#"{"secret":hunter2}"#).unwrap_err();
    assert_eq!(error.to_string(), "not JSON at byte 10");
}

proptest! {
    #[test]
    fn the_outermost_keys_sort_as_utf16_whatever_they_are(
        keys in proptest::collection::vec("[ab\u{e9}\u{e000}\u{ffff}\u{10000}]{0,9}", 0..60),
        escaped in any::<bool>(),
    ) {
        let escape = |key: &str| match escaped {
            true => key.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
            false => key.to_owned(),
        };
        let members = keys.iter().zip(1000..).map(|(key, value)| format!("\"{}\":{value}", escape(key)));
        let body = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
        let last: BTreeMap<Vec<u16>, usize> =
            keys.iter().map(|key| key.encode_utf16().collect()).zip(1000..).collect();
        let expected: String = last.values().map(usize::to_string).collect();
        prop_assert_eq!(signed(body), Ok(expected));
    }
}

#[test]
fn a_flat_event_of_sixteen_fields_allocates_nothing() {
    // Names that share their first letters, strings, numbers of every form, escapes.
    let fields = |count: usize| {
        let values = [r#""v\u00e1lue\ud83d""#, "1.50e3", "-7", "null", r#""plain""#, "true"];
        let field = |index| format!(r#""field{index}": {}"#, values[index % values.len()]);
        format!("{{{}}}", (0..count).map(field).collect::<Vec<_>>().join(", "))
    };
    let allocations = |body: &str| {
        let mut digest = Sha256::new();
        let heap = measure(|| {
            let document =
                javascript::parse(body.as_bytes(), Profile::Node, Limits::EVENT).unwrap();
            document.write_sorted_values(&mut digest).unwrap();
            assert!(document.root().member("field0").is_some());
        });
        heap.count_total
    };
    assert_eq!(allocations(&fields(16)), 0);
    assert_ne!(allocations(&fields(17)), 0);
}

/// Bodies that make the most of what each byte costs.
fn hostile(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let repeat = |open: &str, part: &str, close: &str| {
        format!("{open}{}{close}", part.repeat(size / part.len())).into_bytes()
    };
    let members = |open: &str, member: &dyn Fn(usize) -> String, close: &str| {
        let length = member(size).len();
        let members: Vec<String> = (0..size / length).map(member).collect();
        format!("{open}{}{close}", members.join(",")).into_bytes()
    };
    let long = "k".repeat(1_000);
    vec![
        ("zeros", repeat("[", "0,", "0]")),
        ("zeros inside", repeat("[[", "0,", "0]]")),
        ("arrays", repeat("{\"a\":[", "[],", "[]]}")),
        ("commas in a string", repeat("[\"", ",", "\"]")),
        ("one name", repeat("{", "\"\":0,", "\"\":0}")),
        ("one name inside", repeat("[{", "\"\":0,", "\"\":0}]")),
        ("names", members("{", &|index| format!("\"{index}\":0"), "}")),
        (
            "indices inside, falling",
            members("[{", &|index| format!("\"{}\":0", 9_999_999 - index), "}]"),
        ),
        ("long common beginnings", members("{", &|index| format!("\"{long}{index}\":0"), "}")),
        (
            "long common beginnings inside",
            members("[{", &|index| format!("\"{long}{index}\":0"), "}]"),
        ),
        ("escaped names", members("{", &|index| format!("\"\\u0061\\u0062{index:07}\":0"), "}")),
        ("names of one bucket", members("[", &|index| format!("{{{}}}", one_bucket(index)), "]")),
        ("escapes", repeat("[\"", "\\u0000", "\"]")),
        ("halves of pairs", repeat("[\"", "\\ud83d", "\"]")),
        ("halves, each a value", repeat("[", "\"\\ud83d\",", "0]")),
        ("broken UTF-8", [b"[\"".as_slice(), &vec![0xf0; size], b"\"]"].concat()),
        ("digits", repeat("[0.", "1", "]")),
        ("an exponent", repeat("[1e", "9", "]")),
        ("blanks", repeat("{\"a\" ", " ", ":1}")),
        ("one string", repeat("\"", "\\ud83d\\ude00", "\"")),
        ("levels", [b"[".repeat(size / 2), b"]".repeat(size / 2)].concat()),
        (
            "levels of objects",
            [b"{\"a\":".repeat(size / 7), b"0".to_vec(), b"}".repeat(size / 7)].concat(),
        ),
        ("open levels", b"[".repeat(size)),
    ]
}

/// Thirty names that the first letters and the length do not tell apart.
fn one_bucket(index: usize) -> String {
    let names = (0..30).map(|name| format!("\"samename{name:02}{index:07}\":0"));
    names.collect::<Vec<_>>().join(",")
}

#[test]
fn hostile_bodies_take_no_more_memory_than_their_size_allows() {
    for (name, body) in hostile(60_000) {
        let budget = u64::try_from(4 * body.len() + 16 * 1024).unwrap();
        let mut document = None;
        let parse = || document = javascript::parse(&body, Profile::Node, Limits::WEBHOOK).ok();
        let reading = measure(parse).bytes_max;
        assert!(reading <= budget, "{name}: {reading} bytes to read {}", body.len());
        let Some(document) = document else { continue };
        let write = || document.write_sorted_values(&mut Sha256::new()).unwrap();
        let writing = measure(write).bytes_max;
        assert!(writing <= budget, "{name}: {writing} bytes to write {}", body.len());
    }
}

#[test]
fn hostile_bodies_of_a_megabyte_are_done_in_seconds() {
    // Unoptimised, what is linear takes half a second here, and what is quadratic many minutes.
    let limits = Limits::WEBHOOK.with_max_bytes(4 << 20).with_max_depth(u16::MAX);
    for (name, body) in hostile(1 << 20) {
        let start = Instant::now();
        let outcome = content(&body, Profile::Node, limits);
        assert!(start.elapsed() < Duration::from_secs(30), "{name}: {:?}", start.elapsed());
        let refused = outcome == Err(JavascriptError::TooDeep { limit: u16::MAX });
        assert_eq!(
            refused,
            name.contains("levels"),
            "{name}: {:?}",
            outcome.map(|text| text.len())
        );
    }
}

#[test]
fn the_deepest_body_fits_a_stack_of_64_kib() {
    let limits = Limits::WEBHOOK.with_max_bytes(1 << 20).with_max_depth(u16::MAX);
    let depth = usize::from(u16::MAX);
    let body = format!("{}1.0{}", "[".repeat(depth), "]".repeat(depth));
    let deep = std::thread::Builder::new().stack_size(64 * 1024);
    let length = deep.spawn(move || signed_length(body.as_bytes(), limits)).unwrap().join();
    assert_eq!(length.unwrap(), Ok(2 * (depth - 1) + 1));
}

fn signed_length(body: &[u8], limits: Limits) -> Result<usize, JavascriptError> {
    content(body, Profile::Node, limits).map(|content| content.len())
}

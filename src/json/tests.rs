use super::*;
use std::collections::BTreeMap;

const LIMITS: Limits = Limits { max_bytes: 1 << 20, max_depth: 32 };

fn refusal(text: impl AsRef<[u8]>) -> (JsonErrorKind, usize) {
    let error = parse(text.as_ref(), LIMITS).unwrap_err();
    (error.kind(), error.offset())
}

#[test]
fn reads_what_rfc_8259_allows() {
    let text = r#" {"a":[1,-0.5e+3,true,false,null,"x\u00e9\ud83d\ude00\/\n",{}],"b":{"c":[]} } "#;
    let document = parse(text.as_bytes(), LIMITS).unwrap();
    let a: Vec<_> = document.root().get("a").unwrap().elements().collect();
    assert_eq!(a.len(), 7);
    assert_eq!(a[0].as_i64(), Some(1));
    assert_eq!(a[1].as_f64(), Some(-500.0));
    assert_eq!(
        (a[2].as_bool(), a[3].as_bool(), a[4].kind()),
        (Some(true), Some(false), Kind::Null)
    );
    assert_eq!(a[5].as_str().unwrap(), "xé😀/\n");
    assert_eq!(document.root().get("b").unwrap().raw(), r#"{"c":[]}"#);
    for scalar in ["0", "-0", "1E400", "\"\"", "null", "[]", "{}"] {
        assert_eq!(parse(scalar.as_bytes(), LIMITS).unwrap().root().raw(), scalar);
    }
}

#[test]
fn refuses_every_malformed_neighbour_with_its_kind_and_place() {
    use JsonErrorKind as K;
    for (text, kind, offset) in [
        ("", K::UnexpectedEnd, 0),
        (" ", K::UnexpectedEnd, 1),
        ("{", K::UnexpectedEnd, 1),
        ("[1,]", K::UnexpectedByte, 3),
        ("{\"a\":1,}", K::UnexpectedByte, 7),
        ("{'a':1}", K::UnexpectedByte, 1),
        ("{\"a\" 1}", K::UnexpectedByte, 5),
        ("[1 2]", K::UnexpectedByte, 3),
        ("[1}", K::UnexpectedByte, 2),
        ("{}x", K::TrailingBytes, 2),
        ("01", K::Number, 1),
        ("-", K::Number, 1),
        ("1.", K::Number, 2),
        ("1e", K::Number, 2),
        (".5", K::UnexpectedByte, 0),
        ("+1", K::UnexpectedByte, 0),
        ("0x10", K::Number, 1),
        ("NaN", K::UnexpectedByte, 0),
        ("tru", K::UnexpectedByte, 0),
        ("\"abc", K::UnexpectedEnd, 4),
        ("\"a\tb\"", K::Escape, 2),
        ("\"\\x\"", K::Escape, 1),
        ("\"\\u12g4\"", K::Escape, 1),
        ("\"\\ud800\"", K::LoneSurrogate, 1),
        ("\"\\ud800\\u0041\"", K::LoneSurrogate, 1),
        ("\"\\udc00\\ud800\"", K::LoneSurrogate, 1),
        ("\u{feff}{}", K::UnexpectedByte, 0),
        ("/**/1", K::UnexpectedByte, 0),
    ] {
        assert_eq!(refusal(text), (kind, offset), "{text:?}");
    }
    assert_eq!(refusal(b"\"\xc0\x80\""), (K::Utf8, 1));
}

#[test]
fn refuses_a_member_named_twice_at_any_depth_and_after_unescaping() {
    for text in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"x":{"y":[{"k":1,"k":1}]}}"#,
        r#"{"":1,"":2}"#,
        r#"{"b":0,"a":1,"c":2,"a":3}"#,
    ] {
        assert_eq!(refusal(text).0, JsonErrorKind::DuplicateMember, "{text}");
    }
    assert!(parse(br#"{"a":{"a":{"a":1}},"A":[{"a":1},{"a":1}]}"#, LIMITS).is_ok());
    // The same for objects so large that names go through a set.
    let mut members: Vec<_> = (0..200).map(|n| format!("\"m{n}\":{n}")).collect();
    assert!(parse(format!("{{{}}}", members.join(",")).as_bytes(), LIMITS).is_ok());
    members.push("\"m7\":0".into());
    assert_eq!(refusal(format!("{{{}}}", members.join(","))).0, JsonErrorKind::DuplicateMember);
    // And wherever the twin of any of a few names stands, whatever they fold to.
    let names: Vec<_> =
        (0..20).map(|n| format!("\"x{}y\":0", n * 7 % 10 + 10 * (n / 10))).collect();
    assert!(parse(format!("{{{}}}", names.join(",")).as_bytes(), LIMITS).is_ok());
    for twin in &names {
        let text = format!("{{{},{twin}}}", names.join(","));
        assert_eq!(refusal(&text), (JsonErrorKind::DuplicateMember, text.len() - twin.len() - 1));
    }
}

#[test]
fn limits_hold_at_their_edge() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(32).as_bytes(), LIMITS).is_ok());
    assert_eq!(refusal(nested(33)), (JsonErrorKind::TooDeep, 32));
    assert_eq!(refusal(nested(100_000)).0, JsonErrorKind::TooDeep);
    let small = Limits { max_bytes: 4, max_depth: 1 };
    assert!(parse(b"1234", small).is_ok());
    assert_eq!(parse(b"12345", small).unwrap_err().kind(), JsonErrorKind::TooLong);
}

#[test]
fn every_byte_that_ends_a_plain_run_is_seen_at_every_position() {
    for position in 0..20 {
        for byte in 0..=127_u8 {
            let mut text = vec![b'a'; 20];
            text[position] = byte;
            let expected =
                text.iter().position(|byte| !(0x20..).contains(byte) || b"\"\\".contains(byte));
            let plain = 20 - text::behind_plain(&text).len();
            assert_eq!(plain, expected.unwrap_or(20), "{byte:#x} at {position}");
        }
    }
    assert_eq!(text::behind_plain("ééééééééé\"".as_bytes()), b"\"");
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Claims<'a> {
    #[serde(borrow)]
    sub: Cow<'a, str>,
    exp: u64,
    skew: Option<i8>,
    rate: Option<f64>,
    roles: Vec<&'a str>,
    kind: Shape,
    extra: Option<BTreeMap<String, bool>>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Round,
    Square(u8),
    Flat { width: u8 },
}

#[test]
fn deserialises_into_serde_types_that_borrow() {
    let text = br#"{"sub":"u","exp":9,"skew":-3,"rate":0.5,"roles":["a","b"],"kind":{"flat":{"width":2}},"extra":{"x":true},"ignored":[{"deep":1}]}"#;
    let claims: Claims<'_> = from_slice(text, LIMITS).unwrap();
    assert!(matches!(claims.sub, Cow::Borrowed("u")));
    assert_eq!((claims.exp, claims.skew, claims.rate), (9, Some(-3), Some(0.5)));
    assert_eq!((claims.roles, claims.kind), (vec!["a", "b"], Shape::Flat { width: 2 }));
    let text = br#"{"sub":"\u0075","exp":9,"roles":[],"kind":"round","skew":null}"#;
    assert_eq!(from_slice::<Claims<'_>>(text, LIMITS).unwrap().sub, "u");
    assert_eq!(from_slice::<Shape>(br#"{"square":4}"#, LIMITS).unwrap(), Shape::Square(4));
}

#[test]
fn a_type_that_does_not_fit_is_named_by_kind_and_place_and_never_quoted() {
    use JsonErrorKind as K;
    let fault = |text: &str| from_slice::<(u8, Option<bool>)>(text.as_bytes(), LIMITS).unwrap_err();
    for (text, kind, offset) in [
        ("[\"hush\",null]", K::WrongType, 1),
        ("[256,null]", K::WrongValue, 1),
        ("[-1,null]", K::WrongValue, 1),
        ("[1.5,null]", K::WrongType, 1),
        ("[1,null,2]", K::WrongType, 0),
        ("[1,7]", K::WrongType, 3),
    ] {
        assert_eq!((fault(text).kind(), fault(text).offset()), (kind, offset), "{text}");
    }
    assert_eq!(
        fault("[\"hush\",null]").to_string(),
        "value of another type than expected at byte 1"
    );
    let missing = from_slice::<Claims<'_>>(br#"{"sub":"u"}"#, LIMITS).unwrap_err();
    assert_eq!(missing.kind(), K::MissingMember("exp"));
    assert_eq!(from_slice::<f64>(b"1e400", LIMITS).unwrap_err().kind(), K::Number);
}

#[test]
fn a_struct_is_an_object_and_never_its_fields_in_order() {
    #[derive(Debug, serde::Deserialize)]
    struct Login {
        #[expect(dead_code, reason = "read, and never looked at")]
        user: String,
    }
    assert!(from_slice::<Login>(br#"{"user":"u"}"#, LIMITS).is_ok());
    let fault = |text: &str| from_slice::<Vec<Login>>(text.as_bytes(), LIMITS).unwrap_err();
    for text in [r#"[["u"]]"#, "[[]]", "[7]"] {
        assert_eq!((fault(text).kind(), fault(text).offset()), (JsonErrorKind::WrongType, 1));
    }
    let variant = from_slice::<Shape>(br#"{"flat":[2]}"#, LIMITS).unwrap_err();
    assert_eq!((variant.kind(), variant.offset()), (JsonErrorKind::WrongType, 8));
}

#[test]
fn agrees_with_serde_json_on_numbers() {
    for text in
        ["0", "-0", "-1", "18446744073709551615", "-9223372036854775808", "1e2", "5e-324", "0.1"]
    {
        let ours: serde_json::Value = from_slice(text.as_bytes(), LIMITS).unwrap();
        let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(ours.to_string(), theirs.to_string());
    }
}

#[test]
fn a_document_shows_nothing_of_its_text() {
    let document = parse(br#"{"sub":"Nguyen"}"#, LIMITS).unwrap();
    assert_eq!(format!("{document:?} {:?}", document.root()), "Document(16 bytes) Value(object)");
}

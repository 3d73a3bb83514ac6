//! The room `structured`: the public suite, and what the suite leaves open.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests")]

mod common;
#[path = "structured/suite.rs"]
mod suite;

use std::borrow::Cow;

use countersign::class::Class;
use countersign::encoding::EncodingError;
use countersign::structured::StructuredErrorKind as Kind;
use countersign::structured::{
    BareItem, Dictionary, InnerList, Integer, Item, Key, Limits, List, Member, SfString,
    StructuredError, Token, combine,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use suite::Structure;

#[test]
fn the_public_suite_passes() {
    let Some(vectors) = common::vectors() else { return };
    let report = suite::run_folder(&vectors.join("httpsig/structured-field-tests")).unwrap();
    assert!(report.failed.is_empty(), "{:#?}", report.failed);
    assert_eq!(report.passed, 2_135);
}

/// Type, field, and what it is when written again.
const ACCEPTED: &[(&str, &str, &str)] = &[
    ("item", "1", "1"),
    ("item", "  1  ", "1"),
    ("item", "-0", "0"),
    ("item", "000000000000001", "1"),
    ("item", "999999999999999", "999999999999999"),
    ("item", "-999999999999999", "-999999999999999"),
    ("item", "-0.0", "0.0"),
    ("item", "1.050", "1.05"),
    ("item", "1.005", "1.005"),
    ("item", "-0.5", "-0.5"),
    ("item", "999999999999.999", "999999999999.999"),
    ("item", "-999999999999.999", "-999999999999.999"),
    ("item", r#""""#, r#""""#),
    ("item", r#""a\"b\\c""#, r#""a\"b\\c""#),
    ("item", r#""a, b""#, r#""a, b""#),
    ("item", "*", "*"),
    ("item", "a:b/c!#$%&'*+-.^_`|~9", "a:b/c!#$%&'*+-.^_`|~9"),
    ("item", "::", "::"),
    ("item", ":AA==:", ":AA==:"),
    ("item", ":+/+/:", ":+/+/:"),
    ("item", "?0", "?0"),
    ("item", "?1;a", "?1;a"),
    ("item", "@-1", "@-1"),
    ("item", "%\"\"", "%\"\""),
    ("item", "%\"%00%25%22\"", "%\"%00%25%22\""),
    ("item", "%\"%f0%9f%90%a2%7f\"", "%\"%f0%9f%90%a2%7f\""),
    ("item", "a;*=1", "a;*=1"),
    ("item", "a;   b=?1;c=?0", "a;b;c=?0"),
    ("item", "a;b;b;b=2", "a;b=2"),
    ("list", "", ""),
    ("list", "   ", ""),
    ("list", "a\t,\t b \t", "a, b"),
    ("list", "(),(  )", "(), ()"),
    ("list", "(a;x b;y=1 );z", "(a;x b;y=1);z"),
    ("list", r#"(":" "(" ")")"#, r#"(":" "(" ")")"#),
    ("dictionary", "", ""),
    ("dictionary", "a=?1", "a"),
    ("dictionary", "a=?0", "a=?0"),
    ("dictionary", "a=?1;b=?1", "a;b"),
    ("dictionary", "a=();b", "a=();b"),
    ("dictionary", "a, b, a=2", "a=2, b"),
    ("dictionary", "*-_.9=1", "*-_.9=1"),
];

#[test]
fn reads_what_the_rfc_allows_and_writes_it_canonically() {
    for (kind, field, canonical) in ACCEPTED {
        let structure = Structure::parse(kind, field.as_bytes()).unwrap();
        assert_eq!(structure.to_text(), *canonical, "{kind} {field:?}");
    }
}

/// Type, field, what is wrong with it, and at which byte.
const REFUSED: &[(&str, &str, Kind, usize)] = &[
    ("item", "", Kind::ValueExpected, 0),
    ("item", "\t1", Kind::ValueExpected, 0),
    ("item", "1\t", Kind::EndExpected, 1),
    ("item", "1, 2", Kind::EndExpected, 1),
    ("item", "(1)", Kind::ValueExpected, 0),
    ("item", "é", Kind::NotAscii, 0),
    ("item", "\"é\"", Kind::NotAscii, 1),
    ("item", "-", Kind::DigitExpected, 1),
    ("item", "+1", Kind::ValueExpected, 0),
    ("item", ".5", Kind::ValueExpected, 0),
    ("item", "1.", Kind::DigitExpected, 2),
    ("item", "1e3", Kind::EndExpected, 1),
    ("item", "0000000000000001", Kind::OutOfRange, 0),
    ("item", " -1000000000000000", Kind::OutOfRange, 1),
    ("item", "1000000000000.0", Kind::OutOfRange, 0),
    ("item", "1.0000", Kind::OutOfRange, 0),
    ("item", "\"a", Kind::Unclosed, 2),
    ("item", "\"a\\", Kind::Escape, 3),
    ("item", "\"a\\n\"", Kind::Escape, 3),
    ("item", "\"a\r\nb\"", Kind::Character, 2),
    ("item", "\"a\0\"", Kind::Character, 2),
    ("item", "\"\x7f\"", Kind::Character, 1),
    ("item", "'a'", Kind::ValueExpected, 0),
    ("item", "a\"", Kind::EndExpected, 1),
    ("item", ":AA==", Kind::Unclosed, 5),
    ("item", ":AA:", Kind::Base64(EncodingError::Padding), 1),
    ("item", ":AB==:", Kind::Base64(EncodingError::TrailingBits), 1),
    ("item", ":-_-_:", Kind::Base64(EncodingError::Character), 1),
    ("item", ":A A=:", Kind::Base64(EncodingError::Character), 1),
    ("item", ":A:", Kind::Base64(EncodingError::Length), 1),
    ("item", "?", Kind::Boolean, 1),
    ("item", "?2", Kind::Boolean, 1),
    ("item", "?true", Kind::Boolean, 1),
    ("item", "@", Kind::DigitExpected, 1),
    ("item", "@1.0", Kind::FractionalDate, 0),
    ("item", "@@1", Kind::DigitExpected, 1),
    ("item", "%a", Kind::ValueExpected, 1),
    ("item", "%\"a", Kind::Unclosed, 3),
    ("item", "%\"%C3%BC\"", Kind::Escape, 2),
    ("item", "%\"%c\"", Kind::Escape, 2),
    ("item", "%\"%", Kind::Escape, 2),
    ("item", "%\"%+1\"", Kind::Escape, 2),
    ("item", "%\"%ff\"", Kind::Utf8, 0),
    ("item", "%\"%ed%a0%80\"", Kind::Utf8, 0),
    ("item", "%\"a\tb\"", Kind::Character, 3),
    ("item", "a;", Kind::Key, 2),
    ("item", "a;B", Kind::Key, 2),
    ("item", "a;b=", Kind::ValueExpected, 4),
    ("item", "a;b=(1)", Kind::ValueExpected, 4),
    ("item", "a;b =1", Kind::EndExpected, 4),
    ("item", "a;\tb", Kind::Key, 2),
    ("list", ",", Kind::ValueExpected, 0),
    ("list", "a,", Kind::TrailingComma, 2),
    ("list", "a,  ", Kind::TrailingComma, 4),
    ("list", "a,,b", Kind::ValueExpected, 2),
    ("list", "a b", Kind::CommaExpected, 2),
    ("list", "a=1", Kind::CommaExpected, 1),
    ("list", "(", Kind::Unclosed, 1),
    ("list", "(a", Kind::Unclosed, 2),
    ("list", "(a ", Kind::Unclosed, 3),
    ("list", "(a\tb)", Kind::SpaceExpected, 2),
    ("list", "(a,b)", Kind::SpaceExpected, 2),
    ("list", "((a))", Kind::ValueExpected, 1),
    ("list", ")(", Kind::ValueExpected, 0),
    ("list", "()()", Kind::CommaExpected, 2),
    ("dictionary", "=1", Kind::Key, 0),
    ("dictionary", "A=1", Kind::Key, 0),
    ("dictionary", "1a=1", Kind::Key, 0),
    ("dictionary", "a=", Kind::ValueExpected, 2),
    ("dictionary", "a= 1", Kind::ValueExpected, 2),
    ("dictionary", "a =1", Kind::CommaExpected, 2),
    ("dictionary", "a==1", Kind::ValueExpected, 2),
    ("dictionary", "a=1;b=2 c", Kind::CommaExpected, 8),
    ("dictionary", "a=1, ", Kind::TrailingComma, 5),
];

#[test]
fn refuses_everything_else_with_its_kind_and_place() {
    for (kind, field, error, offset) in REFUSED {
        let found = Structure::parse(kind, field.as_bytes()).unwrap_err();
        assert_eq!((found.kind(), found.offset()), (*error, *offset), "{kind} {field:?}");
        assert_eq!(found.class(), Class::Malformed);
    }
}

#[test]
fn refuses_bytes_that_are_not_utf8_at_their_place() {
    let error = Item::parse(b"a\xff", &Limits::DEFAULT).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (Kind::NotAscii, 1));
}

#[test]
fn every_kind_has_its_code_and_a_message_of_bounded_length() {
    let limit = usize::MAX;
    let kinds = [
        (Kind::TooLong { limit }, "structured.too_long"),
        (Kind::TooManyMembers { limit }, "structured.too_many_members"),
        (Kind::TooManyItems { limit }, "structured.too_many_items"),
        (Kind::TooManyParameters { limit }, "structured.too_many_parameters"),
        (Kind::NotAscii, "structured.not_ascii"),
        (Kind::EndExpected, "structured.end_expected"),
        (Kind::CommaExpected, "structured.comma_expected"),
        (Kind::TrailingComma, "structured.trailing_comma"),
        (Kind::SpaceExpected, "structured.space_expected"),
        (Kind::Unclosed, "structured.unclosed"),
        (Kind::ValueExpected, "structured.value_expected"),
        (Kind::Key, "structured.key"),
        (Kind::Token, "structured.token"),
        (Kind::Character, "structured.character"),
        (Kind::Escape, "structured.escape"),
        (Kind::Utf8, "structured.utf8"),
        (Kind::DigitExpected, "structured.digit_expected"),
        (Kind::OutOfRange, "structured.out_of_range"),
        (Kind::FractionalDate, "structured.fractional_date"),
        (Kind::Boolean, "structured.boolean"),
        (Kind::Base64(EncodingError::Padding), "structured.base64"),
        (Kind::DuplicateKey, "structured.duplicate_key"),
    ];
    for (kind, code) in kinds {
        assert_eq!(kind.code(), code);
        assert!(kind.to_string().len() < 80, "{kind}");
    }
    let error = Item::parse("1 2", &Limits::DEFAULT).unwrap_err();
    assert_eq!(error.code(), "structured.end_expected");
    assert_eq!(error.to_string(), "expected the end of the field, found more at byte 2");
}

#[test]
fn everything_knows_where_it_stood() {
    let field = r#" a=1 , sig1=( "@method"  "b";req );created=1;  keyid="k", c;x "#;
    let dictionary = Dictionary::parse(field, &Limits::DEFAULT).unwrap();
    let [a, signature, c] = dictionary.entries() else { panic!("{dictionary:?}") };
    assert_eq!(&field[a.span()], "a=1");
    assert_eq!(&field[a.value.span()], "1");
    assert_eq!(&field[signature.span()], r#"sig1=( "@method"  "b";req );created=1;  keyid="k""#);
    assert_eq!(&field[signature.value.span()], r#"( "@method"  "b";req );created=1;  keyid="k""#);
    let list = signature.value.as_inner_list().unwrap();
    let items: Vec<_> = list.items.iter().map(|item| &field[item.span()]).collect();
    assert_eq!(items, [r#""@method""#, r#""b";req"#]);
    let parameters = list.parameters.entries().iter().map(|entry| &field[entry.span()]);
    assert_eq!(parameters.collect::<Vec<_>>(), ["created=1", r#"keyid="k""#]);
    assert_eq!(&field[c.span()], "c;x");
    assert_eq!(&field[c.value.span()], ";x"); // true without saying so
}

#[test]
fn what_was_not_parsed_stood_nowhere_and_equals_what_was() {
    let parsed = Item::parse("   a;b;b", &Limits::DEFAULT).unwrap();
    let mut built = Item::new(BareItem::Token(Token::new("a").unwrap()));
    built.parameters.insert(Key::new("b").unwrap(), BareItem::Boolean(true));
    assert_eq!(parsed, built);
    assert_eq!((parsed.span(), built.span()), (3..8, 0..0));
    assert_eq!(built.refuse_duplicates(), Ok(()));
}

#[test]
fn borrows_from_the_input_where_nothing_was_escaped() {
    let field = r#""plain", "esc\"aped", %"plain", %"%c3%bc""#;
    let list = List::parse(field, &Limits::DEFAULT).unwrap();
    let borrowed = list.members.iter().map(|member| {
        let text = match &member.as_item().unwrap().value {
            BareItem::String(text) => text.as_str(),
            BareItem::DisplayString(text) => text,
            other => panic!("{other:?}"),
        };
        field.as_bytes().as_ptr_range().contains(&text.as_ptr())
    });
    assert_eq!(borrowed.collect::<Vec<_>>(), [true, false, true, false]);
}

#[test]
fn the_last_of_two_members_counts_in_the_place_of_the_first_and_is_named() {
    let field = "a=1, b=2, a=3;x, c, b=(1)";
    let dictionary = Dictionary::parse(field, &Limits::DEFAULT).unwrap();
    let keys: Vec<_> = dictionary.entries().iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    let again: Vec<_> = dictionary.duplicates().map(|entry| &field[entry.span()]).collect();
    assert_eq!(again, ["a=3;x", "b=(1)"]);
}

#[test]
fn duplicates_are_refused_wherever_they_are() {
    let duplicate_at = |error: StructuredError| (error.kind(), error.offset());
    for (field, offset) in [
        ("a, b, a", 6),
        ("a;x=1;x=1", 6),
        ("a=1;x;y;x=2", 8),
        ("a=(1;x;x)", 7),
        ("b, a=(1 2);x;y;x", 15),
    ] {
        let dictionary = Dictionary::parse(field, &Limits::DEFAULT).unwrap();
        let error = dictionary.refuse_duplicates().unwrap_err();
        assert_eq!(duplicate_at(error), (Kind::DuplicateKey, offset), "{field}");
    }
    let list = List::parse("1, (2 3;x;x)", &Limits::DEFAULT).unwrap();
    let error = list.refuse_duplicates().unwrap_err();
    assert_eq!(duplicate_at(error), (Kind::DuplicateKey, 10));
    for field in ["a=1;x, b=2;x", "a=(1;x 2;x);x", "a=1;a"] {
        let dictionary = Dictionary::parse(field, &Limits::DEFAULT).unwrap();
        assert_eq!(dictionary.refuse_duplicates(), Ok(()), "{field}");
    }
}

#[test]
fn duplicates_are_found_among_many_keys_too() {
    let keys: Vec<_> = (0..300).map(|number| format!("k{number}=1")).collect();
    for repeated in [0, 15, 16, 17, 299] {
        let field = format!("{}, k{repeated}=2", keys.join(", "));
        let dictionary = Dictionary::parse(&field, &Limits::DEFAULT).unwrap();
        assert_eq!(dictionary.entries().len(), 300);
        let [again] = dictionary.duplicates().collect::<Vec<_>>()[..] else { panic!("{repeated}") };
        assert_eq!(&field[again.span()], format!("k{repeated}=2"));
        assert_eq!(dictionary.entries()[repeated], *again);
    }
}

#[test]
fn limits_take_the_last_allowed_and_refuse_the_next() {
    let limits = Limits::DEFAULT.with_bytes(12).with_members(2).with_items(3).with_parameters(1);
    for (kind, field, refusal) in [
        ("list", "\"0123456789\"", None),
        ("list", "\"01234567890\"", Some((Kind::TooLong { limit: 12 }, 12))),
        ("list", "1,2", None),
        ("list", "1,2,3", Some((Kind::TooManyMembers { limit: 2 }, 4))),
        ("dictionary", "a,b", None),
        ("dictionary", "a,a,a", Some((Kind::TooManyMembers { limit: 2 }, 4))),
        ("list", "(1 2 3)", None),
        ("list", "(1 2 3 4)", Some((Kind::TooManyItems { limit: 3 }, 7))),
        ("list", "(1;a 2;a);a", None),
        ("list", "(1;a;b)", Some((Kind::TooManyParameters { limit: 1 }, 5))),
        ("dictionary", "x;a;a", Some((Kind::TooManyParameters { limit: 1 }, 4))),
    ] {
        let error = match kind {
            "list" => List::parse(field, &limits).err(),
            _ => Dictionary::parse(field, &limits).err(),
        };
        assert_eq!(error.map(|error| (error.kind(), error.offset())), refusal, "{field}");
    }
}

#[test]
fn the_default_limits_are_the_counts_the_rfc_asks_for() {
    let list = |separator: &str, count| vec!["1"; count].join(separator);
    assert_eq!(List::parse(&list(",", 1024), &Limits::DEFAULT).unwrap().members.len(), 1024);
    let error = List::parse(&list(",", 1025), &Limits::DEFAULT).unwrap_err();
    assert_eq!(error.kind(), Kind::TooManyMembers { limit: 1024 });

    assert!(List::parse(&format!("({})", list(" ", 256)), &Limits::DEFAULT).is_ok());
    let error = List::parse(&format!("({})", list(" ", 257)), &Limits::DEFAULT).unwrap_err();
    assert_eq!(error.kind(), Kind::TooManyItems { limit: 256 });

    let parameters = |count| (0..count).map(|key| format!(";k{key}")).collect::<String>();
    let item = format!("a{}", parameters(256));
    assert_eq!(Item::parse(&item, &Limits::DEFAULT).unwrap().parameters.entries().len(), 256);
    let error = Item::parse(&format!("a{}", parameters(257)), &Limits::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::TooManyParameters { limit: 256 });

    let string = |length| format!("\"{}\"", "a".repeat(length));
    assert!(Item::parse(&string(8190), &Limits::DEFAULT).is_ok());
    let error = Item::parse(&string(8191), &Limits::DEFAULT).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (Kind::TooLong { limit: 8192 }, 8192));
}

#[test]
fn one_line_is_borrowed_and_several_are_joined_within_the_limit() {
    let none: [&str; 0] = [];
    assert_eq!(combine(none, &Limits::DEFAULT), Ok(Cow::Borrowed(b"".as_slice())));
    assert!(matches!(combine(["a=1"], &Limits::DEFAULT), Ok(Cow::Borrowed(b"a=1"))));
    let joined = combine([b"a".as_slice(), b"", b"b\xff"], &Limits::DEFAULT).unwrap();
    assert_eq!(*joined, *b"a, , b\xff");

    let limits = Limits::DEFAULT.with_bytes(4);
    assert_eq!(*combine(["a", "b"], &limits).unwrap(), *b"a, b");
    for lines in [["a", "bc"], ["abcde", ""], ["abc", ""]] {
        let error = combine(lines, &limits).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (Kind::TooLong { limit: 4 }, 4), "{lines:?}");
    }
}

#[test]
fn values_that_could_not_be_written_cannot_be_made() {
    let refusal = |error: StructuredError| (error.kind(), error.offset());
    assert_eq!(Key::new("").map_err(refusal), Err((Kind::Key, 0)));
    assert_eq!(Key::new("1").map_err(refusal), Err((Kind::Key, 0)));
    assert_eq!(Key::new("aB").map_err(refusal), Err((Kind::Key, 1)));
    assert_eq!(Token::new("").map_err(refusal), Err((Kind::Token, 0)));
    assert_eq!(Token::new("9").map_err(refusal), Err((Kind::Token, 0)));
    assert_eq!(Token::new("a b").map_err(refusal), Err((Kind::Token, 1)));
    assert_eq!(Token::new("a,").map_err(refusal), Err((Kind::Token, 1)));
    assert_eq!(SfString::new("ü").map_err(refusal), Err((Kind::Character, 0)));
    assert_eq!(SfString::new("a\n").map_err(refusal), Err((Kind::Character, 1)));
    assert_eq!(Integer::new(1_000_000_000_000_000).map_err(refusal), Err((Kind::OutOfRange, 0)));
    assert_eq!(Integer::new(i64::MIN).map_err(refusal), Err((Kind::OutOfRange, 0)));
    assert_eq!(Integer::new(-999_999_999_999_999), Ok(Integer::MIN));
}

#[test]
fn writes_behind_what_is_in_the_buffer() {
    let component = |name| Item::new(BareItem::String(SfString::new(name).unwrap()));
    let mut list = InnerList::new(vec![component("@method"), component("@path")]);
    list.parameters.insert(Key::new("created").unwrap(), BareItem::Integer(Integer::MAX));
    list.parameters.insert(Key::new("nonce").unwrap(), BareItem::ByteSequence(b"\0".into()));
    list.parameters.insert(Key::new("created").unwrap(), BareItem::Date(Integer::default()));
    let mut text = String::from("\"@signature-params\": ");
    Member::InnerList(list).write_onto(&mut text);
    let expected = r#""@signature-params": ("@method" "@path");created=@0;nonce=:AA==:"#;
    assert_eq!(text, expected);
}

#[test]
fn values_are_had_by_their_own_type_only() {
    let value = |field| Item::parse(field, &Limits::DEFAULT).unwrap().value;
    assert_eq!(value("1").as_integer(), Some(1));
    assert_eq!(value("@1").as_integer(), None);
    assert_eq!(value("1.0").as_integer(), None);
    assert_eq!(value("\"a\"").as_string(), Some("a"));
    assert_eq!(value("a").as_string(), None);
    assert_eq!(value("%\"a\"").as_string(), None);
    assert_eq!(value("a").as_token(), Some("a"));
    assert_eq!(value("\"a\"").as_token(), None);
    assert_eq!(value(":AA==:").as_bytes(), Some([0].as_slice()));
    assert_eq!(value("\"\"").as_bytes(), None);
    assert_eq!(value("?0").as_boolean(), Some(false));
    assert_eq!(value("0").as_boolean(), None);
}

/// Keys of the grammar, few enough to meet twice.
fn key() -> impl Strategy<Value = String> {
    "[a-c*][a-b0-9_.*-]{0,2}"
}

/// A value as the suite writes it in JSON.
fn bare_item() -> impl Strategy<Value = Value> {
    let most = 999_999_999_999_999_i64;
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-most..=most).prop_map(Value::from),
        // Eighths and their like have few digits, and thousandths below 10^12 come back from JSON unharmed.
        (-999_999_999_i64..=999_999_999).prop_map(|thousandths| json!(thousandths as f64 / 1000.0)),
        "[ -~]{0,12}".prop_map(Value::from),
        "[a-zA-Z*][a-zA-Z0-9!#$%&'*+.^_`|~:/-]{0,8}"
            .prop_map(|token| json!({"__type": "token", "value": token})),
        "(?:[A-Z2-7]{8}){0,3}".prop_map(|bytes| json!({"__type": "binary", "value": bytes})),
        (-most..=most).prop_map(|seconds| json!({"__type": "date", "value": seconds})),
        "\\PC{0,8}[\"%\\\\\n]?".prop_map(|text| json!({"__type": "displaystring", "value": text})),
    ]
}

fn parameters() -> impl Strategy<Value = Value> {
    prop::collection::vec((key(), bare_item()), 0..4).prop_map(|entries| json!(entries))
}

fn item() -> impl Strategy<Value = Value> {
    (bare_item(), parameters()).prop_map(|item| json!(item))
}

fn member() -> impl Strategy<Value = Value> {
    let inner_list = (prop::collection::vec(item(), 0..4), parameters());
    prop_oneof![item(), inner_list.prop_map(|list| json!(list))]
}

fn structure() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        item().prop_map(|item| ("item", item)),
        prop::collection::vec(member(), 0..5).prop_map(|list| ("list", json!(list))),
        prop::collection::vec((key(), member()), 0..5)
            .prop_map(|dictionary| ("dictionary", json!(dictionary))),
    ]
}

/// Bytes that mean something to a structured field, so that random ones get deep into it.
fn field() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ \t,;=()\"\\\\:?@%*a-c0-1.-]{1,3}",
        Just("\"a\\\"b\"".to_owned()),
        Just(":AAAA:".to_owned()),
        Just("%\"%c3%bc\"".to_owned()),
        Just("a=1".to_owned()),
        Just("(1 b);c=2.5".to_owned()),
        Just("?1".to_owned()),
        Just(", ".to_owned()),
        "\\PC",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn what_was_written_reads_as_what_it_was((kind, model) in structure()) {
        let built = Structure::build(kind, &model).unwrap();
        let text = built.to_text();
        let parsed = Structure::parse(kind, text.as_bytes());
        prop_assert_eq!(parsed.as_ref(), Ok(&built), "{}", text);
        prop_assert_eq!(parsed.unwrap().to_text(), text);
    }

    #[test]
    fn whatever_is_read_is_written_so_that_it_reads_the_same(field in field()) {
        for kind in ["item", "list", "dictionary"] {
            match Structure::parse(kind, field.as_bytes()) {
                Ok(parsed) => {
                    let text = parsed.to_text();
                    prop_assert_eq!(Structure::parse(kind, text.as_bytes()), Ok(parsed));
                }
                Err(error) => prop_assert!(error.offset() <= field.len()),
            }
        }
    }

    #[test]
    fn a_member_reads_the_same_from_the_bytes_it_was_sent_in(field in field()) {
        if let Ok(list) = List::parse(&field, &Limits::DEFAULT) {
            for member in &list.members {
                let again = List::parse(&field[member.span()], &Limits::DEFAULT).unwrap();
                prop_assert_eq!(&again.members, std::slice::from_ref(member));
            }
        }
        if let Ok(dictionary) = Dictionary::parse(&field, &Limits::DEFAULT) {
            for entry in dictionary.entries() {
                let again = Dictionary::parse(&field[entry.span()], &Limits::DEFAULT).unwrap();
                prop_assert_eq!(again.entries(), std::slice::from_ref(entry));
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        for kind in ["item", "list", "dictionary"] {
            if let Err(error) = Structure::parse(kind, &bytes) {
                prop_assert!(error.offset() <= bytes.len());
            }
        }
    }
}

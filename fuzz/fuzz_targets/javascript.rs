//! What is read, printed and sorted is what the specification of JavaScript says, done slowly.

#![no_main]

use countersign::javascript::{self, Concatenation, Kind, Limits, Profile, Value};
use countersign_fuzz::{javascript as slow, text};
use libfuzzer_sys::fuzz_target;

const DEPTH: u16 = 24;

fuzz_target!(|data: &[u8]| {
    let body = &*text::of(data);
    check(body, Profile::Node, body);
    check(body, Profile::BomTolerant, body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
});

fn check(body: &[u8], profile: Profile, read: &[u8]) {
    let ours = javascript::parse(body, profile, Limits::WEBHOOK.with_max_depth(DEPTH));
    let theirs = slow::parse(read, DEPTH.into());
    let (ours, theirs) = match (&ours, &theirs) {
        (Ok(ours), Some(theirs)) => (ours, theirs),
        _ => return assert_eq!(ours.is_ok(), theirs.is_some()),
    };
    same(ours.root(), theirs);
    let mut json = Vec::new();
    let mut concatenation = Concatenation::new(&mut json);
    concatenation.push(ours.root());
    concatenation.finish();
    if matches!(ours.root().kind(), Kind::Object | Kind::Array | Kind::Null) {
        assert_eq!(String::from_utf8(json).unwrap(), slow::stringify(theirs));
    }
    let mut json = Vec::new();
    ours.root().write_json(&mut json);
    assert_eq!(String::from_utf8(json).unwrap(), slow::stringify(theirs));
    let mut sorted = Vec::new();
    let written = ours.write_sorted_values(&mut sorted).ok().map(|()| sorted);
    assert_eq!(written, slow::sorted_values(theirs));
}

fn same(ours: Value<'_, '_>, theirs: &slow::Value) {
    match theirs {
        slow::Value::Null => assert_eq!(ours.kind(), Kind::Null),
        slow::Value::Boolean(value) => assert_eq!(ours.as_bool(), Some(*value)),
        slow::Value::Number(number) => {
            assert_eq!(ours.as_f64().map(f64::to_bits), Some(number.to_bits()));
            assert_eq!(ours.number_text().unwrap(), slow::number_text(*number));
        }
        slow::Value::String(units) => {
            assert_eq!(ours.kind(), Kind::String);
            assert_eq!(ours.as_str().unwrap(), String::from_utf16_lossy(units));
        }
        slow::Value::Array(elements) => {
            assert_eq!(ours.elements().count(), elements.len());
            ours.elements().zip(elements).for_each(|(ours, theirs)| same(ours, theirs));
        }
        slow::Value::Object(members) => {
            assert_eq!(ours.kind(), Kind::Object);
            for (name, value) in members {
                if let Ok(name) = String::from_utf16(name) {
                    same(ours.member(&name).unwrap(), value);
                }
            }
        }
    }
}

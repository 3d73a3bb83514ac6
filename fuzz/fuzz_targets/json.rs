//! What we read, serde_json reads as the same value; what we refuse and it takes, we refuse for a reason that holds.

#![no_main]

use std::collections::BTreeSet;

use countersign::json::{self, JsonErrorKind, Kind, Limits};
use countersign_fuzz::text;
use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

const LIMITS: Limits = Limits { max_bytes: 8192, max_depth: 24 };

fuzz_target!(|data: &[u8]| {
    let input = &*text::of(data);
    let theirs = serde_json::from_slice::<Value>(input);
    match (json::parse(input, LIMITS), theirs) {
        (Ok(document), Ok(theirs)) => {
            same(document.root(), &theirs);
            let typed: Value = document.root().deserialize().unwrap();
            same(document.root(), &typed);
            assert_eq!(json::parse_object(input, LIMITS).is_ok(), theirs.is_object());
        }
        (Ok(document), Err(error)) => {
            // A number beyond every double is well-formed; whoever asks for its value is told.
            assert!(error.to_string().contains("number out of range"), "{error}");
            let typed = document.root().deserialize::<Value>();
            assert_eq!(typed.unwrap_err().kind(), JsonErrorKind::Number);
        }
        (Err(error), Ok(theirs)) => match error.kind() {
            JsonErrorKind::TooLong => assert!(input.len() > LIMITS.max_bytes),
            JsonErrorKind::TooDeep => assert!(depth(&theirs) > LIMITS.max_depth || repeats(input)),
            JsonErrorKind::DuplicateMember => assert!(repeats(input)),
            kind => panic!("refused as {kind:?}, and serde_json reads it"),
        },
        (Err(error), Err(_)) => assert!(error.offset() <= input.len()),
    }
});

fn same(ours: json::Value<'_, '_>, theirs: &Value) {
    let again = json::parse(ours.raw().as_bytes(), LIMITS).unwrap();
    assert_eq!(again.root().raw(), ours.raw());
    match theirs {
        Value::Null => assert_eq!(ours.kind(), Kind::Null),
        Value::Bool(value) => assert_eq!(ours.as_bool(), Some(*value)),
        Value::Number(number) => {
            if let Some(integer) = number.as_i64() {
                assert_eq!(ours.as_i64(), Some(integer));
            }
            // serde_json is exact only with `float_roundtrip`; without, three ulps were seen.
            let (ours, theirs) = (ours.as_f64().unwrap(), number.as_f64().unwrap());
            assert!(ours.to_bits().abs_diff(theirs.to_bits()) <= 8, "{ours:e}, {theirs:e}");
        }
        Value::String(text) => {
            assert_eq!(ours.as_str().as_deref(), Some(&**text));
            assert!(ours.is_str(text));
            assert!(!ours.is_str(&format!("{text}x")));
        }
        Value::Array(elements) => {
            assert_eq!(ours.kind(), Kind::Array);
            assert_eq!(ours.elements().count(), elements.len());
            ours.elements().zip(elements).for_each(|(ours, theirs)| same(ours, theirs));
        }
        Value::Object(members) => {
            assert_eq!(ours.kind(), Kind::Object);
            let names: Vec<_> = ours.members().map(|(name, _)| name.as_str().unwrap()).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
            assert_eq!(names.len(), members.len());
            for (name, value) in ours.members() {
                let name = name.as_str().unwrap();
                same(value, &members[&*name]);
                assert_eq!(ours.get(&name).map(json::Value::offset), Some(value.offset()));
            }
        }
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Whether any object has two members of one name, found with serde alone.
fn repeats(input: &[u8]) -> bool {
    serde_json::from_slice::<Unique>(input).is_err()
}

struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value without repeated members")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Self)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("repeated"));
            }
        }
        Ok(self)
    }
}

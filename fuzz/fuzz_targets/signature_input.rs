//! A member of `Signature-Input` means what the structured field says, in whatever spelling: the short way of reading it
//! and the long one give one key id, one base, one verdict; and the base ends with the member's canonical text.

#![no_main]

use std::collections::HashSet;
use std::sync::LazyLock;

use countersign::httpsig::{Policy, Scheme, Signatures, explain};
use countersign::structured::{Dictionary, InnerList, Limits};
use countersign_fuzz::http::{Owned, trimmed};
use countersign_fuzz::keys::{NOW, VERIFYING};
use libfuzzer_sys::fuzz_target;

/// Those of the room (`src/httpsig.rs`): a field of 8 KiB, eight signatures, 64 components, 16 parameters.
const LIMITS: Limits =
    Limits::DEFAULT.with_bytes(8192).with_members(8).with_items(64).with_parameters(16);

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    Policy::builder(Scheme::Rfc9421, ["@method", "x;bs"])
        .dangerous_partial_coverage()
        .any()
        .build()
        .unwrap()
});

fuzz_target!(|data: &[u8]| {
    let input = trimmed(data);
    let Ok(text) = std::str::from_utf8(input) else {
        assert!(!is_read(data, "s=:AAAA:"));
        return;
    };
    let dictionary = Dictionary::parse(text, &LIMITS)
        .ok()
        .filter(|dictionary| dictionary.refuse_duplicates().is_ok());
    let Some(dictionary) = dictionary else {
        assert!(!is_read(data, "s=:AAAA:"));
        return;
    };
    let labels: Vec<_> = dictionary.entries().iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(labels.iter().collect::<HashSet<_>>().len(), labels.len());
    let signature: Vec<_> = labels.iter().map(|label| format!("{label}=:AAAA:")).collect();
    let signature = signature.join(", ");
    if signature.len() <= 8192 {
        assert!(is_read(data, &signature), "{text}");
        // One label less, and it is not read.
        if let Some((_, fewer)) = signature.split_once(", ") {
            assert!(!is_read(data, fewer), "{text}");
        }
    }
    for entry in dictionary.entries() {
        match entry.value.as_inner_list() {
            Some(list) => {
                let mut canonical = String::new();
                list.write_onto(&mut canonical);
                assert_eq!(meaning(&text[list.span()]), meaning(&canonical));
                member(list, &canonical);
            }
            None => {
                let mut value = String::new();
                entry.value.write_onto(&mut value);
                assert_eq!(meaning(&value).0, None);
            }
        }
    }
});

fn member(list: &InnerList<'_>, canonical: &str) {
    if canonical.len() > 4096 {
        return; // spaced, it would be too long
    }
    let (key_id, base, error) = meaning(canonical);
    let told = list.parameters.get("keyid").and_then(|value| value.as_string());
    assert_eq!(key_id.as_deref(), told.filter(|_| key_id.is_some()), "{canonical}");
    if let Some(base) = &base {
        let last = format!("\"@signature-params\": {canonical}");
        assert_eq!(base.lines().last(), Some(&*last));
        assert_eq!(base.lines().count(), list.items.len() + 1, "{base}");
        let lines = base.lines().zip(&list.items);
        for (line, item) in lines {
            let mut identifier = String::new();
            item.write_onto(&mut identifier);
            assert!(line.starts_with(&format!("{identifier}: ")), "{line}");
        }
    }
    assert_eq!(meaning(&spaced(list)), (key_id, base, error), "{canonical}");
}

/// The key id, the base and the verdict, where a message is signed with this member.
fn meaning(member: &str) -> (Option<String>, Option<String>, Option<String>) {
    let message = message()
        .field("Signature-Input", format!("sig1={member}"))
        .field("Signature", "sig1=:AAAA:");
    message.with(|request| {
        let report = explain(request, &VERIFYING[1..2], &POLICY, NOW);
        let base = report.base().map(|base| base.as_str().to_owned());
        let signatures = Signatures::parse(request).unwrap();
        let key_id = signatures.select(&POLICY).ok().and_then(|it| it.key_id().map(str::to_owned));
        let error = report.error().map(|error| format!("{error:?}"));
        assert!(error.is_some());
        (key_id, base, error)
    })
}

/// The same list with spaces wherever RFC 9651 §4.2 lets them be.
fn spaced(list: &InnerList<'_>) -> String {
    let mut text = String::from("(  ");
    for item in &list.items {
        item.write_onto(&mut text);
        text.push_str("   ");
    }
    let mut parameters = String::new();
    let mut bare = InnerList::new(Vec::new());
    bare.parameters = list.parameters.clone();
    bare.write_onto(&mut parameters);
    text + &parameters[1..]
}

fn is_read(input: &[u8], signature: &str) -> bool {
    let message = message().field("Signature-Input", input).field("Signature", signature);
    message.with(|request| Signatures::parse(request).is_ok())
}

fn message() -> Owned {
    Owned::new("GET", "/a?b=1&c=%20")
        .field("Host", "example.com")
        .field("Date", "Thu, 26 Dec 2024 02:38:03 GMT")
        .field("x", "a, b")
        .field("X", "c=(1 2);d")
        .field("content-digest", "sha-256=:AAAA:")
}

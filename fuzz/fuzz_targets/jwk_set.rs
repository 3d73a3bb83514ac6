//! A key set that is taken can be written and read again as the same set; a secret never gets into it.

#![no_main]

use countersign::jwks::{JwkSet, MAX_KEYS_PER_ID, diff};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    let Ok(set) = JwkSet::parse(document) else { return };
    let keys = set.keys();
    assert!(!keys.is_empty());
    assert!(diff(&set, &set).is_empty());

    let entries: Vec<String> = keys.iter().map(|key| key.public_jwk().unwrap()).collect();
    let written = format!(r#"{{"keys":[{}]}}"#, entries.join(","));
    let again = JwkSet::parse(written.as_bytes()).unwrap();
    assert!(again.report().skipped().is_empty(), "{:?}", again.report());
    assert_eq!(again.keys().len(), keys.len());
    for (again, key) in again.keys().iter().zip(keys) {
        assert_eq!((again.id(), again.thumbprint()), (key.id(), key.thumbprint()));
        assert!(!key.is_symmetric());
    }
    assert!(diff(&set, &again).is_empty() && diff(&again, &set).is_empty());

    for key in keys {
        let id = key.id().map_or("", |id| id);
        let found = set.keys_for(id).unwrap();
        assert!((1..=MAX_KEYS_PER_ID).contains(&found.as_ref().len()));
        assert!(found.as_ref().iter().any(|other| other.thumbprint() == key.thumbprint()));
        assert!(found.as_ref().iter().all(|other| other.id() == key.id()));
    }

    // Counted with another reader: each entry is a key or has its reason, and a secret is no key.
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(document) else { return };
    let entries = json["keys"].as_array().unwrap();
    assert_eq!(keys.len() + set.report().skipped().len(), entries.len());
    let secret = |entry: &&serde_json::Value| entry["kty"] == "oct" || entry.get("d").is_some();
    let secrets = entries.iter().filter(secret).count();
    assert!(keys.len() + secrets <= entries.len());
});

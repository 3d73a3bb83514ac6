//! No text verifies but the tokens that were minted, byte for byte; a key id is safe to look up and to log.

#![no_main]

use std::sync::LazyLock;

use countersign::jwt::{Policy, UnverifiedToken};
use countersign::key::Algorithm;
use countersign_fuzz::keys::{AUDIENCE, ISSUER, MINTED, NOW, SIGNING, VERIFYING};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

static POLICIES: LazyLock<[Policy; 4]> = LazyLock::new(|| {
    SIGNING
        .each_ref()
        .map(|(algorithm, _)| Policy::builder(ISSUER, AUDIENCE, [*algorithm]).build().unwrap())
});

static ALGORITHMS: LazyLock<[Algorithm; 4]> =
    LazyLock::new(|| SIGNING.each_ref().map(|(algorithm, _)| *algorithm));

fn accepted(text: &str) -> bool {
    let Ok(token) = UnverifiedToken::parse(text) else { return false };
    if let Some(id) = token.key_id() {
        assert!((1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    let by_policy = POLICIES
        .iter()
        .any(|policy| token.verify::<IgnoredAny, _>(&*VERIFYING, policy, NOW).is_ok());
    let signed = token.dangerous_verify_signature_only(&*VERIFYING, &*ALGORITHMS, NOW).is_ok();
    assert!(signed || !by_policy);
    signed
}

fuzz_target!(
    init: assert!(MINTED.iter().all(|token| accepted(token))),
    |data: &[u8]| {
        let Ok(text) = std::str::from_utf8(data) else { return };
        assert_eq!(accepted(text), MINTED.contains(&text));
    }
);

#![allow(dead_code, reason = "each test file uses a part of it")]

//! JWK Sets made of the keys in `tests/keys`.

use countersign::key::VerifyingKey;

pub(crate) const ED25519: &str = include_str!("../keys/ed25519.pub.pem");
pub(crate) const P256: &str = include_str!("../keys/p256.pub.pem");
pub(crate) const P384: &str = include_str!("../keys/p384.pub.pem");
pub(crate) const RSA: &str = include_str!("../keys/rsa2048.pub.pem");
#[allow(dead_code, reason = "not every test file needs it")]
pub(crate) const RSA_OTHER: &str = include_str!("../keys/rsa2048_other.pub.pem");

pub(crate) fn key(pem: &str, id: &str) -> VerifyingKey {
    VerifyingKey::from_pem(pem).unwrap().with_id(id)
}

/// A JWK of the key in this PEM.
pub(crate) fn jwk(pem: &str, id: &str) -> String {
    key(pem, id).public_jwk().unwrap()
}

/// A set of these entries.
pub(crate) fn document(entries: &[impl AsRef<str>]) -> Vec<u8> {
    let entries: Vec<&str> = entries.iter().map(AsRef::as_ref).collect();
    format!(r#"{{"keys":[{}]}}"#, entries.join(",")).into_bytes()
}

//! Keys, signatures and MACs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

mod common;

use countersign::key::{Algorithm, KeyError, SigningKey, VerifyingKey};

const MESSAGE: &[u8] = b"what was signed";

#[test]
fn every_pkcs8_key_signs_what_its_spki_verifies() {
    for (private, public, algorithms) in [
        (
            include_str!("keys/rsa2048.pem"),
            include_str!("keys/rsa2048.pub.pem"),
            &Algorithm::ALL[..6],
        ),
        (
            include_str!("keys/rsa4096.pem"),
            include_str!("keys/rsa4096.pub.pem"),
            &Algorithm::ALL[..6],
        ),
        (include_str!("keys/p256.pem"), include_str!("keys/p256.pub.pem"), &[Algorithm::Es256]),
        (include_str!("keys/p384.pem"), include_str!("keys/p384.pub.pem"), &[Algorithm::Es384]),
        (
            include_str!("keys/ed25519.pem"),
            include_str!("keys/ed25519.pub.pem"),
            &[Algorithm::EdDsa],
        ),
    ] {
        let (private, public) =
            (SigningKey::from_pem(private).unwrap(), VerifyingKey::from_pem(public).unwrap());
        assert_eq!(public.algorithms(), algorithms);
        assert_eq!(public.thumbprint(), private.verifying_key().thumbprint());
        for algorithm in algorithms {
            let signature = private.sign(*algorithm, MESSAGE).unwrap();
            assert_eq!(public.verify(*algorithm, MESSAGE, &signature), Ok(()));
            assert_eq!(
                public.verify(*algorithm, b"another", &signature),
                Err(KeyError::SignatureInvalid)
            );
        }
    }
}

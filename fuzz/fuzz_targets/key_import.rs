//! No bytes make an importer panic. A key that is taken survives publication, and takes no signature that nobody made.

#![no_main]

use countersign::key::{Algorithm, KeyError, SigningKey, VerifyingKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // Each importer refuses foreign forms at the first bytes, so all of them see every input.
    let text = std::str::from_utf8(input).ok();
    let public = [
        VerifyingKey::from_jwk(input).ok(),
        VerifyingKey::from_spki_der(input).ok(),
        VerifyingKey::from_pkcs1_der(input).ok(),
        text.and_then(|text| VerifyingKey::from_pem(text).ok()),
    ];
    public.into_iter().flatten().for_each(|key| check_public(&key));
    if let Some(key) = text.and_then(|text| VerifyingKey::dangerous_short_rsa_from_pem(text).ok()) {
        assert_eq!(key.algorithms(), [Algorithm::Rs256]);
        refuses_garbage(&key);
    }
    let private = [
        SigningKey::from_jwk(input).ok(),
        SigningKey::from_pkcs8_der(input).ok(),
        SigningKey::from_pkcs1_der(input).ok(),
        SigningKey::from_sec1_der(input).ok(),
        text.and_then(|text| SigningKey::from_pem(text).ok()),
    ];
    private.into_iter().flatten().for_each(|key| check_private(&key));
});

fn check_public(key: &VerifyingKey) {
    assert!(!key.is_symmetric());
    let jwk = key.public_jwk().unwrap();
    let again = VerifyingKey::from_jwk(jwk.as_bytes()).unwrap();
    assert_eq!(again.thumbprint(), key.thumbprint(), "{jwk}");
    assert_eq!(again.id(), key.id(), "{jwk}");
    // A key of one algorithm of several, such as an RSASSA-PSS one, may be published without its `alg`.
    assert!(key.algorithms().iter().all(|algorithm| again.allows(*algorithm)), "{jwk}");
    assert_eq!(again.public_jwk().unwrap().len(), jwk.len());
    refuses_garbage(key);
}

fn refuses_garbage(key: &VerifyingKey) {
    for algorithm in Algorithm::ALL {
        let mut one = [0; 256];
        one[255] = 1;
        let garbage: [&[u8]; 7] =
            [&[], &[0; 64], &[0; 96], &[0; 256], &[0x5a; 64], &[0xff; 256], &one];
        for signature in garbage {
            let expected = match key.allows(algorithm) {
                true => KeyError::SignatureInvalid,
                false => KeyError::AlgorithmNotForKey { algorithm },
            };
            assert_eq!(key.verify(algorithm, b"message", signature), Err(expected));
        }
    }
}

fn check_private(key: &SigningKey) {
    let public = key.verifying_key();
    check_public(&public);
    assert_eq!(key.public_jwk(), public.public_jwk());
    // What it signs, its public half takes, and only that; a damaged key may refuse to sign.
    for algorithm in key.algorithms() {
        let Ok(mut signature) = key.sign(*algorithm, b"message") else { continue };
        assert_eq!(public.verify(*algorithm, b"message", &signature), Ok(()));
        signature[9] ^= 1;
        let refused = public.verify(*algorithm, b"message", &signature);
        assert_eq!(refused, Err(KeyError::SignatureInvalid));
    }
}

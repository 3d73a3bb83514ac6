//! Keys, signatures and MACs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

use std::collections::BTreeSet;

use countersign::class::Class;
use countersign::encoding::{base64, base64url, hex};
use countersign::json::JsonErrorKind;
use countersign::key::{
    Algorithm, KeyError, MacAlgorithm, MacKey, SigningKey, VerifyingKey, ecdsa_signature_from_der,
};
use countersign::secret::Secret;
use serde_json::{Value, json};

const MESSAGE: &[u8] = b"what was signed";
const RSA_ALGORITHMS: &[Algorithm] = Algorithm::ALL.split_at(6).0;
const PSS_ALGORITHMS: &[Algorithm] = RSA_ALGORITHMS.split_at(3).1;
const OFFERS_P521: bool = cfg!(feature = "aws-lc-rs");

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("keys/", $name, ".pem"))
    };
}

mod signing_and_verifying {
    use super::*;

    /// Private key, public key, algorithms.
    fn pairs() -> Vec<(&'static str, &'static str, &'static [Algorithm])> {
        let mut pairs = vec![
            (pem!("rsa4096"), pem!("rsa4096.pub"), RSA_ALGORITHMS),
            (pem!("rsa2048"), pem!("rsa2048.pub"), RSA_ALGORITHMS),
            (pem!("rsa2048_pkcs1"), pem!("rsa2048_pkcs1.pub"), RSA_ALGORITHMS),
            (pem!("rsa2048_pss"), pem!("rsa2048_pss.pub"), PSS_ALGORITHMS),
            (pem!("p256"), pem!("p256.pub"), &[Algorithm::Es256]),
            (pem!("p256_sec1"), pem!("p256.pub"), &[Algorithm::Es256]),
            (pem!("p384"), pem!("p384.pub"), &[Algorithm::Es384]),
            (pem!("p384_sec1"), pem!("p384.pub"), &[Algorithm::Es384]),
            (pem!("ed25519"), pem!("ed25519.pub"), &[Algorithm::EdDsa]),
        ];
        if OFFERS_P521 {
            pairs.push((pem!("p521"), pem!("p521.pub"), &[Algorithm::Es512]));
            pairs.push((pem!("p521_sec1"), pem!("p521.pub"), &[Algorithm::Es512]));
        }
        pairs
    }

    #[test]
    fn what_each_private_key_signs_its_public_key_verifies() {
        for (private, public, algorithms) in pairs() {
            let private = SigningKey::from_pem(private).unwrap();
            let public = VerifyingKey::from_pem(public).unwrap();
            assert_eq!((public.algorithms(), private.algorithms()), (algorithms, algorithms));
            assert_eq!(public.thumbprint(), private.verifying_key().thumbprint());
            for algorithm in Algorithm::ALL {
                if !algorithms.contains(&algorithm) {
                    let refusal = KeyError::AlgorithmNotForKey { algorithm };
                    assert_eq!(private.sign(algorithm, MESSAGE), Err(refusal.clone()));
                    assert_eq!(public.verify(algorithm, MESSAGE, &[0; 64]), Err(refusal));
                    continue;
                }
                let signature = private.sign(algorithm, MESSAGE).unwrap();
                assert_eq!(public.verify(algorithm, MESSAGE, &signature), Ok(()), "{algorithm}");
                assert_eq!(
                    public.verify(algorithm, b"what was not signed", &signature),
                    Err(KeyError::SignatureInvalid),
                );
            }
        }
    }

    #[test]
    fn a_published_jwk_is_the_same_key() {
        for (private, public, algorithms) in pairs() {
            let private = SigningKey::from_pem(private).unwrap().with_id("a \"quoted\" id");
            let jwk: Value = serde_json::from_str(&private.public_jwk().unwrap()).unwrap();
            assert_eq!((&jwk["use"], &jwk["kid"]), (&json!("sig"), &json!("a \"quoted\" id")));
            let alg = if let [one] = algorithms { json!(one.name()) } else { Value::Null };
            assert_eq!(jwk["alg"], alg);

            let named = private.with_id("k1").public_jwk().unwrap();
            let read = VerifyingKey::from_jwk(named.as_bytes()).unwrap();
            assert_eq!(read.id().map(|id| &**id), Some("k1"));
            assert_eq!(read.thumbprint(), VerifyingKey::from_pem(public).unwrap().thumbprint());
        }
    }

    #[test]
    fn every_flipped_bit_of_a_signature_is_refused() {
        let secret = Secret::new([7; 64]).unwrap();
        let hmac = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512]
            .map(|algorithm| (SigningKey::hmac(algorithm, &secret).unwrap(), algorithm));
        let mut keys = hmac.to_vec();
        for (private, _, algorithms) in pairs() {
            let private = SigningKey::from_pem(private).unwrap();
            // The families once each: a signature of 4096 bits or on P-384 takes its time.
            keys.retain(|(_, seen)| !algorithms.contains(seen));
            keys.extend(algorithms.iter().map(|algorithm| (private.clone(), *algorithm)));
        }
        for (key, algorithm) in keys {
            let (public, good) = (key.verifying_key(), key.sign(algorithm, MESSAGE).unwrap());
            assert_eq!(public.verify(algorithm, MESSAGE, &good), Ok(()));
            for bit in 0..good.len() * 8 {
                let mut flipped = good.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let refused = Err(KeyError::SignatureInvalid);
                assert_eq!(
                    public.verify(algorithm, MESSAGE, &flipped),
                    refused,
                    "{algorithm} {bit}"
                );
            }
        }
    }

    #[test]
    fn signatures_of_another_length_are_refused() {
        let secret = Secret::new([7; 32]).unwrap();
        for (key, algorithm) in [
            (SigningKey::from_pem(pem!("rsa2048")).unwrap(), Algorithm::Rs256),
            (SigningKey::from_pem(pem!("rsa2048")).unwrap(), Algorithm::Ps256),
            (SigningKey::from_pem(pem!("p256")).unwrap(), Algorithm::Es256),
            (SigningKey::from_pem(pem!("ed25519")).unwrap(), Algorithm::EdDsa),
            (SigningKey::hmac(Algorithm::Hs256, &secret).unwrap(), Algorithm::Hs256),
        ] {
            let (public, good) = (key.verifying_key(), key.sign(algorithm, MESSAGE).unwrap());
            let longer = [good.as_slice(), &[0]].concat();
            let leading = [&[0], good.as_slice()].concat();
            let shorter = &good[..good.len() - 1];
            let megabyte = vec![1; 1 << 20];
            for bad in [&[][..], &[0], shorter, &longer, &leading, &megabyte] {
                let refused = Err(KeyError::SignatureInvalid);
                assert_eq!(public.verify(algorithm, MESSAGE, bad), refused, "{algorithm}");
            }
        }
    }

    #[test]
    fn refuses_psychic_and_out_of_range_ecdsa_signatures() {
        // CVE-2022-21449; the order n of P-256 is SP 800-186 §3.2.1.3.
        let n = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
            .unwrap();
        let (zero, one) = (vec![0; 32], [vec![0; 31], vec![1]].concat());
        let key = VerifyingKey::from_pem(pem!("p256.pub")).unwrap();
        for (r, s) in [(&zero, &zero), (&zero, &one), (&one, &zero), (&n, &one), (&one, &n)] {
            let signature = [r.as_slice(), s].concat();
            let refused = Err(KeyError::SignatureInvalid);
            assert_eq!(key.verify(Algorithm::Es256, MESSAGE, &signature), refused);
        }
    }

    #[test]
    fn der_signatures_are_for_conversion_alone() {
        let der = |r: &[u8], s: &[u8]| {
            let integer = |number: &[u8]| {
                let number = &number[number.iter().take_while(|byte| **byte == 0).count()..];
                let sign: &[u8] = if number[0] < 0x80 { &[] } else { &[0] };
                [&[2, (sign.len() + number.len()) as u8], sign, number].concat()
            };
            let both = [integer(r), integer(s)].concat();
            [&[0x30, both.len() as u8], both.as_slice()].concat()
        };
        let key = SigningKey::from_pem(pem!("p256")).unwrap();
        for _ in 0..32 {
            let raw = key.sign(Algorithm::Es256, MESSAGE).unwrap();
            let der = der(&raw[..32], &raw[32..]);
            let refused = Err(KeyError::SignatureInvalid);
            assert_eq!(key.verifying_key().verify(Algorithm::Es256, MESSAGE, &der), refused);
            assert_eq!(ecdsa_signature_from_der(Algorithm::Es256, &der), Ok(raw));
        }
        let too_long = der(&[1; 33], &[1; 32]);
        let refused = Err(KeyError::SignatureInvalid);
        assert_eq!(ecdsa_signature_from_der(Algorithm::Es256, &too_long), refused);
        let refused = Err(KeyError::AlgorithmNotForKey { algorithm: Algorithm::Rs256 });
        assert_eq!(ecdsa_signature_from_der(Algorithm::Rs256, &too_long), refused);
    }

    #[test]
    fn a_pinned_key_serves_its_algorithm_alone() {
        let key = VerifyingKey::from_pem(pem!("rsa2048.pub")).unwrap();
        assert!(key.allows(Algorithm::Ps256));
        let pinned = key.with_algorithm(Algorithm::Rs256).unwrap();
        assert_eq!(pinned.algorithms(), [Algorithm::Rs256]);
        let signing = SigningKey::from_pem(pem!("rsa2048")).unwrap();
        let signature = signing.sign(Algorithm::Ps256, MESSAGE).unwrap();
        let refused = KeyError::AlgorithmNotForKey { algorithm: Algorithm::Ps256 };
        assert_eq!(pinned.verify(Algorithm::Ps256, MESSAGE, &signature), Err(refused.clone()));
        assert_eq!(pinned.with_algorithm(Algorithm::Ps256).unwrap_err(), refused);

        let pinned = signing.with_algorithm(Algorithm::Ps256).unwrap();
        let refused = Err(KeyError::AlgorithmNotForKey { algorithm: Algorithm::Rs256 });
        assert_eq!(pinned.sign(Algorithm::Rs256, MESSAGE), refused);
        assert_eq!(pinned.verifying_key().verify(Algorithm::Ps256, MESSAGE, &signature), Ok(()));
    }

    #[test]
    fn an_hmac_key_serves_its_algorithm_alone() {
        let key = VerifyingKey::hmac(Algorithm::Hs256, &Secret::new([7; 64]).unwrap()).unwrap();
        assert!(key.is_symmetric() && key.allows(Algorithm::Hs256));
        assert!(!key.allows(Algorithm::Hs512) && !key.allows(Algorithm::Rs256));
        assert_eq!(key.public_jwk(), Err(KeyError::Symmetric));
        assert!(!VerifyingKey::from_pem(pem!("p256.pub")).unwrap().is_symmetric());
    }

    #[test]
    fn debug_shows_no_key_material() {
        let secret = Secret::new("0123456789abcdef0123456789abcdef").unwrap();
        let key = SigningKey::hmac(Algorithm::Hs256, &secret).unwrap().with_id("k1");
        let shown = r#"SigningKey { id: Some("k1"), algorithms: [Hs256], .. }"#;
        assert_eq!(format!("{key:?}"), shown);
        assert_eq!(format!("{:?}", key.verifying_key()), shown.replace("Signing", "Verifying"));
        let mac = MacKey::new(MacAlgorithm::HmacSha256, &secret);
        assert_eq!(format!("{mac:?}"), "MacKey { algorithm: HmacSha256, .. }");
        assert_eq!(format!("{:?}", mac.context()), "MacContext(..)");
        assert_eq!(format!("{:?}", mac.tag(b"")), "MacTag(..)");
    }
}

mod published_examples {
    use super::*;

    /// RFC 7638 §3.1.
    const RFC7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    #[test]
    fn thumbprint_is_that_of_rfc_7638_section_3_1() {
        let jwk =
            json!({"kty": "RSA", "n": RFC7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"});
        let key = VerifyingKey::from_jwk(jwk.to_string().as_bytes()).unwrap();
        let expected = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(base64url::encode(key.thumbprint()), expected);
        assert_eq!(key.id().map(|id| &**id), Some("2011-04-29"));
        assert_eq!(key.algorithms(), [Algorithm::Rs256]);
    }

    #[test]
    fn zeros_in_front_of_n_and_e_make_no_other_key() {
        let n = [&[0, 0], base64url::decode(RFC7638_N).unwrap().as_slice()].concat();
        let jwk = json!({"kty": "RSA", "n": base64url::encode(n), "e": "AAEAAQ"});
        let key = VerifyingKey::from_jwk(jwk.to_string().as_bytes()).unwrap();
        let expected = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(base64url::encode(key.thumbprint()), expected);
    }

    #[test]
    fn ed25519_keys_and_signature_are_those_of_rfc_8037_appendix_a() {
        let jwk = br#"{"kty":"OKP","crv":"Ed25519",
            "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key = SigningKey::from_jwk(jwk).unwrap();
        let input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = key.sign(Algorithm::EdDsa, input).unwrap();
        assert_eq!(
            base64url::encode(&signature),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        );
        assert_eq!(
            base64url::encode(key.verifying_key().thumbprint()),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        );
    }

    #[test]
    fn reads_the_version_2_key_of_rfc_8410_section_10_3() {
        let key = SigningKey::from_pem(RFC8410_VERSION_2).unwrap();
        let expected = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
        let jwk: Value = serde_json::from_str(&key.public_jwk().unwrap()).unwrap();
        let x = base64url::decode(jwk["x"].as_str().unwrap()).unwrap();
        assert_eq!(hex::encode(x), expected);
    }

    #[test]
    fn short_rsa_keys_pass_through_the_dangerous_door_alone() {
        let short = KeyError::RsaTooShort { minimum: 2048, found: 1024 };
        assert_eq!(VerifyingKey::from_pem(CAVAGE_KEY).unwrap_err(), short);
        let key = VerifyingKey::dangerous_short_rsa_from_pem(CAVAGE_KEY).unwrap();
        assert_eq!(key.algorithms(), [Algorithm::Rs256]);
        // draft-cavage-http-signatures-12 §C.1.
        let signature = base64::decode(
            "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM=",
        )
        .unwrap();
        let message = b"date: Sun, 05 Jan 2014 21:31:40 GMT";
        assert_eq!(key.verify(Algorithm::Rs256, message, &signature), Ok(()));
        let refused = Err(KeyError::SignatureInvalid);
        assert_eq!(key.verify(Algorithm::Rs256, MESSAGE, &signature), refused);

        let not_rsa = VerifyingKey::dangerous_short_rsa_from_pem(pem!("p256.pub")).unwrap_err();
        assert_eq!(not_rsa, KeyError::AlgorithmMismatch { algorithm: Algorithm::Rs256 });
    }

    /// RFC 8410 §10.3, with an attribute and the public key.
    const RFC8410_VERSION_2: &str = "-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
";

    /// draft-cavage-http-signatures-12 §C.
    const CAVAGE_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
";
}

mod pem_and_der {
    use super::*;

    fn public(pem: &str) -> KeyError {
        VerifyingKey::from_pem(pem).unwrap_err()
    }

    fn private(pem: &str) -> KeyError {
        SigningKey::from_pem(pem).unwrap_err()
    }

    fn der(pem: &str) -> Vec<u8> {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        base64::decode(body).unwrap()
    }

    #[test]
    fn white_space_around_the_block_and_crlf_inside_it_do_no_harm() {
        let good = pem!("ed25519.pub");
        for text in [format!("\n  {good}\n\n"), good.replace('\n', "\r\n")] {
            assert_eq!(VerifyingKey::from_pem(&text).unwrap().algorithms(), [Algorithm::EdDsa]);
        }
    }

    #[test]
    fn anything_but_one_pem_block_is_refused() {
        let good = pem!("ed25519.pub");
        for text in [
            String::new(),
            format!("{good}{good}"),
            format!("Key:\n{good}"),
            format!("{good}trailing"),
            good.replace("MC", "M C"),
            good.replace("MC", "MC\n\u{a0}"),
            good.replace("uQ=", "uR="),
            good.replace("uQ=", "uQ"),
            good.replace("END PUBLIC", "END PRIVATE"),
            good.replace("-----\nM", "-----\nProc-Type: 4,ENCRYPTED\n\nM"),
            good.replace("-----\nM", "-----M"),
            good.replace('\n', "\\n"),
            "-----BEGIN PUBLIC KEY-----".to_owned(),
        ] {
            assert_eq!(public(&text), KeyError::Pem, "{text}");
        }
    }

    #[test]
    fn labels_decide() {
        let expected = "PUBLIC KEY or RSA PUBLIC KEY";
        assert_eq!(public(pem!("ed25519.cert")), KeyError::PemLabel { expected });
        for text in
            [pem!("ed25519"), pem!("p256_sec1"), pem!("rsa2048_pkcs1"), pem!("p256_encrypted")]
        {
            assert_eq!(public(text), KeyError::PrivateMaterial);
        }
        let expected = "PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY";
        for text in [pem!("ed25519.pub"), pem!("p256_encrypted")] {
            assert_eq!(private(text), KeyError::PemLabel { expected });
        }
        // The right structure under the wrong label.
        assert_eq!(
            public(&pem!("rsa2048_pkcs1.pub").replace("RSA PUBLIC", "PUBLIC")),
            KeyError::Der
        );
        assert_eq!(public(&pem!("rsa2048.pub").replace("PUBLIC", "RSA PUBLIC")), KeyError::Der);
    }

    #[test]
    fn more_bytes_than_any_key_has_are_not_looked_at() {
        let too_large = KeyError::TooLarge { maximum: 16_384, found: 16_385 };
        let bytes = vec![b' '; 16_385];
        assert_eq!(VerifyingKey::from_spki_der(&bytes).unwrap_err(), too_large);
        assert_eq!(VerifyingKey::from_pkcs1_der(&bytes).unwrap_err(), too_large);
        assert_eq!(SigningKey::from_pkcs8_der(&bytes).unwrap_err(), too_large);
        assert_eq!(SigningKey::from_pkcs1_der(&bytes).unwrap_err(), too_large);
        assert_eq!(SigningKey::from_sec1_der(&bytes).unwrap_err(), too_large);
        assert_eq!(public(&String::from_utf8(bytes.clone()).unwrap()), too_large);
        let json = VerifyingKey::from_jwk(&bytes).unwrap_err();
        assert!(matches!(json, KeyError::Json(error) if error.kind() == JsonErrorKind::TooLong));
    }

    #[test]
    fn der_that_is_cut_grown_or_flipped_is_refused() {
        let good = der(pem!("p256.pub"));
        assert!(VerifyingKey::from_spki_der(&good).is_ok());
        for length in 0..good.len() {
            assert_eq!(VerifyingKey::from_spki_der(&good[..length]).unwrap_err(), KeyError::Der);
        }
        let longer = [good.as_slice(), &[0]].concat();
        assert_eq!(VerifyingKey::from_spki_der(&longer).unwrap_err(), KeyError::Der);
        let mut codes = BTreeSet::new();
        for bit in 0..good.len() * 8 {
            let mut flipped = good.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            codes.insert(VerifyingKey::from_spki_der(&flipped).unwrap_err().code());
        }
        let reasons =
            ["der", "point_encoding", "point_off_curve", "unknown_curve", "unknown_key_type"];
        assert_eq!(
            codes,
            reasons.map(|reason| format!("key.{reason}")).iter().map(|code| &**code).collect()
        );
    }

    #[test]
    fn der_lengths_and_integers_have_one_spelling() {
        // SEQUENCE { INTEGER n, INTEGER 65537 } around a modulus of three bytes, which is short but well written.
        let short = KeyError::RsaTooShort { minimum: 2048, found: 24 };
        let read = |der: &[u8]| VerifyingKey::from_pkcs1_der(der).unwrap_err();
        assert_eq!(read(b"\x30\x0b\x02\x04\x00\xff\xff\xff\x02\x03\x01\x00\x01"), short);
        for bad in [
            &b"\x30\x81\x0b\x02\x04\x00\xff\xff\xff\x02\x03\x01\x00\x01"[..], // long form for a short length
            b"\x30\x82\x00\x0b\x02\x04\x00\xff\xff\xff\x02\x03\x01\x00\x01",
            b"\x30\x80\x02\x04\x00\xff\xff\xff\x02\x03\x01\x00\x01\x00\x00", // indefinite (BER)
            b"\x30\x0a\x02\x03\xff\xff\xff\x02\x03\x01\x00\x01",             // a negative modulus
            b"\x30\x0c\x02\x05\x00\x00\xff\xff\xff\x02\x03\x01\x00\x01",     // zeros in front
            b"\x30\x07\x02\x00\x02\x03\x01\x00\x01",                         // an empty INTEGER
            b"\x31\x0b\x02\x04\x00\xff\xff\xff\x02\x03\x01\x00\x01",         // a SET
            b"\x30\x0d\x02\x04\x00\xff\xff\xff\x02\x03\x01\x00\x01\x05\x00", // a third field
        ] {
            assert_eq!(read(bad), KeyError::Der, "{bad:02x?}");
        }
    }

    #[test]
    fn algorithm_identifiers_are_exact() {
        assert_eq!(public(pem!("x25519.pub")), KeyError::UnknownKeyType);
        assert_eq!(public(pem!("secp256k1.pub")), KeyError::UnknownCurve);
        assert_eq!(public(pem!("p256_explicit.pub")), KeyError::UnknownCurve);
        // rsaEncryption with an OCTET STRING where NULL must be.
        let mut rsa = der(pem!("rsa2048.pub"));
        assert_eq!(rsa[17..19], [5, 0]);
        rsa[17] = 4;
        assert_eq!(VerifyingKey::from_spki_der(&rsa).unwrap_err(), KeyError::Der);
    }

    #[test]
    fn unused_bits_in_a_public_key_are_refused() {
        let mut spki = der(pem!("ed25519.pub"));
        assert_eq!(spki[11], 0);
        spki[11] = 1;
        assert_eq!(VerifyingKey::from_spki_der(&spki).unwrap_err(), KeyError::Der);
    }

    #[test]
    fn private_keys_whose_halves_differ_are_refused() {
        let mut ed25519 = der(pem!("ed25519"));
        ed25519[4] = 1; // version 2 without a public key: RFC 5958 allows it
        assert!(SigningKey::from_pkcs8_der(&ed25519).is_ok());
        let other = VerifyingKey::from_pem(pem!("ed25519.pub")).unwrap();
        let jwk: Value = serde_json::from_str(&other.public_jwk().unwrap()).unwrap();
        let d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"; // RFC 8037 A.1
        let mixed = json!({"kty": "OKP", "crv": "Ed25519", "x": jwk["x"], "d": d});
        let refused = SigningKey::from_jwk(mixed.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused, KeyError::PrivateKey);

        let mut p256 = der(pem!("p256_sec1"));
        assert_eq!(p256[5..7], [4, 32]);
        p256[38] ^= 1; // the last byte of the scalar
        assert_eq!(SigningKey::from_sec1_der(&p256).unwrap_err(), KeyError::PrivateKey);

        let mut rsa = der(pem!("rsa2048_pkcs1"));
        let last = rsa.len() - 1;
        rsa[last] ^= 1; // the last byte of qInv
        assert_eq!(SigningKey::from_pkcs1_der(&rsa).unwrap_err(), KeyError::PrivateKey);
    }

    #[test]
    fn private_scalars_out_of_range_are_refused() {
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        let zero = "0".repeat(64);
        for scalar in [order, &zero] {
            let mut sec1 = der(pem!("p256_sec1"));
            sec1[7..39].copy_from_slice(&hex::decode(scalar).unwrap());
            assert_eq!(SigningKey::from_sec1_der(&sec1).unwrap_err(), KeyError::PrivateKey);
        }
    }

    #[test]
    fn a_curve_key_without_its_public_key_is_refused() {
        assert_eq!(private(pem!("p256_no_public")), KeyError::PublicKeyMissing);
    }

    #[test]
    fn rsa_keys_sign_only_with_what_both_backends_take() {
        assert_eq!(private(pem!("rsa2048_e3")), KeyError::RsaExponent);
        assert_eq!(private(pem!("rsa2560")), KeyError::RsaPrimes);
        let refused = KeyError::RsaTooLong { maximum: 4096, found: 5120 };
        assert_eq!(private(pem!("rsa5120")), refused);
        let public = VerifyingKey::from_pem(pem!("rsa2048_e3.pub")).unwrap();
        assert_eq!(public.algorithms(), RSA_ALGORITHMS); // for verifying it is allowed
    }

    #[test]
    fn p521_needs_the_other_backend() {
        let key = VerifyingKey::from_pem(pem!("p521.pub"));
        if OFFERS_P521 {
            assert_eq!(key.unwrap().algorithms(), [Algorithm::Es512]);
        } else {
            assert_eq!(key.unwrap_err(), KeyError::NotOffered { algorithm: Algorithm::Es512 });
            assert_eq!(private(pem!("p521")), KeyError::NotOffered { algorithm: Algorithm::Es512 });
        }
    }
}

mod rsa_numbers {
    use super::*;

    fn import(n: &[u8], e: &[u8]) -> Result<VerifyingKey, KeyError> {
        let (n, e) = (base64url::encode(n), base64url::encode(e));
        VerifyingKey::from_jwk(json!({"kty": "RSA", "n": n, "e": e}).to_string().as_bytes())
    }

    /// An odd number of this length, all of its bits set.
    fn modulus(bits: usize) -> Vec<u8> {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        bytes[0] >>= (8 - bits % 8) % 8;
        bytes
    }

    const E: &[u8] = &[1, 0, 1];

    #[test]
    fn lengths_are_counted_in_true_bits() {
        for bits in [2048, 2049, 3072, 8191, 8192] {
            assert!(import(&modulus(bits), E).is_ok(), "{bits}");
        }
        // ring alone rounds 2041 up to 2048.
        for found in [512, 768, 1024, 2040, 2041, 2047] {
            let refused = KeyError::RsaTooShort { minimum: 2048, found };
            assert_eq!(import(&modulus(found), E).unwrap_err(), refused);
        }
        let refused = KeyError::RsaTooShort { minimum: 2048, found: 0 };
        assert_eq!(import(&[], E).unwrap_err(), refused);
        for found in [8193, 16_384] {
            let refused = KeyError::RsaTooLong { maximum: 8192, found };
            assert_eq!(import(&modulus(found), E).unwrap_err(), refused);
        }
    }

    #[test]
    fn zeros_in_front_do_not_make_a_modulus_longer() {
        let padded = [vec![0; 128], modulus(1024)].concat();
        let refused = KeyError::RsaTooShort { minimum: 2048, found: 1024 };
        assert_eq!(import(&padded, E).unwrap_err(), refused);
    }

    #[test]
    fn even_moduli_are_refused() {
        let mut even = modulus(2048);
        even[255] = 0xfe;
        assert_eq!(import(&even, E).unwrap_err(), KeyError::RsaModulusEven);
    }

    #[test]
    fn exponents_are_odd_at_least_3_and_at_most_33_bits() {
        let n = modulus(2048);
        for good in [&[3][..], &[17], E, &[0, 0, 1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
            assert!(import(&n, good).is_ok(), "{good:?}");
        }
        let two_to_64 = &[1, 0, 0, 0, 0, 0, 0, 0, 0];
        let two_to_64_plus_3 = &[1, 0, 0, 0, 0, 0, 0, 0, 3];
        for bad in [
            &[][..],
            &[0],
            &[1],
            &[2],
            &[4],
            &[1, 0, 0],
            &[2, 0, 0, 0, 1],
            two_to_64,
            two_to_64_plus_3,
        ] {
            assert_eq!(import(&n, bad).unwrap_err(), KeyError::RsaExponent, "{bad:?}");
        }
    }

    #[test]
    fn moduli_with_the_roca_fingerprint_are_refused() {
        // A power of 65537 modulo each of the 38 primes, otherwise arbitrary; not a product of two primes.
        let n = "i4W2ZcLlyok1CcqpOttd1bXsolnGPYOFO1V_mNVBhb8C_7x3sultuobY_hBdfa9yKib-zs34RB17V9IN2eejnUtx44tqk8Vv14n4y3klvpIa3zRfny23q3CtoY9S3ivnZp0ZcBtDMlt8X8MGT89WwFUPVCzZcoFVwettcN24hq748WIJWS1Uy6ihyN8X_n1c1KVdqSb8tFCW3s0Bj7zQPPwCbRBSdwwwNfOyhhChJ8zxdaXh69vUuFWXE7pCzH0tSyS6x4zW_RpoBHqQvxFe46EEJqZoiYAAoftyrL_s4ywAnCBqYclu8VvdRLwTeq_exWNoO9xtJu3l9_ybXL-KWQ";
        let mut n = base64url::decode(n).unwrap();
        assert_eq!(import(&n, E).unwrap_err(), KeyError::RsaRoca);
        n[255] ^= 2;
        assert!(import(&n, E).is_ok());
    }
}

mod points {
    use super::*;

    fn p256() -> Value {
        let key = VerifyingKey::from_pem(pem!("p256.pub")).unwrap();
        serde_json::from_str(&key.public_jwk().unwrap()).unwrap()
    }

    fn import(jwk: &Value) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::from_jwk(jwk.to_string().as_bytes())
    }

    fn spki(pem: &str, change: impl FnOnce(&mut Vec<u8>)) -> KeyError {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let mut der = base64::decode(body).unwrap();
        change(&mut der);
        VerifyingKey::from_spki_der(&der).unwrap_err()
    }

    #[test]
    fn points_off_the_curve_are_refused() {
        for pem in [pem!("p256.pub"), pem!("p384.pub")] {
            let flip_last = |der: &mut Vec<u8>| *der.last_mut().unwrap() ^= 1;
            assert_eq!(spki(pem, flip_last), KeyError::PointOffCurve);
        }
        if OFFERS_P521 {
            let flip_last = |der: &mut Vec<u8>| *der.last_mut().unwrap() ^= 1;
            assert_eq!(spki(pem!("p521.pub"), flip_last), KeyError::PointOffCurve);
        }
        let origin = base64url::encode([0; 32]);
        let origin = json!({"kty": "EC", "crv": "P-256", "x": origin, "y": origin});
        assert_eq!(import(&origin).unwrap_err(), KeyError::PointOffCurve);
    }

    #[test]
    fn compressed_hybrid_and_infinite_points_are_refused() {
        let compressed = VerifyingKey::from_pem(pem!("p256_compressed.pub")).unwrap_err();
        assert_eq!(compressed, KeyError::PointEncoding);
        let hybrid = |der: &mut Vec<u8>| der[26] = 6;
        assert_eq!(spki(pem!("p256.pub"), hybrid), KeyError::PointEncoding);
        let infinite = |der: &mut Vec<u8>| {
            der.truncate(27);
            (der[1], der[24], der[26]) = (25, 2, 0);
        };
        assert_eq!(spki(pem!("p256.pub"), infinite), KeyError::PointEncoding);
    }

    #[test]
    fn coordinates_have_their_full_length_and_are_below_the_prime() {
        let good = p256();
        assert!(import(&good).is_ok());
        let x = base64url::decode(good["x"].as_str().unwrap()).unwrap();
        let prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
        for bad in [
            [&[0], x.as_slice()].concat(),
            x[1..].to_vec(),
            Vec::new(),
            hex::decode(prime).unwrap(),
            vec![0xff; 32],
        ] {
            let mut jwk = good.clone();
            jwk["x"] = base64url::encode(bad).into();
            assert_eq!(import(&jwk).unwrap_err(), KeyError::PointEncoding);
        }
        // A short x and a long y are of the right length together.
        let both = [x, base64url::decode(good["y"].as_str().unwrap()).unwrap()].concat();
        let mut jwk = good;
        jwk["x"] = base64url::encode(&both[..31]).into();
        jwk["y"] = base64url::encode(&both[31..]).into();
        assert_eq!(import(&jwk).unwrap_err(), KeyError::PointEncoding);
    }

    #[test]
    fn points_of_another_curve_are_refused() {
        let mut jwk = p256();
        jwk["alg"] = "ES384".into();
        jwk["crv"] = "P-384".into();
        assert_eq!(import(&jwk).unwrap_err(), KeyError::PointEncoding);
    }

    fn ed25519(point: &str) -> Result<VerifyingKey, KeyError> {
        let x = base64url::encode(hex::decode(point).unwrap());
        import(&json!({"kty": "OKP", "crv": "Ed25519", "x": x}))
    }

    #[test]
    fn ed25519_points_of_low_order_are_refused() {
        // The eight points of the torsion subgroup; y has sign bit 0 and, where x is not zero, 1.
        for point in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            // x = 0 with its sign bit set, which is no canonical spelling either.
            "0100000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ] {
            assert_eq!(ed25519(point).unwrap_err(), KeyError::PointLowOrder, "{point}");
        }
    }

    #[test]
    fn ed25519_points_have_one_spelling_and_lie_on_the_curve() {
        // y = p, p + 1 and 2^255 - 1.
        for point in [
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ] {
            assert_eq!(ed25519(point).unwrap_err(), KeyError::PointEncoding, "{point}");
        }
        // y = 2 is on no point; y = 3 is.
        let y = |y: &str| format!("{y}{}", "0".repeat(62));
        assert_eq!(ed25519(&y("02")).unwrap_err(), KeyError::PointOffCurve);
        assert!(ed25519(&y("03")).is_ok());
        assert_eq!(ed25519(&"00".repeat(31)).unwrap_err(), KeyError::PointEncoding);
        assert_eq!(ed25519(&"01".repeat(33)).unwrap_err(), KeyError::PointEncoding);
    }
}

mod jwk {
    use super::*;

    fn jwk_of(pem: &str) -> Value {
        let key = VerifyingKey::from_pem(pem).unwrap();
        serde_json::from_str(&key.public_jwk().unwrap()).unwrap()
    }

    fn with(pem: &str, changes: Value) -> Result<VerifyingKey, KeyError> {
        let mut jwk = jwk_of(pem);
        jwk.as_object_mut().unwrap().remove("use");
        let changes = changes.as_object().unwrap().clone();
        jwk.as_object_mut().unwrap().extend(changes);
        VerifyingKey::from_jwk(jwk.to_string().as_bytes())
    }

    fn refused(pem: &str, changes: Value) -> KeyError {
        with(pem, changes).unwrap_err()
    }

    const RSA: &str = pem!("rsa2048.pub");
    const P256: &str = pem!("p256.pub");
    const ED25519: &str = pem!("ed25519.pub");

    #[test]
    fn alg_narrows_and_must_fit() {
        assert_eq!(with(RSA, json!({})).unwrap().algorithms(), RSA_ALGORITHMS);
        let pinned = with(RSA, json!({"alg": "PS384"})).unwrap();
        assert_eq!(pinned.algorithms(), [Algorithm::Ps384]);
        assert_eq!(with(P256, json!({"alg": "ES256"})).unwrap().algorithms(), [Algorithm::Es256]);
        for name in ["EdDSA", "Ed25519"] {
            let key = with(ED25519, json!({"alg": name})).unwrap();
            assert_eq!(key.algorithms(), [Algorithm::EdDsa]);
        }
        for (pem, name, algorithm) in [
            (RSA, "ES256", Algorithm::Es256),
            (RSA, "HS256", Algorithm::Hs256),
            (RSA, "EdDSA", Algorithm::EdDsa),
            (P256, "ES384", Algorithm::Es384),
            (P256, "RS256", Algorithm::Rs256),
            (ED25519, "ES256", Algorithm::Es256),
        ] {
            let expected = KeyError::AlgorithmMismatch { algorithm };
            assert_eq!(refused(pem, json!({"alg": name})), expected);
        }
    }

    #[test]
    fn unknown_algorithms_are_named_not_malformed() {
        for (name, shown) in [
            ("RSA-OAEP", "RSA-OAEP"),
            ("none", "none"),
            ("rs256", "rs256"),
            ("ES256K", "ES256K"),
            ("RЅ256", "R?256"), // a Cyrillic letter
            ("\u{1b}[31m\r\n", "?[31m??"),
            ("", ""),
        ] {
            let expected = KeyError::UnknownAlgorithm { name: shown.into() };
            assert_eq!(refused(RSA, json!({"alg": name})), expected);
        }
        let long = refused(RSA, json!({"alg": "A".repeat(1000)}));
        assert_eq!(long, KeyError::UnknownAlgorithm { name: "A".repeat(32).into() });
        let wrong_type = refused(RSA, json!({"alg": ["RS256"]}));
        assert_eq!(wrong_type, KeyError::Member { member: "alg" });
    }

    #[test]
    fn unknown_types_and_curves_have_their_own_reasons() {
        assert_eq!(refused(RSA, json!({"kty": "AKP"})), KeyError::UnknownKeyType);
        assert_eq!(refused(RSA, json!({"kty": "rsa"})), KeyError::UnknownKeyType);
        assert_eq!(
            refused(P256, json!({"crv": "secp256k1", "alg": "ES256"})),
            KeyError::UnknownCurve
        );
        assert_eq!(refused(ED25519, json!({"crv": "X25519"})), KeyError::UnknownCurve);
        assert_eq!(refused(ED25519, json!({"crv": "Ed448"})), KeyError::UnknownCurve);
        // A curve of the other key type.
        assert_eq!(refused(ED25519, json!({"crv": "P-256"})), KeyError::UnknownCurve);
        assert_eq!(refused(P256, json!({"crv": "Ed25519"})), KeyError::UnknownCurve);
    }

    #[test]
    fn use_and_key_ops_are_obeyed() {
        for good in [
            json!({"use": "sig"}),
            json!({"key_ops": ["verify"]}),
            json!({"key_ops": ["sign", "verify"]}),
            json!({"use": "sig", "key_ops": ["verify"]}),
            json!({"key_ops": ["verify", "x-own"]}),
        ] {
            assert!(with(RSA, good.clone()).is_ok(), "{good}");
        }
        for bad in [
            json!({"use": "enc"}),
            json!({"use": "SIG"}),
            json!({"use": ""}),
            json!({"use": "enc", "alg": "RSA-OAEP"}),
            json!({"key_ops": []}),
            json!({"key_ops": ["sign"]}),
            json!({"key_ops": ["encrypt"]}),
            json!({"key_ops": ["verify", "verify"]}),
            json!({"use": "enc", "key_ops": ["verify"]}),
            json!({"use": "sig", "key_ops": ["verify", "encrypt"]}),
            json!({"key_ops": [5]}),
        ] {
            assert_eq!(refused(RSA, bad.clone()), KeyError::Use, "{bad}");
        }
        assert_eq!(refused(RSA, json!({"use": 5})), KeyError::Member { member: "use" });
        assert_eq!(refused(RSA, json!({"use": null})), KeyError::Member { member: "use" });
        assert_eq!(
            refused(RSA, json!({"key_ops": "verify"})),
            KeyError::Member { member: "key_ops" }
        );
    }

    #[test]
    fn what_should_never_be_shown_is_named() {
        assert_eq!(refused(RSA, json!({"kty": "oct"})), KeyError::Symmetric);
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
            assert_eq!(refused(RSA, json!({member: "AQAB"})), KeyError::PrivateMaterial);
        }
        // Whatever else is wrong with it: the alarm comes first.
        let other = json!({"kty": "AKP", "use": "enc", "priv": 5});
        assert_eq!(refused(RSA, other), KeyError::PrivateMaterial);
    }

    #[test]
    fn members_are_there_and_in_strict_base64url() {
        for (pem, member) in [
            (RSA, "n"),
            (RSA, "e"),
            (RSA, "kty"),
            (P256, "x"),
            (P256, "y"),
            (P256, "crv"),
            (ED25519, "x"),
        ] {
            let mut jwk = jwk_of(pem);
            jwk.as_object_mut().unwrap().remove(member);
            let missing = VerifyingKey::from_jwk(jwk.to_string().as_bytes()).unwrap_err();
            assert_eq!(missing, KeyError::MemberMissing { member });
            assert_eq!(refused(pem, json!({member: 5})), KeyError::Member { member });
        }
        for bad in ["AQAB=", "AQA B", "AQ+/", "AQABA", "AR", "AQAB\n"] {
            assert_eq!(
                refused(RSA, json!({"e": bad})),
                KeyError::Member { member: "e" },
                "{bad:?}"
            );
        }
    }

    #[test]
    fn key_ids_are_short_and_visible() {
        let id = "~".repeat(128);
        assert_eq!(with(RSA, json!({"kid": id})).unwrap().id().map(|id| id.len()), Some(128));
        assert_eq!(with(RSA, json!({})).unwrap().id(), None);
        for bad in ["", "a b", "a\n", "é", "\0", &"a".repeat(129)] {
            assert_eq!(refused(RSA, json!({"kid": bad})), KeyError::KeyId, "{bad:?}");
        }
        for bad in [json!(5), json!(null), json!(["k1"])] {
            assert_eq!(refused(RSA, json!({"kid": bad})), KeyError::Member { member: "kid" });
        }
    }

    #[test]
    fn only_one_strict_object_is_read() {
        let kind = |text: &str| match VerifyingKey::from_jwk(text.as_bytes()) {
            Err(KeyError::Json(error)) => error.kind(),
            other => panic!("{other:?}"),
        };
        assert_eq!(kind(r#"{"kty":"RSA","kty":"RSA"}"#), JsonErrorKind::DuplicateMember);
        assert_eq!(kind(r#"{"kty":"RSA","\u006bty":"oct"}"#), JsonErrorKind::DuplicateMember);
        assert_eq!(kind(r#"[{"kty":"RSA"}]"#), JsonErrorKind::NotAnObject);
        assert_eq!(kind(r#"{"kty":"RSA"} {}"#), JsonErrorKind::TrailingBytes);
        assert_eq!(kind(&format!(r#"{{"a":{}"#, "[".repeat(8))), JsonErrorKind::TooDeep);
    }

    #[test]
    fn members_are_found_behind_escapes_and_unknown_ones_are_ignored() {
        let jwk = r#"{"\u006bty":"\u004fKP","crv":"Ed25519","x5c":["not","looked","at"],"x5t":5,
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(
            VerifyingKey::from_jwk(jwk.as_bytes()).unwrap().algorithms(),
            [Algorithm::EdDsa]
        );
    }

    /// The RSAPrivateKey of `rsa2048_pkcs1.pem` as a JWK.
    fn rsa_private_jwk() -> Value {
        let body: String =
            pem!("rsa2048_pkcs1").lines().filter(|line| !line.starts_with("-----")).collect();
        let der = base64::decode(body).unwrap();
        let mut jwk = json!({"kty": "RSA"});
        let mut rest = &der[7..]; // the SEQUENCE's header and the version
        for name in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
            let (length, skip) = match rest[1] {
                0x82 => (usize::from(rest[2]) * 256 + usize::from(rest[3]), 4),
                0x81 => (usize::from(rest[2]), 3),
                short => (usize::from(short), 2),
            };
            jwk[name] = base64url::encode(&rest[skip..skip + length]).into();
            rest = &rest[skip + length..];
        }
        assert!(rest.is_empty());
        jwk
    }

    #[test]
    fn a_private_jwk_signs() {
        let public = VerifyingKey::from_pem(pem!("rsa2048_pkcs1.pub")).unwrap();
        let mut jwk = rsa_private_jwk();
        jwk["kid"] = "k1".into();
        jwk["alg"] = "PS256".into();
        let key = SigningKey::from_jwk(jwk.to_string().as_bytes()).unwrap();
        assert_eq!(
            (key.id().map(|id| &**id), key.algorithms()),
            (Some("k1"), &[Algorithm::Ps256][..])
        );
        let signature = key.sign(Algorithm::Ps256, MESSAGE).unwrap();
        assert_eq!(public.verify(Algorithm::Ps256, MESSAGE, &signature), Ok(()));

        let mut p256 = jwk_of(P256);
        let body: String =
            pem!("p256_sec1").lines().filter(|line| !line.starts_with("-----")).collect();
        p256["d"] = base64url::encode(&base64::decode(body).unwrap()[7..39]).into();
        let key = SigningKey::from_jwk(p256.to_string().as_bytes()).unwrap();
        let signature = key.sign(Algorithm::Es256, MESSAGE).unwrap();
        let public = VerifyingKey::from_pem(P256).unwrap();
        assert_eq!(public.verify(Algorithm::Es256, MESSAGE, &signature), Ok(()));
    }

    #[test]
    fn a_private_jwk_is_whole_and_meant_for_signing() {
        let good = rsa_private_jwk();
        let read = |jwk: &Value| SigningKey::from_jwk(jwk.to_string().as_bytes()).unwrap_err();
        for member in ["d", "p", "q", "dp", "dq", "qi"] {
            let mut jwk = good.clone();
            jwk.as_object_mut().unwrap().remove(member);
            assert_eq!(read(&jwk), KeyError::MemberMissing { member });
        }
        let change = |name: &str, value: Value| {
            let mut jwk = good.clone();
            jwk[name] = value;
            read(&jwk)
        };
        for member in ["dp", "dq", "qi"] {
            assert_eq!(change(member, json!("AQAB")), KeyError::PrivateKey, "{member}");
        }
        assert_eq!(change("p", good["q"].clone()), KeyError::PrivateKey);
        assert_eq!(change("q", json!("AQAB")), KeyError::RsaPrimes);
        assert_eq!(change("oth", json!([])), KeyError::Member { member: "oth" });
        assert_eq!(change("use", json!("enc")), KeyError::Use);
        assert_eq!(change("key_ops", json!(["verify"])), KeyError::Use);
        assert_eq!(change("kty", json!("oct")), KeyError::Symmetric);
        let expected = KeyError::AlgorithmMismatch { algorithm: Algorithm::Es256 };
        assert_eq!(change("alg", json!("ES256")), expected);
    }
}

mod hmac_secrets {
    use super::*;

    fn hmac(algorithm: Algorithm, secret: impl Into<Vec<u8>>) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::hmac(algorithm, &Secret::dangerous_short(secret).unwrap())
    }

    #[test]
    fn secrets_are_at_least_as_long_as_the_hash() {
        for (algorithm, minimum) in
            [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)]
        {
            assert!(hmac(algorithm, vec![7; minimum]).is_ok());
            let expected = KeyError::HmacTooShort { minimum, found: minimum - 1 };
            assert_eq!(hmac(algorithm, vec![7; minimum - 1]).unwrap_err(), expected);
        }
        let expected = KeyError::HmacTooShort { minimum: 32, found: 6 };
        assert_eq!(hmac(Algorithm::Hs256, "secret").unwrap_err(), expected);
    }

    #[test]
    fn short_secrets_pass_through_the_dangerous_door_alone_and_key_texts_never() {
        let short = Secret::dangerous_short("secret").unwrap();
        let key = SigningKey::dangerous_short_hmac(Algorithm::Hs256, &short).unwrap();
        let tag = key.sign(Algorithm::Hs256, MESSAGE).unwrap();
        let verifying = VerifyingKey::dangerous_short_hmac(Algorithm::Hs256, &short).unwrap();
        assert_eq!(verifying.verify(Algorithm::Hs256, MESSAGE, &tag), Ok(()));

        let pem = Secret::new(pem!("rsa2048.pub")).unwrap();
        let refused = VerifyingKey::dangerous_short_hmac(Algorithm::Hs256, &pem).unwrap_err();
        assert_eq!(refused, KeyError::HmacSecretIsKey);
    }

    #[test]
    fn other_families_take_no_secret() {
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()) {
            let expected = KeyError::AlgorithmNotForKey { algorithm };
            assert_eq!(hmac(algorithm, [7; 64]).unwrap_err(), expected);
        }
    }

    #[test]
    fn the_text_of_a_key_is_no_secret() {
        let pem = pem!("rsa2048.pub");
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let wrapped: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .map(|line| format!("{line}\n"))
            .collect();
        let jwk = VerifyingKey::from_pem(pem).unwrap().public_jwk().unwrap();
        let der = base64::decode(&body).unwrap();
        for secret in [
            pem.as_bytes().to_vec(),
            pem.trim_end().into(),
            format!(" \n\t{pem}").into(), // CVE-2026-34950
            format!("\u{feff}{pem}").into(),
            format!("Bag Attributes: <none>\n{pem}").into(),
            pem.replace('\n', "\\n").into(),
            pem!("ed25519.cert").into(),
            pem!("rsa2048").into(),
            der.clone(),
            [der.as_slice(), b"\n"].concat(),
            der[24..].to_vec(), // the PKCS#1 inside
            body.into(),
            wrapped.into(),
            jwk.clone().into(), // CVE-2026-48526
            format!("\n{jwk}\n").into(),
            format!(r#"{{"keys":[{jwk}]}}"#).into(),
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDVvdz9".into(),
        ] {
            let refused = hmac(Algorithm::Hs256, secret.clone()).unwrap_err();
            let shown = String::from_utf8_lossy(&secret);
            assert_eq!(refused, KeyError::HmacSecretIsKey, "{shown}");
        }
    }

    #[test]
    fn secrets_that_only_begin_like_a_key_are_secrets() {
        for secret in [
            b"\x30\x1f\x02\x01aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec(),
            b"{this is a passphrase, not an object}".to_vec(),
            b"sk-live-0123456789abcdef0123456789abcdef".to_vec(),
            b"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB but not a key".to_vec(),
        ] {
            assert!(hmac(Algorithm::Hs256, secret).is_ok());
        }
    }

    #[test]
    fn fingerprints_tell_secrets_and_algorithms_apart_and_are_no_macs() {
        let [a, b] = [[1; 64], [2; 64]].map(|secret| Secret::new(secret).unwrap());
        let print =
            |algorithm, secret| *VerifyingKey::hmac(algorithm, secret).unwrap().thumbprint();
        assert_eq!(print(Algorithm::Hs256, &a), print(Algorithm::Hs256, &a));
        assert_ne!(print(Algorithm::Hs256, &a), print(Algorithm::Hs256, &b));
        assert_ne!(print(Algorithm::Hs256, &a), print(Algorithm::Hs384, &a));
        let mac = MacKey::new(MacAlgorithm::HmacSha256, &a);
        assert_eq!(mac.fingerprint(), &print(Algorithm::Hs256, &a));
    }

    #[test]
    fn macs_are_those_of_rfc_2202_and_rfc_4231() {
        // RFC 2202 §3 and RFC 4231 §4.3: test case 2.
        let secret = Secret::dangerous_short("Jefe").unwrap();
        for (algorithm, tag) in [
            (MacAlgorithm::HmacSha1Legacy, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                MacAlgorithm::HmacSha256,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                MacAlgorithm::HmacSha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                MacAlgorithm::HmacSha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            let key = MacKey::new(algorithm, &secret);
            let mut context = key.context();
            context.update(b"what do ya want ");
            context.update(b"for nothing?");
            assert_eq!(hex::encode(context.clone().tag().as_bytes()), tag);
            assert_eq!(tag.len(), algorithm.tag_bytes() * 2);
            let mut bytes = hex::decode(tag).unwrap();
            assert_eq!(context.clone().verify(&bytes), Ok(()));
            let truncated = &bytes[..bytes.len() - 1];
            assert_eq!(context.clone().verify(truncated), Err(KeyError::SignatureInvalid));
            assert_eq!(context.clone().verify(b""), Err(KeyError::SignatureInvalid));
            bytes[0] ^= 1;
            assert_eq!(context.verify(&bytes), Err(KeyError::SignatureInvalid));
        }
    }
}

#[test]
fn algorithm_names_are_exact_and_come_back() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(Algorithm::from_name(&algorithm.name().to_lowercase()), None);
        assert_eq!(Algorithm::from_name(&format!("{algorithm} ")), None);
    }
    assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
    assert_eq!(Algorithm::from_name("ed25519"), None);
}

#[test]
fn classes_tell_a_forged_signature_from_a_bad_key_and_a_bad_call() {
    assert_eq!(KeyError::SignatureInvalid.class(), Class::Forged);
    let algorithm = Algorithm::Rs256;
    assert_eq!(KeyError::AlgorithmNotForKey { algorithm }.class(), Class::Forged);
    assert_eq!(KeyError::Der.class(), Class::Malformed);
    assert_eq!(KeyError::HmacSecretIsKey.class(), Class::Misconfigured);
    assert_eq!(KeyError::SigningFailed.class(), Class::Unavailable);
}

#[test]
fn keys_are_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<VerifyingKey>();
    shared::<SigningKey>();
    shared::<MacKey>();
}

//! Signatures and MACs over bytes: the RSA, ECDSA, EdDSA and HMAC files.

use std::error::Error;
use std::path::Path;

use countersign::encoding::hex;
use countersign::key::{Algorithm, KeyError, MacAlgorithm, MacKey, VerifyingKey};
use countersign::secret::Secret;
use serde_json::Value;

use super::super::{Report, Run, compare};
use super::{cases, groups, name, text};

/// Runs one file. What is "acceptable" must be refused, as what is invalid is.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    for group in groups(path)? {
        for case in cases(&group) {
            let verdict = match text(&group, "type") {
                "MacTest" => mac(path, &group, case)?,
                _ => signature(&group, case)?,
            };
            match verdict {
                Verdict::As(outcome) => report.case(name(path, case), outcome),
                Verdict::NotOffered(reason) => report.not_offered(reason),
            }
        }
    }
    Ok(())
}

/// What became of a case.
enum Verdict {
    /// It went as it should, or in which way it did not.
    As(Result<(), String>),
    /// It needs this, which is not offered.
    NotOffered(String),
}

fn signature(group: &Value, case: &Value) -> Result<Verdict, Box<dyn Error>> {
    let valid = case["result"] == "valid";
    let (key, message, signature) =
        (bytes(group, "publicKeyDer")?, bytes(case, "msg")?, bytes(case, "sig")?);
    let key = VerifyingKey::from_spki_der(&key);
    let verify = |algorithm| key.clone()?.verify(algorithm, &message, &signature);
    Ok(match algorithm(group) {
        Ok(algorithm) => {
            let expected = if valid { Ok(()) } else { Err(KeyError::SignatureInvalid) };
            Verdict::As(compare(shown(verify(algorithm)), shown(expected)))
        }
        // Nothing may take what is good in another scheme for one of ours. What is bad in it may well be: the
        // files without salt hold signatures with 32 bytes of it.
        Err(scheme) => match Algorithm::ALL.into_iter().find(|known| verify(*known).is_ok()) {
            Some(known) if valid => Verdict::As(Err(format!("accepted as {known}"))),
            _ => Verdict::NotOffered(scheme),
        },
    })
}

/// The algorithm of a group, or its name where JOSE has none for it, or none that is offered.
fn algorithm(group: &Value) -> Result<Algorithm, String> {
    let sha = text(group, "sha");
    match text(group, "type") {
        "RsassaPkcs1Verify" => match sha {
            "SHA-256" => Ok(Algorithm::Rs256),
            "SHA-384" => Ok(Algorithm::Rs384),
            "SHA-512" => Ok(Algorithm::Rs512),
            _ => Err(format!("RSASSA-PKCS1-v1_5 with {sha}")),
        },
        "RsassaPssVerify" => match (sha, text(group, "mgfSha"), group["sLen"].as_u64()) {
            ("SHA-256", "SHA-256", Some(32)) => Ok(Algorithm::Ps256),
            ("SHA-384", "SHA-384", Some(48)) => Ok(Algorithm::Ps384),
            ("SHA-512", "SHA-512", Some(64)) => Ok(Algorithm::Ps512),
            _ => Err("RSASSA-PSS with hashes or salts that JOSE does not know".into()),
        },
        _ => match text(&group["publicKey"], "curve") {
            "secp256r1" => Ok(Algorithm::Es256),
            "secp384r1" => Ok(Algorithm::Es384),
            "secp521r1" if cfg!(feature = "aws-lc-rs") => Ok(Algorithm::Es512),
            "edwards25519" => Ok(Algorithm::EdDsa),
            curve => Err(format!("the curve {curve}")),
        },
    }
}

/// Half of the groups cut their tags, which the crate never does.
fn mac(path: &Path, group: &Value, case: &Value) -> Result<Verdict, Box<dyn Error>> {
    let algorithm = match path.file_stem().and_then(|name| name.to_str()) {
        Some("hmac_sha256_test") => MacAlgorithm::HmacSha256,
        Some("hmac_sha384_test") => MacAlgorithm::HmacSha384,
        Some("hmac_sha512_test") => MacAlgorithm::HmacSha512,
        _ => return Err("expected a file of HMAC-SHA-2".into()),
    };
    let valid = case["result"] == "valid";
    let key = MacKey::new(algorithm, &Secret::dangerous_short(bytes(case, "key")?)?);
    let (message, tag) = (bytes(case, "msg")?, bytes(case, "tag")?);
    let whole = group["tagSize"] == algorithm.tag_bytes() * 8;
    let expected = if valid && whole { Ok(()) } else { Err(KeyError::SignatureInvalid) };
    let outcome = compare(shown(key.verify(&message, &tag)), shown(expected))
        .and_then(|()| compare(key.tag(&message).as_bytes().starts_with(&tag), valid));
    Ok(match outcome {
        Ok(()) if valid && !whole => Verdict::NotOffered("HMAC tags that are cut".into()),
        outcome => Verdict::As(outcome),
    })
}

fn shown(verdict: Result<(), KeyError>) -> &'static str {
    verdict.map_or_else(|error| error.code(), |()| "accepted")
}

fn bytes(value: &Value, member: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(hex::decode(text(value, member))?)
}

//! Tokens with their keys: the JWS, JWK, JWE and mixed files.

use std::path::Path;

use countersign::encoding::base64url;
use countersign::jwks::{JwkSet, JwksError};
use countersign::jwt::UnverifiedToken;
use countersign::key::{Algorithm, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use serde_json::Value;

use super::super::{Report, Run};
use super::{cases, groups, name, text};

/// Runs one file: every token as a JWS with the keys of its group, and with the algorithm of those keys.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    for group in groups(path)? {
        let keys = keys(&group);
        for case in cases(&group) {
            judge(path, case, verify(&token(case)?, &keys), report);
        }
    }
    Ok(())
}

fn judge(path: &Path, case: &Value, verdict: Result<(), &'static str>, report: &mut Report) {
    let faulty = FAULTY.iter().find(|(id, ..)| is_signature_file(path) && case["tcId"] == *id);
    let valid = faulty.map_or(case["result"] == "valid", |(_, valid, _)| *valid);
    let outcome = match (valid, verdict) {
        (true, Ok(())) | (false, Err(_)) => Ok(()),
        (false, Ok(())) => Err("accepted".to_owned()),
        (true, Err(code)) => match NOT_OFFERED.iter().find(|(offered, _)| *offered == code) {
            Some((_, reason)) => return report.not_offered(format!("{reason} ({code})")),
            None => Err(format!("refused with {code}")),
        },
    };
    report.case(name(path, case), outcome);
}

fn is_signature_file(path: &Path) -> bool {
    path.ends_with("json_web_signature_test.json")
}

/// Cases of `json_web_signature_test.json` that are marked otherwise than the RFCs have it: the id, whether
/// it must be accepted, and why.
const FAULTY: [(u64, bool, &str); 8] = [
    (346, false, "the key says PS256 and the token PS384, which cases 331 to 340 want refused"),
    (347, false, "the key says ES521, and there is no such algorithm"),
    (350, false, "the key says PS256 and the token PS384, which cases 331 to 340 want refused"),
    (351, false, "the key says ES521, and there is no such algorithm"),
    (367, true, "byte for byte the token and key of case 357, which is marked valid"),
    (370, true, "byte for byte the token and key of case 357, which is marked valid"),
    (372, false, "a `?` stands in the header's base64url (RFC 7515 §2, RFC 4648 §3.3)"),
    (373, false, "a `?` stands in the payload's base64url (RFC 7515 §2, RFC 4648 §3.3)"),
];

/// Codes by which something good is refused that the crate does not offer.
const NOT_OFFERED: [(&str, &str); 3] = [
    ("jwt.encrypted", "encrypted tokens"),
    ("key.symmetric", "HMAC keys out of a key set"),
    ("key.not_offered", "P-521 without the feature aws-lc-rs"),
];

/// The keys of a group: one JWK, or a set of them.
enum Keys {
    One(Result<VerifyingKey, &'static str>),
    Set(Result<JwkSet, &'static str>),
}

fn keys(group: &Value) -> Keys {
    let jwk = [&group["public"], &group["private"]].into_iter().find(|jwk| jwk.is_object());
    let jwk = jwk.unwrap_or(&Value::Null);
    let json = jwk.to_string();
    if jwk["keys"].is_array() {
        Keys::Set(JwkSet::parse(json.as_bytes()).map_err(|error| code_of_set(&error)))
    } else if text(jwk, "kty") == "oct" {
        Keys::One(symmetric(jwk))
    } else {
        Keys::One(VerifyingKey::from_jwk(json.as_bytes()).map_err(|error| error.code()))
    }
}

/// Of a set without any usable key, why the first is not.
fn code_of_set(error: &JwksError) -> &'static str {
    match error {
        JwksError::NoUsableKey(report) => {
            report.skipped().first().map_or(error.code(), |entry| entry.reason.code())
        }
        _ => error.code(),
    }
}

/// A symmetric JWK. The crate reads none: a shared secret is no document that somebody publishes.
fn symmetric(jwk: &Value) -> Result<VerifyingKey, &'static str> {
    let secret = base64url::decode(text(jwk, "k")).map_err(|error| error.code())?;
    let secret = Secret::new(secret).map_err(|error| error.code())?;
    let algorithm = Algorithm::from_name(text(jwk, "alg")).ok_or("key.unknown_algorithm")?;
    let key = VerifyingKey::hmac(algorithm, &secret).map_err(|error| error.code())?;
    Ok(key.with_id(text(jwk, "kid")))
}

/// The token of a case: a text, or the object of a JSON serialisation.
fn token(case: &Value) -> Result<String, String> {
    match [&case["jws"], &case["jwe"]].into_iter().find(|token| !token.is_null()) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(json) => Ok(json.to_string()),
        None => Err(format!("expected `jws` or `jwe` in case {}", case["tcId"])),
    }
}

/// Accepted, or the code of the refusal.
fn verify(token: &str, keys: &Keys) -> Result<(), &'static str> {
    let token = UnverifiedToken::parse(token).map_err(|error| error.code())?;
    let keys = match keys {
        Keys::One(key) => vec![key.clone()?],
        Keys::Set(set) => {
            let keys = set.as_ref().map_err(|code| *code)?.keys_for(token.key_id().unwrap_or(""));
            keys.ok_or("jwks.unknown_key")?.as_ref().to_vec()
        }
    };
    let algorithms: Vec<_> = keys.iter().flat_map(VerifyingKey::algorithms).copied().collect();
    let verified = token.dangerous_verify_signature_only(&keys, &algorithms, UnixTime::EPOCH);
    verified.map(drop).map_err(|error| error.code())
}

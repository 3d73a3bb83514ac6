//! The IETF JOSE cookbook: the examples of RFC 7520, RFC 7797 and RFC 8037.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::encoding::base64url;
use countersign::jwt::UnverifiedToken;
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use serde_json::Value;

use super::{Report, Run, compare};

/// Runs every file of the folder, each as one case with all the forms that it has.
pub(crate) fn folder(path: &Path, report: &mut Report) -> Run {
    let mut files = Vec::new();
    for folder in ["", "jwk", "jws", "jwe", "curve25519", "rfc7797"] {
        let entries = fs::read_dir(path.join(folder))?.map(|entry| entry.map(|entry| entry.path()));
        files.extend(entries.collect::<Result<Vec<PathBuf>, _>>()?);
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    for file in files {
        let name = file.strip_prefix(path)?.display().to_string();
        let example: Value = serde_json::from_slice(&fs::read(&file)?)?;
        match run(&name, &example) {
            Err(code) if code == NOT_OFFERED => report.not_offered(format!("{name} ({code})")),
            outcome => report.case(name, outcome),
        }
    }
    Ok(())
}

/// ES512 of §4.3 and the P-521 key of §3, in a build without `aws-lc-rs`.
const NOT_OFFERED: &str = "key.not_offered";

fn run(name: &str, example: &Value) -> Result<(), String> {
    match name.split('/').next() {
        Some("jwk") => jwk(name, example),
        Some("jwe") => refused(&example["output"], "jwt.encrypted"),
        Some("rfc7797") => refused(&example["output"], "jwt.unencoded_payload"),
        Some("curve25519") if !example["encrypting_key"].is_null() => {
            refused(&example["output"], "jwt.encrypted")
        }
        // §6: what is signed inside is good, and what it is wrapped in is refused.
        _ if example["sign"].is_object() => {
            signed(&example["sign"])?;
            refused(&example["encrypt"]["output"], "jwt.encrypted")
        }
        _ => signed(example),
    }
}

/// RFC 7520 §3: public keys are read, private ones are for signing, and symmetric ones are no documents.
fn jwk(name: &str, jwk: &Value) -> Result<(), String> {
    let json = jwk.to_string();
    let public = VerifyingKey::from_jwk(json.as_bytes()).map(drop).map_err(|error| error.code());
    if jwk["kty"] == "oct" {
        return compare(shown(public), "key.symmetric");
    }
    if jwk["d"].is_null() {
        return public.map_err(str::to_owned);
    }
    compare(shown(public), "key.private_material").map_err(|error| format!("{name}: {error}"))?;
    SigningKey::from_jwk(json.as_bytes()).map(drop).map_err(|error| error.code().to_owned())
}

/// RFC 7520 §4, RFC 8037 A.4: good in compact form; its JSON serialisations are refused.
fn signed(example: &Value) -> Result<(), String> {
    refused(&example["output"], "jwt.json_serialization")?;
    let Some(compact) = example["output"]["compact"].as_str() else { return Ok(()) };
    let key = key(&example["input"]["key"])?;
    let payload = example["input"]["payload"].as_str().unwrap_or_default();
    let (signed, signature) = compact.rsplit_once('.').unwrap_or_default();
    // §4.5: detached. As it stands it signs another payload than the empty one it shows.
    if let Some(header) = signed.strip_suffix('.') {
        compare(shown(verify(compact, &key).map(drop)), "jwt.signature_invalid")?;
        let whole = format!("{header}.{}.{signature}", base64url::encode(payload));
        return compare(verify(&whole, &key)?, payload.into());
    }
    compare(verify(compact, &key)?, payload.into())
}

/// Every form of `output` is refused: compact with this code, as a JSON serialisation with its own.
fn refused(output: &Value, code: &str) -> Result<(), String> {
    let parse = |token: &str| shown(UnverifiedToken::parse(token).map(drop).map_err(|e| e.code()));
    for form in ["json", "json_flat"] {
        if output[form].is_object() {
            compare(parse(&output[form].to_string()), "jwt.json_serialization")?;
        }
    }
    match output["compact"].as_str() {
        Some(compact) if code != "jwt.json_serialization" => compare(parse(compact), code),
        _ => Ok(()),
    }
}

/// The payload, where the signature is good.
fn verify(token: &str, key: &VerifyingKey) -> Result<String, &'static str> {
    let token = UnverifiedToken::parse(token).map_err(|error| error.code())?;
    let keys = std::slice::from_ref(key);
    let verified = token.dangerous_verify_signature_only(keys, key.algorithms(), UnixTime::EPOCH);
    let verified = verified.map_err(|error| error.code())?;
    Ok(String::from_utf8_lossy(&verified).into_owned())
}

/// The key to verify with: of a private JWK what it would publish, of a symmetric one its secret.
fn key(jwk: &Value) -> Result<VerifyingKey, String> {
    if jwk["kty"] == "oct" {
        let secret = base64url::decode(jwk["k"].as_str().unwrap_or_default());
        let secret = Secret::new(secret.map_err(|error| error.to_string())?);
        let secret = secret.map_err(|error| error.to_string())?;
        let key = VerifyingKey::hmac(Algorithm::Hs256, &secret).map_err(|error| error.to_string());
        return Ok(key?.with_id(jwk["kid"].as_str().unwrap_or_default()));
    }
    let mut public = jwk.clone();
    let members = public.as_object_mut().ok_or("expected a key")?;
    members.retain(|name, _| !["d", "p", "q", "dp", "dq", "qi"].contains(&name.as_str()));
    VerifyingKey::from_jwk(public.to_string().as_bytes()).map_err(|error| error.code().to_owned())
}

fn shown(verdict: Result<(), &'static str>) -> &'static str {
    verdict.err().unwrap_or("accepted")
}

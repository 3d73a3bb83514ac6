//! Wycheproof (C2SP), files of `testvectors_v1`.

mod jose;
mod primitives;

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

pub(crate) use jose::run as jose;
pub(crate) use primitives::run as primitives;

pub(crate) const SIGNATURES: &[&str] = &["jwt/wycheproof/json_web_signature_test.json"];

pub(crate) const KEYS: &[&str] =
    &["jwt/wycheproof/json_web_key_test.json", "jwt/wycheproof/json_web_crypto_test.json"];

pub(crate) const ENCRYPTION: &[&str] = &["jwt/wycheproof/json_web_encryption_test.json"];

pub(crate) const PRIMITIVES: &[&str] = &[
    "jwt/wycheproof/ecdsa_secp256k1_sha256_p1363_test.json",
    "jwt/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json",
    "jwt/wycheproof/ecdsa_secp384r1_sha384_p1363_test.json",
    "jwt/wycheproof/ecdsa_secp521r1_sha512_p1363_test.json",
    "jwt/wycheproof/ed25519_test.json",
    "jwt/wycheproof/ed448_test.json",
    "jwt/wycheproof/hmac_sha256_test.json",
    "jwt/wycheproof/hmac_sha384_test.json",
    "jwt/wycheproof/hmac_sha512_test.json",
    "jwt/wycheproof/rsa_pss_2048_sha256_mgf1_0_test.json",
    "jwt/wycheproof/rsa_pss_2048_sha256_mgf1_32_test.json",
    "jwt/wycheproof/rsa_pss_2048_sha384_mgf1_48_test.json",
    "jwt/wycheproof/rsa_pss_3072_sha256_mgf1_32_test.json",
    "jwt/wycheproof/rsa_pss_4096_sha256_mgf1_32_test.json",
    "jwt/wycheproof/rsa_pss_4096_sha384_mgf1_48_test.json",
    "jwt/wycheproof/rsa_pss_4096_sha512_mgf1_64_test.json",
    "jwt/wycheproof/rsa_pss_misc_test.json",
    "jwt/wycheproof/rsa_signature_2048_sha256_test.json",
    "jwt/wycheproof/rsa_signature_2048_sha384_test.json",
    "jwt/wycheproof/rsa_signature_2048_sha512_test.json",
    "jwt/wycheproof/rsa_signature_3072_sha256_test.json",
    "jwt/wycheproof/rsa_signature_3072_sha384_test.json",
    "jwt/wycheproof/rsa_signature_3072_sha512_test.json",
    "jwt/wycheproof/rsa_signature_4096_sha256_test.json",
    "jwt/wycheproof/rsa_signature_4096_sha384_test.json",
    "jwt/wycheproof/rsa_signature_4096_sha512_test.json",
    "jwt/wycheproof/rsa_signature_8192_sha256_test.json",
];

/// The groups of a file, each with its cases.
fn groups(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut file: Value = serde_json::from_slice(&fs::read(path)?)?;
    match file["testGroups"].take() {
        Value::Array(groups) => Ok(groups),
        _ => Err("expected `testGroups`".into()),
    }
}

/// The cases of a group.
fn cases(group: &Value) -> impl Iterator<Item = &Value> {
    group["tests"].as_array().into_iter().flatten()
}

/// How a case is called in a report.
fn name(path: &Path, case: &Value) -> String {
    let file = path.file_stem().unwrap_or_default().display();
    format!("{file} tc{} ({})", case["tcId"], case["comment"].as_str().unwrap_or_default())
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}

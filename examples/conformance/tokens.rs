//! Our own cases of tokens under a policy: `tests/conformance/tokens.json`.
//!
//! A case changes one thing of a good token, its policy or the moment, and names the code of the refusal.
//! The file needs nothing of this crate, so that others can run it too.

#[path = "../explain/policy.rs"]
mod policy;

use std::error::Error;
use std::fs;
use std::path::Path;

use countersign::encoding::base64url;
use countersign::jwt::JwtError;
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::time::UnixTime;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Report, Run, compare};
use policy::PolicyFile;

type Object = Map<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: Vec<String>,
    issuer_key: Value,
    forger_key: Value,
    now: i64,
    policy: Object,
    header: Object,
    claims: Object,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Rows of the catalogue of attacks, `tests/attack_catalogue.rs`.
    #[serde(default, rename = "shows")]
    _shows: Vec<String>,
    /// `accepted`, or the code of the refusal.
    expect: String,
    /// Members to set in the good header, claims and policy.
    #[serde(default)]
    header: Object,
    #[serde(default)]
    claims: Object,
    #[serde(default)]
    policy: Object,
    /// Claims to leave out.
    #[serde(default)]
    without: Vec<String>,
    /// The whole header or the claims as text, where it is no object or not a good one.
    header_text: Option<String>,
    claims_text: Option<String>,
    now: Option<i64>,
    #[serde(default)]
    signed_by: SignedBy,
    /// The whole token as it stands.
    token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SignedBy {
    #[default]
    Issuer,
    Forger,
    Nobody,
}

/// Runs the file.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    let file: File = serde_json::from_slice(&fs::read(path)?)?;
    let keys = [SigningKey::from_jwk(file.issuer_key.to_string().as_bytes())?.verifying_key()];
    for case in &file.cases {
        report.case(&case.name, file.judge(case, &keys));
    }
    Ok(())
}

impl File {
    fn judge(&self, case: &Case, keys: &[VerifyingKey]) -> Result<(), Box<dyn Error>> {
        let token = match &case.token {
            Some(token) => token.clone(),
            None => self.token(case)?,
        };
        let now = UnixTime::from_secs(case.now.unwrap_or(self.now));
        let policy = changed(&self.policy, &case.policy);
        let policy = PolicyFile::read(policy.to_string().as_bytes())?.policy()?;
        let verdict = policy.verify(&token, keys, now);
        compare(verdict.as_ref().map_or_else(JwtError::code, |()| "accepted"), &case.expect)?;
        let explained = policy.explain(&token, keys, now);
        compare(explained.error().map_or("accepted", JwtError::code), &case.expect)
            .map_err(|difference| format!("explain: {difference}").into())
    }

    fn token(&self, case: &Case) -> Result<String, Box<dyn Error>> {
        let header = changed(&self.header, &case.header).to_string();
        let mut claims = changed(&self.claims, &case.claims);
        if let Some(claims) = claims.as_object_mut() {
            claims.retain(|name, _| !case.without.contains(name));
        }
        let header = base64url::encode(case.header_text.as_ref().unwrap_or(&header));
        let claims = base64url::encode(case.claims_text.as_ref().unwrap_or(&claims.to_string()));
        let input = format!("{header}.{claims}");
        let key = match case.signed_by {
            SignedBy::Issuer => &self.issuer_key,
            SignedBy::Forger => &self.forger_key,
            SignedBy::Nobody => return Ok(format!("{input}.")),
        };
        let key = SigningKey::from_jwk(key.to_string().as_bytes())?;
        let signature = key.sign(Algorithm::EdDsa, input.as_bytes())?;
        Ok(format!("{input}.{}", base64url::encode(signature)))
    }
}

fn changed(good: &Object, changes: &Object) -> Value {
    let mut changed = good.clone();
    changed.extend(changes.clone());
    Value::Object(changed)
}

//! JSONTestSuite (nst): each document as a JSON text, as a JOSE header, and as the claims of a good token.

use std::error::Error;
use std::fs;
use std::path::Path;

use countersign::encoding::base64url;
use countersign::json::{self, JsonErrorKind, Limits};
use countersign::jwt::{JwtError, Policy, UnverifiedToken};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use serde_json::Value;

use super::{Report, Run};

/// Runs a folder of documents: `y_…` must be read, `n_…` refused, `i_…` may be either.
pub(crate) fn folder(path: &Path, report: &mut Report) -> Run {
    let issuer = Issuer::new()?;
    let mut files: Vec<_> = fs::read_dir(path)?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().into_string().map_err(|name| format!("{}", name.display()))?;
        let text = fs::read(file.path())?;
        report.case(&name, document(&name, &text).and_then(|()| issuer.token(&name, &text)));
    }
    Ok(())
}

/// What a header and claims may nest; the suite's two documents that go further are 500 and 100,000 deep.
const LIMITS: Limits = Limits { max_bytes: 1 << 20, max_depth: 32 };

fn document(name: &str, text: &[u8]) -> Result<(), String> {
    let found = json::parse(text, LIMITS).map(drop).map_err(|error| error.kind());
    let expected = match name.get(..2) {
        // RFC 8259 §4 leaves open what a second member of one name means, so we do not guess.
        Some("y_") if name.starts_with("y_object_duplicated_key") => {
            found == Err(JsonErrorKind::DuplicateMember)
        }
        Some("y_") => found.is_ok(),
        Some("n_") => found.is_err(),
        Some("i_") => found.is_ok() == READ.contains(&name),
        _ => return Err("expected y_, n_ or i_".into()),
    };
    if expected { Ok(()) } else { Err(format!("as a text: {found:?}")) }
}

/// Documents of the suite's "either" which are read: numbers beyond every machine type, kept as their text.
/// Lone surrogates, broken UTF-8, UTF-16, a byte order mark and the 500 levels are refused.
const READ: [&str; 10] = [
    "i_number_double_huge_neg_exp.json",
    "i_number_huge_exp.json",
    "i_number_neg_int_huge_exp.json",
    "i_number_pos_double_huge_exp.json",
    "i_number_real_neg_overflow.json",
    "i_number_real_pos_overflow.json",
    "i_number_real_underflow.json",
    "i_number_too_big_neg_int.json",
    "i_number_too_big_pos_int.json",
    "i_number_very_big_negative_int.json",
];

/// Signs whatever it is given.
struct Issuer {
    key: SigningKey,
    keys: [VerifyingKey; 1],
    policy: Policy,
}

impl Issuer {
    fn new() -> Result<Self, Box<dyn Error>> {
        let secret = Secret::new("the secret of a test, 32 bytes +")?;
        let key = SigningKey::hmac(Algorithm::Hs256, &secret)?;
        let keys = [VerifyingKey::hmac(Algorithm::Hs256, &secret)?];
        Ok(Self { key, keys, policy: Policy::builder("i", "a", [Algorithm::Hs256]).build()? })
    }

    /// No document of the suite is a good header or a good set of claims; what is no JSON is refused as that.
    fn token(&self, name: &str, text: &[u8]) -> Result<(), String> {
        let no_json = name.starts_with("n_");
        match self.verify(text, b"{}") {
            Err(JwtError::HeaderJson(_)) => {}
            Err(JwtError::NotCompact) if text.is_empty() => {}
            // A token ends at 16 KiB, its header at 4.
            Err(JwtError::TooLong { .. } | JwtError::HeaderTooLong { .. }) => {}
            Err(JwtError::AlgorithmMissing) if !no_json => {}
            other => return Err(format!("as a header: {other:?}")),
        }
        match self.verify(br#"{"alg":"HS256"}"#, text) {
            Err(JwtError::ClaimsJson(_) | JwtError::TooLong { .. }) => Ok(()),
            Err(JwtError::ClaimMissing { .. }) if !no_json => Ok(()),
            other => Err(format!("as claims: {other:?}")),
        }
    }

    fn verify(&self, header: &[u8], claims: &[u8]) -> Result<(), JwtError> {
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
        let signature = self.key.sign(Algorithm::Hs256, input.as_bytes()).map_err(JwtError::Key)?;
        let token = format!("{input}.{}", base64url::encode(signature));
        let token = UnverifiedToken::parse(&token)?;
        token.verify::<Value, _>(&self.keys, &self.policy, UnixTime::EPOCH).map(drop)
    }
}

//! What Node, Python and Java agreed that document `003` signs.

mod family;

use std::path::Path;

use countersign::biometric::Derivation;
use countersign::digest::Sha256;
use countersign::encoding::{base64, hex};
use countersign::javascript::{self, JavascriptError, Limits, Profile};
use countersign::secret::{Secret, SecretError};
use serde_json::Value;

use super::{Report, Run, bytes, compare, each, text};

pub(crate) use family::run as family;

/// Runs a file of bodies with their content and signature.
pub(crate) fn events(path: &Path, report: &mut Report) -> Run {
    each(path, report, event)
}

fn event(case: &Value) -> Run {
    // The deepest body has 501 levels, the longest 55 kB.
    let limits = Limits::WEBHOOK.with_max_depth(600);
    let body = bytes(case, "body")?;
    let document = javascript::parse(&body, Profile::Node, limits)?;
    let mut content = Vec::new();
    document.write_sorted_values(&mut content)?;
    compare(hex::encode(content), hex::encode(bytes(case, "content")?))?;

    let mut digest = Sha256::new();
    document.write_sorted_values(&mut digest)?;
    digest.update(text(case, "apiKey")?.as_bytes());
    Ok(compare(&*hex::encode(digest.finish()), text(case, "signature")?)?)
}

/// Runs a file of bodies that the reference refuses in one profile or both.
pub(crate) fn errors(path: &Path, report: &mut Report) -> Run {
    each(path, report, |case| {
        let profiles = [(Profile::Node, "raw"), (Profile::BomTolerant, "bomStripped")];
        profiles
            .into_iter()
            .try_for_each(|(profile, name)| refusal(&bytes(case, "body")?, profile, &case[name]))
    })
}

fn refusal(body: &[u8], profile: Profile, expected: &Value) -> Run {
    let mut content = Vec::new();
    let found = match javascript::parse(body, profile, Limits::WEBHOOK)
        .and_then(|document| document.write_sorted_values(&mut content))
    {
        Ok(()) => "none",
        Err(JavascriptError::Syntax { .. }) => "SyntaxError",
        Err(JavascriptError::Null) => "TypeError",
        Err(JavascriptError::TooDeep { .. }) => "RangeError",
        Err(_) => "other",
    };
    compare(found, expected["error"].as_str().unwrap_or("none"))?;
    match &expected["content"] {
        Value::String(expected) if found == "none" => {
            Ok(compare(hex::encode(content), hex::encode(base64::decode(expected)?))?)
        }
        _ => Ok(()),
    }
}

/// Runs a file of the document's `secretData`, as its Java sample and Node compute it.
pub(crate) fn secrets(path: &Path, report: &mut Report) -> Run {
    each(path, report, |case| {
        let time = case["eventTime"].as_i64().ok_or("expected a number `eventTime`")?;
        match Secret::dangerous_short(text(case, "secretKey")?) {
            Ok(secret) => {
                let found = Derivation::ZaloMd5.derive(&secret, text(case, "accessToken")?, time);
                Ok(compare(found.as_str(), text(case, "secretData")?)?)
            }
            // The recipe runs without a secret, and then anyone can run it (S3-C2).
            Err(error) => Ok(compare(error, SecretError::Empty)?),
        }
    })
}

//! What Node, Python and Java agreed that document `003` signs.

use std::error::Error;
use std::fs;
use std::path::Path;

use countersign::digest::Sha256;
use countersign::encoding::{base64, hex};
use countersign::javascript::{self, JavascriptError, Limits, Profile};
use serde_json::Value;

use super::{Report, Run, compare};

/// Runs a file of bodies with their content and signature.
pub(crate) fn events(path: &Path, report: &mut Report) -> Run {
    for case in read(path)? {
        report.case(&case["name"], event(&case));
    }
    Ok(())
}

fn event(case: &Value) -> Result<(), Box<dyn Error>> {
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
    for case in read(path)? {
        let profiles = [(Profile::Node, "raw"), (Profile::BomTolerant, "bomStripped")];
        let outcome = profiles
            .into_iter()
            .try_for_each(|(profile, name)| refusal(&bytes(&case, "body")?, profile, &case[name]));
        report.case(&case["name"], outcome);
    }
    Ok(())
}

fn refusal(body: &[u8], profile: Profile, expected: &Value) -> Result<(), Box<dyn Error>> {
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

fn read(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

fn bytes(case: &Value, member: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(base64::decode(text(case, member)?)?)
}

fn text<'c>(case: &'c Value, member: &str) -> Result<&'c str, String> {
    case[member].as_str().ok_or_else(|| format!("expected a text `{member}`"))
}

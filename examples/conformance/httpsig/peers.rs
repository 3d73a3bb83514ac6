//! What other libraries signed, and why the few that are refused are.

use std::path::Path;
use std::time::Duration;

use countersign::httpsig::Scheme;
use countersign::time::UnixTime;
use serde_json::Value;

use super::super::{Report, Run, compare};
use super::keys::{Keys, algorithm};
use super::message::Stored;
use super::rfc9421::Params;
use super::{Outcome, base, list, policy_for, read, text, verdict};

/// Runs the file.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    let keys = Keys::of(path)?;
    for case in list(&read(path)?, "cases") {
        let name = format!("{} {}", text(case, "peer")?, text(case, "alg")?);
        report.case(name, signed(case, &keys));
    }
    Ok(())
}

fn signed(case: &Value, keys: &Keys) -> Outcome {
    let message = Stored::read(case);
    let answered = case.get("request").map(Stored::read);
    let expected_base = text(case, "signature_base")?;
    let (scheme, names, now) = match message.value("signature-input") {
        Some(input) => {
            let params = Params(input.split_once('=').map_or("", |(_, params)| params));
            (Scheme::Rfc9421, params.components(), params.created()?)
        }
        None => {
            let names = expected_base.lines().map(|line| line.split(": ").next().unwrap_or(line));
            (Scheme::Lenient, names.collect(), UnixTime::from_secs(1_618_884_476))
        }
    };
    let id = match text(case, "keyid")? {
        "(jwk thumbprint)" => text(case, "key")?,
        id => id,
    };
    let algorithm = match text(case, "alg")? {
        "hs2019" => algorithm("ed25519")?,
        name => algorithm(name)?,
    };
    let key = keys.verifying(id, algorithm)?;
    let policy = policy_for(&message, scheme, names)
        .algorithms([algorithm])
        .max_age(Duration::from_secs(600))
        .build()?;
    let found = message.answering(answered.as_ref(), |message| base(message, &key, &policy, now));
    compare(&*found, expected_base)?;
    let found = message.answering(answered.as_ref(), |received| {
        verdict(received, &message.body, &key, &policy, now)
    });
    Ok(compare(found?, expected(case))?)
}

fn expected(case: &Value) -> &'static str {
    let verified_as: Vec<_> = list(case, "verified_as").filter_map(Value::as_str).collect();
    match verified_as[..] {
        // It leaves out the query, so the target that it signed is not that of its request.
        [] => "httpsig.signature_invalid",
        // RFC 9421 §3.3.1: 64 bytes of salt. This peer salts as much as the key takes.
        ["rsa-pss-sha512-saltmax"] => "httpsig.signature_invalid",
        _ => "accepted",
    }
}

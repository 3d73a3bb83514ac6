//! Components of RFC 9421 §2: the line that each has in a signature base, or why it has none.

use std::path::Path;

use countersign::headers::Headers;
use countersign::httpsig::{
    FieldType, Policy, PolicyBuilder, RemoteSigner, Scheme, SigningOptions, WantedSignature,
};
use countersign::key::VerifyingKey;
use countersign::time::UnixTime;
use serde_json::Value;

use super::super::{Report, Run, compare};
use super::message::Stored;
use super::{Outcome, list, policy_for, read, text};

/// Runs the file, with the `Accept-Signature` of §5.1 as its last case.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    let file = read(path)?;
    for case in list(&file, "cases") {
        report.case(text(case, "id")?, component(case));
    }
    report.case("accept_signature", accept_signature(&file["accept_signature"]));
    Ok(())
}

fn component(case: &Value) -> Outcome {
    let found = line(case)?;
    let expected = match text(case, "expected_line") {
        Ok(line) => line,
        Err(_) => code(text(case, "expected_error")?)?,
    };
    Ok(compare(&*found, expected)?)
}

/// The code for what the vectors say in words.
fn code(reason: &str) -> Result<&'static str, String> {
    Ok(match reason {
        "structured field type not known" => "httpsig.component_type_unknown",
        "dictionary member absent"
        | "field absent from header section"
        | "query parameter absent"
        | "field absent" => "httpsig.component_missing",
        "parameter name occurs more than once" => "httpsig.query_ambiguous",
        "not UTF-8" => "httpsig.query_encoding",
        "non-ASCII in signature base" => "httpsig.component_value",
        // What no message of this kind can have, no policy can ask for.
        "incompatible parameters"
        | "name parameter required"
        | "@status in a request"
        | "request component in a response without req"
        | "req in a signature over a request"
        | "unknown derived component"
        | "unknown component parameter"
        | "@signature-params must not be covered"
        | "component names are lowercase" => "httpsig_policy.component",
        other => return Err(format!("no code for {other:?}")),
    })
}

/// The first line of the base over one component, or the code of the refusal.
fn line(case: &Value) -> Result<String, String> {
    let message = Stored::read(&case["message"]);
    let answered = case.get("request").map(Stored::read);
    let builder = policy_for(&message, Scheme::Rfc9421, [text(case, "component")?]);
    let policy = match with_types(builder, &case["sf_types"])?.build() {
        Ok(policy) => policy,
        Err(error) => return Ok(error.code().into()),
    };
    let key = VerifyingKey::from_pem(include_str!("../../../tests/keys/ed25519.pub.pem"));
    let key = key.map_err(|error| error.to_string())?;
    let signer = RemoteSigner::new(key, &policy).map_err(|error| error.to_string())?;
    Ok(message.answering(answered.as_ref(), |message| {
        match signer.prepare(message, &SigningOptions::default(), UnixTime::EPOCH) {
            Ok(draft) => {
                let base = String::from_utf8_lossy(draft.message());
                base.lines().next().unwrap_or_default().to_owned()
            }
            Err(error) => error.code().to_owned(),
        }
    }))
}

fn with_types(builder: PolicyBuilder, types: &Value) -> Result<PolicyBuilder, String> {
    let mut types = types.as_object().into_iter().flatten();
    types.try_fold(builder, |builder, (name, field_type)| match field_type.as_str() {
        Some("dictionary") => Ok(builder.field_type(name, FieldType::Dictionary)),
        Some("list") => Ok(builder.field_type(name, FieldType::List)),
        _ => Err(format!("no type {field_type}")),
    })
}

/// §5.1: it is read as what a policy with these components, key and tag asks for.
fn accept_signature(case: &Value) -> Outcome {
    let components = list(case, "components").filter_map(Value::as_str);
    let policy = Policy::builder(Scheme::Rfc9421, components)
        .key_id(text(&case["params"], "keyid")?)
        .tag(text(&case["params"], "tag")?)
        .build()?;
    let ours = policy.accept_signature(text(case, "label")?, None)?;
    let [ours, theirs] = [&*ours, text(case, "value")?].map(|value| {
        WantedSignature::read(Headers::new(&[("Accept-Signature", value.as_bytes())]))
    });
    let (ours, theirs) = (ours?, theirs?);
    if ours == theirs { Ok(()) } else { Err(format!("expected {theirs:?}, found {ours:?}").into()) }
}

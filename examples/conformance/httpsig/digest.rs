//! RFC 9530, and `Digest` of RFC 3230: bodies and what signed fields say of them.

use std::path::Path;

use countersign::headers::Headers;
use countersign::httpsig::{
    DigestField, HttpSigError, MessageSigner, Policy, Request, Scheme, Signatures,
};
use countersign::key::SigningKey;
use countersign::structured::{BareItem, Dictionary, Limits};
use countersign::time::UnixTime;
use serde_json::Value;

use super::super::{Report, Run, compare};
use super::{Outcome, list, read, text};

/// Runs the file: fields with their bodies, a digest by each algorithm, and `Want-Content-Digest`.
pub(crate) fn run(path: &Path, report: &mut Report) -> Run {
    let file = read(path)?;
    for case in list(&file, "cases") {
        report.case(text(case, "id")?, field(case));
    }
    let body = text(&file, "sample_input")?;
    for (name, digest) in file["sample_digests"].as_object().ok_or("expected `sample_digests`")? {
        report.case(
            format!("sample {name}"),
            sample(body, name, digest.as_str().unwrap_or_default()),
        );
    }
    report.case("want_content_digest", want_content_digest(&file["want_content_digest"]));
    Ok(())
}

fn field(case: &Value) -> Outcome {
    let expected = match text(case, "id")? {
        "cd-one-wrong" | "cd-mismatch" | "d-one-wrong" | "d-mismatch" => "httpsig.digest_mismatch",
        "cd-only-deprecated" | "cd-only-unknown" | "d-md5-only" | "d-sha1-only" => {
            "httpsig.digest_unsupported"
        }
        "cd-duplicate-key" | "d-dup-alg" => "httpsig.digest_repeated",
        // Base64 in another spelling is no digest to us, padded or not: RFC 9651 §4.2.7 allows to be strict.
        "cd-no-padding" => "httpsig.digest_malformed",
        _ if case["expect"] == "error" => "httpsig.digest_malformed",
        _ => "accepted",
    };
    if (expected == "accepted") != (case["expect"] == "ok") {
        return Err(format!("the file says {}", case["expect"]).into());
    }
    let (name, value, body) = (text(case, "field")?, text(case, "value")?, text(case, "body")?);
    Ok(compare(verdict(name, value, body)?, expected)?)
}

/// RFC 9530 §5: two are to be used; the others are broken or no digests of cryptography. The two are written as published.
fn sample(body: &str, name: &str, digest: &str) -> Outcome {
    let value = format!("{name}=:{digest}:");
    let active = ["sha-256", "sha-512"].contains(&name);
    let expected = if active { "accepted" } else { "httpsig.digest_unsupported" };
    compare(verdict("content-digest", &value, body)?, expected)?;
    if name == "sha-256" {
        for field in [DigestField::ContentDigest, DigestField::ReprDigest] {
            compare(&*field.value(body.as_bytes()), &value)?;
        }
        let legacy = DigestField::Digest.value(body.as_bytes());
        compare(legacy, format!("SHA-256={digest}"))?;
    }
    Ok(())
}

/// A Dictionary of Integers (§4); what to prefer is the sender's matter.
fn want_content_digest(case: &Value) -> Outcome {
    let wanted = Dictionary::parse(text(case, "value")?.as_bytes(), &Limits::DEFAULT)?;
    let expected = case["parsed"].as_object().ok_or("expected `parsed`")?;
    compare(wanted.entries().len(), expected.len())?;
    for (name, expected) in expected {
        let found = wanted.get(name).and_then(|member| member.as_item()).map(|item| &item.value);
        let Some(BareItem::Integer(found)) = found else { return Err(format!("no {name}").into()) };
        compare(found.get(), expected.as_i64().ok_or("expected an integer")?)?;
    }
    Ok(())
}

/// What becomes of a body under a signature that covers this field.
fn verdict(
    name: &str,
    value: &str,
    body: &str,
) -> Result<&'static str, Box<dyn std::error::Error>> {
    let now = UnixTime::from_secs(1_618_884_480);
    let key = SigningKey::from_pem(include_str!("../../../tests/keys/ed25519.pem"))?.with_id("app");
    let public = key.verifying_key();
    let policy =
        Policy::builder(Scheme::Rfc9421, ["@method", "@authority", "@path", "@query"]).build()?;
    let mut fields = vec![("Host", &b"example.com"[..]), (name, value.as_bytes())];
    let signer = MessageSigner::new(key, &policy)?;
    let signed = signer.sign(Request::new("POST", "/foo", Headers::new(&fields)), now)?;
    fields.extend(signed.iter().map(|(name, value)| (name, value.as_bytes())));
    let message = Request::new("POST", "/foo", Headers::new(&fields));
    let verified = Signatures::parse(message)
        .and_then(|signatures| signatures.select(&policy)?.verify_head(&public, &policy, now))
        .and_then(|head| head.with_body(body.as_bytes()));
    Ok(verified.as_ref().err().map_or("accepted", HttpSigError::code))
}

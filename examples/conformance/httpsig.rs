//! HTTP signatures: RFC 9421, the drafts before it, digests of bodies, and what other libraries signed.

mod cavage;
mod components;
mod digest;
mod keys;
mod message;
mod peers;
mod rfc9421;

use std::error::Error;
use std::fs;
use std::path::Path;

use countersign::httpsig::{HttpSigError, Message, Policy, PolicyBuilder, Scheme, Signatures};
use countersign::key::VerifyingKey;
use countersign::time::UnixTime;
use serde_json::Value;

use super::compare;
use message::Stored;

pub(crate) use cavage::run as cavage;
pub(crate) use components::run as components;
pub(crate) use digest::run as digest;
pub(crate) use peers::run as peers;
pub(crate) use rfc9421::run as rfc9421;

type Outcome = Result<(), Box<dyn Error>>;

fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

fn list<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    value[member].as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, member: &str) -> Result<&'v str, String> {
    value[member].as_str().ok_or_else(|| format!("expected a text `{member}`"))
}

/// A policy for this kind of message that demands these components and no more: a vector's own list, whatever it leaves
/// out.
fn policy_for<C: AsRef<str>>(
    message: &Stored,
    scheme: Scheme,
    components: impl IntoIterator<Item = C>,
) -> PolicyBuilder {
    let builder = match message.method {
        Some(_) => Policy::builder(scheme, components),
        None => Policy::response_builder(scheme, components),
    };
    builder.dangerous_partial_coverage()
}

/// The code of the refusal, or `accepted`. What [`explain`](countersign::httpsig::explain()) says of the head is the same.
fn verdict(
    message: Message<'_>,
    body: &str,
    key: &VerifyingKey,
    policy: &Policy,
    now: UnixTime,
) -> Result<&'static str, String> {
    let head = Signatures::parse(message)
        .and_then(|signatures| signatures.select(policy)?.verify_head(key, policy, now));
    let explained = countersign::httpsig::explain(message, key, policy, now);
    let code = |error: Option<&HttpSigError>| error.map_or("accepted", HttpSigError::code);
    compare(code(explained.error()), code(head.as_ref().err()))
        .map_err(|difference| format!("explain: {difference}"))?;
    let verified = head.and_then(|head| head.with_body(body.as_bytes()));
    Ok(code(verified.as_ref().err()))
}

/// The first base of the message that can be rebuilt.
fn base(message: Message<'_>, key: &VerifyingKey, policy: &Policy, now: UnixTime) -> String {
    let report = countersign::httpsig::explain(message, key, policy, now);
    report.base().map(|base| base.as_str().to_owned()).unwrap_or_default()
}

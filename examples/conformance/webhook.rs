//! Webhooks that providers publish as examples, each with its signature.

use std::path::Path;

use countersign::class::Class;
use countersign::headers::Headers;
use countersign::time::UnixTime;
use countersign::webhook::providers::{GITHUB, SLACK, STANDARD_WEBHOOKS, SVIX, TWILIO};
use countersign::webhook::{Message, Scheme, Verifier, WebhookError};
use serde_json::Value;

use super::{Report, Run, bytes, compare, each, text};

/// Runs a file of Standard Webhooks `v1`.
pub(crate) fn standard(path: &Path, report: &mut Report) -> Run {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    each(path, report, |case| family(STANDARD_WEBHOOKS, names, case))
}

/// Runs a file of Svix.
pub(crate) fn svix(path: &Path, report: &mut Report) -> Run {
    let names = ["svix-id", "svix-timestamp", "svix-signature"];
    each(path, report, |case| family(SVIX, names, case))
}

/// Runs a file of GitHub.
pub(crate) fn github(path: &Path, report: &mut Report) -> Run {
    each(path, report, |case| {
        let fields = [("X-Hub-Signature-256", text(case, "signature")?)];
        Received { fields: &fields, body: bytes(case, "body")?, url: None }.judge(GITHUB, case)
    })
}

/// Runs a file of Slack.
pub(crate) fn slack(path: &Path, report: &mut Report) -> Run {
    each(path, report, |case| {
        let fields = [
            ("X-Slack-Request-Timestamp", text(case, "timestamp")?),
            ("X-Slack-Signature", text(case, "signature")?),
        ];
        Received { fields: &fields, body: bytes(case, "body")?, url: None }.judge(SLACK, case)
    })
}

/// Runs a file of Twilio.
pub(crate) fn twilio(path: &Path, report: &mut Report) -> Run {
    each(path, report, |case| {
        let fields = [("X-Twilio-Signature", text(case, "signature")?)];
        let body = match &case["body"] {
            Value::Null => form(&case["params"]).into_bytes(),
            _ => bytes(case, "body")?,
        };
        let url = text(case, "url")?;
        let received = |url| Received { fields: &fields, body: body.clone(), url: Some(url) };
        received(url).judge(TWILIO, case)?;
        // Whoever received it may have left the default port out.
        match url.split_once(":443/").or_else(|| url.split_once(":80/")) {
            Some((host, path)) => received(&format!("{host}/{path}")).judge(TWILIO, case),
            None => Ok(()),
        }
    })
}

fn family(scheme: Scheme, [id, timestamp, signature]: [&str; 3], case: &Value) -> Run {
    let fields = [
        (id, text(case, "id")?),
        (timestamp, &case["timestamp"].to_string()),
        (signature, text(case, "signature")?),
    ];
    Received { fields: &fields, body: bytes(case, "body")?, url: None }.judge(scheme, case)
}

/// `application/x-www-form-urlencoded`; a parameter with several values stands as often.
fn form(parameters: &Value) -> String {
    let pairs = parameters.as_object().into_iter().flatten().flat_map(|(name, value)| {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let values = values.iter().filter_map(Value::as_str);
        values.map(move |value| format!("{name}={}", value.replace('+', "%2B")))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A message as it came in.
struct Received<'a> {
    fields: &'a [(&'a str, &'a str)],
    body: Vec<u8>,
    url: Option<&'a str>,
}

impl Received<'_> {
    /// What is valid is accepted, and one byte more is a forgery; what is not has no signature.
    fn judge(mut self, scheme: Scheme, case: &Value) -> Run {
        let verifier =
            Verifier::builder(scheme).dangerous_short_secret("vector", text(case, "secret")?);
        let verifier = verifier.build()?;
        let now = moment(&case["timestamp"]);
        let verdict = self.verify(&verifier, now);
        if case["valid"] != true {
            return Ok(compare(code(verdict), "webhook.signature_malformed")?);
        }
        compare(code(verdict), "accepted")?;
        self.body.push(b' ');
        let class = self.verify(&verifier, now).map_err(|error| error.class());
        if class == Err(Class::Forged) { Ok(()) } else { Err(format!("forged: {class:?}").into()) }
    }

    fn verify(&self, verifier: &Verifier, now: UnixTime) -> Result<(), WebhookError> {
        let fields: Vec<_> =
            self.fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let headers = Headers::new(&fields);
        let message = Message::new(&headers, &self.body);
        let message = self.url.map_or(message, |url| message.with_url(url));
        verifier.verify(&message, now).map(drop)
    }
}

/// When it was sent; any moment will do where the scheme signs none.
fn moment(timestamp: &Value) -> UnixTime {
    let digits = timestamp.as_str().and_then(|digits| digits.parse().ok());
    UnixTime::from_secs(digits.or(timestamp.as_i64()).unwrap_or_default())
}

fn code(verdict: Result<(), WebhookError>) -> &'static str {
    verdict.map_or_else(|error| error.code(), |()| "accepted")
}

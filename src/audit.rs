//! One typed record per decision: what was decided, why, and the ids to trace it by (S1-31).
//!
//! A record holds no token, no secret and no personal data: ids are escaped and cut, subjects, names and
//! addresses never enter. Its `Display` is one line of `key=value` pairs; it serialises for JSON logs.

use std::fmt;

use serde::Serialize;

use crate::class::{Class, PublicAnswer};
use crate::encoding::hex;
use crate::time::UnixTime;
use crate::verified::Evidence;

/// A decision that was made, ready for a log.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuditRecord {
    /// When, as RFC 3339.
    pub at: String,
    /// Which profile decided: `bank_sso`.
    pub profile: &'static str,
    /// What was asked for: a method and a route's template, never a raw path.
    pub action: LogText,
    /// What was decided.
    #[serde(flatten)]
    pub decision: Decision,
    /// By what it can be traced.
    #[serde(flatten)]
    pub trace: Trace,
}

impl AuditRecord {
    /// A record of one decision.
    #[must_use]
    pub fn new(
        profile: &'static str,
        action: LogText,
        decision: Decision,
        trace: Trace,
        now: UnixTime,
    ) -> Self {
        Self { at: now.to_rfc3339(), profile, action, decision, trace }
    }
}

/// Accepted, or refused for a reason.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// The request may go on.
    Accepted,
    /// It may not.
    Refused {
        /// The stable code of the reason, which is finer than what was answered.
        code: &'static str,
        /// The class of the reason.
        class: &'static str,
        /// The HTTP status that was answered.
        status: u16,
        /// The application code that was answered.
        answered: &'static str,
    },
}

impl Decision {
    /// The refusal with this code and class, answered so.
    #[must_use]
    pub const fn refused(code: &'static str, class: Class, answer: PublicAnswer) -> Self {
        Self::Refused { code, class: class.name(), status: answer.status, answered: answer.code }
    }
}

/// The ids by which a decision can be found again.
///
/// Those of the token are there once its signature was good, not before: what a forger writes is no trace.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// The `kid` the request claimed: a hint, also of a forgery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<LogText>,
    /// The thumbprint of the key that verified it, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The fingerprint of the policy that allowed it, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The token's `jti`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<LogText>,
    /// The order's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<LogText>,
    /// Which values came from the unsigned body of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsigned: Vec<&'static str>,
}

impl Trace {
    /// Notes which key and policy verified it.
    #[must_use]
    pub fn with_evidence(mut self, evidence: &Evidence) -> Self {
        self.key = Some(hex::encode(evidence.thumbprint));
        self.policy = Some(hex::encode(evidence.policy));
        self
    }
}

/// A text of the sender's for an error or a report: what cannot be seen is escaped, and it is cut behind `most` characters.
pub(crate) fn shown(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).flat_map(char::escape_debug).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown.replace("\\\"", "\"")
}

/// A text that is safe in a log: visible ASCII without `$`, escaped otherwise, and cut.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct LogText(String);

impl LogText {
    /// The most bytes of a text that are shown: ids are shorter, and what is longer is an attack.
    pub const MAX_BYTES: usize = 128;

    /// The text, with `$`, `"` and everything but visible ASCII escaped, cut behind [`LogText::MAX_BYTES`].
    ///
    /// ```
    /// use countersign::audit::LogText;
    ///
    /// assert_eq!(LogText::new("ORD-1").as_str(), "ORD-1");
    /// assert_eq!(LogText::new("x\r\nlevel=ok \u{202e}").as_str(), r"x\r\nlevel=ok\u{20}\u{202e}");
    /// assert_eq!(LogText::new("${jndi:ldap}").as_str(), r"\u{24}{jndi:ldap}");
    /// ```
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut safe = String::new();
        for character in text.chars() {
            if safe.len() >= Self::MAX_BYTES {
                safe.push('…');
                break;
            }
            match character {
                // Blanks separate pairs and quotes delimit values in most log formats, and some loggers look up
                // what stands in `${…}` (CVE-2021-44228).
                ' ' | '"' | '$' => safe.extend(character.escape_unicode()),
                '!'..='~' if character != '\\' => safe.push(character),
                _ => safe.extend(character.escape_default()),
            }
        }
        Self(safe)
    }

    /// The safe text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LogText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at={} profile={} action={} {}",
            self.at, self.profile, self.action, self.decision
        )?;
        let trace = &self.trace;
        let pairs = [
            ("kid", trace.key_id.as_ref().map(LogText::as_str)),
            ("jti", trace.jti.as_ref().map(LogText::as_str)),
            ("order_id", trace.order_id.as_ref().map(LogText::as_str)),
            ("key", trace.key.as_deref()),
            ("policy", trace.policy.as_deref()),
        ];
        for (name, value) in pairs {
            value.map_or(Ok(()), |value| write!(f, " {name}={value}"))?;
        }
        if trace.unsigned.is_empty() {
            Ok(())
        } else {
            write!(f, " unsigned={}", trace.unsigned.join(","))
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("decision=accepted"),
            Self::Refused { code, class, status, answered } => {
                write!(
                    f,
                    "decision=refused code={code} class={class} status={status} answered={answered}"
                )
            }
        }
    }
}

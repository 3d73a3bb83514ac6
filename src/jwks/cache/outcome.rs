//! What became of a fetch, as a value and as a line for the log.

use std::fmt;
use std::sync::Arc;

use crate::jwks::{JwksError, SetDiff, SetReport, SkippedEntry};

/// What an answer changed: for the log, and its [alarms](Self::alarms) for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "log it, and tell somebody of its alarms"]
#[non_exhaustive]
pub enum FetchOutcome {
    /// The document is the one that is trusted now.
    Updated {
        /// What changed; in the first document everything is new.
        diff: SetDiff,
        /// What was left out of it.
        report: Arc<SetReport>,
    },
    /// Nothing was replaced: the last good document, if there is one, is trusted until it is too old.
    KeptLastGood {
        /// What was wrong with the answer.
        reason: JwksError,
    },
    /// The answer to an attempt that is over, or to one of another cache: nothing was changed.
    StaleTicket,
}

/// Something that a person must look into.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Alarm<'a> {
    /// The issuer published a private or symmetric key. It is not used; it must be replaced.
    PublishedSecret(&'a SkippedEntry),
    /// Another key under an id that was in use. It is used: the issuer said so, over TLS.
    Rekeyed {
        /// The id.
        key_id: &'a str,
    },
}

impl FetchOutcome {
    /// What a person must look into.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm<'_>> {
        let (report, rekeyed): (_, &[Arc<str>]) = match self {
            Self::Updated { diff, report } => (Some(report), &diff.rekeyed),
            Self::KeptLastGood { reason: JwksError::NoUsableKey(report) } => (Some(report), &[]),
            Self::KeptLastGood { .. } | Self::StaleTicket => (None, &[]),
        };
        let secrets = report.into_iter().flat_map(|report| report.alarms());
        let rekeyed = rekeyed.iter().map(|key_id| Alarm::Rekeyed { key_id });
        secrets.map(Alarm::PublishedSecret).chain(rekeyed)
    }
}

/// One line for the log: what changed, or why nothing did.
impl fmt::Display for FetchOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Updated { diff, report } => {
                f.write_str("the key set was taken")?;
                ids(f, "added", &diff.added)?;
                ids(f, "removed", &diff.removed)?;
                ids(f, "re-keyed", &diff.rekeyed)?;
                match report.skipped().len() {
                    0 => Ok(()),
                    skipped => write!(f, ", skipped {skipped} of its entries"),
                }
            }
            Self::KeptLastGood { reason } => write!(f, "no key set was taken: {reason}"),
            Self::StaleTicket => f.write_str("no key set was taken: the attempt was over"),
        }
    }
}

/// One line for whoever must look into it.
impl fmt::Display for Alarm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublishedSecret(entry) => write!(f, "a secret key was published: {entry}"),
            Self::Rekeyed { key_id } => {
                write!(f, "another key was published under the id {key_id}, which was in use")
            }
        }
    }
}

impl fmt::Display for SkippedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}", self.index)?;
        if let Some(key_id) = &self.key_id {
            write!(f, " ({key_id})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

fn ids(f: &mut fmt::Formatter<'_>, what: &str, ids: &[Arc<str>]) -> fmt::Result {
    if ids.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = ids.iter().take(MOST_IDS).map(|id| &**id).collect();
    write!(f, ", {what} {}", shown.join(" "))?;
    match ids.len().saturating_sub(shown.len()) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

/// Real sets hold two or three keys; a line that names hundreds is read by nobody.
const MOST_IDS: usize = 8;

#[cfg(test)]
mod tests {
    use crate::jwks::{JwksCache, Lookup, Response};
    use crate::time::UnixTime;

    /// The outcomes of answers with these bodies, a cool-down apart, and their alarms.
    fn told(bodies: &[&str]) -> Vec<String> {
        let mut cache = JwksCache::builder().build().unwrap();
        let mut lines = Vec::new();
        for (body, minute) in bodies.iter().zip(0..) {
            let now = UnixTime::from_secs(minute * 60);
            let Lookup::Fetch(ticket) = cache.lookup("unknown", now) else { panic!("no ticket") };
            let response =
                Response { status: 200, body: body.as_bytes(), cache_control: None, age: None };
            let outcome = cache.handle_response(ticket, response, now);
            lines.push(outcome.to_string());
            lines.extend(outcome.alarms().map(|alarm| alarm.to_string()));
        }
        lines
    }

    // The keys of RFC 8037 §A.2 and RFC 8410 §10.1.
    const ONE: &str =
        r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
    const TWO: &str =
        r#""kty":"OKP","crv":"Ed25519","x":"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE""#;

    #[test]
    fn a_fetch_is_told_in_one_line_and_each_alarm_in_another() {
        let first = format!(r#"{{"keys":[{{{ONE},"kid":"a"}},{{{ONE},"kid":"b"}}]}}"#);
        let second = format!(
            r#"{{"keys":[{{{TWO},"kid":"a"}},{{{ONE},"kid":"c"}},{{"kty":"oct","kid":"d","k":"AA"}}]}}"#
        );
        assert_eq!(
            told(&[&first, &first, &second, r#"{"keys":[]}"#, r#"{"keys":[7]}"#]),
            [
                "the key set was taken, added a b",
                "the key set was taken",
                "the key set was taken, added c, removed b, re-keyed a, skipped 1 of its entries",
                "a secret key was published: entry 2 (d): a symmetric key where a public key is due",
                "another key was published under the id a, which was in use",
                "no key set was taken: a set without keys",
                "no key set was taken: expected a usable key, found none among 1",
            ]
        );
    }

    #[test]
    fn a_set_of_hundreds_is_told_in_a_line_that_can_be_read() {
        let entries: Vec<_> = (100..200).map(|n| format!(r#"{{{ONE},"kid":"k{n}"}}"#)).collect();
        let told = told(&[&format!(r#"{{"keys":[{}]}}"#, entries.join(","))]);
        let expected =
            "the key set was taken, added k100 k101 k102 k103 k104 k105 k106 k107 and 92 more";
        assert_eq!(told, [expected]);
    }
}

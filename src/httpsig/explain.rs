//! Why a signed message was refused, stage by stage, and what was signed, for a support desk.
//!
//! [`explain()`] makes the very checks of [`Selected::verify_head`](super::Selected::verify_head) and reports each: passed,
//! failed or not reached, what was expected and what was found. It shows the signature base as it was rebuilt here;
//! given the sender's, [`Report::difference`] names the first line in which the two differ.

mod difference;

use std::fmt;

use super::base::SignatureBase;
use super::message::Message;
use super::policy::{Pick, Policy, Rules};
use super::signatures::{Selected, Signatures};
use super::text::shown;
use super::verify::{Attempt, Fitting, Tries};
use super::{HttpSigError, Stage, encoded};
use crate::digest::BodyDigests;
use crate::encoding::base64;
use crate::guard::Use;
use crate::key::VerifyingKey;
use crate::time::UnixTime;

pub use difference::Difference;

/// Makes every check of a head's verification and reports each, also those behind the first that fails.
///
/// It is for people, and slower than verifying; it gives nothing that is verified. Where a policy takes several
/// signatures, it explains the one that decides.
///
/// ```
/// use countersign::headers::Headers;
/// use countersign::httpsig::{MessageSigner, Policy, Request, Scheme, explain};
/// use countersign::key::SigningKey;
/// use countersign::time::UnixTime;
///
/// let policy = Policy::builder(Scheme::Rfc9421, ["@method", "@authority", "@path", "@query"]).build()?;
/// let key = SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?.with_id("app-1");
/// let public = key.verifying_key();
/// let mut fields = vec![("host", &b"api.example.com"[..])];
/// let now = UnixTime::from_secs(1_618_884_473);
/// let signature = MessageSigner::new(key, &policy)?.sign(Request::new("GET", "/a", Headers::new(&fields)), now)?;
/// fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));
///
/// // A proxy cut the path.
/// let report = explain(Request::new("GET", "/", Headers::new(&fields)), &public, &policy, now);
/// assert_eq!(report.error().map(|error| error.code()), Some("httpsig.signature_invalid"));
/// let theirs = report.base().unwrap().as_str().replace("\"@path\": /", "\"@path\": /a");
/// let difference = report.difference(&theirs).unwrap();
/// assert_eq!(difference.to_string(), r#"line 3: here "@path": /, at the sender "@path": /a"#);
/// println!("{report}");
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn explain<'m, U: Use>(
    message: impl Into<Message<'m>>,
    keys: &(impl AsRef<[VerifyingKey]> + ?Sized),
    policy: &Policy<U>,
    now: UnixTime,
) -> Report {
    let mut report = Report::new(now);
    let rules = &policy.rules;
    let signatures = match Signatures::parse(message) {
        Ok(signatures) => signatures,
        Err(error) => return report.refused(error),
    };
    report.pass(Stage::Syntax, "parts that agree, and signatures", "such");
    match signatures.select_by(rules) {
        Ok(selected) => report.head(&selected, keys.as_ref(), rules, now),
        Err(error) => return report.refused(error),
    }
    report
}

/// What became of a stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It held.
    Pass,
    /// It did not hold, for this reason.
    Fail(HttpSigError),
    /// What it needs was not there.
    NotReached,
}

/// One line of a [`Report`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// Which stage.
    pub stage: Stage,
    /// What became of it.
    pub outcome: Outcome,
    /// What policy and message demand.
    pub expected: String,
    /// What was found: escaped and cut.
    pub found: String,
}

/// Every stage of one verification, and what became of it. `Display` prints it, the signature base included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    lines: Vec<Line>,
    base: Option<SignatureBase>,
    digests: Option<BodyDigests>,
    now: UnixTime,
}

impl Report {
    /// The stages, in the order in which they are checked.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The reason that a verification gives: that of the first stage which failed.
    #[must_use]
    pub fn error(&self) -> Option<&HttpSigError> {
        self.errors().next()
    }

    /// The reasons of all stages that failed.
    pub fn errors(&self) -> impl Iterator<Item = &HttpSigError> {
        self.lines.iter().filter_map(|line| match &line.outcome {
            Outcome::Fail(error) => Some(error),
            Outcome::Pass | Outcome::NotReached => None,
        })
    }

    /// The signature base as it was rebuilt here, where it could be.
    ///
    /// # Security
    /// It holds whole values of fields. `Display` shows it too, cut, and without those of credentials.
    #[must_use]
    pub const fn base(&self) -> Option<&SignatureBase> {
        self.base.as_ref()
    }

    /// The first line in which the base here and that of the sender differ.
    #[must_use]
    pub fn difference(&self, theirs: &str) -> Option<Difference> {
        Difference::first(self.base.as_ref()?.as_str(), theirs)
    }

    /// The same report with the body looked at too.
    #[must_use]
    pub fn with_body(mut self, body: &[u8]) -> Self {
        let Some(expected) = self.digests else { return self };
        let found = BodyDigests::of(body, &expected);
        let texts = (written(&expected), written(&found));
        match (expected.is_empty(), expected == found) {
            (true, _) if body.is_empty() => self.pass(Stage::Digest, "no body", "none"),
            (true, _) => self.fail(
                "a signed digest",
                format!("{} bytes and none", body.len()),
                HttpSigError::DigestMissing,
            ),
            (false, true) => self.pass(Stage::Digest, texts.0, texts.1),
            (false, false) => self.fail(texts.0, texts.1, HttpSigError::DigestMismatch),
        }
        self
    }

    fn new(now: UnixTime) -> Self {
        let line = |stage| Line {
            stage,
            outcome: Outcome::NotReached,
            expected: String::new(),
            found: String::new(),
        };
        Self { lines: STAGES.map(line).to_vec(), base: None, digests: None, now }
    }

    /// All stages of the signature that decides.
    fn head(
        &mut self,
        selected: &Selected<'_, '_>,
        keys: &[VerifyingKey],
        rules: &Rules,
        now: UnixTime,
    ) {
        let attempts = || {
            selected.candidates().map(|candidate| Attempt { candidate, selected, rules, keys, now })
        };
        let decides = attempts().find(|attempt| {
            let good = attempt.verify(&mut Tries::default()).is_ok();
            good == (rules.pick != Pick::All)
        });
        if let Some(attempt) = decides.or_else(|| attempts().next()) {
            self.attempt(&attempt);
        }
    }

    fn attempt(&mut self, attempt: &Attempt<'_>) {
        let selected = attempt.candidate.scheme.to_string();
        let rule = match attempt.selection() {
            Ok(rule) => {
                let label = attempt.candidate.label.map_or("no label".into(), shown);
                self.pass(Stage::Selection, selected, label);
                rule
            }
            Err(error) => return self.fail("a signature asked for", selected, error),
        };
        let covered = match attempt.candidate.covered(&rule.required) {
            Ok(covered) => covered,
            Err(error) => return self.fail("components, each once", "others", error),
        };
        let mut buffer = encoded::buffer();
        let signature = match attempt.candidate.signature.decode(&mut buffer) {
            Ok(signature) => signature,
            Err(error) => return self.fail("base64", "another encoding", error),
        };
        let fitting = self.key(attempt);
        self.note(
            Stage::Coverage,
            rule.required.listed(),
            format!("{} components", covered.len()),
            attempt.coverage(rule, &covered),
        );
        let expected = format!(
            "within {} s before {}",
            attempt.rules.max_age.as_secs(),
            attempt.now.to_rfc3339()
        );
        match attempt.window(&covered) {
            Ok(window) => self.pass(Stage::Time, expected, window.signed_at.to_rfc3339()),
            Err(error) => self.fail(expected, "another", error),
        }
        let base = match attempt.base(&covered) {
            Ok(base) => base,
            Err(error) => return self.fail("every component", "not every one", error),
        };
        self.pass(Stage::Base, "every component", format!("{} bytes", base.as_str().len()));
        if let Some(fitting) = fitting {
            let found = format!("{} bytes", signature.len());
            let signed = attempt.signed_by(signature, &base, &fitting, &mut Tries::default());
            self.note(Stage::Crypto, "a signature over the base below", found, signed.map(|_| ()));
        }
        match attempt.digests(&covered, &base) {
            Ok(digests) => self.digests = Some(digests),
            Err(error) => self.fail("digests", "malformed", error),
        }
        self.base = Some(base);
    }

    fn key<'a>(&mut self, attempt: &Attempt<'a>) -> Option<Fitting<'a>> {
        let params = attempt.candidate.params;
        let expected = format!(
            "key {}, algorithm {}",
            params.key_id.as_deref().map_or("any".into(), shown),
            params.algorithm.as_deref().map_or("of the key".into(), shown)
        );
        let ids = attempt.keys.iter().map(|key| key.id().map_or("(no id)".into(), |id| shown(id)));
        let found = ids.take(MAX_LISTED).collect::<Vec<_>>().join(", ");
        match attempt.fitting_keys() {
            Ok(fitting) => {
                self.pass(Stage::Key, expected, found);
                Some(fitting)
            }
            Err(error) => {
                self.fail(expected, found, error);
                None
            }
        }
    }

    fn refused(mut self, error: HttpSigError) -> Self {
        self.fail("", "", error);
        self
    }

    fn note(
        &mut self,
        stage: Stage,
        expected: impl Into<String>,
        found: impl Into<String>,
        result: Result<(), HttpSigError>,
    ) {
        match result {
            Ok(()) => self.pass(stage, expected, found),
            Err(error) => self.fail(expected, found, error),
        }
    }

    fn pass(&mut self, stage: Stage, expected: impl Into<String>, found: impl Into<String>) {
        self.set(stage, Outcome::Pass, expected.into(), found.into());
    }

    /// Notes a failure at its own stage.
    fn fail(&mut self, expected: impl Into<String>, found: impl Into<String>, error: HttpSigError) {
        self.set(error.stage(), Outcome::Fail(error), expected.into(), found.into());
    }

    fn set(&mut self, stage: Stage, outcome: Outcome, expected: String, found: String) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.stage == stage) {
            *line = Line { stage, outcome, expected, found };
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Line { stage, outcome, expected, found } in &self.lines {
            let mark = match outcome {
                Outcome::Pass => "pass",
                Outcome::Fail(_) => "FAIL",
                Outcome::NotReached => "  - ",
            };
            write!(f, "{mark}  {stage}")?;
            if !expected.is_empty() {
                write!(f, ": expected {expected}; found {found}")?;
            }
            writeln!(f)?;
            if let Outcome::Fail(error) = outcome {
                writeln!(f, "      {}: {error}", error.code())?;
            }
        }
        if let Some(base) = &self.base {
            writeln!(f, "base:")?;
            for (number, line) in base.as_str().lines().enumerate() {
                writeln!(f, "{:>4}  {}", number.saturating_add(1), difference::line(line))?;
            }
        }
        let now = self.now.to_rfc3339();
        match self.error() {
            None => writeln!(f, "nothing against it at {now}"),
            Some(error) => writeln!(f, "refused at {now}: {}", error.code()),
        }
    }
}

fn written(digests: &BodyDigests) -> String {
    let sha256 = digests.sha256.map(|digest| format!("sha-256 {}", base64::encode(digest)));
    let sha512 = digests.sha512.map(|digest| format!("sha-512 {}", base64::encode(digest)));
    sha256.into_iter().chain(sha512).collect::<Vec<_>>().join(", ")
}

/// The stages of a verification.
const STAGES: [Stage; 8] = [
    Stage::Syntax,
    Stage::Selection,
    Stage::Key,
    Stage::Coverage,
    Stage::Time,
    Stage::Base,
    Stage::Crypto,
    Stage::Digest,
];

/// How many key ids are shown.
const MAX_LISTED: usize = 8;

//! Building a verifier: all problems at once.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::error::{ConfigError, ConfigProblem};
use super::keys::{self, Key};
use super::scheme::{Construction, Part, Scheme};
use super::verifier::{Rules, Verifier};
use crate::guard::{Reusable, SingleUse, Use};
use crate::key::{Algorithm, KeyError};
use crate::secret::{SecretSet, check_names};
use crate::time::UnixTime;

/// Collects the keys and rules of a [`Verifier`]; [`build`](Self::build) reports all problems at
/// once.
#[derive(Clone)]
#[must_use = "call `build`"]
pub struct VerifierBuilder<U: Use = Reusable> {
    rules: Rules,
    keys: Vec<GivenKey>,
    r#use: PhantomData<U>,
}

/// A key as the host gave it.
#[derive(Clone)]
struct GivenKey {
    name: Arc<str>,
    text: zeroize::Zeroizing<String>,
    until: Option<UnixTime>,
    short: bool,
}

impl<U: Use> fmt::Debug for VerifierBuilder<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.keys.iter().map(|key| &key.name).collect();
        f.debug_struct("VerifierBuilder")
            .field("scheme", &self.rules.scheme.name)
            .field("keys", &names)
            .finish_non_exhaustive()
    }
}

impl VerifierBuilder {
    /// What a verifier tolerates by default towards the past: what Standard Webhooks, Stripe and
    /// Slack name.
    pub const PAST: Duration = Duration::from_secs(300);

    /// What a verifier tolerates by default towards the future: clocks of servers differ by less.
    pub const FUTURE: Duration = Duration::from_secs(30);

    /// The largest tolerance: what is a day old has been in a queue, and `now` should be when it
    /// was received.
    pub const MAX_TOLERANCE: Duration = Duration::from_secs(24 * 60 * 60);

    /// The largest body by default: 64 KiB, several times the largest event of the providers we
    /// know.
    pub const MAX_BODY: usize = 64 * 1024;

    pub(super) const fn new(scheme: Scheme) -> Self {
        Self { rules: Rules::new(scheme), keys: Vec::new(), r#use: PhantomData }
    }

    /// Takes each message once: `verify` gives a [`Pending`](crate::verified::Pending), and a
    /// `Verified` only against the answer of a store. Where the scheme signs no time, say with
    /// [`remember_for`](VerifierBuilder::remember_for) how long messages are remembered.
    ///
    /// A message is known by its id where that is signed, so that it is known when the provider
    /// sends it again with a new time, for as long as `remember_for` says; else by the text that is
    /// signed, and what the provider signs anew is another message.
    ///
    /// # Security
    /// The name of a message says its scheme, not whose secret signed it, which changes: senders that
    /// must not be able to use up each other's ids need a store each.
    pub fn single_use(self) -> VerifierBuilder<SingleUse> {
        VerifierBuilder { rules: self.rules, keys: self.keys, r#use: PhantomData }
    }
}

impl<U: Use> VerifierBuilder<U> {
    /// Adds a key in use, as the provider hands it out: a shared secret, or a public key for
    /// schemes with one. The name goes into the evidence.
    pub fn secret(self, name: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
        self.key(name.into(), text.into(), None, false)
    }

    /// Adds a key that counts up to the moment `until`.
    pub fn retired_secret(
        self,
        name: impl Into<Arc<str>>,
        text: impl Into<String>,
        until: UnixTime,
    ) -> Self {
        self.key(name.into(), text.into(), Some(until), false)
    }

    /// Adds a shared secret of any length but zero: for partners who issue short ones, and
    /// published vectors.
    pub fn dangerous_short_secret(
        self,
        name: impl Into<Arc<str>>,
        text: impl Into<String>,
    ) -> Self {
        self.key(name.into(), text.into(), None, true)
    }

    /// Sets a value that the scheme signs and the host knows: an app id, a URL.
    pub fn setting(mut self, name: &'static str, value: impl Into<Box<str>>) -> Self {
        self.rules.settings.push((name, value.into()));
        self
    }

    /// How old a message may be, and how far ahead of `now`: [`PAST`](VerifierBuilder::PAST) and
    /// [`FUTURE`](VerifierBuilder::FUTURE) by default. Zero is zero, and switches nothing off.
    pub const fn tolerance(mut self, past: Duration, future: Duration) -> Self {
        self.rules.past = past;
        self.rules.future = future;
        self
    }

    /// The largest body, in bytes: [`MAX_BODY`](VerifierBuilder::MAX_BODY) by default.
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.rules.max_body = bytes;
        self
    }

    /// How long a message is remembered at least where each is taken once. One without a signed
    /// time is taken again after that. One with a signed time is remembered for as long as it is
    /// young enough in any case: say more where the provider sends the same id again with a new
    /// time, as many do for days.
    pub const fn remember_for(mut self, retention: Duration) -> Self {
        self.rules.remember = Some(retention);
        self
    }

    /// The verifier.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem found.
    pub fn build(self) -> Result<Verifier<U>, ConfigError> {
        let mut problems = problems(&self.rules, U::SINGLE);
        let keys = prepared(&self.rules.scheme, &self.keys, &mut problems);
        if !problems.is_empty() {
            return Err(ConfigError::new(problems));
        }
        let fingerprint = self.rules.fingerprint(U::SINGLE);
        let assurance = self.rules.scheme.assurance();
        Ok(Verifier { rules: self.rules, keys, assurance, fingerprint, r#use: PhantomData })
    }

    fn key(mut self, name: Arc<str>, text: String, until: Option<UnixTime>, short: bool) -> Self {
        self.keys.push(GivenKey { name, text: text.into(), until, short });
        self
    }
}

fn prepared(scheme: &Scheme, given: &[GivenKey], problems: &mut Vec<ConfigProblem>) -> Vec<Key> {
    let keys = match scheme.construction {
        Construction::Signature(algorithm) => public_keys(scheme, given, algorithm),
        construction => secrets(scheme, given).map(|set| {
            set.as_slice().iter().map(|secret| Key::shared(construction, secret)).collect()
        }),
    };
    keys.unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    })
}

fn public_keys(
    scheme: &Scheme,
    given: &[GivenKey],
    algorithm: Algorithm,
) -> Result<Vec<Key>, ConfigProblem> {
    if !keys::offers(algorithm) {
        return Err(ConfigProblem::Key(KeyError::NotOffered { algorithm }));
    }
    let names: Vec<&str> = given.iter().map(|given| &*given.name).collect();
    check_names(&names).map_err(ConfigProblem::Secret)?;
    let prepare = |given: &GivenKey| {
        let key = keys::public(scheme, &given.text)?;
        let key = key.with_algorithm(algorithm).map_err(ConfigProblem::Key)?;
        Ok(Key::public(Arc::clone(&given.name), given.until, key, algorithm))
    };
    given.iter().map(prepare).collect()
}

fn secrets(scheme: &Scheme, given: &[GivenKey]) -> Result<SecretSet, ConfigProblem> {
    let mut set = SecretSet::builder();
    for given in given {
        let secret = keys::secret(scheme, &given.text, given.short)?;
        set = match given.until {
            Some(until) => set.retired(Arc::clone(&given.name), secret, until),
            None => set.secret(Arc::clone(&given.name), secret),
        };
    }
    set.build().map_err(ConfigProblem::Secret)
}

fn problems(rules: &Rules, single_use: bool) -> Vec<ConfigProblem> {
    let mut found = scheme_problems(rules);
    let most = VerifierBuilder::<Reusable>::MAX_TOLERANCE;
    if rules.past > most || rules.future > most {
        found.push(ConfigProblem::ToleranceTooLarge);
    }
    let no_retention = rules.remember.is_none_or(|retention| retention.is_zero());
    if single_use && rules.scheme.timestamp.is_none() && no_retention {
        found.push(ConfigProblem::RetentionMissing);
    }
    found
}

/// What is wrong with a scheme, or missing from its settings.
pub(super) fn scheme_problems(rules: &Rules) -> Vec<ConfigProblem> {
    let scheme = &rules.scheme;
    let has = |wanted: Part| scheme.has(|part| *part == wanted);
    let mut found = Vec::new();
    if !scheme.has(Part::is_content) {
        found.push(ConfigProblem::NothingSigned);
    }
    if scheme.timestamp.is_some() && !scheme.signs_time() {
        found.push(ConfigProblem::TimestampUnsigned);
    }
    let no_place = (has(Part::Timestamp) && scheme.timestamp.is_none())
        || (has(Part::Id) && scheme.id.is_none())
        || (has(Part::Text) && scheme.object.is_none());
    if no_place {
        found.push(ConfigProblem::PartWithoutPlace);
    }
    let secrets = scheme.parts.iter().filter(|part| **part == Part::Secret).count();
    let last = scheme.parts.last() == Some(&Part::Secret);
    let suffix = scheme.construction == Construction::SuffixHash;
    if suffix && !(last && secrets == 1) {
        found.push(ConfigProblem::SecretNotLast);
    }
    for part in scheme.parts {
        if let Part::Setting(name) = *part
            && rules.setting(name).is_empty()
        {
            found.push(ConfigProblem::SettingMissing { name });
        }
    }
    found
}

//! The configuration of one party.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use super::keys::{Known, KnownKeys};
use super::profile::Algorithms;
use super::{BackendToBackend, Credentials, Model, Profile, Role, VnptBioId};
use crate::class::Class;
use crate::guard::{Reusable, SingleUse};
use crate::httpsig::{Policy, PolicyError, PolicyProblem};
use crate::jwks::{ConfigProblem, JwksError, KeyRing};
use crate::key::{KeyError, VerifyingKey};
use crate::time::UnixTime;

/// Collects the settings of a [`VnptBioId`]; [`build`](Self::build) reports all problems at once.
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct VnptBioIdBuilder<M> {
    role: Role,
    profile: Profile,
    keys: Vec<Known>,
    consumer: Option<Credentials>,
    mutual_tls: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> VnptBioIdBuilder<M> {
    pub(super) const fn new(role: Role, profile: Profile) -> Self {
        Self {
            role,
            profile,
            keys: Vec::new(),
            consumer: None,
            mutual_tls: false,
            model: PhantomData,
        }
    }

    /// Adds the public key of a party, which must have an id. An id, and a key, belong to one party.
    pub fn key(self, role: Role, key: VerifyingKey) -> Self {
        self.key_valid(role, key, KeyRing::ALWAYS)
    }

    /// Adds a public key for as long as `valid` says: of two that overlap, messages under either are accepted.
    pub fn key_valid(mut self, role: Role, key: VerifyingKey, valid: Range<UnixTime>) -> Self {
        self.keys.push(Known { role, key, valid });
        self
    }

    /// Has the customer's backend and the service sign with `ConsumerSecret` under the id `ConsumerKey`, which is our
    /// reading of the document (S0-5). Legs of the app are signed with its own key all the same.
    pub fn consumer(mut self, credentials: Credentials) -> Self {
        self.consumer = Some(credentials);
        self
    }

    /// The integration.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem found.
    pub fn build(mut self) -> Result<VnptBioId<M>, ConfigError> {
        let mut problems = self.problems();
        match self.consumer_key() {
            Ok(key) => self.keys.extend(key),
            Err(error) => problems.push(BioIdProblem::Credentials(error)),
        }
        let Self { role, profile, keys, consumer, mutual_tls, model } = self;
        let known = KnownKeys::new(keys).map_err(|error| problems.extend(of_keys(error)));
        let policies = Policies::new(&profile).map_err(|found| problems.extend(found));
        match (known, policies) {
            (Ok(known), Ok(policies)) if problems.is_empty() => {
                let has_consumer = consumer.is_some();
                Ok(VnptBioId { role, profile, known, policies, has_consumer, mutual_tls, model })
            }
            _ => Err(ConfigError { problems }),
        }
    }

    fn problems(&self) -> Vec<BioIdProblem> {
        let found = [
            (self.keys.iter().any(|known| known.key.is_symmetric()), BioIdProblem::SecretAsKey),
            (self.role == Role::App && self.consumer.is_some(), BioIdProblem::SecretInApp),
            (!self.profile.signs_request_id(), BioIdProblem::RequestIdNotSigned),
        ];
        found.into_iter().filter_map(|(wrong, problem)| wrong.then_some(problem)).collect()
    }

    /// What the other holder of the secret signs with.
    fn consumer_key(&self) -> Result<Option<Known>, KeyError> {
        let Some(credentials) = &self.consumer else { return Ok(None) };
        let key = credentials.hmac(&self.profile)?.verifying_key();
        let role = match self.role {
            Role::BioId => Role::CustomerBackend,
            Role::App | Role::CustomerBackend => Role::BioId,
        };
        Ok(Some(Known { role, key, valid: KeyRing::ALWAYS }))
    }
}

impl VnptBioIdBuilder<BackendToBackend> {
    /// Declares that backend and service know each other by mutual TLS, so that messages between them need not be signed
    /// (S0-C1).
    pub fn mutual_tls_to_service(mut self) -> Self {
        self.mutual_tls = true;
        self
    }
}

/// What messages must be: by public keys, and between backend and service by the shared secret.
#[derive(Debug)]
pub(super) struct Policies {
    requests: [Policy<SingleUse>; 2],
    answers: [Policy<Reusable>; 2],
    result: Policy<SingleUse>,
}

impl Policies {
    fn new(profile: &Profile) -> Result<Self, Vec<BioIdProblem>> {
        let requests =
            [Algorithms::PublicKey, Algorithms::Secret].map(|by| profile.request_policy(by));
        let answers =
            [Algorithms::PublicKey, Algorithms::Secret].map(|by| profile.answer_policy(by));
        match (requests, answers, profile.result_policy()) {
            (
                [Ok(request), Ok(request_by_secret)],
                [Ok(answer), Ok(answer_by_secret)],
                Ok(result),
            ) => {
                let (requests, answers) =
                    ([request, request_by_secret], [answer, answer_by_secret]);
                Ok(Self { requests, answers, result })
            }
            (requests, answers, result) => {
                let requests = requests.into_iter().filter_map(Result::err);
                let answers = answers.into_iter().filter_map(Result::err);
                Err(of_policies(requests.chain(answers).chain(result.err())))
            }
        }
    }

    pub(super) const fn request(&self, by_secret: bool) -> &Policy<SingleUse> {
        let [by_key, secret] = &self.requests;
        if by_secret { secret } else { by_key }
    }

    pub(super) const fn answer(&self, by_secret: bool) -> &Policy<Reusable> {
        let [by_key, secret] = &self.answers;
        if by_secret { secret } else { by_key }
    }

    pub(super) const fn result(&self) -> &Policy<SingleUse> {
        &self.result
    }
}

fn of_keys(error: JwksError) -> Vec<BioIdProblem> {
    match error {
        JwksError::Config(problems) => problems.into_iter().map(BioIdProblem::Keys).collect(),
        _ => Vec::new(), // a ring has no other errors
    }
}

/// Each problem once: by either kind of key, the same components are left out.
fn of_policies(errors: impl Iterator<Item = PolicyError>) -> Vec<BioIdProblem> {
    let mut problems = Vec::new();
    for problem in errors.flat_map(|error| error.problems().to_vec()).map(BioIdProblem::Policy) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// A party's configuration was refused; it names every problem, not the first.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<BioIdProblem>,
}

impl ConfigError {
    /// Every problem found.
    #[must_use]
    pub fn problems(&self) -> &[BioIdProblem] {
        &self.problems
    }

    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "vnpt_bioid.config"
    }

    /// What a host branches on: always [`Class::Misconfigured`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Misconfigured
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is refused")?;
        self.problems.iter().enumerate().try_for_each(|(index, problem)| {
            write!(f, "{} {problem}", if index == 0 { ":" } else { ";" })
        })
    }
}

/// What is wrong with a party's configuration.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BioIdProblem {
    /// An HMAC key beside the credentials: whose it is could not be told.
    #[error("a shared secret as the key of one party")]
    SecretAsKey,
    /// Credentials in an app, out of which anyone can take them (S0-5).
    #[error("an app has no secret")]
    SecretInApp,
    /// A list of components that leaves out the request id.
    #[error("the request id is not signed")]
    RequestIdNotSigned,
    /// Credentials that no key can be made of.
    #[error(transparent)]
    Credentials(KeyError),
    /// A problem of the keys: an id, or a key, of two parties among them.
    #[error(transparent)]
    Keys(ConfigProblem),
    /// A problem of the profile.
    #[error(transparent)]
    Policy(PolicyProblem),
}

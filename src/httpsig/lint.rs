//! What is wrong with a policy, and what is only questionable.

use std::fmt;
use std::time::Duration;

use super::component::MessageKind;
use super::policy::{Rules, SchemeRule};
use crate::class::Class;

/// A policy could not be built; it names every problem, not the first.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct PolicyError {
    problems: Vec<PolicyProblem>,
}

impl PolicyError {
    pub(super) const fn new(problems: Vec<PolicyProblem>) -> Self {
        Self { problems }
    }

    /// Every problem found.
    #[must_use]
    pub fn problems(&self) -> &[PolicyProblem] {
        &self.problems
    }

    /// The stable code of the first problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problems.first().map_or("httpsig_policy.unsafe", PolicyProblem::code)
    }

    /// What a host branches on: always [`Class::Misconfigured`].
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Misconfigured
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the policy cannot be built")?;
        self.problems.iter().enumerate().try_for_each(|(index, problem)| {
            write!(f, "{} {problem}", if index == 0 { ":" } else { ";" })
        })
    }
}

/// Why a policy could not be safe.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyProblem {
    /// A component that the scheme does not have, or not for this kind of message.
    #[error("the scheme has no component {component} for these messages")]
    Component {
        /// The component, escaped and cut.
        component: Box<str>,
    },
    /// A scheme is listed twice.
    #[error("a scheme is listed twice")]
    SchemeRepeated,
    /// No component is listed: one signature would pass for every message.
    #[error("no component is covered")]
    NothingCovered,
    /// More components are listed than a signature may cover.
    #[error("more components than a signature may cover")]
    TooManyComponents,
    /// A part of the message that must be covered is not.
    #[error("{part} is not covered")]
    NotCovered {
        /// The part, in words.
        part: &'static str,
    },
    /// A response is bound to its request by the request's signature alone (RFC 9421 §7.3.7).
    #[error("a response is bound to its request by the signature alone")]
    BoundBySignatureAlone,
    /// No algorithm is listed.
    #[error("no algorithm is allowed")]
    NoAlgorithm,
    /// HMAC stands beside public-key algorithms: a public key could be taken for a secret.
    #[error("HMAC and public-key algorithms are mixed")]
    SecretAndPublicKeys,
    /// A tag or a key id is empty.
    #[error("a tag or key id is empty")]
    SelectorEmpty,
    /// The age is zero, or above a day.
    #[error("the age is zero or above a day")]
    MaxAge,
    /// The skew is above its cap.
    #[error("the skew is above 60 s")]
    Skew,
    /// A signature would have to expire at the moment it is made.
    #[error("the lifetime is zero")]
    LifetimeZero,
    /// A message with several signatures could be used once for each.
    #[error("single use needs exactly one signature")]
    SingleUseOfSeveral,
    /// The drafts have neither nonce nor tag.
    #[error("the drafts have neither nonce nor tag")]
    NotInDrafts,
}

impl PolicyProblem {
    /// The stable code of this problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Component { .. } => "httpsig_policy.component",
            Self::SchemeRepeated => "httpsig_policy.scheme_repeated",
            Self::NothingCovered => "httpsig_policy.nothing_covered",
            Self::TooManyComponents => "httpsig_policy.too_many_components",
            Self::NotCovered { .. } => "httpsig_policy.not_covered",
            Self::BoundBySignatureAlone => "httpsig_policy.bound_by_signature_alone",
            Self::NoAlgorithm => "httpsig_policy.no_algorithm",
            Self::SecretAndPublicKeys => "httpsig_policy.secret_and_public_keys",
            Self::SelectorEmpty => "httpsig_policy.selector_empty",
            Self::MaxAge => "httpsig_policy.max_age",
            Self::Skew => "httpsig_policy.skew",
            Self::LifetimeZero => "httpsig_policy.lifetime_zero",
            Self::SingleUseOfSeveral => "httpsig_policy.single_use_of_several",
            Self::NotInDrafts => "httpsig_policy.not_in_drafts",
        }
    }
}

/// What a policy allows and its host may not have meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Lint {
    /// Signatures are accepted for longer than the default age.
    #[error("signatures are accepted for more than 5 minutes")]
    LongAge,
    /// A message can be replayed with the older scheme where its sender signs with both.
    #[error("several schemes are taken: the weakest decides")]
    SeveralSchemes,
    /// Messages are signed with a shared secret: whoever can verify them can make them.
    #[error("a shared secret can sign as well as verify")]
    SharedSecret,
    /// Parts of the message that matter are not covered.
    #[error("the method, authority, path, query or status may be left out")]
    PartialCoverage,
    /// The body need not be covered.
    #[error("the body may be unsigned")]
    UnsignedBody,
    /// A response is not bound to a request: it passes as the answer to any.
    #[error("responses are not bound to the request")]
    UnboundResponse,
}

impl Lint {
    /// The stable code of this lint.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LongAge => "httpsig_lint.long_age",
            Self::SeveralSchemes => "httpsig_lint.several_schemes",
            Self::SharedSecret => "httpsig_lint.shared_secret",
            Self::PartialCoverage => "httpsig_lint.partial_coverage",
            Self::UnsignedBody => "httpsig_lint.unsigned_body",
            Self::UnboundResponse => "httpsig_lint.unbound_response",
        }
    }
}

pub(super) fn lint(rules: &Rules) -> Vec<Lint> {
    const LONG: Duration = Duration::from_secs(300);
    let bound = |rule: &SchemeRule| rule.covers(|component| component.of_request);
    let found = [
        (rules.max_age > LONG, Lint::LongAge),
        (rules.schemes.len() > 1, Lint::SeveralSchemes),
        (rules.algorithms.iter().any(|algorithm| algorithm.is_symmetric()), Lint::SharedSecret),
        (rules.partial_coverage, Lint::PartialCoverage),
        (rules.unsigned_body, Lint::UnsignedBody),
        (
            rules.kind == MessageKind::Response && !rules.schemes.iter().all(bound),
            Lint::UnboundResponse,
        ),
    ];
    found.into_iter().filter_map(|(questionable, lint)| questionable.then_some(lint)).collect()
}

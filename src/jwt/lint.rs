//! What is wrong with a policy, and what is only questionable.

use std::fmt;
use std::time::Duration;

use super::policy::{Rules, ScopeRule, TokenType};
use crate::class::Class;
use crate::key::Algorithm;

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
        self.problems.first().map_or("jwt_policy.unsafe", PolicyProblem::code)
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
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyProblem {
    /// An issuer is empty or blank: tokens of anyone with a key would pass.
    #[error("an issuer is empty")]
    IssuerEmpty,
    /// An audience is empty or blank: tokens for other services would pass.
    #[error("an audience is empty")]
    AudienceEmpty,
    /// No algorithm is listed.
    #[error("no algorithm is allowed")]
    NoAlgorithm,
    /// HMAC stands beside public-key algorithms: a public key could be taken for a secret (RFC 8725 §2.1).
    #[error("HMAC and public-key algorithms are mixed")]
    SecretAndPublicKeys,
    /// The leeway is above its cap.
    #[error("the leeway is above 60 s")]
    LeewayTooLarge,
    /// The leeway is as long as the lifetime it loosens.
    #[error("the leeway is as long as the lifetime")]
    LeewayBeyondLifetime,
    /// The lifetime is capped at nothing.
    #[error("the lifetime is zero")]
    LifetimeZero,
    /// The age is capped at nothing.
    #[error("the age is zero")]
    AgeZero,
    /// A required claim has no name.
    #[error("a claim has an empty name")]
    ClaimEmpty,
    /// An authorized party or client is empty.
    #[error("a party is empty")]
    PartyEmpty,
    /// A scope rule is empty, or holds what is not one scope token (RFC 6749 §3.3).
    #[error("a scope is not a set of scope tokens")]
    ScopeNotTokens,
}

impl PolicyProblem {
    /// The stable code of this problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IssuerEmpty => "jwt_policy.issuer_empty",
            Self::AudienceEmpty => "jwt_policy.audience_empty",
            Self::NoAlgorithm => "jwt_policy.no_algorithm",
            Self::SecretAndPublicKeys => "jwt_policy.secret_and_public_keys",
            Self::LeewayTooLarge => "jwt_policy.leeway_too_large",
            Self::LeewayBeyondLifetime => "jwt_policy.leeway_beyond_lifetime",
            Self::LifetimeZero => "jwt_policy.lifetime_zero",
            Self::AgeZero => "jwt_policy.age_zero",
            Self::ClaimEmpty => "jwt_policy.claim_empty",
            Self::PartyEmpty => "jwt_policy.party_empty",
            Self::ScopeNotTokens => "jwt_policy.scope_not_tokens",
        }
    }
}

/// Something that a policy allows and that deserves a second look.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Lint {
    /// No cap on the lifetime: a token of ten years passes.
    #[error("no lifetime cap: a token may be valid for years")]
    NoLifetimeCap,
    /// The lifetime may be longer than a day.
    #[error("the lifetime cap is above a day")]
    LongLifetime,
    /// The leeway is half of the lifetime or more.
    #[error("the leeway is half of the lifetime or more")]
    LeewayHalfOfLifetime,
    /// Several issuers share one set of keys: each can speak for the others.
    #[error("several issuers share one set of keys")]
    ManyIssuers,
    /// Several families of algorithms: a key without `alg` may be used in more ways than its owner meant.
    #[error("several families of algorithms are allowed")]
    ManyFamilies,
    /// Tokens are signed with a shared secret: whoever can verify them can make them.
    #[error("a shared secret can sign as well as verify")]
    SharedSecret,
    /// Tokens of all kinds of this issuer pass, ID tokens too (RFC 8725 §3.11).
    #[error("no token type is demanded: other tokens of the issuer pass")]
    AnyTokenType,
    /// No scope, party or client is demanded: any token for the audience does everything.
    #[error("neither scope nor party is demanded")]
    NoAuthority,
    /// Tokens without `kid` are tried against every key.
    #[error("no `kid` is demanded: each token is tried against several keys")]
    NoKeyId,
}

impl Lint {
    /// The stable code of this lint.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoLifetimeCap => "jwt_lint.no_lifetime_cap",
            Self::LongLifetime => "jwt_lint.long_lifetime",
            Self::LeewayHalfOfLifetime => "jwt_lint.leeway_half_of_lifetime",
            Self::ManyIssuers => "jwt_lint.many_issuers",
            Self::ManyFamilies => "jwt_lint.many_families",
            Self::SharedSecret => "jwt_lint.shared_secret",
            Self::AnyTokenType => "jwt_lint.any_token_type",
            Self::NoAuthority => "jwt_lint.no_authority",
            Self::NoKeyId => "jwt_lint.no_key_id",
        }
    }
}

pub(super) fn lint(rules: &Rules) -> Vec<Lint> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let family = |algorithm: &Algorithm| algorithm.name().get(..2);
    let first = rules.algorithms.first().and_then(family);
    let cap = rules.max_lifetime;
    let no_party =
        rules.parties.is_empty() && rules.client_ids.is_empty() && rules.owner_claim.is_none();
    let found = [
        (cap.is_none(), Lint::NoLifetimeCap),
        (cap.is_some_and(|cap| cap > DAY), Lint::LongLifetime),
        (cap.is_some_and(|cap| rules.leeway.saturating_mul(2) >= cap), Lint::LeewayHalfOfLifetime),
        (rules.issuers.len() > 1, Lint::ManyIssuers),
        (rules.algorithms.iter().any(|algorithm| family(algorithm) != first), Lint::ManyFamilies),
        (rules.algorithms.iter().any(|algorithm| algorithm.is_symmetric()), Lint::SharedSecret),
        (rules.token_type == TokenType::Jwt, Lint::AnyTokenType),
        (rules.scope == ScopeRule::Anything && no_party, Lint::NoAuthority),
        (!rules.key_id_required, Lint::NoKeyId),
    ];
    found.into_iter().filter_map(|(questionable, lint)| questionable.then_some(lint)).collect()
}

//! The checks on claims, each one function, in the one order in which they are made.
//!
//! [`verify`](super::UnverifiedToken::verify) stops at the first that fails; [`explain`](super::explain())
//! runs them all. Both walk [`Check::CLAIMS`], so they cannot disagree.

use std::time::Duration;

use super::JwtError;
use super::claims::{self, Registered};
use super::explain::Check;
use super::policy::{Rules, TokenType};
use super::scope;
use crate::json::{Kind, Value};
use crate::time::UnixTime;

/// What a check looks at.
pub(super) struct Case<'c, 'd, 'a> {
    pub(super) rules: &'c Rules,
    pub(super) claims: &'c Registered<'d, 'a>,
    pub(super) token_type: Option<&'c str>,
    /// The owner of the key that verified the token, where the key has one.
    pub(super) owner: Option<&'c str>,
    pub(super) single_use: bool,
    pub(super) now: UnixTime,
}

impl Check {
    /// The checks on a token whose signature is good, in order: type, times, identity, scope.
    pub(super) const CLAIMS: [Self; 12] = [
        Self::TokenType,
        Self::Expiry,
        Self::NotBefore,
        Self::IssuedAt,
        Self::Lifetime,
        Self::Issuer,
        Self::Audience,
        Self::Parties,
        Self::Owner,
        Self::RequiredClaims,
        Self::TokenId,
        Self::Scope,
    ];

    pub(super) fn run(self, case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
        match self {
            Self::TokenType => token_type(case),
            Self::Expiry => expiry(case),
            Self::NotBefore => not_before(case),
            Self::IssuedAt => issued_at(case),
            Self::Lifetime => lifetime(case),
            Self::Issuer => issuer(case),
            Self::Audience => audience(case),
            Self::Parties => parties(case),
            Self::Owner => owner(case),
            Self::RequiredClaims => required(case),
            Self::TokenId => token_id(case),
            Self::Scope => scope::check(&case.rules.scope, case.claims.scope, case.claims.scp),
            Self::Form | Self::Algorithm | Self::Key | Self::Signature | Self::Claims => Ok(()),
        }
    }
}

fn token_type(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    ensure(case.rules.token_type.accepts(case.token_type), JwtError::TypeMismatch)
}

/// RFC 7519 §4.1.4: "on or after" `exp` is too late.
fn expiry(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    let expired_at = case.claims.times.expires_at()?;
    let in_time = case.now < expired_at.saturating_add(case.rules.leeway);
    ensure(in_time, JwtError::Expired { expired_at, now: case.now })
}

/// RFC 7519 §4.1.5: at `nbf` it is valid.
fn not_before(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    let Some(valid_from) = case.claims.times.valid_from()? else { return Ok(()) };
    if valid_from >= case.claims.times.expires_at()? {
        return Err(JwtError::ClaimRange { claim: "nbf".into() });
    }
    let begun = valid_from <= case.now.saturating_add(case.rules.leeway);
    ensure(begun, JwtError::NotYetValid { valid_from, now: case.now })
}

fn issued_at(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    let Some(issued_at) = case.claims.times.issued_at()? else {
        return match case.rules.max_age {
            Some(_) => Err(JwtError::ClaimMissing { claim: "iat".into() }),
            None => Ok(()),
        };
    };
    if issued_at >= case.claims.times.expires_at()? {
        return Err(JwtError::ClaimRange { claim: "iat".into() });
    }
    if issued_at > case.now.saturating_add(case.rules.leeway) {
        return Err(JwtError::IssuedInFuture { issued_at, now: case.now });
    }
    match case.rules.max_age {
        Some(limit) => {
            let last = issued_at.saturating_add(limit).saturating_add(case.rules.leeway);
            ensure(case.now <= last, JwtError::TooOld { limit })
        }
        None => Ok(()),
    }
}

/// S1-29, S1-C3: the leeway is for the difference between two clocks, so it widens the comparison with
/// now and never the span between two moments of the issuer's one clock.
fn lifetime(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    let Some(limit) = case.rules.max_lifetime else { return Ok(()) };
    let expires_at = case.claims.times.expires_at()?;
    let starts = [case.claims.times.issued_at()?, case.claims.times.valid_from()?];
    if starts == [None, None] {
        return Err(JwtError::ClaimMissing { claim: "iat".into() });
    }
    let spans = starts.into_iter().flatten().map(|start| expires_at.saturating_since(start));
    let found = spans.max().unwrap_or(Duration::MAX);
    let ahead = expires_at.saturating_since(case.now.saturating_add(case.rules.leeway));
    ensure(
        found <= limit && ahead <= limit,
        JwtError::LifetimeTooLong { limit, found: found.max(ahead) },
    )
}

fn issuer(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    let issuer = claims::string("iss", claims::present("iss", case.claims.iss)?)?;
    ensure(contains(&case.rules.issuers, &issuer), JwtError::IssuerMismatch)
}

fn audience(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    let value = claims::present("aud", case.claims.aud)?;
    let expected = |value: &Value<'_, '_>| {
        value.as_str().is_some_and(|audience| contains(&case.rules.audiences, &audience))
    };
    let (matching, total) = match value.kind() {
        Kind::String => (usize::from(expected(&value)), 1),
        Kind::Array if value.elements().all(|element| element.kind() == Kind::String) => {
            (value.elements().filter(|element| expected(element)).count(), value.elements().count())
        }
        _ => return Err(JwtError::ClaimType { claim: "aud".into() }),
    };
    ensure(matching > 0, JwtError::AudienceMismatch)?;
    ensure(matching == total || !case.rules.sole_audience, JwtError::AudienceNotSole)
}

fn parties(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    let rules = [
        ("azp", case.claims.azp, &case.rules.parties),
        ("client_id", case.claims.client_id, &case.rules.client_ids),
    ];
    for (claim, value, allowed) in rules {
        let found = value.map(|value| claims::string(claim, value)).transpose()?;
        if allowed.is_empty() {
            continue;
        }
        let found = found.ok_or(JwtError::ClaimMissing { claim: claim.into() })?;
        ensure(contains(allowed, &found), JwtError::PartyMismatch { claim })?;
    }
    Ok(())
}

/// S2-20: the key of one partner must not speak for another.
fn owner(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    match (&case.rules.owner_claim, case.owner) {
        (None, None) => Ok(()),
        (Some(claim), Some(owner)) => {
            let value = case.claims.root.get(claim);
            let value =
                value.ok_or_else(|| JwtError::ClaimMissing { claim: claim.to_string().into() })?;
            ensure(value.is_str(owner), JwtError::OwnerMismatch)
        }
        // Keys with owners under a policy that names no owner claim, or the reverse: fail closed.
        (Some(_), None) | (None, Some(_)) => Err(JwtError::OwnerMismatch),
    }
}

fn required(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    for (claim, value) in [("sub", case.claims.sub), ("jti", case.claims.jti)] {
        value.map(|value| claims::string(claim, value)).transpose()?;
    }
    let find = |claim: &str| case.claims.root.get(claim).filter(|value| value.kind() != Kind::Null);
    let missing = |claim: &str| JwtError::ClaimMissing { claim: claim.to_owned().into() };
    for claim in &case.rules.required {
        find(claim).ok_or_else(|| missing(claim))?;
    }
    for (claim, expected) in &case.rules.equal {
        let value = find(claim).ok_or_else(|| missing(claim))?;
        let mismatch = || JwtError::ClaimMismatch { claim: claim.to_string().into() };
        value.is_str(expected).then_some(()).ok_or_else(mismatch)?;
    }
    Ok(())
}

fn token_id(case: &Case<'_, '_, '_>) -> Result<(), JwtError> {
    if case.single_use || case.rules.token_type == TokenType::AccessToken {
        claims::identifier("jti", claims::present("jti", case.claims.jti)?)?;
    }
    Ok(())
}

fn contains(allowed: &[Box<str>], found: &str) -> bool {
    allowed.iter().any(|allowed| **allowed == *found)
}

fn ensure(holds: bool, error: JwtError) -> Result<(), JwtError> {
    if holds { Ok(()) } else { Err(error) }
}

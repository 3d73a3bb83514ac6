//! A token policy as a JSON file.

use std::time::Duration;

use countersign::json::{self, JsonError, Limits};
use countersign::jwt::explain::Report;
use countersign::jwt::{JwtError, Policy, PolicyBuilder, SingleUse, TokenType};
use countersign::jwt::{UnverifiedToken, explain};
use countersign::key::{Algorithm, VerifyingKey};
use countersign::time::UnixTime;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What stands in the file. A member that is not listed here is refused: a misspelt rule would not hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    issuer: String,
    audience: String,
    algorithms: Vec<String>,
    /// In seconds, as all three.
    max_lifetime: Option<u64>,
    max_age: Option<u64>,
    leeway: Option<u64>,
    token_type: Option<String>,
    scope_any: Option<Vec<String>>,
    scope_all: Option<Vec<String>>,
    authorized_party: Option<String>,
    client_id: Option<String>,
    #[serde(default)]
    require: Vec<String>,
    #[serde(default)]
    require_key_id: bool,
    #[serde(default)]
    sole_audience: bool,
    #[serde(default)]
    single_use: bool,
}

impl PolicyFile {
    /// Reads the file's text.
    pub(crate) fn read(text: &[u8]) -> Result<Self, JsonError> {
        json::from_slice(text, Limits { max_bytes: 64 * 1024, max_depth: 4 })
    }

    /// The policy, if it is one that can be safe.
    pub(crate) fn policy(&self) -> Result<AnyPolicy, String> {
        let builder = self.builder()?;
        let built = if self.single_use {
            builder.single_use().build().map(AnyPolicy::SingleUse)
        } else {
            builder.build().map(AnyPolicy::Reusable)
        };
        built.map_err(|error| error.to_string())
    }

    fn builder(&self) -> Result<PolicyBuilder, String> {
        let known = |name: &String| {
            Algorithm::from_name(name).ok_or_else(|| format!("unknown algorithm {name}"))
        };
        let algorithms: Vec<_> = self.algorithms.iter().map(known).collect::<Result<_, _>>()?;
        let mut policy = Policy::builder(&*self.issuer, &*self.audience, algorithms);
        let seconds = |value: Option<u64>| value.map(Duration::from_secs);
        policy = apply(policy, seconds(self.max_lifetime), PolicyBuilder::max_lifetime);
        policy = apply(policy, seconds(self.max_age), PolicyBuilder::max_age);
        policy = apply(policy, seconds(self.leeway), PolicyBuilder::leeway);
        policy = apply(policy, self.token_type(), PolicyBuilder::token_type);
        policy = apply(policy, self.scope_any.clone(), PolicyBuilder::scope_any);
        policy = apply(policy, self.scope_all.clone(), PolicyBuilder::scope_all);
        policy = apply(policy, self.authorized_party.clone(), PolicyBuilder::authorized_party);
        policy = apply(policy, self.client_id.clone(), PolicyBuilder::client_id);
        policy = self.require.iter().cloned().fold(policy, PolicyBuilder::require);
        if self.require_key_id {
            policy = policy.require_key_id();
        }
        if self.sole_audience {
            policy = policy.sole_audience();
        }
        Ok(policy)
    }

    fn token_type(&self) -> Option<TokenType> {
        self.token_type.as_deref().map(|name| match name {
            "JWT" => TokenType::Jwt,
            "at+jwt" => TokenType::AccessToken,
            name => TokenType::Exactly(name.into()),
        })
    }
}

fn apply<T>(
    policy: PolicyBuilder,
    value: Option<T>,
    rule: impl FnOnce(PolicyBuilder, T) -> PolicyBuilder,
) -> PolicyBuilder {
    match value {
        Some(value) => rule(policy, value),
        None => policy,
    }
}

/// A policy for tokens that may be used until they expire, or once.
pub(crate) enum AnyPolicy {
    Reusable(Policy),
    SingleUse(Policy<SingleUse>),
}

impl AnyPolicy {
    /// Every check of the token.
    pub(crate) fn explain(&self, token: &str, keys: &[VerifyingKey], now: UnixTime) -> Report {
        match self {
            Self::Reusable(policy) => explain(token, keys, policy, now),
            Self::SingleUse(policy) => explain(token, keys, policy, now),
        }
    }

    /// The verdict alone.
    #[allow(dead_code, reason = "explain has no use for it, the conformance of tokens has")]
    pub(crate) fn verify(
        &self,
        token: &str,
        keys: &[VerifyingKey],
        now: UnixTime,
    ) -> Result<(), JwtError> {
        let token = UnverifiedToken::parse(token)?;
        match self {
            Self::Reusable(policy) => token.verify::<IgnoredAny, _>(keys, policy, now).map(drop),
            Self::SingleUse(policy) => token.verify::<IgnoredAny, _>(keys, policy, now).map(drop),
        }
    }
}

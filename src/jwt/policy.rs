//! What a token must be, decided once by the host.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::time::Duration;

use super::{Lint, PolicyError, PolicyProblem};
use crate::digest::Listing;
use crate::guard::{Reusable, SingleUse, Use};
use crate::key::Algorithm;

/// What a token must be to be accepted: who issued it, for whom, signed how, for how long.
///
/// It is built once and shared. What could not be safe cannot be built; what is questionable is named by
/// [`Policy::lint`].
///
/// ```
/// use countersign::jwt::{Policy, PolicyProblem};
/// use countersign::key::Algorithm;
/// use std::time::Duration;
///
/// let policy = Policy::builder("https://id.example.com", "orders", [Algorithm::Es256])
///     .max_lifetime(Duration::from_secs(600))
///     .scope_any(["orders:read", "orders:write"])
///     .build()?;
/// assert_eq!(policy.leeway(), Duration::ZERO);
///
/// let wrong = Policy::builder("", "orders", [Algorithm::Rs256, Algorithm::Hs256]).build().unwrap_err();
/// assert_eq!(wrong.problems(), [PolicyProblem::IssuerEmpty, PolicyProblem::SecretAndPublicKeys]);
/// # Ok::<(), countersign::jwt::PolicyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy<U: Use = Reusable> {
    pub(super) rules: Rules,
    fingerprint: [u8; 32],
    r#use: PhantomData<U>,
}

impl Policy {
    /// Starts a policy with what every policy needs: an issuer and an audience, compared byte for byte,
    /// and the algorithms allowed.
    pub fn builder(
        issuer: impl Into<Box<str>>,
        audience: impl Into<Box<str>>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> PolicyBuilder {
        PolicyBuilder {
            rules: Rules {
                issuers: vec![issuer.into()],
                audiences: vec![audience.into()],
                algorithms: algorithms.into_iter().collect(),
                ..Rules::default()
            },
            r#use: PhantomData,
        }
    }
}

impl<U: Use> Policy<U> {
    /// How far clocks may differ in comparisons with `now`.
    #[must_use]
    pub const fn leeway(&self) -> Duration {
        self.rules.leeway
    }

    /// A SHA-256 over every rule, the same for equal policies on every machine: for logs, and to see
    /// whether a gateway and a service enforce the same.
    #[must_use]
    pub const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// What is allowed but questionable, for a start-up log or a test.
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        super::lint::lint(&self.rules)
    }
}

/// The kind of token a policy takes, by the header's `typ` (RFC 8725 §3.11).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum TokenType {
    /// No `typ`, or `JWT`: tokens of issuers who give all kinds the same type.
    #[default]
    Jwt,
    /// `at+jwt` (RFC 9068): also demands `iat`, `jti`, `sub` and `client_id`, as its §2.2 does.
    AccessToken,
    /// Exactly this media type, with or without `application/`: `dpop+jwt`, `logout+jwt`, one's own.
    Exactly(Box<str>),
}

impl TokenType {
    /// Whether a header's `typ` is of this type.
    pub(super) fn accepts(&self, found: Option<&str>) -> bool {
        let expected = match self {
            Self::Jwt if found.is_none() => return true,
            Self::Jwt => "JWT",
            Self::AccessToken => "at+jwt",
            Self::Exactly(name) => media_type(name),
        };
        found.is_some_and(|found| media_type(found).eq_ignore_ascii_case(expected))
    }
}

/// RFC 7515 §4.1.9: a `typ` without a slash stands for one under `application/`.
pub(super) fn media_type(text: &str) -> &str {
    match text.split_once('/') {
        Some((tree, name)) if tree.eq_ignore_ascii_case("application") => name,
        _ => text,
    }
}

/// What the scope of a token must hold.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) enum ScopeRule {
    #[default]
    Anything,
    AnyOf(BTreeSet<Box<str>>),
    AllOf(BTreeSet<Box<str>>),
}

/// The rules of a policy, as data.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) issuers: Vec<Box<str>>,
    pub(super) audiences: Vec<Box<str>>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) sole_audience: bool,
    pub(super) leeway: Duration,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) max_age: Option<Duration>,
    pub(super) token_type: TokenType,
    pub(super) key_id_required: bool,
    pub(super) required: Vec<Box<str>>,
    pub(super) parties: Vec<Box<str>>,
    pub(super) client_ids: Vec<Box<str>>,
    pub(super) equal: Vec<(Box<str>, Box<str>)>,
    pub(super) owner_claim: Option<Box<str>>,
    pub(super) scope: ScopeRule,
}

impl Rules {
    /// Puts lists in order, so that equal rules have one form.
    fn normalise(&mut self) {
        self.algorithms.sort_unstable();
        self.algorithms.dedup();
        let lists = [&mut self.issuers, &mut self.audiences, &mut self.required];
        for list in lists.into_iter().chain([&mut self.parties, &mut self.client_ids]) {
            list.sort_unstable();
            list.dedup();
        }
        self.equal.sort_unstable();
    }

    fn fingerprint(&self, single_use: bool) -> [u8; 32] {
        // Taken apart by name, so that a rule that is added cannot be forgotten here.
        let Self {
            issuers,
            audiences,
            algorithms,
            sole_audience,
            leeway,
            max_lifetime,
            max_age,
            token_type,
            key_id_required,
            required,
            parties,
            client_ids,
            equal,
            owner_claim,
            scope,
        } = self;
        let mut listing = Listing::default();
        listing.list(issuers).list(audiences).list(algorithms.iter().map(|name| name.name()));
        listing.flag(*sole_audience).flag(*key_id_required).flag(single_use);
        listing.duration(Some(*leeway)).duration(*max_lifetime).duration(*max_age);
        listing.list(match token_type {
            TokenType::Jwt => ["JWT", ""],
            TokenType::AccessToken => ["at+jwt", ""],
            TokenType::Exactly(name) => ["exactly", name],
        });
        listing.list(required).list(parties).list(client_ids).list(owner_claim);
        listing
            .list(equal.iter().map(|(claim, _)| claim))
            .list(equal.iter().map(|(_, value)| value));
        match scope {
            ScopeRule::Anything => listing.list(["anything"]),
            ScopeRule::AnyOf(tokens) => listing.list(["any of"]).list(tokens),
            ScopeRule::AllOf(tokens) => listing.list(["all of"]).list(tokens),
        };
        listing.fingerprint("countersign jwt policy 1")
    }
}

/// Collects the rules of a [`Policy`]; [`build`](Self::build) reports all problems at once.
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct PolicyBuilder<U: Use = Reusable> {
    rules: Rules,
    r#use: PhantomData<U>,
}

impl<U: Use> PolicyBuilder<U> {
    /// The largest leeway: clocks that are further apart are broken, and every second of leeway is one
    /// more in which a stolen token works.
    pub const MAX_LEEWAY: Duration = Duration::from_secs(60);

    /// Takes tokens of this issuer too.
    pub fn issuer(mut self, issuer: impl Into<Box<str>>) -> Self {
        self.rules.issuers.push(issuer.into());
        self
    }

    /// Takes tokens for this audience too.
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.rules.audiences.push(audience.into());
        self
    }

    /// Refuses tokens whose `aud` names anyone but this policy's audiences.
    pub const fn sole_audience(mut self) -> Self {
        self.rules.sole_audience = true;
        self
    }

    /// Lets clocks differ by up to `leeway` in comparisons with `now`: zero by default, at most
    /// [`MAX_LEEWAY`](Self::MAX_LEEWAY). It never stretches a lifetime.
    pub const fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Caps the lifetime: `exp` may lie at most this far behind `iat`, `nbf` and now, and one of `iat`
    /// and `nbf` must be there.
    pub const fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.rules.max_lifetime = Some(lifetime);
        self
    }

    /// Refuses tokens issued longer ago than `age`, whatever their `exp`; demands `iat`.
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.rules.max_age = Some(age);
        self
    }

    /// Takes this kind of token; [`TokenType::Jwt`] by default.
    pub fn token_type(mut self, token_type: TokenType) -> Self {
        self.rules.token_type = token_type;
        self
    }

    /// Refuses tokens without `kid`.
    pub const fn require_key_id(mut self) -> Self {
        self.rules.key_id_required = true;
        self
    }

    /// Demands a claim, of any type but `null`.
    pub fn require(mut self, claim: impl Into<Box<str>>) -> Self {
        self.rules.required.push(claim.into());
        self
    }

    /// Demands that a claim is this string.
    pub fn require_equal(mut self, claim: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        self.rules.equal.push((claim.into(), value.into()));
        self
    }

    /// Demands that `azp` is one of the authorized parties named (OpenID Connect Core §2).
    pub fn authorized_party(mut self, party: impl Into<Box<str>>) -> Self {
        self.rules.parties.push(party.into());
        self
    }

    /// Demands that `client_id` is one of the clients named (RFC 8693 §4.3).
    pub fn client_id(mut self, client: impl Into<Box<str>>) -> Self {
        self.rules.client_ids.push(client.into());
        self
    }

    /// Names the claim that must equal the owner of the key: for keys of many parties in one
    /// [`KeyRing`](crate::jwks::KeyRing) (S2-20). The claim has no default, because partners differ.
    pub fn owner_claim(mut self, claim: impl Into<Box<str>>) -> Self {
        self.rules.owner_claim = Some(claim.into());
        self
    }

    /// Demands one of these scope tokens, compared whole, in `scope` (RFC 8693 §4.2) or `scp`.
    pub fn scope_any<S: Into<Box<str>>>(mut self, tokens: impl IntoIterator<Item = S>) -> Self {
        self.rules.scope = ScopeRule::AnyOf(tokens.into_iter().map(Into::into).collect());
        self
    }

    /// Demands all of these scope tokens, compared whole, in `scope` (RFC 8693 §4.2) or `scp`.
    pub fn scope_all<S: Into<Box<str>>>(mut self, tokens: impl IntoIterator<Item = S>) -> Self {
        self.rules.scope = ScopeRule::AllOf(tokens.into_iter().map(Into::into).collect());
        self
    }

    /// Takes each token once: `verify` gives a [`Pending`](crate::verified::Pending), and a `Verified`
    /// only against the answer of a store. Demands `jti`.
    pub fn single_use(self) -> PolicyBuilder<SingleUse> {
        PolicyBuilder { rules: self.rules, r#use: PhantomData }
    }

    /// The policy.
    ///
    /// # Errors
    /// [`PolicyError`] with every problem found.
    pub fn build(mut self) -> Result<Policy<U>, PolicyError> {
        if self.rules.token_type == TokenType::AccessToken {
            let demanded = ["iat", "jti", "sub", "client_id"].map(Box::from);
            self.rules.required.extend(demanded);
        }
        self.rules.normalise();
        let problems = problems(&self.rules);
        if !problems.is_empty() {
            return Err(PolicyError::new(problems));
        }
        let fingerprint = self.rules.fingerprint(U::SINGLE);
        Ok(Policy { rules: self.rules, fingerprint, r#use: PhantomData })
    }
}

fn problems(rules: &Rules) -> Vec<PolicyProblem> {
    let any_empty = |texts: &[Box<str>]| texts.iter().any(|text| text.trim().is_empty());
    let symmetric = rules.algorithms.iter().filter(|algorithm| algorithm.is_symmetric()).count();
    let no_scope = match &rules.scope {
        ScopeRule::Anything => false,
        ScopeRule::AnyOf(tokens) | ScopeRule::AllOf(tokens) => {
            tokens.is_empty() || !tokens.iter().all(|token| super::scope::is_token(token))
        }
    };
    let found = [
        (any_empty(&rules.issuers), PolicyProblem::IssuerEmpty),
        (any_empty(&rules.audiences), PolicyProblem::AudienceEmpty),
        (rules.algorithms.is_empty(), PolicyProblem::NoAlgorithm),
        (symmetric > 0 && symmetric < rules.algorithms.len(), PolicyProblem::SecretAndPublicKeys),
        (rules.leeway > PolicyBuilder::<Reusable>::MAX_LEEWAY, PolicyProblem::LeewayTooLarge),
        (
            rules.max_lifetime.is_some_and(|lifetime| lifetime.is_zero()),
            PolicyProblem::LifetimeZero,
        ),
        (
            rules.max_lifetime.is_some_and(|cap| rules.leeway >= cap),
            PolicyProblem::LeewayBeyondLifetime,
        ),
        (rules.max_age.is_some_and(|age| age.is_zero()), PolicyProblem::AgeZero),
        (
            any_empty(&rules.required) || rules.equal.iter().any(|(claim, _)| claim.is_empty()),
            PolicyProblem::ClaimEmpty,
        ),
        (any_empty(&rules.parties) || any_empty(&rules.client_ids), PolicyProblem::PartyEmpty),
        (rules.owner_claim.as_deref().is_some_and(str::is_empty), PolicyProblem::ClaimEmpty),
        (no_scope, PolicyProblem::ScopeNotTokens),
    ];
    found.into_iter().filter_map(|(wrong, problem)| wrong.then_some(problem)).collect()
}

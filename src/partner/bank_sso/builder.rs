//! The configuration of a provider.

use std::fmt;

use super::BankSso;
use super::answers;
use super::claims::{LINK_ACCOUNT, ORDER_ID, OuidFormat, PRODUCT_CODE, Source};
use super::routes::{CheckedRoute, Route, TokenUse};
use crate::class::{AnswerProfile, Class};
use crate::guard::OrderLedger;
use crate::jwt::{Policy, PolicyBuilder, PolicyProblem};
use crate::key::Algorithm;

/// Where the values travel that the document does not place (S1-6, S1-C5).
#[derive(Clone, Debug)]
pub(super) struct Sources {
    pub(super) ouid: Box<str>,
    pub(super) ouid_format: OuidFormat,
    pub(super) order_id: Source,
    pub(super) product_code: Source,
    pub(super) link_account: Source,
}

/// Collects the settings of a [`BankSso`]; [`build`](Self::build) reports all problems at once.
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct BankSsoBuilder {
    issuer: Box<str>,
    also_audience: Option<(Box<str>, Vec<Box<str>>)>,
    require_nbf: bool,
    routes: Vec<Route>,
    sources: Sources,
    one_flow_scope: bool,
    ledger: OrderLedger,
    answers: AnswerProfile,
}

impl BankSsoBuilder {
    pub(super) fn new(issuer: Box<str>) -> Self {
        Self {
            issuer,
            also_audience: None,
            require_nbf: false,
            routes: Route::of_document().into(),
            sources: Sources {
                ouid: "sub".into(),
                ouid_format: OuidFormat::Any,
                order_id: Source::Claim(ORDER_ID.into()),
                product_code: Source::Claim(PRODUCT_CODE.into()),
                link_account: Source::Claim(LINK_ACCOUNT.into()),
            },
            one_flow_scope: true,
            ledger: OrderLedger::default(),
            answers: answers::LISTED,
        }
    }

    /// Adds an endpoint beside the four of the document.
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Replaces the document's endpoints by others.
    pub fn only_routes(mut self, routes: impl IntoIterator<Item = Route>) -> Self {
        self.routes = routes.into_iter().collect();
        self
    }

    /// Reads the OUID from another claim than `sub`.
    pub fn ouid_claim(mut self, claim: impl Into<Box<str>>) -> Self {
        self.sources.ouid = claim.into();
        self
    }

    /// Demands a format of the OUID.
    pub fn ouid_format(mut self, format: OuidFormat) -> Self {
        self.sources.ouid_format = format;
        self
    }

    /// Where `order_id` travels: by default in the claim of that name.
    pub fn order_id_source(mut self, source: Source) -> Self {
        self.sources.order_id = source;
        self
    }

    /// Where `product_code` travels: by default in the claim of that name.
    pub fn product_code_source(mut self, source: Source) -> Self {
        self.sources.product_code = source;
        self
    }

    /// In which signed claim the account to link stands: by default `link_account` (S1-3a). A body never
    /// names it.
    pub fn link_account_claim(mut self, claim: impl Into<Box<str>>) -> Self {
        self.sources.link_account = Source::Claim(claim.into());
        self
    }

    /// Demands `nbf`, which the document's rules name and its example lacks (S1-C4).
    pub const fn require_nbf(mut self) -> Self {
        self.require_nbf = true;
        self
    }

    /// Takes tokens whose scope holds several of the three flows (S1-C10).
    pub const fn allow_several_flow_scopes(mut self) -> Self {
        self.one_flow_scope = false;
        self
    }

    /// Other settings for the ledger of orders.
    pub const fn ledger(mut self, ledger: OrderLedger) -> Self {
        self.ledger = ledger;
        self
    }

    /// Answers with four codes that the document lacks: `INSUFFICIENT_SCOPE`, `TOKEN_REPLAYED`,
    /// `RATE_LIMITED`, `KEYS_UNAVAILABLE` (S1-C7). Agree on them with the bank.
    pub const fn with_extension_codes(mut self) -> Self {
        self.answers = answers::EXTENDED;
        self
    }

    /// Takes another audience beside `invoice`, and demands `azp` to be one of these authorized parties, of
    /// every token (S1-C1).
    ///
    /// # Security
    /// The document's example says `account`, the default audience of every client of a Keycloak realm:
    /// with it, a token that any of the named parties obtained for any purpose opens this provider.
    pub fn dangerous_also_accept_audience<'p>(
        mut self,
        audience: impl Into<Box<str>>,
        authorized_parties: impl IntoIterator<Item = &'p str>,
    ) -> Self {
        let parties = authorized_parties.into_iter().map(Into::into).collect();
        self.also_audience = Some((audience.into(), parties));
        self
    }

    /// The integration.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem found.
    pub fn build(self) -> Result<BankSso, ConfigError> {
        let mut problems = self.problems();
        let mut routes = Vec::with_capacity(self.routes.len());
        for route in &self.routes {
            match CheckedRoute::new(route.clone(), self.policy()) {
                Ok(checked) => routes.push(checked),
                Err(error) => {
                    let found = error.problems().iter().copied().map(BankSsoProblem::Policy);
                    problems.extend(found);
                }
            }
        }
        problems.sort_unstable();
        problems.dedup();
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        let Self { issuer, sources, one_flow_scope, ledger, answers, .. } = self;
        Ok(BankSso { issuer, routes, sources, one_flow_scope, ledger, answers })
    }

    /// The rules that all routes share (S1-5, S1-17, S1-18, S1-20, S1-29).
    fn policy(&self) -> PolicyBuilder {
        let mut policy = Policy::builder(self.issuer.clone(), "invoice", [Algorithm::Rs256])
            .sole_audience()
            .leeway(BankSso::CLOCK_SKEW)
            .max_lifetime(BankSso::MAX_LIFETIME)
            .require_key_id()
            .require("iat")
            .require("jti");
        if self.require_nbf {
            policy = policy.require("nbf");
        }
        if let Some((audience, parties)) = &self.also_audience {
            policy = policy.audience(audience.clone());
            policy = parties.iter().cloned().fold(policy, PolicyBuilder::authorized_party);
        }
        policy
    }

    fn problems(&self) -> Vec<BankSsoProblem> {
        let Sources { ouid, order_id, product_code, link_account, .. } = &self.sources;
        let names = [&**ouid, order_id.name(), product_code.name(), link_account.name()];
        let twin = |(index, route): (usize, &Route)| {
            self.routes.iter().take(index).any(|other| route.overlaps(other))
        };
        let unsafe_reuse = |route: &Route| {
            route.token_use() == TokenUse::ReusableUntilExpiry && !route.only_reads()
        };
        let no_party = self.also_audience.as_ref().is_some_and(|(_, parties)| parties.is_empty());
        let found = [
            (self.routes.is_empty(), BankSsoProblem::NoRoute),
            (!self.routes.iter().all(Route::is_well_formed), BankSsoProblem::RouteMalformed),
            (self.routes.iter().enumerate().any(twin), BankSsoProblem::RouteTwice),
            (self.routes.iter().any(unsafe_reuse), BankSsoProblem::ReusableButWrites),
            (names.iter().any(|name| name.is_empty()), BankSsoProblem::ClaimEmpty),
            (no_party, BankSsoProblem::AudienceWithoutParty),
        ];
        found.into_iter().filter_map(|(wrong, problem)| wrong.then_some(problem)).collect()
    }
}

/// A provider's configuration was refused; it names every problem, not the first.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<BankSsoProblem>,
}

impl ConfigError {
    /// Every problem found.
    #[must_use]
    pub fn problems(&self) -> &[BankSsoProblem] {
        &self.problems
    }

    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "bank_sso.config"
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

/// What is wrong with a provider's configuration.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, thiserror::Error)]
#[non_exhaustive]
pub enum BankSsoProblem {
    /// There is no route, so every request would be refused.
    #[error("there is no route")]
    NoRoute,
    /// A method that is not upper case, or a path with empty segments, a query or escapes.
    #[error("a route is malformed")]
    RouteMalformed,
    /// Two routes that one request may match: the host's router may take another than this table.
    #[error("two routes match one request")]
    RouteTwice,
    /// A route that changes something lets tokens be used again (S1-24).
    #[error("a route that does not only read lets tokens be used again")]
    ReusableButWrites,
    /// A claim's or field's name is empty.
    #[error("a claim has an empty name")]
    ClaimEmpty,
    /// A further audience without authorized parties: everybody's tokens would pass (S1-C1).
    #[error("a further audience without authorized parties")]
    AudienceWithoutParty,
    /// A problem of the token policy.
    #[error(transparent)]
    Policy(PolicyProblem),
}

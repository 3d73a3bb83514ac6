//! The routes as a table: what each demands (S1-11 … S1-14).

use crate::jwt::{Policy, PolicyBuilder, PolicyError, Reusable, SingleUse};

/// One endpoint of the provider and what a token must be to reach it.
///
/// ```
/// use countersign::partner::bank_sso::{BankSso, Route, ScopeRule};
///
/// let sso = BankSso::builder("https://bank.example.vn")
///     .route(Route::new("GET", "/api/v1/invoices/{id}", ScopeRule::any_of(["invoice:read"])).reusable_until_expiry())
///     .build();
/// assert!(sso.is_ok());
///
/// // What changes something takes each token once.
/// let unsafe_route = Route::new("POST", "/api/v1/pay", ScopeRule::any_of(["pay"])).reusable_until_expiry();
/// assert!(BankSso::builder("https://bank.example.vn").route(unsafe_route).build().is_err());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    method: Box<str>,
    template: Box<str>,
    scope: ScopeRule,
    token_use: TokenUse,
    flow: Option<Flow>,
}

impl Route {
    /// An endpoint whose tokens are of single use; `{…}` in the path stands for one segment.
    pub fn new(method: &str, template: &str, scope: ScopeRule) -> Self {
        let (method, template) = (method.into(), template.into());
        Self { method, template, scope, token_use: TokenUse::SingleUse, flow: None }
    }

    /// An endpoint of one of the document's three flows, with the flow's scope.
    pub fn of_flow(method: &str, template: &str, flow: Flow) -> Self {
        let route = Self::new(method, template, ScopeRule::any_of([flow.scope()]));
        Self { flow: Some(flow), ..route }
    }

    /// Lets a token be presented again until it expires: for routes that only read, which no flow does.
    #[must_use]
    pub fn reusable_until_expiry(self) -> Self {
        Self { token_use: TokenUse::ReusableUntilExpiry, ..self }
    }

    /// The four endpoints the document names.
    pub(super) fn of_document() -> [Self; 4] {
        [
            Self::of_flow("POST", "/api/v1/onboard", Flow::OnBoarding),
            Self::of_flow("POST", "/api/v1/link-account", Flow::AccountLinking),
            Self::of_flow("POST", "/api/v1/purchase-package", Flow::BuyMorePackages),
            // S1-14: the document gives this one no scope, and that is said out loud.
            Self::new("POST", "/api/v1/invoices", ScopeRule::AnyAuthenticated),
        ]
    }

    /// The HTTP method, upper case.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, with `{…}` for segments that vary.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Which of the document's flows it is of, if of any.
    #[must_use]
    pub const fn flow(&self) -> Option<Flow> {
        self.flow
    }

    /// How often a token may be presented.
    #[must_use]
    pub const fn token_use(&self) -> TokenUse {
        self.token_use
    }

    pub(super) fn is_well_formed(&self) -> bool {
        let method =
            !self.method.is_empty() && self.method.bytes().all(|byte| byte.is_ascii_uppercase());
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'%');
        let path = self.template.strip_prefix('/').is_some_and(|path| {
            path.split('/').all(|segment| !segment.is_empty() && segment.bytes().all(plain))
        });
        method && path
    }

    /// Each of the flows changes something, and its order is reserved behind the single use of its token.
    pub(super) fn only_reads(&self) -> bool {
        self.flow.is_none() && matches!(&*self.method, "GET" | "HEAD")
    }

    /// Whether there may be a request that both match.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let [mine, theirs] = [self, other].map(|route| route.template.split('/'));
        let may_be_same = |(a, b): (&str, &str)| a == b || is_variable(a) || is_variable(b);
        self.method == other.method
            && mine.clone().count() == theirs.clone().count()
            && mine.zip(theirs).all(may_be_same)
    }

    /// Whether a request for `path` is for this endpoint. Bytes are compared as they are: nothing is
    /// decoded, folded or normalised, so that this table and the host's router cannot be led apart.
    pub(super) fn matches(&self, method: &str, path: &str) -> bool {
        let mut segments = path.split('/');
        let same = |expected: &str| match segments.next() {
            Some(found) if is_variable(expected) => {
                !found.is_empty() && found != "." && found != ".." && !found.contains('%')
            }
            found => found == Some(expected),
        };
        *self.method == *method && self.template.split('/').all(same) && segments.next().is_none()
    }
}

fn is_variable(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

/// Which scope a route demands (S1-19).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ScopeRule {
    /// One of these scope tokens, compared whole.
    AnyOf(Vec<Box<str>>),
    /// Any token of the bank for this provider. Written out, never the default.
    AnyAuthenticated,
}

impl ScopeRule {
    /// One of `tokens`.
    pub fn any_of<'s>(tokens: impl IntoIterator<Item = &'s str>) -> Self {
        Self::AnyOf(tokens.into_iter().map(Into::into).collect())
    }
}

/// How often a token may be presented to a route (S1-24).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenUse {
    /// Once: "a new JWT for each secured action".
    SingleUse,
    /// Until it expires, where the route only reads.
    ReusableUntilExpiry,
}

/// The three business flows of the document (S1-3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flow {
    /// Creates an account at the provider and buys its first package.
    OnBoarding,
    /// Links the OUID with an account that the provider has already.
    AccountLinking,
    /// Adds a package to an active account.
    BuyMorePackages,
}

impl Flow {
    /// Every flow.
    pub const ALL: [Self; 3] = [Self::OnBoarding, Self::AccountLinking, Self::BuyMorePackages];

    /// The flow's scope token (S1-11 … S1-13).
    #[must_use]
    pub const fn scope(self) -> &'static str {
        match self {
            Self::OnBoarding => "onboard",
            Self::AccountLinking => "link",
            Self::BuyMorePackages => "purchase",
        }
    }

    /// What the host must find in its own tables before it acts (S1-3).
    #[must_use]
    pub const fn precondition(self) -> Precondition {
        match self {
            Self::OnBoarding => Precondition::NoAccountForOuid,
            Self::AccountLinking => Precondition::AccountExists,
            Self::BuyMorePackages => Precondition::AccountActive,
        }
    }

    /// Whether it buys something: then product and order are demanded (S1-6).
    #[must_use]
    pub const fn buys(self) -> bool {
        matches!(self, Self::OnBoarding | Self::BuyMorePackages)
    }
}

/// What the host must find in its own tables before it acts on a flow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Precondition {
    /// There is no account for the OUID yet.
    NoAccountForOuid,
    /// The account that the token names exists.
    AccountExists,
    /// There is an active account for the OUID.
    AccountActive,
}

/// A route with the policy for its tokens.
#[derive(Clone, Debug)]
pub(super) struct CheckedRoute {
    pub(super) route: Route,
    pub(super) policy: RoutePolicy,
}

#[derive(Clone, Debug)]
pub(super) enum RoutePolicy {
    Once(Policy<SingleUse>),
    Reusable(Policy<Reusable>),
}

impl CheckedRoute {
    pub(super) fn new(route: Route, policy: PolicyBuilder) -> Result<Self, PolicyError> {
        let policy = match &route.scope {
            ScopeRule::AnyOf(tokens) => policy.scope_any(tokens.iter().cloned()),
            ScopeRule::AnyAuthenticated => policy,
        };
        let policy = match route.token_use {
            TokenUse::SingleUse => RoutePolicy::Once(policy.single_use().build()?),
            TokenUse::ReusableUntilExpiry => RoutePolicy::Reusable(policy.build()?),
        };
        Ok(Self { route, policy })
    }
}

/// The route of a request. The query is no part of it.
pub(super) fn find<'r>(
    routes: &'r [CheckedRoute],
    method: &str,
    path: &str,
) -> Option<&'r CheckedRoute> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    routes.iter().find(|checked| checked.route.matches(method, path))
}

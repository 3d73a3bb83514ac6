//! One request of the bank, from header fields to a verified call.

use std::fmt;

use super::BankSso;
use super::admission::{Admission, Owes};
use super::claims::{BankClaims, Source};
use super::error::{BankSsoError, Refused};
use super::routes::{self, CheckedRoute, Flow, RoutePolicy};
use crate::audit::{LogText, Trace};
use crate::headers::Headers;
use crate::json::{self, Document, Limits, Value};
use crate::jwt::scope::Scope;
use crate::jwt::{JwtError, Policy, UnverifiedToken, Use};
use crate::key::VerifyingKey;
use crate::time::UnixTime;

/// A request whose route is known and whose token has the form of one. Nothing in it is trusted yet.
#[must_use = "call `verify`"]
pub struct BankRequest<'r> {
    sso: &'r BankSso,
    route: &'r CheckedRoute,
    token: UnverifiedToken<'r>,
    body: &'r [u8],
    trace: Trace,
}

impl BankSso {
    /// Finds the route of a request and reads its bearer token.
    ///
    /// `path` may have a query, which is no part of the route. `body` is what arrived, empty where nothing
    /// did: it is looked at only after the signature, for fields that are read from it or must not
    /// contradict the token.
    ///
    /// # Errors
    /// [`BankSsoError::RouteUnknown`], [`BankSsoError::Header`], and the form errors of
    /// [`BankSsoError::Jwt`].
    pub fn request<'r>(
        &'r self,
        method: &str,
        path: &str,
        headers: Headers<'r>,
        body: &'r [u8],
    ) -> Result<BankRequest<'r>, Refused> {
        let refuse = |reason: BankSsoError| Refused::new(reason, &Trace::default());
        let route = routes::find(&self.routes, method, path);
        let route = route.ok_or_else(|| refuse(BankSsoError::RouteUnknown))?;
        let token = headers.bearer().map_err(|error| refuse(error.into()))?;
        let token = UnverifiedToken::parse_within(token, Self::TOKEN_LIMITS);
        let token = token.map_err(|error| refuse(error.into()))?;
        // S1-20: without `kid` there is nothing to look up.
        let key_id = token.key_id().ok_or_else(|| refuse(JwtError::KeyIdMissing.into()))?;
        let trace = Trace { key_id: Some(LogText::new(key_id)), ..Trace::default() };
        Ok(BankRequest { sso: self, route, token, body, trace })
    }
}

impl BankRequest<'_> {
    /// The `kid` to look up.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.token.key_id().unwrap_or_default()
    }

    /// The route's flow, if it is one of the document's three.
    #[must_use]
    pub const fn flow(&self) -> Option<Flow> {
        self.route.route.flow()
    }

    /// Refuses the request, with its trace: for a key that [`lookup`](crate::jwks::JwksCache::lookup)
    /// refused.
    pub fn refuse(&self, reason: impl Into<BankSsoError>) -> Refused {
        Refused::new(reason, &self.trace)
    }

    /// Verifies the token: signature first, so that a forger learns nothing of claims (S1-C8), then times,
    /// issuer, audience, scope and the document's own rules.
    ///
    /// # Errors
    /// [`BankSsoError::Jwt`] and the variants about claims and body.
    pub fn verify(
        self,
        keys: &(impl AsRef<[VerifyingKey]> + ?Sized),
        now: UnixTime,
    ) -> Result<Admission, Refused> {
        let (keys, mut trace) = (keys.as_ref(), self.trace.clone());
        let admission = match &self.route.policy {
            RoutePolicy::Once(policy) => self
                .read(keys, policy, &mut trace, now)
                .map(|pending| Owes::token(self.sso, pending, trace.clone())),
            RoutePolicy::Reusable(policy) => self
                .read(keys, policy, &mut trace, now)
                .map(|claims| Admission::granted(claims, None, trace.clone())),
        };
        admission.map_err(|reason| Refused::new(reason, &trace))
    }

    fn read<U: Use>(
        &self,
        keys: &[VerifyingKey],
        policy: &Policy<U>,
        trace: &mut Trace,
        now: UnixTime,
    ) -> Result<U::Out<BankClaims>, BankSsoError> {
        let signed = |claims: Value<'_, '_>| self.note_ids(claims, trace);
        self.token.verify_with(keys, None, policy, now, signed, |claims| {
            if self.sso.one_flow_scope {
                refuse_several_flows(claims)?;
            }
            let body = Body::of(self.body);
            BankClaims::read(claims, self.flow(), &self.sso.sources, &body)
        })
    }

    /// S1-31: what the bank signed can be traced by its ids, also where it is refused.
    fn note_ids(&self, claims: Value<'_, '_>, trace: &mut Trace) {
        let id = |name: &str| claims.get(name).and_then(Value::as_str).map(|id| LogText::new(&id));
        trace.jti = id("jti");
        if let Source::Claim(name) = &self.sso.sources.order_id
            && self.flow().is_some_and(Flow::buys)
        {
            trace.order_id = id(name);
        }
    }
}

impl fmt::Debug for BankRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the body: it is personal data, and nobody signed it.
        f.debug_struct("BankRequest")
            .field("route", &self.route.route)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// S1-C10: a token for one flow is not one for all, whichever claim its scope stands in.
fn refuse_several_flows(claims: Value<'_, '_>) -> Result<(), BankSsoError> {
    // A malformed one was refused already, where the route demands a scope.
    let read = |claim| Scope::read(claim, claims.get(claim)?).ok();
    let scopes = ["scope", "scp"].map(read);
    let named = |flow: &&Flow| scopes.iter().flatten().any(|scope| scope.has(flow.scope()));
    if Flow::ALL.iter().filter(named).count() > 1 {
        Err(BankSsoError::ScopeAmbiguous)
    } else {
        Ok(())
    }
}

/// The body of a request, read as JSON when a field of it is asked for.
pub(super) struct Body<'b> {
    document: Option<Result<Document<'b>, json::JsonError>>,
}

/// The document's bodies are a few hundred bytes; the host's own limit comes first.
const MAX_BODY: Limits = Limits { max_bytes: 64 * 1024, max_depth: 32 };

impl<'b> Body<'b> {
    fn of(bytes: &'b [u8]) -> Self {
        let document = (!bytes.is_empty()).then(|| json::parse_object(bytes, MAX_BODY));
        Self { document }
    }

    /// The member called `name`; none where there is no body.
    pub(super) fn get(&self, name: &str) -> Result<Option<Value<'_, 'b>>, BankSsoError> {
        match &self.document {
            None => Ok(None),
            Some(Ok(document)) => Ok(document.root().get(name)),
            Some(Err(_)) => Err(BankSsoError::BodyMalformed),
        }
    }
}

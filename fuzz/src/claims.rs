//! A policy's checks on claims, written a second time: from `serde_json` and the documentation, with time in `i128`.

use countersign::jwt::explain::Check;
use countersign::jwt::{Policy, PolicyBuilder};
use countersign::key::Algorithm;
use serde_json::{Map, Value};
use std::time::Duration;

/// The rules of a policy, as the oracle holds them.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub issuers: Vec<&'static str>,
    pub audiences: Vec<&'static str>,
    pub sole_audience: bool,
    pub leeway: u64,
    pub max_lifetime: Option<u64>,
    pub max_age: Option<u64>,
    pub required: Vec<&'static str>,
    pub equal: Vec<(&'static str, &'static str)>,
    pub parties: Vec<&'static str>,
    pub client_ids: Vec<&'static str>,
    pub scope: Scope,
}

/// The scope that a policy demands.
#[derive(Clone, Debug, Default)]
pub enum Scope {
    #[default]
    Anything,
    AnyOf(Vec<&'static str>),
    AllOf(Vec<&'static str>),
}

impl Rules {
    /// The library's policy of these rules; `None` where it cannot be built.
    pub fn policy(&self) -> Option<Policy> {
        self.builder().build().ok()
    }

    /// The same, to be changed further.
    pub fn builder(&self) -> PolicyBuilder {
        let mut builder = Policy::builder(self.issuers[0], self.audiences[0], [Algorithm::Hs256])
            .leeway(Duration::from_secs(self.leeway));
        builder = self.issuers.iter().fold(builder, |builder, issuer| builder.issuer(*issuer));
        builder = self.audiences.iter().fold(builder, |builder, name| builder.audience(*name));
        builder = self.required.iter().fold(builder, |builder, claim| builder.require(*claim));
        builder =
            self.parties.iter().fold(builder, |builder, name| builder.authorized_party(*name));
        builder = self.client_ids.iter().fold(builder, |builder, name| builder.client_id(*name));
        for (claim, value) in &self.equal {
            builder = builder.require_equal(*claim, *value);
        }
        if self.sole_audience {
            builder = builder.sole_audience();
        }
        if let Some(cap) = self.max_lifetime {
            builder = builder.max_lifetime(Duration::from_secs(cap));
        }
        if let Some(age) = self.max_age {
            builder = builder.max_age(Duration::from_secs(age));
        }
        match &self.scope {
            Scope::Anything => builder,
            Scope::AnyOf(tokens) => builder.scope_any(tokens.iter().copied()),
            Scope::AllOf(tokens) => builder.scope_all(tokens.iter().copied()),
        }
    }

    /// Whether each check holds for `claims` at `now`, in milliseconds.
    pub fn judge(&self, claims: &Map<String, Value>, now: i64) -> Vec<(Check, bool)> {
        let case = Case { rules: self, claims, now: now.into() };
        vec![
            (Check::Expiry, case.expiry().is_some()),
            (Check::NotBefore, case.not_before().is_some()),
            (Check::IssuedAt, case.issued_at().is_some()),
            (Check::Lifetime, case.lifetime().is_some()),
            (Check::Issuer, case.issuer()),
            (Check::Audience, case.audience().is_some()),
            (Check::Parties, case.parties()),
            (Check::RequiredClaims, case.required()),
            (Check::Scope, case.scope()),
        ]
    }
}

struct Case<'c> {
    rules: &'c Rules,
    claims: &'c Map<String, Value>,
    now: i128,
}

/// A claim that may be absent; what is there and wrong is `Err`.
type Optional<T> = Result<Option<T>, ()>;

impl Case<'_> {
    /// The claim in milliseconds, of whole seconds rounded against the bearer.
    fn date(&self, claim: &str, up: bool) -> Optional<i128> {
        let number = match self.claims.get(claim) {
            None => return Ok(None),
            Some(Value::Number(number)) => number,
            Some(_) => return Err(()),
        };
        let seconds = match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), _, _) => i128::from(whole),
            (None, Some(whole), _) => i128::from(whole),
            (None, None, Some(number)) if (0.0..1e30).contains(&number) => {
                let floor = number as i128;
                if up && floor as f64 != number { floor + 1 } else { floor }
            }
            _ => return Err(()),
        };
        // The year 9999 is the last of RFC 3339.
        if (0..=253_402_300_799).contains(&seconds) { Ok(Some(seconds * 1000)) } else { Err(()) }
    }

    fn expires_at(&self) -> Option<i128> {
        self.date("exp", false).ok()?
    }

    fn leeway(&self) -> i128 {
        i128::from(self.rules.leeway) * 1000
    }

    fn expiry(&self) -> Option<()> {
        (self.now - self.leeway() < self.expires_at()?).then_some(())
    }

    fn not_before(&self) -> Option<()> {
        match self.date("nbf", true) {
            Err(()) => None,
            Ok(None) => Some(()),
            Ok(Some(from)) => {
                (from < self.expires_at()? && from - self.leeway() <= self.now).then_some(())
            }
        }
    }

    fn issued_at(&self) -> Option<()> {
        match self.date("iat", true) {
            Err(()) => None,
            Ok(None) => self.rules.max_age.is_none().then_some(()),
            Ok(Some(at)) => {
                let age = self.rules.max_age.map(|age| i128::from(age) * 1000);
                let young = age.is_none_or(|age| self.now - at <= age + self.leeway());
                let begun = at - self.leeway() <= self.now;
                (at < self.expires_at()? && begun && young).then_some(())
            }
        }
    }

    fn lifetime(&self) -> Option<()> {
        let Some(cap) = self.rules.max_lifetime else { return Some(()) };
        let cap = i128::from(cap) * 1000;
        let end = self.expires_at()?;
        let (issued, from) = (self.date("iat", true).ok()?, self.date("nbf", true).ok()?);
        let short = |start: Option<i128>| start.is_none_or(|start| end - start <= cap);
        let dated = issued.is_some() || from.is_some();
        let near = end - self.now <= cap + self.leeway();
        (dated && short(issued) && short(from) && near).then_some(())
    }

    fn issuer(&self) -> bool {
        self.text("iss").is_some_and(|issuer| self.rules.issuers.contains(&issuer))
    }

    fn audience(&self) -> Option<()> {
        let names: Vec<&str> = match self.claims.get("aud")? {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().map(Value::as_str).collect::<Option<_>>()?,
            _ => return None,
        };
        let ours = |name: &&str| self.rules.audiences.contains(name);
        let named = names.iter().any(ours);
        (named && (names.iter().all(ours) || !self.rules.sole_audience)).then_some(())
    }

    fn parties(&self) -> bool {
        [("azp", &self.rules.parties), ("client_id", &self.rules.client_ids)].into_iter().all(
            |(claim, allowed)| match self.claims.get(claim) {
                Some(Value::String(party)) => allowed.is_empty() || allowed.contains(&&**party),
                Some(_) => false,
                None => allowed.is_empty(),
            },
        )
    }

    fn required(&self) -> bool {
        let text_or_nothing = |claim: &str| self.claims.get(claim).is_none_or(Value::is_string);
        let there = |claim: &&str| self.claims.get(*claim).is_some_and(|value| !value.is_null());
        let equal = |(claim, text): &(&str, &str)| self.text(claim) == Some(*text);
        text_or_nothing("sub")
            && text_or_nothing("jti")
            && self.rules.required.iter().all(there)
            && self.rules.equal.iter().all(equal)
    }

    fn scope(&self) -> bool {
        if matches!(self.rules.scope, Scope::Anything) {
            return true;
        }
        let (scope, scp) = (self.claims.get("scope"), self.claims.get("scp"));
        let satisfies = |claim: Option<&Value>, list: bool| {
            claim.is_none_or(|claim| {
                scope_tokens(claim, list).is_some_and(|has| self.satisfies(&has))
            })
        };
        (scope.is_some() || scp.is_some()) && satisfies(scope, false) && satisfies(scp, true)
    }

    fn satisfies(&self, has: &[&str]) -> bool {
        match &self.rules.scope {
            Scope::Anything => true,
            Scope::AnyOf(wanted) => wanted.iter().any(|token| has.contains(token)),
            Scope::AllOf(wanted) => wanted.iter().all(|token| has.contains(token)),
        }
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }
}

/// RFC 6749 §3.3: tokens of visible ASCII without quote and backslash, one space between two.
fn scope_tokens(claim: &Value, list: bool) -> Option<Vec<&str>> {
    let tokens: Vec<&str> = match claim {
        Value::String(text) => text.split(' ').collect(),
        Value::Array(tokens) if list => tokens.iter().map(Value::as_str).collect::<Option<_>>()?,
        _ => return None,
    };
    let is_token = |token: &&str| {
        !token.is_empty()
            && token
                .chars()
                .all(|c| matches!(c, '\u{21}' | '\u{23}'..='\u{5b}' | '\u{5d}'..='\u{7e}'))
    };
    tokens.iter().all(is_token).then_some(tokens)
}

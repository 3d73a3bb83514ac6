//! Why a token was refused, check by check, for a support desk.
//!
//! [`explain()`] makes the very checks of [`UnverifiedToken::verify`] and reports each: passed, failed or not
//! reached, what was expected and what was found. After a good signature all claim failures are shown at
//! once; before it no claim is. What is shown is escaped and cut, and never a token, a signature or a name.

mod text;

use std::fmt;

use super::checks::Case;
use super::claims::Registered;
use super::policy::{Policy, Rules, ScopeRule, TokenType};
use super::{JwtError, UnverifiedToken};
use crate::encoding::hex;
use crate::guard::Use;
use crate::json::Value;
use crate::key::VerifyingKey;
use crate::time::UnixTime;

pub use text::Language;

/// Makes every check of [`UnverifiedToken::verify`] on `token` and reports each.
///
/// It is for people, and slower than `verify`; it gives no claims. A token it finds good can still be
/// refused by `verify` where the claims do not fit the host's type, where the policy names an
/// [`owner_claim`](super::PolicyBuilder::owner_claim), and by a store where it was used before.
///
/// ```
/// use countersign::jwt::{Policy, explain};
/// use countersign::{key::Algorithm, key::VerifyingKey, time::UnixTime};
///
/// let policy = Policy::builder("https://id.example.com", "orders", [Algorithm::Es256]).build()?;
/// let keys: [VerifyingKey; 0] = [];
/// let report = explain("eyJhbGciOiJSUzI1NiJ9.e30.AAAA", &keys, &policy, UnixTime::from_secs(0));
/// assert_eq!(report.error().map(|error| error.code()), Some("jwt.algorithm_not_allowed"));
/// println!("{report}");
/// # Ok::<(), countersign::jwt::PolicyError>(())
/// ```
pub fn explain<U: Use>(
    token: &str,
    keys: &(impl AsRef<[VerifyingKey]> + ?Sized),
    policy: &Policy<U>,
    now: UnixTime,
) -> Report {
    let mut report = Report { lines: Vec::with_capacity(Check::ALL.len()), now };
    let token = match UnverifiedToken::parse(token) {
        Ok(parsed) => {
            report.pass(Check::Form, "a compact JWS", format!("{} bytes", token.len()));
            parsed
        }
        Err(error) => {
            report.fail(Check::Form, "a compact JWS", format!("{} bytes", token.len()), error);
            return report.finish();
        }
    };
    if report.signature(&token, keys.as_ref(), &policy.rules) {
        report.claims(&token, policy, now);
    }
    report.finish()
}

/// One check of a token, in the order in which they are made.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Check {
    /// Size, parts, encoding, header.
    Form,
    /// The algorithm, against the policy.
    Algorithm,
    /// A key with this id and for this algorithm.
    Key,
    /// The signature.
    Signature,
    /// The claims as one strict JSON object.
    Claims,
    /// The header's `typ`.
    TokenType,
    /// `exp`.
    Expiry,
    /// `nbf`.
    NotBefore,
    /// `iat`, and the age.
    IssuedAt,
    /// The lifetime cap.
    Lifetime,
    /// `iss`.
    Issuer,
    /// `aud`.
    Audience,
    /// `azp` and `client_id`.
    Parties,
    /// The owner of the key.
    Owner,
    /// Claims that must be there, or be equal to something.
    RequiredClaims,
    /// `jti`.
    TokenId,
    /// `scope` and `scp`.
    Scope,
}

impl Check {
    /// Every check, in order.
    pub const ALL: [Self; 17] = [
        Self::Form,
        Self::Algorithm,
        Self::Key,
        Self::Signature,
        Self::Claims,
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
}

/// What became of a check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It held.
    Pass,
    /// It did not hold, for this reason.
    Fail(JwtError),
    /// An earlier check failed, and this one was not made.
    NotReached,
}

/// One line of a [`Report`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// Which check.
    pub check: Check,
    /// What became of it.
    pub outcome: Outcome,
    /// What the policy expects.
    pub expected: String,
    /// What the token has: escaped, cut, and redacted where it could be personal.
    pub found: String,
}

/// Every check of one token and what became of it. `Display` prints it in English.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    lines: Vec<Line>,
    now: UnixTime,
}

impl Report {
    /// The checks, in the order in which they are made.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether every check held.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.error().is_none()
    }

    /// The reason that [`UnverifiedToken::verify`] gives: that of the first check which failed.
    #[must_use]
    pub fn error(&self) -> Option<&JwtError> {
        self.errors().next()
    }

    /// The reasons of all checks that failed.
    pub fn errors(&self) -> impl Iterator<Item = &JwtError> {
        self.lines.iter().filter_map(|line| match &line.outcome {
            Outcome::Fail(error) => Some(error),
            Outcome::Pass | Outcome::NotReached => None,
        })
    }

    /// The report as text in `language`.
    #[must_use]
    pub fn to_text(&self, language: Language) -> String {
        text::report(self, language)
    }

    /// Checks up to the signature; whether it is good.
    fn signature(
        &mut self,
        token: &UnverifiedToken<'_>,
        keys: &[VerifyingKey],
        rules: &Rules,
    ) -> bool {
        let expected = list(rules.algorithms.iter().map(|algorithm| algorithm.name()));
        let found = token.algorithm().map_or("unknown", |algorithm| algorithm.name());
        let algorithm = match token.allowed_algorithm(&rules.algorithms) {
            Ok(algorithm) => algorithm,
            Err(error) => return self.fail(Check::Algorithm, expected, found, error),
        };
        self.pass(Check::Algorithm, expected, found);

        let expected = list(keys.iter().map(|key| key.id().map_or("(no id)", |id| &**id)));
        let found = token.key_id().map_or_else(|| "no kid".into(), shown);
        let candidates = match token.candidates(keys, algorithm, rules.key_id_required) {
            Ok(candidates) => candidates,
            Err(error) => return self.fail(Check::Key, expected, found, error),
        };
        self.pass(Check::Key, expected, found);

        let prefix = |key: &VerifyingKey| {
            hex::encode(key.thumbprint().first_chunk::<8>().unwrap_or(&[0; 8]))
        };
        let expected = list(candidates.iter().flatten().map(|key| prefix(key)));
        let (message, signature) = (token.signing_input(), token.signature());
        let found = format!("{} bytes", signature.len());
        let mut fitting = candidates.into_iter().flatten();
        if !fitting.any(|key| key.verify(algorithm, message, signature).is_ok()) {
            return self.fail(Check::Signature, expected, found, JwtError::SignatureInvalid);
        }
        self.pass(Check::Signature, expected, found);
        true
    }

    /// All checks on claims, each on its own.
    fn claims<U: Use>(&mut self, token: &UnverifiedToken<'_>, policy: &Policy<U>, now: UnixTime) {
        let found = format!("{} bytes", token.payload().len());
        let document = match token.claims() {
            Ok(document) => document,
            Err(error) => {
                self.fail(Check::Claims, "a JSON object", found, error);
                return;
            }
        };
        self.pass(Check::Claims, "a JSON object", found);
        let (rules, claims) = (&policy.rules, &Registered::of(&document));
        let token_type = token.token_type();
        let case = Case { rules, claims, token_type, owner: None, single_use: U::SINGLE, now };
        for check in Check::CLAIMS {
            // The owner of a key is a matter of the key ring that gave it, which is not asked here.
            let result = if check == Check::Owner { Ok(()) } else { check.run(&case) };
            let (expected, found) = (check.expected(&case), check.found(&case));
            match result {
                Ok(()) => self.pass(check, expected, found),
                Err(error) => {
                    self.fail(check, expected, found, error);
                }
            }
        }
    }

    fn pass(&mut self, check: Check, expected: impl Into<String>, found: impl Into<String>) {
        self.line(check, Outcome::Pass, expected, found);
    }

    /// Notes a failure; always false.
    fn fail(
        &mut self,
        check: Check,
        expected: impl Into<String>,
        found: impl Into<String>,
        error: JwtError,
    ) -> bool {
        self.line(check, Outcome::Fail(error), expected, found);
        false
    }

    fn line(
        &mut self,
        check: Check,
        outcome: Outcome,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.lines.push(Line { check, outcome, expected: expected.into(), found: found.into() });
    }

    fn finish(mut self) -> Self {
        let reached = self.lines.len();
        for check in Check::ALL.into_iter().skip(reached) {
            self.line(check, Outcome::NotReached, "", "");
        }
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(Language::English))
    }
}

impl Check {
    fn expected(self, case: &Case<'_, '_, '_>) -> String {
        let rules = case.rules;
        match self {
            Self::TokenType => match &rules.token_type {
                TokenType::Jwt => "JWT or none".into(),
                TokenType::AccessToken => "at+jwt".into(),
                TokenType::Exactly(name) => name.to_string(),
            },
            Self::Expiry => format!("after {}", case.now.saturating_sub(rules.leeway).to_rfc3339()),
            Self::NotBefore | Self::IssuedAt => {
                format!("until {}", case.now.saturating_add(rules.leeway).to_rfc3339())
            }
            Self::Lifetime => rules
                .max_lifetime
                .map_or("any".into(), |cap| format!("at most {} s", cap.as_secs())),
            Self::Issuer => list(&rules.issuers),
            Self::Audience if rules.sole_audience => format!("{} alone", list(&rules.audiences)),
            Self::Audience => list(&rules.audiences),
            Self::Parties => list(rules.parties.iter().chain(&rules.client_ids)),
            Self::RequiredClaims => {
                list(rules.required.iter().chain(rules.equal.iter().map(|(claim, _)| claim)))
            }
            Self::TokenId if case.single_use => "1 to 128 visible characters".into(),
            Self::Scope => match &rules.scope {
                ScopeRule::Anything => "any".into(),
                ScopeRule::AnyOf(tokens) => format!("one of {}", list(tokens)),
                ScopeRule::AllOf(tokens) => format!("all of {}", list(tokens)),
            },
            _ => "any".into(),
        }
    }

    fn found(self, case: &Case<'_, '_, '_>) -> String {
        let claims = case.claims;
        let value =
            |value: Option<Value<'_, '_>>| value.map_or("none".into(), |value| shown(value.raw()));
        let moment = |found: Option<Value<'_, '_>>| match found.and_then(Value::as_i64) {
            Some(seconds) => UnixTime::from_secs(seconds).to_rfc3339(),
            None => value(found),
        };
        match self {
            Self::TokenType => case.token_type.map_or("none".into(), shown),
            Self::Expiry => moment(claims.exp),
            Self::NotBefore => moment(claims.nbf),
            Self::IssuedAt => moment(claims.iat),
            Self::Lifetime => {
                format!("{} to {}", moment(claims.iat.or(claims.nbf)), moment(claims.exp))
            }
            Self::Issuer => value(claims.iss),
            Self::Audience => value(claims.aud),
            Self::Parties => {
                format!("azp {}, client_id {}", value(claims.azp), value(claims.client_id))
            }
            Self::TokenId => value(claims.jti),
            Self::Scope => value(claims.scope.or(claims.scp)),
            // Names and subjects are personal data: that they are there is all that matters.
            _ => format!("{} claims", claims.root.members().count()),
        }
    }
}

fn list<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> String {
    let mut texts = texts.into_iter();
    let mut shown: Vec<_> =
        texts.by_ref().take(MAX_LISTED).map(|text| shown(text.as_ref())).collect();
    if texts.next().is_some() {
        shown.push("…".into());
    }
    if shown.is_empty() { "any".into() } else { shown.join(", ") }
}

/// How many of a list are shown.
const MAX_LISTED: usize = 8;

/// How many characters of a text are shown: an issuer's URL fits, a token does not.
const MAX_SHOWN: usize = 80;

/// A text of the sender's, made safe for a terminal and a log.
fn shown(text: &str) -> String {
    crate::audit::shown(text, MAX_SHOWN)
}

//! What a host branches on, and what it tells the caller.
//!
//! Every error of this crate has a stable `code()` for logs and a [`Class`] for code. What the other side
//! is told is a third thing: a [`PublicAnswer`], looked up in an [`AnswerProfile`], which is data.

/// The kind of a refusal.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Class {
    /// The input has not the form it must have; the same input will never pass.
    Malformed,
    /// The signature, key or secret is not the one expected.
    Forged,
    /// It was good once and its time is over.
    Expired,
    /// Its time has not come yet; it may pass later.
    NotReady,
    /// Genuine, but not allowed here.
    Forbidden,
    /// Genuine, and used before.
    Replayed,
    /// It collides with something recorded before.
    Conflict,
    /// Too much in too short a time.
    Throttled,
    /// Something the decision needs cannot be had now; never a statement about the input.
    Unavailable,
    /// The host's own configuration or call is wrong.
    Misconfigured,
}

impl Class {
    /// Every class, in the order of declaration.
    pub const ALL: [Self; 10] = [
        Self::Malformed,
        Self::Forged,
        Self::Expired,
        Self::NotReady,
        Self::Forbidden,
        Self::Replayed,
        Self::Conflict,
        Self::Throttled,
        Self::Unavailable,
        Self::Misconfigured,
    ];

    /// The class as a stable word, for logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Forged => "forged",
            Self::Expired => "expired",
            Self::NotReady => "not_ready",
            Self::Forbidden => "forbidden",
            Self::Replayed => "replayed",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Misconfigured => "misconfigured",
        }
    }

    /// Whether presenting the very same input again can ever succeed.
    #[must_use]
    pub const fn can_retry(self) -> bool {
        matches!(self, Self::NotReady | Self::Throttled | Self::Unavailable)
    }
}

/// What the other side of an HTTP exchange may know of a refusal.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct PublicAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The application code of the profile (`INVALID_JWT`, `invalid_token`).
    pub code: &'static str,
    /// The value of `WWW-Authenticate`, where the profile sends one.
    pub www_authenticate: Option<&'static str>,
}

impl PublicAnswer {
    /// An answer without a `WWW-Authenticate` field.
    #[must_use]
    pub const fn new(status: u16, code: &'static str) -> Self {
        Self { status, code, www_authenticate: None }
    }

    /// The same answer with a `WWW-Authenticate` field.
    #[must_use]
    pub const fn with_www_authenticate(self, value: &'static str) -> Self {
        Self { www_authenticate: Some(value), ..self }
    }
}

/// A table from (class, code) to what is said in public: rows for single codes first, then one per class.
///
/// Nothing can be left out: the class decides where no row names the code, and the table is total.
///
/// ```
/// use countersign::class::{AnswerProfile, Class};
///
/// let answer = AnswerProfile::RFC6750.answer(Class::Expired, "jwt.expired");
/// assert_eq!((answer.status, answer.code), (401, "invalid_token"));
/// // A forged token gets the very same words: no oracle.
/// assert_eq!(AnswerProfile::RFC6750.answer(Class::Forged, "jwt.signature_invalid"), answer);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AnswerProfile {
    codes: &'static [(&'static str, PublicAnswer)],
    classes: fn(Class) -> PublicAnswer,
}

impl AnswerProfile {
    /// Bearer tokens in general: RFC 6750 §3.1, with 409 and 429 where the RFC has no word.
    pub const RFC6750: Self =
        Self::new(&[("jwt.scope_missing", INSUFFICIENT_SCOPE)], |class| match class {
            Class::Malformed => PublicAnswer::new(400, "invalid_request")
                .with_www_authenticate("Bearer error=\"invalid_request\""),
            Class::Forged | Class::Expired | Class::NotReady | Class::Replayed => {
                PublicAnswer::new(401, "invalid_token")
                    .with_www_authenticate("Bearer error=\"invalid_token\"")
            }
            // RFC 6750 §3.1: a token that is genuine but for someone else is invalid here, not short of scope.
            Class::Forbidden => PublicAnswer::new(401, "invalid_token")
                .with_www_authenticate("Bearer error=\"invalid_token\""),
            Class::Conflict => PublicAnswer::new(409, "conflict"),
            Class::Throttled => PublicAnswer::new(429, "slow_down"),
            Class::Unavailable => PublicAnswer::new(503, "temporarily_unavailable"),
            Class::Misconfigured => PublicAnswer::new(500, "server_error"),
        });

    /// A profile of one's own: `codes` are looked through first, `classes` answers for all others.
    #[must_use]
    pub const fn new(
        codes: &'static [(&'static str, PublicAnswer)],
        classes: fn(Class) -> PublicAnswer,
    ) -> Self {
        Self { codes, classes }
    }

    /// What to tell the caller about a refusal of this class and code.
    #[must_use]
    pub fn answer(&self, class: Class, code: &str) -> PublicAnswer {
        let row = self.codes.iter().find(|(name, _)| *name == code);
        row.map_or_else(|| (self.classes)(class), |(_, answer)| *answer)
    }
}

const INSUFFICIENT_SCOPE: PublicAnswer = PublicAnswer::new(403, "insufficient_scope")
    .with_www_authenticate("Bearer error=\"insufficient_scope\"");

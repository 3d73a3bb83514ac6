//! The registered claims of a token (RFC 7519 §4.1), found in one walk over its members.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::JwtError;
use crate::json::{Document, Kind, Value};
use crate::time::UnixTime;

/// The registered claims, and all others by name: for hosts that need no type of their own.
///
/// A host's own serde type does as well, and may borrow: `struct MyClaims<'a> { sub: &'a str }`.
#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Claims {
    /// Who issued the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Whom the token is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// For whom the token is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// When it expires, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<f64>,
    /// From when it is valid, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<f64>,
    /// When it was issued, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<f64>,
    /// Its name among the tokens of its issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// What it allows, tokens separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Every other claim.
    #[serde(flatten)]
    pub others: BTreeMap<String, serde_json::Value>,
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither whom it is about nor what is said of them: logs live long.
        f.debug_struct("Claims")
            .field("iss", &self.iss)
            .field("aud", &self.aud)
            .field("exp", &self.exp)
            .field("jti", &self.jti)
            .finish_non_exhaustive()
    }
}

/// The claim `aud`: one audience or several (RFC 7519 §4.1.3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// One audience.
    One(String),
    /// A list of audiences.
    Many(Vec<String>),
}

/// Where the claims that policies speak about stand in a token.
pub(super) struct Registered<'d, 'a> {
    pub(super) root: Value<'d, 'a>,
    pub(super) iss: Option<Value<'d, 'a>>,
    pub(super) sub: Option<Value<'d, 'a>>,
    pub(super) aud: Option<Value<'d, 'a>>,
    pub(super) exp: Option<Value<'d, 'a>>,
    pub(super) nbf: Option<Value<'d, 'a>>,
    pub(super) iat: Option<Value<'d, 'a>>,
    pub(super) jti: Option<Value<'d, 'a>>,
    pub(super) azp: Option<Value<'d, 'a>>,
    pub(super) client_id: Option<Value<'d, 'a>>,
    pub(super) scope: Option<Value<'d, 'a>>,
    pub(super) scp: Option<Value<'d, 'a>>,
    pub(super) times: Times,
}

impl<'d, 'a> Registered<'d, 'a> {
    pub(super) fn of(document: &'d Document<'a>) -> Self {
        let root = document.root();
        let mut found = Self {
            root,
            iss: None,
            sub: None,
            aud: None,
            exp: None,
            nbf: None,
            iat: None,
            jti: None,
            azp: None,
            client_id: None,
            scope: None,
            scp: None,
            times: Times::default(),
        };
        for (name, value) in root.members() {
            let claim = match name.as_str().as_deref() {
                Some("iss") => &mut found.iss,
                Some("sub") => &mut found.sub,
                Some("aud") => &mut found.aud,
                Some("exp") => &mut found.exp,
                Some("nbf") => &mut found.nbf,
                Some("iat") => &mut found.iat,
                Some("jti") => &mut found.jti,
                Some("azp") => &mut found.azp,
                Some("client_id") => &mut found.client_id,
                Some("scope") => &mut found.scope,
                Some("scp") => &mut found.scp,
                _ => continue,
            };
            *claim = Some(value);
        }
        found.times = Times {
            exp: Date::read(found.exp, Round::Down),
            nbf: Date::read(found.nbf, Round::Up),
            iat: Date::read(found.iat, Round::Up),
        };
        found
    }
}

/// The three moments of a token, read once though five checks compare them.
#[derive(Clone, Copy, Default)]
pub(super) struct Times {
    exp: Date,
    nbf: Date,
    iat: Date,
}

impl Times {
    /// `exp`, which every token has to have.
    pub(super) fn expires_at(&self) -> Result<UnixTime, JwtError> {
        self.exp.get("exp")?.ok_or(JwtError::ClaimMissing { claim: "exp".into() })
    }

    /// `nbf`, where there is one.
    pub(super) fn valid_from(&self) -> Result<Option<UnixTime>, JwtError> {
        self.nbf.get("nbf")
    }

    /// `iat`, where there is one.
    pub(super) fn issued_at(&self) -> Result<Option<UnixTime>, JwtError> {
        self.iat.get("iat")
    }
}

/// A claim that should be a `NumericDate` (RFC 7519 §2): seconds, whole or with a fraction, up to the year 9999.
#[derive(Clone, Copy, Default)]
enum Date {
    #[default]
    Absent,
    At(UnixTime),
    NotANumber,
    OutOfRange,
}

impl Date {
    fn read(value: Option<Value<'_, '_>>, round: Round) -> Self {
        let Some(value) = value else { return Self::Absent };
        if value.kind() != Kind::Number {
            return Self::NotANumber;
        }
        match value.as_i64().or_else(|| whole_seconds(value.as_f64()?, round)) {
            Some(seconds @ 0..=LAST_SECOND) => Self::At(UnixTime::from_secs(seconds)),
            _ => Self::OutOfRange,
        }
    }

    fn get(self, claim: &'static str) -> Result<Option<UnixTime>, JwtError> {
        match self {
            Self::Absent => Ok(None),
            Self::At(moment) => Ok(Some(moment)),
            Self::NotANumber => Err(JwtError::ClaimType { claim: claim.into() }),
            Self::OutOfRange => Err(JwtError::ClaimRange { claim: claim.into() }),
        }
    }
}

/// Which way a fraction of a second is rounded: always against the bearer.
#[derive(Clone, Copy)]
enum Round {
    Down,
    Up,
}

/// 9999-12-31T23:59:59Z: later moments are milliseconds mistaken for seconds, or worse.
const LAST_SECOND: i64 = 253_402_300_799;

fn whole_seconds(number: f64, round: Round) -> Option<i64> {
    if number < 0.0 {
        return None; // -0.5 would round up to a moment that exists
    }
    let whole = match round {
        Round::Down => number.floor(),
        Round::Up => number.ceil(),
    };
    // Through text, because a cast would saturate silently; fractions are too rare to matter.
    if (0.0..1e15).contains(&whole) { format!("{whole:.0}").parse().ok() } else { None }
}

/// The claim, or the refusal that it is missing.
pub(super) fn present<'d, 'a>(
    claim: &'static str,
    value: Option<Value<'d, 'a>>,
) -> Result<Value<'d, 'a>, JwtError> {
    value.ok_or(JwtError::ClaimMissing { claim: claim.into() })
}

/// The claim as a string; any other type is refused, wherever the claim stands.
pub(super) fn string<'a>(
    claim: &'static str,
    value: Value<'_, 'a>,
) -> Result<Cow<'a, str>, JwtError> {
    value.as_str().ok_or(JwtError::ClaimType { claim: claim.into() })
}

/// The longest `jti`: two UUIDs and a prefix fit, and a replay entry is made for each.
pub(super) const MAX_ID_BYTES: usize = 128;

/// The claim as an identifier that is safe to store and log: 1 to 128 bytes of visible ASCII.
pub(super) fn identifier<'a>(
    claim: &'static str,
    value: Value<'_, 'a>,
) -> Result<Cow<'a, str>, JwtError> {
    let text = string(claim, value)?;
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    match text.len() {
        1..=MAX_ID_BYTES if visible => Ok(text),
        _ => Err(JwtError::ClaimRange { claim: claim.into() }),
    }
}

//! The shapes of Mini App events, so narrow that the signed text can be cut in one way alone.

use std::borrow::Cow;

use super::mini_app::{BiometricVerified, ConsentRevoked, MiniAppEvent};
use crate::encoding::base64;
use crate::javascript::{Document, Kind, Value};
use crate::time::UnixTime;
use crate::webhook::{ConfigProblem, SchemaRule, WebhookError};

/// An event whose shape is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// `biometric.verify.success`.
    BiometricVerified,
    /// `user.revoke.consent`.
    ConsentRevoked,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::BiometricVerified, Self::ConsentRevoked];

    /// The event's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BiometricVerified => "biometric.verify.success",
            Self::ConsentRevoked => "user.revoke.consent",
        }
    }

    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::BiometricVerified => &BIOMETRIC_VERIFIED,
            Self::ConsentRevoked => &CONSENT_REVOKED,
        }
    }
}

/// What the shapes depend on: the app's id, and the fields that the host declared.
#[derive(Clone, Debug)]
pub(super) struct Schemas {
    app_id: Box<str>,
    declared: Vec<(EventKind, Box<str>)>,
}

impl Schemas {
    pub(super) const fn new(app_id: Box<str>) -> Self {
        Self { app_id, declared: Vec::new() }
    }

    pub(super) fn declare(&mut self, event: EventKind, name: Box<str>) {
        self.declared.push((event, name));
    }

    pub(super) fn problems(&self) -> Vec<ConfigProblem> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let own = |(event, name): &(EventKind, Box<str>)| event.fields().contains(&&**name);
        let mut problems = Vec::new();
        if !digits(&self.app_id) {
            problems.push(ConfigProblem::SettingMissing { name: "app id" });
        }
        if self.declared.iter().any(own) || self.declared.len() > MAX_DECLARED {
            problems.push(ConfigProblem::FieldDeclared);
        }
        problems
    }

    fn declared(&self, event: EventKind) -> impl Iterator<Item = &str> {
        self.declared.iter().filter(move |(of, _)| *of == event).map(|(_, name)| &**name)
    }
}

/// Reads an event whose signature is good.
pub(super) fn read<'m>(
    document: &Document<'m>,
    schemas: &Schemas,
) -> Result<MiniAppEvent<'m>, WebhookError> {
    let root = document.root();
    let name = string(root.member("event"), "event")?;
    let kind = EventKind::ALL.into_iter().find(|kind| kind.name() == name);
    match kind.ok_or_else(|| WebhookError::schema("event", SchemaRule::Form))? {
        EventKind::BiometricVerified => {
            let kind = EventKind::BiometricVerified;
            let [_, secret_data, at] = fields(root, BIOMETRIC_VERIFIED, kind, schemas)?;
            Ok(MiniAppEvent::BiometricVerified(BiometricVerified {
                timestamp: timestamp(at)?,
                secret_data: of_form(secret_data, "secretData", is_secret_data)?,
            }))
        }
        EventKind::ConsentRevoked => {
            let kind = EventKind::ConsentRevoked;
            let [app_id, _, at, user_id] = fields(root, CONSENT_REVOKED, kind, schemas)?;
            of_form(app_id, "appId", |app_id| *app_id == *schemas.app_id)?;
            Ok(MiniAppEvent::ConsentRevoked(ConsentRevoked {
                timestamp: timestamp(at)?,
                user_id: of_form(user_id, "userId", is_user_id)?,
            }))
        }
    }
}

/// The values of these names, once it is known that each stands once and that no other does but
/// those that were declared.
fn fields<'d, 'm, const N: usize>(
    root: Value<'d, 'm>,
    names: [&str; N],
    kind: EventKind,
    schemas: &Schemas,
) -> Result<[Option<Value<'d, 'm>>; N], WebhookError> {
    let mut values = [None; N];
    let mut declared = 0_u64;
    for (key, value) in root.members() {
        let name = key.as_str().unwrap_or_default();
        let place = names.iter().position(|known| *known == name);
        let first = match place.and_then(|place| values.get_mut(place)) {
            Some(slot) => slot.replace(value).is_none(),
            None => {
                let place = schemas.declared(kind).zip(0..).find(|(known, _)| *known == name);
                let unknown = || WebhookError::schema(&name, SchemaRule::Unknown);
                let bit = 1_u64.checked_shl(place.ok_or_else(unknown)?.1).unwrap_or_default();
                check_declared(&name, value)?;
                let before = declared;
                declared |= bit;
                before != declared
            }
        };
        if !first {
            return Err(WebhookError::schema(&name, SchemaRule::Repeated));
        }
    }
    Ok(values)
}

/// That a declared field cannot be taken for a part of its neighbours: all of those are told apart
/// by digits and `=`.
fn check_declared(name: &str, value: Value<'_, '_>) -> Result<(), WebhookError> {
    let text = match value.kind() {
        Kind::String => value.as_str().unwrap_or_default(),
        Kind::Boolean | Kind::Null => Cow::Borrowed(""),
        Kind::Number | Kind::Array | Kind::Object => {
            return Err(WebhookError::schema(name, SchemaRule::Type));
        }
    };
    if text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'=') {
        return Err(WebhookError::schema(name, SchemaRule::Form));
    }
    Ok(())
}

fn string<'m>(value: Option<Value<'_, 'm>>, name: &str) -> Result<Cow<'m, str>, WebhookError> {
    let value = value.ok_or_else(|| WebhookError::schema(name, SchemaRule::Missing))?;
    value.as_str().ok_or_else(|| WebhookError::schema(name, SchemaRule::Type))
}

fn of_form<'m>(
    value: Option<Value<'_, 'm>>,
    name: &str,
    is: impl Fn(&str) -> bool,
) -> Result<Cow<'m, str>, WebhookError> {
    let text = string(value, name)?;
    if is(&text) { Ok(text) } else { Err(WebhookError::schema(name, SchemaRule::Form)) }
}

/// A number of 13 digits: milliseconds from 2001 to 2286.
fn timestamp(value: Option<Value<'_, '_>>) -> Result<UnixTime, WebhookError> {
    let wrong = |rule| WebhookError::schema("timestamp", rule);
    let value = value.ok_or_else(|| wrong(SchemaRule::Missing))?;
    if value.kind() != Kind::Number {
        return Err(wrong(SchemaRule::Type));
    }
    let count = value.as_integer().filter(|count| THIRTEEN_DIGITS.contains(count));
    count.map(UnixTime::from_millis).ok_or_else(|| wrong(SchemaRule::Form))
}

/// 16 bytes in the one canonical base64, 24 characters: what the recipe of document `003` gives.
fn is_secret_data(text: &str) -> bool {
    let decoded = base64::decode_into(text.as_bytes(), &mut [0; 24]);
    text.len() == 24 && decoded == Ok(16)
}

fn is_user_id(text: &str) -> bool {
    matches!(text.len(), 1..=MAX_USER_ID) && text.bytes().all(|byte| byte.is_ascii_digit())
}

const BIOMETRIC_VERIFIED: [&str; 3] = ["event", "secretData", "timestamp"];
const CONSENT_REVOKED: [&str; 4] = ["appId", "event", "timestamp", "userId"];

const THIRTEEN_DIGITS: std::ops::Range<i64> = 1_000_000_000_000..10_000_000_000_000;

/// The ids in Zalo's documentation have 18 or 19 digits.
const MAX_USER_ID: usize = 32;

/// As many bits as mark what was seen, less those of an event's own fields.
const MAX_DECLARED: usize = 16;

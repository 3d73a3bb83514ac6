//! Why a signature does not match: likely faults, tried one by one.

use std::fmt;

use zeroize::Zeroizing;

use super::builder::scheme_problems;
use super::claimed::Claimed;
use super::error::WebhookError;
use super::keys::{self, Key, Shared};
use super::message::Message;
use super::providers;
use super::scheme::{KeyForm, Part};
use super::serializer::Serializer;
use super::text::Text;
use super::verifier::{Rules, Verifier};
use crate::encoding::{base64, hex};
use crate::guard::Use;
use crate::secret::Secret;
use crate::time::UnixTime;

/// A fault that would explain why a signature does not match.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The signature is good by a key that no longer counts.
    KeyRetired {
        /// The key's name.
        name: Box<str>,
    },
    /// The signature is good for the body as this language prints it: a framework parsed the body
    /// and wrote it anew, or the provider signs something else than it sends.
    BodyReserialized(Serializer),
    /// The signature is good for the body with a line break at its end, or without the one it has.
    TrailingLineBreak,
    /// The signature is good for the body with a byte order mark, or without the one it has.
    ByteOrderMark,
    /// The signature is good for the body with other line breaks.
    LineBreaks,
    /// The signature is good with the key read in another way: this is how to read it.
    KeyForm(KeyReading),
    /// The signature is good for the timestamp in the other unit, seconds or milliseconds.
    TimestampUnit,
    /// The signature is good under another scheme.
    OtherScheme {
        /// The scheme's name.
        scheme: &'static str,
    },
}

/// How a secret could be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyReading {
    /// The very text of the secret, prefix and all.
    Text,
    /// The text behind its prefix.
    TextWithoutPrefix,
    /// What the text, behind a prefix, is in base64.
    Base64,
    /// What the text is in hex.
    Hex,
}

impl<U: Use> Verifier<U> {
    /// Looks for a [`Fault`] that would explain why the signature of a message does not match. For
    /// a log, a test or a support desk; nothing is ever accepted by it.
    ///
    /// It gives nothing for a message that verifies, and for one that is refused for another reason
    /// than its signature.
    ///
    /// # Security
    /// It tries dozens of variants, and each costs a verification: call it for a few messages a
    /// minute, not for each that anyone sends. What it says is for you; a sender who hears it
    /// learns how to sign.
    ///
    /// ```
    /// use countersign::headers::Headers;
    /// use countersign::time::UnixTime;
    /// use countersign::webhook::{Fault, Message, Serializer, Signer, Verifier, providers::GITHUB};
    ///
    /// let secret = "a secret of sixteen bytes or more";
    /// let none = Headers::new(&[]);
    /// let sent = br#"{"ok":true,"n":[1,2]}"#;
    /// let signed = Signer::new(GITHUB, secret)?.sign(&Message::new(&none, sent), UnixTime::EPOCH)?;
    /// let fields = signed.fields();
    /// let headers = Headers::new(&fields);
    ///
    /// let github = Verifier::builder(GITHUB).secret("2025", secret).build()?;
    /// let parsed_and_printed = br#"{"ok": true, "n": [1, 2]}"#;
    /// let message = Message::new(&headers, parsed_and_printed);
    /// assert!(github.verify(&message, UnixTime::EPOCH).is_err());
    /// assert_eq!(github.diagnose(&message, UnixTime::EPOCH), Some(Fault::BodyReserialized(Serializer::JavaScript)));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[must_use]
    pub fn diagnose(&self, message: &Message<'_>, now: UnixTime) -> Option<Fault> {
        match self.check(message, &mut Claimed::default(), now).err()? {
            WebhookError::SignatureMismatch => {}
            WebhookError::SignatureMissing { .. }
            | WebhookError::SignatureMalformed(_)
            | WebhookError::WrongScheme { .. }
            | WebhookError::NoKnownVersion => return self.under_another_scheme(message),
            _ => return None,
        }
        self.by_a_retired_key(message)
            .or_else(|| self.with_another_body(message))
            .or_else(|| self.with_another_reading_of_the_key(message))
            .or_else(|| self.with_the_other_unit(message))
            .or_else(|| self.under_another_scheme(message))
    }

    fn by_a_retired_key(&self, message: &Message<'_>) -> Option<Fault> {
        let key = self.keys.iter().find(|key| is_good(&self.rules, key, message))?;
        Some(Fault::KeyRetired { name: key.name.as_ref().into() })
    }

    fn with_another_body(&self, message: &Message<'_>) -> Option<Fault> {
        if !self.rules.scheme.has(|part| matches!(part, Part::Body)) {
            return None;
        }
        let good = |body: &[u8]| {
            let message = Message { body, ..*message };
            self.keys.iter().any(|key| is_good(&self.rules, key, &message))
        };
        other_bodies(message.body)
            .into_iter()
            .find_map(|(fault, body)| good(&body).then_some(fault))
    }

    fn with_another_reading_of_the_key(&self, message: &Message<'_>) -> Option<Fault> {
        let scheme = &self.rules.scheme;
        self.secret_texts().find_map(|text| {
            readings(scheme.key, &text).into_iter().find_map(|(reading, secret)| {
                let shared = Shared::new(scheme.construction, secret);
                is_good_by(&self.rules, &shared, message).then_some(Fault::KeyForm(reading))
            })
        })
    }

    fn with_the_other_unit(&self, message: &Message<'_>) -> Option<Fault> {
        let mut claimed = Claimed::default();
        claimed.read_signed(&self.rules.scheme, message, self.rules.max_body).ok()?;
        let timestamp = claimed.timestamp.as_mut()?;
        let longer = format!("{}000", timestamp.text);
        let shorter = timestamp.text.strip_suffix("000").map(str::to_owned);
        [Some(longer), shorter].into_iter().flatten().find_map(|text| {
            claimed.timestamp.as_mut()?.text = text.into();
            let good = |key: &Key| made(&self.rules, key, &claimed, message);
            self.keys.iter().any(good).then_some(Fault::TimestampUnit)
        })
    }

    fn under_another_scheme(&self, message: &Message<'_>) -> Option<Fault> {
        let others = providers::ALL.into_iter().filter(|scheme| *scheme != self.rules.scheme);
        others.into_iter().find_map(|scheme| {
            let rules = Rules { scheme, ..self.rules.clone() };
            if !scheme_problems(&rules).is_empty() {
                return None;
            }
            let good = |text: Zeroizing<String>| {
                let secret = keys::secret(&scheme, &text, true).ok()?;
                let shared = Shared::new(scheme.construction, secret);
                is_good_by(&rules, &shared, message).then_some(())
            };
            self.secret_texts().find_map(good)?;
            Some(Fault::OtherScheme { scheme: scheme.name })
        })
    }

    /// The shared secrets as the provider handed them out.
    fn secret_texts(&self) -> impl Iterator<Item = Zeroizing<String>> {
        let secrets = self.keys.iter().filter_map(Key::secret);
        let text = |secret: &Secret| match self.rules.scheme.key {
            KeyForm::Base64 { prefix } => {
                let encoded = Zeroizing::new(base64::encode(secret.expose()));
                Some([prefix, &*encoded].concat())
            }
            _ => std::str::from_utf8(secret.expose()).ok().map(str::to_owned),
        };
        secrets.filter_map(text).map(Zeroizing::new)
    }
}

fn is_good(rules: &Rules, key: &Key, message: &Message<'_>) -> bool {
    let mut claimed = Claimed::default();
    claimed.read_signed(&rules.scheme, message, usize::MAX).is_ok()
        && made(rules, key, &claimed, message)
}

fn made(rules: &Rules, key: &Key, claimed: &Claimed<'_>, message: &Message<'_>) -> bool {
    let url = claimed.url.unwrap_or_default();
    let text = Text { rules, message, claimed, url };
    let signatures = claimed.signatures.as_ref();
    signatures.is_some_and(|signatures| key.made(signatures, &text) == Ok(true))
}

fn is_good_by(rules: &Rules, shared: &Shared, message: &Message<'_>) -> bool {
    let mut claimed = Claimed::default();
    if claimed.read_signed(&rules.scheme, message, usize::MAX).is_err() {
        return false;
    }
    let url = claimed.url.unwrap_or_default();
    let tag = shared.tag(&Text { rules, message, claimed: &claimed, url });
    let signatures = claimed.signatures.as_ref();
    tag.is_ok_and(|tag| signatures.is_some_and(|found| found.contain(tag.as_bytes())))
}

/// What the body may have been before something on its way changed it.
fn other_bodies(body: &[u8]) -> Vec<(Fault, Vec<u8>)> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let ends = [[body, b"\n"].concat(), [body, b"\r\n"].concat()];
    let cut = [body.strip_suffix(b"\r\n"), body.strip_suffix(b"\n")];
    let ends = ends.into_iter().chain(cut.into_iter().flatten().map(<[u8]>::to_vec));
    let mut bodies: Vec<_> = ends.map(|body| (Fault::TrailingLineBreak, body)).collect();
    let marked = body.strip_prefix(BYTE_ORDER_MARK);
    let unmarked = || [BYTE_ORDER_MARK, body].concat();
    bodies.push((Fault::ByteOrderMark, marked.map_or_else(unmarked, <[u8]>::to_vec)));
    let lines: Vec<_> = body.split(|byte| *byte == b'\n').map(strip_return).collect();
    bodies.push((Fault::LineBreaks, lines.join(&b"\n"[..])));
    bodies.push((Fault::LineBreaks, lines.join(&b"\r\n"[..])));
    bodies.extend(Serializer::ALL.into_iter().filter_map(|serializer| {
        Some((Fault::BodyReserialized(serializer), serializer.print(body)?))
    }));
    bodies
}

fn strip_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The secrets that a text could stand for, but for that of its own form.
fn readings(form: KeyForm, text: &str) -> Vec<(KeyReading, Secret)> {
    let bare = text.strip_prefix("whsec_").unwrap_or(text);
    let in_base64 = base64::decode(bare).ok();
    let in_hex = hex::decode(bare).ok();
    let mut readings = vec![
        (KeyReading::Text, Some(text.as_bytes().to_vec())),
        (KeyReading::TextWithoutPrefix, Some(bare.as_bytes().to_vec())),
        (KeyReading::Base64, in_base64),
        (KeyReading::Hex, in_hex),
    ];
    readings.retain(|(reading, _)| match form {
        KeyForm::Base64 { .. } => *reading != KeyReading::Base64,
        _ => *reading != KeyReading::Text,
    });
    let secrets = readings.into_iter().filter_map(|(reading, bytes)| {
        let secret = Secret::dangerous_short(bytes?).ok()?;
        Some((reading, secret))
    });
    secrets.collect()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyRetired { name } => write!(f, "signed by the key `{name}`, which is retired"),
            Self::BodyReserialized(serializer) => {
                write!(f, "signed over the body as {serializer} prints it")
            }
            Self::TrailingLineBreak => {
                f.write_str("a line break at the body's end is lost or added")
            }
            Self::ByteOrderMark => f.write_str("a byte order mark is lost or added"),
            Self::LineBreaks => f.write_str("the body's line breaks were changed"),
            Self::KeyForm(reading) => write!(f, "signed by the secret read as {reading}"),
            Self::TimestampUnit => f.write_str("signed over the timestamp in the other unit"),
            Self::OtherScheme { scheme } => write!(f, "signed under the scheme {scheme}"),
        }
    }
}

impl fmt::Display for KeyReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "its very text",
            Self::TextWithoutPrefix => "the text behind its prefix",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        })
    }
}

//! `secretData`: sixteen bytes that only the server can compute from an access token and a time.

use std::fmt;

use super::BiometricError;
use crate::digest::Md5;
use crate::encoding::base64;
use crate::key::{MacAlgorithm, MacKey};
use crate::secret::{Secret, constant_time_eq};
use crate::time::UnixTime;

/// How `secretData` is computed.
///
/// The document also mentions `hash(accessToken + eventTime)`, which anyone can compute; it is not offered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Derivation {
    /// HMAC-SHA-256 under the server's secret, over the token with its length and the time, cut to sixteen bytes.
    #[default]
    HmacSha256,
    /// The document's recipe to the byte: MD5 over `accessToken.eventTime.SECRET_KEY` (S3-3).
    ///
    /// A secret behind what is hashed is no MAC, and a `.` in a token is not told from the separator. For servers
    /// that have this already.
    ZaloMd5,
}

impl Derivation {
    /// Computes `secretData`. A [`BiometricFlow`](super::BiometricFlow) does this; on its own it is for checking
    /// another server's values.
    #[must_use]
    pub fn derive(self, secret: &Secret, access_token: &str, event_time: i64) -> SecretData {
        match self {
            Self::HmacSha256 => hmac(secret, access_token, event_time),
            Self::ZaloMd5 => md5(secret, access_token, event_time),
        }
    }
}

fn hmac(secret: &Secret, access_token: &str, event_time: i64) -> SecretData {
    let mut context = MacKey::new(MacAlgorithm::HmacSha256, secret).context();
    let length = u64::try_from(access_token.len()).unwrap_or(u64::MAX);
    context.update(b"countersign biometric 1");
    context.update(&length.to_be_bytes());
    context.update(access_token.as_bytes());
    context.update(&event_time.to_be_bytes());
    let tag = context.tag();
    SecretData::of(tag.as_bytes().first_chunk().copied().unwrap_or_default())
}

fn md5(secret: &Secret, access_token: &str, event_time: i64) -> SecretData {
    let mut hasher = Md5::new();
    hasher.update(access_token.as_bytes());
    hasher.update(b".");
    hasher.update(event_time.to_string().as_bytes());
    hasher.update(b".");
    hasher.update(secret.expose());
    SecretData::of(hasher.finish())
}

/// Sixteen bytes as 24 characters of base64 (S3-3). Whoever has one can ask a user to approve it.
#[derive(Clone, Eq, PartialEq)]
pub struct SecretData(String);

impl SecretData {
    fn of(bytes: [u8; 16]) -> Self {
        Self(base64::encode(bytes))
    }

    /// Reads one: 24 characters of canonical base64, which the document's own sample `aGkgYmFu` is not (S3-C4).
    ///
    /// # Errors
    /// [`BiometricError::SecretDataMalformed`].
    pub fn parse(text: &str) -> Result<Self, BiometricError> {
        match base64::decode(text) {
            Ok(bytes) if bytes.len() == 16 => Ok(Self(text.to_owned())),
            _ => Err(BiometricError::SecretDataMalformed),
        }
    }

    /// The 24 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }

    /// Where its state stands in the store: a digest, so that a copy of the store logs nobody in.
    pub(super) fn key(&self) -> [u8; 32] {
        crate::digest::fingerprint("countersign biometric 1", &[self.0.as_bytes()])
    }
}

impl fmt::Debug for SecretData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretData(redacted)")
    }
}

/// The largest `eventTime`: what JavaScript's numbers hold exactly.
const LAST_EVENT_TIME: i64 = (1 << 53) - 1;

/// Below it a number of milliseconds is one of seconds: the year 1973.
const FIRST_EVENT_TIME: i64 = 100_000_000_000;

/// An `eventTime` as a moment.
pub(super) fn moment(event_time: i64) -> Result<UnixTime, BiometricError> {
    match event_time {
        FIRST_EVENT_TIME..=LAST_EVENT_TIME => Ok(UnixTime::from_millis(event_time)),
        _ => Err(BiometricError::EventTimeOutOfRange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derive(derivation: Derivation, token: &str, time: i64) -> String {
        let secret = Secret::dangerous_short("SECRET_KEY").unwrap();
        derivation.derive(&secret, token, time).as_str().to_owned()
    }

    #[test]
    fn md5_is_the_documents_recipe() {
        // From vectors/webhook/zalo_secret_data.json, computed by the document's Java and by Node.
        assert_eq!(
            derive(Derivation::ZaloMd5, "access-token", 1_670_553_442_564),
            "TS/Smq2OGr45Jlo267NYDg=="
        );
    }

    #[test]
    fn hmac_tells_token_and_time_apart_where_md5_does_not() {
        let (one, other) = (("a.1", 2), ("a", 1));
        assert_ne!(
            derive(Derivation::HmacSha256, one.0, one.1),
            derive(Derivation::HmacSha256, other.0, other.1)
        );
        assert_ne!(derive(Derivation::HmacSha256, "a", 1), derive(Derivation::ZaloMd5, "a", 1));
        assert_eq!(derive(Derivation::HmacSha256, "a", 1).len(), 24);
    }

    #[test]
    fn only_canonical_text_of_sixteen_bytes_is_secret_data() {
        assert!(SecretData::parse("TS/Smq2OGr45Jlo267NYDg==").is_ok());
        for text in [
            "aGkgYmFu",
            "TS_Smq2OGr45Jlo267NYDg==",
            "TS/Smq2OGr45Jlo267NYDg",
            "TS/Smq2OGr45Jlo267NYDh==",
            "TS/Smq2OGr45Jlo267NYDg==\n",
            "TS/Smq2OGr45Jlo267NYDgAA",
            "",
        ] {
            assert_eq!(
                SecretData::parse(text),
                Err(BiometricError::SecretDataMalformed),
                "{text:?}"
            );
        }
    }

    #[test]
    fn event_times_are_milliseconds_that_javascript_can_hold() {
        assert!(moment(1_670_553_442_564).is_ok());
        for wrong in [-1, 0, 1_670_553_442, 1 << 53, i64::MAX, i64::MIN] {
            assert_eq!(moment(wrong), Err(BiometricError::EventTimeOutOfRange), "{wrong}");
        }
    }
}

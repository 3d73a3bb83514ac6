//! HMAC, by either backend.

use super::provider::hmac;
use crate::key::MacAlgorithm;

pub(in crate::key) type HmacTag = hmac::Tag;

/// A key with both of its pads hashed already.
#[derive(Clone)]
pub(in crate::key) struct HmacKey(hmac::Key);

impl HmacKey {
    pub(in crate::key) fn new(algorithm: MacAlgorithm, secret: &[u8]) -> Self {
        let algorithm = match algorithm {
            MacAlgorithm::HmacSha1Legacy => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            MacAlgorithm::HmacSha256 => hmac::HMAC_SHA256,
            MacAlgorithm::HmacSha384 => hmac::HMAC_SHA384,
            MacAlgorithm::HmacSha512 => hmac::HMAC_SHA512,
        };
        Self(hmac::Key::new(algorithm, secret))
    }

    pub(in crate::key) fn tag(&self, message: &[u8]) -> HmacTag {
        hmac::sign(&self.0, message)
    }

    pub(in crate::key) fn context(&self) -> HmacContext {
        HmacContext(hmac::Context::with_key(&self.0))
    }
}

/// A MAC under way.
#[derive(Clone)]
pub(in crate::key) struct HmacContext(hmac::Context);

impl HmacContext {
    pub(in crate::key) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(in crate::key) fn tag(self) -> HmacTag {
        self.0.sign()
    }
}

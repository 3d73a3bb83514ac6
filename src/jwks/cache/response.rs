//! What the server answered, and what can be said of it without a cache.

use std::sync::Arc;
use std::time::Duration;

use crate::jwks::{JwkSet, JwksError, freshness};

/// The answer of the server that publishes the set.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// The HTTP status; anything but 200 counts as a failure. The host follows no redirects.
    pub status: u16,
    /// The body, with content encodings taken off; the host reads no more than [`JwkSet::MAX_BYTES`] + 1.
    pub body: &'a [u8],
    /// The field `Cache-Control`, where there is one; several lines joined by commas.
    pub cache_control: Option<&'a str>,
    /// The field `Age`, where there is one.
    pub age: Option<&'a str>,
}

impl Response<'_> {
    /// Reads all of it: the long part of taking an answer, and one that needs no cache.
    pub(in crate::jwks) fn read(&self) -> Result<Fetched, JwksError> {
        if self.status != 200 {
            return Err(JwksError::Status { found: self.status });
        }
        let fresh_for = freshness::remaining(self.cache_control, self.age);
        Ok(Fetched { fresh_for, ..Fetched::read(self.body)? })
    }
}

/// An answer whose document is good.
pub(in crate::jwks) struct Fetched {
    pub(super) set: JwkSet,
    pub(super) document: Arc<[u8]>,
    /// How long the server says that it stays fresh.
    pub(super) fresh_for: Option<Duration>,
}

impl Fetched {
    pub(in crate::jwks) fn read(document: &[u8]) -> Result<Self, JwksError> {
        let set = JwkSet::parse(document)?;
        Ok(Self { set, document: document.into(), fresh_for: None })
    }
}

//! What was received.

use std::fmt;

use crate::headers::Headers;

/// A message as it was received: header fields, the body's very bytes, and for the schemes that
/// sign it the URL.
#[derive(Clone, Copy)]
pub struct Message<'m> {
    pub(super) headers: Headers<'m>,
    pub(super) body: &'m [u8],
    pub(super) url: Option<&'m str>,
}

impl<'m> Message<'m> {
    /// A message with these header fields and this body. The body is what came over the wire: what
    /// a framework parsed and wrote anew is another body with another signature.
    #[must_use]
    pub const fn new(headers: &Headers<'m>, body: &'m [u8]) -> Self {
        Self { headers: *headers, body, url: None }
    }

    /// The same message to this absolute URL, spelt as the provider called it.
    ///
    /// Behind a proxy a server sees another host and scheme: put together the URL that you gave the
    /// provider, and the path and query of the request as they stand in its request line.
    #[must_use]
    pub const fn with_url(self, url: &'m str) -> Self {
        Self { url: Some(url), ..self }
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Header fields hold signatures, bodies hold personal data.
        write!(f, "Message({} bytes)", self.body.len())
    }
}

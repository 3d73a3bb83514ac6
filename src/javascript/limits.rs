//! How a body is read: how much of it, and with which byte order mark.

use super::tape::Span;

/// How large and how deep a body may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    pub(super) max_bytes: usize,
    pub(super) max_depth: u16,
}

impl Limits {
    /// For a webhook of any shape: 64 KiB, several times the largest event of the providers we
    /// know, and 128 levels, where `serde_json` stops too.
    pub const WEBHOOK: Self = Self { max_bytes: 64 * 1024, max_depth: 128 };

    /// For an event whose fields are known: 64 KiB and 32 levels; the documented ones have one.
    pub const EVENT: Self = Self { max_depth: 32, ..Self::WEBHOOK };

    /// The same with at most `bytes` bytes; what a tape cannot address, past 512 MiB, is refused
    /// all the same.
    #[must_use]
    pub const fn with_max_bytes(self, bytes: usize) -> Self {
        let max_bytes = if bytes < Span::MAX_OFFSET { bytes } else { Span::MAX_OFFSET };
        Self { max_bytes, ..self }
    }

    /// The same with at most `levels` arrays and objects around a value.
    #[must_use]
    pub const fn with_max_depth(self, levels: u16) -> Self {
        Self { max_depth: levels, ..self }
    }
}

/// What a JavaScript server does to a body before `JSON.parse`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// `JSON.parse(body.toString("utf8"))`, as the documents have it: a byte order mark is a syntax
    /// error.
    Node,
    /// One byte order mark is dropped first, as `body-parser`, Fastify and `Response.json()` do.
    BomTolerant,
}

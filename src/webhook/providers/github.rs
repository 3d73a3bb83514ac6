//! GitHub.

use crate::key::MacAlgorithm;
use crate::webhook::scheme::{Encoding, Part, Place, Scheme, SignatureForm};

/// GitHub: HMAC-SHA-256 in hex over the body, in `X-Hub-Signature-256: sha256=…`.
///
/// Source: docs.github.com, "Validating webhook deliveries", and octokit/webhooks-methods.js, read
/// at da0cc1c4 in 2026. Confidence: high; both publish values.
///
/// # Security
/// Neither the time nor `X-GitHub-Delivery` nor the event's name in `X-GitHub-Event` is signed. The
/// older `X-Hub-Signature` with SHA-1 is never looked at.
pub const GITHUB: Scheme = Scheme::mac("github", MacAlgorithm::HmacSha256, &[Part::Body])
    .with_signature(
        Place::Header("x-hub-signature-256"),
        SignatureForm::Alone { prefix: "sha256=" },
        Encoding::Hex,
    );

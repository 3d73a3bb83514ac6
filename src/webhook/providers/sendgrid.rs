//! SendGrid.

use crate::key::Algorithm;
use crate::webhook::scheme::{Encoding, KeyForm, Part, Place, Scheme, SignatureForm, Unit};

/// SendGrid's event webhook: ECDSA on P-256 with SHA-256 over timestamp and body, in
/// `X-Twilio-Email-Event-Webhook-Signature`.
///
/// Source: the SendGrid documentation and sendgrid-nodejs, read at 498e2329 in 2026. Confidence:
/// high; its tests publish a value. The body ends with a line break that is signed. Nothing
/// separates time and body; the tolerance does, as it allows one length of the time.
pub const SENDGRID: Scheme =
    Scheme::asymmetric("sendgrid", Algorithm::Es256, KeyForm::Spki, &[Part::Timestamp, Part::Body])
        .with_signature(
            Place::Header("x-twilio-email-event-webhook-signature"),
            SignatureForm::Alone { prefix: "" },
            Encoding::DerBase64,
        )
        .with_timestamp(Place::Header("x-twilio-email-event-webhook-timestamp"), Unit::Seconds);

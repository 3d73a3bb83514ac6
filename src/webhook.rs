//! Webhooks: how each provider signs, as data, and events that hold nothing unsigned.
//!
//! A [`Scheme`] says what is signed, how, and where the signature stands; [`providers`] has one for
//! each provider we know, with its source and how sure we are of it. A [`Verifier`] holds a scheme,
//! the keys that count, and how old a message may be. It gives `Verified<`[`Event`]`>`, or one
//! typed reason; [`Verifier::diagnose`] looks for the fault behind a signature that does not match.
//! A [`Signer`] makes what a verifier takes.
//!
//! What comes out was signed: a [`Content`] is the body where all of it was, else the signed fields
//! and no other, as the text that was signed. An [`Assurance`] says what a signature proves.
//! Document `003`'s events, whose signature keeps neither names nor types nor borders, are pinned
//! to their documented shape by [`zalo::MiniApp`].
//!
//! ```
//! use countersign::headers::Headers;
//! use countersign::time::UnixTime;
//! use countersign::webhook::{Message, Verifier, providers::SLACK};
//!
//! let slack = Verifier::builder(SLACK).secret("2025", "8f742231b10e8888abcd99yyyzzz85a5").build()?;
//!
//! let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
//! let fields: [(&str, &[u8]); 2] = [
//!     ("X-Slack-Request-Timestamp", b"1531420618"),
//!     ("X-Slack-Signature", b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
//! ];
//! let headers = Headers::new(&fields);
//! let message = Message::new(&headers, body); // Slack's own example
//! let event = slack.verify(&message, UnixTime::from_secs(1_531_420_620))?;
//! assert_eq!(event.body(), Some(&body[..]));
//!
//! let replayed = slack.verify(&message, UnixTime::from_secs(1_531_424_218)).unwrap_err();
//! assert_eq!(replayed.code(), "webhook.too_old");
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # Incomplete support
//! Schemes whose key is fetched from a URL in the message (AWS SNS, PayPal) are not here, nor the
//! signatures of Shopify's OAuth and app proxy, nor Zalo's `appsecret_proof`, about which sources
//! disagree. A store that was asked about a message of single use does not tell the same message
//! from another one with the same id.

mod assurance;
mod builder;
mod claimed;
mod diagnose;
mod error;
mod event;
mod fields;
mod form;
mod keys;
mod message;
mod port;
pub mod providers;
mod scheme;
mod serializer;
mod signature;
mod signer;
mod stream;
mod text;
mod verifier;

pub use assurance::{Assurance, Covers};
pub use builder::VerifierBuilder;
pub use diagnose::{Fault, KeyReading};
pub use error::{ConfigError, ConfigProblem, SchemaRule, WebhookError};
pub use event::{Content, Event};
pub use fields::{Fields, Unstructured};
pub use message::Message;
pub use providers::zalo;
pub use scheme::{Construction, Encoding, KeyForm, Part, Place, Scheme, SignatureForm, Unit};
pub use serializer::Serializer;
pub use signer::{Signed, Signer};
pub use stream::NeedsBody;
pub use verifier::Verifier;

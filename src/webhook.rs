//! Webhooks: signatures of providers as data, and events that hold nothing unsigned.
//!
//! A [`Scheme`] says how a provider signs; [`providers`] has those we know, and [`zalo`] the typed events of document `003`. A
//! [`Verifier`] holds the keys that count and how old a message may be, and gives `Verified<Event>` or one typed reason.

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

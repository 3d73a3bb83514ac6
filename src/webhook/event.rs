//! What was signed, in the shape in which the scheme vouches for it.

use std::borrow::Cow;
use std::fmt;

use super::assurance::Assurance;
use super::claimed::Claimed;
use super::fields::{Fields, Object, Unstructured};
use super::message::Message;
use super::scheme::{Part, Scheme};
use crate::javascript::Value;
use crate::time::UnixTime;

/// What a provider said: nothing that it did not sign.
pub struct Event<'m> {
    pub(super) scheme: &'static str,
    pub(super) assurance: Assurance,
    pub(super) content: Content<'m>,
    pub(super) timestamp: Option<UnixTime>,
    pub(super) id: Option<&'m str>,
}

/// What a scheme signs of a body, a form or a query.
#[derive(Clone)]
#[non_exhaustive]
pub enum Content<'m> {
    /// The body, byte for byte.
    Body(&'m [u8]),
    /// A body that was streamed, this many bytes of it.
    Streamed(u64),
    /// Fields whose names and borders are signed, and whose types are not.
    Fields(Fields<'m>),
    /// A string inside the body: read it, and nothing beside it.
    Text(Cow<'m, str>),
    /// Values without names or borders.
    Unstructured(Unstructured<'m>),
}

impl<'m> Content<'m> {
    /// What the scheme vouches for of a message whose signature is good, taken out of what it claimed.
    pub(super) fn of(scheme: &Scheme, claimed: &mut Claimed<'m>, message: &Message<'m>) -> Self {
        let part = scheme.parts.iter().find(|part| part.is_content());
        if let (Some(Part::Text), Some(document)) = (part, &claimed.document) {
            let member = document.root().member(scheme.object.unwrap_or_default());
            return Self::Text(member.and_then(Value::as_str).unwrap_or_default());
        }
        let document = claimed.document.take().map(Box::new);
        let json = |document| Fields::json(document, Object::signed_by(scheme), part);
        match (part, document, claimed.parameters.take()) {
            (Some(Part::SortedValues), Some(document), _) => {
                Self::Unstructured(Unstructured::new(json(document)))
            }
            (Some(Part::SortedPairs { .. } | Part::Fields(_)), Some(document), _) => {
                Self::Fields(json(document))
            }
            (Some(Part::TwilioForm), _, Some(parameters)) => {
                Self::Unstructured(Unstructured::new(Fields::parameters(parameters)))
            }
            (Some(Part::SortedQuery { .. }), _, Some(mut parameters)) => {
                parameters.retain(|(name, value)| scheme.signs_parameter(name, value));
                Self::Fields(Fields::parameters(parameters))
            }
            // `Part::Body`, and Twilio's form where the signed URL states the body's digest.
            _ => Self::Body(message.body),
        }
    }
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a provider says is personal data.
        match self {
            Self::Body(body) => write!(f, "Body({} bytes)", body.len()),
            Self::Streamed(bytes) => write!(f, "Streamed({bytes} bytes)"),
            Self::Fields(_) => f.write_str("Fields(..)"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Unstructured(_) => f.write_str("Unstructured(..)"),
        }
    }
}

impl<'m> Event<'m> {
    /// What was signed.
    #[must_use]
    pub const fn content(&self) -> &Content<'m> {
        &self.content
    }

    /// Takes what was signed out of the event.
    #[must_use]
    pub fn into_content(self) -> Content<'m> {
        self.content
    }

    /// The body, where all of it was signed.
    #[must_use]
    pub const fn body(&self) -> Option<&'m [u8]> {
        match self.content {
            Content::Body(body) => Some(body),
            _ => None,
        }
    }

    /// The signed fields, where the scheme keeps their names and borders.
    #[must_use]
    pub const fn fields(&self) -> Option<&Fields<'m>> {
        match &self.content {
            Content::Fields(fields) => Some(fields),
            _ => None,
        }
    }

    /// The signed string, where the scheme signs one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// When the provider signed it, where that is signed.
    #[must_use]
    pub const fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp
    }

    /// The id of the message, where that is signed. An id that is not, such as GitHub's
    /// `X-GitHub-Delivery`, is anyone's to choose.
    #[must_use]
    pub const fn id(&self) -> Option<&'m str> {
        self.id
    }

    /// What the signature proves.
    #[must_use]
    pub const fn assurance(&self) -> Assurance {
        self.assurance
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the content: it is personal data.
        f.debug_struct("Event")
            .field("scheme", &self.scheme)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

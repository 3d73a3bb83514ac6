//! From a received message to one that is verified as its sender's.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use super::{BioIdError, Keys, Party, Role};
use crate::guard::{Reusable, SingleUse, Use};
use crate::httpsig::{BodyStream, NeedsBody, Policy, Selected, Signatures, SignedMessage};
use crate::time::UnixTime;

/// The covered part of a message that `S` signed.
#[derive(Clone, Eq, PartialEq)]
pub struct MessageFrom<'b, S> {
    message: SignedMessage<'b>,
    sender: PhantomData<fn() -> S>,
}

impl<'b, S: Party> MessageFrom<'b, S> {
    const fn new(message: SignedMessage<'b>) -> Self {
        Self { message, sender: PhantomData }
    }

    /// Who signed it.
    #[must_use]
    pub const fn sender(&self) -> Role {
        S::ROLE
    }
}

impl<'b, S> Deref for MessageFrom<'b, S> {
    type Target = SignedMessage<'b>;

    fn deref(&self) -> &SignedMessage<'b> {
        &self.message
    }
}

impl<S: Party> fmt::Debug for MessageFrom<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageFrom")
            .field("sender", &S::ROLE)
            .field("message", &self.message)
            .finish()
    }
}

/// A message that says it is of `S`. Nothing of it is trusted yet.
pub struct Received<'s, 'm, S, U: Use> {
    selected: Selected<'s, 'm>,
    policy: &'s Policy<U>,
    expected: Option<Expected<'s>>,
    sender: PhantomData<fn() -> S>,
}

impl<'s, 'm, S: Party, U: Use> Received<'s, 'm, S, U> {
    pub(super) fn new(
        signatures: &'s Signatures<'m>,
        policy: &'s Policy<U>,
        expected: Option<Expected<'s>>,
    ) -> Result<Self, BioIdError> {
        let selected = signatures.select(policy)?;
        Ok(Self { selected, policy, expected, sender: PhantomData })
    }

    /// The key id that it names: a hint for finding keys.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.selected.key_id()
    }

    /// Verifies everything but the body.
    ///
    /// # Errors
    /// [`BioIdError::HttpSig`].
    pub fn verify_head(
        &self,
        keys: &Keys<S>,
        now: UnixTime,
    ) -> Result<HeadFrom<'s, S, U>, BioIdError> {
        let head = self.selected.verify_head(keys.as_slice(), self.policy, now)?;
        Ok(HeadFrom { head, expected: self.expected, sender: PhantomData })
    }
}

impl<S, U: Use> fmt::Debug for Received<'_, '_, S, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("selected", &self.selected).finish_non_exhaustive()
    }
}

/// A message of `S` whose head is verified and whose body is owed: [`NeedsBody`], with its sender.
///
/// What comes out of it is a [`Verified`](crate::verified::Verified) for an answer, and a
/// [`Pending`](crate::verified::Pending) for what is accepted once.
#[must_use = "nothing is verified before the body is"]
pub struct HeadFrom<'e, S, U: Use> {
    head: NeedsBody<U>,
    expected: Option<Expected<'e>>,
    sender: PhantomData<fn() -> S>,
}

impl<'e, S: Party, U: Attribute> HeadFrom<'e, S, U> {
    /// The message with its body: [`NeedsBody::with_body`].
    ///
    /// # Errors
    /// [`BioIdError::HttpSig`] for a body that is not the signed one; [`BioIdError::OtherRequest`].
    pub fn with_body(self, body: &[u8]) -> Result<U::Out<MessageFrom<'_, S>>, BioIdError> {
        attribute::<S, U>(self.head.with_body(body)?, self.expected)
    }

    /// Takes the body piece by piece: [`NeedsBody::stream`].
    #[must_use = "nothing is verified before `finish`"]
    pub fn stream(self) -> BodyFrom<'e, S, U> {
        let Self { head, expected, sender } = self;
        BodyFrom { body: head.stream(), expected, sender }
    }

    /// The message, which has no body: [`NeedsBody::without_body`].
    ///
    /// # Errors
    /// As [`with_body`](Self::with_body).
    pub fn without_body(self) -> Result<U::Out<MessageFrom<'static, S>>, BioIdError> {
        attribute::<S, U>(self.head.without_body()?, self.expected)
    }
}

impl<S: Party, U: Use> fmt::Debug for HeadFrom<'_, S, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeadFrom").field("sender", &S::ROLE).finish_non_exhaustive()
    }
}

/// A body of `S` under way: [`BodyStream`], with its sender.
#[must_use = "nothing is verified before `finish`"]
pub struct BodyFrom<'e, S, U: Use> {
    body: BodyStream<U>,
    expected: Option<Expected<'e>>,
    sender: PhantomData<fn() -> S>,
}

impl<S: Party, U: Attribute> BodyFrom<'_, S, U> {
    /// Takes the next piece.
    ///
    /// # Errors
    /// As [`BodyStream::update`].
    pub fn update(&mut self, piece: &[u8]) -> Result<(), BioIdError> {
        Ok(self.body.update(piece)?)
    }

    /// The message, if all that was taken is the body that was signed.
    ///
    /// # Errors
    /// As [`HeadFrom::with_body`].
    pub fn finish(self) -> Result<U::Out<MessageFrom<'static, S>>, BioIdError> {
        attribute::<S, U>(self.body.finish()?, self.expected)
    }
}

impl<S: Party, U: Use> fmt::Debug for BodyFrom<'_, S, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyFrom").field("body", &self.body).finish_non_exhaustive()
    }
}

/// The request id that an answer must have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'e> {
    pub(super) field: &'static str,
    pub(super) value: &'e str,
}

/// Says whose message it is, if it answers what it is to answer.
fn attribute<'b, S: Party, U: Attribute>(
    out: U::Out<SignedMessage<'b>>,
    expected: Option<Expected<'_>>,
) -> Result<U::Out<MessageFrom<'b, S>>, BioIdError> {
    let is_expected =
        |expected: Expected<'_>| U::message(&out).get(expected.field) == Some(expected.value);
    if expected.is_none_or(is_expected) {
        Ok(U::sent_by(out))
    } else {
        Err(BioIdError::OtherRequest)
    }
}

/// How often a message may be used, for those that have a sender.
#[expect(
    unnameable_types,
    reason = "nobody outside may call it: it would be a way to name any sender"
)]
pub trait Attribute: Use {
    fn message<'o, 'b>(out: &'o Self::Out<SignedMessage<'b>>) -> &'o SignedMessage<'b>;
    fn sent_by<S: Party>(out: Self::Out<SignedMessage<'_>>) -> Self::Out<MessageFrom<'_, S>>;
}

impl Attribute for Reusable {
    fn message<'o, 'b>(out: &'o Self::Out<SignedMessage<'b>>) -> &'o SignedMessage<'b> {
        out.value()
    }

    fn sent_by<S: Party>(out: Self::Out<SignedMessage<'_>>) -> Self::Out<MessageFrom<'_, S>> {
        out.map(MessageFrom::new)
    }
}

impl Attribute for SingleUse {
    fn message<'o, 'b>(out: &'o Self::Out<SignedMessage<'b>>) -> &'o SignedMessage<'b> {
        out.verified().value()
    }

    fn sent_by<S: Party>(out: Self::Out<SignedMessage<'_>>) -> Self::Out<MessageFrom<'_, S>> {
        out.map(MessageFrom::new)
    }
}

//! What a verification gives: what was covered, and nothing else of the message.

use std::fmt;
use std::sync::Arc;

use super::base::SignatureBase;
use super::component::ComponentId;
use crate::key::Algorithm;
use crate::time::UnixTime;

/// The covered part of a message. By whom it was signed, the [`Evidence`](crate::verified::Evidence) says.
///
/// Fields that the signature does not cover are not here: `X-Forwarded-Host` and `X-HTTP-Method-Override` may stand in
/// the message, but nobody vouches for them.
#[derive(Clone, Eq, PartialEq)]
pub struct SignedMessage<'b> {
    pub(super) base: SignatureBase,
    pub(super) signed_at: UnixTime,
    pub(super) nonce: Option<Box<str>>,
    pub(super) others: Vec<SignedBy>,
    pub(super) body: Option<&'b [u8]>,
}

impl<'b> SignedMessage<'b> {
    /// The value of a covered component, as it was signed; `None` where it is not covered.
    ///
    /// Components are written as for [`Policy::builder`](super::Policy::builder).
    #[must_use]
    pub fn get(&self, component: &str) -> Option<&str> {
        self.find(|name| is_named(name, component)).or_else(|| {
            // With parameters, perhaps in another order than they were written.
            let wanted = ComponentId::parse(component).ok()?;
            self.find(|name| ComponentId::parse(name).is_ok_and(|found| found == wanted))
        })
    }

    /// The covered components and their values, in the order in which they are covered.
    pub fn components(&self) -> impl Iterator<Item = (&str, &str)> {
        self.base.components()
    }

    /// The body, where it was given whole and a signed digest covers it.
    #[must_use]
    pub const fn body(&self) -> Option<&'b [u8]> {
        self.body
    }

    /// The moment that the signature names.
    #[must_use]
    pub const fn signed_at(&self) -> UnixTime {
        self.signed_at
    }

    /// The signature's nonce, where it has one: to be compared with the challenge that was sent.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// Who else signed, under a policy that demands all signatures. The evidence names the first.
    #[must_use]
    pub fn also_signed_by(&self) -> &[SignedBy] {
        &self.others
    }

    fn find(&self, is_wanted: impl Fn(&str) -> bool) -> Option<&str> {
        self.components().find(|(name, _)| is_wanted(name)).map(|(_, value)| value)
    }
}

fn is_named(name: &str, component: &str) -> bool {
    let unquoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    name == component || unquoted == Some(component)
}

impl fmt::Debug for SignedMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither values nor body: logs live long.
        f.debug_struct("SignedMessage").field("base", &self.base).finish_non_exhaustive()
    }
}

/// A further signer of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SignedBy {
    /// The key's id, where it has one.
    pub key_id: Option<Arc<str>>,
    /// The key's RFC 7638 thumbprint (SHA-256).
    pub thumbprint: [u8; 32],
    /// The algorithm.
    pub algorithm: Algorithm,
}

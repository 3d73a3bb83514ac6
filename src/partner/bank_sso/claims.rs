//! What a bank's token says, with the names the document gives it.

use std::borrow::Cow;
use std::fmt;

use super::builder::Sources;
use super::error::BankSsoError;
use super::request::Body;
use super::routes::Flow;
use crate::digest;
use crate::json::Value;
use crate::jwt::JwtError;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier: 1 to 128 bytes of visible ASCII.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// The Onboard User ID, which the bank gives to one customer (S1-4).
    Ouid
}
identifier! {
    /// The bank's id of one purchase (S1-6).
    OrderId
}
identifier! {
    /// The package that is bought (S1-6).
    ProductCode
}
identifier! {
    /// The provider's account that a customer wants linked (S1-3a).
    AccountId
}

/// The longest of these identifiers: two UUIDs and a prefix fit, and all of them are stored and logged.
const MAX_BYTES: usize = 128;

fn is_identifier(text: &str) -> bool {
    (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The verified claims of a bank's token.
///
/// `Debug` shows no name and no address.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct BankClaims {
    /// Whom the request is about: look it up in the provider's own table (S1-21).
    pub ouid: Ouid,
    /// The flow of the route, if it is one of the three.
    pub flow: Option<Flow>,
    /// What is bought, in the flows that buy.
    pub order: Option<Order>,
    /// The account to link, in account linking.
    pub link_account: Option<AccountId>,
    /// The token's id.
    pub jti: Box<str>,
    /// What the bank says of the customer.
    pub profile: Profile,
}

/// What is bought.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Order {
    /// The bank's id of the purchase.
    pub id: OrderId,
    /// The package.
    pub product_code: ProductCode,
    /// The names of those of the two that came from the unsigned body.
    pub unsigned: Vec<&'static str>,
}

/// What the bank says of the customer. It is signed by the bank, which is not to say that it is true:
/// `email_verified` is often false.
#[derive(Clone, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// The full name.
    pub name: Option<Box<str>>,
    /// The given name.
    pub given_name: Option<Box<str>>,
    /// The family name.
    pub family_name: Option<Box<str>>,
    /// The user name the customer prefers.
    pub preferred_username: Option<Box<str>>,
    /// The e-mail address.
    pub email: Option<Box<str>>,
    /// Whether the bank has verified the address.
    pub email_verified: bool,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(redacted)")
    }
}

impl fmt::Debug for BankClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the customer nor the account: logs live long.
        f.debug_struct("BankClaims")
            .field("flow", &self.flow)
            .field("order", &self.order)
            .field("jti", &self.jti)
            .finish_non_exhaustive()
    }
}

impl BankClaims {
    /// Reads claims whose signature, times, issuer, audience and scope were checked.
    pub(super) fn read(
        claims: Value<'_, '_>,
        flow: Option<Flow>,
        sources: &Sources,
        body: &Body<'_>,
    ) -> Result<Self, BankSsoError> {
        // S1-C2: a field of token introspection; in a JWT it proves nothing, and `false` is still no.
        if claims.get("active").is_some_and(|active| active.as_bool() != Some(true)) {
            return Err(BankSsoError::Inactive);
        }
        let ouid = Ouid(claim(claims, &sources.ouid)?);
        if !sources.ouid_format.accepts(ouid.as_str()) {
            return Err(BankSsoError::OuidFormat);
        }
        let order = if flow.is_some_and(Flow::buys) {
            Some(Order::read(claims, sources, body)?)
        } else {
            None
        };
        let link_account = match flow {
            Some(Flow::AccountLinking) => {
                Some(AccountId(sources.link_account.read(LINK_ACCOUNT, claims, body)?))
            }
            _ => None,
        };
        let jti = claim(claims, "jti")?;
        Ok(Self { ouid, flow, order, link_account, jti, profile: Profile::read(claims) })
    }

    /// A digest of what was ordered: the same order sent again has the same (S1-35).
    pub(super) fn content(&self) -> [u8; 32] {
        let product = self.order.as_ref().map_or("", |order| order.product_code.as_str());
        let flow = self.flow.map_or("", Flow::scope);
        let parts = [flow, self.ouid.as_str(), product].map(str::as_bytes);
        digest::fingerprint("countersign bank order 1", &parts)
    }
}

impl Order {
    fn read(
        claims: Value<'_, '_>,
        sources: &Sources,
        body: &Body<'_>,
    ) -> Result<Self, BankSsoError> {
        let fields = [(ORDER_ID, &sources.order_id), (PRODUCT_CODE, &sources.product_code)];
        let unsigned = fields.into_iter().filter(|(_, source)| source.is_unsigned());
        let unsigned = unsigned.map(|(field, _)| field).collect();
        let id = OrderId(sources.order_id.read(ORDER_ID, claims, body)?);
        let product_code = ProductCode(sources.product_code.read(PRODUCT_CODE, claims, body)?);
        Ok(Self { id, product_code, unsigned })
    }
}

impl Profile {
    fn read(claims: Value<'_, '_>) -> Self {
        let text =
            |name| claims.get(name).and_then(Value::as_str).map(Cow::into_owned).map(Into::into);
        Self {
            name: text("name"),
            given_name: text("given_name"),
            family_name: text("family_name"),
            preferred_username: text("preferred_username"),
            email: text("email"),
            email_verified: claims.get("email_verified").and_then(Value::as_bool) == Some(true),
        }
    }
}

pub(super) const ORDER_ID: &str = "order_id";
pub(super) const PRODUCT_CODE: &str = "product_code";
pub(super) const LINK_ACCOUNT: &str = "link_account";

/// Where a value travels (S1-6).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// In the signed claim of this name. A body that has a member of this name must say the same.
    Claim(Box<str>),
    /// In the body's member of this name: unsigned, and marked as such in the result and the record.
    BodyField(Box<str>),
}

impl Source {
    pub(super) const fn is_unsigned(&self) -> bool {
        matches!(self, Self::BodyField(_))
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Claim(name) | Self::BodyField(name) => name,
        }
    }

    fn read(
        &self,
        field: &'static str,
        claims: Value<'_, '_>,
        body: &Body<'_>,
    ) -> Result<Box<str>, BankSsoError> {
        match self {
            Self::BodyField(name) => {
                let text = body.get(name)?.and_then(Value::as_str);
                let text = text.filter(|text| is_identifier(text));
                text.map(|text| text.into_owned().into()).ok_or(BankSsoError::BodyField { field })
            }
            Self::Claim(name) => {
                let signed = claim(claims, name)?;
                // S1-3a: what is signed decides, and a body that says otherwise is an attempt at something.
                match body.get(name)? {
                    Some(other) if !other.is_str(&signed) => {
                        Err(BankSsoError::BodyContradicts { field })
                    }
                    _ => Ok(signed),
                }
            }
        }
    }
}

/// What an OUID looks like (S1-C5): the document shows a UUID in the claims and `ouid_123456` in an answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OuidFormat {
    /// Any identifier.
    #[default]
    Any,
    /// A UUID in its usual form, lower case (RFC 9562 §4).
    Uuid,
    /// This prefix and at least one more character.
    Prefixed(Box<str>),
}

impl OuidFormat {
    fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Uuid => is_uuid(text),
            Self::Prefixed(prefix) => {
                text.strip_prefix(&**prefix).is_some_and(|rest| !rest.is_empty())
            }
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let digits = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(digits)
}

/// A claim that is an identifier.
fn claim(claims: Value<'_, '_>, name: &str) -> Result<Box<str>, BankSsoError> {
    let named = || Cow::Owned(name.to_owned());
    let value = claims.get(name).ok_or_else(|| JwtError::ClaimMissing { claim: named() })?;
    let text = value.as_str().ok_or_else(|| JwtError::ClaimType { claim: named() })?;
    if is_identifier(&text) {
        Ok(text.into_owned().into())
    } else {
        Err(JwtError::ClaimRange { claim: named() }.into())
    }
}

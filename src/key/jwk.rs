//! One JSON Web Key (RFC 7517), public or private: every member that says what the key is for is obeyed.

use std::borrow::Cow;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::curve::{Curve, UNCOMPRESSED};
use super::der::sequence_of_integers;
use super::private::PrivateKey;
use super::public::PublicKey;
use super::{Algorithm, KeyError, MAX_KEY_BYTES, is_key_id, rsa};
use crate::encoding::base64url;
use crate::json::{self, Kind, Limits, Value};

/// What a JWK holds besides its numbers.
pub(super) struct Jwk<K> {
    pub(super) key: K,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) id: Option<Arc<str>>,
}

/// Reads a public key for verifying.
pub(super) fn public(text: &[u8]) -> Result<Jwk<PublicKey>, KeyError> {
    let document = json::parse_object(text, LIMITS)?;
    let members = Members(document.root());
    members.refuse_symmetric()?;
    // Before anything else can be wrong with it: this one is an alarm.
    if PRIVATE_MEMBERS.iter().any(|name| members.0.get(name).is_some()) {
        return Err(KeyError::PrivateMaterial);
    }
    let kind = members.kind()?;
    members.check_use("verify")?;
    let algorithm = members.algorithm()?;
    Ok(Jwk { key: members.public_key(kind)?, algorithm, id: members.key_id()? })
}

/// Reads a private key for signing.
pub(super) fn private(text: &[u8]) -> Result<Jwk<PrivateKey>, KeyError> {
    let document = json::parse_object(text, LIMITS)?;
    let members = Members(document.root());
    members.refuse_symmetric()?;
    let kind = members.kind()?;
    members.check_use("sign")?;
    let algorithm = members.algorithm()?;
    Ok(Jwk { key: members.private_key(kind)?, algorithm, id: members.key_id()? })
}

/// The types of asymmetric keys (RFC 7518 §6.1, RFC 8037 §2).
#[derive(Clone, Copy)]
enum KeyType {
    Rsa,
    Ec,
    /// Octet key pair: Ed25519 alone, here.
    Okp,
}

/// The members of one JWK.
struct Members<'d, 'a>(Value<'d, 'a>);

impl<'a> Members<'_, 'a> {
    fn refuse_symmetric(&self) -> Result<(), KeyError> {
        if self.text("kty")? == "oct" { Err(KeyError::Symmetric) } else { Ok(()) }
    }

    fn kind(&self) -> Result<KeyType, KeyError> {
        match &*self.text("kty")? {
            "RSA" => Ok(KeyType::Rsa),
            "EC" => Ok(KeyType::Ec),
            "OKP" => Ok(KeyType::Okp),
            _ => Err(KeyError::UnknownKeyType),
        }
    }

    /// RFC 7518 §6.2.1, §6.3.1; RFC 8037 §2.
    fn public_key(&self, kind: KeyType) -> Result<PublicKey, KeyError> {
        match kind {
            KeyType::Rsa => PublicKey::rsa(&self.bytes("n")?, &self.bytes("e")?, rsa::MIN_BITS),
            KeyType::Ec => PublicKey::ec(self.curve()?, &self.point()?),
            KeyType::Okp => {
                self.require_ed25519()?;
                PublicKey::ed25519(&self.bytes("x")?)
            }
        }
    }

    /// RFC 7518 §6.2.2, §6.3.2; RFC 8037 §2.
    fn private_key(&self, kind: KeyType) -> Result<PrivateKey, KeyError> {
        match kind {
            KeyType::Rsa => self.rsa_private_key(),
            KeyType::Ec => PrivateKey::ec(self.curve()?, &self.bytes("d")?, &self.point()?),
            KeyType::Okp => {
                self.require_ed25519()?;
                PrivateKey::ed25519(&self.bytes("d")?, Some(&self.bytes("x")?))
            }
        }
    }

    fn rsa_private_key(&self) -> Result<PrivateKey, KeyError> {
        if self.0.get("oth").is_some() {
            return Err(KeyError::Member { member: "oth" }); // more than two primes
        }
        let [n, e, d, p, q, dp, dq, qi] = RSA_MEMBERS.map(|member| self.bytes(member));
        let (n, e, p, q) = (n?, e?, p?, q?);
        let version = [];
        let der = sequence_of_integers(&[&version, &n, &e, &d?, &p, &q, &dp?, &dq?, &qi?]);
        PrivateKey::rsa(&n, &e, [&p, &q], &der)
    }

    /// RFC 7517 §4.2 and §4.3: a key says what it is for, and both ways of saying it must agree.
    fn check_use(&self, operation: &str) -> Result<(), KeyError> {
        let intended = self.optional_text("use")?;
        if intended.as_ref().is_some_and(|intended| intended != "sig") {
            return Err(KeyError::Use);
        }
        let Some(operations) = self.0.get("key_ops") else { return Ok(()) };
        if operations.kind() != Kind::Array {
            return Err(KeyError::Member { member: "key_ops" });
        }
        let named = operations.elements().filter(|value| value.is_str(operation)).count();
        let signs = |value: Value<'_, '_>| value.is_str("sign") || value.is_str("verify");
        let agrees = intended.is_none() || operations.elements().all(signs);
        if named == 1 && agrees { Ok(()) } else { Err(KeyError::Use) }
    }

    fn algorithm(&self) -> Result<Option<Algorithm>, KeyError> {
        let Some(name) = self.optional_text("alg")? else { return Ok(None) };
        let algorithm = Algorithm::from_name(&name);
        algorithm.map(Some).ok_or_else(|| KeyError::unknown_algorithm(&name))
    }

    /// RFC 7517 §4.5, within the house's limit for identifiers.
    fn key_id(&self) -> Result<Option<Arc<str>>, KeyError> {
        let Some(id) = self.optional_text("kid")? else { return Ok(None) };
        if is_key_id(&id) { Ok(Some(id.into())) } else { Err(KeyError::KeyId) }
    }

    fn curve(&self) -> Result<Curve, KeyError> {
        let name = self.text("crv")?;
        let curve = Curve::ALL.into_iter().find(|curve| curve.name() == name);
        curve.ok_or(KeyError::UnknownCurve)
    }

    fn require_ed25519(&self) -> Result<(), KeyError> {
        if self.text("crv")? == "Ed25519" { Ok(()) } else { Err(KeyError::UnknownCurve) }
    }

    fn point(&self) -> Result<Vec<u8>, KeyError> {
        let (x, y) = (self.bytes("x")?, self.bytes("y")?);
        // Else a short x and a long y would make a point of the right length.
        if x.len() != y.len() {
            return Err(KeyError::PointEncoding);
        }
        Ok([&[UNCOMPRESSED], x.as_slice(), y.as_slice()].concat())
    }

    fn bytes(&self, member: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let text = self.text(member)?;
        let bytes = base64url::decode(text.as_bytes()).map_err(|_| KeyError::Member { member })?;
        Ok(Zeroizing::new(bytes))
    }

    fn text(&self, member: &'static str) -> Result<Cow<'a, str>, KeyError> {
        self.optional_text(member)?.ok_or(KeyError::MemberMissing { member })
    }

    fn optional_text(&self, member: &'static str) -> Result<Option<Cow<'a, str>>, KeyError> {
        let read = |value: Value<'_, 'a>| value.as_str().ok_or(KeyError::Member { member });
        self.0.get(member).map(read).transpose()
    }
}

const LIMITS: Limits = Limits { max_bytes: MAX_KEY_BYTES, max_depth: MAX_DEPTH };
/// No registered member nests deeper than `oth`, an array of objects; unknown ones get some room.
const MAX_DEPTH: usize = 8;

/// RFC 7518 §6.3.1 and §6.3.2, in the order of an RSAPrivateKey (RFC 8017 §A.1.2).
const RSA_MEMBERS: [&str; 8] = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
/// RFC 7518 §6.2.2, §6.3.2 and §6.4.1; `priv` is that of the key type AKP.
const PRIVATE_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

//! Private keys in their standard forms, brought to the one form that a backend takes.

use super::backend::Signer;
use super::curve::Curve;
use super::der::{self, Reader};
use super::public::{KeyKind, PublicKey, named_curve};
use super::{Algorithm, KeyError, rsa, within_limit};

/// A private key, ready to sign with, and its public half.
pub(super) struct PrivateKey {
    pub(super) signer: Signer,
    pub(super) public: PublicKey,
}

impl PrivateKey {
    /// Reads a PrivateKeyInfo or OneAsymmetricKey (RFC 5958 §2), version 1 or 2.
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        within_limit(der)?;
        let mut fields = Reader::sequence_of(der)?;
        let version = fields.integer()?;
        let kind = KeyKind::read(fields.nested(der::SEQUENCE)?)?;
        let key = fields.take(der::OCTET_STRING)?;
        fields.optional(ATTRIBUTES)?;
        let point = fields.optional(PKCS8_PUBLIC_KEY)?.map(der::whole_bytes).transpose()?;
        fields.end()?;
        match (version, point) {
            ([], None) | ([1], _) => {}
            _ => return Err(KeyError::Der),
        }
        match kind {
            KeyKind::Rsa => Self::from_pkcs1(key),
            KeyKind::RsaPss => {
                let key = Self::from_pkcs1(key)?;
                Ok(Self { public: key.public.for_pss_alone(), ..key })
            }
            KeyKind::Ec(curve) => Self::sec1(key, Some(curve), point),
            KeyKind::Ed25519 => {
                let mut outer = Reader::new(key);
                let seed = outer.take(der::OCTET_STRING)?;
                outer.end()?;
                Self::ed25519(seed, point)
            }
        }
    }

    /// Reads an RSAPrivateKey of two primes (RFC 8017 §A.1.2).
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        within_limit(der)?;
        let mut fields = Reader::sequence_of(der)?;
        if !fields.integer()?.is_empty() {
            return Err(KeyError::Der); // version 1 has more than two primes
        }
        let (modulus, exponent, _d) = (fields.integer()?, fields.integer()?, fields.integer()?);
        let primes = [fields.integer()?, fields.integer()?];
        let [_dp, _dq, _qi] = [fields.integer()?, fields.integer()?, fields.integer()?];
        fields.end()?;
        Self::rsa(modulus, exponent, primes, der)
    }

    /// Reads an ECPrivateKey (RFC 5915 §3) that names its curve.
    pub(super) fn from_sec1(der: &[u8]) -> Result<Self, KeyError> {
        Self::sec1(der, None, None)
    }

    /// An RSA key whose RSAPrivateKey is `der`.
    pub(super) fn rsa(
        modulus: &[u8],
        exponent: &[u8],
        primes: [&[u8]; 2],
        der: &[u8],
    ) -> Result<Self, KeyError> {
        rsa::check_private(modulus, exponent, primes)?;
        let public = PublicKey::rsa(modulus, exponent, rsa::MIN_BITS)?;
        let signer = Signer::rsa(der, der::without_leading_zeros(modulus).len())?;
        // ring compares neither dP nor dQ with the rest, but it checks what it signs.
        signer.sign(Algorithm::Rs256, b"trial").map_err(|_| KeyError::PrivateKey)?;
        Ok(Self { signer, public })
    }

    /// A key on a NIST curve.
    pub(super) fn ec(curve: Curve, scalar: &[u8], point: &[u8]) -> Result<Self, KeyError> {
        let public = PublicKey::ec(curve, point)?;
        if scalar.len() != curve.coordinate_bytes() {
            return Err(KeyError::PrivateKey); // RFC 5915 §3, RFC 7518 §6.2.2.1
        }
        Ok(Self { signer: Signer::ec(curve, scalar, point)?, public })
    }

    /// An Ed25519 key (RFC 8410 §7).
    pub(super) fn ed25519(seed: &[u8], point: Option<&[u8]>) -> Result<Self, KeyError> {
        let (signer, point) = Signer::ed25519(seed, point)?;
        let public = PublicKey::ed25519(&point)?;
        Ok(Self { signer, public })
    }

    fn sec1(
        der: &[u8],
        outer_curve: Option<Curve>,
        outer_point: Option<&[u8]>,
    ) -> Result<Self, KeyError> {
        within_limit(der)?;
        let mut fields = Reader::sequence_of(der)?;
        if fields.integer()? != [1] {
            return Err(KeyError::Der);
        }
        let scalar = fields.take(der::OCTET_STRING)?;
        let inner_curve = fields.optional(SEC1_PARAMETERS)?.map(curve_alone).transpose()?;
        let inner_point = fields.optional(SEC1_PUBLIC_KEY)?.map(bits_alone).transpose()?;
        fields.end()?;
        let curve = agreed(outer_curve, inner_curve)?.ok_or(KeyError::UnknownCurve)?;
        let point = agreed(outer_point, inner_point)?.ok_or(KeyError::PublicKeyMissing)?;
        Self::ec(curve, scalar, point)
    }
}

/// What two places say that must not contradict each other.
fn agreed<T: PartialEq>(outer: Option<T>, inner: Option<T>) -> Result<Option<T>, KeyError> {
    match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => Err(KeyError::PrivateKey),
        (outer, inner) => Ok(outer.or(inner)),
    }
}

fn curve_alone(parameters: &[u8]) -> Result<Curve, KeyError> {
    let mut fields = Reader::new(parameters);
    let curve = named_curve(&mut fields)?;
    fields.end()?;
    Ok(curve)
}

fn bits_alone(public_key: &[u8]) -> Result<&[u8], KeyError> {
    let mut fields = Reader::new(public_key);
    let bytes = fields.bit_string()?;
    fields.end()?;
    Ok(bytes)
}

/// RFC 5958 §2: `[0] IMPLICIT` attributes, which nothing here depends on.
const ATTRIBUTES: u8 = 0xa0;
/// RFC 5958 §2: `[1] IMPLICIT` public key.
const PKCS8_PUBLIC_KEY: u8 = 0x81;
/// RFC 5915 §3: `[0] EXPLICIT` parameters.
const SEC1_PARAMETERS: u8 = 0xa0;
/// RFC 5915 §3: `[1] EXPLICIT` public key.
const SEC1_PUBLIC_KEY: u8 = 0xa1;

//! A public key that passed its checks, before a backend prepares it.

use super::curve::{Curve, UNCOMPRESSED, check_ed25519};
use super::der::{self, Reader};
use super::{Algorithm, KeyError, rsa, within_limit};
use crate::digest::sha256;
use crate::encoding::base64url;

/// A public key whose numbers and points were judged.
#[derive(Clone)]
pub(super) enum PublicKey {
    /// Both big-endian without leading zeros. A PSS key never serves PKCS#1 v1.5.
    Rsa {
        modulus: Box<[u8]>,
        exponent: Box<[u8]>,
        pss: bool,
    },
    /// Uncompressed.
    Ec {
        curve: Curve,
        point: Box<[u8]>,
    },
    Ed25519([u8; 32]),
}

impl PublicKey {
    pub(super) fn rsa(
        modulus: &[u8],
        exponent: &[u8],
        minimum_bits: usize,
    ) -> Result<Self, KeyError> {
        let (modulus, exponent) = rsa::check(modulus, exponent, minimum_bits)?;
        Ok(Self::Rsa { modulus: modulus.into(), exponent: exponent.into(), pss: false })
    }

    pub(super) fn ec(curve: Curve, point: &[u8]) -> Result<Self, KeyError> {
        offered(curve)?;
        curve.coordinates(point)?;
        Ok(Self::Ec { curve, point: point.into() })
    }

    pub(super) fn ed25519(point: &[u8]) -> Result<Self, KeyError> {
        let point = point.try_into().map_err(|_| KeyError::PointEncoding)?;
        check_ed25519(&point)?;
        Ok(Self::Ed25519(point))
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    pub(super) fn from_spki(der: &[u8], minimum_bits: usize) -> Result<Self, KeyError> {
        within_limit(der)?;
        let mut fields = Reader::sequence_of(der)?;
        let kind = KeyKind::read(fields.nested(der::SEQUENCE)?)?;
        let bytes = fields.bit_string()?;
        fields.end()?;
        match kind {
            KeyKind::Rsa => Self::from_pkcs1(bytes, minimum_bits),
            KeyKind::RsaPss => Self::from_pkcs1(bytes, minimum_bits).map(Self::for_pss_alone),
            KeyKind::Ec(curve) => Self::ec(curve, bytes),
            KeyKind::Ed25519 => Self::ed25519(bytes),
        }
    }

    /// Reads an RSAPublicKey (RFC 8017 §A.1.1).
    pub(super) fn from_pkcs1(der: &[u8], minimum_bits: usize) -> Result<Self, KeyError> {
        within_limit(der)?;
        let mut fields = Reader::sequence_of(der)?;
        let (modulus, exponent) = (fields.integer()?, fields.integer()?);
        fields.end()?;
        Self::rsa(modulus, exponent, minimum_bits)
    }

    /// An RSA key that its AlgorithmIdentifier keeps to PSS (RFC 4055 §1.2).
    pub(super) fn for_pss_alone(self) -> Self {
        match self {
            Self::Rsa { modulus, exponent, .. } => Self::Rsa { modulus, exponent, pss: true },
            other => other,
        }
    }

    /// The algorithms that the key can serve.
    pub(super) const fn algorithms(&self) -> &'static [Algorithm] {
        match self {
            Self::Rsa { pss: false, .. } => &RSA_ALGORITHMS,
            Self::Rsa { pss: true, .. } => &PSS_ALGORITHMS,
            Self::Ec { curve: Curve::P256, .. } => &[Algorithm::Es256],
            Self::Ec { curve: Curve::P384, .. } => &[Algorithm::Es384],
            Self::Ec { curve: Curve::P521, .. } => &[Algorithm::Es512],
            Self::Ed25519(_) => &[Algorithm::EdDsa],
        }
    }

    /// The required members of the key's JWK as RFC 7638 §3.2 orders them, without the closing brace.
    pub(super) fn jwk_members(&self) -> String {
        match self {
            Self::Rsa { modulus, exponent, .. } => {
                let (e, n) = (base64url::encode(exponent), base64url::encode(modulus));
                format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}""#)
            }
            Self::Ec { curve, point } => {
                let coordinates = point.strip_prefix(&[UNCOMPRESSED]).unwrap_or_default();
                let (x, y) = coordinates.split_at(curve.coordinate_bytes().min(coordinates.len()));
                let (x, y, crv) = (base64url::encode(x), base64url::encode(y), curve.name());
                format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}""#)
            }
            Self::Ed25519(point) => {
                let x = base64url::encode(point);
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}""#)
            }
        }
    }

    /// The SHA-256 thumbprint of RFC 7638 §3.
    pub(super) fn thumbprint(&self) -> [u8; 32] {
        sha256(&[self.jwk_members().as_bytes(), b"}"])
    }
}

/// What an AlgorithmIdentifier of a key says (RFC 5280 §4.1.1.2).
#[derive(Clone, Copy)]
pub(super) enum KeyKind {
    /// rsaEncryption.
    Rsa,
    /// id-RSASSA-PSS without parameters, which would narrow it further.
    RsaPss,
    Ec(Curve),
    Ed25519,
}

impl KeyKind {
    /// Reads the fields of an AlgorithmIdentifier; other parameters than the expected are refused.
    pub(super) fn read(mut fields: Reader<'_>) -> Result<Self, KeyError> {
        let kind = match fields.take(der::OBJECT_IDENTIFIER)? {
            RSA_ENCRYPTION => match fields.take(der::NULL)? {
                [] => Self::Rsa,
                _ => return Err(KeyError::Der),
            },
            RSASSA_PSS => Self::RsaPss,
            EC_PUBLIC_KEY => Self::Ec(named_curve(&mut fields)?),
            ED25519 => Self::Ed25519,
            _ => return Err(KeyError::UnknownKeyType),
        };
        fields.end()?;
        Ok(kind)
    }
}

/// A named curve (RFC 5480 §2.1.1); explicit parameters are how CVE-2020-0601 came about.
pub(super) fn named_curve(fields: &mut Reader<'_>) -> Result<Curve, KeyError> {
    let identifier = fields.optional(der::OBJECT_IDENTIFIER)?.ok_or(KeyError::UnknownCurve)?;
    let curve = Curve::ALL.into_iter().find(|curve| curve.object_identifier() == identifier);
    curve.ok_or(KeyError::UnknownCurve)
}

/// That the backend of this build has the curve.
fn offered(curve: Curve) -> Result<(), KeyError> {
    if curve == Curve::P521 && !super::backend::OFFERS_P521 {
        return Err(KeyError::NotOffered { algorithm: curve.algorithm() });
    }
    Ok(())
}

const RSA_ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];
const PSS_ALGORITHMS: [Algorithm; 3] = [Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];

/// 1.2.840.113549.1.1.1 (RFC 8017 §A.1).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.113549.1.1.10 (RFC 8017 §A.2.3).
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// 1.2.840.10045.2.1 (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.3.101.112 (RFC 8410 §3).
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

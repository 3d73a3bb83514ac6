//! ECDSA signatures in the two forms that they are sent in.

use super::curve::Curve;
use super::der::{Reader, sequence_of_integers};
use super::{Algorithm, KeyError};

/// The `r || s` of RFC 7518 §3.4 from the DER of RFC 3279 §2.2.3, which most HSMs and key services return.
///
/// Only the form is changed: whether the signature is good, [`VerifyingKey::verify`](super::VerifyingKey::verify) says.
///
/// ```
/// use countersign::key::{Algorithm, KeyError, ecdsa_signature_from_der};
///
/// let raw = ecdsa_signature_from_der(Algorithm::Es256, &[0x30, 6, 2, 1, 7, 2, 1, 9])?;
/// assert_eq!((raw.len(), raw[31], raw[63]), (64, 7, 9));
/// let trailing = ecdsa_signature_from_der(Algorithm::Es256, &[0x30, 6, 2, 1, 7, 2, 1, 9, 0]);
/// assert_eq!(trailing, Err(KeyError::SignatureInvalid));
/// # Ok::<(), KeyError>(())
/// ```
///
/// # Errors
/// [`KeyError::AlgorithmNotForKey`] for an algorithm that is not ECDSA, [`KeyError::SignatureInvalid`] for anything
/// but the strict DER of two numbers that fit.
pub fn ecdsa_signature_from_der(algorithm: Algorithm, der: &[u8]) -> Result<Vec<u8>, KeyError> {
    let curve = Curve::ALL.into_iter().find(|curve| curve.algorithm() == algorithm);
    let length = curve.ok_or(KeyError::AlgorithmNotForKey { algorithm })?.coordinate_bytes();
    read(der, length).map_err(|_| KeyError::SignatureInvalid)
}

/// The DER of RFC 3279 §2.2.3 from the `r || s` of RFC 7518 §3.4, for peers that leave signatures as OpenSSL makes them.
///
/// ```
/// use countersign::key::{Algorithm, ecdsa_signature_from_der, ecdsa_signature_to_der};
///
/// let raw = [[0; 31].as_slice(), &[0x80], &[0; 31], &[9]].concat();
/// let der = ecdsa_signature_to_der(&raw);
/// assert_eq!(der, [0x30, 7, 2, 2, 0, 0x80, 2, 1, 9]);
/// assert_eq!(ecdsa_signature_from_der(Algorithm::Es256, &der)?, raw);
/// # Ok::<(), countersign::key::KeyError>(())
/// ```
#[must_use]
pub fn ecdsa_signature_to_der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at_checked(raw.len().div_ceil(2)).unwrap_or_default();
    sequence_of_integers(&[r, s]).to_vec()
}

fn read(der: &[u8], length: usize) -> Result<Vec<u8>, KeyError> {
    let mut fields = Reader::sequence_of(der)?;
    let (r, s) = (fields.integer()?, fields.integer()?);
    fields.end()?;
    let mut signature = Vec::with_capacity(length.saturating_mul(2));
    for number in [r, s] {
        let zeros = length.checked_sub(number.len()).ok_or(KeyError::SignatureInvalid)?;
        signature.extend(std::iter::repeat_n(0, zeros));
        signature.extend_from_slice(number);
    }
    Ok(signature)
}

//! Which RSA public keys may be trusted.

use super::KeyError;
use super::der::without_leading_zeros;

/// Judges a public key given as big-endian numbers, and gives both without the zeros in front that
/// PayPal and Yahoo publish.
pub(super) fn check<'a>(
    modulus: &'a [u8],
    exponent: &'a [u8],
    minimum_bits: usize,
) -> Result<(&'a [u8], &'a [u8]), KeyError> {
    let (modulus, exponent) = (without_leading_zeros(modulus), without_leading_zeros(exponent));
    let found = bits(modulus);
    if found < minimum_bits {
        return Err(KeyError::RsaTooShort { minimum: minimum_bits, found });
    }
    if found > MAX_BITS {
        return Err(KeyError::RsaTooLong { maximum: MAX_BITS, found });
    }
    if modulus.last().is_none_or(|last| last & 1 == 0) {
        return Err(KeyError::RsaModulusEven);
    }
    let value = exponent_value(exponent).ok_or(KeyError::RsaExponent)?;
    if value & 1 == 0 || !(3..1 << 33).contains(&value) {
        return Err(KeyError::RsaExponent);
    }
    if has_roca_fingerprint(modulus) {
        return Err(KeyError::RsaRoca);
    }
    Ok((modulus, exponent))
}

/// Judges what of a private key needs no secret arithmetic. Both backends must take the same keys, so these are
/// the limits of ring, the stricter one.
pub(super) fn check_private(
    modulus: &[u8],
    exponent: &[u8],
    primes: [&[u8]; 2],
) -> Result<(), KeyError> {
    let (modulus, exponent) = check(modulus, exponent, MIN_BITS)?;
    let found = bits(modulus);
    if found > MAX_PRIVATE_BITS {
        return Err(KeyError::RsaTooLong { maximum: MAX_PRIVATE_BITS, found });
    }
    if exponent_value(exponent).is_none_or(|value| value < MIN_PRIVATE_EXPONENT) {
        return Err(KeyError::RsaExponent);
    }
    let halves = primes.map(|prime| bits(without_leading_zeros(prime)).saturating_mul(2));
    let even = found.is_multiple_of(PRIME_STEP_BITS.saturating_mul(2));
    if even && halves == [found; 2] { Ok(()) } else { Err(KeyError::RsaPrimes) }
}

/// The value of an exponent of at most eight bytes.
fn exponent_value(exponent: &[u8]) -> Option<u64> {
    (exponent.len() <= 8).then(|| big_endian(exponent))
}

/// The number that at most eight bytes spell.
fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// The length of a big-endian number without leading zeros, in bits.
pub(super) fn bits(number: &[u8]) -> usize {
    let spare = number.first().map_or(0, |first| first.leading_zeros());
    let spare = usize::try_from(spare).unwrap_or(0);
    number.len().saturating_mul(8).saturating_sub(spare)
}

/// Nemec et al., The Return of Coppersmith's Attack (CCS 2017): the generator's moduli are powers of
/// 65537 modulo each of these primes; a random modulus is so about once in 2^27.
fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    ROCA_PRIMES.iter().all(|prime| is_power_of_65537(remainder(modulus, *prime), *prime))
}

fn remainder(number: &[u8], divisor: u64) -> u64 {
    let words = number.rchunks(4).rev().map(big_endian);
    words.fold(0, |rest, word| (rest << 32 | word).checked_rem(divisor).unwrap_or(0))
}

fn is_power_of_65537(value: u64, prime: u64) -> bool {
    let next = |power: &u64| power.wrapping_mul(65_537).checked_rem(prime);
    let back_to_one = |power: &u64| *power != 1;
    let mut powers = std::iter::successors(next(&1), next).take_while(back_to_one);
    value == 1 || powers.any(|power| power == value)
}

/// RFC 7518 §3.3.
pub(super) const MIN_BITS: usize = 2048;
/// What the backends verify with; each doubling makes a verification take four times as long.
const MAX_BITS: usize = 8192;
/// The least that a `dangerous_` door lets through: what old published examples use.
pub(super) const DANGEROUS_MIN_BITS: usize = 1024;
/// The most that ring signs with.
const MAX_PRIVATE_BITS: usize = 4096;
/// The least exponent that ring signs with (FIPS 186-5 §A.1.1: e > 2^16).
const MIN_PRIVATE_EXPONENT: u64 = 65_537;
/// The primes that ring signs with have a multiple of these bits.
const PRIME_STEP_BITS: usize = 512;

/// The odd primes up to 167; those that most moduli fail by come first.
const ROCA_PRIMES: [u64; 38] = [
    97, 37, 79, 11, 3, 5, 7, 13, 17, 19, 23, 29, 31, 41, 43, 47, 53, 59, 61, 67, 71, 73, 83, 89,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

//! Secrets: wiped when dropped, never shown, compared in constant time by one function, rotated in named sets.

mod set;

pub(crate) use set::check_names;
pub use set::{NamedSecret, SecretSet, SecretSetBuilder};

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Whether `left` and `right` are the same bytes, in time that depends on their lengths alone.
///
/// Every comparison of a MAC, digest or token with a secret in it goes through here. The guarantee is
/// the `subtle` crate's best effort, not a measurement of your machine.
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    let (left_words, left) = left.as_chunks::<8>();
    let (right_words, right) = right.as_chunks::<8>();
    if left_words.len() != right_words.len() {
        return false;
    }
    // Eight bytes at once: `subtle` hides every single result from the compiler, which takes its time.
    let words = left_words.iter().zip(right_words);
    let words =
        words.map(|(left, right)| u64::from_ne_bytes(*left).ct_eq(&u64::from_ne_bytes(*right)));
    words.fold(left.ct_eq(right), |all, word| all & word).into()
}

/// A shared secret of at least [`Secret::MIN_BYTES`] bytes.
///
/// `Debug` shows nothing of it, there is no `PartialEq`, and its memory is wiped on drop.
///
/// ```
/// use countersign::secret::{Secret, SecretError};
///
/// let secret = Secret::new("0123456789abcdef0123456789abcdef")?;
/// assert_eq!(format!("{secret:?}"), "Secret(redacted)");
/// assert_eq!(Secret::new("hunter2").unwrap_err(), SecretError::TooShort { minimum: 16, found: 7 });
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The least length of a secret, in bytes: 128 bits, below which guessing offline is within reach.
    pub const MIN_BYTES: usize = 16;

    /// Takes a secret of at least [`Secret::MIN_BYTES`].
    ///
    /// # Errors
    /// [`SecretError::Empty`] and [`SecretError::TooShort`].
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let secret = Self::dangerous_short(bytes)?;
        match secret.0.len() {
            found if found < Self::MIN_BYTES => {
                Err(SecretError::TooShort { minimum: Self::MIN_BYTES, found })
            }
            _ => Ok(secret),
        }
    }

    /// Takes a secret of any length but zero: for partners who issue short ones, and published vectors.
    ///
    /// # Errors
    /// [`SecretError::Empty`].
    pub fn dangerous_short(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() { Err(SecretError::Empty) } else { Ok(Self(bytes)) }
    }

    /// The secret itself. Whoever calls this answers for where the bytes go.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Why a secret was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There are no bytes: anyone could sign.
    #[error("the secret is empty")]
    Empty,
    /// Guessing it offline is within reach.
    #[error("expected a secret of at least {minimum} bytes, found {found}")]
    TooShort {
        /// The least length, in bytes.
        minimum: usize,
        /// The length found, in bytes.
        found: usize,
    },
    /// A set without a secret would refuse everything, or pass it.
    #[error("no secret")]
    NoSecret,
    /// Each secret of a set is one more computation that a forger can ask for.
    #[error("expected at most {limit} secrets")]
    TooMany {
        /// The most secrets of one set.
        limit: usize,
    },
    /// A secret of a set without a name: evidence could not say which one it was.
    #[error("a secret without a name")]
    NameEmpty,
    /// Two secrets of a set under one name.
    #[error("two secrets under one name")]
    NameRepeated,
    /// A secret of a set is the end of another one, or the same.
    #[error("a secret that another one ends with")]
    SuffixOfAnother,
}

impl SecretError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "secret.empty",
            Self::TooShort { .. } => "secret.too_short",
            Self::NoSecret => "secret.no_secret",
            Self::TooMany { .. } => "secret.too_many",
            Self::NameEmpty => "secret.name_empty",
            Self::NameRepeated => "secret.name_repeated",
            Self::SuffixOfAnother => "secret.suffix_of_another",
        }
    }

    /// What a host branches on: a secret is always the host's own configuration.
    #[must_use]
    pub const fn class(&self) -> crate::class::Class {
        crate::class::Class::Misconfigured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_agrees_with_equality() {
        assert!(constant_time_eq(b"", b""));
        assert!(constant_time_eq(b"abc", b"abc"));
        assert!(!constant_time_eq(b"abc", b"abd"));
        assert!(!constant_time_eq(b"abc", b"ab"));
        let tag = [7; 20];
        assert!(constant_time_eq(&tag, &[7; 20]));
        for place in 0..20 {
            let mut other = tag;
            other[place] ^= 0x80;
            assert!(!constant_time_eq(&tag, &other), "{place}");
            assert!(!constant_time_eq(&tag, &tag[..place]), "{place}");
            assert!(!constant_time_eq(&tag[..place], &tag), "{place}");
        }
    }

    #[test]
    fn empty_secret_is_refused_even_through_the_dangerous_door() {
        assert_eq!(Secret::dangerous_short("").unwrap_err(), SecretError::Empty);
        assert_eq!(Secret::dangerous_short("x").unwrap().expose(), b"x");
    }
}

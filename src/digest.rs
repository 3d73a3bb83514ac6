//! Digests that are not part of a signature: bodies, thumbprints, replay keys, fingerprints.

mod body;
mod listing;

pub use body::{BodyDigests, BodyHasher};
pub(crate) use listing::Listing;

use sha2::Digest as _;

/// SHA-256 (FIPS 180-4) of `parts`, one after the other.
///
/// The cuts between parts leave no trace; where they must, use [`fingerprint`].
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finish()
}

/// SHA-512 (FIPS 180-4) of `parts`, one after the other.
#[must_use]
pub fn sha512(parts: &[&[u8]]) -> [u8; 64] {
    let mut hasher = Sha512::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finish()
}

/// A SHA-256 over `domain` and `parts` in which no two different lists collide: each is preceded by its
/// length as eight big-endian bytes.
///
/// Replay keys and policy fingerprints are made with it, so that `("a", "bc")` is never `("ab", "c")`.
///
/// ```
/// use countersign::digest::fingerprint;
///
/// assert_ne!(fingerprint("example", &[b"a", b"bc"]), fingerprint("example", &[b"ab", b"c"]));
/// assert_ne!(fingerprint("example", &[b"a"]), fingerprint("other", &[b"a"]));
/// ```
#[must_use]
pub fn fingerprint(domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        hasher.update(&length.to_be_bytes());
        hasher.update(bytes);
    };
    add(domain.as_bytes());
    parts.iter().for_each(|part| add(part));
    hasher.finish()
}

macro_rules! hasher {
    ($(#[$doc:meta])* $name:ident, $inner:ty, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name($inner);

        impl $name {
            /// A hasher that has seen nothing yet.
            #[must_use]
            pub fn new() -> Self {
                Self(<$inner>::new())
            }

            /// Takes the next `bytes`.
            pub fn update(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }

            /// The digest of all that was taken.
            #[must_use]
            pub fn finish(self) -> [u8; $bytes] {
                self.0.finalize().into()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                // The state may have seen a secret.
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

hasher! {
    /// SHA-256 (FIPS 180-4), fed piece by piece.
    Sha256, sha2::Sha256, 32
}
hasher! {
    /// SHA-512 (FIPS 180-4), fed piece by piece.
    Sha512, sha2::Sha512, 64
}
hasher! {
    /// MD5 (RFC 1321), fed piece by piece: only for the recipe of document `003`; collisions are easy.
    Md5, md5::Md5, 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::hex;

    #[test]
    fn digests_give_the_published_values_of_abc() {
        // FIPS 180-4 examples; RFC 1321 A.5.
        let sha256_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(sha256(&[b"a", b"bc"])), sha256_abc);
        assert!(hex::encode(sha512(&[b"abc"])).starts_with("ddaf35a193617abacc417349ae204131"));
        let mut md5 = Md5::new();
        md5.update(b"abc");
        assert_eq!(hex::encode(md5.finish()), "900150983cd24fb0d6963f7d28e17f72");
    }
}

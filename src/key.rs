//! Keys, signatures and MACs: the only room that names a signature backend.
//!
//! A [`VerifyingKey`] is parsed, judged and prepared once, then cheap to clone and to verify with. **The key decides
//! the algorithm**: its type, its curve, its `alg` and its pin say which ones it serves, a policy allows one of them,
//! and a message can only confirm it. What is wrong with a key is found at import, with a typed reason, so that
//! later a failure can only mean a bad signature.
//!
//! ```
//! use countersign::key::{Algorithm, KeyError, VerifyingKey};
//!
//! let key = VerifyingKey::from_jwk(
//!     br#"{"kty":"EC","crv":"P-256","kid":"2025-01","use":"sig",
//!          "x":"qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
//!          "y":"Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"}"#, // the key of RFC 9421 B.1.3
//! )?;
//! assert_eq!(key.algorithms(), [Algorithm::Es256]);
//!
//! // RS/HS confusion: a token that says HS256 cannot make an HMAC key of it.
//! let confused = key.verify(Algorithm::Hs256, b"header.claims", &[0; 32]);
//! assert_eq!(confused, Err(KeyError::AlgorithmNotForKey { algorithm: Algorithm::Hs256 }));
//! assert_eq!(key.verify(Algorithm::Es256, b"header.claims", &[0; 64]), Err(KeyError::SignatureInvalid));
//! # Ok::<(), KeyError>(())
//! ```
//!
//! # What is read
//! | | public | private |
//! |---|---|---|
//! | JWK (RFC 7517) | RSA, EC, OKP with Ed25519 | the same, RSA with all five CRT members |
//! | PEM (RFC 7468) | `PUBLIC KEY`, `RSA PUBLIC KEY` | `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY` |
//! | DER | SubjectPublicKeyInfo, PKCS#1 | PKCS#8 version 1 and 2, PKCS#1, SEC1 |
//! | bytes | HMAC: [`Secret`](crate::secret::Secret) | the same |
//!
//! # What is refused at import
//! RSA below 2048 or above 8192 true bits, an even modulus, an exponent that is even, below 3 or above 33 bits, moduli
//! of the ROCA generator; points off the curve, at infinity, compressed, of the wrong length or not canonical;
//! Ed25519 points of low order; HMAC secrets shorter than the hash, and those that are the text of a public key; JWKs
//! meant for something else (`use`, `key_ops`, `alg`), with private members, or symmetric where a public key is due.
//!
//! # Backends
//! `ring`, or with the feature `aws-lc-rs` that one, with public keys parsed once. Both accept the same, except that
//! P-521 (ES512) needs `aws-lc-rs`. Randomness comes from the operating system, and only for signing.
//!
//! # Incomplete support
//! No certificates, no encrypted private keys, no RSA of more than two primes, no RSA-PSS parameters in a key, no explicit
//! curve parameters, no Ed448, secp256k1 or ML-DSA. RSA signs with 2048, 3072 or 4096 bits, primes of half that length and an exponent of 65537 or more. DER,
//! PEM and JWK buffers with private parts are wiped; the backend's own copy of a private key is its own affair, and
//! `ring` does not wipe it.

mod algorithm;
mod backend;
mod curve;
mod der;
mod ecdsa;
mod error;
mod field;
mod jwk;
mod mac;
mod owned;
mod pem;
mod private;
mod public;
mod rsa;
mod secret_text;
mod signing;
mod verifying;

pub use algorithm::Algorithm;
pub use ecdsa::{ecdsa_signature_from_der, ecdsa_signature_to_der};
pub use error::KeyError;
pub use mac::{MacAlgorithm, MacContext, MacKey, MacTag};
pub use owned::{OwnedKeys, Owner};
pub use signing::SigningKey;
pub use verifying::VerifyingKey;

/// An RSA private key of 4096 bits takes 3.3 KiB of PEM, a JWK with a chain of certificates some 8 KiB.
const MAX_KEY_BYTES: usize = 16 * 1024;

fn within_limit(bytes: &[u8]) -> Result<(), KeyError> {
    let (maximum, found) = (MAX_KEY_BYTES, bytes.len());
    if found > maximum { Err(KeyError::TooLarge { maximum, found }) } else { Ok(()) }
}

/// Whether this can be a key's id. They travel in every token and every log line, so they are visible ASCII
/// and no longer than a SHA-512 in hex, which is the longest that issuers were seen to use.
pub(crate) fn is_key_id(text: &str) -> bool {
    (1..=MAX_KEY_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

const MAX_KEY_ID_BYTES: usize = 128;

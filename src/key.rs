//! Keys, signatures and MACs.

mod algorithm;
mod backend;
mod curve;
mod der;
mod ecdsa;
mod error;
mod field;
mod jwk;
mod mac;
mod pem;
mod private;
mod public;
mod rsa;
mod secret_text;
mod signing;
mod verifying;

pub use algorithm::Algorithm;
pub use ecdsa::ecdsa_signature_from_der;
pub use error::KeyError;
pub use mac::{MacAlgorithm, MacContext, MacKey, MacTag};
pub use signing::SigningKey;
pub use verifying::VerifyingKey;

/// An RSA private key of 4096 bits takes 3.3 KiB of PEM, a JWK with a chain of certificates some 8 KiB.
const MAX_KEY_BYTES: usize = 16 * 1024;

fn within_limit(bytes: &[u8]) -> Result<(), KeyError> {
    let (maximum, found) = (MAX_KEY_BYTES, bytes.len());
    if found > maximum { Err(KeyError::TooLarge { maximum, found }) } else { Ok(()) }
}

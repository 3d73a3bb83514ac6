//! JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515), by the advice of RFC 8725.
//!
//! [`UnverifiedToken::parse`] checks the form and shows the `kid`; the host finds keys in its own way;
//! [`UnverifiedToken::verify`] checks everything else against a [`Policy`] and gives `Verified<T>`, or one typed
//! reason. [`explain()`] gives all of them, for a support desk. [`TokenSigner`] makes tokens.
//!
//! ```
//! use countersign::jwt::{JwtError, Policy, TokenSigner, UnverifiedToken};
//! use countersign::key::{Algorithm, SigningKey, VerifyingKey};
//! use countersign::{secret::Secret, time::UnixTime, verified::Verified};
//! use std::time::Duration;
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct MyClaims<'a> { iss: &'a str, aud: &'a str, sub: &'a str, iat: i64, exp: i64 }
//!
//! let secret = Secret::new("an example secret of 32+ bytes is long enough")?;
//! let issuer = TokenSigner::new(SigningKey::hmac(Algorithm::Hs256, &secret)?, Algorithm::Hs256)?;
//! let claims = MyClaims { iss: "https://id.example.com", aud: "orders", sub: "u1", iat: 1_000, exp: 1_300 };
//! let bearer = issuer.sign(&claims)?;
//!
//! let keys = [VerifyingKey::hmac(Algorithm::Hs256, &secret)?];
//! let policy = Policy::builder("https://id.example.com", "orders", [Algorithm::Hs256])
//!     .max_lifetime(Duration::from_secs(300))
//!     .build()?;
//! let token = UnverifiedToken::parse(&bearer)?;
//! let now = UnixTime::from_secs(1_100);
//! let claims: Verified<MyClaims<'_>> = token.verify(&keys, &policy, now)?;
//! assert_eq!(claims.sub, "u1");
//!
//! let later = UnixTime::from_secs(1_300);
//! let refused = token.verify::<MyClaims<'_>, _>(&keys, &policy, later).unwrap_err();
//! assert_eq!(refused, JwtError::Expired { expired_at: later, now: later });
//! assert_eq!(refused.code(), "jwt.expired");
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # Incomplete support
//! Compact JWS only. The JSON serialisations (RFC 7515 §7.2), encrypted tokens (RFC 7516), nested tokens and
//! unencoded payloads (RFC 7797) are each refused with a code of their own; no `crit` extension is known.
//! Keys in the header (`jwk`, `jku`, `x5u`) are refused, certificates in it (`x5c`, `x5t`) are never read.

mod checks;
mod claims;
mod error;
pub mod explain;
mod header;
mod lint;
mod policy;
pub(crate) mod scope;
mod signer;
mod token;
mod verify;

pub use crate::guard::{Reusable, SingleUse, Use};
pub use claims::{Audience, Claims};
pub use error::JwtError;
pub use explain::explain;
pub use lint::{Lint, PolicyError, PolicyProblem};
pub use policy::{Policy, PolicyBuilder, TokenType};
pub use signer::{RemoteSigner, SigningRequest, TokenSigner};
pub use token::{TokenLimits, UnverifiedToken};

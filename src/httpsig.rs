//! Signed HTTP messages, verified and made: RFC 9421, and draft-cavage-http-signatures 07 to 12 before it.
//!
//! [`Signatures::parse`] reads a [`Request`] or [`Response`] and shows nothing that is trusted; [`Signatures::select`] finds
//! the signature that a [`Policy`] is about and shows its key id; the host finds keys in its own way;
//! [`Selected::verify_head`] checks everything but the body and gives [`NeedsBody`], which gives
//! `Verified<SignedMessage>` for the body and for nothing less. [`explain()`] shows the signature base and all that is wrong.
//! [`MessageSigner`] signs by the very policy that the other side verifies with.
//!
//! ```
//! use countersign::headers::Headers;
//! use countersign::httpsig::{DigestField, HttpSigError, MessageSigner, Policy, Request, Scheme, Signatures};
//! use countersign::key::SigningKey;
//! use countersign::time::UnixTime;
//!
//! // The profile that document 000 links to; RFC 9421 reads the same.
//! let policy = Policy::builder(Scheme::Cavage07, ["(request-target)", "host", "date", "digest"]).build()?;
//!
//! // The app signs.
//! let body = b"two photographs";
//! let digest = DigestField::Digest.value(body);
//! let mut fields = vec![
//!     ("Host", &b"backend.example"[..]),
//!     ("Date", b"Tue, 20 Apr 2021 02:07:53 GMT"),
//!     ("Digest", digest.as_bytes()),
//! ];
//! let now = UnixTime::from_secs(1_618_884_480);
//! let app_key = SigningKey::from_pem(include_str!("../tests/keys/ed25519.pem"))?.with_id("app-1");
//! let partner_key = app_key.verifying_key();
//! let signer = MessageSigner::new(app_key, &policy)?;
//! let signature = signer.sign(Request::new("POST", "/ekyc", Headers::new(&fields)), now)?;
//! fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));
//!
//! // The backend verifies.
//! let message = Request::new("POST", "/ekyc", Headers::new(&fields));
//! let head = Signatures::parse(&message)?.select(&policy)?.verify_head(&partner_key, &policy, now)?;
//! let signed = head.with_body(body)?; // or `.stream()`, fed chunk by chunk
//! assert_eq!(signed.get("(request-target)"), Some("post /ekyc"));
//!
//! let head = Signatures::parse(&message)?.select(&policy)?.verify_head(&partner_key, &policy, now)?;
//! assert_eq!(head.with_body(b"other photographs").unwrap_err(), HttpSigError::DigestMismatch);
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # Stricter than the specifications
//! - What two readers could read differently is refused: labels, parameters and members that come twice, `Host` lines
//!   that do, query parameters that do, base64 in another spelling, a percent sign that starts no escape.
//! - A signature must sign a moment: `created`, or a date that it covers. There is no policy without.
//! - Each line of `Signature-Input` and `Signature` is a Dictionary of its own; a member cut in two by a line break is
//!   refused.
//! - Of the drafts, `headers=""` is refused, and a header that is listed must be there; see [`Dialect`].
//! - An `alg` or `algorithm` only confirms what key and policy say.
//!
//! # Incomplete support
//! - No RSASSA-PSS with another salt than 64 bytes (RFC 9421 §3.3.1), which some JavaScript signs with; no ECDSA on P-256
//!   with SHA-512, which draft-12 has for `hs2019`; no `rsa-sha1`: the backends do not offer the first two, and the third
//!   is broken.
//! - Of the gateways, the forms of `Authorization` that Kong and APISIX write today, not `hmac-auth-v1#`.

mod accept;
mod algorithm;
mod authority;
mod base;
mod body;
mod canonical;
mod cavage;
mod component;
mod coverage;
mod digest_fields;
mod encoded;
mod error;
pub mod explain;
mod field_types;
mod lint;
mod message;
mod params;
mod policy;
mod rfc9421;
mod scheme;
mod sign;
mod signatures;
mod signed;
mod target;
mod text;
mod values;
mod verify;

pub use accept::WantedSignature;
pub use base::SignatureBase;
pub use body::{BodyStream, NeedsBody};
pub use digest_fields::DigestField;
pub use error::{ComponentFault, HttpSigError, Stage};
pub use explain::explain;
pub use field_types::FieldType;
pub use lint::{Lint, PolicyError, PolicyProblem};
pub use message::{Message, Origin, Request, Response};
pub use policy::{Policy, PolicyBuilder};
pub use scheme::{Carrier, Dialect, EcdsaForm, Scheme};
pub use sign::{MessageSigner, RemoteSigner, SignatureFields, SigningOptions, SigningRequest};
pub use signatures::{Selected, Signatures};
pub use signed::{SignedBy, SignedMessage};

/// The most bytes of one field with signatures: what common servers take for one.
const MAX_FIELD_BYTES: usize = 8 * 1024;

/// The most signatures of one message: a client, a few proxies, and two algorithms each while one replaces the other.
const MAX_SIGNATURES: usize = 8;

/// The most components of one signature; the examples of the RFC have ten.
const MAX_COMPONENTS: usize = 64;

/// The most parameters of a signature or a component; the RFC defines six.
const MAX_PARAMETERS: usize = 16;

/// The most keys tried for one signature: rotation needs two.
const MAX_KEYS_TRIED: usize = 4;

/// The most signatures verified for one message, keys and signatures together: each costs what an unauthenticated sender
/// can ask for.
const MAX_TRIES: usize = 8;

/// The most bytes of a body where the policy does not say: a dozen photographs.
const MAX_BODY_BYTES: u64 = 32 * 1024 * 1024;

//! Document `000`: eKYC with VNPT BioID, every message between app, backend and service signed.
//!
//! The document names two models, which are types here: [`BackendToBackend`], where the app sends its photographs to the
//! customer's backend, and [`FrontendToBackend`], where the app calls the service itself and **hands its result on**. A
//! [`VnptBioId`] is one party's side of one model: which [legs](Leg) there are, what a signature on each must cover, and
//! whose keys may make it.
//!
//! A key belongs to one [`Role`]. What it signed comes out as a [`MessageFrom`] of that role, so that the app's word is never
//! taken for the service's:
//!
//! ```compile_fail,E0308
//! use countersign::partner::vnpt_bioid::{App, BioId, MessageFrom};
//! use countersign::verified::Verified;
//! fn decide(result: &Verified<MessageFrom<'_, BioId>>) {}
//! fn take_the_apps_word(message: &Verified<MessageFrom<'_, App>>) {
//!     decide(message);
//! }
//! ```
//! The service's own word is taken:
//! ```
//! use countersign::partner::vnpt_bioid::{BioId, MessageFrom};
//! use countersign::verified::Verified;
//! fn decide(result: &Verified<MessageFrom<'_, BioId>>) {}
//! fn take_the_services_word(message: &Verified<MessageFrom<'_, BioId>>) {
//!     decide(message);
//! }
//! ```
//!
//! # Examples
//! ```
//! use countersign::guard::MemoryStore;
//! use countersign::headers::Headers;
//! use countersign::httpsig::{DigestField, Request, Signatures};
//! use countersign::key::SigningKey;
//! use countersign::partner::vnpt_bioid::{App, BackendToBackend, CustomerBackend, Profile, Role, VnptBioId};
//! use countersign::time::UnixTime;
//!
//! let app_key = SigningKey::from_pem(include_str!("../../tests/keys/ed25519.pem"))?.with_id("app-1");
//! let backend_key = SigningKey::from_pem(include_str!("../../tests/keys/p256.pem"))?.with_id("backend-1");
//! let now = UnixTime::from_secs(1_735_180_700);
//!
//! // The app signs its photographs.
//! let app = VnptBioId::<BackendToBackend>::builder(Role::App, Profile::RFC_9421)
//!     .key(Role::CustomerBackend, backend_key.verifying_key())
//!     .build()?;
//! let photographs = b"a portrait and both sides of a card";
//! let digest = DigestField::ContentDigest.value(photographs);
//! let mut fields = vec![
//!     ("host", &b"backend.example.vn"[..]),
//!     ("content-digest", digest.as_bytes()),
//!     ("x-request-id", b"7f3c"),
//! ];
//! let signer = app.request_signer::<CustomerBackend>(app_key.clone())?;
//! let signature = signer.sign(Request::new("POST", "/ekyc", Headers::new(&fields)), now)?;
//! fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));
//!
//! // The backend verifies them, once.
//! let backend = VnptBioId::<BackendToBackend>::builder(Role::CustomerBackend, Profile::RFC_9421)
//!     .key(Role::App, app_key.verifying_key())
//!     .build()?;
//! let store = MemoryStore::new(8, now);
//! let signatures = Signatures::parse(Request::new("POST", "/ekyc", Headers::new(&fields)))?;
//! let request = backend.request_from::<App>(&signatures)?;
//! let keys = backend.keys::<App>(request.key_id(), now)?; // or the keys of an enrolled device
//! let pending = request.verify_head(&keys, now)?.with_body(photographs)?; // or `.stream()`, piece by piece
//! let answer = store.apply(pending.step(), now);
//! let upload = pending.finish(answer, now)?;
//! assert_eq!((upload.sender(), upload.get("x-request-id")), (Role::App, Some("7f3c")));
//!
//! // Whoever signs as somebody else is refused.
//! let refused = backend.keys::<CustomerBackend>(Some("app-1"), now).unwrap_err();
//! assert_eq!(refused.code(), "vnpt_bioid.wrong_role");
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! # What the document leaves open, and what is done
//! - **The service's header dialect is not public.** The document links draft-cavage-http-signatures-07 and says no more:
//!   [`Profile`] is data, and [`Profile::CAVAGE_07`] is what the linked draft says with what safety asks for beside it.
//!   Get one captured request before you rely on it.
//! - It names two legs in model 1 and all in model 2 (S0-C1): the leg to the service is signed in both, unless the host
//!   [says](VnptBioIdBuilder::mutual_tls_to_service) that it is mutual TLS.
//! - What `ConsumerKey` and `ConsumerSecret` are for is not said (S0-5). That they are an HMAC key is our reading, asked for
//!   by [`VnptBioIdBuilder::consumer`], and refused to an app, out of which anyone can take it.
//! - A result that comes through the app has no format for the service's signature (S0-7): see [`Relayed`].
//! - The drafts tie no answer to its request, and no two requests apart: each request has an id in a field of its own, which
//!   is signed, and its answer the same one ([`Profile::with_request_id_field`]).
//! - The drafts sign no status. With [`Profile::CAVAGE_07`], decide by the body.

mod answers;
mod builder;
mod error;
mod keys;
mod model;
mod profile;
mod received;
mod relayed;

pub use answers::ANSWERS;
pub use builder::{BioIdProblem, ConfigError, VnptBioIdBuilder};
pub use error::BioIdError;
pub use keys::{Credentials, Keys};
pub use model::{
    App, BackendToBackend, BioId, CustomerBackend, Duty, FrontendToBackend, Leg, LegKind, Model,
    Party, Role,
};
pub use profile::Profile;
pub use received::{BodyFrom, HeadFrom, MessageFrom, Received};
pub use relayed::Relayed;

use std::marker::PhantomData;

use crate::guard::{Reusable, SingleUse};
use crate::httpsig::{MessageSigner, Policy, Signatures};
use crate::key::{SigningKey, VerifyingKey};
use crate::time::UnixTime;

use builder::Policies;
use keys::KnownKeys;

/// One party's side of the integration, in one of the document's two models. Built once, shared by all requests.
#[derive(Debug)]
pub struct VnptBioId<M: Model> {
    role: Role,
    profile: Profile,
    known: KnownKeys,
    policies: Policies,
    has_consumer: bool,
    mutual_tls: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> VnptBioId<M> {
    /// Starts the configuration of the party that has this role.
    pub fn builder(role: Role, profile: Profile) -> VnptBioIdBuilder<M> {
        VnptBioIdBuilder::new(role, profile)
    }

    /// Whose side this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whether messages on this leg must be signed: all, but for those that mutual TLS was declared for.
    #[must_use]
    pub fn must_sign(&self, leg: &Leg) -> bool {
        !(self.mutual_tls && leg.duty() == Duty::UnlessMutualTls)
    }

    /// What a request of `S` to this party must be: to explain a refusal, or to ask for a signature.
    ///
    /// # Errors
    /// [`BioIdError::NoSuchLeg`].
    pub fn request_policy<S: Party>(&self) -> Result<&Policy<SingleUse>, BioIdError> {
        let secret = self.on_leg(S::ROLE, self.role, LegKind::Request)?;
        Ok(self.policies.request(secret))
    }

    /// What an answer of `S` to this party must be.
    ///
    /// # Errors
    /// [`BioIdError::NoSuchLeg`].
    pub fn answer_policy<S: Party>(&self) -> Result<&Policy<Reusable>, BioIdError> {
        let secret = self.on_leg(S::ROLE, self.role, LegKind::Answer)?;
        Ok(self.policies.answer(secret))
    }

    /// The request of `S` to this party that was received. Each is accepted once.
    ///
    /// # Security
    /// A party has one key for all whom it asks, and in model 2 an app asks the service and the backend: what tells its
    /// requests apart is the host they are signed for. Take the message as
    /// [`seen_at`](crate::httpsig::Request::seen_at) your own, or what was signed for the other passes here.
    ///
    /// # Errors
    /// [`BioIdError::NoSuchLeg`]; [`BioIdError::HttpSig`] where the message has no signature in the profile's scheme.
    pub fn request_from<'s, 'm, S: Party>(
        &'s self,
        signatures: &'s Signatures<'m>,
    ) -> Result<Received<'s, 'm, S, SingleUse>, BioIdError> {
        Received::new(signatures, self.request_policy::<S>()?, None)
    }

    /// The answer of `S` to the request that this party sent under `request_id`.
    ///
    /// The message must be a [`Response`](crate::httpsig::Response) that is
    /// [`answering`](crate::httpsig::Response::answering) the request that was sent.
    ///
    /// # Security
    /// In the drafts the id is all that ties an answer to its request, and whoever may ask the service has answers signed
    /// under any id. Make each up at random, and send it to nobody but whom you ask.
    ///
    /// # Errors
    /// As [`request_from`](Self::request_from).
    pub fn answer_from<'s, 'm, S: Party>(
        &'s self,
        signatures: &'s Signatures<'m>,
        request_id: &'s str,
    ) -> Result<Received<'s, 'm, S, Reusable>, BioIdError> {
        let expected = self.profile.expected(request_id);
        Received::new(signatures, self.answer_policy::<S>()?, expected)
    }

    /// The keys of this id, which must be keys of `S`.
    ///
    /// # Errors
    /// [`BioIdError::WrongRole`] for the id of another party's key, [`BioIdError::Keys`] for an unknown one or one outside
    /// its time.
    pub fn keys<S: Party>(
        &self,
        key_id: Option<&str>,
        now: UnixTime,
    ) -> Result<Keys<S>, BioIdError> {
        self.known.of(key_id, now)
    }

    /// Keys of enrolled devices, from the host's own table: of the app, and of nobody else.
    ///
    /// # Errors
    /// [`BioIdError::KeyTaken`] for a key that another party has, by its id or by its material;
    /// [`BioIdError::SecretInApp`] for a shared secret; [`BioIdError::KeyIdMissing`].
    pub fn enrolled(
        &self,
        keys: impl IntoIterator<Item = VerifyingKey>,
    ) -> Result<Keys<App>, BioIdError> {
        self.known.enrolled(keys)
    }

    /// Signs requests of this party to `R`. They need a field with a request id, which the host makes up.
    ///
    /// # Errors
    /// [`BioIdError::NoSuchLeg`]; [`BioIdError::SecretInApp`] for an app that signs with a secret;
    /// [`BioIdError::WrongRole`] for a key of another party; [`BioIdError::HttpSig`] for a key that the policy has no use for.
    pub fn request_signer<R: Party>(&self, key: SigningKey) -> Result<MessageSigner, BioIdError> {
        let secret = self.on_leg(self.role, R::ROLE, LegKind::Request)?;
        self.may_sign_with(&key)?;
        Ok(MessageSigner::new(key, self.policies.request(secret))?)
    }

    /// Signs answers of this party to `R`, each with the request id of what it answers.
    ///
    /// # Errors
    /// As [`request_signer`](Self::request_signer).
    pub fn answer_signer<R: Party>(&self, key: SigningKey) -> Result<MessageSigner, BioIdError> {
        let secret = self.on_leg(self.role, R::ROLE, LegKind::Answer)?;
        self.may_sign_with(&key)?;
        Ok(MessageSigner::new(key, self.policies.answer(secret))?)
    }

    /// Whether the model has the leg, and whether it is signed with the shared secret.
    fn on_leg(&self, from: Role, to: Role, kind: LegKind) -> Result<bool, BioIdError> {
        let is_it = |leg: &&Leg| leg.from() == from && leg.to() == to && leg.kind() == kind;
        let leg = M::LEGS.iter().find(is_it).ok_or(BioIdError::NoSuchLeg { from, to })?;
        Ok(self.has_consumer && !leg.is_of_app())
    }

    fn may_sign_with(&self, key: &SigningKey) -> Result<(), BioIdError> {
        if self.role == Role::App && key.verifying_key().is_symmetric() {
            return Err(BioIdError::SecretInApp);
        }
        self.known.not_anothers(key, self.role)
    }
}

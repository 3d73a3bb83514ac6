//! A result of the service that came through somebody else (S0-7).

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;

use super::received::Received;
use super::{BioId, BioIdError, FrontendToBackend, MessageFrom, Model, Role, VnptBioId};
use crate::httpsig::{HttpSigError, MessageSigner, Response, Signatures};
use crate::json;
use crate::key::SigningKey;
use crate::time::UnixTime;
use crate::verified::{Pending, Verified};

/// A KYC result that came through the app, or through anyone but the service: step 4 of model 2.
///
/// Whoever hands it on can have made it up, whoever signed *that*. So nothing of it can be read; it becomes a `T` by the
/// service's own signature ([`VnptBioId::verify_relayed`]), or by asking the service ([`VnptBioId::confirm_relayed`]).
///
/// ```compile_fail,E0609
/// use countersign::partner::vnpt_bioid::Relayed;
/// struct KycResult { passed: bool }
/// fn believe(result: &Relayed<'_, KycResult>) -> bool {
///     result.passed // what the app says
/// }
/// ```
/// Of what was verified it can:
/// ```
/// use countersign::verified::Verified;
/// struct KycResult { passed: bool }
/// fn believe(result: &Verified<KycResult>) -> bool {
///     result.passed
/// }
/// ```
/// In model 1 no result is handed on:
/// ```compile_fail,E0599
/// use countersign::partner::vnpt_bioid::{BackendToBackend, Relayed, VnptBioId};
/// use countersign::time::UnixTime;
/// fn verify(bioid: &VnptBioId<BackendToBackend>, result: Relayed<'_, bool>, now: UnixTime) {
///     let _ = bioid.verify_relayed(result, "7f3c", now);
/// }
/// ```
/// In model 2 it is:
/// ```
/// use countersign::partner::vnpt_bioid::{FrontendToBackend, Relayed, VnptBioId};
/// use countersign::time::UnixTime;
/// fn verify(bioid: &VnptBioId<FrontendToBackend>, result: Relayed<'_, bool>, now: UnixTime) {
///     let _ = bioid.verify_relayed(result, "7f3c", now);
/// }
/// ```
pub struct Relayed<'m, T> {
    response: Option<Response<'m>>,
    body: &'m [u8],
    result: PhantomData<fn() -> T>,
}

impl<'m, T> Relayed<'m, T> {
    /// The service's response as it was handed on: its status and fields, and its body to the byte.
    #[must_use]
    pub const fn new(response: Response<'m>, body: &'m [u8]) -> Self {
        Self { response: Some(response), body, result: PhantomData }
    }

    /// A body that was handed on without the service's signature.
    #[must_use]
    pub const fn unsigned(body: &'m [u8]) -> Self {
        Self { response: None, body, result: PhantomData }
    }
}

impl<'m, T: Deserialize<'m>> Relayed<'m, T> {
    /// The result as it was handed on, unverified: the literal reading of step 4.
    ///
    /// # Security
    /// It is the app's word. Whoever can change the app passes every check of the service.
    ///
    /// # Errors
    /// [`BioIdError::Result`].
    pub fn dangerous_accept_relayed(self) -> Result<T, BioIdError> {
        read(self.body)
    }
}

impl<T> fmt::Debug for Relayed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the body: it is personal data that nobody vouches for.
        f.debug_struct("Relayed").field("response", &self.response).finish_non_exhaustive()
    }
}

impl<M: Model> VnptBioId<M> {
    /// The result in an answer that the service gave to this party itself.
    ///
    /// # Errors
    /// [`BioIdError::Result`] where the body is no `T`, or was not given [whole](super::HeadFrom::with_body).
    pub fn result<'m, T: Deserialize<'m>>(
        &self,
        answer: Verified<MessageFrom<'m, BioId>>,
    ) -> Result<Verified<T>, BioIdError> {
        let said = read(answer.body().unwrap_or_default())?;
        Ok(answer.map(|_| said))
    }
}

impl VnptBioId<FrontendToBackend> {
    /// Verifies a result that was handed on by the signature of the service itself, once.
    ///
    /// `request_id` is the one under which this backend let the app call the service: a result of another customer, or of
    /// another day, has another one. Only public keys will do; a secret might be the app's.
    ///
    /// # Security
    /// The service signs for all its customers. Compare the person in `T` with the one who wants in, and the customer in it
    /// with yourself: whoever has an account at the service can have a friend checked under your request id.
    ///
    /// # Errors
    /// [`BioIdError::HttpSig`], [`BioIdError::Keys`] and [`BioIdError::WrongRole`] where it is not the service's signature;
    /// [`BioIdError::OtherRequest`]; [`BioIdError::Result`] where the body is no `T`.
    pub fn verify_relayed<'m, T: Deserialize<'m>>(
        &self,
        relayed: Relayed<'m, T>,
        request_id: &str,
        now: UnixTime,
    ) -> Result<Pending<T>, BioIdError> {
        let response = relayed.response.ok_or(HttpSigError::SignatureMissing)?;
        let signatures = Signatures::parse(response)?;
        let expected = self.profile.expected(request_id);
        let result = Received::new(&signatures, self.policies.result(), expected)?;
        let keys = self.keys::<BioId>(result.key_id(), now)?;
        let pending = result.verify_head(&keys, now)?.with_body(relayed.body)?;
        let value = read(relayed.body)?;
        Ok(pending.map(|_| value))
    }

    /// Verifies a result that was handed on by what the service says itself, in its answer to this backend.
    ///
    /// What comes out is what the service says.
    ///
    /// # Errors
    /// [`BioIdError::ResultDiffers`] where the service says otherwise; [`BioIdError::Result`] where either body is no `T`.
    pub fn confirm_relayed<'m, T: Deserialize<'m> + PartialEq>(
        &self,
        relayed: Relayed<'m, T>,
        fetched: Verified<MessageFrom<'m, BioId>>,
    ) -> Result<Verified<T>, BioIdError> {
        let said = self.result::<T>(fetched)?;
        if read::<T>(relayed.body)? == *said { Ok(said) } else { Err(BioIdError::ResultDiffers) }
    }

    /// Signs, for the service, results that the app is to hand on, beside the [answer](Self::answer_signer) to the app.
    ///
    /// Of RFC 9421 the two signatures stand in one message, under two labels. The drafts know one signature a message: their
    /// answer is the result.
    ///
    /// # Errors
    /// As [`answer_signer`](Self::answer_signer).
    pub fn result_signer(&self, key: SigningKey) -> Result<MessageSigner, BioIdError> {
        if self.role != Role::BioId {
            return Err(BioIdError::NoSuchLeg { from: self.role, to: Role::CustomerBackend });
        }
        self.may_sign_with(&key)?;
        Ok(MessageSigner::new(key, self.policies.result())?)
    }
}

fn read<'m, T: Deserialize<'m>>(body: &'m [u8]) -> Result<T, BioIdError> {
    json::from_slice(body, RESULT).map_err(BioIdError::Result)
}

/// A result is a few kilobytes of scores; the host's own limit of a body comes first.
const RESULT: json::Limits = json::Limits { max_bytes: 1024 * 1024, max_depth: 32 };

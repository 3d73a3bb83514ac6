//! From an unverified token to a verified one: key, signature, then claims.

use serde::Deserialize;

use super::checks::Case;
use super::claims::{self, Registered};
use super::explain::Check;
use super::policy::Policy;
use super::{JwtError, UnverifiedToken};
use crate::guard::Use;
use crate::json::{self, Document, Limits, Value};
use crate::key::{Algorithm, OwnedKeys, VerifyingKey};
use crate::time::UnixTime;
use crate::verified::{Evidence, ReplayKey, Verified};

/// How deep claims may nest: Keycloak's `resource_access` needs four.
const MAX_CLAIMS_DEPTH: usize = 32;

/// How many keys are tried for one token: rotation needs two, and each try costs a signature check that
/// an unauthenticated sender can ask for.
pub(super) const MAX_KEYS_TRIED: usize = 4;

impl UnverifiedToken<'_> {
    /// Verifies the token under `policy` with the first of `keys` that fits, and reads its claims into `T`.
    ///
    /// The checks come in this order: algorithm, key, signature, type, times, issuer, audience, parties,
    /// key owner, required claims, scope, then `T`. Before the signature is good no claim is looked at.
    /// [`Policy<Reusable>`](Policy) gives `Verified<T>`, [`Policy<SingleUse>`](Policy) gives
    /// [`Pending<T>`](crate::verified::Pending), which still owes the store's answer.
    ///
    /// # Errors
    /// The first check that fails, as a [`JwtError`]; [`explain`](super::explain()) shows all of them.
    pub fn verify<'t, T: Deserialize<'t>, U: Use>(
        &'t self,
        keys: &(impl AsRef<[VerifyingKey]> + ?Sized),
        policy: &Policy<U>,
        now: UnixTime,
    ) -> Result<U::Out<T>, JwtError> {
        self.verify_with(keys.as_ref(), None, policy, now, ignore, deserialize)
    }

    /// Verifies as [`verify`](Self::verify) does, with keys of one owner out of a
    /// [`KeyRing`](crate::jwks::KeyRing): the policy's owner claim must name that owner (S2-20).
    ///
    /// ```
    /// use countersign::jwks::KeyRing;
    /// use countersign::jwt::{Claims, JwtError, Policy, TokenSigner, UnverifiedToken};
    /// use countersign::key::{Algorithm, SigningKey};
    /// use countersign::time::UnixTime;
    ///
    /// let key = || SigningKey::from_pem(include_str!("../../tests/keys/p256.pem")).map(|key| key.with_id("a1"));
    /// let ring = KeyRing::builder().key("partner-a", key()?.verifying_key(), KeyRing::ALWAYS).build()?;
    /// let policy = Policy::builder("https://idp.example", "api", [Algorithm::Es256]).owner_claim("client_id").build()?;
    ///
    /// let signer = TokenSigner::new(key()?, Algorithm::Es256)?;
    /// let token_of = |client: &str| signer.sign(&serde_json::json!({
    ///     "iss": "https://idp.example", "aud": "api", "exp": 2_000, "client_id": client,
    /// }));
    /// let now = UnixTime::from_secs(1_000);
    /// let keys = ring.keys_for("a1", now)?;
    /// let own = token_of("partner-a")?;
    /// assert!(UnverifiedToken::parse(&own)?.verify_owned::<Claims, _>(&keys, &policy, now).is_ok());
    ///
    /// // A's good signature under B's name.
    /// let other = token_of("partner-b")?;
    /// let refused = UnverifiedToken::parse(&other)?.verify_owned::<Claims, _>(&keys, &policy, now);
    /// assert_eq!(refused.unwrap_err(), JwtError::OwnerMismatch);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and [`JwtError::OwnerMismatch`], also where the policy names no owner
    /// claim.
    pub fn verify_owned<'t, T: Deserialize<'t>, U: Use>(
        &'t self,
        keys: &OwnedKeys,
        policy: &Policy<U>,
        now: UnixTime,
    ) -> Result<U::Out<T>, JwtError> {
        let owner = Some(keys.owner().as_str());
        self.verify_with(keys.dangerous_without_owner(), owner, policy, now, ignore, deserialize)
    }

    /// The whole verification with keys of `owner`. `signed` sees the claims as soon as the signature is
    /// good, whatever becomes of them; `read` makes the value out of claims that passed.
    pub(crate) fn verify_with<'t, T, U: Use, E: From<JwtError>>(
        &'t self,
        keys: &[VerifyingKey],
        owner: Option<&str>,
        policy: &Policy<U>,
        now: UnixTime,
        signed: impl FnOnce(Value<'_, 't>),
        read: impl FnOnce(Value<'_, 't>) -> Result<T, E>,
    ) -> Result<U::Out<T>, E> {
        let (key, algorithm) =
            self.signed_by(keys, &policy.rules.algorithms, policy.rules.key_id_required)?;
        let document = self.claims()?;
        signed(document.root());
        let claims = Registered::of(&document);
        let case = Case {
            rules: &policy.rules,
            claims: &claims,
            token_type: self.token_type(),
            owner,
            single_use: U::SINGLE,
            now,
        };
        for check in Check::CLAIMS {
            check.run(&case)?;
        }
        let replay = if U::SINGLE { Some(replay(&case)?) } else { None };
        let value = read(document.root())?;
        let evidence = Evidence {
            key_id: key.id().cloned(),
            thumbprint: *key.thumbprint(),
            algorithm: algorithm.name(),
            policy: *policy.fingerprint(),
            replay_key: replay.map(|(key, _)| key),
            verified_at: now,
        };
        Ok(U::out(Verified::new(value, evidence), replay))
    }

    /// Verifies the signature and nothing else: for a JWS whose payload is not a claims set (RFC 7515).
    ///
    /// # Security
    /// Neither times, issuer nor audience are looked at: a token for another service passes, for ever.
    ///
    /// # Errors
    /// The variants of [`JwtError`] about algorithm, key and signature.
    pub fn dangerous_verify_signature_only<'t>(
        &'t self,
        keys: &(impl AsRef<[VerifyingKey]> + ?Sized),
        algorithms: &[Algorithm],
        now: UnixTime,
    ) -> Result<Verified<&'t [u8]>, JwtError> {
        let (key, algorithm) = self.signed_by(keys.as_ref(), algorithms, false)?;
        let evidence = Evidence {
            key_id: key.id().cloned(),
            thumbprint: *key.thumbprint(),
            algorithm: algorithm.name(),
            policy: crate::digest::fingerprint("countersign jws, signature only", &[]),
            replay_key: None,
            verified_at: now,
        };
        Ok(Verified::new(self.payload(), evidence))
    }

    /// The key that signed this token, and how.
    fn signed_by<'k>(
        &self,
        keys: &'k [VerifyingKey],
        allowed: &[Algorithm],
        key_id_required: bool,
    ) -> Result<(&'k VerifyingKey, Algorithm), JwtError> {
        let algorithm = self.allowed_algorithm(allowed)?;
        let candidates = self.candidates(keys, algorithm, key_id_required)?;
        let (message, signature) = (self.signing_input(), self.signature());
        let signer = candidates
            .into_iter()
            .flatten()
            .find(|key| key.verify(algorithm, message, signature).is_ok());
        signer.map(|key| (key, algorithm)).ok_or(JwtError::SignatureInvalid)
    }

    /// The algorithm of the header, where the policy lists it.
    pub(super) fn allowed_algorithm(&self, allowed: &[Algorithm]) -> Result<Algorithm, JwtError> {
        let found = self.algorithm().ok_or(JwtError::AlgorithmUnknown)?;
        if allowed.contains(&found) {
            Ok(found)
        } else {
            Err(JwtError::AlgorithmNotAllowed { found })
        }
    }

    /// The keys that may have signed this token: the same id where both have one, and for its algorithm.
    pub(super) fn candidates<'k>(
        &self,
        keys: &'k [VerifyingKey],
        algorithm: Algorithm,
        key_id_required: bool,
    ) -> Result<[Option<&'k VerifyingKey>; MAX_KEYS_TRIED], JwtError> {
        let key_id = self.key_id();
        if key_id_required && key_id.is_none() {
            return Err(JwtError::KeyIdMissing);
        }
        let named = |key: &&VerifyingKey| match (key_id, key.id()) {
            (Some(wanted), Some(found)) => **found == *wanted,
            _ => true,
        };
        let mut fitting = keys.iter().filter(named).filter(|key| key.allows(algorithm));
        let candidates: [_; MAX_KEYS_TRIED] = std::array::from_fn(|_| fitting.next());
        match candidates {
            _ if fitting.next().is_some() => Err(JwtError::KeyAmbiguous { limit: MAX_KEYS_TRIED }),
            [None, ..] if keys.iter().any(|key| named(&key)) => {
                Err(JwtError::AlgorithmNotForKey { found: algorithm })
            }
            [None, ..] => Err(JwtError::KeyUnknown),
            _ => Ok(candidates),
        }
    }

    /// The claims as JSON, for a token whose signature is good.
    pub(super) fn claims(&self) -> Result<Document<'_>, JwtError> {
        let payload = self.payload();
        let limits = Limits { max_bytes: payload.len(), max_depth: MAX_CLAIMS_DEPTH };
        json::parse_object(payload, limits).map_err(JwtError::ClaimsJson)
    }
}

fn ignore(_: Value<'_, '_>) {}

fn deserialize<'t, T: Deserialize<'t>>(claims: Value<'_, 't>) -> Result<T, JwtError> {
    claims.deserialize().map_err(JwtError::ClaimsType)
}

/// The name of the token, and the last moment at which this policy takes it.
///
/// The retention of a replay entry comes from here and nowhere else, so it cannot be shorter than the time
/// in which the token is accepted.
fn replay(case: &Case<'_, '_, '_>) -> Result<(ReplayKey, UnixTime), JwtError> {
    let issuer = claims::string("iss", claims::present("iss", case.claims.iss)?)?;
    let id = claims::identifier("jti", claims::present("jti", case.claims.jti)?)?;
    let key = ReplayKey::new("countersign jti 1", &[issuer.as_bytes(), id.as_bytes()]);
    let deadline = case.claims.times.expires_at()?.saturating_add(case.rules.leeway);
    Ok((key, deadline))
}

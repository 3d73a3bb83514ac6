//! Whose key is whose: a key belongs to one role, and the app never has a secret.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::{App, BioIdError, Party, Profile, Role};
use crate::jwks::{JwksError, KeyRing, Refusal};
use crate::key::{KeyError, SigningKey, VerifyingKey};
use crate::secret::Secret;
use crate::time::UnixTime;

/// Keys of one party, and of nobody else: what messages of that party are verified with.
///
/// They are no list of keys, and those of another party are not taken for them:
/// ```compile_fail,E0308
/// use countersign::guard::Reusable;
/// use countersign::partner::vnpt_bioid::{App, BioId, Keys, Received};
/// use countersign::time::UnixTime;
/// fn as_the_service(answer: &Received<'_, '_, BioId, Reusable>, keys: &Keys<App>, now: UnixTime) {
///     let _ = answer.verify_head(keys, now);
/// }
/// ```
/// Those of the sender are:
/// ```
/// use countersign::guard::Reusable;
/// use countersign::partner::vnpt_bioid::{BioId, Keys, Received};
/// use countersign::time::UnixTime;
/// fn as_itself(answer: &Received<'_, '_, BioId, Reusable>, keys: &Keys<BioId>, now: UnixTime) {
///     let _ = answer.verify_head(keys, now);
/// }
/// ```
pub struct Keys<S> {
    keys: Arc<[VerifyingKey]>,
    owner: PhantomData<fn() -> S>,
}

impl<S: Party> Keys<S> {
    const fn new(keys: Arc<[VerifyingKey]>) -> Self {
        Self { keys, owner: PhantomData }
    }

    pub(super) fn as_slice(&self) -> &[VerifyingKey] {
        &self.keys
    }
}

impl<S> Clone for Keys<S> {
    fn clone(&self) -> Self {
        Self { keys: Arc::clone(&self.keys), owner: PhantomData }
    }
}

impl<S: Party> fmt::Debug for Keys<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("of", &S::ROLE).field("keys", &self.keys).finish()
    }
}

/// `ConsumerKey` and `ConsumerSecret`, which VNPT gives a customer (S0-5).
///
/// That the secret is an HMAC key, and the key its id, is our reading: the document says neither.
///
/// ```
/// use countersign::partner::vnpt_bioid::{BioIdError, Credentials, Profile, Role};
/// use countersign::secret::Secret;
///
/// let credentials = Credentials::new("consumer-1", Secret::new("a ConsumerSecret of 32 bytes, made up")?);
/// assert!(credentials.signing_key(&Profile::CAVAGE_07, Role::CustomerBackend).is_ok());
///
/// // What is in an app is in the hands of everybody who takes it apart.
/// let refused = credentials.signing_key(&Profile::CAVAGE_07, Role::App).unwrap_err();
/// assert_eq!(refused, BioIdError::SecretInApp);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    consumer_key: Arc<str>,
    consumer_secret: Secret,
    is_short: bool,
}

impl Credentials {
    /// Credentials whose secret is at least as long as the profile's hash.
    #[must_use]
    pub fn new(consumer_key: impl Into<Arc<str>>, consumer_secret: Secret) -> Self {
        Self { consumer_key: consumer_key.into(), consumer_secret, is_short: false }
    }

    /// The same credentials, whose secret may be shorter.
    ///
    /// # Security
    /// As [`SigningKey::dangerous_short_hmac`].
    #[must_use]
    pub fn dangerous_short(self) -> Self {
        Self { is_short: true, ..self }
    }

    /// The key that a backend or the service signs with, under the id `ConsumerKey`.
    ///
    /// # Errors
    /// [`BioIdError::SecretInApp`] for the app; [`BioIdError::Key`] for a secret that is too short.
    pub fn signing_key(&self, profile: &Profile, role: Role) -> Result<SigningKey, BioIdError> {
        if role == Role::App {
            return Err(BioIdError::SecretInApp);
        }
        Ok(self.hmac(profile)?)
    }

    pub(super) fn hmac(&self, profile: &Profile) -> Result<SigningKey, KeyError> {
        let (algorithm, secret) = (profile.secret_algorithm(), &self.consumer_secret);
        let key = match self.is_short {
            true => SigningKey::dangerous_short_hmac(algorithm, secret),
            false => SigningKey::hmac(algorithm, secret),
        };
        key.map(|key| key.with_id(Arc::clone(&self.consumer_key)))
    }
}

/// A key that is known beforehand, whose it is and when it is valid.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) role: Role,
    pub(super) key: VerifyingKey,
    pub(super) valid: std::ops::Range<UnixTime>,
}

/// The keys that are known beforehand. A ring lets no id and no key belong to two.
#[derive(Debug)]
pub(super) struct KnownKeys {
    ring: Option<KeyRing>,
    all: Vec<Known>,
}

impl KnownKeys {
    pub(super) fn new(all: Vec<Known>) -> Result<Self, JwksError> {
        let mut ring = KeyRing::builder();
        for Known { role, key, valid } in &all {
            ring = ring.key(role.name(), key.clone(), valid.clone());
        }
        // A party may know nobody's keys: a backend whose apps are all enrolled at run time.
        let ring = if all.is_empty() { None } else { Some(ring.build()?) };
        Ok(Self { ring, all })
    }

    pub(super) fn of<S: Party>(
        &self,
        key_id: Option<&str>,
        now: UnixTime,
    ) -> Result<Keys<S>, BioIdError> {
        let unknown = Refusal::UnknownKey { retry_at: None };
        let (Some(ring), Some(key_id)) = (&self.ring, key_id) else { return Err(unknown.into()) };
        let keys = ring.keys_for(key_id, now)?;
        if keys.owner().matches(S::ROLE.name()) {
            Ok(Keys::new(keys.dangerous_without_owner().into()))
        } else {
            Err(BioIdError::WrongRole { expected: S::ROLE })
        }
    }

    pub(super) fn enrolled(
        &self,
        keys: impl IntoIterator<Item = VerifyingKey>,
    ) -> Result<Keys<App>, BioIdError> {
        let keys: Arc<[_]> = keys.into_iter().collect();
        for key in keys.iter() {
            if key.is_symmetric() {
                return Err(BioIdError::SecretInApp);
            }
            if key.id().is_none() {
                return Err(BioIdError::KeyIdMissing);
            }
            if let Some(role) = self.owner_but(Role::App, key) {
                return Err(BioIdError::KeyTaken { by: role });
            }
        }
        Ok(Keys::new(keys))
    }

    /// Refuses to sign with what the others take for the key of another party.
    pub(super) fn not_anothers(&self, key: &SigningKey, own: Role) -> Result<(), BioIdError> {
        let key = key.verifying_key();
        // A shared secret is both sides' by its nature.
        match self.owner_but(own, &key) {
            Some(_) if !key.is_symmetric() => Err(BioIdError::WrongRole { expected: own }),
            _ => Ok(()),
        }
    }

    /// Another role that has this key, or a key of this id.
    fn owner_but(&self, role: Role, key: &VerifyingKey) -> Option<Role> {
        let is_same = |known: &&Known| {
            known.role != role
                && (known.key.id() == key.id() || known.key.thumbprint() == key.thumbprint())
        };
        self.all.iter().find(is_same).map(|known| known.role)
    }
}

//! From a selected signature to a head that owes its body: key, coverage, time, base, signature, digest.

use std::borrow::Cow;

use super::algorithm::Named;
use super::base::SignatureBase;
use super::body::{Accepted, NeedsBody};
use super::component::{Component, Part};
use super::coverage::Coverage;
use super::policy::{Pick, Policy, Rules, SchemeRule};
use super::scheme::{EcdsaForm, Pseudo};
use super::signatures::{self, Candidate, Selected};
use super::signed::SignedBy;
use super::text::shown;
use super::{HttpSigError, MAX_KEYS_TRIED, MAX_TRIES, digest_fields, encoded};
use crate::digest::BodyDigests;
use crate::guard::Use;
use crate::key::{Algorithm, VerifyingKey, ecdsa_signature_from_der};
use crate::time::UnixTime;

impl Selected<'_, '_> {
    /// Verifies everything but the body: key, coverage, time and signature.
    ///
    /// What comes back owes the body, and gives nothing of the message before it has it.
    ///
    /// # Errors
    /// The first check that fails, as a [`HttpSigError`], in the order of [`Stage`](super::Stage);
    /// [`explain`](super::explain()) shows more.
    pub fn verify_head<U: Use>(
        &self,
        keys: &(impl AsRef<[VerifyingKey]> + ?Sized),
        policy: &Policy<U>,
        now: UnixTime,
    ) -> Result<NeedsBody<U>, HttpSigError> {
        let rules = &policy.rules;
        signatures::check_kind(self.view(), rules)?;
        let attempt =
            |candidate| Attempt { candidate, selected: self, rules, keys: keys.as_ref(), now };
        let mut attempts = self.candidates().map(attempt);
        let first = attempts.next().ok_or(HttpSigError::NoMatch)?;
        let mut tries = Tries::default();
        let accepted = match rules.pick {
            Pick::ExactlyOne => match attempts.count() {
                0 => first.verify(&mut tries),
                others => Err(HttpSigError::Ambiguous { found: others.saturating_add(1) }),
            },
            Pick::Any => any(first, attempts, &mut tries),
            Pick::All => all(first, attempts, &mut tries),
        };
        Ok(NeedsBody::new(accepted?, self.view(), policy, now))
    }
}

/// The first good one, or the reason against the first.
fn any<'a>(
    first: Attempt<'a>,
    others: impl Iterator<Item = Attempt<'a>>,
    tries: &mut Tries,
) -> Result<Accepted, HttpSigError> {
    let refused = match first.verify(tries) {
        Ok(accepted) => return Ok(accepted),
        Err(refused) => refused,
    };
    for other in others {
        match other.verify(tries) {
            Err(HttpSigError::TooManyTries { limit }) => {
                return Err(HttpSigError::TooManyTries { limit });
            }
            Err(_) => {}
            accepted => return accepted,
        }
    }
    Err(refused)
}

/// All of them, and of what they cover that which all of them do.
fn all<'a>(
    first: Attempt<'a>,
    others: impl Iterator<Item = Attempt<'a>>,
    tries: &mut Tries,
) -> Result<Accepted, HttpSigError> {
    let mut accepted = first.verify(tries)?;
    for other in others {
        accepted.join(other.verify(tries)?)?;
    }
    Ok(accepted)
}

/// One signature under one policy. Its checks are made one by one, here and by [`explain`](super::explain()).
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) candidate: Candidate<'a>,
    pub(super) selected: &'a Selected<'a, 'a>,
    pub(super) rules: &'a Rules,
    pub(super) keys: &'a [VerifyingKey],
    pub(super) now: UnixTime,
}

/// The keys that may have made a signature, each with its algorithm.
pub(super) type Fitting<'a> = [Option<(&'a VerifyingKey, Algorithm)>; MAX_KEYS_TRIED];

/// From when to when a signature is accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) signed_at: UnixTime,
    /// The first moment at which it is refused.
    pub(super) deadline: UnixTime,
}

impl<'a> Attempt<'a> {
    pub(super) fn verify(&self, tries: &mut Tries) -> Result<Accepted, HttpSigError> {
        let rule = self.selection()?;
        let covered = self.candidate.covered(&rule.required)?;
        let mut buffer = encoded::buffer();
        let signature = self.candidate.signature.decode(&mut buffer)?;
        let fitting = self.fitting_keys()?;
        self.coverage(rule, &covered)?;
        let window = self.window(&covered)?;
        let base = self.base(&covered)?;
        let (key, algorithm) = self.signed_by(signature, &base, &fitting, tries)?;
        let digests = self.digests(&covered, &base)?;
        let nonce = self.candidate.params.nonce.as_deref().map(Box::from);
        Ok(Accepted {
            by: SignedBy { key_id: key.id().cloned(), thumbprint: *key.thumbprint(), algorithm },
            base,
            window,
            digests,
            nonce,
            others: Vec::new(),
        })
    }

    /// The policy's rule for the scheme, tag and key id of the signature.
    pub(super) fn selection(&self) -> Result<&'a SchemeRule, HttpSigError> {
        let rule = self.rules.rule_for(self.candidate.scheme);
        let rule = rule.ok_or(HttpSigError::SchemeNotAllowed)?;
        if signatures::matches(self.candidate.params, self.rules) {
            Ok(rule)
        } else {
            Err(HttpSigError::NoMatch)
        }
    }

    /// The keys of the signature's id that can have made it.
    pub(super) fn fitting_keys(&self) -> Result<Fitting<'a>, HttpSigError> {
        let name = self.candidate.params.algorithm.as_deref();
        let named = match self.candidate.scheme.dialect() {
            Some(_) => Named::of_drafts(name)?,
            None => Named::of_rfc9421(name)?,
        };
        let mut refused = HttpSigError::KeyUnknown;
        let mut fitting = self.keys.iter().filter(|key| self.may_be(key)).filter_map(|key| {
            let agreed = named.agreed(&self.rules.algorithms, key);
            agreed.map_err(|error| refused = error).ok().map(|algorithm| (key, algorithm))
        });
        let found: Fitting<'_> = std::array::from_fn(|_| fitting.next());
        match (found, fitting.next()) {
            (_, Some(_)) => Err(HttpSigError::KeyAmbiguous { limit: MAX_KEYS_TRIED }),
            ([None, ..], None) => Err(refused),
            (found, None) => Ok(found),
        }
    }

    /// Whether key and signature have the same id, as far as both have one.
    fn may_be(&self, key: &VerifyingKey) -> bool {
        match (self.candidate.params.key_id.as_deref(), key.id()) {
            (Some(wanted), Some(found)) => **found == *wanted,
            _ => true,
        }
    }

    /// Whether all is covered that the policy demands, each component by its full identity.
    pub(super) fn coverage(
        &self,
        rule: &SchemeRule,
        covered: &Coverage<'_>,
    ) -> Result<(), HttpSigError> {
        if let Some(id) = covered.missing_of(&rule.required) {
            return Err(HttpSigError::NotCovered { component: shown(id.text()) });
        }
        match &self.candidate.params.nonce {
            None if self.rules.nonce_required => Err(HttpSigError::NonceMissing),
            _ => Ok(()),
        }
    }

    /// When the signature is accepted, if now.
    pub(super) fn window(&self, covered: &Coverage<'_>) -> Result<Window, HttpSigError> {
        let Rules { max_age, skew, expires_within, .. } = *self.rules;
        let now = self.now;
        let signed_at = self.signed_at(covered)?;
        let created = self.candidate.params.created.map(UnixTime::from_secs);
        if let Some(signed_at) = [Some(signed_at), created]
            .into_iter()
            .flatten()
            .find(|moment| *moment > now.saturating_add(skew))
        {
            return Err(HttpSigError::SignedInFuture { signed_at, now });
        }
        if now.saturating_since(signed_at) > max_age {
            return Err(HttpSigError::TooOld { signed_at, limit: max_age });
        }
        let too_old = signed_at.saturating_add(max_age).saturating_add(ONE_MILLISECOND);
        let Some(expires) = self.candidate.params.expires.map(UnixTime::from_secs) else {
            return match expires_within {
                Some(_) => Err(HttpSigError::ExpiresMissing),
                None => Ok(Window { signed_at, deadline: too_old }),
            };
        };
        if expires < signed_at {
            return Err(HttpSigError::ExpiresBeforeCreated);
        }
        if now >= expires {
            return Err(HttpSigError::Expired { expired_at: expires, now });
        }
        let is_signed = self.signs(covered, Pseudo::Expires);
        if let Some(limit) = expires_within {
            if !is_signed {
                return Err(HttpSigError::ExpiresMissing);
            }
            if expires.saturating_since(signed_at) > limit {
                return Err(HttpSigError::LifetimeTooLong { limit });
            }
        }
        // One that is not signed can be taken away again: a store that forgot the message by then would take it twice.
        let deadline = if is_signed { too_old.min(expires) } else { too_old };
        Ok(Window { signed_at, deadline })
    }

    /// The moment that the signature names and covers: `created`, else a field of the time.
    fn signed_at(&self, covered: &Coverage<'_>) -> Result<UnixTime, HttpSigError> {
        if let Some(created) = self.candidate.params.created
            && self.signs(covered, Pseudo::Created)
        {
            return Ok(UnixTime::from_secs(created));
        }
        let names =
            self.candidate.scheme.dialect().map_or(&["date"][..], |dialect| dialect.time_fields);
        let field = names
            .iter()
            .map(|name| Component::of_field(name))
            .find(|field| covered.has(field))
            .ok_or(HttpSigError::TimeAnchorMissing)?;
        let mut date = String::new();
        let source = self.candidate.source(self.selected.view(), &self.rules.field_types);
        source.write(&field, &mut date).map_err(|_| HttpSigError::DateInvalid)?;
        UnixTime::from_http_date_of_any_weekday(&date).ok_or(HttpSigError::DateInvalid)
    }

    /// Whether a parameter is signed: in RFC 9421 always, in the drafts where its name is listed.
    fn signs(&self, covered: &Coverage<'_>, parameter: Pseudo) -> bool {
        self.candidate.scheme.dialect().is_none()
            || covered.iter().any(|covered| covered.component.part == Part::Pseudo(parameter))
    }

    pub(super) fn base(&self, covered: &Coverage<'_>) -> Result<SignatureBase, HttpSigError> {
        let source = self.candidate.source(self.selected.view(), &self.rules.field_types);
        self.candidate.base(covered, &source)
    }

    /// The key whose signature it is.
    pub(super) fn signed_by(
        &self,
        signature: &[u8],
        base: &SignatureBase,
        fitting: &Fitting<'a>,
        tries: &mut Tries,
    ) -> Result<(&'a VerifyingKey, Algorithm), HttpSigError> {
        for (key, algorithm) in fitting.iter().flatten() {
            tries.one_more()?;
            let Some(signature) = self.raw(signature, *algorithm) else { continue };
            if key.verify(*algorithm, base.as_str().as_bytes(), &signature).is_ok() {
                return Ok((key, *algorithm));
            }
        }
        Err(HttpSigError::SignatureInvalid)
    }

    /// The signature as the key takes it: of ECDSA `r || s`.
    fn raw<'b>(&self, signature: &'b [u8], algorithm: Algorithm) -> Option<Cow<'b, [u8]>> {
        let length = match algorithm {
            Algorithm::Es256 => 64,
            Algorithm::Es384 => 96,
            Algorithm::Es512 => 132,
            _ => return Some(Cow::Borrowed(signature)),
        };
        let form = self.candidate.scheme.dialect().map_or(EcdsaForm::Raw, |dialect| dialect.ecdsa);
        match form {
            EcdsaForm::Raw => Some(Cow::Borrowed(signature)),
            // No DER of two numbers is as short, but for a chance of 2^-40.
            EcdsaForm::Either if signature.len() == length => Some(Cow::Borrowed(signature)),
            _ => ecdsa_signature_from_der(algorithm, signature).ok().map(Cow::Owned),
        }
    }

    /// The digests of the body that the signature covers.
    pub(super) fn digests(
        &self,
        covered: &Coverage<'_>,
        base: &SignatureBase,
    ) -> Result<BodyDigests, HttpSigError> {
        let mut digests = BodyDigests::default();
        for (place, field, component) in covered.digests() {
            let (value, view) = (base.value(place), self.selected.view());
            digest_fields::add(field, &component, value, view, &mut digests)?;
        }
        Ok(digests)
    }
}

/// How many signatures were verified for one message.
#[derive(Debug, Default)]
pub(super) struct Tries(usize);

impl Tries {
    fn one_more(&mut self) -> Result<(), HttpSigError> {
        self.0 = self.0.saturating_add(1);
        if self.0 > MAX_TRIES {
            Err(HttpSigError::TooManyTries { limit: MAX_TRIES })
        } else {
            Ok(())
        }
    }
}

const ONE_MILLISECOND: std::time::Duration = std::time::Duration::from_millis(1);

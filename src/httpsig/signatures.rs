//! The signatures of a message, unverified, and the choice among them.

use super::base::SignatureBase;
use super::canonical::List;
use super::cavage::CavageSignature;
use super::component::MessageKind;
use super::coverage::{Coverage, Required};
use super::encoded::Encoded;
use super::field_types::FieldTypes;
use super::message::{Message, View};
use super::params::Params;
use super::policy::{Pick, Policy, Rules};
use super::rfc9421::{Labelled, LabelledSignatures, SIGNATURE, SIGNATURE_INPUT};
use super::scheme::Scheme;
use super::values::{Moments, Source};
use super::{HttpSigError, rfc9421};
use crate::guard::Use;

/// The signatures of a message, of which only the form was checked. Nothing in them is trusted yet.
#[derive(Clone)]
pub struct Signatures<'m> {
    view: View<'m>,
    labelled: Option<LabelledSignatures<'m>>,
}

impl<'m> Signatures<'m> {
    /// Reads the message's parts against each other and finds its signatures.
    ///
    /// # Errors
    /// The variants of [`HttpSigError`] at [`Stage::Syntax`](super::Stage::Syntax).
    pub fn parse(message: impl Into<Message<'m>>) -> Result<Self, HttpSigError> {
        let message = message.into();
        let sections = message.sections();
        let labelled = LabelledSignatures::read(sections);
        // What is wrong with the message itself is said first.
        let found = Self { view: View::new(&message)?, labelled: labelled? };
        let carries = |field: &&str| found.view.headers().all(field).next().is_some();
        if found.labelled.is_none() && !CARRIERS.iter().any(carries) {
            return Err(HttpSigError::SignatureMissing);
        }
        Ok(found)
    }

    /// Chooses the signature, or signatures, that `policy` is about.
    ///
    /// A message with `Signature-Input` is RFC 9421, and its other signatures are not looked at.
    ///
    /// # Security
    /// Whoever can strip that field chooses the older scheme, where the policy allows one and the message carries a
    /// signature of it too: its rule must demand as much ([`PolicyBuilder::or`](super::PolicyBuilder::or)).
    ///
    /// # Errors
    /// Those at [`Stage::Selection`](super::Stage::Selection), and for the drafts those of the form too, which depends on
    /// the dialect.
    pub fn select<U: Use>(&self, policy: &Policy<U>) -> Result<Selected<'_, 'm>, HttpSigError> {
        self.select_by(&policy.rules)
    }

    pub(super) fn select_by(&self, rules: &Rules) -> Result<Selected<'_, 'm>, HttpSigError> {
        check_kind(&self.view, rules)?;
        let found = match (&self.labelled, rules.rule_for(Scheme::Rfc9421)) {
            (Some(labelled), Some(_)) => select_labelled(labelled, rules)?,
            (Some(_), None) => return Err(HttpSigError::SchemeNotAllowed),
            (None, _) => self.select_cavage(rules)?,
        };
        Ok(Selected { view: &self.view, found })
    }

    /// The first dialect of the policy that reads the message.
    fn select_cavage<'s>(&self, rules: &Rules) -> Result<Found<'s, 'm>, HttpSigError> {
        let mut refused = HttpSigError::SignatureMissing;
        for scheme in rules.schemes.iter().map(|rule| rule.scheme) {
            let found = match scheme.dialect() {
                Some(dialect) => CavageSignature::read(&self.view, dialect),
                None if self.view.headers().all(SIGNATURE).next().is_some() => {
                    Err(HttpSigError::LabelMissing { field: SIGNATURE_INPUT })
                }
                None => continue,
            };
            match found {
                Ok(signature) => return Ok(Found::Cavage(scheme, Box::new(signature))),
                Err(error) if refused == HttpSigError::SignatureMissing => refused = error,
                Err(_) => {}
            }
        }
        Err(refused)
    }
}

impl std::fmt::Debug for Signatures<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signatures").finish_non_exhaustive()
    }
}

/// The signatures that a policy is about. They show the hints that a host needs to find keys.
pub struct Selected<'s, 'm> {
    view: &'s View<'m>,
    found: Found<'s, 'm>,
}

enum Found<'s, 'm> {
    /// One, and those behind it.
    Labelled(Candidate<'s>, Vec<Candidate<'s>>),
    Cavage(Scheme, Box<CavageSignature<'m>>),
}

impl Selected<'_, '_> {
    /// The key id of the signature, of the first one where the policy takes several: a hint for finding a key, printable,
    /// and never to be fetched from, whatever URL it looks like.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.candidates().next()?.params.key_id.as_deref()
    }

    /// The key ids of all signatures selected, for a policy that takes several.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.candidates().filter_map(|candidate| candidate.params.key_id.as_deref())
    }

    /// In which scheme the message is signed.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match &self.found {
            Found::Labelled(..) => Scheme::Rfc9421,
            Found::Cavage(scheme, _) => *scheme,
        }
    }

    pub(super) const fn view(&self) -> &View<'_> {
        self.view
    }

    pub(super) fn candidates(&self) -> impl Iterator<Item = Candidate<'_>> {
        let (first, others) = match &self.found {
            Found::Labelled(first, others) => (*first, &**others),
            Found::Cavage(scheme, signature) => (Candidate::of_drafts(*scheme, signature), &[][..]),
        };
        std::iter::once(first).chain(others.iter().copied())
    }
}

impl std::fmt::Debug for Selected<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Selected").field("scheme", &self.scheme()).finish_non_exhaustive()
    }
}

/// One signature that may be verified.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'c> {
    pub(super) scheme: Scheme,
    pub(super) label: Option<&'c str>,
    pub(super) params: &'c Params<'c>,
    pub(super) signature: &'c Encoded<'c>,
    form: Form<'c>,
}

#[derive(Clone, Copy)]
enum Form<'c> {
    List(&'c List<'c>),
    Names(&'c CavageSignature<'c>),
}

impl<'c> Candidate<'c> {
    fn of(labelled: &'c Labelled<'_>) -> Result<Self, HttpSigError> {
        let (list, params, signature) = labelled.parts()?;
        let (label, form) = (Some(labelled.label), Form::List(list));
        Ok(Self { scheme: Scheme::Rfc9421, label, params, signature, form })
    }

    fn of_drafts(scheme: Scheme, signature: &'c CavageSignature<'_>) -> Self {
        Self {
            scheme,
            label: None,
            params: &signature.params,
            signature: &signature.signature,
            form: Form::Names(signature),
        }
    }

    /// What it covers, each component once.
    pub(super) fn covered(&self, required: &'c Required) -> Result<Coverage<'c>, HttpSigError> {
        match self.form {
            Form::List(list) => rfc9421::covered(list, required),
            Form::Names(signature) => signature.covered(required),
        }
    }

    /// Where the values of its components come from.
    pub(super) fn source<'v, 'm>(
        &self,
        view: &'v View<'m>,
        types: &'v FieldTypes,
    ) -> Source<'v, 'm> {
        let moments = Moments { created: self.params.created, expires: self.params.expires };
        Source { view, types, moments }
    }

    /// What was signed.
    pub(super) fn base(
        &self,
        covered: &Coverage<'_>,
        source: &Source<'_, '_>,
    ) -> Result<SignatureBase, HttpSigError> {
        match self.form {
            Form::List(list) => SignatureBase::of_list(list, covered, source),
            Form::Names(signature) => signature.base(covered, source),
        }
    }
}

/// Whether the policy is for this kind of message.
pub(super) fn check_kind(view: &View<'_>, rules: &Rules) -> Result<(), HttpSigError> {
    match (view, rules.kind) {
        (View::Request(_), MessageKind::Request) | (View::Response(_), MessageKind::Response) => {
            Ok(())
        }
        _ => Err(HttpSigError::MessageKind),
    }
}

/// Whether tag and key id are those that the policy asks for. The label has no meaning (RFC 9421 §7.2.5).
pub(super) fn matches(params: &Params<'_>, rules: &Rules) -> bool {
    let tagged = rules.tag.as_deref().is_none_or(|tag| params.tag.as_deref() == Some(tag));
    let listed = rules.key_ids.is_empty()
        || params
            .key_id
            .as_deref()
            .is_some_and(|key_id| rules.key_ids.iter().any(|listed| **listed == *key_id));
    tagged && listed
}

/// RFC 9421 §7.2.6: signatures that the policy is not about never make the message fail, malformed ones included.
/// One that it is about does where all must be good, even if no signature can be read from it.
fn select_labelled<'s, 'm>(
    labelled: &'s LabelledSignatures<'_>,
    rules: &Rules,
) -> Result<Found<'s, 'm>, HttpSigError> {
    let mut refused = HttpSigError::NoMatch;
    let mut broken = None;
    let mut selected = labelled.iter().filter_map(|labelled| match Candidate::of(labelled) {
        Ok(candidate) => matches(candidate.params, rules).then_some(candidate),
        Err(error) => {
            if labelled.is(|params| matches(params, rules)) {
                broken = Some(error.clone());
            }
            refused = error;
            None
        }
    });
    let (first, others) = (selected.next(), selected.collect::<Vec<_>>());
    let first = first.ok_or(refused)?;
    if let (Pick::All, Some(broken)) = (rules.pick, broken) {
        return Err(broken);
    }
    match others.len() {
        0 => Ok(Found::Labelled(first, others)),
        more if rules.pick == Pick::ExactlyOne => {
            Err(HttpSigError::Ambiguous { found: more.saturating_add(1) })
        }
        _ => Ok(Found::Labelled(first, others)),
    }
}

/// Where a signature of any scheme may stand.
const CARRIERS: [&str; 3] = [SIGNATURE, "authorization", "proxy-authorization"];

//! A signature before it is made: its parameters as they will be sent, and the base under them.

use std::fmt::Write as _;

use super::{Form, SignatureFields, SigningOptions};
use crate::encoding::base64;
use crate::httpsig::accept::push_text;
use crate::httpsig::algorithm::{HS2019, is_ecdsa, name_in_drafts, registered_name};
use crate::httpsig::base::SignatureBase;
use crate::httpsig::canonical::List;
use crate::httpsig::component::Part;
use crate::httpsig::message::View;
use crate::httpsig::policy::{Rules, SchemeRule};
use crate::httpsig::rfc9421::LabelledSignatures;
use crate::httpsig::scheme::{Carrier, Dialect, EcdsaForm, Pseudo, Times};
use crate::httpsig::text::shown;
use crate::httpsig::values::{Moments, Source};
use crate::httpsig::{DigestField, HttpSigError, WantedSignature, cavage, digest_fields, rfc9421};
use crate::key::{Algorithm, ecdsa_signature_to_der};
use crate::structured::Key;
use crate::time::UnixTime;

/// A signature that only lacks its bytes.
#[derive(Debug)]
pub(super) struct Draft {
    form: DraftForm,
    base: SignatureBase,
}

#[derive(Debug)]
enum DraftForm {
    /// RFC 9421: the value of `Signature-Input`, which is a label, an equals sign, and the list that is signed.
    Labelled { input: String },
    /// The drafts: the names that are covered, and the parameters before them.
    Names {
        dialect: &'static Dialect,
        carrier: Carrier,
        names: String,
        head: String,
        key_id: Box<str>,
        moments: Moments,
    },
}

impl Draft {
    pub(super) fn new(
        form: &Form,
        view: &View<'_>,
        options: &SigningOptions<'_>,
        now: UnixTime,
    ) -> Result<Self, HttpSigError> {
        let rule = form.rules.schemes.first().ok_or(HttpSigError::NotGiven)?;
        let drafted = match rule.scheme.dialect() {
            None => labelled(form, rule, view, options, now)?,
            Some(_) if options.wanted.is_some() => return Err(HttpSigError::NotGiven),
            Some(dialect) => names(form, rule, view, dialect, now)?,
        };
        let base = drafted.base(view, &form.rules)?;
        Ok(Self { form: drafted, base })
    }

    pub(super) fn base(&self) -> &str {
        self.base.as_str()
    }

    /// Whether the message is still the one that the base was built of.
    pub(super) fn is_of(&self, view: &View<'_>, rules: &Rules) -> bool {
        self.form.base(view, rules).is_ok_and(|base| base == self.base)
    }

    /// The fields with this signature in them.
    pub(super) fn fields(self, signature: &[u8], algorithm: Algorithm) -> SignatureFields {
        let fields = match self.form {
            DraftForm::Labelled { input } => {
                let (label, _) = label_and_list(&input);
                let mut value = String::with_capacity(
                    label
                        .len()
                        .saturating_add(signature.len().saturating_mul(3) / 2)
                        .saturating_add(8),
                );
                value.push_str(label);
                value.push_str("=:");
                base64::encode_onto(signature, &mut value);
                value.push(':');
                vec![("Signature-Input", input), ("Signature", value)]
            }
            DraftForm::Names { dialect, carrier, names, head, .. } => {
                let der = dialect.ecdsa != EcdsaForm::Raw && is_ecdsa(algorithm);
                let der = der.then(|| ecdsa_signature_to_der(signature));
                let mut value = carrier.word().map_or(String::new(), |word| format!("{word} "));
                push(&mut value, format_args!("{head},headers=\"{names}\",signature=\""));
                base64::encode_onto(der.as_deref().unwrap_or(signature), &mut value);
                value.push('"');
                vec![(carrier.field(), value)]
            }
        };
        SignatureFields { fields }
    }
}

impl DraftForm {
    /// The base, built from what will be sent, as the other side will build it.
    fn base(&self, view: &View<'_>, rules: &Rules) -> Result<SignatureBase, HttpSigError> {
        let types = &rules.field_types;
        let rule = rules.schemes.first().ok_or(HttpSigError::NotGiven)?;
        match self {
            Self::Labelled { input } => {
                let source = Source { view, types, moments: Moments::default() };
                rfc9421::base_of_input(label_and_list(input).1, &rule.required, &source)
            }
            Self::Names { dialect, names, key_id, moments, .. } => {
                let source = Source { view, types, moments: *moments };
                cavage::base_of_names(names, &rule.required, dialect, key_id, &source)
            }
        }
    }
}

/// A signature of RFC 9421, its parameters in the order of the RFC's own examples.
fn labelled(
    form: &Form,
    rule: &SchemeRule,
    view: &View<'_>,
    options: &SigningOptions<'_>,
    now: UnixTime,
) -> Result<DraftForm, HttpSigError> {
    let label = options.label.unwrap_or(DEFAULT_LABEL);
    Key::new(label).map_err(|_| HttpSigError::Label)?;
    if LabelledSignatures::read([view.headers(), view.trailers()])?
        .is_some_and(|others| others.has_label(label))
    {
        return Err(HttpSigError::Label);
    }
    let mut input = String::with_capacity(USUAL_BYTES);
    input.push_str(label);
    input.push('=');
    match options.wanted {
        None => {
            input.push('(');
            push_covered(rule, view, "\"", &mut input);
            input.push(')');
        }
        Some(wanted) => {
            check_wanted(wanted, form, rule)?;
            input.push_str(&wanted.items);
        }
    }
    let wants_expires = options.wanted.is_some_and(|wanted| wanted.expires);
    let lifetime = form.lifetime.or(wants_expires.then_some(form.rules.max_age));
    let tag = options.wanted.and_then(|wanted| wanted.tag());
    push(&mut input, format_args!(";created={}", now.as_secs()));
    push_text(&mut input, "keyid", form.key_id.as_deref())?;
    let algorithm = registered_name(form.algorithm).filter(|_| form.names_algorithm);
    push_text(&mut input, "alg", algorithm)?;
    if let Some(lifetime) = lifetime {
        push(&mut input, format_args!(";expires={}", now.saturating_add(lifetime).as_secs()));
    }
    push_text(&mut input, "nonce", options.nonce)?;
    push_text(&mut input, "tag", tag.or(form.rules.tag.as_deref()))?;
    Ok(DraftForm::Labelled { input })
}

/// The two parts of a `Signature-Input`: a label has no equals sign in it (RFC 9651 §3.1.2).
fn label_and_list(input: &str) -> (&str, &str) {
    input.split_once('=').unwrap_or_default()
}

/// RFC 9421 §5.2: what is asked for is given whole or not at all, and never less than this signer's own policy says.
fn check_wanted(
    wanted: &WantedSignature,
    form: &Form,
    rule: &SchemeRule,
) -> Result<(), HttpSigError> {
    let list = List::of(&wanted.items);
    let covered = rfc9421::covered(&list, &rule.required)?;
    if let Some(id) = covered.missing_of(&rule.required) {
        return Err(HttpSigError::NotCovered { component: shown(id.text()) });
    }
    let algorithm = registered_name(form.algorithm).filter(|_| form.names_algorithm);
    let given = |wanted: Option<&str>, own: Option<&str>| wanted.is_none() || wanted == own;
    let tag = form.rules.tag.as_deref();
    let fits = given(wanted.key_id(), form.key_id.as_deref())
        && given(wanted.algorithm.as_deref(), algorithm)
        && (tag.is_none() || given(wanted.tag(), tag));
    if fits { Ok(()) } else { Err(HttpSigError::NotGiven) }
}

/// A signature of the drafts.
fn names(
    form: &Form,
    rule: &SchemeRule,
    view: &View<'_>,
    dialect: &'static Dialect,
    now: UnixTime,
) -> Result<DraftForm, HttpSigError> {
    if cavage::is_signed(view, dialect)? {
        return Err(HttpSigError::CarrierRepeated);
    }
    let key_id = form.key_id.as_deref().ok_or(HttpSigError::KeyIdMissing)?;
    let covers = |pseudo| rule.covers(|component| component.part == Part::Pseudo(pseudo));
    let expires = now.saturating_add(form.lifetime.unwrap_or(form.rules.max_age));
    let moments = Moments {
        created: covers(Pseudo::Created).then_some(now.as_secs()),
        expires: covers(Pseudo::Expires).then_some(expires.as_secs()),
    };
    let escaped = key_id.replace('\\', "\\\\").replace('"', "\\\"");
    let mut head = format!("{}=\"{escaped}\"", dialect.key_id_parameter);
    if form.names_algorithm || dialect.algorithm_required {
        let name = algorithm_name(form.algorithm, dialect, &moments)?;
        push(&mut head, format_args!(",algorithm=\"{name}\""));
    }
    for (parameter, moment) in [("created", moments.created), ("expires", moments.expires)] {
        if let Some(moment) = moment {
            push(&mut head, format_args!(",{parameter}={moment}"));
        }
    }
    let mut names = String::new();
    push_covered(rule, view, "", &mut names);
    let carrier = dialect.carrier(form.rules.kind);
    Ok(DraftForm::Names { dialect, carrier, names, head, key_id: key_id.into(), moments })
}

/// Draft-12 §2.3 forbids `(created)` and `(expires)` with the names of the drafts before it.
fn algorithm_name(
    algorithm: Algorithm,
    dialect: &Dialect,
    moments: &Moments,
) -> Result<&'static str, HttpSigError> {
    let dated = moments.created.is_some() || moments.expires.is_some();
    match name_in_drafts(algorithm) {
        _ if dated && dialect.times == Times::Strict => Ok(HS2019),
        HS2019 if dialect.times == Times::Unknown => Err(HttpSigError::AlgorithmUnknown),
        name => Ok(name),
    }
}

/// Writes what the policy lists, and the digest fields that it does not list and the message has.
fn push_covered(rule: &SchemeRule, view: &View<'_>, quote: &str, onto: &mut String) {
    let unlisted = |name: &&str| {
        !rule.covers(|component| {
            !component.of_request && component.field().is_some_and(|field| field.name == *name)
        })
    };
    onto.push_str(rule.required.listed());
    for name in digest_fields::present(view).map(DigestField::name).filter(unlisted) {
        for part in [" ", quote, name, quote] {
            onto.push_str(part);
        }
    }
}

fn push(text: &mut String, formatted: std::fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = text.write_fmt(formatted);
}

/// Room for most members of `Signature-Input`.
const USUAL_BYTES: usize = 256;

const DEFAULT_LABEL: &str = "sig1";

//! What a signature must be, decided once by the host, for verifying and for signing.

use std::marker::PhantomData;
use std::time::Duration;

use super::component::{Component, ComponentId, MessageKind, Part};
use super::coverage::Required;
use super::field_types::{FieldType, FieldTypes};
use super::lint::{self, Lint, PolicyError, PolicyProblem};
use super::scheme::{Pseudo, Scheme};
use super::{MAX_BODY_BYTES, MAX_COMPONENTS, algorithm};
use crate::digest::Listing;
use crate::guard::{Reusable, SingleUse, Use};
use crate::key::Algorithm;

/// What a signature must be to be accepted: in which schemes, over which components, by which algorithms, how old.
///
/// It is built once and shared. The signer builds its list of components from the very same policy, and
/// `Accept-Signature` is written from it, so that the two sides cannot differ. What could not be safe cannot be built;
/// what is questionable is named by [`Policy::lint`].
///
/// A body is always covered: by a signed digest where there is a body, and by none where there is not. A policy that
/// lists `digest`, `content-digest` or `repr-digest` demands one in every message.
///
/// ```
/// use countersign::httpsig::{Policy, PolicyProblem, Scheme};
///
/// let policy = Policy::builder(Scheme::Cavage07, ["(request-target)", "host", "date", "digest"]).build()?;
///
/// let wrong = Policy::builder(Scheme::Rfc9421, ["@method", "@path", "Digest"]).build().unwrap_err();
/// assert_eq!(
///     wrong.problems(),
///     [
///         PolicyProblem::Component { component: "Digest".into() },
///         PolicyProblem::NotCovered { part: "the authority" },
///         PolicyProblem::NotCovered { part: "the query" },
///     ],
/// );
/// # Ok::<(), countersign::httpsig::PolicyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy<U: Use = Reusable> {
    pub(super) rules: Rules,
    fingerprint: [u8; 32],
    r#use: PhantomData<U>,
}

impl Policy {
    /// Starts a policy for requests with what every policy needs: a scheme, and the components that a signature must
    /// cover.
    ///
    /// Components are written as the scheme has them: `(request-target)`, `host`, `date`; or `@method`,
    /// `content-digest`, `@query-param;name="q"`, with quotes around the name or without.
    pub fn builder<C: AsRef<str>>(
        scheme: Scheme,
        components: impl IntoIterator<Item = C>,
    ) -> PolicyBuilder {
        PolicyBuilder::new(MessageKind::Request, scheme, components)
    }

    /// Starts a policy for responses. Components of the request that is answered end in `;req` (RFC 9421 §2.4).
    ///
    /// ```
    /// use countersign::httpsig::{Policy, Scheme};
    ///
    /// let bound = ["@status", "content-digest", "@method;req", "@authority;req", "@path;req", "@query;req"];
    /// let policy = Policy::response_builder(Scheme::Rfc9421, bound).build()?;
    /// assert!(policy.lint().is_empty());
    /// # Ok::<(), countersign::httpsig::PolicyError>(())
    /// ```
    pub fn response_builder<C: AsRef<str>>(
        scheme: Scheme,
        components: impl IntoIterator<Item = C>,
    ) -> PolicyBuilder {
        PolicyBuilder::new(MessageKind::Response, scheme, components)
    }
}

impl<U: Use> Policy<U> {
    /// How long a signature is accepted after the moment that it names.
    #[must_use]
    pub const fn max_age(&self) -> Duration {
        self.rules.max_age
    }

    /// A SHA-256 over every rule, the same for equal policies on every machine.
    #[must_use]
    pub const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// What is allowed but questionable, for a start-up log or a test.
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        lint::lint(&self.rules)
    }
}

/// Which of the signatures that a policy selects must be good.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Pick {
    #[default]
    ExactlyOne,
    Any,
    All,
}

/// The rules of a policy, as data.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) kind: MessageKind,
    pub(super) schemes: Vec<SchemeRule>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) pick: Pick,
    pub(super) tag: Option<Box<str>>,
    pub(super) key_ids: Vec<Box<str>>,
    pub(super) max_age: Duration,
    pub(super) skew: Duration,
    pub(super) expires_within: Option<Duration>,
    pub(super) nonce_required: bool,
    pub(super) field_types: FieldTypes,
    pub(super) max_body_bytes: u64,
    pub(super) partial_coverage: bool,
    pub(super) unsigned_body: bool,
}

/// What one scheme must cover.
#[derive(Clone, Debug)]
pub(super) struct SchemeRule {
    pub(super) scheme: Scheme,
    pub(super) required: Required,
}

impl SchemeRule {
    /// Whether it demands a component like this.
    pub(super) fn covers(&self, like: impl Fn(&Component<&str>) -> bool) -> bool {
        self.required.ids().iter().any(|id| like(&id.component()))
    }
}

impl Rules {
    /// The rule for a scheme, where the policy takes it.
    pub(super) fn rule_for(&self, scheme: Scheme) -> Option<&SchemeRule> {
        self.schemes.iter().find(|rule| rule.scheme == scheme)
    }

    /// Puts lists in order where the order means nothing, so that equal rules have one form.
    fn normalise(&mut self) {
        self.algorithms.sort_unstable();
        self.algorithms.dedup();
        self.key_ids.sort_unstable();
        self.key_ids.dedup();
    }

    fn fingerprint(&self, single_use: bool) -> [u8; 32] {
        // Taken apart by name, so that a rule that is added cannot be forgotten here.
        let Self {
            kind,
            schemes,
            algorithms,
            pick,
            tag,
            key_ids,
            max_age,
            skew,
            expires_within,
            nonce_required,
            field_types,
            max_body_bytes,
            partial_coverage,
            unsigned_body,
        } = self;
        let mut listing = Listing::default();
        listing.list([format!("{kind:?}"), format!("{pick:?}")]);
        for SchemeRule { scheme, required } in schemes {
            scheme.list_onto(&mut listing);
            listing.list(required.ids().iter().map(ComponentId::text));
        }
        listing.list(algorithms.iter().map(|algorithm| algorithm.name()));
        listing.list(tag).list(key_ids);
        listing.duration(Some(*max_age)).duration(Some(*skew)).duration(*expires_within);
        listing.list(field_types.keys());
        listing.list(field_types.values().map(|field_type| format!("{field_type:?}")));
        listing.list([max_body_bytes.to_string()]);
        listing.flag(*nonce_required).flag(*partial_coverage).flag(*unsigned_body).flag(single_use);
        listing.fingerprint("countersign httpsig policy 1")
    }
}

/// Collects the rules of a [`Policy`]; [`build`](Self::build) reports all problems at once.
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct PolicyBuilder<U: Use = Reusable> {
    rules: Rules,
    problems: Vec<PolicyProblem>,
    r#use: PhantomData<U>,
}

impl PolicyBuilder {
    fn new<C: AsRef<str>>(
        kind: MessageKind,
        scheme: Scheme,
        components: impl IntoIterator<Item = C>,
    ) -> Self {
        let rules = Rules {
            kind,
            schemes: Vec::new(),
            algorithms: algorithm::DEFAULT.to_vec(),
            pick: Pick::default(),
            tag: None,
            key_ids: Vec::new(),
            max_age: Self::DEFAULT_MAX_AGE,
            skew: Self::DEFAULT_SKEW,
            expires_within: None,
            nonce_required: false,
            field_types: FieldTypes::new(),
            max_body_bytes: MAX_BODY_BYTES,
            partial_coverage: false,
            unsigned_body: false,
        };
        Self { rules, problems: Vec::new(), r#use: PhantomData }.or(scheme, components)
    }
}

impl<U: Use> PolicyBuilder<U> {
    /// How old a signature may be: long enough for a slow upload to begin, short enough for a store of replays.
    pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(300);
    /// How far the sender's clock may be ahead.
    pub const DEFAULT_SKEW: Duration = Duration::from_secs(30);
    /// The largest age: a signature of yesterday proves nothing about today.
    pub const LARGEST_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);
    /// The largest skew: clocks that are further apart are broken.
    pub const LARGEST_SKEW: Duration = Duration::from_secs(60);

    /// Takes signatures of this scheme too, over its own components. A signer uses the first scheme.
    ///
    /// A message with `Signature-Input` is RFC 9421 and nothing else, whatever other signature it has.
    pub fn or<C: AsRef<str>>(
        mut self,
        scheme: Scheme,
        components: impl IntoIterator<Item = C>,
    ) -> Self {
        let mut required = Required::default();
        for text in components {
            match self.component(scheme, text.as_ref()) {
                Some(id) => required.add(id),
                None => {
                    let component = super::text::shown(text.as_ref());
                    self.problems.push(PolicyProblem::Component { component });
                }
            }
        }
        self.rules.schemes.push(SchemeRule { scheme, required });
        self
    }

    fn component(&self, scheme: Scheme, text: &str) -> Option<ComponentId> {
        let id = match scheme.dialect() {
            Some(dialect) => ComponentId::parse_for(dialect, text),
            None => ComponentId::parse(text),
        };
        id.ok().filter(|id| id.component().check_applies(self.rules.kind).is_ok())
    }

    /// Takes these algorithms and no others. Without this call: the asymmetric ones of RFC 9421 §6.2.2.
    ///
    /// The key decides: a message that names another algorithm than its key has is refused.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.rules.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Takes only signatures with this `tag` (RFC 9421 §2.3), and signs with it.
    pub fn tag(mut self, tag: impl Into<Box<str>>) -> Self {
        self.rules.tag = Some(tag.into());
        self
    }

    /// Takes only signatures by keys of this id; called again, of that id too.
    pub fn key_id(mut self, key_id: impl Into<Box<str>>) -> Self {
        self.rules.key_ids.push(key_id.into());
        self
    }

    /// Of several signatures that tag and key ids select, one good one is enough. Without this call there must be
    /// exactly one.
    pub const fn any(mut self) -> Self {
        self.rules.pick = Pick::Any;
        self
    }

    /// Of several signatures that tag and key ids select, all must be good. What is then verified is what all of them
    /// cover.
    ///
    /// # Security
    /// It demands no second signature: one that was stripped is not missed, whatever the number of key ids. Who must have
    /// two signatures asks for the second with [`SignedMessage::also_signed_by`](super::SignedMessage::also_signed_by).
    pub const fn all(mut self) -> Self {
        self.rules.pick = Pick::All;
        self
    }

    /// How long a signature is accepted after the moment that it names and signs; whatever its `expires`, never longer.
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.rules.max_age = age;
        self
    }

    /// How far ahead of `now` that moment may lie, because the sender's clock is.
    pub const fn skew(mut self, skew: Duration) -> Self {
        self.rules.skew = skew;
        self
    }

    /// Demands `expires`, at most this far behind the moment that is signed.
    pub const fn expires_within(mut self, lifetime: Duration) -> Self {
        self.rules.expires_within = Some(lifetime);
        self
    }

    /// Demands `nonce` (RFC 9421 §2.3).
    pub const fn require_nonce(mut self) -> Self {
        self.rules.nonce_required = true;
        self
    }

    /// Makes the type of a structured field known to `;sf` and `;key`, beside those that are registered.
    pub fn field_type(mut self, name: &str, field_type: FieldType) -> Self {
        self.rules.field_types.insert(name.to_ascii_lowercase().into(), field_type);
        self
    }

    /// The most bytes of a body; 32 MiB without this call.
    pub const fn max_body_bytes(mut self, bytes: u64) -> Self {
        self.rules.max_body_bytes = bytes;
        self
    }

    /// Takes signatures that leave out the method, the authority, the path, the query or the status.
    ///
    /// # Security
    /// What is not covered can be changed: the signature of one request passes for another.
    pub const fn dangerous_partial_coverage(mut self) -> Self {
        self.rules.partial_coverage = true;
        self
    }

    /// Takes messages whose body no signed digest covers. A digest that is covered is still checked.
    ///
    /// # Security
    /// Anyone on the way can replace the body.
    pub const fn dangerous_unsigned_body(mut self) -> Self {
        self.rules.unsigned_body = true;
        self
    }

    /// Takes each signature once: the result is a [`Pending`](crate::verified::Pending), and a `Verified` only against
    /// the answer of a store. What is used up is the nonce of the key, or the signature base where there is no nonce.
    pub fn single_use(self) -> PolicyBuilder<SingleUse> {
        PolicyBuilder { rules: self.rules, problems: self.problems, r#use: PhantomData }
    }

    /// The policy.
    ///
    /// # Errors
    /// [`PolicyError`] with every problem found.
    pub fn build(mut self) -> Result<Policy<U>, PolicyError> {
        self.rules.normalise();
        let mut problems = self.problems;
        problems.extend(self.rules.schemes.iter().flat_map(|rule| uncovered(&self.rules, rule)));
        problems.extend(self::problems::<U>(&self.rules));
        if !problems.is_empty() {
            return Err(PolicyError::new(problems));
        }
        let fingerprint = self.rules.fingerprint(U::SINGLE);
        Ok(Policy { rules: self.rules, fingerprint, r#use: PhantomData })
    }
}

fn problems<U: Use>(rules: &Rules) -> Vec<PolicyProblem> {
    let symmetric = rules.algorithms.iter().filter(|algorithm| algorithm.is_symmetric()).count();
    let only_drafts = rules.rule_for(Scheme::Rfc9421).is_none();
    let selectors = || rules.tag.iter().chain(&rules.key_ids);
    let repeated = rules.schemes.iter().enumerate().any(|(index, rule)| {
        rules.schemes.iter().take(index).any(|other| other.scheme == rule.scheme)
    });
    let found = [
        (repeated, PolicyProblem::SchemeRepeated),
        (
            rules.schemes.iter().any(|rule| rule.required.ids().is_empty()),
            PolicyProblem::NothingCovered,
        ),
        (
            rules.schemes.iter().any(|rule| rule.required.ids().len() > MAX_COMPONENTS),
            PolicyProblem::TooManyComponents,
        ),
        (rules.algorithms.is_empty(), PolicyProblem::NoAlgorithm),
        (symmetric > 0 && symmetric < rules.algorithms.len(), PolicyProblem::SecretAndPublicKeys),
        (selectors().any(|text| text.is_empty()), PolicyProblem::SelectorEmpty),
        (
            rules.max_age.is_zero() || rules.max_age > PolicyBuilder::<U>::LARGEST_MAX_AGE,
            PolicyProblem::MaxAge,
        ),
        (rules.skew > PolicyBuilder::<U>::LARGEST_SKEW, PolicyProblem::Skew),
        (rules.expires_within.is_some_and(|within| within.is_zero()), PolicyProblem::LifetimeZero),
        (U::SINGLE && rules.pick != Pick::ExactlyOne, PolicyProblem::SingleUseOfSeveral),
        (only_drafts && (rules.nonce_required || rules.tag.is_some()), PolicyProblem::NotInDrafts),
    ];
    found.into_iter().filter_map(|(wrong, problem)| wrong.then_some(problem)).collect()
}

/// What a policy must cover and does not.
fn uncovered(rules: &Rules, rule: &SchemeRule) -> Vec<PolicyProblem> {
    if rule.required.ids().is_empty() {
        return Vec::new(); // said once, as `NothingCovered`
    }
    let not_covered = |(part, covered): (&'static str, bool)| {
        (!covered).then_some(PolicyProblem::NotCovered { part })
    };
    let mut problems = Vec::new();
    if !rules.partial_coverage {
        problems.extend(parts(rules.kind, rule).into_iter().filter_map(not_covered));
    }
    if let Some(dialect) = rule.scheme.dialect() {
        let dated = rule.covers(|component| match component.part {
            Part::Pseudo(pseudo) => pseudo == Pseudo::Created,
            _ => dialect.time_fields.iter().any(|name| *component == Component::of_field(name)),
        });
        problems.extend(not_covered(("the time", dated)));
    }
    let by_signature_alone = rule.covers(|component| component.of_request)
        && !rule.covers(|component| {
            component.of_request && component.field().is_none_or(|field| field.name != "signature")
        });
    // RFC 9421 §7.3.7: another key can be made that verifies the same signature.
    problems.extend(by_signature_alone.then_some(PolicyProblem::BoundBySignatureAlone));
    problems
}

/// The parts of a message that matter whatever the application, and whether they are covered.
fn parts(kind: MessageKind, rule: &SchemeRule) -> Vec<(&'static str, bool)> {
    let covers = |parts: &[Part<&str>]| {
        rule.covers(|component| !component.of_request && parts.contains(&component.part))
    };
    let host = Component::of_field("host").part;
    let line = [Pseudo::Target, Pseudo::KongTarget, Pseudo::RequestLine, Pseudo::ApisixTarget]
        .map(Part::Pseudo)
        .iter()
        .any(|part| covers(std::slice::from_ref(part)));
    let full = |part| covers(&[part, Part::TargetUri, Part::RequestTarget]) || line;
    match (kind, rule.scheme.dialect()) {
        (MessageKind::Request, _) => vec![
            ("the method", covers(&[Part::Method]) || line),
            ("the authority", covers(&[Part::Authority, Part::TargetUri, host])),
            ("the path", full(Part::Path)),
            ("the query", full(Part::Query)),
        ],
        (MessageKind::Response, None) => vec![("the status", covers(&[Part::Status]))],
        // The drafts have no name for the status.
        (MessageKind::Response, Some(_)) => Vec::new(),
    }
}

//! What a signature of this integration looks like, as data: the service's own dialect is not public.

use std::time::Duration;

use super::received::Expected;
use crate::guard::{Reusable, SingleUse, Use};
use crate::httpsig::{DigestField, Policy, PolicyBuilder, PolicyError, Scheme};
use crate::key::Algorithm;

/// What is signed, in which scheme: data, since the service's own dialect is not public.
///
/// Both profiles leave `content-type` to the host, since a request without a body has none. Where bodies are multipart, list
/// it: its boundary says how a body is read.
///
/// ```
/// use std::time::Duration;
///
/// use countersign::httpsig::{Carrier, Dialect, Scheme};
/// use countersign::partner::vnpt_bioid::{BackendToBackend, Profile, Role, VnptBioId};
///
/// /// What a captured request might show: another word, another name for the key's id, a cluster with a slow clock.
/// const CAPTURED: Dialect = Dialect::CAVAGE_07
///     .with_name("bioid-captured")
///     .with_carriers(&[Carrier::Authorization("BioID")])
///     .with_key_id_parameter("consumerKey");
/// const PROFILE: Profile =
///     Profile::CAVAGE_07.with_scheme(Scheme::Dialect(&CAPTURED)).with_skew(Duration::from_secs(60));
///
/// // What is not covered any more is refused when the profile is used.
/// let bare = PROFILE.with_request_components(&["date"]);
/// let refused = VnptBioId::<BackendToBackend>::builder(Role::BioId, bare).build().unwrap_err();
/// assert_eq!(refused.code(), "vnpt_bioid.config");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Profile {
    scheme: Scheme,
    digest: DigestField,
    request: &'static [&'static str],
    answer: &'static [&'static str],
    result: &'static [&'static str],
    request_id: Option<&'static str>,
    tags: Option<Tags>,
    secret: Algorithm,
    max_age: Duration,
    skew: Duration,
    max_body_bytes: u64,
}

/// What tells the service's signature for whoever asked from the one for whoever the result is handed on to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Tags {
    answer: &'static str,
    result: &'static str,
}

impl Profile {
    /// The draft that the document links, draft-cavage-http-signatures-07 (S0-3).
    pub const CAVAGE_07: Self = Self {
        scheme: Scheme::Cavage07,
        digest: DigestField::Digest,
        request: &["(request-target)", "host", "date", "digest", REQUEST_ID],
        answer: &["date", "digest", REQUEST_ID],
        result: &["date", "digest", REQUEST_ID],
        request_id: Some(REQUEST_ID),
        tags: None,
        secret: Algorithm::Hs256,
        max_age: PolicyBuilder::<SingleUse>::DEFAULT_MAX_AGE,
        skew: PolicyBuilder::<SingleUse>::DEFAULT_SKEW,
        max_body_bytes: 32 * 1024 * 1024,
    };

    /// What became of that draft, RFC 9421: answers are bound to their requests, and results have a signature of their own.
    pub const RFC_9421: Self = Self {
        scheme: Scheme::Rfc9421,
        digest: DigestField::ContentDigest,
        request: &["@method", "@authority", "@path", "@query", "content-digest", REQUEST_ID],
        answer: &[
            "@status",
            "content-digest",
            REQUEST_ID,
            "@method;req",
            "@authority;req",
            "@path;req",
            "@query;req",
            "content-digest;req",
        ],
        result: &["@status", "content-digest", REQUEST_ID],
        tags: Some(Tags { answer: "vnpt-bioid-answer", result: "vnpt-bioid-result" }),
        ..Self::CAVAGE_07
    };

    /// The same profile in another scheme: a [`Dialect`](crate::httpsig::Dialect) for what a captured request shows. Its
    /// components stay; RFC 9421 has a profile of its own.
    #[must_use]
    pub const fn with_scheme(self, scheme: Scheme) -> Self {
        Self { scheme, ..self }
    }

    /// The same profile, with other components that requests must cover.
    #[must_use]
    pub const fn with_request_components(self, components: &'static [&'static str]) -> Self {
        Self { request: components, ..self }
    }

    /// The same profile, with other components that answers must cover.
    #[must_use]
    pub const fn with_answer_components(self, components: &'static [&'static str]) -> Self {
        Self { answer: components, ..self }
    }

    /// The same profile, with other components that a result must cover which is handed on.
    #[must_use]
    pub const fn with_result_components(self, components: &'static [&'static str]) -> Self {
        Self { result: components, ..self }
    }

    /// The same profile, with the request id in this field, in lower case, which all three lists must name then.
    #[must_use]
    pub const fn with_request_id_field(self, name: &'static str) -> Self {
        Self { request_id: Some(name), ..self }
    }

    /// The same profile without a request id.
    ///
    /// # Security
    /// In the drafts, whoever is in the middle may then answer one request with the answer to another, and hand on
    /// anybody's result as this customer's.
    #[must_use]
    pub const fn dangerous_without_request_id(self) -> Self {
        Self { request_id: None, ..self }
    }

    /// The same profile, with another algorithm for the `ConsumerSecret` than HMAC-SHA-256.
    #[must_use]
    pub const fn with_secret_algorithm(self, algorithm: Algorithm) -> Self {
        Self { secret: algorithm, ..self }
    }

    /// The same profile, with another age: [`PolicyBuilder::max_age`].
    #[must_use]
    pub const fn with_max_age(self, age: Duration) -> Self {
        Self { max_age: age, ..self }
    }

    /// The same profile, with another skew, which differs from deployment to deployment (S0-1): [`PolicyBuilder::skew`].
    #[must_use]
    pub const fn with_skew(self, skew: Duration) -> Self {
        Self { skew, ..self }
    }

    /// The same profile, with bodies of at most so many bytes; 32 MiB are a dozen photographs.
    #[must_use]
    pub const fn with_max_body_bytes(self, bytes: u64) -> Self {
        Self { max_body_bytes: bytes, ..self }
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The field in which a sender writes the digest of a body.
    #[must_use]
    pub const fn digest_field(&self) -> DigestField {
        self.digest
    }

    /// The field in which a sender writes the request id.
    #[must_use]
    pub const fn request_id_field(&self) -> Option<&'static str> {
        self.request_id
    }

    pub(super) const fn secret_algorithm(&self) -> Algorithm {
        self.secret
    }

    /// What the signed request id must be.
    pub(super) const fn expected<'e>(&self, request_id: &'e str) -> Option<Expected<'e>> {
        match self.request_id {
            Some(field) => Some(Expected { field, value: request_id }),
            None => None,
        }
    }

    /// Whether every list names the request id, without which nothing can be compared.
    pub(super) fn signs_request_id(&self) -> bool {
        let lists = [self.request, self.answer, self.result];
        self.request_id.is_none_or(|field| lists.iter().all(|list| list.contains(&field)))
    }

    pub(super) fn request_policy(&self, by: Algorithms) -> Result<Policy<SingleUse>, PolicyError> {
        let policy = self.common(Policy::builder(self.scheme, self.request), by);
        policy.single_use().build()
    }

    pub(super) fn answer_policy(&self, by: Algorithms) -> Result<Policy<Reusable>, PolicyError> {
        let policy = self.common(Policy::response_builder(self.scheme, self.answer), by);
        tagged(policy, self.tags.map(|tags| tags.answer)).build()
    }

    /// A result that is handed on is never under a secret that whoever hands it on may have.
    pub(super) fn result_policy(&self) -> Result<Policy<SingleUse>, PolicyError> {
        let policy = Policy::response_builder(self.scheme, self.result);
        let policy = self.common(policy, Algorithms::PublicKey);
        tagged(policy, self.tags.map(|tags| tags.result)).single_use().build()
    }

    fn common<U: Use>(&self, policy: PolicyBuilder<U>, by: Algorithms) -> PolicyBuilder<U> {
        let policy =
            policy.max_age(self.max_age).skew(self.skew).max_body_bytes(self.max_body_bytes);
        match by {
            Algorithms::PublicKey => policy,
            Algorithms::Secret => policy.algorithms([self.secret]),
        }
    }
}

fn tagged<U: Use>(policy: PolicyBuilder<U>, tag: Option<&'static str>) -> PolicyBuilder<U> {
    match tag {
        Some(tag) => policy.tag(tag),
        None => policy,
    }
}

/// By which kind of key the messages of a leg are signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Algorithms {
    PublicKey,
    Secret,
}

/// A common name; the document has none.
const REQUEST_ID: &str = "x-request-id";

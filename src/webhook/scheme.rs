//! How a provider signs, as data.

use crate::key::{Algorithm, MacAlgorithm};

/// How a provider signs what it sends: what is in the signed text, how it is signed, where the
/// signature stands.
///
/// It is data, a `const`; [`providers`](super::providers) has one for each provider we know, and a
/// partner's own is as quickly written. What could not be safe is refused when a
/// [`Verifier`](super::Verifier) is built from it.
///
/// ```
/// use countersign::key::MacAlgorithm;
/// use countersign::webhook::{ConfigProblem, Encoding, Part, Place, Scheme, SignatureForm, Unit, Verifier};
///
/// const PARTNER: Scheme = Scheme::mac("partner", MacAlgorithm::HmacSha256, &[Part::Timestamp, Part::Literal("\n"), Part::Body])
///     .with_signature(Place::Header("x-partner-signature"), SignatureForm::Alone { prefix: "hmac " }, Encoding::Base64)
///     .with_timestamp(Place::Header("x-partner-time"), Unit::Milliseconds);
/// let verifier = Verifier::builder(PARTNER).secret("2025", "a secret of sixteen bytes or more").build()?;
/// assert!(verifier.scheme().assurance().covers.time);
///
/// // A time that is not signed can be set to now by anyone.
/// const NO_TIME: Scheme = Scheme::mac("partner", MacAlgorithm::HmacSha256, &[Part::Body])
///     .with_timestamp(Place::Header("x-partner-time"), Unit::Milliseconds);
/// let refused = Verifier::builder(NO_TIME).secret("2025", "a secret of sixteen bytes or more").build().unwrap_err();
/// assert_eq!(refused.problems(), [ConfigProblem::TimestampUnsigned]);
/// # Ok::<(), countersign::webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Scheme {
    pub(super) name: &'static str,
    pub(super) parts: &'static [Part],
    pub(super) construction: Construction,
    pub(super) key: KeyForm,
    pub(super) signature: SignatureField,
    pub(super) timestamp: Option<(Place, Unit)>,
    pub(super) id: Option<&'static str>,
    pub(super) object: Option<&'static str>,
}

impl Scheme {
    /// A scheme that signs `parts`, one after the other, with a MAC. The signature is lower-case
    /// hex in `x-signature` and the key is the text of the secret, until said otherwise.
    #[must_use]
    pub const fn mac(name: &'static str, algorithm: MacAlgorithm, parts: &'static [Part]) -> Self {
        Self::new(name, Construction::Mac(algorithm), parts)
    }

    /// A scheme that signs with the SHA-256 of `parts`, of which [`Part::Secret`] must be the last.
    ///
    /// # Security
    /// Weaker than a MAC: two texts with one hash would have one signature under every secret. No
    /// such texts are known for SHA-256. With the secret in front anyone could append to what was
    /// signed; that is refused.
    #[must_use]
    pub const fn suffix_hash(name: &'static str, parts: &'static [Part]) -> Self {
        Self::new(name, Construction::SuffixHash, parts)
    }

    /// A scheme that signs `parts` with a private key of the provider, by Ed25519 or by ECDSA on
    /// P-256.
    #[must_use]
    pub const fn asymmetric(
        name: &'static str,
        algorithm: Algorithm,
        key: KeyForm,
        parts: &'static [Part],
    ) -> Self {
        Self { key, ..Self::new(name, Construction::Signature(algorithm), parts) }
    }

    const fn new(name: &'static str, construction: Construction, parts: &'static [Part]) -> Self {
        Self {
            name,
            parts,
            construction,
            key: KeyForm::Text { prefix: "" },
            signature: SignatureField {
                place: Place::Header("x-signature"),
                form: SignatureForm::Alone { prefix: "" },
                encoding: Encoding::Hex,
            },
            timestamp: None,
            id: None,
            object: None,
        }
    }

    /// Where the signature stands, in which form, and how it is written.
    #[must_use]
    pub const fn with_signature(
        self,
        place: Place,
        form: SignatureForm,
        encoding: Encoding,
    ) -> Self {
        Self { signature: SignatureField { place, form, encoding }, ..self }
    }

    /// How the provider hands out its key.
    #[must_use]
    pub const fn with_key(self, key: KeyForm) -> Self {
        Self { key, ..self }
    }

    /// Where [`Part::Timestamp`] stands, and in which unit.
    #[must_use]
    pub const fn with_timestamp(self, place: Place, unit: Unit) -> Self {
        Self { timestamp: Some((place, unit)), ..self }
    }

    /// The header field that [`Part::Id`] is.
    #[must_use]
    pub const fn with_id(self, header: &'static str) -> Self {
        Self { id: Some(header), ..self }
    }

    /// The member of the body that holds what is signed, where it is not the body itself.
    #[must_use]
    pub const fn with_object(self, member: &'static str) -> Self {
        Self { object: Some(member), ..self }
    }

    /// The scheme's name, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How it signs.
    #[must_use]
    pub const fn construction(&self) -> Construction {
        self.construction
    }

    pub(super) fn has(&self, wanted: impl Fn(&Part) -> bool) -> bool {
        self.parts.iter().any(wanted)
    }

    /// Whether any of it stands inside a JSON body.
    pub(super) fn reads_json(&self) -> bool {
        self.has(Part::is_json) || self.has_place(|place| matches!(place, Place::Member(_)))
    }

    /// Whether any of it stands in the query of the URL.
    pub(super) fn reads_query(&self) -> bool {
        self.has(|part| matches!(part, Part::SortedQuery { .. }))
            || self.has_place(|place| matches!(place, Place::Query(_)))
    }

    fn has_place(&self, wanted: impl Fn(Place) -> bool) -> bool {
        wanted(self.signature.place) || self.timestamp.is_some_and(|(place, _)| wanted(place))
    }

    /// Whether the timestamp is part of what is signed: by itself, or as a member of what is.
    pub(super) fn signs_time(&self) -> bool {
        self.timestamp.is_some_and(|(place, _)| {
            self.parts.iter().any(|part| match (part, place) {
                (Part::Timestamp, _) | (Part::Body, Place::Member(_)) => true,
                (Part::SortedPairs { .. }, Place::Member(_)) => self.object.is_none(),
                (Part::Fields(names), Place::Member(name)) => {
                    self.object.is_none() && names.contains(&name)
                }
                _ => false,
            })
        })
    }

    /// The parameter of the query that may name the algorithm, and the one name that is allowed.
    pub(super) fn query_algorithm(&self) -> Option<(&'static str, &'static str)> {
        self.parts.iter().find_map(|part| match *part {
            Part::SortedQuery { algorithm, .. } => Some(algorithm),
            _ => None,
        })
    }

    /// Whether a parameter of the query is part of the signed text.
    pub(super) fn signs_parameter(&self, name: &str, value: &str) -> bool {
        self.parts.iter().any(|part| match *part {
            Part::SortedQuery { prefix, algorithm } => {
                let signature = name == self.signature.place.name() || name == algorithm.0;
                name.starts_with(prefix) && !signature && !value.is_empty()
            }
            _ => false,
        })
    }
}

/// A part of the signed text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// This text.
    Literal(&'static str),
    /// A value of the host's own configuration, such as an app id or the URL that it registered.
    Setting(&'static str),
    /// The secret itself.
    Secret,
    /// The body, byte for byte.
    Body,
    /// The value of a header field.
    Header(&'static str),
    /// The id of the message, from the header field of [`Scheme::with_id`]. It holds no dot.
    Id,
    /// The timestamp, as it is written where [`Scheme::with_timestamp`] has it.
    Timestamp,
    /// The URL that was called, in the one spelling of
    /// [`Message::with_url`](super::Message::with_url), or with its default port written out or
    /// left out.
    Url,
    /// The values of a JSON body as document `003` joins them: sorted by key, with nothing in
    /// between.
    SortedValues,
    /// The members of a JSON object as `key=value`, sorted by key, joined with `&`.
    SortedPairs {
        /// What `null` is written as, and the words `null` and `undefined`: payOS leaves them
        /// empty.
        null: &'static str,
    },
    /// These members of a JSON object as `key=value`, in this order, joined with `&`.
    Fields(&'static [&'static str]),
    /// A string in a JSON object, as it stands behind its escapes.
    Text,
    /// The parameters of a form body, sorted by name, name and value joined with nothing in
    /// between; with the parameter `bodySHA256` in the URL nothing, and the body must have that
    /// digest.
    TwilioForm,
    /// The parameters of the URL's query whose names have this prefix, sorted by name, form-encoded
    /// again; empty ones, the signature and its algorithm left out.
    SortedQuery {
        /// What their names begin with.
        prefix: &'static str,
        /// The parameter that may name the algorithm, and the one name that is allowed.
        algorithm: (&'static str, &'static str),
    },
}

impl Part {
    /// Whether it is made from a JSON body.
    pub(super) const fn is_json(&self) -> bool {
        matches!(self, Self::SortedValues | Self::SortedPairs { .. } | Self::Fields(_) | Self::Text)
    }

    /// Whether it is what the provider has to say.
    pub(super) const fn is_content(&self) -> bool {
        self.is_json() || matches!(self, Self::Body | Self::TwilioForm | Self::SortedQuery { .. })
    }
}

/// How a scheme turns its text and a key into a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Construction {
    /// A MAC: whoever can verify can sign.
    Mac(MacAlgorithm),
    /// SHA-256 over the text with the secret at its end: whoever can verify can sign.
    SuffixHash,
    /// A signature by a private key that only the provider has.
    Signature(Algorithm),
}

impl Construction {
    /// The algorithm's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mac(algorithm) => algorithm.name(),
            Self::SuffixHash => "SHA-256 with the secret at the end",
            Self::Signature(algorithm) => algorithm.name(),
        }
    }

    /// The length of a signature, in bytes; ECDSA as `r || s`.
    pub(super) const fn signature_bytes(self) -> usize {
        match self {
            Self::Mac(algorithm) => algorithm.tag_bytes(),
            Self::SuffixHash => 32,
            Self::Signature(_) => 64,
        }
    }
}

/// Where something stands in a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// In the header field of this name, in lower case.
    Header(&'static str),
    /// In the field of the signature, as the item of this name: Stripe's `t=`.
    SignatureField(&'static str),
    /// In the JSON body, as the member of this name.
    Member(&'static str),
    /// In the URL's query, as the parameter of this name.
    Query(&'static str),
}

/// The form of the field that holds the signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SignatureForm {
    /// One signature and nothing else, behind a prefix: `sha256=…`, `v0=…`.
    Alone {
        /// What stands in front.
        prefix: &'static str,
    },
    /// Signatures separated by spaces, each behind its version and a comma: `v1,… v1,… v1a,…`.
    Versions {
        /// The version of this scheme; others are passed over.
        version: &'static str,
        /// Whether a signature without a version counts too.
        bare: bool,
    },
    /// Items separated by commas: `t=…,v1=…,v1=…`.
    Items {
        /// The name of the items that are signatures of this scheme; others are passed over.
        name: &'static str,
    },
}

/// How the bytes of a signature are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal in lower case, as all providers we know write it.
    Hex,
    /// Hexadecimal in either case.
    HexAnyCase,
    /// Base64 with padding, in its one canonical spelling.
    Base64,
    /// The DER of an ECDSA signature (RFC 3279 §2.2.3), in base64.
    DerBase64,
}

/// The unit of a timestamp.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unit {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
}

/// How a provider hands out its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyForm {
    /// A secret that is this very text, prefix and all.
    Text {
        /// What every such secret begins with.
        prefix: &'static str,
    },
    /// A secret in base64, behind a prefix that may be left out.
    Base64 {
        /// What may stand in front.
        prefix: &'static str,
    },
    /// The 32 bytes of an Ed25519 public key in base64, behind a prefix.
    Ed25519Base64 {
        /// What stands in front.
        prefix: &'static str,
    },
    /// The 32 bytes of an Ed25519 public key in hex.
    Ed25519Hex,
    /// A public key as SubjectPublicKeyInfo in base64, or in PEM.
    Spki,
}

/// Where a signature stands and how it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct SignatureField {
    pub(super) place: Place,
    pub(super) form: SignatureForm,
    pub(super) encoding: Encoding,
}

//! The forms of signatures: RFC 9421, the drafts before it, and what gateways made of those.

use std::fmt;

use super::component::MessageKind;
use crate::digest::Listing;

/// Which form a signature has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// HTTP Message Signatures (RFC 9421).
    Rfc9421,
    /// draft-cavage-http-signatures-07 to -09: `algorithm` is demanded, `created` unknown. Document `000` links this.
    Cavage07,
    /// draft-cavage-http-signatures-10: `algorithm` may be absent.
    Cavage10,
    /// draft-cavage-http-signatures-11 and -12: `created`, `expires`, `hs2019`.
    Cavage12,
    /// What draft-12 peers send: `created` and `expires` in quotes or with any algorithm, and the scheme word inside
    /// the `Signature` field.
    Lenient,
    /// The `hmac-auth` plugin of Kong.
    Kong,
    /// The `hmac-auth` plugin of Apache APISIX in its form of today, `Signature keyId="…"`.
    Apisix,
    /// A dialect of one's own.
    Dialect(&'static Dialect),
}

impl Scheme {
    /// The dialect of the drafts that this is, if it is one.
    #[must_use]
    pub const fn dialect(self) -> Option<&'static Dialect> {
        Some(match self {
            Self::Rfc9421 => return None,
            Self::Cavage07 => &Dialect::CAVAGE_07,
            Self::Cavage10 => &Dialect::CAVAGE_10,
            Self::Cavage12 => &Dialect::CAVAGE_12,
            Self::Lenient => &Dialect::LENIENT,
            Self::Kong => &Dialect::KONG,
            Self::Apisix => &Dialect::APISIX,
            Self::Dialect(dialect) => dialect,
        })
    }
}

impl Scheme {
    /// Lists all that it is, for a policy's fingerprint.
    pub(super) fn list_onto(self, listing: &mut Listing) {
        let Some(dialect) = self.dialect() else {
            listing.list(["rfc9421"]);
            return;
        };
        let Dialect {
            name,
            carriers,
            key_id_parameter,
            algorithm_required,
            last_parameter_counts,
            default_covered,
            times,
            word_in_field,
            target,
            time_fields,
            key_id_line,
            ecdsa,
        } = dialect;
        listing.list([name, key_id_parameter]);
        listing.list(carriers.iter().map(|carrier| carrier.field()));
        listing.list(carriers.iter().map(|carrier| carrier.word().unwrap_or_default()));
        listing.list(*time_fields);
        listing.flag(*algorithm_required).flag(*last_parameter_counts);
        listing.flag(*word_in_field).flag(*key_id_line);
        listing.list([format!("{default_covered:?} {times:?} {target:?} {ecdsa:?}")]);
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.dialect().map_or("rfc9421", Dialect::name))
    }
}

/// A dialect of draft-cavage-http-signatures, as data.
///
/// All of them are stricter than the drafts in three points: a parameter that comes twice is refused where -07 lets the
/// last count, an empty list of headers is refused, and a listed header must be there.
///
/// ```
/// use countersign::httpsig::{Carrier, Dialect, EcdsaForm, Scheme};
///
/// /// A partner's gateway: `Authorization: Partner consumer="…",algorithm="…",headers="…",signature="…"`.
/// const PARTNER: Dialect = Dialect::CAVAGE_07
///     .with_name("partner")
///     .with_carriers(&[Carrier::Authorization("Partner")])
///     .with_key_id_parameter("consumer")
///     .with_time_fields(&["x-date"])
///     .with_ecdsa(EcdsaForm::Raw);
/// assert_eq!(Scheme::Dialect(&PARTNER).to_string(), "partner");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dialect {
    name: &'static str,
    pub(super) carriers: &'static [Carrier],
    pub(super) key_id_parameter: &'static str,
    pub(super) algorithm_required: bool,
    pub(super) last_parameter_counts: bool,
    pub(super) default_covered: DefaultCovered,
    pub(super) times: Times,
    pub(super) word_in_field: bool,
    pub(super) target: TargetNames,
    pub(super) time_fields: &'static [&'static str],
    pub(super) key_id_line: bool,
    pub(super) ecdsa: EcdsaForm,
}

impl Dialect {
    /// draft-cavage-http-signatures-07, -08 and -09.
    pub const CAVAGE_07: Self = Self {
        name: "cavage-07",
        carriers: &[Carrier::Authorization("Signature"), Carrier::Signature],
        key_id_parameter: "keyId",
        algorithm_required: true,
        last_parameter_counts: false,
        default_covered: DefaultCovered::Date,
        times: Times::Unknown,
        word_in_field: false,
        target: TargetNames::Draft,
        time_fields: &["date"],
        key_id_line: false,
        ecdsa: EcdsaForm::Either,
    };

    /// draft-cavage-http-signatures-10.
    pub const CAVAGE_10: Self =
        Self { name: "cavage-10", algorithm_required: false, ..Self::CAVAGE_07 };

    /// draft-cavage-http-signatures-11 and -12.
    pub const CAVAGE_12: Self = Self {
        name: "cavage-12",
        default_covered: DefaultCovered::ByAlgorithm,
        times: Times::Strict,
        ..Self::CAVAGE_10
    };

    /// Draft-12 as peers send it.
    pub const LENIENT: Self = Self {
        name: "cavage-lenient",
        times: Times::Lenient,
        word_in_field: true,
        ..Self::CAVAGE_12
    };

    /// Kong's `hmac-auth`: `hmac username="…"`, `request-line` and `@request-target`, `x-date` beside `date`.
    pub const KONG: Self = Self {
        name: "kong",
        carriers: &[Carrier::Authorization("hmac"), Carrier::ProxyAuthorization("hmac")],
        key_id_parameter: "username",
        target: TargetNames::Kong,
        time_fields: &["x-date", "date"],
        ..Self::CAVAGE_07
    };

    /// APISIX's `hmac-auth`: the key id is the first line, and every line has an end.
    pub const APISIX: Self = Self {
        name: "apisix",
        carriers: &[Carrier::Authorization("Signature")],
        target: TargetNames::Apisix,
        key_id_line: true,
        ..Self::CAVAGE_07
    };

    /// The name of the dialect, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The same dialect under another name.
    #[must_use]
    pub const fn with_name(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The same dialect with these carriers. Of a message that uses two of them, none is read; a signer uses the
    /// first, and for an answer the `Signature` field where that is one of them.
    #[must_use]
    pub const fn with_carriers(self, carriers: &'static [Carrier]) -> Self {
        Self { carriers, ..self }
    }

    /// The same dialect with another parameter for the key's id than `keyId`.
    #[must_use]
    pub const fn with_key_id_parameter(self, name: &'static str) -> Self {
        Self { key_id_parameter: name, ..self }
    }

    /// The same dialect with these fields, in lower case, as places of the time: the first that is signed counts.
    #[must_use]
    pub const fn with_time_fields(self, names: &'static [&'static str]) -> Self {
        Self { time_fields: names, ..self }
    }

    /// The same dialect with another form of ECDSA signatures.
    #[must_use]
    pub const fn with_ecdsa(self, form: EcdsaForm) -> Self {
        Self { ecdsa: form, ..self }
    }

    /// The same dialect, where of a parameter that comes twice the last counts, as drafts -07 to -11 demand.
    ///
    /// # Security
    /// A proxy in front may take the first: then it checks one signature and this service another.
    #[must_use]
    pub const fn dangerous_last_parameter_counts(self) -> Self {
        Self { last_parameter_counts: true, ..self }
    }

    /// The carrier that a signer uses: the first, but for an answer the first that answers have (RFC 9110 §11.6.2).
    pub(super) fn carrier(&self, kind: MessageKind) -> Carrier {
        let fits = |carrier: &&Carrier| {
            kind == MessageKind::Request || matches!(carrier, Carrier::Signature)
        };
        let fitting = self.carriers.iter().find(fits);
        fitting.or(self.carriers.first()).copied().unwrap_or(Carrier::Signature)
    }

    /// What `name` stands for, unless it is a field.
    pub(super) fn pseudo(&self, name: &str) -> Option<Pseudo> {
        let dated = self.times != Times::Unknown;
        match (self.target, name) {
            (TargetNames::Draft, "(request-target)") => Some(Pseudo::Target),
            (TargetNames::Kong, "@request-target") => Some(Pseudo::KongTarget),
            (TargetNames::Kong, "request-line") => Some(Pseudo::RequestLine),
            (TargetNames::Apisix, "@request-target") => Some(Pseudo::ApisixTarget),
            (_, "(created)") if dated => Some(Pseudo::Created),
            (_, "(expires)") if dated => Some(Pseudo::Expires),
            _ => None,
        }
    }
}

/// Where a signature of the drafts stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Carrier {
    /// `Authorization`, behind this word. Fields with another word are not looked at.
    Authorization(&'static str),
    /// `Proxy-Authorization`, behind this word.
    ProxyAuthorization(&'static str),
    /// `Signature`, without a word.
    Signature,
}

impl Carrier {
    /// The name of the field.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Authorization(_) => "Authorization",
            Self::ProxyAuthorization(_) => "Proxy-Authorization",
            Self::Signature => "Signature",
        }
    }

    /// The word before the parameters.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Authorization(word) | Self::ProxyAuthorization(word) => Some(word),
            Self::Signature => None,
        }
    }
}

/// The form of an ECDSA signature. RFC 9421 §3.3.4 knows only the raw one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EcdsaForm {
    /// `r || s`, each as long as the curve's field (RFC 7518 §3.4).
    Raw,
    /// The DER of RFC 3279 §2.2.3, as OpenSSL gives it.
    Der,
    /// Either is read, DER is written: it is what most peers of the drafts read.
    Either,
}

/// What is covered where `headers` is absent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum DefaultCovered {
    /// `date` (-07 §2.1.3).
    Date,
    /// `(created)` (-12 §2.1.6), but `date` with the algorithms that `(created)` is forbidden for.
    ByAlgorithm,
}

/// What a dialect knows of `created` and `expires`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Times {
    /// Nothing: they are ignored, and their pseudo-names are not names.
    Unknown,
    /// As in -12: bare numbers, and not with `rsa…`, `hmac…` or `ecdsa…` (§2.3).
    Strict,
    /// In quotes too, and with any algorithm.
    Lenient,
}

/// How a dialect names the request target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TargetNames {
    Draft,
    Kong,
    Apisix,
}

/// A name in a list of headers that is not a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pseudo {
    /// `(request-target): post /path?query`.
    Target,
    /// `@request-target: post /path?query`.
    KongTarget,
    /// `POST /path?query HTTP/1.1`, without a name before it.
    RequestLine,
    /// `POST /path?query`, without a name before it.
    ApisixTarget,
    /// `(created): 1402170695`.
    Created,
    /// `(expires): 1402170699`.
    Expires,
}

impl Pseudo {
    /// The name that does not stand in its line.
    pub(super) const fn unwritten_name(self) -> Option<&'static str> {
        match self {
            Self::RequestLine => Some("request-line"),
            Self::ApisixTarget => Some("@request-target"),
            _ => None,
        }
    }
}

//! What a good signature proves, and what it does not.

use std::fmt;

use super::scheme::{Construction, Part, Scheme};

/// What a good signature of a scheme proves. Which key it was made with is in the
/// [`Evidence`](crate::verified::Evidence) of the verified value.
///
/// ```
/// use countersign::webhook::{providers, zalo};
///
/// let stripe = providers::STRIPE.assurance();
/// assert_eq!(stripe.to_string(), "HMAC-SHA-256 (a shared secret); signed: body, time; not signed: url, id");
/// let zalo = zalo::MINI_APP.assurance();
/// assert!(!zalo.covers.names && !zalo.covers.borders && !zalo.covers.types);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Assurance {
    /// How it is signed.
    pub construction: Construction,
    /// What is signed.
    pub covers: Covers,
}

/// What a scheme signs of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Covers {
    /// The whole body, byte for byte; names, types and borders are then covered too.
    pub body: bool,
    /// Which name a value has.
    pub names: bool,
    /// Where one value ends and the next begins.
    pub borders: bool,
    /// Whether a value is a number, a string, a boolean or null.
    pub types: bool,
    /// The URL that was called.
    pub url: bool,
    /// When it was signed.
    pub time: bool,
    /// The id of the message, outside the body.
    pub id: bool,
}

impl Scheme {
    /// What a good signature of this scheme proves.
    #[must_use]
    pub fn assurance(&self) -> Assurance {
        let body = self.has(|part| matches!(part, Part::Body));
        // A string with JSON in it is signed to the byte, whatever its JSON is.
        let exact = body || self.has(|part| matches!(part, Part::Text));
        let pairs = self.has(|part| {
            matches!(part, Part::SortedPairs { .. } | Part::Fields(_) | Part::SortedQuery { .. })
        });
        let covers = Covers {
            body,
            names: exact || pairs,
            borders: exact || pairs,
            types: exact,
            url: self.has(|part| matches!(part, Part::Url)),
            time: self.signs_time(),
            id: self.has(|part| matches!(part, Part::Id)),
        };
        Assurance { construction: self.construction, covers }
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.construction {
            Construction::Mac(_) => "a shared secret",
            Construction::SuffixHash => "a shared secret, no MAC",
            Construction::Signature(_) => "a private key of the provider",
        };
        write!(f, "{} ({kind})", self.construction.name())?;
        let Covers { body, names, borders, types, url, time, id } = self.covers;
        let parts = [("names", names), ("borders", borders), ("types", types)];
        let parts = if body {
            [("body", true)].to_vec()
        } else {
            [("values", true)].iter().copied().chain(parts).collect()
        };
        let all = parts.into_iter().chain([("url", url), ("time", time), ("id", id)]);
        let (signed, unsigned): (Vec<_>, Vec<_>) = all.partition(|(_, covered)| *covered);
        for (title, names) in [("signed", signed), ("not signed", unsigned)] {
            let names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
            if !names.is_empty() {
                write!(f, "; {title}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

//! Strict reading of JSON (RFC 8259): one meaning for one text, or a refusal.
//!
//! Two parsers that disagree about a text are how a gateway and a backend come to see different claims.
//! So what RFC 8259 leaves open is refused here: duplicate member names at any depth (compared after
//! unescaping), invalid UTF-8, a byte order mark, lone surrogates, bytes behind the value. Size and depth are limited
//! before anything is built.
//!
//! One iterative pass records a flat tape of nodes; values borrow from the input and deserialise into any
//! serde type without a second pass over the text. An error keeps its kind and offset, never the input.
//!
//! ```
//! use countersign::json::{self, JsonErrorKind, Limits};
//!
//! #[derive(serde::Deserialize)]
//! struct Claims<'a> {
//!     sub: &'a str,
//!     exp: u64,
//! }
//! let limits = Limits { max_bytes: 1024, max_depth: 8 };
//! let claims: Claims<'_> = json::from_slice(br#"{"sub":"u1","exp":1735180923}"#, limits)?;
//! assert_eq!((claims.sub, claims.exp), ("u1", 1_735_180_923));
//!
//! // serde_json would let the last one win, others the first: nobody gets to choose here.
//! let twice = json::parse(br#"{"aud":"a","\u0061ud":"b"}"#, limits).unwrap_err();
//! assert_eq!(twice.kind(), JsonErrorKind::DuplicateMember);
//! # Ok::<(), json::JsonError>(())
//! ```

mod deserialize;
mod error;
mod parse;
mod text;

pub use error::{JsonError, JsonErrorKind};

use std::borrow::Cow;

use parse::Node;

/// How much JSON is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// The most bytes of input; above it nothing is looked at. At most `u32::MAX`.
    pub max_bytes: usize,
    /// The most containers inside each other; the outermost counts as one.
    pub max_depth: usize,
}

/// Reads one JSON value that fills all of `input`.
///
/// # Errors
/// [`JsonError`] with the kind and offset of the first fault.
pub fn parse(input: &[u8], limits: Limits) -> Result<Document<'_>, JsonError> {
    let (text, nodes) = parse::parse(input, limits)?;
    Ok(Document { text, nodes })
}

/// Reads one JSON object that fills all of `input`.
///
/// # Errors
/// As [`parse`], and [`JsonErrorKind::NotAnObject`] for any other value.
pub fn parse_object(input: &[u8], limits: Limits) -> Result<Document<'_>, JsonError> {
    let document = parse(input, limits)?;
    match document.root().kind() {
        Kind::Object => Ok(document),
        _ => Err(JsonError::new(JsonErrorKind::NotAnObject, 0)),
    }
}

/// Reads one JSON value that fills all of `input` into `T`, which may borrow from it.
///
/// # Errors
/// As [`parse`], and the kinds about types where the value does not fit `T`.
pub fn from_slice<'a, T: serde::Deserialize<'a>>(
    input: &'a [u8],
    limits: Limits,
) -> Result<T, JsonError> {
    parse(input, limits)?.root().deserialize()
}

/// A JSON text that was read: the input, and a tape of what stands where in it.
#[derive(Clone)]
pub struct Document<'a> {
    text: &'a str,
    nodes: Vec<Node>,
}

impl<'a> Document<'a> {
    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Value<'_, 'a> {
        Value { document: self, index: 0 }
    }
}

impl std::fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the text: claims are personal data, and logs live long.
        write!(f, "Document({} bytes)", self.text.len())
    }
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of any form.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// The type's name in RFC 8259.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// One value of a [`Document`].
#[derive(Clone, Copy)]
pub struct Value<'d, 'a> {
    document: &'d Document<'a>,
    /// Its node's place on the tape.
    index: usize,
}

impl<'d, 'a> Value<'d, 'a> {
    /// Its type.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.node().kind()
    }

    /// Its text, exactly as it stands in the input.
    #[must_use]
    pub fn raw(self) -> &'a str {
        self.document.text.get(self.node().span()).unwrap_or_default()
    }

    /// Where in the input it starts.
    #[must_use]
    pub fn offset(self) -> usize {
        self.node().span().start
    }

    /// The string it is, unescaped: borrowed unless it holds an escape.
    #[inline]
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        match self.plain() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.unescaped().map(Cow::Owned),
        }
    }

    /// The string it is, where no escape has to be resolved.
    #[inline]
    fn plain(self) -> Option<&'a str> {
        let node = self.node();
        if node.is_plain() { self.document.text.get(node.inside()) } else { None }
    }

    /// Whether it is the string `expected`.
    #[must_use]
    pub fn is_str(self, expected: &str) -> bool {
        self.as_str().is_some_and(|text| text == expected)
    }

    /// The truth value it is.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw() == "true")
    }

    /// The integer it is, where it is written as one and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.number()?.parse().ok()
    }

    /// The number it is, rounded to the nearest double; `None` where that would be infinite.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        self.number()?.parse().ok().filter(|number| f64::is_finite(*number))
    }

    /// Its member called `name`, if it is an object that has one.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        self.members().find(|(key, _)| key.is_str(name)).map(|(_, value)| value)
    }

    /// Its members in the order of the input, names first; none where it is not an object.
    pub fn members(self) -> impl Iterator<Item = (Self, Self)> {
        Members(self.inside(Kind::Object))
    }

    /// Its elements in order; none where it is not an array.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        Elements(self.inside(Kind::Array))
    }

    /// Reads it into `T`, which may borrow from the input.
    ///
    /// # Errors
    /// [`JsonError`] where the value does not fit `T`.
    pub fn deserialize<T: serde::Deserialize<'a>>(self) -> Result<T, JsonError> {
        T::deserialize(self).map_err(|error| error.at(self.offset()))
    }

    /// The text of the number it is.
    fn number(self) -> Option<&'a str> {
        let node = self.node();
        if node.kind() == Kind::Number { self.document.text.get(node.inside()) } else { None }
    }

    /// The string it is, where an escape has to be resolved.
    #[cold]
    fn unescaped(self) -> Option<String> {
        let node = self.node();
        let inside = self.document.text.get(node.inside())?;
        node.is_escaped().then(|| text::unescape(inside))
    }

    fn node(self) -> Node {
        self.document.nodes.get(self.index).copied().unwrap_or(Node::NULL)
    }

    /// What is inside it, where it is a container of this kind.
    fn inside(self, container: Kind) -> Inside<'d, 'a> {
        let node = self.node();
        let next = self.index.saturating_add(1);
        let end =
            if node.kind() == container { self.index.saturating_add(node.nodes()) } else { next };
        Inside { document: self.document, next, end }
    }
}

impl std::fmt::Debug for Value<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The type alone: claims are personal data, and logs live long.
        write!(f, "Value({})", self.kind().name())
    }
}

/// The part of the tape that is inside a container and was not walked yet.
#[derive(Clone)]
struct Inside<'d, 'a> {
    document: &'d Document<'a>,
    next: usize,
    end: usize,
}

impl<'d, 'a> Inside<'d, 'a> {
    /// The value at `index`, after which the walk goes on behind it.
    fn step_to(&mut self, index: usize) -> Value<'d, 'a> {
        let value = Value { document: self.document, index };
        self.next = index.saturating_add(value.node().nodes());
        value
    }
}

#[derive(Clone)]
struct Elements<'d, 'a>(Inside<'d, 'a>);

impl<'d, 'a> Iterator for Elements<'d, 'a> {
    type Item = Value<'d, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.0.next < self.0.end).then(|| self.0.step_to(self.0.next))
    }
}

#[derive(Clone)]
struct Members<'d, 'a>(Inside<'d, 'a>);

impl<'d, 'a> Iterator for Members<'d, 'a> {
    type Item = (Value<'d, 'a>, Value<'d, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.next >= self.0.end {
            return None;
        }
        // A name takes one node, and its value follows.
        let name = Value { document: self.0.document, index: self.0.next };
        Some((name, self.0.step_to(name.index.saturating_add(1))))
    }
}

#[cfg(test)]
mod tests;

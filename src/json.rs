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
        Value {
            text: self.text,
            nodes: &self.nodes,
            node: self.nodes.first().copied().unwrap_or(Node::NULL),
        }
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
    text: &'a str,
    /// The tape from this value's node to the end of the document.
    nodes: &'d [Node],
    node: Node,
}

impl<'d, 'a> Value<'d, 'a> {
    /// Its type.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.node.kind()
    }

    /// Its text, exactly as it stands in the input.
    #[must_use]
    pub fn raw(self) -> &'a str {
        self.text.get(self.node.span()).unwrap_or_default()
    }

    /// Where in the input it starts.
    #[must_use]
    pub fn offset(self) -> usize {
        self.node.span().start
    }

    /// The string it is, unescaped: borrowed unless it holds an escape.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let inner = self.inner()?;
        Some(if self.node.is_escaped() { text::unescape(inner).into() } else { inner.into() })
    }

    /// Whether it is the string `expected`.
    #[must_use]
    pub fn is_str(self, expected: &str) -> bool {
        match self.inner() {
            Some(inner) if self.node.is_escaped() => text::unescape(inner) == expected,
            inner => inner == Some(expected),
        }
    }

    /// The truth value it is.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw() == "true")
    }

    /// The integer it is, where it is written as one and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        if self.kind() == Kind::Number { self.raw().parse().ok() } else { None }
    }

    /// The number it is, rounded to the nearest double; `None` where that would be infinite.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        let number =
            if self.kind() == Kind::Number { self.raw().parse().ok()? } else { return None };
        f64::is_finite(number).then_some(number)
    }

    /// Its member called `name`, if it is an object that has one.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        self.members().find(|(key, _)| key.is_str(name)).map(|(_, value)| value)
    }

    /// Its members in the order of the input, names first; none where it is not an object.
    pub fn members(self) -> impl Iterator<Item = (Self, Self)> {
        let mut children = self.children(Kind::Object);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// Its elements in order; none where it is not an array.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        self.children(Kind::Array)
    }

    /// Reads it into `T`, which may borrow from the input.
    ///
    /// # Errors
    /// [`JsonError`] where the value does not fit `T`.
    pub fn deserialize<T: serde::Deserialize<'a>>(self) -> Result<T, JsonError> {
        T::deserialize(self)
    }

    /// What is between the quotes, where it is a string.
    fn inner(self) -> Option<&'a str> {
        if self.kind() == Kind::String { self.text.get(self.node.inner()) } else { None }
    }

    fn children(self, of: Kind) -> Children<'d, 'a> {
        let inside = self.nodes.get(1..self.node.nodes()).unwrap_or_default();
        Children { text: self.text, nodes: if self.kind() == of { inside } else { &[] } }
    }
}

impl std::fmt::Debug for Value<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The type alone: claims are personal data, and logs live long.
        write!(f, "Value({})", self.kind().name())
    }
}

/// The nodes directly inside a container: elements, or names and values by turns.
#[derive(Clone)]
struct Children<'d, 'a> {
    text: &'a str,
    nodes: &'d [Node],
}

impl<'d, 'a> Iterator for Children<'d, 'a> {
    type Item = Value<'d, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = *self.nodes.first()?;
        let value = Value { text: self.text, nodes: self.nodes, node };
        self.nodes = self.nodes.get(node.nodes()..).unwrap_or_default();
        Some(value)
    }
}

#[cfg(test)]
mod tests;

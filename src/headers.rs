//! A borrowed list of header fields, in the order they arrived.
//!
//! Names are compared without regard to case (RFC 9110 §5.1). A field that may stand once is asked for
//! with [`Headers::only`], which refuses a second one instead of choosing for the caller.

mod bearer;
mod error;

use std::fmt;

pub use error::HeaderError;

/// Header fields as pairs of a name and the bytes of its value.
///
/// ```
/// use countersign::headers::{HeaderError, Headers};
///
/// let fields: [(&str, &[u8]); 2] = [("Host", b"api.example"), ("Authorization", b"Bearer a.b.c")];
/// let headers = Headers::new(&fields);
/// assert_eq!(headers.bearer(), Ok("a.b.c"));
/// assert_eq!(headers.only("host"), Ok(Some(&b"api.example"[..])));
///
/// let twice: [(&str, &[u8]); 2] = [("Authorization", b"Bearer a.b.c"), ("authorization", b"Bearer d.e.f")];
/// assert_eq!(Headers::new(&twice).bearer(), Err(HeaderError::Repeated { name: "authorization" }));
/// ```
#[derive(Clone, Copy)]
pub struct Headers<'a> {
    fields: &'a [(&'a str, &'a [u8])],
}

impl<'a> Headers<'a> {
    /// The fields of one message, one pair for each field line.
    #[must_use]
    pub const fn new(fields: &'a [(&'a str, &'a [u8])]) -> Self {
        Self { fields }
    }

    /// Every field line, in order.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.fields.iter().copied()
    }

    /// The values of every line called `name`, in order.
    pub fn all(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let is_named = move |(found, _): &&(&str, &[u8])| is_named(found, name);
        self.fields.iter().filter(is_named).map(|(_, value)| *value)
    }

    /// The value of the one line called `name`.
    ///
    /// # Errors
    /// [`HeaderError::Repeated`] where there are two lines or more.
    pub fn only(self, name: &'static str) -> Result<Option<&'a [u8]>, HeaderError> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(HeaderError::Repeated { name }),
        }
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the values: tokens and cookies are among them.
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Most servers hand names on in lower case, and equal texts are told faster than texts that differ in case.
fn is_named(found: &str, name: &str) -> bool {
    found.len() == name.len() && (found == name || found.eq_ignore_ascii_case(name))
}

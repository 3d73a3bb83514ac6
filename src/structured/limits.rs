//! How much input is read, and the joining of field lines.

use std::borrow::Cow;

use super::error::{StructuredError, StructuredErrorKind};

/// How much of a field is read before it is refused.
///
/// ```
/// use countersign::structured::{Limits, List, StructuredErrorKind};
///
/// let two = Limits::DEFAULT.with_members(2);
/// assert_eq!(List::parse("1, 2", &two)?.members.len(), 2);
/// let error = List::parse("1, 2, 3", &two).unwrap_err();
/// assert_eq!((error.kind(), error.offset()), (StructuredErrorKind::TooManyMembers { limit: 2 }, 6));
/// # Ok::<(), countersign::structured::StructuredError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    pub(super) bytes: usize,
    pub(super) members: usize,
    pub(super) items: usize,
    pub(super) parameters: usize,
}

impl Limits {
    /// The limits of this crate: [`BYTES`](Self::BYTES), [`MEMBERS`](Self::MEMBERS),
    /// [`ITEMS`](Self::ITEMS) and [`PARAMETERS`](Self::PARAMETERS).
    pub const DEFAULT: Self = Self {
        bytes: Self::BYTES,
        members: Self::MEMBERS,
        items: Self::ITEMS,
        parameters: Self::PARAMETERS,
    };

    /// The most bytes, all lines together: what common servers take for one field (8 KiB).
    pub const BYTES: usize = 8 * 1024;
    /// The most members of a List or Dictionary: the least that RFC 9651 §3.1 and §3.2 ask a parser to take.
    pub const MEMBERS: usize = 1024;
    /// The most items of an Inner List: the least that RFC 9651 §3.1.1 asks a parser to take.
    pub const ITEMS: usize = 256;
    /// The most parameters of one Item or Inner List: the least that RFC 9651 §3.1.2 asks a parser to take.
    pub const PARAMETERS: usize = 256;

    /// The same limits with at most `limit` bytes, all lines together.
    #[must_use]
    pub const fn with_bytes(self, limit: usize) -> Self {
        Self { bytes: limit, ..self }
    }

    /// The same limits with at most `limit` members in a List or Dictionary, duplicates counted.
    #[must_use]
    pub const fn with_members(self, limit: usize) -> Self {
        Self { members: limit, ..self }
    }

    /// The same limits with at most `limit` items in an Inner List.
    #[must_use]
    pub const fn with_items(self, limit: usize) -> Self {
        Self { items: limit, ..self }
    }

    /// The same limits with at most `limit` parameters on one Item or Inner List, duplicates counted.
    #[must_use]
    pub const fn with_parameters(self, limit: usize) -> Self {
        Self { parameters: limit, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Joins the lines of one field in the order they came, with a comma and a space (RFC 9651 §4.2).
///
/// A single line is borrowed, not copied. No line at all is the empty field: an empty List or Dictionary.
/// A String cut in two by the line break comes out with the `", "` inside; the RFC leaves that open, and any
/// intermediary may have done the same before.
///
/// # Errors
/// [`StructuredErrorKind::TooLong`], before more than the limit is copied.
///
/// # Examples
///
/// ```
/// use countersign::structured::{Dictionary, Limits, StructuredErrorKind, combine};
///
/// let field = combine(["a=1", "b=2"], &Limits::DEFAULT)?;
/// let dictionary = Dictionary::parse(&field, &Limits::DEFAULT)?;
/// assert_eq!(dictionary.get("b").unwrap().as_item().unwrap().value.as_integer(), Some(2));
///
/// let error = combine(["a=1", "b=2"], &Limits::DEFAULT.with_bytes(7)).unwrap_err();
/// assert_eq!(error.kind(), StructuredErrorKind::TooLong { limit: 7 });
/// # Ok::<(), countersign::structured::StructuredError>(())
/// ```
pub fn combine<'a, L: AsRef<[u8]> + ?Sized + 'a>(
    lines: impl IntoIterator<Item = &'a L>,
    limits: &Limits,
) -> Result<Cow<'a, [u8]>, StructuredError> {
    let mut lines = lines.into_iter().map(AsRef::as_ref);
    let mut field = Cow::Borrowed(lines.next().unwrap_or_default());
    check_length(field.len(), limits)?;
    for line in lines {
        check_length(
            field.len().saturating_add(SEPARATOR.len()).saturating_add(line.len()),
            limits,
        )?;
        field.to_mut().extend_from_slice(SEPARATOR);
        field.to_mut().extend_from_slice(line);
    }
    Ok(field)
}

pub(super) const fn check_length(found: usize, limits: &Limits) -> Result<(), StructuredError> {
    let limit = limits.bytes;
    if found > limit {
        return Err(StructuredError::new(StructuredErrorKind::TooLong { limit }, limit));
    }
    Ok(())
}

/// RFC 9110 §5.3: what stands between two lines that are made one.
const SEPARATOR: &[u8] = b", ";

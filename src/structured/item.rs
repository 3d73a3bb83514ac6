//! Items, Inner Lists and Lists.

use std::borrow::Cow;
use std::ops::Range;

use super::error::StructuredError;
use super::map::{Origin, Parameters};
use super::number::{Decimal, Integer};
use super::text::{SfString, Token};

/// A bare item (RFC 9651 §3.3): a value without parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BareItem<'a> {
    /// `42`
    Integer(Integer),
    /// `4.2`
    Decimal(Decimal),
    /// `"text"`
    String(SfString<'a>),
    /// `word`
    Token(Token<'a>),
    /// `:aGVsbG8=:`, here decoded.
    ByteSequence(Cow<'a, [u8]>),
    /// `?1`
    Boolean(bool),
    /// `@1659578233`, seconds since 1970.
    Date(Integer),
    /// `%"f%c3%bc"`, here decoded; any text.
    DisplayString(Cow<'a, str>),
}

impl BareItem<'_> {
    /// The number of an Integer.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(value.get()),
            _ => None,
        }
    }

    /// The text of a String; a Token or Display String is another type and has none.
    #[must_use]
    pub fn as_string(&self) -> Option<&str> {
        match self {
            Self::String(value) => Some(value.as_str()),
            _ => None,
        }
    }

    /// The text of a Token.
    #[must_use]
    pub const fn as_token(&self) -> Option<&str> {
        match self {
            Self::Token(value) => Some(value.as_str()),
            _ => None,
        }
    }

    /// The bytes of a Byte Sequence.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::ByteSequence(value) => Some(value),
            _ => None,
        }
    }

    /// The truth of a Boolean.
    #[must_use]
    pub const fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }
}

/// An Item (RFC 9651 §3.3): a value and its parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item<'a> {
    /// The value.
    pub value: BareItem<'a>,
    /// What belongs to it.
    pub parameters: Parameters<'a>,
    pub(super) origin: Origin,
}

impl<'a> Item<'a> {
    /// An item of one's own, without parameters.
    ///
    /// ```
    /// use countersign::structured::{BareItem, Item, Key, SfString};
    ///
    /// let mut component = Item::new(BareItem::String(SfString::new("@query-param")?));
    /// component.parameters.insert(Key::new("name")?, BareItem::String(SfString::new("q")?));
    /// let mut text = String::new();
    /// component.write_onto(&mut text);
    /// assert_eq!(text, r#""@query-param";name="q""#);
    ///
    /// assert_eq!(SfString::new("a\r\nb").unwrap_err().offset(), 1);
    /// # Ok::<(), countersign::structured::StructuredError>(())
    /// ```
    #[must_use]
    pub fn new(value: BareItem<'a>) -> Self {
        Self { value, parameters: Parameters::new(), origin: Origin::default() }
    }

    /// Where it stood in the input, its parameters included; empty for an item that was not parsed.
    #[must_use]
    pub const fn span(&self) -> Range<usize> {
        self.origin.span()
    }

    /// Refuses an Item with a repeated parameter.
    ///
    /// # Errors
    /// [`StructuredErrorKind::DuplicateKey`](super::StructuredErrorKind::DuplicateKey).
    pub fn refuse_duplicates(&self) -> Result<(), StructuredError> {
        self.parameters.refuse_duplicates()
    }
}

/// An Inner List (RFC 9651 §3.1.1): items in parentheses, with parameters of their own and of the whole.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct InnerList<'a> {
    /// The items in order.
    pub items: Vec<Item<'a>>,
    /// What belongs to the list as a whole.
    pub parameters: Parameters<'a>,
    pub(super) origin: Origin,
}

impl<'a> InnerList<'a> {
    /// An inner list of one's own, without parameters.
    #[must_use]
    pub fn new(items: Vec<Item<'a>>) -> Self {
        Self { items, ..Self::default() }
    }

    /// Where it stood in the input, its parameters included; empty for a list that was not parsed.
    #[must_use]
    pub const fn span(&self) -> Range<usize> {
        self.origin.span()
    }

    /// Refuses an Inner List with a repeated parameter, its own or of one of its items.
    ///
    /// # Errors
    /// [`StructuredErrorKind::DuplicateKey`](super::StructuredErrorKind::DuplicateKey).
    pub fn refuse_duplicates(&self) -> Result<(), StructuredError> {
        self.items.iter().try_for_each(Item::refuse_duplicates)?;
        self.parameters.refuse_duplicates()
    }
}

/// A member of a List or Dictionary. RFC 9651 has these two and no other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Member<'a> {
    /// A single value.
    Item(Item<'a>),
    /// Values in parentheses.
    InnerList(InnerList<'a>),
}

impl<'a> Member<'a> {
    /// The item, unless it is an Inner List.
    #[must_use]
    pub const fn as_item(&self) -> Option<&Item<'a>> {
        match self {
            Self::Item(item) => Some(item),
            Self::InnerList(_) => None,
        }
    }

    /// The Inner List, unless it is an Item.
    #[must_use]
    pub const fn as_inner_list(&self) -> Option<&InnerList<'a>> {
        match self {
            Self::Item(_) => None,
            Self::InnerList(list) => Some(list),
        }
    }

    /// The parameters of either.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters<'a> {
        match self {
            Self::Item(item) => &item.parameters,
            Self::InnerList(list) => &list.parameters,
        }
    }

    /// Where it stood in the input, its parameters included and a Dictionary's key not.
    ///
    /// Of a member that is true without saying so (`key;a=1`) only the parameters were sent.
    #[must_use]
    pub const fn span(&self) -> Range<usize> {
        match self {
            Self::Item(item) => item.span(),
            Self::InnerList(list) => list.span(),
        }
    }

    /// Refuses a member with a repeated parameter anywhere in it.
    ///
    /// # Errors
    /// [`StructuredErrorKind::DuplicateKey`](super::StructuredErrorKind::DuplicateKey).
    pub fn refuse_duplicates(&self) -> Result<(), StructuredError> {
        match self {
            Self::Item(item) => item.refuse_duplicates(),
            Self::InnerList(list) => list.refuse_duplicates(),
        }
    }
}

/// A List (RFC 9651 §3.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct List<'a> {
    /// The members in order.
    pub members: Vec<Member<'a>>,
}

impl List<'_> {
    /// Refuses a List with a repeated parameter anywhere in it.
    ///
    /// # Errors
    /// [`StructuredErrorKind::DuplicateKey`](super::StructuredErrorKind::DuplicateKey).
    pub fn refuse_duplicates(&self) -> Result<(), StructuredError> {
        self.members.iter().try_for_each(Member::refuse_duplicates)
    }
}

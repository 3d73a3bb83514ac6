//! Structured fields (RFC 9651): items, lists and dictionaries, read and written.
//!
//! A field is read from one slice of bytes and borrows from it. Its type is known to the caller, as the RFC
//! has it: [`Item::parse`], [`List::parse`] or [`Dictionary::parse`]. A field that came on several lines is
//! joined first, by [`combine`]; one line is not copied. Everything keeps the place where it stood
//! (`span()`), so that the bytes as they were sent can be had: `input.get(member.span())`.
//!
//! A value that exists can be written: [`Key`], [`Token`], [`SfString`], [`Integer`] and [`Decimal`] refuse
//! what RFC 9651 §4.1 would refuse to serialise when they are made, so `write_onto` cannot fail.
//!
//! ```
//! use countersign::structured::{Dictionary, Limits, StructuredErrorKind};
//!
//! let field = r#"sig1=("@method" "content-digest";req);created=1618884473, b=?0"#;
//! let dictionary = Dictionary::parse(field, &Limits::DEFAULT)?;
//! let signature = dictionary.get("sig1").and_then(|member| member.as_inner_list()).unwrap();
//! assert_eq!(signature.items.len(), 2);
//! assert_eq!(signature.parameters.get("created").unwrap().as_integer(), Some(1_618_884_473));
//!
//! let mut text = String::new();
//! dictionary.write_onto(&mut text);
//! assert_eq!(text, field);
//!
//! let error = Dictionary::parse("a=1,", &Limits::DEFAULT).unwrap_err();
//! assert_eq!((error.kind(), error.offset()), (StructuredErrorKind::TrailingComma, 4));
//! # Ok::<(), countersign::structured::StructuredError>(())
//! ```
//!
//! # Duplicates
//!
//! RFC 9651 §4.2.2 and §4.2.3.2: of two members or parameters with one key the last one counts, in the
//! place of the first. Two readers may still disagree, so nothing is lost silently:
//! [`OrderedMap::duplicates`] names the keys that came more than once, and `refuse_duplicates` on any
//! structure turns them into an error.
//!
//! # Stricter than the RFC
//!
//! - Byte Sequences must be canonical base64. RFC 9651 §4.2.7 asks parsers to let missing padding and
//!   non-zero pad bits pass where they can; then one value has several spellings, and a signature or a
//!   replay key taken from the text can be dodged. The public test suite allows the refusal (`can_fail`).
//! - [`Limits::DEFAULT`] takes 8 KiB of input. The counts are the RFC's minima, but a Byte Sequence of 16 KiB
//!   or a member count of 1024 with long keys needs [`Limits::with_bytes`].

mod error;
mod item;
mod limits;
mod map;
mod number;
mod parse;
mod text;
mod write;

pub use error::{StructuredError, StructuredErrorKind};
pub use item::{BareItem, InnerList, Item, List, Member};
pub use limits::{Limits, combine};
pub use map::{Dictionary, Entry, OrderedMap, Parameters};
pub use number::{Decimal, Integer};
pub use text::{Key, SfString, Token};

//! What JavaScript would print, to the byte: `JSON.parse`, `Object.keys(…).sort()`,
//! `String(value)`, `JSON.stringify`.
//!
//! Some partners sign not the body they send but what their JavaScript makes of it (document
//! `003`):
//!
//! ```js
//! for (const key of Object.keys(data).sort()) {
//!   content += typeof data[key] === "object" ? JSON.stringify(data[key]) : data[key];
//! }
//! ```
//!
//! To check such a signature one must print what they print: keys in the order of UTF-16 code
//! units, array indices first inside objects, the last of a repeated key in the place of the first,
//! the shortest text of each double, lone surrogates escaped inside objects and replaced outside,
//! halves of a surrogate pair joined across values.
//!
//! [`parse`] checks the body in one pass and notes where each value stands; nothing is copied and,
//! for an event of up to sixteen flat fields, nothing allocated. [`Document::write_sorted_values`]
//! then writes the text into a [`Sink`], such as a digest. Fields are read from the same
//! [`Document`]: what is handed on is what was signed.
//!
//! ```
//! use countersign::digest::Sha256;
//! use countersign::encoding::hex;
//! use countersign::javascript::{self, Limits, Profile};
//!
//! let body = br#"{"timestamp": 1670553442564, "event": "user.revoke.consent", "none": null}"#;
//! let document = javascript::parse(body, Profile::Node, Limits::EVENT)?;
//!
//! let mut content = Vec::new();
//! document.write_sorted_values(&mut content)?;
//! assert_eq!(content, b"user.revoke.consentnull1670553442564");
//!
//! let mut digest = Sha256::new();
//! document.write_sorted_values(&mut digest)?;
//! assert_eq!(digest.finish(), countersign::digest::sha256(&[&content]));
//!
//! let timestamp = document.root().member("timestamp").and_then(|value| value.as_integer());
//! assert_eq!(timestamp, Some(1_670_553_442_564));
//! # Ok::<(), javascript::JavascriptError>(())
//! ```
//!
//! # Differences from Node
//! On purpose there are the [`Limits`], and no others: a body that is longer, or whose arrays and
//! objects are nested deeper, is refused. Node has a stack instead: how deep its `JSON.stringify`
//! gets before it throws a `RangeError` differs between versions.

mod document;
mod error;
mod limits;
mod number;
mod order;
mod read;
mod scan;
mod sink;
mod sort;
mod spill;
mod tape;
mod text;
mod value;
mod write;

pub use document::Document;
pub use error::JavascriptError;
pub use limits::{Limits, Profile};
pub use read::parse;
pub use sink::{Concatenation, Sink};
pub use value::{Elements, Kind, Members, SortedMembers, Value};

//! Adapters for the types of the `http` crate 1.
//!
//! ```
//! use countersign::interop::http::Fields;
//! use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
//!
//! let mut map = HeaderMap::new();
//! map.insert(AUTHORIZATION, HeaderValue::from_static("Bearer a.b.c"));
//! assert_eq!(Fields::of(&map).headers().bearer(), Ok("a.b.c"));
//!
//! map.append(AUTHORIZATION, HeaderValue::from_static("Bearer d.e.f"));
//! assert!(Fields::of(&map).headers().bearer().is_err()); // two tokens are none
//! ```

use http::HeaderMap;

use crate::headers::Headers;

/// The field lines of a `HeaderMap`, borrowed: those of one name in the order they arrived.
#[derive(Clone, Debug)]
pub struct Fields<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Fields<'a> {
    /// The fields of `map`.
    #[must_use]
    pub fn of(map: &'a HeaderMap) -> Self {
        Self(map.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect())
    }

    /// The fields as the rooms of this crate take them.
    #[must_use]
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(&self.0)
    }
}

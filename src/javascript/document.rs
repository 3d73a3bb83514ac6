//! What `JSON.parse` returns.

use std::fmt;

use super::sink::{Concatenation, Sink};
use super::tape::{Tape, View};
use super::value::{Kind, Value};
use super::{JavascriptError, write};

/// A body as `JSON.parse` reads it. It borrows the body; what it adds is where things stand in it.
#[derive(Clone)]
pub struct Document<'b> {
    pub(super) body: &'b [u8],
    pub(super) tape: Tape,
}

impl<'b> Document<'b> {
    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Value<'_, 'b> {
        Value { view: View { body: self.body, spans: self.tape.spans() }, place: 0 }
    }

    /// Writes what document `003` signs, but for the key behind it: the values in the order of
    /// `Object.keys(data).sort()`, each as [`Concatenation::push`] has it.
    ///
    /// An array's keys are its indices, a string's too, and a number or boolean has none, so that
    /// for them nothing is written.
    ///
    /// # Errors
    /// [`JavascriptError::Null`] where the body is `null`; nothing is written then.
    ///
    /// # Security
    /// Neither names nor types nor the borders between values are signed: `{"a":1,"b":23}` has the
    /// text of `{"a":"12","b":3}`. Whoever relies on a value must pin names, types and widths.
    pub fn write_sorted_values(&self, sink: &mut dyn Sink) -> Result<(), JavascriptError> {
        let root = self.root();
        if root.kind() == Kind::Null {
            return Err(JavascriptError::Null);
        }
        let mut text = Concatenation::new(sink);
        write::sorted_values(root, &mut text);
        text.finish();
        Ok(())
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was signed may be personal, and is unbounded.
        write!(f, "Document({} bytes)", self.body.len())
    }
}

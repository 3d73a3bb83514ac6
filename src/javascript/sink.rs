//! Where text goes: a JavaScript string that grows by `+=`, encoded as UTF-8 on its way to a
//! digest.

use crate::digest::{Md5, Sha256, Sha512};

/// What takes text piece by piece: a digest, a MAC, a buffer.
pub trait Sink {
    /// Takes the next `bytes`; where one piece ends and the next begins means nothing.
    fn write(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

macro_rules! digests {
    ($($digest:ty),*) => {
        $(impl Sink for $digest {
            fn write(&mut self, bytes: &[u8]) {
                self.update(bytes);
            }
        })*
    };
}

digests!(Md5, Sha256, Sha512);

/// A JavaScript string built by `+=`, written to a [`Sink`] as UTF-8.
///
/// The parts join as UTF-16: where one ends with the first half of a surrogate pair and the next
/// begins with the second, they make one character. A half that stays alone becomes U+FFFD.
///
/// ```
/// use countersign::javascript::{self, Concatenation, Limits, Profile};
///
/// let body = br#"{"amount": 1e3, "desc": "\u0110\u1eb7t", "extra": {"b": 1.0, "1": []}}"#;
/// let document = javascript::parse(body, Profile::Node, Limits::EVENT)?;
///
/// let mut signed = Vec::new();
/// let mut text = Concatenation::new(&mut signed);
/// for (key, value) in document.root().sorted_members() {
///     text.push(key);
///     text.push_str("=");
///     text.push(value);
///     text.push_str("&");
/// }
/// text.finish();
/// assert_eq!(signed, r#"amount=1000&desc=Đặt&extra={"1":[],"b":1}&"#.as_bytes());
/// # Ok::<(), javascript::JavascriptError>(())
/// ```
#[must_use = "what was pushed last reaches the sink with `finish`"]
pub struct Concatenation<'s> {
    sink: &'s mut dyn Sink,
    high_surrogate: Option<u16>,
    buffer: [u8; BUFFER],
    filled: usize,
    flushed: bool,
}

impl<'s> Concatenation<'s> {
    /// An empty string on its way to `sink`.
    pub fn new(sink: &'s mut dyn Sink) -> Self {
        Self { sink, high_surrogate: None, buffer: [0; BUFFER], filled: 0, flushed: false }
    }

    /// Appends `text`.
    pub fn push_str(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    /// Writes what is still held back. A surrogate that is alone at the end becomes U+FFFD.
    pub fn finish(mut self) {
        self.end_surrogate();
        self.flush();
    }

    /// Whether nothing was appended.
    pub(crate) const fn is_empty(&self) -> bool {
        !self.flushed && self.filled == 0 && self.high_surrogate.is_none()
    }

    /// Appends the bytes of whole characters.
    pub(super) fn push_bytes(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.end_surrogate();
            self.write(text);
        }
    }

    /// Appends one code unit.
    pub(super) fn push_unit(&mut self, unit: u16) {
        match (self.high_surrogate.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => self.push_units(&[high, unit]),
            (high, _) => {
                high.into_iter().for_each(|high| self.push_units(&[high]));
                if matches!(unit, 0xd800..=0xdbff) {
                    self.high_surrogate = Some(unit);
                } else {
                    self.push_units(&[unit]);
                }
            }
        }
    }

    pub(super) fn push_units(&mut self, units: &[u16]) {
        for character in char::decode_utf16(units.iter().copied()) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.write(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// Lets the first half of a pair stand alone, as what follows is not the second.
    pub(super) fn end_surrogate(&mut self) {
        if let Some(high) = self.high_surrogate.take() {
            self.push_units(&[high]);
        }
    }

    pub(super) fn write_byte(&mut self, byte: u8) {
        match self.buffer.get_mut(self.filled) {
            Some(slot) => {
                *slot = byte;
                self.filled = self.filled.saturating_add(1);
            }
            None => self.write(&[byte]),
        }
    }

    /// Appends bytes where no surrogate is held back.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let end = self.filled.saturating_add(bytes.len());
        if let Some(space) = self.buffer.get_mut(self.filled..end) {
            space.copy_from_slice(bytes);
            self.filled = end;
        } else {
            self.write_past_buffer(bytes);
        }
    }

    #[cold]
    fn write_past_buffer(&mut self, bytes: &[u8]) {
        self.flush();
        self.flushed = true;
        match self.buffer.get_mut(..bytes.len()) {
            Some(space) => {
                space.copy_from_slice(bytes);
                self.filled = bytes.len();
            }
            None => self.sink.write(bytes),
        }
    }

    fn flush(&mut self) {
        self.sink.write(self.buffer.get(..self.filled).unwrap_or_default());
        self.filled = 0;
    }
}

/// Two blocks of SHA-256: a digest takes one long piece faster than many short ones.
const BUFFER: usize = 128;

impl std::fmt::Debug for Concatenation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The buffer may hold what is secret to others.
        f.write_str("Concatenation(..)")
    }
}

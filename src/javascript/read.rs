//! One pass over a body that checks its grammar (RFC 8259, as `JSON.parse` takes it) and fills the tape.
//!
//! It keeps no stack: while an array or object is open, its span holds the place of the one around it.

use super::tape::{Place, Span, Tape, View};
use super::{JavascriptError, Limits, Profile, order, scan};

/// The tape of `body`.
pub(super) fn read(body: &[u8], profile: Profile, limits: Limits) -> Result<Tape, JavascriptError> {
    if body.len() > limits.max_bytes {
        return Err(JavascriptError::TooLarge { limit: limits.max_bytes, found: body.len() });
    }
    let rest = match profile {
        Profile::Node => body,
        Profile::BomTolerant => body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body),
    };
    let mut reader = Reader { body, rest, tape: Tape::new(), open: None, depth: 0, limits };
    reader.document()?;
    Ok(reader.tape)
}

struct Reader<'b> {
    body: &'b [u8],
    rest: &'b [u8],
    tape: Tape,
    open: Option<Open>,
    depth: u16,
    limits: Limits,
}

/// The innermost array or object that is still open.
#[derive(Clone, Copy)]
struct Open {
    place: Place,
    is_object: bool,
}

/// What a value's first token did.
enum Opened {
    /// It opened an array or object with something in it: a value is due next.
    More,
    /// It was the whole value.
    Whole,
}

impl<'b> Reader<'b> {
    fn document(&mut self) -> Result<(), JavascriptError> {
        loop {
            self.blank();
            if let Opened::More = self.value()? {
                continue;
            }
            if !self.another()? {
                return if self.rest.is_empty() { Ok(()) } else { Err(self.syntax()) };
            }
        }
    }

    /// Whether another value is due behind the one just read; closes what ends here.
    fn another(&mut self) -> Result<bool, JavascriptError> {
        loop {
            self.blank();
            let Some(open) = self.open else { return Ok(false) };
            match (self.rest, open.is_object) {
                ([b',', rest @ ..], is_object) => {
                    self.rest = rest;
                    if is_object {
                        self.key()?;
                    }
                    return Ok(true);
                }
                ([b'}', rest @ ..], true) | ([b']', rest @ ..], false) => {
                    self.rest = rest;
                    self.close(open);
                }
                _ => return Err(self.syntax()),
            }
        }
    }

    fn value(&mut self) -> Result<Opened, JavascriptError> {
        let start = self.offset();
        let (rest, marks) = match self.rest {
            [b'"', text @ ..] => scan::string(text).ok_or_else(|| self.syntax())?,
            [b'{', rest @ ..] => return self.enter(rest, true),
            [b'[', rest @ ..] => return self.enter(rest, false),
            [b't', b'r', b'u', b'e', rest @ ..] => (rest, Span::VERBATIM),
            [b'f', b'a', b'l', b's', b'e', rest @ ..] => (rest, Span::VERBATIM),
            [b'n', b'u', b'l', b'l', rest @ ..] => (rest, Span::VERBATIM),
            number => scan::number(number).ok_or_else(|| self.syntax())?,
        };
        self.rest = rest;
        self.push(start, marks);
        if marks & Span::VERBATIM == 0 {
            self.not_verbatim();
        }
        Ok(Opened::Whole)
    }

    fn key(&mut self) -> Result<(), JavascriptError> {
        self.blank();
        let start = self.offset();
        let [b'"', text @ ..] = self.rest else { return Err(self.syntax()) };
        let (rest, marks) = scan::string(text).ok_or_else(|| self.syntax())?;
        self.rest = rest;
        self.push(start, marks);
        self.blank();
        let [b':', rest @ ..] = self.rest else { return Err(self.syntax()) };
        self.rest = rest;
        Ok(())
    }

    fn enter(&mut self, rest: &'b [u8], is_object: bool) -> Result<Opened, JavascriptError> {
        if self.depth == self.limits.max_depth {
            return Err(JavascriptError::TooDeep { limit: self.limits.max_depth });
        }
        self.depth = self.depth.saturating_add(1);
        let around = self.open.map_or(NOWHERE, |open| open.place);
        let span = Span::open(self.offset(), around);
        let open = Open { place: self.tape.push(span, self.rest), is_object };
        self.open = Some(open);
        self.rest = rest;
        self.blank();
        match (self.rest, is_object) {
            ([b'}', rest @ ..], true) | ([b']', rest @ ..], false) => {
                self.rest = rest;
                self.close(open);
                Ok(Opened::Whole)
            }
            (_, true) => self.key().map(|()| Opened::More),
            (_, false) => Ok(Opened::More),
        }
    }

    /// Ends the innermost array or object, the rest being behind it.
    fn close(&mut self, open: Open) {
        let end = self.offset();
        let Some(span) = self.tape.get_mut(open.place) else { return };
        let around = span.close(end);
        let mut verbatim = span.is(Span::VERBATIM);
        self.depth = self.depth.saturating_sub(1);
        self.open = self.open_at(around);
        if open.is_object && self.reorders(open.place) {
            if let Some(span) = self.tape.get_mut(open.place) {
                span.set(Span::REORDERED);
                span.clear(Span::VERBATIM);
            }
            verbatim = false;
        }
        if !verbatim {
            self.not_verbatim();
        }
    }

    fn open_at(&self, place: Place) -> Option<Open> {
        let is_object = self.view().first_byte(place)? == b'{';
        Some(Open { place, is_object })
    }

    /// Whether the object's members may be printed otherwise than they stand; in doubt, they may.
    ///
    /// The outermost object is not looked at: `Object.keys(…).sort()` takes its members one by one.
    fn reorders(&self, object: Place) -> bool {
        self.open.is_none() || order::may_reorder(self.view(), object)
    }

    fn push(&mut self, start: usize, marks: u32) {
        let span = Span::new(start, self.offset(), marks);
        self.tape.push(span, self.rest);
    }

    /// Skips blanks, which `JSON.stringify` prints nowhere.
    fn blank(&mut self) {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if self.rest.first().is_some_and(blank) {
            let count = self.rest.iter().take_while(|byte| blank(byte)).count();
            self.rest = self.rest.get(count..).unwrap_or_default();
            self.not_verbatim();
        }
    }

    /// Notes that `JSON.stringify` prints the innermost open value otherwise than it stands.
    fn not_verbatim(&mut self) {
        if let Some(span) = self.open.and_then(|open| self.tape.get_mut(open.place)) {
            span.clear(Span::VERBATIM);
        }
    }

    fn view(&self) -> View<'_, 'b> {
        View { body: self.body, spans: self.tape.spans() }
    }

    fn offset(&self) -> usize {
        self.body.len().saturating_sub(self.rest.len())
    }

    fn syntax(&self) -> JavascriptError {
        JavascriptError::Syntax { at: self.offset() }
    }
}

/// The place around the outermost value.
const NOWHERE: Place = Place::MAX;

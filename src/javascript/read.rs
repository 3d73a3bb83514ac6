//! One pass over a body that checks its grammar (RFC 8259, as `JSON.parse` takes it) and fills the
//! tape.

use super::order::Filter;
use super::spill::Spill;
use super::tape::{Place, Span, Tape, View};
use super::{Document, JavascriptError, Limits, Profile, scan};

/// Reads `body` as `JSON.parse` does, in time linear in its length.
///
/// # Errors
/// [`JavascriptError::TooLarge`] before anything is read, [`JavascriptError::TooDeep`] and
/// [`JavascriptError::Syntax`] at the first place where they apply.
///
/// # Examples
/// ```
/// use countersign::javascript::{self, JavascriptError, Limits, Profile};
///
/// let document = javascript::parse(br#"{"a": 1.0, "a": 2.50}"#, Profile::Node, Limits::EVENT)?;
/// assert_eq!(document.root().member("a").and_then(|a| a.as_f64()), Some(2.5));
///
/// let refused = javascript::parse(b"{'a': 1}", Profile::Node, Limits::EVENT);
/// assert_eq!(refused.unwrap_err(), JavascriptError::Syntax { at: 1 });
/// # Ok::<(), JavascriptError>(())
/// ```
pub fn parse(
    body: &[u8],
    profile: Profile,
    limits: Limits,
) -> Result<Document<'_>, JavascriptError> {
    if body.len() > limits.max_bytes {
        return Err(JavascriptError::TooLarge { limit: limits.max_bytes, found: body.len() });
    }
    let rest = match profile {
        Profile::Node => body,
        Profile::BomTolerant => body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body),
    };
    let document = Document { body, tape: Tape::new() };
    let mut reader = Reader { document, open: Spill::new(), closing: None, limits };
    reader.document(rest)?;
    Ok(reader.document)
}

/// What is read so far. What is still to read is handed from step to step, so that it stays in
/// registers.
struct Reader<'b> {
    document: Document<'b>,
    /// What is not closed yet, the innermost last.
    open: Spill<Open, 1>,
    /// What closes the innermost.
    closing: Option<u8>,
    limits: Limits,
}

/// An array or object that is not closed yet.
#[derive(Clone, Copy, Default)]
struct Open {
    place: Place,
    start: usize,
    /// What closes the one around it.
    closing_around: Option<u8>,
    /// Whether what was seen of it so far is what `JSON.stringify` would print.
    verbatim: bool,
    keys: Filter,
}

impl<'b> Reader<'b> {
    fn document(&mut self, rest: &'b [u8]) -> Result<(), JavascriptError> {
        let mut rest = self.blank(rest);
        loop {
            if self.closing == Some(b'}') {
                rest = self.key(rest)?;
            }
            let (behind, value_is_due) = self.value(rest)?;
            rest = self.blank(behind);
            if value_is_due {
                continue;
            }
            while let [bracket @ (b'}' | b']'), behind @ ..] = rest
                && self.closing == Some(*bracket)
            {
                self.close(behind);
                rest = self.blank(behind);
            }
            rest = match (rest, self.closing) {
                ([], None) => return Ok(()),
                ([b',', behind @ ..], Some(_)) => self.blank(behind),
                _ => return Err(self.syntax(rest)),
            }
        }
    }

    /// Reads a value, or of an array or object that is not empty the bracket: then another value is
    /// due.
    fn value(&mut self, rest: &'b [u8]) -> Result<(&'b [u8], bool), JavascriptError> {
        let (behind, marks) = match rest {
            [b'"', text @ ..] => scan::string(text).ok_or_else(|| self.syntax(rest))?,
            [b'{', inner @ ..] => return self.open(rest, inner, b'}'),
            [b'[', inner @ ..] => return self.open(rest, inner, b']'),
            [b't', b'r', b'u', b'e', behind @ ..] => (behind, Span::VERBATIM),
            [b'f', b'a', b'l', b's', b'e', behind @ ..] => (behind, Span::VERBATIM),
            [b'n', b'u', b'l', b'l', behind @ ..] => (behind, Span::VERBATIM),
            number => scan::number(number).ok_or_else(|| self.syntax(rest))?,
        };
        self.push(rest, behind, marks);
        Ok((behind, false))
    }

    fn key(&mut self, rest: &'b [u8]) -> Result<&'b [u8], JavascriptError> {
        let [b'"', text @ ..] = rest else { return Err(self.syntax(rest)) };
        let (behind, marks) = scan::string(text).ok_or_else(|| self.syntax(rest))?;
        self.push(rest, behind, marks);
        if !self.is_outermost()
            && let Some(open) = self.open.last_mut()
        {
            open.keys.add(rest, behind, marks);
        }
        match self.blank(behind) {
            [b':', behind @ ..] => Ok(self.blank(behind)),
            colon => Err(self.syntax(colon)),
        }
    }

    fn open(
        &mut self,
        rest: &[u8],
        inner: &'b [u8],
        closing: u8,
    ) -> Result<(&'b [u8], bool), JavascriptError> {
        if self.open.len() >= usize::from(self.limits.max_depth) {
            return Err(JavascriptError::TooDeep { limit: self.limits.max_depth });
        }
        let start = self.offset(rest);
        let place = self.document.tape.push(Span::new(start, start, 0), rest);
        let closing_around = self.closing.replace(closing);
        let keys = Filter::default();
        self.open.push(Open { place, start, closing_around, verbatim: true, keys }, || 4);
        let inner = self.blank(inner);
        Ok((inner, inner.first() != Some(&closing)))
    }

    /// Ends the innermost array or object, `behind` being what follows it.
    fn close(&mut self, behind: &[u8]) {
        let is_outermost = self.is_outermost();
        let Some(open) = self.open.pop() else { return };
        let end = self.offset(behind);
        self.document.tape.set(open.place, Span::new(open.start, end, 0));
        let is_object = self.closing == Some(b'}');
        self.closing = open.closing_around;
        let marks = if is_object && (is_outermost || open.keys.reorder(self.view(), open.place)) {
            Span::REORDERED
        } else if open.verbatim {
            Span::VERBATIM
        } else {
            0
        };
        self.document.tape.set(open.place, Span::new(open.start, end, marks));
        self.note(marks);
    }

    /// The keys of the outermost object are sorted when they are printed, whatever they are.
    const fn is_outermost(&self) -> bool {
        self.open.len() <= 1
    }

    /// Adds what stands between `rest` and `behind` to the tape.
    #[inline(always)]
    fn push(&mut self, rest: &[u8], behind: &[u8], marks: u64) {
        let span = Span::new(self.offset(rest), self.offset(behind), marks);
        self.document.tape.push(span, rest);
        self.note(marks);
    }

    /// Notes the marks of a part of the innermost array or object.
    fn note(&mut self, marks: u64) {
        if marks & Span::VERBATIM == 0
            && let Some(open) = self.open.last_mut()
        {
            open.verbatim = false;
        }
    }

    /// Skips blanks, which `JSON.stringify` prints nowhere.
    fn blank(&mut self, rest: &'b [u8]) -> &'b [u8] {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if !rest.first().is_some_and(blank) {
            return rest;
        }
        self.note(0);
        let count = rest.iter().take_while(|byte| blank(byte)).count();
        rest.get(count..).unwrap_or_default()
    }

    fn view(&self) -> View<'_, 'b> {
        View { body: self.document.body, spans: self.document.tape.spans() }
    }

    /// Where `rest`, which ends with the body, begins.
    fn offset(&self, rest: &[u8]) -> usize {
        self.document.body.len().wrapping_sub(rest.len())
    }

    fn syntax(&self, rest: &[u8]) -> JavascriptError {
        JavascriptError::Syntax { at: self.offset(rest) }
    }
}

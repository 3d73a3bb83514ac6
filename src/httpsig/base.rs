//! The signature base: the very bytes that are signed (RFC 9421 §2.5; draft-cavage-http-signatures-07 §2.3).

use std::fmt;
use std::ops::Range;

use super::HttpSigError;
use super::canonical::List;
use super::component::Part;
use super::coverage::{Coverage, Covered};
use super::text::shown;
use super::values::Source;

/// The bytes that are signed, and where in them each component stands.
///
/// They hold field values of the message, so `Debug` does not show them.
#[derive(Clone, Eq, PartialEq)]
pub struct SignatureBase {
    text: String,
    lines: Vec<Line>,
}

/// One component in a base.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Line {
    name: Name,
    value: Range<usize>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Name {
    Written(Range<usize>),
    /// Gateways leave some names out.
    Unwritten(&'static str),
}

impl SignatureBase {
    /// Builds the base of RFC 9421 §2.5: a line for each component, and the canonical `list` last.
    pub(super) fn of_list(
        list: &List<'_>,
        covered: &Coverage<'_>,
        source: &Source<'_, '_>,
    ) -> Result<Self, HttpSigError> {
        let mut base = Self::with_lines(covered.len(), list.text().len());
        covered.iter().try_for_each(|covered| {
            base.line(&covered, source)?;
            base.text.push('\n');
            Ok(())
        })?;
        base.text.push_str("\"@signature-params\": ");
        base.text.push_str(list.text());
        Ok(base)
    }

    /// Builds the signing string of the drafts: a line for each name, and no line feed behind the last. Where there is a
    /// `key_id_line`, it comes first and every line has its line feed.
    pub(super) fn of_names(
        covered: &Coverage<'_>,
        key_id_line: Option<&str>,
        source: &Source<'_, '_>,
    ) -> Result<Self, HttpSigError> {
        let mut base = Self::with_lines(covered.len(), 0);
        if let Some(key_id) = key_id_line {
            base.text.push_str(key_id);
            base.text.push('\n');
        }
        for covered in covered.iter() {
            if key_id_line.is_none() && !base.lines.is_empty() {
                base.text.push('\n');
            }
            base.line(&covered, source)?;
            if key_id_line.is_some() {
                base.text.push('\n');
            }
        }
        Ok(base)
    }

    fn with_lines(count: usize, last: usize) -> Self {
        // A digest and its name take some 80 bytes, the others less.
        let bytes = count.saturating_mul(48).saturating_add(last).saturating_add(96);
        Self { text: String::with_capacity(bytes), lines: Vec::with_capacity(count) }
    }

    /// Writes the line of a component, without its end.
    fn line(&mut self, covered: &Covered<'_>, source: &Source<'_, '_>) -> Result<(), HttpSigError> {
        let unwritten = match covered.component.part {
            Part::Pseudo(pseudo) => pseudo.unwritten_name(),
            _ => None,
        };
        let start = self.text.len();
        let name = match unwritten {
            Some(name) => Name::Unwritten(name),
            None => {
                self.text.push_str(covered.identifier);
                let end = self.text.len();
                self.text.push_str(": ");
                Name::Written(start..end)
            }
        };
        let start = self.text.len();
        source.write(&covered.component, &mut self.text).map_err(|fault| {
            HttpSigError::Component { component: shown(covered.identifier), fault }
        })?;
        self.lines.push(Line { name, value: start..self.text.len() });
        Ok(())
    }

    /// The base as text. It is ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The components and their values, in the order in which they are covered.
    pub fn components(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|line| (self.name(&line.name), self.slice(&line.value)))
    }

    /// The value of the component at this place.
    pub(super) fn value(&self, place: usize) -> &str {
        self.lines.get(place).map_or("", |line| self.slice(&line.value))
    }

    /// Keeps the lines whose components `keep` says; the text stays.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        let (text, lines) = (&self.text, &mut self.lines);
        lines.retain(|line| keep(name(text, &line.name)));
    }

    fn name<'s>(&'s self, line: &'s Name) -> &'s str {
        name(&self.text, line)
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

fn name<'s>(text: &'s str, name: &'s Name) -> &'s str {
    match name {
        Name::Written(range) => text.get(range.clone()).unwrap_or_default(),
        Name::Unwritten(name) => name,
    }
}

impl fmt::Debug for SignatureBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.components().map(|(name, _)| name).collect();
        f.debug_struct("SignatureBase").field("components", &names).finish_non_exhaustive()
    }
}

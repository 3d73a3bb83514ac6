//! Members of `Signature-Input` in their canonical spelling, which is the one that is signed (RFC 9421 §2.5).
//!
//! Senders write it already: then a member is looked through once and not copied. Any other spelling is read as the
//! structured field it is, and written canonically. What its parts mean is read from the canonical text in both cases.

mod plain;
#[cfg(test)]
mod properties;

use std::borrow::Cow;

use super::HttpSigError;
use super::component::ComponentId;
use super::coverage::Required;
use super::params::Params;
use super::rfc9421::{Labelled, SIGNATURE_INPUT};
use crate::structured::{Dictionary, Entry, InnerList, Limits, Member, StructuredError};

/// The canonical text of an Inner List: `("@method" "@path");created=1;keyid="k"`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct List<'m> {
    text: Cow<'m, str>,
}

impl<'m> List<'m> {
    /// A list in the text that a signer wrote.
    pub(super) const fn of(canonical: &'m str) -> Self {
        Self { text: Cow::Borrowed(canonical) }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn items(&self) -> Items<'_> {
        Items { rest: self.text.strip_prefix('(').unwrap_or_default() }
    }

    /// What is demanded, where the list begins with it, and the items behind that.
    pub(super) fn items_behind<'s>(
        &'s self,
        required: &'s Required,
    ) -> (&'s [ComponentId], Items<'s>) {
        let (demanded, rest) = required.split_from(self.items().rest, &[' ', ')']);
        (demanded, Items { rest: rest.strip_prefix(' ').unwrap_or(rest) })
    }

    /// The parameters of the list as a whole.
    pub(super) fn parameters(&self) -> Parameters<'_> {
        let mut items = self.items();
        items.by_ref().for_each(drop);
        Parameters::of(items.rest.strip_prefix(')').unwrap_or_default())
    }
}

/// The members of one line.
pub(super) fn members<'m>(
    line: &'m [u8],
    limits: &Limits,
) -> Result<Vec<Labelled<'m>>, StructuredError> {
    match plain::members(line) {
        Some(members) => Ok(members),
        None => members_of_any_spelling(line, limits),
    }
}

fn members_of_any_spelling<'m>(
    line: &'m [u8],
    limits: &Limits,
) -> Result<Vec<Labelled<'m>>, StructuredError> {
    let dictionary = Dictionary::parse(line, limits)?;
    dictionary.refuse_duplicates()?;
    let member = |entry: &Entry<'m, Member<'m>>| {
        let (label, list) = (entry.key.as_str(), entry.value.as_inner_list());
        Labelled::unsigned(label, list.map_or(Err(MALFORMED), read))
    };
    Ok(dictionary.entries().iter().map(member).collect())
}

fn read<'a>(list: &InnerList<'_>) -> Result<(List<'a>, Params<'a>), HttpSigError> {
    let list = written(list);
    let params = Params::of(&list)?.into_owned();
    Ok((list, params))
}

/// A list in its canonical spelling.
pub(super) fn written<'a>(list: &InnerList<'_>) -> List<'a> {
    let mut text = String::with_capacity(list.span().len());
    list.write_onto(&mut text);
    List { text: Cow::Owned(text) }
}

const MALFORMED: HttpSigError = HttpSigError::Malformed { field: SIGNATURE_INPUT };

/// The items of a canonical list, and behind them its parameters.
#[derive(Clone, Debug)]
pub(super) struct Items<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if matches!(self.rest.as_bytes(), [] | [b')', ..]) {
            return None;
        }
        let (item, behind) = split_at_any(self.rest, [b' ', b')']);
        self.rest = behind.strip_prefix(' ').unwrap_or(behind);
        Some(item)
    }
}

/// Canonical parameters: each its key and the text of its value, which is empty where it is true without saying so.
#[derive(Clone, Debug)]
pub(super) struct Parameters<'a> {
    rest: &'a str,
}

impl<'a> Parameters<'a> {
    /// Those in a text that is empty or begins with a semicolon.
    pub(super) const fn of(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let (parameter, rest) = split_at_any(self.rest.strip_prefix(';')?, [b';', b';']);
        self.rest = rest;
        Some(parameter.split_once('=').unwrap_or((parameter, "")))
    }
}

/// Cuts before the first of these bytes that stands in neither a String nor a Display String. In the latter, which begins
/// with a `%`, a backslash escapes nothing (RFC 9651 §3.3.8).
fn split_at_any(text: &str, [first, second]: [u8; 2]) -> (&str, &str) {
    let (mut quoted, mut escaped, mut escapes, mut last) = (false, false, false, 0);
    let end = text.bytes().position(|byte| {
        let before = std::mem::replace(&mut last, byte);
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted && escapes,
            b'"' => (quoted, escapes) = (!quoted, before != b'%'),
            _ => return !quoted && (byte == first || byte == second),
        }
        false
    });
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

/// The text of a String without its quotes and escapes.
pub(super) fn string(value: &str) -> Option<Cow<'_, str>> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
    if text.bytes().all(|byte| byte != b'\\') {
        return Some(Cow::Borrowed(text));
    }
    let mut characters = text.chars();
    let unescaped = std::iter::from_fn(|| match characters.next()? {
        '\\' => characters.next(),
        character => Some(character),
    });
    Some(Cow::Owned(unescaped.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A canonical text and a key id.
    type Content = Option<(String, Option<String>)>;

    /// What stands under each label.
    fn read(line: &str) -> Vec<(&str, Content)> {
        let found = members(line.as_bytes(), &Limits::DEFAULT).unwrap();
        let content = |member: Labelled<'_>| {
            let (list, params) = member.content.ok()?;
            Some((list.text.into_owned(), params.key_id.map(Cow::into_owned)))
        };
        found.into_iter().map(|member| (member.label, content(member))).collect()
    }

    fn content(text: &str, key_id: Option<&str>) -> Content {
        Some((text.to_owned(), key_id.map(str::to_owned)))
    }

    #[test]
    fn canonical_members_are_recognised_and_read_as_the_long_way_reads_them() {
        for line in [
            "sig1=(\"@method\" \"x\";key=\"a b\";req);created=1;keyid=\"k;(\"",
            "a=(), b=(\"@path\");tag=\"t\",  c=(\"x\";bs);nonce=\"n\";expires=2;alg=\"a\"",
        ] {
            assert!(plain::members(line.as_bytes()).is_some(), "{line}");
            // One space more, and it is read the long way.
            assert_eq!(read(line), read(&line.replacen('(', "( ", 1)));
        }
    }

    #[test]
    fn other_spellings_are_written_canonically() {
        let canonical = "(\"@method\" \"@path\");created=1;keyid=\"k\"";
        for line in [
            "s=( \"@method\"  \"@path\" );created=1;keyid=\"k\"",
            "s=(\"@method\" \"@path\"); created=1; keyid=\"k\"",
            "s=(\"@method\" \"@path\");created=01;keyid=\"k\"",
            "s=(\"@method\" \"@path\");created=1;keyid=\"k\" ",
        ] {
            assert!(plain::members(line.as_bytes()).is_none(), "{line}");
            assert_eq!(read(line), [("s", content(canonical, Some("k")))], "{line}");
        }
        let rare = "(\"a\\\"b\" 1.5;x=?0 tok:en;y=:AA==:);z=@1;created=1;created2;keyid=\"a\\\\\"";
        assert_eq!(read(&format!("s={rare}")), [("s", content(rare, Some("a\\")))]);
        assert_eq!(read("s=1, t=(\"a\")"), [("s", None), ("t", content("(\"a\")", None))]);
    }

    #[test]
    fn what_is_malformed_is_refused_with_its_place() {
        for (line, offset) in [
            ("s=(\"a\";req;req)", 11),
            ("s=();created=1;created=2", 15),
            ("s=(), s=()", 6),
            ("s=(\"a\"", 6),
            ("s=(\"a\"),", 8),
            ("s=(\"a\")x", 7),
            ("S=()", 0),
        ] {
            let error = members(line.as_bytes(), &Limits::DEFAULT).unwrap_err();
            assert_eq!(error.offset(), offset, "{line}");
        }
    }

    #[test]
    fn items_behind_those_demanded_are_told_from_longer_ones() {
        for (demanded, count, behind) in [
            (&["a"][..], 1, &["\"b\";req"][..]),
            (&["a", "b;req"], 2, &[]),
            (&["b;req"], 0, &["\"a\"", "\"b\";req"]),
            (&["a", "b"], 0, &["\"a\"", "\"b\";req"]), // `"b"` is not `"b";req`
        ] {
            let mut required = Required::default();
            for text in demanded {
                required.add(ComponentId::parse(text).unwrap());
            }
            let list = List::of("(\"a\" \"b\";req);created=1");
            let (found, items) = list.items_behind(&required);
            assert_eq!((found.len(), items.collect::<Vec<_>>().as_slice()), (count, behind));
        }
    }

    #[test]
    fn items_and_parameters_are_cut_outside_of_strings() {
        let list =
            "(\"a;) \\\" b\";key=\"x y\" \"@q\";name=\"(;\" \"c\");nonce=\"a;b=c\";n;alg=\"x\"";
        let list = List::of(list);
        let items: Vec<_> = list.items().collect();
        assert_eq!(items, ["\"a;) \\\" b\";key=\"x y\"", "\"@q\";name=\"(;\"", "\"c\""]);
        let parameters: Vec<_> = list.parameters().collect();
        assert_eq!(parameters, [("nonce", "\"a;b=c\""), ("n", ""), ("alg", "\"x\"")]);
        // In a Display String a backslash stands for itself, before the closing quote too.
        let list = List::of("();u=%\"\\\";keyid=\"k\"");
        let parameters: Vec<_> = list.parameters().collect();
        assert_eq!(parameters, [("u", "%\"\\\""), ("keyid", "\"k\"")]);
        assert_eq!(List::of("();created=1").items().count(), 0);
        assert_eq!(List::of("();created=1").parameters().count(), 1);
        assert_eq!(string("\"a\\\"b\\\\\"").as_deref(), Some("a\"b\\"));
        assert_eq!(string("1"), None);
    }
}

//! Fields of what was signed: values inside a JSON body, a form or a query.

use std::borrow::Cow;
use std::fmt;

use super::WebhookError;
use super::form::Parameters;
use super::scheme::{Part, Place, Scheme};
use crate::javascript::{Document, Kind, Value};

/// The signed fields of a message, by name.
///
/// Values are given as they were signed, as text: `1` and `"1"` have one signature, so that a type
/// would be the sender's word alone. What the message holds beside the signed fields is not here.
#[derive(Clone)]
pub struct Fields<'m> {
    /// Where they are members of a JSON object; else they are parameters.
    document: Option<Box<Document<'m>>>,
    object: Object,
    null: &'static str,
    /// The only members that are signed, where not all are.
    names: Option<&'static [&'static str]>,
    parameters: Parameters<'m>,
}

/// Which members of a body are signed.
#[derive(Clone, Copy)]
pub(super) struct Object {
    /// Inside this member, or in the body itself.
    pub(super) member: Option<&'static str>,
    /// The member of the body itself that is the signature.
    pub(super) signature: Option<&'static str>,
}

impl Object {
    pub(super) const fn signed_by(scheme: &Scheme) -> Self {
        let signature = match scheme.signature.place {
            Place::Member(name) => Some(name),
            _ => None,
        };
        Self { member: scheme.object, signature }
    }

    pub(super) fn of<'d, 'm>(
        self,
        document: &'d Document<'m>,
    ) -> Result<Value<'d, 'm>, WebhookError> {
        let root = document.root();
        let object = self.member.map_or(Some(root), |member| root.member(member));
        object.filter(|value| value.kind() == Kind::Object).ok_or(WebhookError::NotAnObject)
    }

    /// Whether this member of it is signed, and not the signature.
    pub(super) fn signs(self, name: &str) -> bool {
        self.member.is_some() || self.signature != Some(name)
    }
}

impl<'m> Fields<'m> {
    pub(super) fn json(document: Box<Document<'m>>, object: Object, part: Option<&Part>) -> Self {
        let null = if let Some(Part::SortedPairs { null }) = part { null } else { "null" };
        let names = if let Some(Part::Fields(names)) = part { Some(*names) } else { None };
        Self { document: Some(document), object, null, names, parameters: Vec::new() }
    }

    pub(super) const fn parameters(parameters: Parameters<'m>) -> Self {
        let object = Object { member: None, signature: None };
        Self { document: None, object, null: "", names: None, parameters }
    }

    /// The signed text of a field: of a string its characters, of a number what JavaScript prints,
    /// of an array or object its JSON.
    ///
    /// Where a parameter is repeated, its first value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let Some(document) = &self.document else {
            let found = self.parameters.iter().find(|(found, _)| found == name);
            return found.map(|(_, value)| Cow::Borrowed(&**value));
        };
        let value = self.object.of(document).ok()?.member(name)?;
        self.has_signed(name).then(|| text_of(value, self.null))
    }

    /// The names of the fields, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<Cow<'_, str>> {
        let object = self.document.as_ref().and_then(|document| self.object.of(document).ok());
        let members = object.into_iter().flat_map(Value::sorted_members);
        let parameters = self.parameters.iter().map(|(name, _)| Cow::Borrowed(&**name));
        let mut names: Vec<_> =
            members.filter_map(|(key, _)| key.as_str()).chain(parameters).collect();
        names.retain(|name| self.has_signed(name));
        names.dedup();
        names
    }

    fn has_signed(&self, name: &str) -> bool {
        self.object.signs(name) && self.names.is_none_or(|names| names.contains(&name))
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values are personal data.
        f.write_str("Fields(..)")
    }
}

/// What was signed by a scheme that keeps neither names nor types nor the borders between values.
///
/// The values are the provider's, one after the other; which of them is the user and which the
/// amount is the word of whoever sent the message.
///
/// ```compile_fail,E0599
/// fn user(values: countersign::webhook::Unstructured<'_>) -> Option<String> {
///     values.get("userId").map(|user| user.into_owned()) // nobody signed that this is a user
/// }
/// ```
/// With the word for it, it compiles:
/// ```
/// fn user(values: countersign::webhook::Unstructured<'_>) -> Option<String> {
///     let fields = values.dangerous_trust_unsigned_structure();
///     fields.get("userId").map(|user| user.into_owned())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Unstructured<'m>(Fields<'m>);

impl<'m> Unstructured<'m> {
    pub(super) const fn new(fields: Fields<'m>) -> Self {
        Self(fields)
    }

    /// The fields as the message has them.
    ///
    /// # Security
    /// Whoever has seen one genuine message can send others with the same signature, in which text
    /// is moved from one value to the next, fields are renamed, and empty ones added. Use a field
    /// for nothing that matters, or check it against what you know: its width, its characters, the
    /// record that it names.
    #[must_use]
    pub fn dangerous_trust_unsigned_structure(self) -> Fields<'m> {
        self.0
    }
}

/// The text that `key=value` schemes sign of a value.
pub(super) fn text_of<'v>(value: Value<'_, 'v>, null: &'static str) -> Cow<'v, str> {
    let text = match value.kind() {
        Kind::String => value.as_str(),
        Kind::Number => value.number_text(),
        Kind::Boolean => value.as_bool().map(|truth| if truth { "true" } else { "false" }.into()),
        Kind::Null => Some(null.into()),
        Kind::Array | Kind::Object => {
            let mut json = Vec::new();
            value.write_json(&mut json);
            String::from_utf8(json).ok().map(Cow::Owned)
        }
    };
    match text.unwrap_or_default() {
        // payOS writes these words as it writes null.
        word if null.is_empty() && matches!(&*word, "null" | "undefined") => "".into(),
        text => text,
    }
}

/// Refuses a member that other members could have the text of.
///
/// Sorted pairs can be read back in one way alone if no name holds `=` or `&`, and no value holds
/// `&name=` with a name that could stand behind its own. Were there two readings, take the first
/// border that only one of them has: in the other the value runs on over `&name=`, with a name that
/// sorts behind its own.
pub(super) fn pair_is_unambiguous(name: &str, value: &str) -> Result<(), WebhookError> {
    let behind = |other: &str| other.encode_utf16().gt(name.encode_utf16());
    let starts_another = |text: &str| text.split_once('=').is_some_and(|(other, _)| behind(other));
    if name.contains(['=', '&']) || value.split('&').skip(1).any(starts_another) {
        return Err(WebhookError::ambiguous(name));
    }
    Ok(())
}

/// Refuses a field that holds the beginning of the one that follows it, for the same reason.
pub(super) fn field_is_unambiguous(
    name: &str,
    value: &str,
    next: Option<&&str>,
) -> Result<(), WebhookError> {
    let starts_next = |text: &str| {
        next.is_some_and(|next| text.strip_prefix(*next).is_some_and(|rest| rest.starts_with('=')))
    };
    if value.split('&').skip(1).any(starts_next) {
        return Err(WebhookError::ambiguous(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_value_that_reads_like_a_later_pair_is_refused() {
        let ok = Ok(());
        let refused = |name| Err(WebhookError::ambiguous(name));
        assert_eq!(pair_is_unambiguous("description", "a&b=c"), ok);
        assert_eq!(pair_is_unambiguous("description", "a&extradata"), ok);
        assert_eq!(pair_is_unambiguous("description", "a&extradata=c"), refused("description"));
        assert_eq!(pair_is_unambiguous("a", "1&z=2&m=3"), refused("a"));
        assert_eq!(pair_is_unambiguous("z", "2&m=3"), ok);
        assert_eq!(pair_is_unambiguous("a=b", ""), refused("a=b"));
        assert_eq!(pair_is_unambiguous("a&b", ""), refused("a&b"));
        // U+E000 sorts behind an astral character in UTF-16.
        assert_eq!(pair_is_unambiguous("\u{1f600}", "&\u{e000}=1"), refused("\u{1f600}"));
        assert_eq!(pair_is_unambiguous("\u{e000}", "&\u{1f600}=1"), ok);
    }

    /// Every value of up to so many of four characters.
    fn values(length: usize) -> Vec<String> {
        let mut values = vec![String::new()];
        let mut from = 0;
        for _ in 0..length {
            let longest = values[from..].to_vec();
            from = values.len();
            let extended = |text| ["&", "=", "b", "c"].map(|c| format!("{text}{c}"));
            values.extend(longest.iter().flat_map(extended));
        }
        values
    }

    /// How many texts two of the accepted readings share, and how many they would without the
    /// check.
    fn shared_texts(
        readings: impl Iterator<Item = Vec<(&'static str, String)>>,
        accepted: impl Fn(&[(&'static str, String)]) -> bool,
    ) -> (usize, usize) {
        let (mut all, mut passed) = (BTreeMap::new(), BTreeMap::new());
        for reading in readings {
            let pairs: Vec<_> = reading.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let text = pairs.join("&");
            *all.entry(text.clone()).or_insert(0) += 1;
            *passed.entry(text).or_insert(0) += usize::from(accepted(&reading));
        }
        let shared = |counts: BTreeMap<_, usize>| counts.values().filter(|n| **n > 1).count();
        (shared(passed), shared(all))
    }

    #[test]
    fn no_two_accepted_lists_of_pairs_have_one_text() {
        let optional = |length| [None].into_iter().chain(values(length).into_iter().map(Some));
        let readings = optional(5).flat_map(|a| {
            optional(2).flat_map(move |b| {
                let a = a.clone();
                [None, Some(String::new()), Some("=".to_owned())].map(move |c| {
                    let of =
                        |name, value: &Option<String>| value.clone().map(|value| (name, value));
                    [of("a", &a), of("b", &b), of("c", &c)].into_iter().flatten().collect()
                })
            })
        });
        let accepted = |reading: &[(&str, String)]| {
            reading.iter().all(|(name, value)| pair_is_unambiguous(name, value).is_ok())
        };
        let (shared, without) = shared_texts(readings, accepted);
        assert!(without > 10);
        assert_eq!(shared, 0);
    }

    #[test]
    fn no_two_accepted_lists_of_fields_have_one_text() {
        const NAMES: [&str; 3] = ["a", "b", "c"];
        let readings = values(5).into_iter().flat_map(|a| {
            values(3).into_iter().flat_map(move |b| {
                let a = a.clone();
                ["", "=", "&c="]
                    .map(move |c| vec![("a", a.clone()), ("b", b.clone()), ("c", c.into())])
            })
        });
        let accepted = |reading: &[(&str, String)]| {
            reading.iter().enumerate().all(|(index, (name, value))| {
                field_is_unambiguous(name, value, NAMES.get(index + 1)).is_ok()
            })
        };
        let (shared, without) = shared_texts(readings, accepted);
        assert!(without > 10);
        assert_eq!(shared, 0);
    }

    #[test]
    fn a_value_that_reads_like_the_next_field_is_refused() {
        let refused = Err(WebhookError::ambiguous("message"));
        assert_eq!(field_is_unambiguous("message", "ok&orderId", Some(&"orderId")), Ok(()));
        assert_eq!(field_is_unambiguous("message", "ok&orderId=1", Some(&"orderId")), refused);
        assert_eq!(field_is_unambiguous("message", "ok&orderIdX=1", Some(&"orderId")), Ok(()));
        assert_eq!(field_is_unambiguous("message", "ok&orderId=1", None), Ok(()));
    }
}

//! JSON as the libraries of other languages print it, for diagnosis alone.

use std::fmt;

use crate::javascript::{self, Kind, Limits, Profile, Value};

/// Who printed a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Serializer {
    /// `JSON.stringify`: no spaces, numbers in their shortest form.
    JavaScript,
    /// Python's `json.dumps`: a space behind `,` and `:`, no character beyond ASCII.
    Python,
    /// PHP's `json_encode`: no spaces, `\/`, no character beyond ASCII.
    Php,
}

impl Serializer {
    pub(super) const ALL: [Self; 3] = [Self::JavaScript, Self::Python, Self::Php];

    /// The body as this serializer prints what it says, where it is JSON. Numbers are printed as
    /// JavaScript has them.
    pub(super) fn print(self, body: &[u8]) -> Option<Vec<u8>> {
        let limits = Limits::WEBHOOK.with_max_bytes(body.len());
        let document = javascript::parse(body, Profile::BomTolerant, limits).ok()?;
        let mut text = Vec::with_capacity(body.len());
        match self {
            Self::JavaScript => document.root().write_json(&mut text),
            Self::Python | Self::Php => self.value(document.root(), &mut text),
        }
        Some(text)
    }

    /// Recurses as deep as [`Limits::WEBHOOK`] lets a body be.
    fn value(self, value: Value<'_, '_>, text: &mut Vec<u8>) {
        match value.kind() {
            Kind::Object => {
                self.list(b"{", value.members(), b"}", text, |(key, value), text| {
                    self.string(key, text);
                    text.extend_from_slice(if self == Self::Python { b": " } else { b":" });
                    self.value(value, text);
                });
            }
            Kind::Array => {
                self.list(b"[", value.elements(), b"]", text, |value, text| {
                    self.value(value, text);
                });
            }
            Kind::String => self.string(value, text),
            Kind::Number | Kind::Boolean | Kind::Null => value.write_json(text),
        }
    }

    fn list<T>(
        self,
        open: &[u8],
        items: impl Iterator<Item = T>,
        close: &[u8],
        text: &mut Vec<u8>,
        print: impl Fn(T, &mut Vec<u8>),
    ) {
        text.extend_from_slice(open);
        for (index, item) in items.enumerate() {
            if index > 0 {
                text.extend_from_slice(if self == Self::Python { b", " } else { b"," });
            }
            print(item, text);
        }
        text.extend_from_slice(close);
    }

    fn string(self, value: Value<'_, '_>, text: &mut Vec<u8>) {
        text.push(b'"');
        for character in value.as_str().unwrap_or_default().chars() {
            let short = match character {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '/' if self == Self::Php => "\\/",
                '\u{7f}' if self == Self::Python => "\\u007f",
                _ => "",
            };
            match character {
                _ if !short.is_empty() => text.extend_from_slice(short.as_bytes()),
                ' '..='\u{7f}' => text.extend(u8::try_from(character)),
                _ => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        text.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                    }
                }
            }
        }
        text.push(b'"');
    }
}

impl fmt::Display for Serializer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
            Self::Php => "PHP",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prints_as_its_language_does() {
        // The first two printed by Node 20 and Python 3.11; the third by the manual of
        // `json_encode`.
        let body = "{ \"b\":[1, 2.5,null,true], \"1\":{}, \"url\":\"a/b\", \"t\":\"đ\u{1f600}\\n\\u0001\\\"\u{7f}\" }";
        for (serializer, expected) in [
            (
                Serializer::JavaScript,
                "{\"1\":{},\"b\":[1,2.5,null,true],\"url\":\"a/b\",\"t\":\"đ\u{1f600}\\n\\u0001\\\"\u{7f}\"}",
            ),
            (
                Serializer::Python,
                r#"{"b": [1, 2.5, null, true], "1": {}, "url": "a/b", "t": "\u0111\ud83d\ude00\n\u0001\"\u007f"}"#,
            ),
            (
                Serializer::Php,
                "{\"b\":[1,2.5,null,true],\"1\":{},\"url\":\"a\\/b\",\"t\":\"\\u0111\\ud83d\\ude00\\n\\u0001\\\"\u{7f}\"}",
            ),
        ] {
            let printed = serializer.print(body.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(printed).unwrap(), expected);
        }
        assert_eq!(Serializer::Php.print(b"not JSON"), None);
    }
}

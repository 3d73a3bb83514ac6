//! One parameter of the query (RFC 9421 §2.2.8), decoded and encoded again so that one spelling is left.

use crate::encoding::form::{decode_onto, escape};
use crate::httpsig::ComponentFault;

/// Writes the value of the parameter whose re-encoded name is `name`.
///
/// Where readers differ, nothing is written: a name that comes twice, bytes that are not UTF-8 (a lossy reader sees
/// `%FF` and `%FE` alike), a percent sign that starts no escape.
pub(super) fn write(query: &str, name: &str, text: &mut String) -> Result<(), ComponentFault> {
    let mut scratch = Vec::new();
    let mut found = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        decode(key, &mut scratch)?;
        if is_encoded_as(&scratch, name) && found.replace(value).is_some() {
            return Err(ComponentFault::QueryAmbiguous);
        }
    }
    decode(found.ok_or(ComponentFault::Missing)?, &mut scratch)?;
    let value = std::str::from_utf8(&scratch).map_err(|_| ComponentFault::QueryEncoding)?;
    value.bytes().flat_map(encoded).for_each(|byte| text.push(char::from(byte)));
    Ok(())
}

fn decode(text: &str, onto: &mut Vec<u8>) -> Result<(), ComponentFault> {
    onto.clear();
    decode_onto(text, onto).ok_or(ComponentFault::QueryEncoding)
}

fn is_encoded_as(decoded: &[u8], name: &str) -> bool {
    decoded.iter().copied().flat_map(encoded).eq(name.bytes())
}

/// The byte as it is written: letters, digits and `*-._` alone, all others escaped, a space too (RFC 9421 §2.2.8).
fn encoded(byte: u8) -> impl Iterator<Item = u8> {
    let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_');
    let (written, length) = if plain { ([byte, 0, 0], 1) } else { (escape(byte), 3) };
    written.into_iter().take(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(query: &str, name: &str) -> Result<String, ComponentFault> {
        let mut text = String::new();
        write(query, name, &mut text).map(|()| text)
    }

    #[test]
    fn is_encoded_again_whatever_the_sender_wrote() {
        // RFC 9421 §2.2.8.
        let query = "var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something";
        assert_eq!(value(query, "var").as_deref(), Ok("this%20is%20a%20big%0Amultiline%20value"));
        assert_eq!(value(query, "bar").as_deref(), Ok("with%20plus%20whitespace"));
        assert_eq!(value(query, "fa%C3%A7ade%22%3A%20").as_deref(), Ok("something"));
        assert_eq!(value("a=~%7e*%2A", "a").as_deref(), Ok("%7E%7E**"));
        assert_eq!(value("a", "a").as_deref(), Ok(""));
        assert_eq!(value("&&a=1=2&", "a").as_deref(), Ok("1%3D2"));
    }

    #[test]
    fn refuses_what_two_readers_read_differently() {
        assert_eq!(value("a=1&a=2", "a"), Err(ComponentFault::QueryAmbiguous));
        assert_eq!(value("a=1&%61=2", "a"), Err(ComponentFault::QueryAmbiguous));
        assert_eq!(value("a=%FF", "a"), Err(ComponentFault::QueryEncoding));
        assert_eq!(value("a=%zz", "a"), Err(ComponentFault::QueryEncoding));
        assert_eq!(value("a=%4", "a"), Err(ComponentFault::QueryEncoding));
        assert_eq!(value("%=1&a=1", "a"), Err(ComponentFault::QueryEncoding));
        assert_eq!(value("b=%FF&a=1", "a").as_deref(), Ok("1"));
    }

    #[test]
    fn names_count_in_their_encoded_form_alone() {
        assert_eq!(value("a%20b=1", "a%20b").as_deref(), Ok("1"));
        assert_eq!(value("a%20b=1", "a b"), Err(ComponentFault::Missing));
        assert_eq!(value("a%2fb=1", "a%2fb"), Err(ComponentFault::Missing));
        assert_eq!(value("a%2fb=1", "a%2Fb").as_deref(), Ok("1"));
    }
}

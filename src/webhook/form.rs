//! `application/x-www-form-urlencoded`: bodies of forms, and queries.

use std::borrow::Cow;

use super::WebhookError;
use crate::encoding::form::{decode_onto, escape};

/// Names and values, sorted by name and then by value.
pub(super) type Parameters<'m> = Vec<(Cow<'m, str>, Cow<'m, str>)>;

/// Decodes a form or query and sorts it.
pub(super) fn parse(text: &str) -> Result<Parameters<'_>, WebhookError> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    if pairs.clone().count() > MAX_PARAMETERS {
        return Err(WebhookError::FormMalformed);
    }
    let mut parameters = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect::<Result<Parameters<'_>, WebhookError>>()?;
    parameters.sort_unstable();
    Ok(parameters)
}

/// The value of the one parameter of this name.
pub(super) fn only<'p>(
    parameters: &'p Parameters<'_>,
    name: &str,
) -> Result<Option<&'p str>, WebhookError> {
    let mut values = parameters.iter().filter(|(found, _)| found == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(WebhookError::FormMalformed),
        (value, None) => Ok(value.map(|value| &**value)),
    }
}

/// The query of a URL, without its question mark and without a fragment.
pub(super) fn query(url: &str) -> &str {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    url.split_once('?').map_or("", |(_, query)| query)
}

/// Writes a name or value as PHP's `urlencode` does: letters, digits, `-`, `_` and `.` as they are,
/// a space as `+`.
pub(super) fn encode(text: &str, mut write: impl FnMut(&[u8])) {
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' | b'.' => write(&[byte]),
            b' ' => write(b"+"),
            _ if byte.is_ascii_alphanumeric() => write(&[byte]),
            _ => write(&escape(byte)),
        }
    }
}

/// Strict: a `%` without two digits behind it, and bytes that are no UTF-8, are refused where
/// others guess.
fn decode(text: &str) -> Result<Cow<'_, str>, WebhookError> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    decode_onto(text, &mut bytes).ok_or(WebhookError::FormMalformed)?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| WebhookError::FormMalformed)
}

/// A voice call of Twilio has some forty.
const MAX_PARAMETERS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded_once_and_strictly() {
        let parsed = parse("b=%C4%91%C6%A1n+h%C3%A0ng&a=1%262&&empty=&flag").unwrap();
        let expected = [("a", "1&2"), ("b", "đơn hàng"), ("empty", ""), ("flag", "")];
        assert_eq!(parsed, expected.map(|(name, value)| (name.into(), value.into())));
        for broken in ["a=%", "a=%4", "a=%zz", "a=%ff", "%+1=a"] {
            assert_eq!(parse(broken), Err(WebhookError::FormMalformed), "{broken}");
        }
        assert_eq!(parse(&"a&".repeat(MAX_PARAMETERS)).map(|all| all.len()), Ok(MAX_PARAMETERS));
        assert_eq!(parse(&"a&".repeat(MAX_PARAMETERS + 1)), Err(WebhookError::FormMalformed));
    }

    #[test]
    fn a_repeated_parameter_has_no_value() {
        let parsed = parse("a=1&b=2&a=1").unwrap();
        assert_eq!(only(&parsed, "b"), Ok(Some("2")));
        assert_eq!(only(&parsed, "c"), Ok(None));
        assert_eq!(only(&parsed, "a"), Err(WebhookError::FormMalformed));
    }

    #[test]
    fn values_are_encoded_as_php_does() {
        let mut text = Vec::new();
        encode("a-b_c.d~e*f g&h=đ/", |bytes| text.extend_from_slice(bytes));
        assert_eq!(text, b"a-b_c.d%7Ee%2Af+g%26h%3D%C4%91%2F");
    }
}

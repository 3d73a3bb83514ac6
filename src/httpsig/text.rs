//! What signed texts are made of.

/// A token (RFC 9110 §5.6.2): a method, a field name.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_character)
}

pub(super) const fn is_token_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// A field name in the lower case in which it is signed.
pub(super) fn is_lower_case_token(text: &str) -> bool {
    is_token(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Printable ASCII, the only text in a signature's parameters.
pub(super) fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The text of a field value that can stand in a signature base: ASCII without controls but the tab.
///
/// It looks at every byte whatever it finds, which compilers turn into wide instructions.
pub(super) fn as_field_text(bytes: &[u8]) -> Option<&str> {
    let fine = bytes.iter().fold(true, |fine, byte| fine & matches!(byte, b'\t' | b' '..=b'~'));
    if fine { std::str::from_utf8(bytes).ok() } else { None }
}

/// Without the optional whitespace around it (RFC 9110 §5.6.3).
pub(super) fn trim_whitespace(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// What stands before and behind the first of these bytes, an ASCII one. In texts as short as these, looking at each byte
/// is quicker than a search.
pub(super) fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let (before, behind) = text.split_at_checked(text.bytes().position(|found| found == byte)?)?;
    behind.split_at_checked(1).map(|(_, behind)| (before, behind))
}

pub(super) fn push_lower_case(text: &str, onto: &mut String) {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        onto.extend(text.chars().map(|character| character.to_ascii_lowercase()));
    } else {
        onto.push_str(text);
    }
}

/// A text of the sender's for an error: escaped and cut.
pub(super) fn shown(text: &str) -> Box<str> {
    crate::audit::shown(text, MAX_SHOWN).into()
}

/// How many characters are shown: every component of the RFC fits.
const MAX_SHOWN: usize = 64;

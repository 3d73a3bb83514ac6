//! The escapes of `application/x-www-form-urlencoded` text (WHATWG URL §5), read strictly.

/// Decodes `text` behind what is in `decoded`; nothing where a percent sign starts no escape, which others let stand.
pub(crate) fn decode_onto(text: &str, decoded: &mut Vec<u8>) -> Option<()> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => digit(bytes.next())? << 4 | digit(bytes.next())?,
            byte => byte,
        });
    }
    Some(())
}

/// A byte as an escape, with capital digits.
pub(crate) const fn escape(byte: u8) -> [u8; 3] {
    [b'%', capital(byte >> 4), capital(byte & 15)]
}

fn digit(byte: Option<u8>) -> Option<u8> {
    char::from(byte?).to_digit(16)?.try_into().ok()
}

const fn capital(digit: u8) -> u8 {
    match digit {
        0..10 => b'0'.saturating_add(digit),
        _ => b'A'.saturating_add(digit.saturating_sub(10)),
    }
}

//! Base64 and hexadecimal a bit at a time (RFC 4648): no table, no blocks, nothing to get wrong.

/// Base64url without padding.
pub fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.iter().map(|byte| digit64(*byte, b'-', b'_')).collect();
    (text.len() % 4 != 1).then_some(())?;
    regroup(&digits?, 6)
}

/// Base64 with its padding.
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    text.len().is_multiple_of(4).then_some(())?;
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &text[..text.len() - padding];
    let right = match body.len() % 4 {
        0 => padding == 0,
        2 => padding == 2,
        3 => padding == 1,
        _ => false,
    };
    right.then_some(())?;
    let digits: Option<Vec<u8>> = body.iter().map(|byte| digit64(*byte, b'+', b'/')).collect();
    regroup(&digits?, 6)
}

/// Hexadecimal of either case.
pub fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .iter()
        .map(|byte| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            b'A'..=b'F' => Some(byte - b'A' + 10),
            _ => None,
        })
        .collect();
    text.len().is_multiple_of(2).then_some(())?;
    regroup(&digits?, 4)
}

fn digit64(byte: u8, second_last: u8, last: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        _ if byte == second_last => Some(62),
        _ if byte == last => Some(63),
        _ => None,
    }
}

/// The bits of all digits in a row, cut into bytes; what is left over must be zero.
fn regroup(digits: &[u8], width: u32) -> Option<Vec<u8>> {
    let bits: Vec<bool> = digits
        .iter()
        .flat_map(|digit| (0..width).rev().map(move |bit| digit >> bit & 1 == 1))
        .collect();
    let whole = bits.len() / 8 * 8;
    let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    bits[whole..].iter().all(|bit| !bit).then(|| bits[..whole].chunks(8).map(byte).collect())
}

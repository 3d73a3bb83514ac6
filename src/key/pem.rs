//! One PEM block (RFC 7468), strictly: nothing before, nothing after, no headers inside.

use zeroize::Zeroizing;

use super::{KeyError, within_limit};
use crate::encoding::base64;

/// The label and the DER of the one block in `text`; white space around it is all that may be there.
pub(super) fn decode(text: &str) -> Result<(&str, Zeroizing<Vec<u8>>), KeyError> {
    within_limit(text.as_bytes())?;
    let (label, rest) = text
        .trim_ascii()
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.split_once("-----"))
        .ok_or(KeyError::Pem)?;
    let body = rest
        .strip_suffix("-----")
        .and_then(|rest| rest.strip_suffix(label))
        .and_then(|rest| rest.strip_suffix("-----END "))
        .ok_or(KeyError::Pem)?;
    Ok((label, decode_body(body)?))
}

/// The lines between the two boundaries, each ended by LF or CRLF.
fn decode_body(body: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    let lines =
        body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n')).ok_or(KeyError::Pem)?;
    lines.lines().for_each(|line| text.push_str(line));
    let mut der = Zeroizing::new(vec![0; text.len()]);
    let length = base64::decode_into(text.as_bytes(), &mut der).map_err(|_| KeyError::Pem)?;
    der.truncate(length);
    Ok(der)
}

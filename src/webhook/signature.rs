//! The field that holds the signature, in each of its forms.

use super::WebhookError;
use super::providers::ZEVENT_SIGNATURE;
use super::scheme::{Encoding, Place, Scheme, SignatureForm};
use crate::encoding::{EncodingError, base64, hex};
use crate::key::{Algorithm, ecdsa_signature_from_der, ecdsa_signature_to_der};
use crate::secret::constant_time_eq;

/// The signatures of a message that may be of this scheme, decoded.
pub(super) struct Signatures {
    length: usize,
    first: Option<[u8; LONGEST]>,
    rest: Vec<[u8; LONGEST]>,
}

impl Signatures {
    /// Reads the field's value. Entries of other versions, and in a list those that are not encoded
    /// as they should be, are passed over; where nothing is left, the first reason is the error.
    pub(super) fn read(scheme: &Scheme, value: &[u8]) -> Result<Self, WebhookError> {
        let length = scheme.construction.signature_bytes();
        let mut read = Self { length, first: None, rest: Vec::new() };
        let encoding = scheme.signature.encoding;
        match scheme.signature.form {
            SignatureForm::Alone { prefix } => {
                let text = value.strip_prefix(prefix.as_bytes()).ok_or(EncodingError::Character);
                text.and_then(|text| read.add(text, encoding))
                    .map_err(|error| misfit(scheme, value, error))?;
            }
            SignatureForm::Versions { version, bare } => {
                read.add_all(value, b' ', encoding, |entry| match split(entry, b',') {
                    (text, None) => bare.then_some(text),
                    (found, text) => text.filter(|_| found == version.as_bytes()),
                })?;
            }
            SignatureForm::Items { name } => {
                read.add_all(value, b',', encoding, |item| {
                    let (found, text) = split(item, b'=');
                    text.filter(|_| found == name.as_bytes())
                })?;
            }
        }
        Ok(read)
    }

    /// The decoded signatures, at least one.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.first.iter().chain(&self.rest).filter_map(|bytes| bytes.get(..self.length))
    }

    /// Whether one of them is `expected`. All of them are compared, each in constant time.
    pub(super) fn contain(&self, expected: &[u8]) -> bool {
        self.iter().fold(false, |found, signature| found | constant_time_eq(expected, signature))
    }

    fn add_all<'v>(
        &mut self,
        value: &'v [u8],
        separator: u8,
        encoding: Encoding,
        signature_of: impl Fn(&'v [u8]) -> Option<&'v [u8]>,
    ) -> Result<(), WebhookError> {
        let mut first_fault = None;
        for (index, entry) in value.split(|byte| *byte == separator).enumerate() {
            if index >= MAX_SIGNATURES {
                return Err(WebhookError::TooManySignatures { limit: MAX_SIGNATURES });
            }
            if let Some(Err(fault)) = signature_of(entry).map(|text| self.add(text, encoding)) {
                first_fault.get_or_insert(fault);
            }
        }
        match (self.first, first_fault) {
            (None, Some(fault)) => Err(WebhookError::SignatureMalformed(fault)),
            (None, None) => Err(WebhookError::NoKnownVersion),
            (Some(_), _) => Ok(()),
        }
    }

    fn add(&mut self, text: &[u8], encoding: Encoding) -> Result<(), EncodingError> {
        let mut decoded = [0; LONGEST];
        let space = decoded.get_mut(..self.length).ok_or(EncodingError::Length)?;
        decode(encoding, text, space)?;
        match self.first {
            None => self.first = Some(decoded),
            Some(_) => self.rest.push(decoded),
        }
        Ok(())
    }
}

/// The item of this name in a list of `name=value`; a second one is an error, because the signer
/// meant one of them.
pub(super) fn item<'v>(value: &'v [u8], name: &str) -> Result<Option<&'v [u8]>, WebhookError> {
    let items = value.split(|byte| *byte == b',').map(|item| split(item, b'='));
    let mut named = items.filter(|(found, _)| *found == name.as_bytes()).map(|(_, text)| text);
    match (named.next(), named.next()) {
        (_, Some(_)) => Err(WebhookError::TimestampMalformed),
        (found, None) => Ok(found.flatten()),
    }
}

/// Writes a signature as its scheme does.
pub(super) fn written(scheme: &Scheme, signature: &[u8]) -> String {
    let text = match scheme.signature.encoding {
        Encoding::Hex | Encoding::HexAnyCase => hex::encode(signature),
        Encoding::Base64 => base64::encode(signature),
        Encoding::DerBase64 => base64::encode(ecdsa_signature_to_der(signature)),
    };
    match scheme.signature.form {
        SignatureForm::Alone { prefix } => format!("{prefix}{text}"),
        SignatureForm::Versions { version, .. } => format!("{version},{text}"),
        SignatureForm::Items { name } => format!("{name}={text}"),
    }
}

fn decode(encoding: Encoding, text: &[u8], space: &mut [u8]) -> Result<(), EncodingError> {
    match encoding {
        Encoding::Hex if text.iter().fold(false, |any, byte| any | byte.is_ascii_uppercase()) => {
            Err(EncodingError::Character)
        }
        Encoding::Hex | Encoding::HexAnyCase => hex::decode_exactly(text, space),
        Encoding::Base64 => {
            let mut scratch = [0; SCRATCH];
            copy_exactly(base64_into(text, &mut scratch)?, space)
        }
        Encoding::DerBase64 => {
            let mut scratch = [0; SCRATCH];
            let der = base64_into(text, &mut scratch)?;
            let raw = ecdsa_signature_from_der(Algorithm::Es256, der);
            copy_exactly(&raw.map_err(|_| EncodingError::Length)?, space)
        }
    }
}

fn base64_into<'s>(text: &[u8], scratch: &'s mut [u8]) -> Result<&'s [u8], EncodingError> {
    let length = base64::decode_into(text, scratch)?;
    scratch.get(..length).ok_or(EncodingError::Length)
}

fn copy_exactly(bytes: &[u8], space: &mut [u8]) -> Result<(), EncodingError> {
    if bytes.len() != space.len() {
        return Err(EncodingError::Length);
    }
    space.copy_from_slice(bytes);
    Ok(())
}

/// The error for a value that is not one signature of this scheme.
fn misfit(scheme: &Scheme, value: &[u8], error: EncodingError) -> WebhookError {
    // Two schemes of Zalo share the field `X-ZEvent-Signature`; which one is meant is the host's to
    // say.
    let of_zalo = scheme.signature.place == Place::Header(ZEVENT_SIGNATURE);
    let is_bare = scheme.signature.form == SignatureForm::Alone { prefix: "" };
    if value.starts_with(b"sha1=") || value.starts_with(b"md5=") {
        WebhookError::AlgorithmNotAllowed
    } else if of_zalo && is_bare && value.starts_with(b"mac=") {
        WebhookError::WrongScheme { scheme: "zalo_oa" }
    } else if of_zalo && !is_bare && hex::decode_array::<32>(value).is_ok() {
        WebhookError::WrongScheme { scheme: "zalo_mini_app" }
    } else {
        WebhookError::SignatureMalformed(error)
    }
}

fn split(entry: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match entry.iter().position(|byte| *byte == at).and_then(|place| entry.split_at_checked(place))
    {
        Some((front, [_, rest @ ..])) => (front, Some(rest)),
        _ => (entry, None),
    }
}

/// A rotation needs two, a list with old versions a few more; every one is compared.
pub(super) const MAX_SIGNATURES: usize = 16;

/// HMAC-SHA-512, Ed25519 and ECDSA on P-256.
const LONGEST: usize = 64;

/// The DER of an ECDSA signature on P-256 has 72 bytes at most, and the decoder asks for some more.
const SCRATCH: usize = 96;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::providers::{SENDGRID, STANDARD_WEBHOOKS, STRIPE};

    const MAC: &str = "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

    fn count(scheme: &Scheme, value: &str) -> Result<usize, WebhookError> {
        Signatures::read(scheme, value.as_bytes()).map(|signatures| signatures.iter().count())
    }

    #[test]
    fn a_list_gives_the_signatures_of_its_version() {
        // Reliability W04.
        let standard = |value: &str| count(&STANDARD_WEBHOOKS, value);
        assert_eq!(standard(&format!("v1,{MAC}")), Ok(1));
        assert_eq!(standard(&format!("v2,{MAC} v1,{MAC} v1a,{MAC} v1,{MAC}")), Ok(2));
        assert_eq!(standard(&format!("v1,!! v1,{MAC}")), Ok(1));
        assert_eq!(standard(&format!("v2,{MAC}")), Err(WebhookError::NoKnownVersion));
        assert_eq!(standard("v1"), Err(WebhookError::NoKnownVersion));
        assert_eq!(standard(MAC), Err(WebhookError::NoKnownVersion));
        let many = vec![format!("v1,{MAC}"); MAX_SIGNATURES].join(" ");
        assert_eq!(standard(&many), Ok(MAX_SIGNATURES));
        let limit = MAX_SIGNATURES;
        let one_more = Err(WebhookError::TooManySignatures { limit });
        assert_eq!(standard(&format!("{many} v1,{MAC}")), one_more);
        assert_eq!(standard(&" ".repeat(MAX_SIGNATURES)), one_more);
    }

    #[test]
    fn a_signature_that_is_cut_or_spelt_otherwise_is_malformed() {
        // Reliability W03; CVE-2024-21491 let `v1,` pass.
        let malformed = |error| Err(WebhookError::SignatureMalformed(error));
        let standard = |value: &str| count(&STANDARD_WEBHOOKS, value);
        assert_eq!(standard("v1,"), malformed(EncodingError::Length));
        assert_eq!(standard("v1,tZ1I4/hD"), malformed(EncodingError::Length));
        assert_eq!(standard(&format!("v1,{}", &MAC[..43])), malformed(EncodingError::Padding));
        assert_eq!(
            standard(&format!("v1,{}", MAC.replace('/', "_"))),
            malformed(EncodingError::Character)
        );
        let digits = "0".repeat(64);
        let stripe = |digits: &str| count(&STRIPE, &format!("t=1,v1={digits}"));
        assert_eq!(stripe(&digits), Ok(1));
        assert_eq!(stripe(&digits[1..]), malformed(EncodingError::Length));
        assert_eq!(stripe(&digits[2..]), malformed(EncodingError::Length));
        assert_eq!(stripe(&digits.replace("00", "0g")), malformed(EncodingError::Character));
        assert_eq!(stripe(&digits.replace("00", "AA")), malformed(EncodingError::Character));
    }

    #[test]
    fn an_item_stands_once() {
        assert_eq!(item(b"t=1,v1=ab", "t"), Ok(Some(&b"1"[..])));
        assert_eq!(item(b"v1=ab", "t"), Ok(None));
        assert_eq!(item(b"t=1,t=1", "t"), Err(WebhookError::TimestampMalformed));
    }

    #[test]
    fn ecdsa_signatures_are_written_as_they_are_read() {
        for raw in [[0x80; 64], [0x01; 64], std::array::from_fn(|i| u8::from(i % 32 > 20))] {
            let value = written(&SENDGRID, &raw);
            let read = Signatures::read(&SENDGRID, value.as_bytes()).unwrap();
            assert_eq!(read.iter().collect::<Vec<_>>(), [raw]);
        }
    }
}

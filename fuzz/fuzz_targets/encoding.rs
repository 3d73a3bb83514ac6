//! A text is decoded if and only if it is the canonical one (RFC 4648 §3.5), and to the same bytes as by hand.

#![no_main]

use ::base64::Engine;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::encoding::{EncodingError, base64, base64url, hex};
use countersign_fuzz::radix;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let expected = radix::base64url(text);
    assert_eq!(base64url::decode(text).ok(), expected);
    assert_eq!(URL_SAFE_NO_PAD.decode(text).ok(), expected);
    let mut room = vec![0; text.len()];
    let length = base64url::decode_into(text, &mut room).ok();
    assert_eq!(length.map(|length| &room[..length]), expected.as_deref());
    if let Some(bytes) = expected {
        assert_eq!(base64url::encode(&bytes).as_bytes(), text);
        let mut exact = vec![0; bytes.len()];
        assert_eq!(base64url::decode_into(text, &mut exact), Ok(bytes.len()));
        if exact.pop().is_some() {
            assert_eq!(base64url::decode_into(text, &mut exact), Err(EncodingError::Length));
        }
    }

    let expected = radix::base64(text);
    assert_eq!(base64::decode(text).ok(), expected);
    assert_eq!(STANDARD.decode(text).ok(), expected);
    if let Some(bytes) = expected {
        assert_eq!(base64::encode(bytes).as_bytes(), text);
    }

    let expected = radix::hex(text);
    assert_eq!(hex::decode(text).ok(), expected);
    assert_eq!(
        hex::decode_array::<4>(text).ok().map(Vec::from),
        expected.clone().filter(|bytes| bytes.len() == 4)
    );
    if let Some(bytes) = expected {
        assert_eq!(hex::encode(bytes).as_bytes(), text.to_ascii_lowercase());
    }

    // Whatever is written is read back.
    assert_eq!(base64url::decode(base64url::encode(text)).as_deref(), Ok(text));
    assert_eq!(base64::decode(base64::encode(text)).as_deref(), Ok(text));
    assert_eq!(hex::decode(hex::encode(text)).as_deref(), Ok(text));
});

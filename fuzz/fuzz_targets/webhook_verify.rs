//! Under every scheme: what is signed is what a second writer signs, it is accepted within its time, and whatever is
//! made of two genuine messages is accepted only where it says what one of them said.

#![no_main]

use std::fmt::Write;

use countersign::time::UnixTime;
use countersign::webhook::{Content, Fields, WebhookError};
use countersign_fuzz::webhook::{
    CALLBACK_FIELDS, MOMO_FIELDS, NOW, PROVIDERS, Provider, Received, head, texts,
};
use countersign_fuzz::{below, coin, pick, text};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let provider = &PROVIDERS[below(&mut input, PROVIDERS.len())];
    let (Some(one), Some(other)) = (mint(&mut input, provider), mint(&mut input, provider)) else {
        return;
    };
    let later = i64::try_from(below(&mut input, 400)).unwrap() - 50;
    let timed = provider.scheme.assurance().covers.time;
    let expected = !timed || (-30..=300).contains(&later);
    let now = UnixTime::from_secs(NOW.as_secs() + later);
    assert_eq!(said(provider, &one.message, now).is_some(), expected, "{later} s later");

    let mut forged = one.message.clone();
    for _ in 0..=below(&mut input, 4) {
        change(&mut input, &mut forged, &other.message);
    }
    let Some(said) = said(provider, &forged, NOW) else { return };
    let texts = texts(provider.name(), &forged).expect("accepted without a text");
    let signed = |minted: &Minted| texts.contains(&minted.text) && said == minted.said;
    assert!(signed(&one) || signed(&other), "{} {forged:?}", provider.name());
});

/// A genuine message, what was signed of it, and what a host gets.
struct Minted {
    message: Received,
    text: Vec<u8>,
    said: String,
}

fn mint(input: &mut Unstructured<'_>, provider: &Provider) -> Option<Minted> {
    let mut message = unsigned(input, provider);
    let signed = match message.ask(|unsigned| provider.signer.sign(unsigned, NOW)) {
        Ok(signed) => signed,
        Err(error) => return refused(error),
    };
    for (name, value) in signed.fields() {
        let name = name_of(name, provider);
        message.fields.push((name, value.to_vec()));
    }
    message.body = replaced(&message.body, signed.signature());
    message.url = message.url.map(|url| url.replace(PLACE, signed.signature()));

    let texts = texts(provider.name(), &message).expect("signed without a text");
    let text = texts[0].clone();
    let tag = match head(provider.name()) {
        Some(head) => head.encoded(&provider.tag(&text)),
        None => provider.tag(&text).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    // ECDSA signs differently each time.
    assert!(provider.name() == "sendgrid" || signed.signature().ends_with(&tag), "{message:?}");
    let said = said(provider, &message, NOW);
    let said = said.unwrap_or_else(|| panic!("{} {message:?}", provider.name()));
    Some(Minted { message, text, said })
}

/// What a signer may refuse is for a reason that the provider's form has.
fn refused(error: WebhookError) -> Option<Minted> {
    use WebhookError as Error;
    assert!(
        matches!(
            error,
            Error::Body(_)
                | Error::NotAnObject
                | Error::EmptyContent
                | Error::MemberType { .. }
                | Error::Ambiguous { .. }
                | Error::FieldMissing { .. }
                | Error::FormMalformed
                | Error::AlgorithmNotAllowed
        ),
        "{error:?}"
    );
    None
}

/// Where a signature inside a body or a URL will stand.
const PLACE: &str = "SIGNATURE";

fn unsigned(input: &mut Unstructured<'_>, provider: &Provider) -> Received {
    let name = provider.name();
    let mut message = Received::default();
    if let Some(id) = head(name).and_then(|head| head.id) {
        message.fields.push((id, pick(input, &[&b"msg_1"[..], b"msg_2"]).to_vec()));
    }
    let body = match name {
        "payos" | "zalo_checkout_callback" => {
            let member = if name == "payos" { "signature" } else { "overallMac" };
            format!(r#"{{"data":{},"{member}":"{PLACE}"}}"#, json(input)).into()
        }
        "zalo_checkout_callback_mac" => {
            let data = members(input, &CALLBACK_FIELDS);
            format!(r#"{{"data":{{{data}}},"mac":"{PLACE}"}}"#).into()
        }
        "momo" => format!(r#"{{{},"signature":"{PLACE}"}}"#, members(input, &MOMO_FIELDS)).into(),
        "zalopay" => format!(r#"{{"data":{},"mac":"{PLACE}","type":1}}"#, scalar(input)).into(),
        "zalo_mini_app" => json(input).into(),
        "zalo_oa" => {
            let quote = pick(input, &["", "\""]);
            format!(r#"{{"timestamp":{quote}{}{quote},"x":{}}}"#, NOW.as_millis(), json(input))
                .into()
        }
        "twilio" => form(input).into(),
        "vnpay" => {
            message.url =
                Some(format!("https://shop.example/ipn?{}&vnp_SecureHash={PLACE}", form(input)));
            Vec::new()
        }
        _ => input.arbitrary().unwrap_or_default(),
    };
    message.body = body;
    if name == "twilio" {
        let url = pick(
            input,
            &[
                "https://shop.example/sms",
                "http://u:p@shop.example:80?x=1",
                "https://[::1]:443/#a",
                "https://shop.example:8443/sms?x",
            ],
        );
        message.url = Some(url.to_owned());
    }
    message
}

/// JSON by grammar; now and then what is none.
fn json(input: &mut Unstructured<'_>) -> String {
    let choices: Vec<u8> = input.arbitrary().unwrap_or_default();
    String::from_utf8_lossy(&text::of(&[&[0], &*choices].concat())).into_owned()
}

/// These members, with a value each; one may be missing.
fn members(input: &mut Unstructured<'_>, names: &[&str]) -> String {
    let all = names.iter().map(|name| format!(r#""{name}":{}"#, scalar(input)));
    let mut all: Vec<_> = all.collect();
    if below(input, 8) == 0 {
        all.remove(below(input, names.len()));
    }
    all.join(",")
}

fn scalar(input: &mut Unstructured<'_>) -> String {
    pick(
        input,
        &[
            "1",
            "\"1\"",
            "1.0",
            "null",
            "true",
            "\"\"",
            "\"&orderId=1\"",
            "\"a=b&c\"",
            "\"\\ud800\"",
            "[1]",
            "{\"b\":1,\"1\":2}",
            "\"\u{111}\"",
        ],
    )
    .to_owned()
}

fn form(input: &mut Unstructured<'_>) -> String {
    let mut form = String::new();
    for _ in 0..below(input, 5) {
        let name = pick(input, &["vnp_A", "vnp_B", "vnp_%41", "a", "b", "", "vnp_SecureHashType"]);
        let value = pick(
            input,
            &["", "1", "%C4%91", "a+b", "%2B", "x%20y", "*~", "%26c%3D", "HmacSHA512", "%c4%91"],
        );
        write!(form, "{name}={value}&").unwrap();
    }
    form
}

/// All that a host gets of an accepted message.
fn said(provider: &Provider, message: &Received, now: UnixTime) -> Option<String> {
    message.ask(|received| {
        let event = provider.verifier.verify(received, now).ok()?;
        assert_eq!(provider.verifier.diagnose(received, now), None);
        let (time, id) = (event.timestamp(), event.id().map(str::to_owned));
        let content = match event.into_parts().0.into_content() {
            Content::Body(body) => format!("{body:?}"),
            Content::Text(text) => text.into_owned(),
            Content::Fields(fields) => shown(&fields),
            // The text alone was signed, which is compared by itself.
            Content::Unstructured(_) => String::new(),
            other => panic!("{other:?}"),
        };
        Some(format!("{time:?} {id:?} {content}"))
    })
}

fn shown(fields: &Fields<'_>) -> String {
    fields.names().iter().map(|name| format!("{name:?}={:?};", fields.get(name))).collect()
}

fn change(input: &mut Unstructured<'_>, message: &mut Received, other: &Received) {
    let field = below(input, message.fields.len());
    match below(input, 12) {
        0 | 1 => cut_and_paste(input, &mut message.body),
        2 if field < message.fields.len() => cut_and_paste(input, &mut message.fields[field].1),
        3 => {
            let mut url = message.url.take().unwrap_or_default().into_bytes();
            cut_and_paste(input, &mut url);
            message.url = Some(String::from_utf8_lossy(&url).into_owned());
        }
        4 => message.body.clone_from(&other.body),
        5 => message.url.clone_from(&other.url),
        6 if field < other.fields.len() => message.fields.push(other.fields[field].clone()),
        7 if field < message.fields.len() && field < other.fields.len() => {
            message.fields[field] = other.fields[field].clone();
        }
        8 if field < message.fields.len() => drop(message.fields.remove(field)),
        9 if field < message.fields.len() && field < other.fields.len() => {
            let separator = pick(input, &[&b" "[..], b","]);
            let both = [&*message.fields[field].1, separator, &*other.fields[field].1].concat();
            message.fields[field].1 = both;
        }
        10 => message.fields.push(("x-zevent-timestamp", b"1".to_vec())),
        _ => message.body.push(b' '),
    }
}

/// A bit flipped, bytes left out, or bytes put in.
fn cut_and_paste(input: &mut Unstructured<'_>, bytes: &mut Vec<u8>) {
    let place = below(input, bytes.len() + 1);
    let end = (place + below(input, 20)).min(bytes.len());
    match below(input, 3) {
        0 if place < bytes.len() => bytes[place] ^= 1 << below(input, 8),
        1 => drop(bytes.drain(place..end)),
        _ => {
            let fitting = [
                "0",
                "00",
                "\"",
                ",",
                "\"a\":\"\",",
                "&a=1",
                "&",
                "=",
                "%",
                "+",
                " ",
                "\\u0061",
                "1",
                ".0",
                "e0",
                "null",
            ];
            let fresh = if coin(input) {
                pick(input, &fitting).into()
            } else {
                input.arbitrary().unwrap_or_default()
            };
            let fresh: Vec<u8> = fresh;
            bytes.splice(place..place, fresh);
        }
    }
}

fn replaced(body: &[u8], signature: &str) -> Vec<u8> {
    match std::str::from_utf8(body) {
        Ok(text) if text.contains(PLACE) => text.replace(PLACE, signature).into(),
        _ => body.to_vec(),
    }
}

fn name_of(name: &str, provider: &Provider) -> &'static str {
    let head = head(provider.name()).expect("a field of a scheme that has one");
    [Some(head.signature), head.timestamp]
        .into_iter()
        .flatten()
        .find(|known| *known == name)
        .unwrap()
}

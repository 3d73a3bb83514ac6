//! What the fields of a signature, its time and its id come to is what a second reader says, to the code.

#![no_main]

use countersign_fuzz::webhook::{
    Form, Head, NOW, PROVIDERS, Provider, Received, head, texts, verdict,
};
use countersign_fuzz::{below, coin, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let provider = &PROVIDERS[below(&mut input, PROVIDERS.len())];
    let Some(head) = head(provider.name()) else { return };
    let message = message(&mut input, provider, &head);
    let expected = verdict(provider, &message);
    let found = message.ask(|received| {
        let found = provider.verifier.verify(received, NOW).map(drop).map_err(|error| error.code());
        // A fault explains a refusal, and never an acceptance.
        let fault = provider.verifier.diagnose(received, NOW);
        assert!(fault.is_none() || found.is_err(), "{fault:?}");
        found
    });
    assert_eq!(found, expected, "{} {message:?}", provider.name());
});

/// A message with a good body and URL, whose fields come near to good ones.
fn message(input: &mut Unstructured<'_>, provider: &Provider, head: &Head) -> Received {
    let body = match provider.name() {
        "twilio" => "a=1&b=%C4%91".to_owned(),
        _ => format!(r#"{{"timestamp":{}}}"#, NOW.as_millis()),
    };
    let url = Some("https://shop.example/hook?x=1".to_owned());
    let mut message = Received { body: body.into(), url, fields: Vec::new() };
    let time = time(input);
    let named = [(head.timestamp, time.clone()), (head.id, id(input))];
    for (name, value) in named {
        message.fields.extend(name.map(|name| (name, value)));
    }
    // What is signed has to be there before its signature.
    if matches!(head.form, Form::Items(_)) {
        message.fields.push((head.signature, [b"t=", &*time].concat()));
    }
    let signed = texts(provider.name(), &message);
    message.fields.retain(|(name, _)| *name != head.signature);
    let signature = signed.map_or_else(
        || provider.tag(b""),
        |texts| {
            let text = &texts[below(input, texts.len())];
            provider.tag(text)
        },
    );
    let value = field(input, head, &head.encoded(&signature), &time);
    message.fields.push((head.signature, value));
    disturb(input, &mut message);
    message
}

fn time(input: &mut Unstructured<'_>) -> Vec<u8> {
    let moment = NOW.as_secs() + *pick(input, &[&0, &-300, &-301, &30, &31, &-99_999]);
    match below(input, 8) {
        0 => (NOW.as_millis() + moment % 999).to_string().into(),
        1 => pick(
            input,
            &[
                "",
                "+1",
                "-1",
                " 1",
                "1e9",
                "99999999999",
                "100000000000",
                "999999999999999",
                "1000000000000000",
                "-9223372036854775808",
            ],
        )
        .into(),
        2 => input.arbitrary().unwrap_or_default(),
        3 => format!("{}{moment}", pick(input, &["0", "000000"])).into(),
        _ => moment.to_string().into(),
    }
}

fn id(input: &mut Unstructured<'_>) -> Vec<u8> {
    match below(input, 6) {
        0 => pick(input, &["", ".", "a.1", "a b", "\u{e9}", "a\r"]).into(),
        1 => vec![b'i'; 127 + below(input, 3)],
        2 => input.arbitrary().unwrap_or_default(),
        _ => b"msg_1".to_vec(),
    }
}

/// The value of the signature's field: alone, or in a list among others.
fn field(input: &mut Unstructured<'_>, head: &Head, good: &str, time: &[u8]) -> Vec<u8> {
    match head.form {
        Form::Alone(prefix) => {
            let before = pick(
                input,
                &[prefix, prefix, prefix, "", "sha1=", "md5=", "mac=", "v0=", "sha256="],
            );
            [before.as_bytes(), &entry(input, good)].concat()
        }
        Form::Versions(version, _) => {
            let entries = list(input, |input| {
                let before =
                    *pick(input, &[&version, &version, &version, &"v1", &"v1a", &"v2", &""]);
                let comma = pick(input, &[",", ",", ",", ",", "", ",,", "="]);
                [before.as_bytes(), comma.as_bytes(), &entry(input, good)].concat()
            });
            entries.join(if coin(input) {
                &b" "[..]
            } else {
                pick(input, &[&b" "[..], b"  ", b"\t", b","])
            })
        }
        Form::Items(name) => {
            let mut items = list(input, |input| {
                let before = pick(input, &[name, name, name, "v0", "t", ""]);
                let equals = pick(input, &["=", "=", "=", "=", "", "=="]);
                [before.as_bytes(), equals.as_bytes(), &entry(input, good)].concat()
            });
            for _ in 0..*pick(input, &[&1, &1, &1, &0, &2]) {
                let place = below(input, items.len() + 1);
                items.insert(place, [b"t=", time].concat());
            }
            items.join(&b","[..])
        }
    }
}

fn list(
    input: &mut Unstructured<'_>,
    mut entry: impl FnMut(&mut Unstructured<'_>) -> Vec<u8>,
) -> Vec<Vec<u8>> {
    let length = match below(input, 4) {
        0 => 14 + below(input, 5),
        1 => below(input, 8),
        _ => 1,
    };
    (0..length).map(|_| entry(input)).collect()
}

/// The good signature, or one that comes near to it.
fn entry(input: &mut Unstructured<'_>, good: &str) -> Vec<u8> {
    let at = |input: &mut Unstructured<'_>| below(input, good.len());
    match below(input, 12) {
        0 => good.to_uppercase().into(),
        1 => good[..at(input)].into(),
        2 => format!("{good}{}", pick(input, &["=", "0", "00", " ", "\r\n", "A=="])).into(),
        3 => {
            let mut near = good.as_bytes().to_vec();
            near[at(input)] ^= 1 << below(input, 8);
            near
        }
        4 => input.arbitrary().unwrap_or_default(),
        5 => good.replace('+', "-").replace('/', "_").trim_end_matches('=').into(),
        6 => Vec::new(),
        _ => good.into(),
    }
}

/// A field that is missing, or there twice.
fn disturb(input: &mut Unstructured<'_>, message: &mut Received) {
    let place = below(input, message.fields.len());
    match below(input, 12) {
        0 => drop(message.fields.remove(place)),
        1 => message.fields.push(message.fields[place].clone()),
        2 => message.fields.push(("X-Other", b"1".to_vec())),
        3 => message.fields.rotate_left(1),
        _ => {}
    }
}

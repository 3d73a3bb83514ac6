//! A signature base has for each component the value that a plain reader finds in the message; and two messages have one
//! base only where every covered component has one value.

#![no_main]

use std::sync::LazyLock;

use countersign::httpsig::{Policy, Scheme, explain};
use countersign_fuzz::http::{Owned, value};
use countersign_fuzz::keys::{NOW, VERIFYING};
use countersign_fuzz::{below, coin, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

const SCHEMES: [(Scheme, &str); 4] = [
    (Scheme::Rfc9421, "\"@method\""),
    (Scheme::Cavage12, "date"),
    (Scheme::Kong, "date"),
    (Scheme::Apisix, "date"),
];

static POLICIES: LazyLock<[Policy; 4]> = LazyLock::new(|| {
    SCHEMES.map(|(scheme, component)| {
        Policy::builder(scheme, [component]).dangerous_partial_coverage().build().unwrap()
    })
});

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let scheme = below(&mut input, 4);
    let one = message(&mut input);
    let other = edited(&mut input, one.clone());
    let names = list(&mut input, scheme);
    let others = if coin(&mut input) { list(&mut input, scheme) } else { names.clone() };
    let key_ids = [pick(&mut input, KEY_IDS), pick(&mut input, KEY_IDS)];
    let first = base(scheme, &one, &names, key_ids[0]);
    let second = base(scheme, &other, &others, key_ids[1]);
    if first.is_some() && first == second {
        assert_eq!(names, others);
        assert_eq!(values(scheme, &one, &names), values(scheme, &other, &names));
    }
});

/// The base, which is what the plain reader builds.
fn base(scheme: usize, message: &Owned, names: &[&str], key_id: &str) -> Option<String> {
    let list = names.join(" ");
    let message = match SCHEMES[scheme].0 {
        Scheme::Rfc9421 => message
            .clone()
            .field("Signature-Input", format!("s=({list});created=1735180623;keyid=\"{key_id}\""))
            .field("Signature", "s=:AAAA:"),
        Scheme::Kong => message.clone().field("Authorization", format!("hmac username=\"{key_id}\",algorithm=\"hmac-sha256\",headers=\"{list}\",signature=\"AAAA\"")),
        _ => message.clone().field("Authorization", format!("Signature keyId=\"{key_id}\",algorithm=\"hs2019\",created=1735180623,expires=1735180700,headers=\"{list}\",signature=\"AAAA\"")),
    };
    let found = message.with(|request| {
        let report = explain(request, &VERIFYING[1..2], &POLICIES[scheme], NOW);
        assert!(report.error().is_some());
        report.base().map(|base| {
            let components =
                base.components().map(|(name, value)| (name.to_owned(), value.to_owned()));
            (base.as_str().to_owned(), components.collect::<Vec<_>>())
        })
    });
    let (found, components) = found?;
    // Whatever has a base has a plain one. Not the other way round: hosts and targets may be refused as such.
    let values = values(scheme, &message, names).unwrap_or_else(|| panic!("{found}"));
    let expected: Vec<_> =
        names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value)).collect();
    assert_eq!(components, expected);
    let lines = expected.iter().map(|(name, value)| match (SCHEMES[scheme].0, &**name) {
        (Scheme::Kong, "request-line") | (Scheme::Apisix, "@request-target") => value.clone(),
        _ => format!("{name}: {value}"),
    });
    let lines: Vec<_> = lines.collect();
    let whole = match SCHEMES[scheme].0 {
        Scheme::Rfc9421 => {
            let last =
                format!("\"@signature-params\": ({list});created=1735180623;keyid=\"{key_id}\"");
            lines.into_iter().chain([last]).collect::<Vec<_>>().join("\n")
        }
        Scheme::Apisix => format!("{key_id}\n{}\n", lines.join("\n")),
        _ => lines.join("\n"),
    };
    assert_eq!(found, whole);
    Some(found)
}

/// What a message says under each name; nothing where one of them has no value.
fn values(scheme: usize, message: &Owned, names: &[&str]) -> Option<Vec<String>> {
    names.iter().map(|name| component(scheme, message, name)).collect()
}

fn component(scheme: usize, message: &Owned, name: &str) -> Option<String> {
    let (method, target) = (&message.method, &message.target);
    let (path, query) =
        target.split_once('?').map_or((&**target, None), |(path, query)| (path, Some(query)));
    let host = || joined(message, "host").map(|host| host.to_ascii_lowercase());
    Some(match (SCHEMES[scheme].0, name) {
        (Scheme::Cavage12, "(request-target)") => {
            format!("{} {target}", method.to_ascii_lowercase())
        }
        (Scheme::Kong, "@request-target") => format!("{} {target}", method.to_ascii_lowercase()),
        (Scheme::Kong, "request-line") => format!("{method} {target} HTTP/1.1"),
        (Scheme::Apisix, "@request-target") => format!("{method} {target}"),
        (Scheme::Cavage12, "(created)") => "1735180623".into(),
        (Scheme::Cavage12, "(expires)") => "1735180700".into(),
        (Scheme::Rfc9421, "\"@method\"") => method.clone(),
        (Scheme::Rfc9421, "\"@path\"") => path.to_owned(),
        (Scheme::Rfc9421, "\"@query\"") => format!("?{}", query.unwrap_or_default()),
        (Scheme::Rfc9421, "\"@request-target\"") => target.clone(),
        (Scheme::Rfc9421, "\"@scheme\"") => "https".into(),
        (Scheme::Rfc9421, "\"@authority\"") => host()?,
        (Scheme::Rfc9421, "\"@target-uri\"") => format!("https://{}{target}", host()?),
        (Scheme::Rfc9421, "\"@query-param\";name=\"a\"") => query_param(query?)?,
        (Scheme::Rfc9421, "\"x\";bs") => bytes(message, "x")?,
        (Scheme::Rfc9421, name) => joined(message, name.strip_prefix('"')?.strip_suffix('"')?)?,
        (_, name) => joined(message, name)?,
    })
}

/// The lines of a field, joined.
fn joined(message: &Owned, name: &str) -> Option<String> {
    let lines = message.lines(name);
    let lines: Option<Vec<String>> =
        lines.into_iter().map(|line| unfolded(line).filter(|line| line.is_ascii())).collect();
    lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(", "))
}

fn bytes(message: &Owned, name: &str) -> Option<String> {
    use base64::Engine;
    let encode = |line: String| base64::engine::general_purpose::STANDARD.encode(latin1(&line));
    let lines: Option<Vec<String>> = message.lines(name).into_iter().map(unfolded).collect();
    let lines = lines.filter(|lines| !lines.is_empty())?;
    Some(lines.into_iter().map(|line| format!(":{}:", encode(line))).collect::<Vec<_>>().join(", "))
}

/// A line with its folds made spaces, byte by byte as characters; nothing where another control is in it.
fn unfolded(line: &[u8]) -> Option<String> {
    let text: String = line.iter().map(|byte| char::from(*byte)).collect();
    let parts: Vec<&str> = text.split("\r\n").collect();
    let blank = |text: &str| text.starts_with([' ', '\t']);
    // What follows a line break begins with a blank, or it is no fold.
    parts.iter().skip(1).all(|part| blank(part)).then_some(())?;
    let unfolded =
        parts.iter().map(|part| part.trim_matches([' ', '\t'])).collect::<Vec<_>>().join(" ");
    let control = |character: char| character.is_ascii_control() && character != '\t';
    (!unfolded.chars().any(control)).then_some(unfolded)
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap()).collect()
}

/// The one parameter `a`, decoded and encoded again (RFC 9421 §2.2.8); nothing where a reader may find another.
fn query_param(query: &str) -> Option<String> {
    let mut found = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decoded(name)? == b"a" {
            found.is_none().then_some(())?;
            found = Some(value);
        }
    }
    let value = String::from_utf8(decoded(found?)?).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._".contains(&byte);
    let encode =
        |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    Some(value.bytes().map(encode).collect())
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut rest = text.as_bytes();
    let mut bytes = Vec::new();
    while let [first, behind @ ..] = rest {
        rest = behind;
        bytes.push(match first {
            b'+' => b' ',
            b'%' => {
                let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
                digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
                rest = &behind[2..];
                u8::from_str_radix(digits, 16).ok()?
            }
            byte => *byte,
        });
    }
    Some(bytes)
}

fn message(input: &mut Unstructured<'_>) -> Owned {
    let method = pick(input, &["GET", "get", "POST", "X!"]);
    let mut target = String::from(pick(input, &["/", "/a", "/a%2F", "//b:1", "*"]));
    if target != "*" {
        for _ in 0..below(input, 5) {
            target.push_str(pick(
                input,
                &["?", "?a=", "&a=", "a", "%0A", "%41", "+", "%", "=", "&", "%FF", ";"],
            ));
        }
    }
    let mut message = Owned::new(method, &target);
    if !coin(input) {
        message = message
            .field("Host", pick(input, &["example.com", "EXAMPLE.com", "example.com:8443", "b"]));
    }
    for _ in 0..below(input, 5) {
        message = message.field(pick(input, &["x", "X", "y", "date", "x-y"]), value(input));
    }
    message
}

/// One change or more, which may come to nothing.
fn edited(input: &mut Unstructured<'_>, mut message: Owned) -> Owned {
    for _ in 0..below(input, 3) {
        match below(input, 5) {
            0 => message.fields.reverse(),
            1 => message = message.field(pick(input, &["x", "y", "date"]), value(input)),
            2 if !message.fields.is_empty() => {
                let at = below(input, message.fields.len());
                message.fields[at].1 = value(input);
            }
            3 if !message.fields.is_empty() => {
                message.fields.remove(below(input, message.fields.len()));
            }
            _ => {
                let other = self::message(input);
                (message.method, message.target) = (other.method, other.target);
            }
        }
    }
    message
}

/// Names to be covered, each once.
fn list(input: &mut Unstructured<'_>, scheme: usize) -> Vec<&'static str> {
    let choices: &[&str] = match SCHEMES[scheme].0 {
        Scheme::Rfc9421 => &[
            "\"@method\"",
            "\"@path\"",
            "\"@query\"",
            "\"@request-target\"",
            "\"@scheme\"",
            "\"@authority\"",
            "\"@target-uri\"",
            "\"@query-param\";name=\"a\"",
            "\"x\"",
            "\"x\";bs",
            "\"y\"",
            "\"date\"",
            "\"host\"",
            "\"x-y\"",
        ],
        Scheme::Kong => &["@request-target", "request-line", "x", "y", "date", "host", "x-y"],
        Scheme::Apisix => &["@request-target", "x", "y", "date", "host", "x-y"],
        _ => &["(request-target)", "(created)", "(expires)", "x", "y", "date", "host", "x-y"],
    };
    let mut names = Vec::new();
    for _ in 0..=below(input, 5) {
        let name = choices[below(input, choices.len())];
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

const KEY_IDS: &[&str] = &["e1", "x: a", "GET /a", "date: "];

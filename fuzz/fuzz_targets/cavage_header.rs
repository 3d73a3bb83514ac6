//! What the drafts carry in a field is read as a plain reader of the grammar reads it, dialect by dialect: the same key id,
//! the same refusals, the same signing string.

#![no_main]

use std::sync::LazyLock;

use countersign::httpsig::{Policy, Scheme, Signatures, explain};
use countersign_fuzz::auth_params::{self, Parameter};
use countersign_fuzz::http::{Owned, trimmed};
use countersign_fuzz::keys::{NOW, VERIFYING};
use countersign_fuzz::radix;
use libfuzzer_sys::fuzz_target;

const DATE: &str = "Thu, 26 Dec 2024 02:38:03 GMT";
const DIALECTS: [Scheme; 4] =
    [Scheme::Cavage07, Scheme::Cavage10, Scheme::Cavage12, Scheme::Lenient];

static POLICIES: LazyLock<[Policy; 4]> = LazyLock::new(|| {
    DIALECTS.map(|scheme| {
        Policy::builder(scheme, ["date"]).dangerous_partial_coverage().build().unwrap()
    })
});

fuzz_target!(|data: &[u8]| {
    for (scheme, policy) in DIALECTS.into_iter().zip(&*POLICIES) {
        for in_authorization in [false, true] {
            let (name, value) = match in_authorization {
                true => ("Authorization", [b"Signature ", data].concat()),
                false => ("Signature", data.to_vec()),
            };
            let message = Owned::new("Get", "/A?b=%43")
                .field("Host", "example.com")
                .field("Date", DATE)
                .field("X", " a")
                .field("x", "b ")
                .field("empty", "")
                .field(name, &value);
            let found = message.with(|request| {
                let signatures = Signatures::parse(request).unwrap();
                let key_id =
                    signatures.select(policy).ok().map(|it| it.key_id().map(str::to_owned));
                let report = explain(request, &VERIFYING[1..2], policy, NOW);
                assert!(report.error().is_some());
                (key_id, report.base().map(|base| base.as_str().to_owned()))
            });
            let expected = text(trimmed(&value), scheme, in_authorization)
                .and_then(|text| Signature::read(text, scheme));
            let key_id = expected.as_ref().map(|signature| Some(signature.key_id.clone()));
            let string = expected.and_then(|signature| signature.signing_string(scheme));
            assert_eq!(found, (key_id, string), "{scheme} {:?}", String::from_utf8_lossy(data));
        }
    }
});

/// The parameters in a field, without the word before them.
fn text(value: &[u8], scheme: Scheme, in_authorization: bool) -> Option<&str> {
    let worded =
        value.len() > 9 && value[..9].eq_ignore_ascii_case(b"signature") && value[9] == b' ';
    let rest = match (worded, in_authorization) {
        (true, true) => &value[9..],
        (true, false) if scheme == Scheme::Lenient => &value[9..],
        (_, false) => value,
        (false, true) => return None,
    };
    (rest.len() <= 8192).then(|| std::str::from_utf8(trimmed(rest)).ok()).flatten()
}

struct Signature {
    key_id: String,
    names: String,
    algorithm: Option<String>,
    created: Option<i64>,
    expires: Option<i64>,
    signature: String,
}

impl Signature {
    fn read(text: &str, scheme: Scheme) -> Option<Self> {
        let parameters = auth_params::read(text)?;
        (parameters.len() <= 16).then_some(())?;
        let known = ["keyId", "algorithm", "headers", "created", "expires", "signature"];
        for name in known {
            let count = parameters.iter().filter(|(found, ..)| found == name).count();
            (count <= 1).then_some(())?;
        }
        let value = |name| get(&parameters, name).map(|(_, value, _)| value.clone());
        let key_id = value("keyId")?;
        let printable = key_id.chars().all(|character| (' '..='~').contains(&character));
        ((1..=256).contains(&key_id.len()) && printable).then_some(())?;
        let algorithm = value("algorithm");
        (algorithm.is_some() || scheme != Scheme::Cavage07).then_some(())?;
        let signature = value("signature")?;
        let dated = matches!(scheme, Scheme::Cavage12 | Scheme::Lenient);
        let moment = |name: &str| match get(&parameters, name) {
            Some((_, value, quoted)) if dated => {
                (!quoted || scheme == Scheme::Lenient).then_some(())?;
                Some(Some(seconds(value, name == "expires")?))
            }
            _ => Some(None),
        };
        let (created, expires) = (moment("created")?, moment("expires")?);
        let old = algorithm.as_deref().is_some_and(of_old);
        let by_default = match scheme {
            Scheme::Cavage12 if !old => "(created)",
            Scheme::Lenient if created.is_some() => "(created)",
            _ => "date",
        };
        let names = value("headers").unwrap_or_else(|| by_default.into());
        Some(Self { key_id, names, algorithm, created, expires, signature })
    }

    fn signing_string(&self, scheme: Scheme) -> Option<String> {
        let dated = matches!(scheme, Scheme::Cavage12 | Scheme::Lenient);
        let names: Vec<&str> = self.names.split(' ').collect();
        let mut lines = Vec::new();
        for (index, name) in names.iter().enumerate() {
            (!names[..index].contains(name)).then_some(())?;
            let value = match *name {
                "(request-target)" => "get /A?b=%43".into(),
                "(created)" if dated => self.created?.to_string(),
                "(expires)" if dated => self.expires?.to_string(),
                "host" => "example.com".into(),
                "date" => DATE.into(),
                "x" => "a, b".into(),
                "empty" => String::new(),
                _ => return None,
            };
            lines.push(format!("{name}: {value}"));
        }
        let times = names.iter().any(|name| ["(created)", "(expires)"].contains(name));
        let old = self.algorithm.as_deref().is_some_and(of_old);
        (!(times && old && scheme == Scheme::Cavage12)).then_some(())?;
        // The signature of the longest RSA key has 1024 bytes; there is little room behind them.
        let bytes = radix::base64(self.signature.as_bytes())?;
        (bytes.len() <= 1024).then(|| lines.join("\n"))
    }
}

fn get<'p>(parameters: &'p [Parameter], name: &str) -> Option<&'p Parameter> {
    parameters.iter().find(|(found, ..)| found == name)
}

fn of_old(algorithm: &str) -> bool {
    algorithm.starts_with("rsa") || algorithm.starts_with("hmac") || algorithm.starts_with("ecdsa")
}

/// Digits, of which `expires` may have some behind a point; until the end of the year 9999.
fn seconds(text: &str, fraction: bool) -> Option<i64> {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
    let whole = match text.split_once('.') {
        Some((whole, behind)) if fraction && digits(behind) => whole,
        _ => text,
    };
    let significant = whole.trim_start_matches('0');
    (digits(whole) && significant.len() <= 12).then_some(())?;
    let seconds =
        significant.chars().fold(0, |sum, digit| sum * 10 + i64::from(digit.to_digit(10).unwrap()));
    (seconds <= 253_402_300_799).then_some(seconds)
}

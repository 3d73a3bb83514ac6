//! Properties of signed messages over random ones.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

#[path = "common/httpsig.rs"]
mod support;

use countersign::httpsig::{
    DigestField, HttpSigError, MessageSigner, Policy, Scheme, Signatures, SigningOptions, explain,
};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use support::Sent;

const NOW: UnixTime = UnixTime::from_secs(1_618_884_473);
const DATE: &str = "Tue, 20 Apr 2021 02:07:53 GMT";

/// Schemes, each with components that cover a message well.
const PROFILES: [(Scheme, &[&str]); 6] = [
    (Scheme::Rfc9421, &["@method", "@authority", "@path", "@query", "x-a", "x-b"]),
    (
        Scheme::Rfc9421,
        &["x-b;bs", "@query-param;name=\"q\"", "@method", "@target-uri", "date", "x-a"],
    ),
    (Scheme::Cavage07, &["(request-target)", "host", "date", "x-a", "x-b"]),
    (Scheme::Cavage12, &["(created)", "(expires)", "x-b", "x-a", "host", "(request-target)"]),
    (Scheme::Kong, &["date", "x-a", "x-b", "host", "request-line"]),
    (Scheme::Apisix, &["@request-target", "x-a", "x-b", "host", "date"]),
];

fn keys() -> impl Strategy<Value = (SigningKey, Algorithm)> {
    let secret = Secret::new("a shared secret of at least 32 bytes").unwrap();
    select(vec![
        (SigningKey::hmac(Algorithm::Hs256, &secret).unwrap(), Algorithm::Hs256),
        (SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap(), Algorithm::EdDsa),
        (SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap(), Algorithm::Es256),
    ])
    .prop_map(|(key, algorithm)| (key.with_id("k 1"), algorithm))
}

/// Values without space around them, so that what is given is what was sent.
fn value() -> impl Strategy<Value = String> {
    "([!-~]([ -~\t]{0,20}[!-~])?)?"
}

fn request() -> impl Strategy<Value = Sent> {
    let parts = ("[A-Z]{1,7}", "/[a-zA-Z0-9%./;=~-]{0,20}", "[a-z0-9=+-]{0,8}", value());
    let more = (value(), value(), prop::collection::vec(any::<u8>(), 0..300));
    (parts, more).prop_map(|((method, path, query, a), (b, b2, body))| {
        Sent::new(&method, &format!("{path}?q=1&{query}"))
            .field("Host", "Example.com")
            .field("Date", DATE)
            .field("X-A", a)
            .field("x-b", b)
            .field("X-B", b2)
            .field("Content-Digest", DigestField::ContentDigest.value(&body))
            .body(&body)
    })
}

/// A signed request, the key that verifies it, and the policy.
fn signed() -> impl Strategy<Value = (Sent, VerifyingKey, Policy)> {
    (request(), keys(), select(&PROFILES[..])).prop_filter_map(
        "percent signs that start no escape",
        |(sent, (key, algorithm), (scheme, components))| {
            let policy =
                Policy::builder(scheme, components).algorithms([algorithm]).build().unwrap();
            let signer = MessageSigner::new(key.clone(), &policy).unwrap();
            let refused = sent.with(|request| signer.sign(request, NOW).is_err());
            let q = sent.target.matches("q=").count() == 1
                || !components[1].starts_with("@query-param");
            (!refused && q).then(|| (sent.signed(&signer, NOW), key.verifying_key(), policy))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_is_verified((sent, key, policy) in signed()) {
        let values = sent.verdict(&key, &policy, NOW);
        prop_assert!(values.is_ok(), "{:?}", values);
        let report = sent.with(|request| explain(request, &key, &policy, NOW)).with_body(&sent.body);
        prop_assert_eq!(report.error(), None);
    }

    #[test]
    fn what_is_not_covered_is_not_given((sent, key, policy) in signed(), name in "x-[c-z]{1,5}") {
        let sent = sent.field(&name, "MARKER-0-MARKER").field("X-Forwarded-Host", "MARKER-1-MARKER");
        let values = sent.verdict(&key, &policy, NOW).unwrap();
        for (component, value) in &values {
            prop_assert!(!value.contains("MARKER-"), "{} {}", component, value);
            prop_assert!(!component.contains(&name));
        }
    }

    #[test]
    fn a_change_of_what_is_covered_is_refused(
        (sent, key, policy) in signed(),
        field in select(vec!["X-A", "x-b", "X-B", "Content-Digest", "target", "method", "body"]),
        place in any::<Index>(),
        bit in 0_u8..7,
    ) {
        let mut changed = sent.clone();
        let flip = |bytes: &mut Vec<u8>| {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << bit;
            }
        };
        match field {
            "target" | "method" => {
                let text = if field == "target" { &mut changed.target } else { &mut changed.method };
                let mut bytes = text.clone().into_bytes();
                flip(&mut bytes);
                *text = String::from_utf8(bytes).unwrap();
            }
            "body" => flip(&mut changed.body),
            name => flip(&mut changed.fields.iter_mut().find(|(found, _)| found == name).unwrap().1),
        }
        let before = sent.verdict(&key, &policy, NOW).unwrap();
        match changed.verdict(&key, &policy, NOW) {
            // Space around a value is not part of it, and lines that are joined are one value.
            Ok(after) => prop_assert_eq!(after, before),
            Err(error) => {
                let changed_body = error == HttpSigError::DigestMismatch;
                prop_assert!(changed_body || sent.target != changed.target || sent.method != changed.method || sent.fields != changed.fields);
            }
        }
    }

    /// Two messages have one base only where all that is covered is equal.
    #[test]
    fn bases_are_equal_only_for_equal_components(one in request(), other in request(), profile in select(&PROFILES[..])) {
        let (scheme, components) = profile;
        let (key, algorithm) = (SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap(), Algorithm::EdDsa);
        let policy = Policy::builder(scheme, components).algorithms([algorithm]).build().unwrap();
        let signer = MessageSigner::new(key.with_id("k"), &policy).unwrap();
        let base = |sent: &Sent| sent.with(|request| signer.sign(request, NOW).ok().map(|_| ())).and_then(|()| {
            let sent = sent.clone().signed(&signer, NOW);
            let public = SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().verifying_key();
            sent.with(|request| explain(request, &public, &policy, NOW).base().map(|base| base.as_str().to_owned()))
        });
        let (first, second) = (base(&one), base(&other));
        if first.is_some() && first == second {
            prop_assert_eq!(&one.target, &other.target);
            prop_assert_eq!(&one.method, &other.method);
            prop_assert_eq!(&one.fields[2], &other.fields[2]);
            prop_assert_eq!(&one.body, &other.body);
        }
    }

    /// The long way of reading a list, and the short one, give one base.
    #[test]
    fn spellings_of_one_list_have_one_base(
        (sent, key, policy) in signed().prop_filter("RFC 9421", |(_, _, policy)| policy.accept_signature("s", None).is_ok()),
        spaces in 1_usize..4,
    ) {
        let spaced = sent.clone().replace("Signature-Input", "(\"", &format!("({}\"", " ".repeat(spaces)));
        prop_assert_eq!(spaced.verdict(&key, &policy, NOW), sent.verdict(&key, &policy, NOW));
    }

    /// Whatever comes in is refused or accepted, and a report says the same.
    #[test]
    fn no_input_makes_it_panic(
        (sent, key, policy) in signed(),
        noise in prop::collection::vec(("(?i)signature(-input)?|authorization|host|date|content-digest|x-a", ".{0,40}"), 0..3),
        cuts in prop::collection::vec((any::<Index>(), any::<Index>(), any::<u8>()), 0..4),
        target in prop::option::of(".{0,20}"),
    ) {
        let mut sent = sent;
        for (name, value) in noise {
            sent = sent.field(&name, value);
        }
        for (field, place, byte) in cuts {
            let count = sent.fields.len();
            let value = &mut sent.fields[field.index(count)].1;
            if !value.is_empty() {
                let place = place.index(value.len());
                value[place] = byte;
            }
        }
        if let Some(target) = target {
            sent.target = target;
        }
        let verdict = sent.verdict(&key, &policy, NOW).map(|_| ());
        let report = sent.with(|request| explain(request, &key, &policy, NOW)).with_body(&sent.body);
        let said = report.error().cloned();
        match verdict {
            Ok(()) => prop_assert_eq!(said, None),
            // A body without a digest is one of two reasons, which a report does not tell apart.
            Err(HttpSigError::DigestNotCovered) => prop_assert_eq!(said, Some(HttpSigError::DigestMissing)),
            Err(error) => prop_assert_eq!(said, Some(error)),
        }
        let _ = report.to_string();
    }

    #[test]
    fn no_parameters_make_it_panic(input in "[ -~\t]{0,80}", signature in "[ -~\t]{0,40}", authorization in "Signature [ -~]{0,80}") {
        let key = SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().verifying_key();
        let policy = Policy::builder(Scheme::Rfc9421, ["@method"]).or(Scheme::Lenient, ["date"]).dangerous_partial_coverage().build().unwrap();
        let sent = || Sent::new("GET", "/").field("Host", "a").field("Date", DATE);
        for sent in [
            sent().field("Signature-Input", &input).field("Signature", &signature),
            sent().field("Signature-Input", format!("s=(\"@method\"{input})")).field("Signature", format!("s=:{signature}:")),
            sent().field("Signature", &signature),
            sent().field("Authorization", &authorization),
        ] {
            prop_assert!(sent.verdict(&key, &policy, NOW).is_err());
        }
    }

    /// A signer and its policy agree, however the key's id, the nonce and the tag are written.
    #[test]
    fn parameters_come_back_as_they_were(key_id in "[ -~]{1,40}", nonce in "[ -~]{1,40}", tag in "[ -~]{1,40}") {
        let key = SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().with_id(&*key_id);
        let policy = Policy::builder(Scheme::Rfc9421, ["@method"]).tag(&*tag).key_id(&*key_id).dangerous_partial_coverage().build().unwrap();
        let signer = MessageSigner::new(key.clone(), &policy).unwrap();
        let sent = Sent::new("GET", "/");
        let options = SigningOptions::default().with_nonce(&nonce);
        let fields = sent.with(|request| signer.sign_with(request, &options, NOW)).unwrap();
        let sent = fields.iter().fold(sent, |sent, (name, value)| sent.field(name, value));
        sent.with(|request| {
            let signatures = Signatures::parse(request).unwrap();
            let selected = signatures.select(&policy).unwrap();
            prop_assert_eq!(selected.key_id(), Some(&*key_id));
            let head = selected.verify_head(&key.verifying_key(), &policy, NOW).unwrap();
            let signed = head.without_body().unwrap();
            prop_assert_eq!(signed.nonce(), Some(&*nonce));
            Ok(())
        })?;
    }
}

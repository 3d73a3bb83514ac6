//! Attacks on signed messages, each with its concrete bad input and the code that refuses it. Names begin with the rows
//! of the project's notes: `sa1` … `sf3` after published vulnerabilities, `h01` … `d09` on reliability.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

#[path = "common/httpsig.rs"]
mod support;

use std::time::Duration;

use countersign::encoding::{EncodingError, base64};
use countersign::guard::MemoryStore;
use countersign::headers::Headers;
use countersign::httpsig::{
    ComponentFault, DigestField, HttpSigError, MessageSigner, Origin, Policy, PolicyBuilder,
    PolicyProblem, Request, Response, Scheme, Signatures, SigningOptions,
};
use countersign::key::{Algorithm, MacAlgorithm, MacKey, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use countersign::verified::PendingError;
use support::{Line, Sent};

/// 2021-04-20T02:07:53Z.
const NOW: UnixTime = UnixTime::from_secs(1_618_884_473);
const DATE: &str = "Tue, 20 Apr 2021 02:07:53 GMT";
const PARTS: [&str; 4] = ["@method", "@authority", "@path", "@query"];
const NAMES: [&str; 3] = ["(request-target)", "host", "date"];

fn key() -> SigningKey {
    SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().with_id("app")
}

fn rsa() -> SigningKey {
    SigningKey::from_pem(include_str!("keys/rsa2048.pem")).unwrap().with_id("app")
}

fn rfc9421() -> Policy {
    Policy::builder(Scheme::Rfc9421, PARTS).build().unwrap()
}

fn cavage() -> Policy {
    Policy::builder(Scheme::Cavage07, NAMES).build().unwrap()
}

fn request() -> Sent {
    Sent::new("POST", "/transfer?amount=1").field("Host", "bank.example").field("Date", DATE)
}

fn signed(policy: &Policy) -> Sent {
    request().signed(&MessageSigner::new(key(), policy).unwrap(), NOW)
}

fn refusal(message: &Sent, policy: &Policy) -> HttpSigError {
    message.verdict(&key().verifying_key(), policy, NOW).unwrap_err()
}

/// A request signed with these very parameters, under a policy for anything that covers the method.
fn refusal_of(params: &str) -> HttpSigError {
    let policy = any_coverage().build().unwrap();
    let message =
        request().field("Signature-Input", format!("s={params}")).field("Signature", "s=:AAAA:");
    refusal(&message, &policy)
}

fn any_coverage() -> PolicyBuilder {
    Policy::builder(Scheme::Rfc9421, ["@method"]).dangerous_partial_coverage()
}

fn component(component: &str, fault: ComponentFault) -> HttpSigError {
    HttpSigError::Component { component: component.into(), fault }
}

fn not_covered(component: &str) -> HttpSigError {
    HttpSigError::NotCovered { component: component.into() }
}

// A. Coverage

/// CVE-2017-16005: only values were signed, so that names could be swapped.
#[test]
fn sa1_names_are_signed_with_their_values() {
    let names = NAMES.into_iter().chain(["x-payment-source", "x-payment-destination"]);
    let policy = Policy::builder(Scheme::Cavage07, names).build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let message =
        request().field("X-Payment-Source", "alice").field("X-Payment-Destination", "bob");
    let message = message.signed(&signer, NOW);
    assert!(message.verdict(&key().verifying_key(), &policy, NOW).is_ok());
    let mut swapped = message;
    for (name, _) in &mut swapped.fields {
        *name = match &**name {
            "X-Payment-Source" => "X-Payment-Destination".into(),
            "X-Payment-Destination" => "X-Payment-Source".into(),
            name => name.into(),
        };
    }
    assert_eq!(refusal(&swapped, &policy), HttpSigError::SignatureInvalid);
    let listed = "x-payment-source x-payment-destination";
    let turned = swapped.replace("Authorization", listed, "x-payment-destination x-payment-source");
    assert_eq!(refusal(&turned, &policy), HttpSigError::SignatureInvalid);
}

/// GHSA-x9cc-346q-g27m and w3c-ccg/http-signatures#67: a signature over nothing.
#[test]
fn sa2_h11_h12_a_signature_over_nothing_or_little_is_refused() {
    assert_eq!(refusal_of("();created=1618884473"), not_covered("\"@method\""));
    let only_date = "(\"date\");created=1618884473";
    assert_eq!(refusal_of(only_date), not_covered("\"@method\""));
    let message = request()
        .field("Signature", "keyId=\"app\",algorithm=\"ed25519\",headers=\"\",signature=\"AAAA\"");
    let malformed = component("", ComponentFault::Malformed);
    assert_eq!(refusal(&message, &cavage()), malformed);
    // misskey#2545, Lemmy#109: the target, the host or the digest left out.
    let message =
        request().field("Signature", "keyId=\"app\",algorithm=\"ed25519\",signature=\"AAAA\"");
    assert_eq!(refusal(&message, &cavage()), not_covered("(request-target)"));
    let nothing = Policy::builder(Scheme::Rfc9421, [""; 0]).build().unwrap_err();
    assert_eq!(nothing.problems(), [PolicyProblem::NothingCovered]);
}

/// dhensby: `content-digest;req` satisfied the demand for `content-digest`, and the response's body was free.
#[test]
fn sa4_the_requests_digest_is_not_the_responses() {
    let policy = Policy::response_builder(Scheme::Rfc9421, ["@status", "content-digest"]);
    let policy = policy.build().unwrap();
    let digest = DigestField::ContentDigest.value(b"body");
    let fields: [Line<'_>; 3] = [
        ("Content-Digest", digest.as_bytes()),
        ("Signature-Input", b"s=(\"@status\" \"content-digest\";req);created=1618884473"),
        ("Signature", b"s=:AAAA:"),
    ];
    let asked = Request::new("POST", "/", Headers::new(&fields[..1]));
    let response = Response::new(200, Headers::new(&fields)).answering(&asked);
    let signatures = Signatures::parse(response).unwrap();
    let selected = signatures.select(&policy).unwrap();
    let refused = selected.verify_head(&key().verifying_key(), &policy, NOW).unwrap_err();
    assert_eq!(refused, not_covered("\"content-digest\""));
}

/// httpsig 0.0.26, Gitlawb#305: a covered field that is absent was signed as an empty line.
#[test]
fn sa5_h09_an_absent_component_is_never_empty() {
    for (params, name) in [
        ("(\"@method\" \"x-role\");created=1618884473", "\"x-role\""),
        (
            "(\"@method\" \"content-digest\";key=\"sha-256\");created=1618884473",
            "\"content-digest\";key=\"sha-256\"",
        ),
        (
            "(\"@method\" \"@query-param\";name=\"b\");created=1618884473",
            "\"@query-param\";name=\"b\"",
        ),
        ("(\"@method\" \"x\";tr);created=1618884473", "\"x\";tr"),
    ] {
        assert_eq!(refusal_of(params), component(name, ComponentFault::Missing), "{params}");
    }
    let params = "(\"@method\" \"content-digest\";key=\"sha-512\");created=1618884473";
    let digest = DigestField::ContentDigest.value(b"");
    let message = request()
        .field("Content-Digest", digest)
        .field("Signature-Input", format!("s={params}"))
        .field("Signature", "s=:AAAA:");
    let missing = component("\"content-digest\";key=\"sha-512\"", ComponentFault::Missing);
    assert_eq!(refusal(&message, &any_coverage().build().unwrap()), missing);
    // An empty field is there.
    let policy = Policy::builder(Scheme::Rfc9421, PARTS.into_iter().chain(["x-empty"]));
    let policy = policy.build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let message = request().field("X-Empty", "").signed(&signer, NOW);
    let values = message.verdict(&key().verifying_key(), &policy, NOW).unwrap();
    assert!(values.contains(&("\"x-empty\"".into(), String::new())));
    assert_eq!(
        refusal(&message.without("x-empty"), &policy),
        component("\"x-empty\"", ComponentFault::Missing)
    );
}

#[test]
fn sa6_only_covered_values_are_given() {
    let message = signed(&rfc9421())
        .field("X-Forwarded-Host", "evil.example")
        .field("X-HTTP-Method-Override", "DELETE")
        .field("X-Date", DATE);
    let values = message.verdict(&key().verifying_key(), &rfc9421(), NOW).unwrap();
    let expected = [
        ("\"@method\"", "POST"),
        ("\"@authority\"", "bank.example"),
        ("\"@path\"", "/transfer"),
        ("\"@query\"", "?amount=1"),
    ];
    assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    message.with(|request| {
        let signatures = Signatures::parse(request).unwrap();
        let selected = signatures.select(&rfc9421()).unwrap();
        let head = selected.verify_head(&key().verifying_key(), &rfc9421(), NOW).unwrap();
        let signed = head.without_body().unwrap();
        assert_eq!(signed.get("@path"), Some("/transfer"));
        for name in ["x-forwarded-host", "x-http-method-override", "host", "@target-uri", "path"] {
            assert_eq!(signed.get(name), None, "{name}");
        }
    });
}

// B. Keys and algorithms

/// PyPI httpsig 1.3.0: the text of the RSA public key passed as an HMAC secret.
#[test]
fn sb1_a_public_key_is_never_a_secret() {
    let pem = include_str!("keys/rsa2048.pub.pem");
    let mac = MacKey::new(MacAlgorithm::HmacSha256, &Secret::new(pem).unwrap());
    let string =
        format!("(request-target): post /transfer?amount=1\nhost: bank.example\ndate: {DATE}");
    let forged = base64::encode(mac.tag(string.as_bytes()).as_bytes());
    let message = request().field(
        "Authorization",
        format!("Signature keyId=\"app\",algorithm=\"hmac-sha256\",headers=\"(request-target) host date\",signature=\"{forged}\""),
    );
    let public = VerifyingKey::from_pem(pem).unwrap().with_id("app");
    let refused = message.verdict(&public, &cavage(), NOW).unwrap_err();
    assert_eq!(refused, HttpSigError::AlgorithmNotAllowed);
    let hmac =
        Policy::builder(Scheme::Cavage07, NAMES).algorithms([Algorithm::Hs256]).build().unwrap();
    let refused = message.verdict(&public, &hmac, NOW).unwrap_err();
    assert_eq!(refused, HttpSigError::AlgorithmMismatch);
    let mixed = Policy::builder(Scheme::Cavage07, NAMES);
    let mixed = mixed.algorithms([Algorithm::Hs256, Algorithm::Rs256]).build().unwrap_err();
    assert_eq!(mixed.problems(), [PolicyProblem::SecretAndPublicKeys]);
}

#[test]
fn sb2_h13_the_key_decides_the_algorithm() {
    let policy = rfc9421();
    let pinned = |algorithm| rsa().with_algorithm(algorithm).unwrap();
    let signed =
        |algorithm| request().signed(&MessageSigner::new(pinned(algorithm), &policy).unwrap(), NOW);
    let verdict = |message: &Sent, algorithm| {
        message.verdict(&pinned(algorithm).verifying_key(), &policy, NOW).map(|_| ())
    };
    let (pss, v15) = (Algorithm::Ps512, Algorithm::Rs256);
    assert_eq!(verdict(&signed(pss), pss), Ok(()));
    assert_eq!(verdict(&signed(pss), v15), Err(HttpSigError::AlgorithmMismatch));
    assert_eq!(verdict(&signed(v15), pss), Err(HttpSigError::AlgorithmMismatch));
    // The name in the message is only compared: without it, or with another, nothing else is tried.
    let relabelled = signed(pss).replace("Signature-Input", "rsa-pss-sha512", "rsa-v1_5-sha256");
    assert_eq!(verdict(&relabelled, v15), Err(HttpSigError::SignatureInvalid));
    let unnamed = signed(pss).replace("Signature-Input", ";alg=\"rsa-pss-sha512\"", "");
    assert_eq!(verdict(&unnamed, v15), Err(HttpSigError::SignatureInvalid));
    let loose = unnamed.verdict(&rsa().verifying_key(), &policy, NOW).unwrap_err();
    assert_eq!(loose, HttpSigError::AlgorithmAmbiguous);

    let drafts = |algorithm: &str| {
        let message = request().field("Signature", format!(
            "keyId=\"app\",algorithm=\"{algorithm}\",headers=\"(request-target) host date\",signature=\"AAAA\""
        ));
        message.verdict(&rsa().verifying_key(), &cavage(), NOW).unwrap_err()
    };
    for unknown in ["none", "rsa-sha1", "RSA-SHA256", ""] {
        assert_eq!(drafts(unknown), HttpSigError::AlgorithmUnknown, "{unknown}");
    }
    assert_eq!(drafts("hs2019"), HttpSigError::AlgorithmAmbiguous); // an unpinned key
    assert_eq!(drafts("rsa-sha512"), HttpSigError::AlgorithmNotAllowed);
    assert_eq!(drafts("ed25519"), HttpSigError::AlgorithmMismatch);
}

/// Discourse#325, CVE-2025-54888: a good key of somebody else; CVE-2026-50131: a key fetched from its id.
#[test]
fn sb3_h18_h19_a_key_speaks_under_its_own_id_alone() {
    let message = signed(&rfc9421());
    let other = key().verifying_key().with_id("service");
    let refused = message.verdict(&other, &rfc9421(), NOW).unwrap_err();
    assert_eq!(refused, HttpSigError::KeyUnknown);
    // The app's key under the service's name is not in a policy for the service.
    let service = Policy::builder(Scheme::Rfc9421, PARTS).key_id("service").build().unwrap();
    assert_eq!(refusal(&message, &service), HttpSigError::NoMatch);
    let posing = message.clone().replace("Signature-Input", "keyid=\"app\"", "keyid=\"service\"");
    let refused = posing.verdict(&other, &service, NOW).unwrap_err();
    assert_eq!(refused, HttpSigError::SignatureInvalid); // the id is signed

    // A URL is a name like any other.
    let url =
        message.replace("Signature-Input", "keyid=\"app\"", "keyid=\"http://169.254.169.254/\"");
    assert_eq!(refusal(&url, &rfc9421()), HttpSigError::KeyUnknown);
    let long = format!("(\"@method\");created=1618884473;keyid=\"{}\"", "k".repeat(257));
    assert_eq!(refusal_of(&long), HttpSigError::ParameterText { parameter: "keyid", limit: 256 });
    assert_eq!(
        refusal_of("(\"@method\");created=1;keyid=\"\""),
        HttpSigError::ParameterText { parameter: "keyid", limit: 256 }
    );
}

/// RFC 9421 §7.3.7: another key can be made under which somebody else's signature verifies.
#[test]
fn sb4_a_response_is_bound_by_more_than_a_signature() {
    let bound = |parts: &[&str]| {
        Policy::response_builder(Scheme::Rfc9421, parts.iter().copied().chain(["@status"])).build()
    };
    let alone = bound(&["signature;key=\"sig1\";req"]).unwrap_err();
    assert_eq!(alone.problems(), [PolicyProblem::BoundBySignatureAlone]);
    assert!(bound(&["signature;key=\"sig1\";req", "@method;req"]).is_ok());
}

// C. Time and replay

#[test]
fn sc1_h15_moments_are_judged_to_the_second() {
    use HttpSigError as E;
    let policy = Policy::builder(Scheme::Rfc9421, PARTS).build().unwrap();
    let at = |now: i64, expires: Option<i64>| {
        let expires = expires.map_or(String::new(), |expires| format!(";expires={expires}"));
        let params =
            format!("(\"@method\" \"@authority\" \"@path\" \"@query\");created=1000{expires}");
        let message = request().signed_as("s", &params, &key(), &policy);
        message.verdict(&key().verifying_key(), &policy, UnixTime::from_secs(now)).map(|_| ())
    };
    let signed_at = UnixTime::from_secs(1_000);
    let future = |now| Err(E::SignedInFuture { signed_at, now: UnixTime::from_secs(now) });
    let expired =
        |at| Err(E::Expired { expired_at: UnixTime::from_secs(at), now: UnixTime::from_secs(at) });
    assert_eq!(at(969, None), future(969));
    assert_eq!(at(970, None), Ok(()));
    assert_eq!(at(1_300, None), Ok(()));
    let too_old = Err(E::TooOld { signed_at, limit: Duration::from_secs(300) });
    assert_eq!(at(1_301, None), too_old);
    assert_eq!(at(1_099, Some(1_100)), Ok(()));
    assert_eq!(at(1_100, Some(1_100)), expired(1_100));
    assert_eq!(at(1_000, Some(1_000)), expired(1_000));
    assert_eq!(at(1_000, Some(999)), Err(E::ExpiresBeforeCreated));
    // wordpress-activitypub#3212: however far `expires` lies, the age counts.
    assert_eq!(at(1_301, Some(4_102_444_800)), too_old);
    let capped = Policy::builder(Scheme::Rfc9421, PARTS)
        .expires_within(Duration::from_secs(60))
        .build()
        .unwrap();
    let capped = |expires: &str| {
        let params =
            format!("(\"@method\" \"@authority\" \"@path\" \"@query\");created=1000{expires}");
        let message = request().signed_as("s", &params, &key(), &policy);
        message.verdict(&key().verifying_key(), &capped, signed_at).map(|_| ())
    };
    assert_eq!(capped(";expires=1060"), Ok(()));
    assert_eq!(capped(";expires=1061"), Err(E::LifetimeTooLong { limit: Duration::from_secs(60) }));
    assert_eq!(capped(""), Err(E::ExpiresMissing));
}

/// node-http-signature#121, Joyent and PeerTube: a date that cannot be read, or an unsigned one that is preferred.
#[test]
fn sc2_h16_h17_only_one_signed_date_counts() {
    use HttpSigError as E;
    let policy = cavage();
    let dated = |date: &str, now: UnixTime| {
        let message = request().without("date").field("Date", date);
        let signer = MessageSigner::new(key(), &policy).unwrap();
        message.signed(&signer, NOW).verdict(&key().verifying_key(), &policy, now).map(|_| ())
    };
    assert_eq!(dated(DATE, NOW), Ok(()));
    assert_eq!(dated("Wed, 20 Apr 2021 02:07:53 GMT", NOW), Ok(())); // another weekday
    for date in [
        "aaaa",
        "",
        "Tue Apr 20 02:07:53 2021",
        "Tuesday, 20-Apr-21 02:07:53 GMT",
        "Tue, 20 Apr 21 02:07:53 GMT",
        "Tue, 20 Apr 2021 02:07:53 +0000",
        "Tue, 20 Apr 10000 02:07:53 GMT",
        "1618884473",
        "Tue, 20 Apr 2021 02:07:53 GMT, Tue, 20 Apr 2021 02:07:53 GMT",
    ] {
        assert_eq!(dated(date, NOW), Err(E::DateInvalid), "{date}");
    }
    let leap = UnixTime::from_http_date("Sat, 31 Dec 2016 23:59:59 GMT").unwrap();
    assert_eq!(dated("Sat, 31 Dec 2016 23:59:60 GMT", leap), Ok(()));
    // Ten years old, with an unsigned `X-Date` of today.
    let old = UnixTime::from_http_date("Wed, 20 Apr 2011 02:07:53 GMT").unwrap();
    let message = request().without("date").field("Date", "Wed, 20 Apr 2011 02:07:53 GMT");
    let message =
        message.signed(&MessageSigner::new(key(), &policy).unwrap(), NOW).field("X-Date", DATE);
    let too_old = E::TooOld { signed_at: old, limit: Duration::from_secs(300) };
    assert_eq!(refusal(&message, &policy), too_old);
    // Two lines.
    let twice = signed(&policy).field("Date", DATE);
    assert_eq!(refusal(&twice, &policy), E::DateInvalid);
    // A date that nobody signed.
    assert_eq!(refusal_of("(\"@method\")"), E::TimeAnchorMissing);
    let undated =
        Policy::builder(Scheme::Cavage07, ["(request-target)", "host"]).build().unwrap_err();
    assert_eq!(undated.problems(), [PolicyProblem::NotCovered { part: "the time" }]);
    // One that RFC 9421 covers does as well as `created`.
    assert_eq!(refusal_of("(\"@method\" \"date\")"), E::SignatureInvalid);
}

/// What a store of single use sees of a message.
fn replay_key(message: &Sent, key: &VerifyingKey) -> Option<[u8; 32]> {
    let single = Policy::builder(Scheme::Rfc9421, PARTS).single_use().build().unwrap();
    message.with(|request| {
        let signatures = Signatures::parse(request).unwrap();
        let selected = signatures.select(&single).unwrap();
        let head = selected.verify_head(key, &single, NOW).ok()?;
        let pending = head.with_body(&message.body).ok()?;
        Some(*pending.step().key())
    })
}

/// The order of P-256, FIPS 186-4 §D.1.2.3.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The second signature that anyone can make of an ECDSA signature: (r, n - s).
fn twin(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(32);
    let mut borrow = 0;
    let mut other = [0; 32];
    for place in (0..32).rev() {
        let difference = i32::from(P256_ORDER[place]) - i32::from(s[place]) - borrow;
        borrow = i32::from(difference < 0);
        other[place] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    [r, &other].concat()
}

#[test]
fn sc3_h25_one_use_is_one_use_whatever_its_spelling() {
    let key = SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap().with_id("app");
    let public = key.verifying_key();
    let policy = rfc9421();
    let message = request().signed(&MessageSigner::new(key, &policy).unwrap(), NOW);
    let once = replay_key(&message, &public);
    assert!(once.is_some());
    // Under another label, with a second signature, in other lines.
    let relabelled = message.clone().replace("Signature-Input", "sig1=", "x=").replace(
        "Signature",
        "sig1=",
        "x=",
    );
    assert_eq!(replay_key(&relabelled, &public), once);
    let text =
        message.value("signature").trim_start_matches("sig1=:").trim_end_matches(':').to_owned();
    let second = base64::encode(twin(&base64::decode(&text).unwrap()));
    assert_ne!(second, text);
    let second = message.clone().replace("Signature", &text, &second);
    assert_eq!(replay_key(&second, &public), once);
    let spaced = message.clone().replace("Signature-Input", "(\"", "(  \"");
    assert_eq!(replay_key(&spaced, &public), once);
    // Base64 has one spelling.
    let padded = message.replace("Signature", &text, text.trim_end_matches('='));
    assert_eq!(refusal(&padded, &policy), HttpSigError::SignatureEncoding(EncodingError::Padding));
}

#[test]
fn sc3_h25_a_nonce_is_used_once_even_for_another_message() {
    let policy =
        Policy::builder(Scheme::Rfc9421, PARTS).require_nonce().single_use().build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let store = MemoryStore::new(8, NOW);
    let present = |target: &str, nonce: &str| {
        let fields: [Line<'_>; 1] = [("host", b"bank.example")];
        let unsigned = Request::new("POST", target, Headers::new(&fields));
        let options = SigningOptions::default().with_nonce(nonce);
        let signature = signer.sign_with(unsigned, &options, NOW).unwrap();
        let mut fields = fields.to_vec();
        fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));
        let signatures =
            Signatures::parse(Request::new("POST", target, Headers::new(&fields))).unwrap();
        let selected = signatures.select(&policy).unwrap();
        let head = selected.verify_head(&key().verifying_key(), &policy, NOW).unwrap();
        let pending = head.without_body().unwrap();
        let answer = store.apply(pending.step(), NOW);
        pending.finish(answer, NOW).map(|signed| signed.nonce().map(str::to_owned))
    };
    assert_eq!(present("/a", "n-1"), Ok(Some("n-1".into())));
    assert_eq!(present("/a", "n-1"), Err(PendingError::Replayed));
    assert_eq!(present("/b", "n-1"), Err(PendingError::Replayed));
    assert_eq!(present("/a", "n-2"), Ok(Some("n-2".into())));
    let without = signer.sign(Request::new("POST", "/a", Headers::new(&[])), NOW);
    assert_eq!(without.unwrap_err(), HttpSigError::NonceMissing);
    let refused = signed(&rfc9421()).with(|request| {
        let signatures = Signatures::parse(request)?;
        signatures.select(&policy)?.verify_head(&key().verifying_key(), &policy, NOW).map(|_| ())
    });
    assert_eq!(refused, Err(HttpSigError::NonceMissing));
}

/// Who adds `expires` to a signature of the drafts that does not cover it must not make the store forget the message
/// while it is still accepted without.
#[test]
fn sc3_an_expires_that_nobody_signed_shortens_no_memory() {
    let names = ["(request-target)", "host", "(created)"];
    let policy = Policy::builder(Scheme::Cavage12, names).build().unwrap();
    let single = Policy::builder(Scheme::Cavage12, names).single_use().build().unwrap();
    let step = |message: &Sent| {
        message.with(|request| {
            let signatures = Signatures::parse(request).unwrap();
            let selected = signatures.select(&single).unwrap();
            let head = selected.verify_head(&key().verifying_key(), &single, NOW).unwrap();
            head.without_body().unwrap().step().clone()
        })
    };
    let original = request().signed(&MessageSigner::new(key(), &policy).unwrap(), NOW);
    let expires = format!(",expires={},headers=", NOW.as_secs() + 1);
    let shortened = original.clone().replace("Authorization", ",headers=", &expires);
    assert_eq!(step(&shortened), step(&original));
    // At its own end it is refused all the same.
    let late = NOW.saturating_add(Duration::from_secs(1));
    let refused = shortened.verdict(&key().verifying_key(), &policy, late);
    assert_eq!(refused, Err(HttpSigError::Expired { expired_at: late, now: late }));
}

#[test]
fn what_is_verified_late_is_not_finished_later() {
    let policy = Policy::builder(Scheme::Rfc9421, PARTS).single_use().build().unwrap();
    let message = signed(&rfc9421());
    let finish = |at: UnixTime| {
        message.with(|request| {
            let signatures = Signatures::parse(request).unwrap();
            let selected = signatures.select(&policy).unwrap();
            let head = selected.verify_head(&key().verifying_key(), &policy, NOW).unwrap();
            let pending = head.without_body().unwrap();
            let store = MemoryStore::new(1, NOW);
            let answer = store.apply(pending.step(), NOW);
            pending.finish(answer, at).map(|_| ())
        })
    };
    let last = NOW.saturating_add(Duration::from_secs(300));
    assert_eq!(finish(last), Ok(()));
    assert_eq!(finish(last.saturating_add(Duration::from_millis(1))), Err(PendingError::Expired));
}

#[test]
fn sc4_h14_a_moment_that_is_listed_must_be_there() {
    let policy = Policy::builder(Scheme::Cavage12, ["(request-target)", "host", "(created)"]);
    let policy = policy.build().unwrap();
    let refused = |params: &str| {
        let names = "(request-target) host (created) (expires)";
        let message = request().field(
            "Signature",
            format!(
                "keyId=\"app\",algorithm=\"hs2019\",{params}headers=\"{names}\",signature=\"AAAA\""
            ),
        );
        refusal(&message, &policy)
    };
    assert_eq!(refused(""), HttpSigError::TimeAnchorMissing);
    let missing = component("(expires)", ComponentFault::Missing);
    assert_eq!(refused("created=1618884473,"), missing);
    assert_eq!(refused("created=1618884473,expires=1618884500,"), HttpSigError::SignatureInvalid);
}

// D. Canonical forms

/// http-extensions#1888: a field called `@method`.
#[test]
fn sd1_fields_never_stand_for_derived_components() {
    let message = signed(&rfc9421()).field("@method", "GET").field("\"@path\"", "/admin");
    let values = message.verdict(&key().verifying_key(), &rfc9421(), NOW).unwrap();
    assert_eq!(values[0], ("\"@method\"".into(), "POST".into()));
    let message = request()
        .field("@method", "GET")
        .signed(&MessageSigner::new(key(), &rfc9421()).unwrap(), NOW);
    assert!(message.verdict(&key().verifying_key(), &rfc9421(), NOW).is_ok());
}

#[test]
fn sd2_sd3_h22_queries_are_encoded_again_or_refused() {
    let policy = any_coverage().build().unwrap();
    let mut message = request();
    message.target = "/p?a=x%0A%22%40path%22%3A%20/admin".into();
    let params = "(\"@method\" \"@query-param\";name=\"a\");created=1618884473";
    let message = message.signed_as("s", params, &key(), &policy);
    let values = message.verdict(&key().verifying_key(), &policy, NOW).unwrap();
    assert_eq!(values[1].1, "x%0A%22%40path%22%3A%20%2Fadmin");
    let name = "\"@query-param\";name=\"a\"";
    for (target, fault) in [
        ("/p?a=%FF", ComponentFault::QueryEncoding),
        ("/p?a=%FE", ComponentFault::QueryEncoding),
        ("/p?a=%", ComponentFault::QueryEncoding),
        ("/p?a=1&a=2", ComponentFault::QueryAmbiguous),
        ("/p?b=1", ComponentFault::Missing),
    ] {
        let mut message = request()
            .field("Signature-Input", format!("s={params}"))
            .field("Signature", "s=:AAAA:");
        message.target = target.into();
        assert_eq!(refusal(&message, &policy), component(name, fault), "{target}");
    }
}

/// twilio-ruby#809 and its kind: what is signed is what was sent, byte for byte.
#[test]
fn sd4_h21_targets_are_neither_decoded_nor_resolved() {
    let policy = rfc9421();
    for (sent, received) in [
        ("/a/../b", "/b"),
        ("/%61", "/a"),
        ("/a%2Fb", "/a/b"),
        ("//a", "/a"),
        ("/a/", "/a"),
        ("/a;x=1", "/a"),
        ("/a?x=%31", "/a?x=1"),
        ("/A", "/a"),
    ] {
        let mut message = request();
        message.target = sent.into();
        let mut message = message.signed(&MessageSigner::new(key(), &policy).unwrap(), NOW);
        assert!(message.verdict(&key().verifying_key(), &policy, NOW).is_ok(), "{sent}");
        message.target = received.into();
        assert_eq!(refusal(&message, &policy), HttpSigError::SignatureInvalid, "{sent}");
    }
    let mut lower = signed(&policy);
    lower.method = "post".into();
    assert_eq!(refusal(&lower, &policy), HttpSigError::SignatureInvalid);
    for (target, expected) in [
        ("", HttpSigError::TargetInvalid),
        ("/a b", HttpSigError::TargetInvalid),
        ("/a#b", HttpSigError::TargetInvalid),
        ("/é", HttpSigError::TargetInvalid),
        ("*", component("\"@path\"", ComponentFault::Inapplicable)),
        ("bank.example:443", component("\"@path\"", ComponentFault::Inapplicable)),
    ] {
        let mut message = signed(&policy);
        message.target = target.into();
        assert_eq!(refusal(&message, &policy), expected, "{target:?}");
    }
    let mut message = signed(&policy);
    message.target = format!("/{}", "a".repeat(8192));
    assert_eq!(refusal(&message, &policy), HttpSigError::TargetTooLong { limit: 8192 });
    message.method = "PO ST".into();
    assert_eq!(refusal(&message, &policy), HttpSigError::MethodInvalid);
}

/// nghttp2#2883 and its kind: which host is meant.
#[test]
fn sd5_h23_hosts_that_disagree_are_refused() {
    let policy = rfc9421();
    let message = signed(&policy);
    let verdict = |message: &Sent, authority: Option<&str>| {
        message.with(|request| {
            let request = authority.map_or(request, |authority| request.with_authority(authority));
            let signatures = Signatures::parse(request)?;
            signatures
                .select(&policy)?
                .verify_head(&key().verifying_key(), &policy, NOW)
                .map(|_| ())
        })
    };
    let conflict = |left, right| Err(HttpSigError::AuthorityConflict { left, right });
    assert_eq!(verdict(&message, None), Ok(()));
    assert_eq!(verdict(&message, Some("BANK.example:443")), Ok(())); // the same place
    assert_eq!(verdict(&message, Some("bank.example:8443")), conflict(":authority", "host"));
    assert_eq!(verdict(&message, Some("evil.example")), conflict(":authority", "host"));
    assert_eq!(
        verdict(&message.clone().field("Host", "bank.example"), None),
        conflict("host", "host")
    );
    let mut absolute = message.clone();
    absolute.target = "https://evil.example/transfer?amount=1".into();
    assert_eq!(verdict(&absolute, None), conflict("target", "host"));
    absolute.target = "https://bank.example/transfer?amount=1".into();
    assert_eq!(verdict(&absolute, None), Ok(()));
    absolute.target = "http://bank.example/transfer?amount=1".into();
    assert_eq!(verdict(&absolute, None), Ok(())); // the scheme is not covered here
    let hosts = |host: &str| verdict(&message.clone().without("host").field("Host", host), None);
    let invalid = Err(HttpSigError::AuthorityInvalid { place: "host" });
    for host in [
        "user@bank.example",
        "bank.example:0443",
        "bank.example:",
        "",
        "[fe80::1%25eth0]",
        "bank.example, evil.example",
    ] {
        assert_eq!(hosts(host), invalid, "{host}");
    }
    for host in ["Bank.Example", "bank.example:443", " bank.example\t"] {
        assert_eq!(hosts(host), Ok(()), "{host}");
    }
    for host in ["bank.example.", "bank.example:80", "evil.example"] {
        assert_eq!(hosts(host), Err(HttpSigError::SignatureInvalid), "{host}");
    }
    // Without any host, nothing is signed as an empty one.
    let missing = component("\"@authority\"", ComponentFault::Missing);
    assert_eq!(verdict(&message.without("host"), None), Err(missing));
}

#[test]
fn sd6_lines_that_are_joined_are_told_apart_as_bytes() {
    let two = || request().field("A", "x").field("A", "y");
    let one = || request().field("A", "x, y");
    let crossed = |component: &str| {
        let policy =
            Policy::builder(Scheme::Rfc9421, PARTS.into_iter().chain([component])).build().unwrap();
        let signed = two().signed(&MessageSigner::new(key(), &policy).unwrap(), NOW);
        let mut message = one();
        message.fields.extend(
            signed.fields.iter().filter(|(name, _)| name.starts_with("Signature")).cloned(),
        );
        assert!(signed.verdict(&key().verifying_key(), &policy, NOW).is_ok());
        message.verdict(&key().verifying_key(), &policy, NOW).map(|_| ())
    };
    assert_eq!(crossed("a"), Ok(())); // RFC 9110 §5.3: the same field
    assert_eq!(crossed("a;bs"), Err(HttpSigError::SignatureInvalid));
}

#[test]
fn sd7_h10_no_value_begins_a_line() {
    let policy = Policy::builder(Scheme::Rfc9421, PARTS.into_iter().chain(["x"])).build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let fault = component("\"x\"", ComponentFault::Value);
    for value in [
        "a\n\"@path\": /admin",
        "a\r\"@path\": /admin",
        "a\r\n\"@path\": /admin",
        "a\0b",
        "a\x1bb",
        "a\x7fb",
        "caf\u{e9}",
        "a\r\n",
    ] {
        let refused = request().field("X", value).with(|request| signer.sign(request, NOW));
        assert_eq!(refused.unwrap_err(), fault, "{value:?}");
    }
    // What imitates a line without beginning one is a value like any other; a fold is one space.
    for (value, expected) in [
        ("\"@path\": /admin", "\"@path\": /admin"),
        ("a \r\n\t b", "a b"),
        ("a\r\n \r\n b", "a  b"), // two folds
        ("  a\tb\t ", "a\tb"),
    ] {
        let message = request().field("X", value).signed(&signer, NOW);
        let values = message.verdict(&key().verifying_key(), &policy, NOW).unwrap();
        assert_eq!(values[4].1, expected);
    }
}

// E. Parsers and resources

#[test]
fn se1_h05_h08_what_cannot_be_read_is_refused_and_never_panics() {
    use HttpSigError as E;
    for (parameters, parameter) in [
        (";created=-1", "created"),
        (";created=1.0", "created"),
        (";created=\"1618884473\"", "created"),
        (";created=?1", "created"),
        (";created", "created"),
        (";created=:AAAA:", "created"),
        (";created=1618884473000", "created"), // milliseconds
        (";expires=1.5", "expires"),
        (";keyid=app", "keyid"),
        (";alg=1", "alg"),
        (";tag=tok", "tag"),
        (";nonce=:AAAA:", "nonce"),
    ] {
        let refused = refusal_of(&format!("(\"@method\"){parameters}"));
        assert_eq!(refused, E::ParameterType { parameter }, "{parameters}");
    }
    for (identifier, fault) in [
        ("\"@nope\"", ComponentFault::Unknown),
        ("\"@signature-params\"", ComponentFault::Unknown),
        ("\"@method\";zz", ComponentFault::Parameter),
        ("\"@path\";sf", ComponentFault::Parameter),
        ("\"@path\";name=\"a\"", ComponentFault::Parameter),
        ("\"@query-param\"", ComponentFault::Parameter),
        ("\"x\";name=\"a\"", ComponentFault::Parameter),
        ("\"x\";bs;sf", ComponentFault::Parameter),
        ("\"x\";key=\"a\";bs", ComponentFault::Parameter),
        ("\"x\";key=a", ComponentFault::Parameter),
        ("\"x\";sf=?0", ComponentFault::Parameter),
        ("\"DIGEST\"", ComponentFault::Malformed), // mastodon#8959
        ("\"\"", ComponentFault::Malformed),
        ("\"a b\"", ComponentFault::Malformed),
        ("1", ComponentFault::Malformed),
        ("\"@path\";req", ComponentFault::Inapplicable),
        ("\"@status\"", ComponentFault::Inapplicable),
    ] {
        let refused = refusal_of(&format!("(\"@method\" {identifier});created=1618884473"));
        assert_eq!(refused, component(identifier, fault), "{identifier}");
    }
    assert_eq!(refusal_of("1"), E::Malformed { field: "signature-input" });
}

#[test]
fn h24_structured_components_need_fields_of_their_type() {
    let policy =
        any_coverage().field_type("x-list", countersign::httpsig::FieldType::List).build().unwrap();
    let refused = |id: &str| {
        let params = format!("(\"@method\" {id});created=1618884473");
        let message = request()
            .field("X-List", "a, b")
            .field("X-Other", "a")
            .field("Priority", "u=1, u=2")
            .field("Content-Digest", "what?")
            .field("Signature-Input", format!("s={params}"))
            .field("Signature", "s=:AAAA:");
        refusal(&message, &policy)
    };
    assert_eq!(
        refused("\"x-list\";key=\"a\""),
        component("\"x-list\";key=\"a\"", ComponentFault::Parameter)
    );
    assert_eq!(refused("\"x-other\";sf"), component("\"x-other\";sf", ComponentFault::TypeUnknown));
    assert_eq!(
        refused("\"x-other\";key=\"a\""),
        component("\"x-other\";key=\"a\"", ComponentFault::TypeUnknown)
    );
    assert_eq!(refused("\"priority\";sf").code(), "httpsig.component_structured"); // `u` twice
    assert_eq!(refused("\"content-digest\";sf").code(), "httpsig.component_structured");
    assert_eq!(refused("\"x-list\";sf"), HttpSigError::SignatureInvalid);
}

/// Gitlawb#306 and its kind.
#[test]
fn se2_h03_sizes_and_counts_are_limited() {
    use HttpSigError as E;
    let policy = any_coverage().any().build().unwrap();
    let refused = |input: &str, signature: &str| {
        let message = request().field("Signature-Input", input).field("Signature", signature);
        refusal(&message, &policy)
    };
    let long = format!("s=(\"@method\");tag=\"{}\"", "t".repeat(10_000));
    assert_eq!(
        refused(&long, "s=:AAAA:"),
        E::FieldTooLong { field: "signature-input", limit: 8192 }
    );
    let long = format!("s=:{}:", "A".repeat(10_000));
    assert_eq!(
        refused("s=(\"@method\")", &long),
        E::FieldTooLong { field: "signature", limit: 8192 }
    );
    let labels = |count: usize, value: &str| {
        (0..count).map(|n| format!("l{n}={value}")).collect::<Vec<_>>().join(", ")
    };
    let members = countersign::structured::StructuredErrorKind::TooManyMembers { limit: 8 };
    let many = refused(&labels(9, "(\"@method\")"), "s=:AAAA:");
    assert!(matches!(many, E::Structured { error, .. } if error.kind() == members));
    let mut lines = request();
    for label in 0..9 {
        lines =
            lines.field("Signature-Input", format!("l{label}=(\"@method\");created=1618884473"));
        lines = lines.field("Signature", format!("l{label}=:AAAA:"));
    }
    assert_eq!(refusal(&lines, &policy), E::TooManySignatures { limit: 8 });
    let items = countersign::structured::StructuredErrorKind::TooManyItems { limit: 64 };
    let list = (0..65).map(|n| format!("\"x{n}\"")).collect::<Vec<_>>().join(" ");
    let many = refused(&format!("s=({list})"), "s=:AAAA:");
    assert!(matches!(many, E::Structured { error, .. } if error.kind() == items));
    let parameters = countersign::structured::StructuredErrorKind::TooManyParameters { limit: 16 };
    let list = (0..17).map(|n| format!(";p{n}")).collect::<String>();
    let many = refused(&format!("s=(){list}"), "s=:AAAA:");
    assert!(matches!(many, E::Structured { error, .. } if error.kind() == parameters));
    let names = (0..65).map(|n| format!("x{n}")).collect::<Vec<_>>().join(" ");
    let message = request().field(
        "Signature",
        format!("keyId=\"k\",algorithm=\"ed25519\",headers=\"{names}\",signature=\"AAAA\""),
    );
    assert_eq!(refusal(&message, &cavage()), E::TooManyComponents { limit: 64 });

    // Nine signatures to verify, at most eight are: four keys for each of eight labels.
    let keys: Vec<_> = (0..4)
        .map(|_| SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap().verifying_key())
        .collect();
    let raw = base64::encode([1; 64]);
    let message = request()
        .field("Signature-Input", labels(8, "(\"@method\");created=1618884473"))
        .field("Signature", labels(8, &format!(":{raw}:")));
    assert_eq!(message.verdict(&keys, &policy, NOW).unwrap_err(), E::TooManyTries { limit: 8 });
    let five = [keys.clone(), keys].concat();
    let one = request()
        .field("Signature-Input", "s=(\"@method\");created=1618884473")
        .field("Signature", format!("s=:{raw}:"));
    assert_eq!(one.verdict(&five, &policy, NOW).unwrap_err(), E::KeyAmbiguous { limit: 4 });
}

#[test]
fn se3_h01_h02_h06_h07_nothing_comes_twice() {
    use HttpSigError as E;
    let policy = any_coverage().build().unwrap();
    let refused = |inputs: &[&str], signatures: &[&str]| {
        let mut message = request();
        for input in inputs {
            message = message.field("Signature-Input", input);
        }
        for signature in signatures {
            message = message.field("Signature", signature);
        }
        refusal(&message, &policy)
    };
    let input = "s=(\"@method\");created=1618884473";
    assert_eq!(refusal(&request(), &policy), E::SignatureMissing);
    assert_eq!(refused(&[], &["s=:AAAA:"]), E::LabelMissing { field: "signature-input" });
    assert_eq!(refused(&[input], &[]), E::LabelMissing { field: "signature" });
    assert_eq!(refused(&[input], &["t=:AAAA:"]), E::LabelMissing { field: "signature-input" });
    assert_eq!(
        refused(&[input], &["s=:AAAA:", "t=:AAAA:"]),
        E::LabelMissing { field: "signature-input" }
    );
    assert_eq!(refused(&[input, input], &["s=:AAAA:"]), E::LabelRepeated);
    assert_eq!(refused(&[input], &["s=:AAAA:", "s=:BBBB:"]), E::LabelRepeated);
    let twice = format!("{input}, {input}");
    assert_eq!(refused(&[&twice], &["s=:AAAA:"]).code(), "httpsig.structured");
    assert_eq!(refused(&[input], &["s=:AAAA:, s=:BBBB:"]).code(), "httpsig.structured");
    assert_eq!(
        refused(&["s=(\"@method\");created=1;created=2"], &["s=:AAAA:"]).code(),
        "httpsig.structured"
    );
    let repeated = component("\"@method\"", ComponentFault::Repeated);
    assert_eq!(refused(&["s=(\"@method\" \"@method\")"], &["s=:AAAA:"]), repeated);
    // The order of parameters makes no other component.
    let repeated = component("\"x\";tr;sf", ComponentFault::Repeated);
    assert_eq!(refused(&["s=(\"@method\" \"x\";sf;tr \"x\";tr;sf)"], &["s=:AAAA:"]), repeated);
    // A member that a line break cuts in two.
    assert_eq!(
        refused(&["s=(\"@method\"", "\"@path\")"], &["s=:AAAA:"]).code(),
        "httpsig.structured"
    );
}

#[test]
fn se4_h20_signatures_have_one_spelling() {
    let malformed = |text: &str| {
        let message = request()
            .field("Signature-Input", "s=(\"@method\");created=1618884473")
            .field("Signature", format!("s={text}"));
        refusal(&message, &any_coverage().build().unwrap())
    };
    let encoding = HttpSigError::SignatureEncoding;
    assert_eq!(malformed(":AA-_:"), encoding(EncodingError::Character));
    assert_eq!(malformed(":AAA:"), encoding(EncodingError::Padding));
    assert_eq!(malformed(":AAB=:"), encoding(EncodingError::TrailingBits));
    assert_eq!(malformed(":AA AA:"), encoding(EncodingError::Character));
    assert_eq!(malformed("AAAA"), HttpSigError::Malformed { field: "signature" });
    assert_eq!(malformed("(:AAAA:)"), HttpSigError::Malformed { field: "signature" });
    assert_eq!(malformed("::"), HttpSigError::SignatureInvalid);
    let drafts = |text: &str| {
        let message = request().field("Signature", format!("keyId=\"app\",algorithm=\"ed25519\",headers=\"(request-target) host date\",signature=\"{text}\""));
        refusal(&message, &cavage())
    };
    assert_eq!(drafts("AA-_"), encoding(EncodingError::Character));
    assert_eq!(drafts("AAA"), encoding(EncodingError::Padding));
    assert_eq!(drafts(""), HttpSigError::SignatureInvalid);
    assert_eq!(drafts(&"A".repeat(4_000)), encoding(EncodingError::Length));
}

// F. One scheme for another

/// Whoever strips `Signature-Input` must not choose the older scheme.
#[test]
fn sf1_there_is_no_falling_back_to_the_drafts() {
    let drafts = cavage();
    let message = signed(&drafts);
    let both =
        message.clone().field("Signature-Input", "s=(\"@method\")").field("Signature", "s=:AAAA:");
    assert_eq!(refusal(&both, &drafts), HttpSigError::SchemeNotAllowed);
    let either =
        Policy::builder(Scheme::Rfc9421, PARTS).or(Scheme::Cavage07, NAMES).build().unwrap();
    assert_eq!(refusal(&both, &either), not_covered("\"@authority\""));
    assert!(message.verdict(&key().verifying_key(), &either, NOW).is_ok());
    assert_eq!(refusal(&message, &rfc9421()), HttpSigError::SignatureMissing);
    let stripped = signed(&rfc9421()).without("signature-input");
    assert_eq!(
        refusal(&stripped, &rfc9421()),
        HttpSigError::LabelMissing { field: "signature-input" }
    );
    assert_eq!(
        refusal(&stripped, &either),
        HttpSigError::LabelMissing { field: "signature-input" }
    );
}

/// dhensby gave the last result of several, and a strange signature must not be a denial of service.
#[test]
fn sf2_h26_which_signatures_must_be_good_is_said_aloud() {
    use HttpSigError as E;
    let params =
        "(\"@method\" \"@authority\" \"@path\" \"@query\");created=1618884473;keyid=\"app\"";
    let good = request().signed_as("good", params, &key(), &rfc9421());
    let bad = |message: Sent, tag: &str| {
        let (input, signature) =
            (format!("bad={params}{tag}"), format!("bad=:{}:", base64::encode([7; 64])));
        message.field("Signature-Input", input).field("Signature", signature)
    };
    let mut bad_first = bad(request(), "");
    bad_first
        .fields
        .extend(good.fields.iter().filter(|(name, _)| name.starts_with("Signature")).cloned());
    let bad_second = bad(good.clone(), "");
    let builder = || Policy::builder(Scheme::Rfc9421, PARTS);
    let [one, any, all] =
        [builder(), builder().any(), builder().all()].map(|builder| builder.build().unwrap());
    for message in [&bad_first, &bad_second] {
        assert_eq!(refusal(message, &one), E::Ambiguous { found: 2 });
        assert!(message.verdict(&key().verifying_key(), &any, NOW).is_ok());
        assert_eq!(refusal(message, &all), E::SignatureInvalid);
    }
    assert!(good.verdict(&key().verifying_key(), &all, NOW).is_ok());
    // One whose bytes are none is selected by its tag and key id like any other.
    let no_bytes =
        good.clone().field("Signature-Input", format!("x={params}")).field("Signature", "x=1");
    assert!(no_bytes.verdict(&key().verifying_key(), &any, NOW).is_ok());
    assert_eq!(refusal(&no_bytes, &all), E::Malformed { field: "signature" });
    // One that the policy is not about is not looked at, however broken.
    let tagged = builder().tag("bank").build().unwrap();
    let mine = request().signed_as("mine", &format!("{params};tag=\"bank\""), &key(), &tagged);
    assert!(bad(mine.clone(), "").verdict(&key().verifying_key(), &tagged, NOW).is_ok());
    assert!(
        bad(mine.clone(), ";created2=1.5").verdict(&key().verifying_key(), &tagged, NOW).is_ok()
    );
    let malformed =
        mine.field("Signature-Input", "x=(\"@nope\");created=\"?\"").field("Signature", "x=1");
    assert!(malformed.verdict(&key().verifying_key(), &tagged, NOW).is_ok());
    assert_eq!(refusal(&good, &tagged), E::NoMatch);
}

#[test]
fn of_several_good_signatures_only_what_all_cover_is_given() {
    let all = Policy::builder(Scheme::Rfc9421, PARTS).all().build().unwrap();
    let other = SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap().with_id("proxy");
    let list = "\"@method\" \"@authority\" \"@path\" \"@query\"";
    let by_app = format!("({list} \"date\");created=1618884473;keyid=\"app\"");
    let by_proxy = format!("({list} \"x-proxy\");created=1618884473;keyid=\"proxy\"");
    let message = request()
        .field("X-Proxy", "1")
        .signed_as("app", &by_app, &key(), &all)
        .signed_as("proxy", &by_proxy, &other, &all);
    let keys = [key().verifying_key(), other.verifying_key()];
    let values = message.verdict(&keys, &all, NOW).unwrap();
    assert_eq!(values.len(), 4); // neither `date` nor `x-proxy`
    message.with(|request| {
        let signatures = Signatures::parse(request).unwrap();
        let selected = signatures.select(&all).unwrap();
        assert_eq!(selected.key_ids().collect::<Vec<_>>(), ["app", "proxy"]);
        let signed = selected.verify_head(&keys, &all, NOW).unwrap().without_body().unwrap();
        assert_eq!(signed.evidence().key_id.as_deref(), Some("app"));
        let others: Vec<_> =
            signed.also_signed_by().iter().map(|by| by.key_id.as_deref()).collect();
        assert_eq!(others, [Some("proxy")]);
    });
    // A body that one of the two leaves out is covered by neither.
    let digest = DigestField::ContentDigest.value(b"body");
    let message = request()
        .field("Content-Digest", &digest)
        .body(b"body")
        .signed_as(
            "app",
            &format!("({list} \"content-digest\");created=1618884473;keyid=\"app\""),
            &key(),
            &all,
        )
        .signed_as("proxy", &format!("({list});created=1618884473;keyid=\"proxy\""), &other, &all);
    let refused = message.verdict(&keys, &all, NOW).unwrap_err();
    assert_eq!(refused, HttpSigError::DigestNotCovered);
}

/// backend.ai#13663: what a proxy changed comes from configuration, never from fields that anyone can send.
#[test]
fn sd8_behind_a_proxy_only_configuration_says_where_senders_see_us() {
    let policy = Policy::builder(
        Scheme::Rfc9421,
        ["@method", "@target-uri", "@path", "@request-target", "host"],
    );
    let policy = policy.build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let sent =
        Sent::new("GET", "/v1/kyc?x=1").field("Host", "api.example.com").signed(&signer, NOW);
    let mut received = sent
        .clone()
        .without("host")
        .field("Host", "10.0.0.7:8080")
        .field("X-Forwarded-Host", "api.example.com")
        .field("Forwarded", "host=api.example.com;proto=https");
    received.target = "/kyc?x=1".into();
    let verdict = |message: &Sent, origin: Option<&Origin>| {
        message.with(|request| {
            let request = request.with_scheme("http");
            let request = origin.map_or(request, |origin| request.seen_at(origin));
            let signatures = Signatures::parse(request)?;
            let head =
                signatures.select(&policy)?.verify_head(&key().verifying_key(), &policy, NOW)?;
            head.without_body().map(|signed| signed.get("@target-uri").map(str::to_owned))
        })
    };
    let origin = Origin::new("https", "api.example.com").unwrap().with_path_prefix("/v1").unwrap();
    assert_eq!(
        verdict(&received, Some(&origin)),
        Ok(Some("https://api.example.com/v1/kyc?x=1".into()))
    );
    assert_eq!(verdict(&received, None), Err(HttpSigError::SignatureInvalid));
    let other = Origin::new("https", "other.example.com").unwrap().with_path_prefix("/v1").unwrap();
    assert_eq!(verdict(&received, Some(&other)), Err(HttpSigError::SignatureInvalid));
    // Two Host lines are two, whatever is configured.
    let twice = received.field("Host", "api.example.com");
    let conflict = HttpSigError::AuthorityConflict { left: "host", right: "host" };
    assert_eq!(verdict(&twice, Some(&origin)), Err(conflict));
    for (scheme, authority) in
        [("", "a"), ("1http", "a"), ("https", ""), ("https", "a/b"), ("https", "u@a")]
    {
        assert_eq!(Origin::new(scheme, authority).unwrap_err(), HttpSigError::OriginInvalid);
    }
    for prefix in ["v1", "/v1/", "/", "/v1?x", "*", "https://a/b", "/v 1"] {
        let origin = Origin::new("https", "a").unwrap();
        assert_eq!(
            origin.with_path_prefix(prefix).unwrap_err(),
            HttpSigError::OriginInvalid,
            "{prefix}"
        );
    }
}

/// reliability H28.
#[test]
fn h28_every_byte_of_what_is_covered_and_of_the_signature_matters() {
    let rfc9421 = (rfc9421(), &["signature-input", "signature", "host"][..]);
    for (policy, covered) in [rfc9421, (cavage(), &["authorization", "host", "date"])] {
        let message = signed(&policy);
        let public = key().verifying_key();
        assert!(message.verdict(&public, &policy, NOW).is_ok());
        for (index, (name, value)) in message.fields.iter().enumerate() {
            let name = name.to_ascii_lowercase();
            if !covered.contains(&&*name) {
                continue;
            }
            for place in 0..value.len() {
                for bit in [1, 32] {
                    let mut changed = message.clone();
                    changed.fields[index].1[place] ^= bit;
                    // Another label, and the scheme word in another case, say the same.
                    let same = changed.verdict(&public, &policy, NOW).is_ok();
                    let label = name.starts_with("signature") && place < 5;
                    let word = name == "authorization" && place < 9;
                    let case = name == "host"
                        && bit == 32
                        && policy.fingerprint() != cavage().fingerprint();
                    assert!(!same || label || word || case, "{name} {place} {bit}");
                }
            }
        }
        for (method, target) in [
            ("PUT", "/transfer?amount=1"),
            ("POST", "/transfer?amount=2"),
            ("POST", "/transfers?amount=1"),
            ("POST", "/transfer"),
        ] {
            let mut changed = message.clone();
            (changed.method, changed.target) = (method.into(), target.into());
            assert_eq!(refusal(&changed, &policy), HttpSigError::SignatureInvalid);
        }
    }
}

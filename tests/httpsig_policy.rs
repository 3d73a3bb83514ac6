//! Policies for signed messages: what cannot be built, what is questionable, what is the same; and what signers and
//! challenges make of them.
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

use countersign::headers::Headers;
use countersign::httpsig::{
    Dialect, DigestField, FieldType, HttpSigError, Lint, MessageSigner, Policy, PolicyBuilder,
    PolicyProblem, RemoteSigner, Request, Response, Scheme, Signatures, SigningOptions, Stage,
    WantedSignature, explain, explain::Outcome,
};
use countersign::key::{Algorithm, KeyError, SigningKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use support::{Line, Sent};

const NOW: UnixTime = UnixTime::from_secs(1_618_884_473);
const PARTS: [&str; 4] = ["@method", "@authority", "@path", "@query"];
const NAMES: [&str; 3] = ["(request-target)", "host", "date"];

fn key() -> SigningKey {
    SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().with_id("app")
}

fn hmac() -> SigningKey {
    let secret = Secret::new("a shared secret of at least 32 bytes").unwrap();
    SigningKey::hmac(Algorithm::Hs256, &secret).unwrap().with_id("app")
}

fn requests(components: &[&str]) -> PolicyBuilder {
    Policy::builder(Scheme::Rfc9421, components)
}

fn problems(builder: PolicyBuilder) -> Vec<PolicyProblem> {
    builder.build().map_or_else(|error| error.problems().to_vec(), |_| Vec::new())
}

fn not_covered(part: &'static str) -> PolicyProblem {
    PolicyProblem::NotCovered { part }
}

#[test]
fn the_order_of_parameters_makes_no_other_component() {
    let (one, other) = ("content-digest;sf;key=\"sha-256\"", "content-digest;key=\"sha-256\";sf");
    let policy =
        |components: &[&str]| requests(&[&PARTS[..], components].concat()).build().unwrap();
    // A signature that covers one component twice is refused, so that none is made.
    let policy = policy(&[one, other]);
    let digest = DigestField::ContentDigest.value(b"body");
    let message =
        Sent::new("POST", "/a").field("host", "api.example").field("content-digest", digest);
    let message = message.signed(&MessageSigner::new(key(), &policy).unwrap(), NOW);
    message.with(|request| {
        let signatures = Signatures::parse(request).unwrap();
        let selected = signatures.select(&policy).unwrap();
        let head = selected.verify_head(&key().verifying_key(), &policy, NOW).unwrap();
        let signed = head.with_body(b"body").unwrap();
        assert_eq!(signed.components().count(), 5);
        assert!(signed.get(one).is_some());
        assert_eq!(signed.get(other), signed.get(one));
    });
}

#[test]
fn unsafe_policies_cannot_be_built_and_name_all_their_problems() {
    use PolicyProblem as P;
    let good = || requests(&PARTS);
    assert_eq!(problems(good()), []);
    for (builder, expected) in [
        (requests(&[]), vec![P::NothingCovered]),
        (good().algorithms([]), vec![P::NoAlgorithm]),
        (good().algorithms([Algorithm::Hs256, Algorithm::EdDsa]), vec![P::SecretAndPublicKeys]),
        (good().tag(""), vec![P::SelectorEmpty]),
        (good().key_id(""), vec![P::SelectorEmpty]),
        (good().max_age(Duration::ZERO), vec![P::MaxAge]),
        (good().max_age(Duration::from_secs(86_401)), vec![P::MaxAge]),
        (good().skew(Duration::from_secs(61)), vec![P::Skew]),
        (good().expires_within(Duration::ZERO), vec![P::LifetimeZero]),
        (good().or(Scheme::Rfc9421, PARTS), vec![P::SchemeRepeated]),
        (Policy::builder(Scheme::Cavage12, NAMES).tag("t"), vec![P::NotInDrafts]),
        (Policy::builder(Scheme::Cavage12, NAMES).require_nonce(), vec![P::NotInDrafts]),
        (good().algorithms([]).skew(Duration::MAX), vec![P::NoAlgorithm, P::Skew]),
    ] {
        assert_eq!(problems(builder), expected);
    }
    let many: Vec<_> = (0..65).map(|number| format!("x-{number}")).collect();
    let many: Vec<_> = PARTS.into_iter().chain(many.iter().map(String::as_str)).collect();
    assert_eq!(problems(requests(&many)), [P::TooManyComponents]);
    for builder in [good().any().single_use().build(), good().all().single_use().build()] {
        assert_eq!(builder.unwrap_err().problems(), [P::SingleUseOfSeveral]);
    }
    assert!(good().single_use().build().is_ok());
    let error = requests(&[]).algorithms([]).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the policy cannot be built: no component is covered; no algorithm is allowed"
    );
    assert_eq!(error.code(), "httpsig_policy.nothing_covered");
}

#[test]
fn components_that_no_message_can_have_cannot_be_demanded() {
    let component = |component: &str| PolicyProblem::Component { component: component.into() };
    for wrong in [
        "",
        "Host",
        "a b",
        "@nope",
        "@status",
        "@method;req",
        "x;sf;bs",
        "x;zz",
        "x;req",
        "(created)",
        "@signature-params",
        "@query-param",
        "\"x",
        "x;key",
        "x\n",
    ] {
        let components = PARTS.into_iter().chain([wrong]).collect::<Vec<_>>();
        let shown = wrong.escape_debug().to_string().replace("\\\"", "\"");
        assert_eq!(problems(requests(&components)), [component(&shown)], "{wrong}");
    }
    for wrong in ["", "(nope)", "@method", "Host", "host;sf", "(created)", "@request-target"] {
        let names = NAMES.into_iter().chain([wrong]);
        assert_eq!(
            problems(Policy::builder(Scheme::Cavage07, names)),
            [component(wrong)],
            "{wrong}"
        );
    }
    let with_or_without_quotes =
        requests(&["\"@method\"", "@authority", "@path", "@query", "@query-param;name=\"a\""]);
    assert_eq!(problems(with_or_without_quotes), []);
    let responses = |parts: &[&str]| problems(Policy::response_builder(Scheme::Rfc9421, parts));
    assert_eq!(responses(&["@status", "@method;req"]), []);
    assert_eq!(responses(&["@status", "@method"]), [component("@method")]);
    assert_eq!(responses(&["@status", "@status;req"]), [component("@status;req")]);
}

/// The least that is covered: method, authority, path and query; the status.
#[test]
fn the_parts_that_matter_must_be_covered_in_one_form_or_another() {
    for parts in [
        &["@method", "@target-uri"][..],
        &["@method", "host", "@request-target"],
        &["@method", "@authority", "@path", "@query"],
    ] {
        assert_eq!(problems(requests(parts)), [], "{parts:?}");
    }
    assert_eq!(
        problems(requests(&["content-digest"])),
        ["the method", "the authority", "the path", "the query"].map(not_covered)
    );
    // One parameter is not the query, the request's field not the response's.
    let one = requests(&["@method", "@authority", "@path", "@query-param;name=\"a\""]);
    assert_eq!(problems(one), [not_covered("the query")]);
    let unbound = Policy::response_builder(Scheme::Rfc9421, ["content-digest", "@method;req"]);
    assert_eq!(problems(unbound), [not_covered("the status")]);
    assert_eq!(problems(requests(&["content-digest"]).dangerous_partial_coverage()), []);

    let drafts = |names: &[&str]| problems(Policy::builder(Scheme::Cavage12, names));
    assert_eq!(drafts(&NAMES), []);
    assert_eq!(drafts(&["(request-target)", "host", "(created)"]), []);
    assert_eq!(drafts(&["(request-target)", "date"]), [not_covered("the authority")]);
    assert_eq!(
        drafts(&["host", "(created)"]),
        ["the method", "the path", "the query"].map(not_covered)
    );
    // A time is demanded even where little else is.
    let timeless = Policy::builder(Scheme::Cavage07, ["host"]).dangerous_partial_coverage();
    assert_eq!(problems(timeless), [not_covered("the time")]);
}

#[test]
fn lint_names_what_is_questionable() {
    let lints = |builder: PolicyBuilder| builder.build().unwrap().lint();
    assert_eq!(lints(requests(&PARTS)), []);
    let long = requests(&PARTS).max_age(Duration::from_secs(301)).or(Scheme::Cavage07, NAMES);
    assert_eq!(lints(long), [Lint::LongAge, Lint::SeveralSchemes]);
    let weak = requests(&["@method"]).algorithms([Algorithm::Hs256]);
    let weak = weak.dangerous_partial_coverage().dangerous_unsigned_body();
    assert_eq!(lints(weak), [Lint::SharedSecret, Lint::PartialCoverage, Lint::UnsignedBody]);
    let unbound = Policy::response_builder(Scheme::Rfc9421, ["@status"]);
    assert_eq!(lints(unbound), [Lint::UnboundResponse]);
}

#[test]
fn fingerprints_tell_policies_apart_and_equal_ones_together() {
    const OTHER: Dialect = Dialect::CAVAGE_07.with_time_fields(&["x-date", "date"]);
    let of = |builder: PolicyBuilder| *builder.build().unwrap().fingerprint();
    let base = || requests(&PARTS);
    assert_eq!(
        of(base().algorithms([Algorithm::EdDsa, Algorithm::Es256])),
        of(base().algorithms([Algorithm::Es256, Algorithm::EdDsa, Algorithm::EdDsa]))
    );
    assert_eq!(of(base().key_id("a").key_id("b")), of(base().key_id("b").key_id("a")));
    let cavage = |scheme| Policy::builder(scheme, NAMES);
    let all = [
        of(base()),
        of(requests(&["@method", "@authority", "@query", "@path"])), // another order signs another base
        of(Policy::response_builder(Scheme::Rfc9421, PARTS.map(|part| format!("{part};req")))
            .dangerous_partial_coverage()),
        of(base().or(Scheme::Cavage07, NAMES)),
        of(base().algorithms([Algorithm::EdDsa])),
        of(base().any()),
        of(base().all()),
        of(base().tag("a")),
        of(base().key_id("a")),
        of(base().max_age(Duration::from_secs(60))),
        of(base().skew(Duration::ZERO)),
        of(base().expires_within(Duration::from_secs(60))),
        of(base().require_nonce()),
        of(base().field_type("x", FieldType::List)),
        of(base().field_type("x", FieldType::Item)),
        of(base().max_body_bytes(1)),
        of(base().dangerous_partial_coverage()),
        of(base().dangerous_unsigned_body()),
        *base().single_use().build().unwrap().fingerprint(),
        of(cavage(Scheme::Cavage07)),
        of(cavage(Scheme::Cavage10)),
        of(cavage(Scheme::Cavage12)),
        of(cavage(Scheme::Lenient)),
        of(cavage(Scheme::Dialect(&OTHER))),
    ];
    for (index, fingerprint) in all.iter().enumerate() {
        assert!(!all[index + 1..].contains(fingerprint), "{index}");
    }
}

#[test]
fn a_signer_covers_what_the_policy_demands_and_the_digests_that_are_there() {
    let policy = requests(&PARTS).tag("app").build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap().with_lifetime(Duration::from_secs(60));
    let digest = DigestField::ContentDigest.value(b"body");
    let sent = Sent::new("POST", "/a").field("Host", "example.com").field("Content-Digest", digest);
    let options = SigningOptions::default().with_nonce("n-1").with_label("mine");
    let fields = sent.with(|request| signer.sign_with(request, &options, NOW)).unwrap();
    let (name, value) = fields.iter().next().unwrap();
    assert_eq!(name, "Signature-Input");
    assert_eq!(
        value,
        "mine=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\");created=1618884473;keyid=\"app\";alg=\"ed25519\";expires=1618884533;nonce=\"n-1\";tag=\"app\""
    );
}

#[test]
fn a_signer_needs_one_algorithm_a_key_id_and_a_label_of_its_own() {
    use HttpSigError as E;
    let policy = requests(&PARTS).build().unwrap();
    let rsa = || SigningKey::from_pem(include_str!("keys/rsa2048.pem")).unwrap();
    assert_eq!(MessageSigner::new(rsa(), &policy).unwrap_err(), E::AlgorithmAmbiguous);
    assert!(MessageSigner::new(rsa().with_algorithm(Algorithm::Ps512).unwrap(), &policy).is_ok());
    assert_eq!(MessageSigner::new(hmac(), &policy).unwrap_err(), E::AlgorithmNotAllowed);
    let text = E::ParameterText { parameter: "keyid", limit: 256 };
    assert_eq!(MessageSigner::new(key().with_id("a\nb"), &policy).unwrap_err(), text);
    let drafts = Policy::builder(Scheme::Cavage07, NAMES).build().unwrap();
    let anonymous = SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap();
    assert_eq!(MessageSigner::new(anonymous, &drafts).unwrap_err(), E::KeyIdMissing);
    // What draft-07 has no name for.
    let pss =
        Policy::builder(Scheme::Cavage07, NAMES).algorithms([Algorithm::Ps512]).build().unwrap();
    let pss_key = rsa().with_algorithm(Algorithm::Ps512).unwrap().with_id("app");
    let signer = MessageSigner::new(pss_key, &pss).unwrap();
    let sent =
        Sent::new("GET", "/").field("Host", "a").field("Date", "Tue, 20 Apr 2021 02:07:53 GMT");
    assert_eq!(sent.with(|request| signer.sign(request, NOW)).unwrap_err(), E::AlgorithmUnknown);

    let signer = MessageSigner::new(key(), &policy).unwrap();
    let label = |label: &str, sent: &Sent| {
        let options = SigningOptions::default().with_label(label);
        sent.with(|request| signer.sign_with(request, &options, NOW)).map(|_| ())
    };
    assert_eq!(label("Sig1", &sent), Err(E::Label));
    assert_eq!(label("", &sent), Err(E::Label));
    let signed = sent.clone().signed(&signer, NOW);
    assert_eq!(label("sig1", &signed), Err(E::Label)); // taken
    assert_eq!(label("proxy", &signed), Ok(()));
    let signer = MessageSigner::new(key(), &drafts).unwrap();
    let signed = sent.signed(&signer, NOW);
    assert_eq!(signed.with(|request| signer.sign(request, NOW)).unwrap_err(), E::CarrierRepeated);
    let nothing = Sent::new("GET", "/");
    assert_eq!(
        nothing.with(|request| signer.sign(request, NOW)).unwrap_err().code(),
        "httpsig.component_missing"
    );
}

/// RFC 9421 §4.3: a proxy signs what it forwards, the client's signature included.
#[test]
fn a_proxy_adds_its_signature_to_a_signed_message() {
    let client = requests(&PARTS).tag("client").build().unwrap();
    let proxy = PARTS.into_iter().chain(["signature;key=\"sig1\"", "forwarded"]);
    let proxy = Policy::builder(Scheme::Rfc9421, proxy).tag("proxy").build().unwrap();
    let proxy_key = SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap().with_id("proxy");
    let signer = MessageSigner::new(proxy_key.clone(), &proxy).unwrap();
    let sent = Sent::new("GET", "/").field("Host", "example.com");
    let sent = sent.signed(&MessageSigner::new(key(), &client).unwrap(), NOW);
    let forwarded = sent.clone().field("Forwarded", "for=192.0.2.123");
    let options = SigningOptions::default().with_label("proxy_sig");
    let fields = forwarded.with(|request| signer.sign_with(request, &options, NOW)).unwrap();
    let received = fields.iter().fold(forwarded, |sent, (name, value)| sent.field(name, value));
    assert!(received.verdict(&key().verifying_key(), &client, NOW).is_ok());
    assert!(received.verdict(&proxy_key.verifying_key(), &proxy, NOW).is_ok());
    // Without the client's signature, the proxy's covers something that is not there.
    let mut stripped = received;
    stripped.fields.remove(1);
    stripped.fields.remove(1);
    let refused = stripped.verdict(&proxy_key.verifying_key(), &proxy, NOW).unwrap_err();
    assert_eq!(refused.code(), "httpsig.component_missing");
}

#[test]
fn what_is_asked_for_is_given_whole_or_not_at_all() {
    // The client asks for a response signed so that its own policy accepts it.
    let wanted = Policy::response_builder(
        Scheme::Rfc9421,
        ["@status", "content-digest", "@method;req", "@path;req"],
    );
    let wanted = wanted.tag("app-123").expires_within(Duration::from_secs(300)).build().unwrap();
    let value = wanted.accept_signature("sig1", Some("n-1")).unwrap();
    assert_eq!(
        value,
        "sig1=(\"@status\" \"content-digest\" \"@method\";req \"@path\";req);created;expires;nonce=\"n-1\";tag=\"app-123\""
    );
    let asked_fields: [Line<'_>; 2] =
        [("Host", b"api.example.com"), ("Accept-Signature", value.as_bytes())];
    let asked = Request::new("GET", "/kyc/1", Headers::new(&asked_fields));

    // The service signs by a policy of its own, which demands less.
    let own = Policy::response_builder(Scheme::Rfc9421, ["@status", "content-digest"]);
    let own = own.build().unwrap();
    let signer = MessageSigner::new(key(), &own).unwrap();
    let digest = DigestField::ContentDigest.value(b"{}");
    let mut fields: Vec<Line<'_>> = vec![("Content-Digest", digest.as_bytes())];
    let asked_for = WantedSignature::read(Headers::new(&asked_fields)).unwrap();
    let options = SigningOptions::for_wanted(&asked_for[0]);
    let response = Response::new(200, Headers::new(&fields)).answering(&asked);
    let signature = signer.sign_with(response, &options, NOW).unwrap();
    fields.extend(signature.iter().map(|(name, value)| (name, value.as_bytes())));

    let response = Response::new(200, Headers::new(&fields)).answering(&asked);
    let signatures = Signatures::parse(response).unwrap();
    let selected = signatures.select(&wanted).unwrap();
    let head = selected.verify_head(&key().verifying_key(), &wanted, NOW).unwrap();
    let signed = head.with_body(b"{}").unwrap();
    assert_eq!((signed.nonce(), signed.get("@path;req")), (Some("n-1"), Some("/kyc/1")));

    // The same response to another request is not its answer.
    let other = Request::new("GET", "/kyc/2", Headers::new(&asked_fields));
    let response = Response::new(200, Headers::new(&fields)).answering(&other);
    let signatures = Signatures::parse(response).unwrap();
    let selected = signatures.select(&wanted).unwrap();
    let refused = selected.verify_head(&key().verifying_key(), &wanted, NOW).unwrap_err();
    assert_eq!(refused, HttpSigError::SignatureInvalid);

    let refused = |value: &str| {
        let asked: [Line<'_>; 1] = [("Accept-Signature", value.as_bytes())];
        let wanted = WantedSignature::read(Headers::new(&asked))?;
        let options = SigningOptions::for_wanted(&wanted[0]);
        let response = Response::new(200, Headers::new(&fields[..1]));
        signer.sign_with(response, &options, NOW).map(|_| ())
    };
    use HttpSigError as E;
    let enough = "sig1=(\"@status\" \"content-digest\");created";
    assert_eq!(refused(enough), Ok(()));
    assert_eq!(refused(&format!("{enough};keyid=\"app\";alg=\"ed25519\"")), Ok(()));
    assert_eq!(refused(&format!("{enough};keyid=\"other\"")), Err(E::NotGiven));
    assert_eq!(refused(&format!("{enough};alg=\"hmac-sha256\"")), Err(E::NotGiven));
    assert_eq!(refused(&format!("{enough};unknown")), Err(E::NotGiven));
    assert_eq!(refused(&format!("{enough}=1")), Err(E::ParameterType { parameter: "created" }));
    let missing = E::NotCovered { component: "\"content-digest\"".into() };
    assert_eq!(refused("sig1=(\"@status\")"), Err(missing)); // a stranger cannot ask for less
    let inapplicable = refused("sig1=(\"@status\" \"content-digest\" \"@path\";req)").unwrap_err();
    assert_eq!(inapplicable.code(), "httpsig.component_inapplicable");
    assert_eq!(refused("sig1=1"), Err(E::Malformed { field: "accept-signature" }));
    assert_eq!(refused("sig1=(").unwrap_err().code(), "httpsig.structured");
    assert_eq!(WantedSignature::read(Headers::new(&[])), Ok(Vec::new()));
}

#[test]
fn challenges_say_what_the_policy_demands() {
    use HttpSigError as E;
    let drafts = Policy::builder(Scheme::Kong, ["x-date", "request-line", "host"]).build().unwrap();
    assert_eq!(
        drafts.challenge("a \"b\"").as_deref(),
        Some("hmac realm=\"a \\\"b\\\"\",headers=\"x-date request-line host\"")
    );
    assert_eq!(drafts.accept_signature("sig1", None), Err(E::SchemeNotAllowed));
    let policy = requests(&PARTS).require_nonce().key_id("app").algorithms([Algorithm::EdDsa]);
    let policy = policy.build().unwrap();
    assert_eq!(policy.challenge("a"), None);
    assert_eq!(policy.accept_signature("sig1", None), Err(E::NonceMissing));
    assert_eq!(policy.accept_signature("Sig1", Some("n")), Err(E::Label));
    assert_eq!(
        policy.accept_signature("sig1", Some("n")).as_deref(),
        Ok(
            "sig1=(\"@method\" \"@authority\" \"@path\" \"@query\");created;keyid=\"app\";alg=\"ed25519\";nonce=\"n\""
        )
    );
}

#[test]
fn a_remote_signature_is_checked_before_it_is_sent() {
    let policy = Policy::builder(Scheme::Cavage07, NAMES).build().unwrap();
    let p256 = SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap().with_id("hsm");
    let signer = RemoteSigner::new(p256.verifying_key(), &policy).unwrap();
    let fields: [Line<'_>; 2] = [("Host", b"a"), ("Date", b"Tue, 20 Apr 2021 02:07:53 GMT")];
    let message = Request::new("GET", "/a", Headers::new(&fields));
    let prepare = || signer.prepare(message, &SigningOptions::default(), NOW).unwrap();
    let signature = p256.sign(Algorithm::Es256, prepare().message()).unwrap();
    assert!(prepare().attach(message, &signature).is_ok());
    let other = p256.sign(Algorithm::Es256, b"another").unwrap();
    assert_eq!(prepare().attach(message, &other).unwrap_err(), HttpSigError::SignatureInvalid);
    let changed = Request::new("GET", "/b", Headers::new(&fields));
    assert_eq!(prepare().attach(changed, &signature).unwrap_err(), HttpSigError::MessageChanged);
    let fewer = Request::new("GET", "/a", Headers::new(&fields[..1]));
    assert_eq!(prepare().attach(fewer, &signature).unwrap_err(), HttpSigError::MessageChanged);
}

#[test]
fn explain_makes_the_checks_of_a_verification_and_shows_more() {
    let policy = requests(&PARTS).build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let digest = DigestField::ContentDigest.value(b"body");
    let sent = Sent::new("POST", "/a")
        .field("Host", "example.com")
        .field("Content-Digest", digest)
        .body(b"body");
    let sent = sent.signed(&signer, NOW);
    let public = key().verifying_key();
    let report = |sent: &Sent, now| sent.with(|request| explain(request, &public, &policy, now));

    let good = report(&sent, NOW).with_body(b"body");
    assert_eq!(good.error(), None, "{good}");
    assert!(good.lines().iter().all(|line| line.outcome == Outcome::Pass));
    assert!(good.to_string().ends_with("nothing against it at 2021-04-20T02:07:53Z\n"));
    assert_eq!(report(&sent, NOW).with_body(b"bodi").error(), Some(&HttpSigError::DigestMismatch));

    // Stale, forged and without a key at once: all three are said, and the verdict is the first.
    let later = NOW.saturating_add(Duration::from_secs(1_000));
    let mut forged = sent.clone();
    forged.target = "/b".into();
    let bad = report(&forged, later);
    let codes: Vec<_> = bad.errors().map(HttpSigError::code).collect();
    assert_eq!(codes, ["httpsig.too_old", "httpsig.signature_invalid"]);
    assert_eq!(bad.error(), Some(&forged.verdict(&public, &policy, later).unwrap_err()));
    assert_eq!(bad.difference(good.base().unwrap().as_str()).unwrap().line, 3);
    let unknown =
        sent.with(|request| explain(request, &public.clone().with_id("other"), &policy, NOW));
    assert_eq!(unknown.error(), Some(&HttpSigError::KeyUnknown));
    let crypto = unknown.lines().iter().find(|line| line.stage == Stage::Crypto).unwrap();
    assert_eq!(crypto.outcome, Outcome::NotReached);
    assert!(unknown.base().is_some()); // all the same

    let nothing = report(&Sent::new("GET", "/"), NOW);
    assert_eq!(nothing.error(), Some(&HttpSigError::SignatureMissing));
    assert_eq!(nothing.difference("anything"), None);
}

/// Neither `Debug` nor the text of a report shows what lets people in.
#[test]
fn nothing_shown_lets_anybody_in() {
    let policy = Policy::builder(Scheme::Rfc9421, PARTS.into_iter().chain(["authorization"]))
        .build()
        .unwrap();
    let sent = Sent::new("GET", "/?token=t0psecret")
        .field("Host", "a")
        .field("Authorization", "Bearer t0psecret");
    let sent = sent.signed(&MessageSigner::new(key(), &policy).unwrap(), NOW);
    sent.with(|request| {
        let signatures = Signatures::parse(request).unwrap();
        let selected = signatures.select(&policy).unwrap();
        let head = selected.verify_head(&key().verifying_key(), &policy, NOW).unwrap();
        let debug = format!("{request:?} {signatures:?} {selected:?} {head:?}");
        let signed = head.without_body().unwrap();
        let debug = format!("{debug} {signed:?} {:?}", *signed);
        assert!(!debug.contains("t0psecret"), "{debug}");
        let report = explain(request, &key().verifying_key(), &policy, NOW).to_string();
        assert!(!report.contains("Bearer"), "{report}");
    });
}

#[test]
fn errors_of_keys_come_through() {
    let error = HttpSigError::Key(KeyError::SigningFailed);
    assert_eq!(error.code(), KeyError::SigningFailed.code());
    assert_eq!(error.stage(), Stage::Signing);
}

//! draft-cavage-http-signatures and the gateways that follow it, by the drafts' own values and by ours.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

use countersign::headers::Headers;
use countersign::httpsig::{
    Carrier, ComponentFault, Dialect, DigestField, EcdsaForm, HttpSigError, MessageSigner, Policy,
    RemoteSigner, Request, Response, Scheme, Signatures, SigningOptions, Stage,
};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;

/// 2014-01-05T21:31:50Z, ten seconds after the drafts' `Date`.
const NOW: UnixTime = UnixTime::from_secs(1_388_957_510);

/// Why a message with these parameters is refused under a policy that demands `names`.
fn refusal(scheme: Scheme, params: &str, names: &[&str]) -> HttpSigError {
    let pem = match params.contains("hs2019") {
        true => include_str!("keys/ed25519.pub.pem"),
        false => RSA_PUBLIC,
    };
    let key = VerifyingKey::from_pem(pem).unwrap();
    let policy = Policy::builder(scheme, names).dangerous_partial_coverage().build().unwrap();
    let fields: [(&str, &[u8]); 3] =
        [("Host", b"example.com"), ("Date", DATE.as_bytes()), ("Signature", params.as_bytes())];
    let request = Request::new("GET", "/foo", Headers::new(&fields));
    let signatures = Signatures::parse(request).unwrap();
    let selected = signatures.select(&policy);
    selected.and_then(|selected| selected.verify_head(&key, &policy, NOW)).unwrap_err()
}

#[test]
fn expired_signatures_are_refused_at_the_very_second() {
    let params = |expires: i64| {
        format!(
            "keyId=\"k\",algorithm=\"hs2019\",created=1388957500,expires={expires},headers=\"(created) (expires)\",signature=\"AAAA\""
        )
    };
    let names = ["(created)", "(expires)"];
    let expired = refusal(Scheme::Cavage12, &params(1_388_957_510), &names);
    assert_eq!(expired, HttpSigError::Expired { expired_at: NOW, now: NOW });
    let alive = refusal(Scheme::Cavage12, &params(1_388_957_511), &names);
    assert_eq!(alive, HttpSigError::SignatureInvalid);
    let before = refusal(Scheme::Cavage12, &params(1_388_957_499), &names);
    assert_eq!(before, HttpSigError::ExpiresBeforeCreated);
}

#[test]
fn the_lenient_dialect_takes_what_peers_send_and_the_strict_one_refuses() {
    let quoted = "keyId=\"k\",algorithm=\"rsa-sha256\",created=\"1388957500\",headers=\"(created)\",signature=\"AAAA\"";
    let names = ["(created)"];
    assert_eq!(refusal(Scheme::Lenient, quoted, &names), HttpSigError::SignatureInvalid);
    let strict = refusal(Scheme::Cavage12, quoted, &names);
    assert_eq!(strict, HttpSigError::ParameterType { parameter: "created" });

    let prefixed =
        "Signature keyId=\"k\",algorithm=\"rsa-sha256\",headers=\"date\",signature=\"AAAA\"";
    assert_eq!(refusal(Scheme::Lenient, prefixed, &["date"]), HttpSigError::SignatureInvalid);
}

#[test]
fn draft_12_has_created_by_hs2019_alone_and_every_draft_a_signature() {
    let params = |algorithm: &str| {
        format!(
            "keyId=\"k\",algorithm=\"{algorithm}\",created=1388957500,headers=\"(created)\",signature=\"AAAA\""
        )
    };
    let names = ["(created)"];
    let conflict = HttpSigError::ParameterConflict { left: "(created)", right: "algorithm" };
    assert_eq!(refusal(Scheme::Cavage12, &params("rsa-sha256"), &names), conflict);
    assert_eq!(
        refusal(Scheme::Cavage12, &params("hs2019"), &names),
        HttpSigError::SignatureInvalid
    );
    let unsigned = "keyId=\"k\",algorithm=\"rsa-sha256\",headers=\"date\"";
    let missing = HttpSigError::ParameterMissing { parameter: "signature" };
    assert_eq!(refusal(Scheme::Cavage07, unsigned, &["date"]), missing);
}

#[test]
fn what_stands_behind_the_names_that_are_demanded_is_read_as_well() {
    let refused = |names: &str| {
        let params =
            format!("keyId=\"k\",algorithm=\"rsa-sha256\",headers=\"{names}\",signature=\"AAAA\"");
        refusal(Scheme::Cavage07, &params, &["host", "date"])
    };
    let fault =
        |component: &str, fault| HttpSigError::Component { component: component.into(), fault };
    assert_eq!(refused("host date"), HttpSigError::SignatureInvalid);
    assert_eq!(refused("host date)"), fault("date)", ComponentFault::Malformed));
    assert_eq!(refused("host date "), fault("", ComponentFault::Malformed));
    assert_eq!(refused("host date  host"), fault("", ComponentFault::Malformed));
    assert_eq!(refused("host date host"), fault("host", ComponentFault::Repeated));
}

#[test]
fn the_last_parameter_counts_only_where_a_dialect_says_so() {
    const LITERAL: Dialect = Dialect::CAVAGE_07.dangerous_last_parameter_counts();
    let params =
        "keyId=\"a\",keyId=\"Test\",algorithm=\"rsa-sha256\",headers=\"date\",signature=\"AAAA\"";
    let key_id = |scheme| {
        let fields: [(&str, &[u8]); 2] =
            [("Date", DATE.as_bytes()), ("Signature", params.as_bytes())];
        let request = Request::new("GET", "/", Headers::new(&fields));
        let policy =
            Policy::builder(scheme, ["date"]).dangerous_partial_coverage().build().unwrap();
        let signatures = Signatures::parse(request).unwrap();
        signatures.select(&policy).map(|selected| selected.key_id().map(str::to_owned))
    };
    assert_eq!(key_id(Scheme::Dialect(&LITERAL)), Ok(Some("Test".to_owned())));
    let refused = Err(HttpSigError::ParameterRepeated { parameter: "keyId" });
    assert_eq!(key_id(Scheme::Cavage07), refused);
}

#[test]
fn quoted_strings_may_hold_commas_and_escapes() {
    let key_id = |params: &str| {
        let fields: [(&str, &[u8]); 2] =
            [("Date", DATE.as_bytes()), ("Authorization", params.as_bytes())];
        let request = Request::new("GET", "/", Headers::new(&fields));
        let policy =
            Policy::builder(Scheme::Cavage10, ["date"]).dangerous_partial_coverage().build();
        let signatures = Signatures::parse(request).unwrap();
        signatures.select(&policy.unwrap()).map(|selected| selected.key_id().unwrap().to_owned())
    };
    for (params, expected) in [
        // A key id of a PSD2 bank.
        (
            "Signature keyId=\"SN=9FA1,CA=CN=D-TRUST CA 2-1 2015,O=D-Trust GmbH,C=DE\",signature=\"AAAA\"",
            "SN=9FA1,CA=CN=D-TRUST CA 2-1 2015,O=D-Trust GmbH,C=DE",
        ),
        (r#"Signature keyId="a\"b\\c",signature="AAAA""#, r#"a"b\c"#),
        ("signature  keyId = \"a\" ,\t signature=\"AAAA\"", "a"),
        ("Signature keyId=a,other=\"signature=x,\",signature=\"AAAA\"", "a"),
    ] {
        assert_eq!(key_id(params).as_deref(), Ok(expected), "{params}");
    }
    let malformed = Err(HttpSigError::Malformed { field: "signature parameters" });
    for params in [
        "Signature keyId=\"a",
        "Signature keyId=\"a\\",
        "Signature keyId=\"a\",",
        "Signature keyId=\"a\",,signature=\"AAAA\"",
        "Signature keyId",
        "Signature keyId=",
        "Signature =\"a\"",
        "Signature keyId=\"a\" signature=\"AAAA\"",
    ] {
        assert_eq!(key_id(params), malformed, "{params}");
    }
    let others = format!("Signature {}keyId=\"a\",signature=\"AAAA\"", "x=1,".repeat(16));
    assert_eq!(key_id(&others), Err(HttpSigError::TooManyParameters { limit: 16 }));
    let long = format!("Signature keyId=\"{}\",signature=\"AAAA\"", "k".repeat(257));
    let limit = Err(HttpSigError::ParameterText { parameter: "keyid", limit: 256 });
    assert_eq!(key_id(&long), limit);
    let huge = format!("Signature keyId=\"{}\"", "k".repeat(9000));
    let limit = Err(HttpSigError::FieldTooLong { field: "Authorization", limit: 8192 });
    assert_eq!(key_id(&huge), limit);
}

#[test]
fn another_authorization_is_not_a_signature() {
    // reliability H27: the configured carrier alone is read.
    let policy = Policy::builder(Scheme::Cavage07, ["date"]).dangerous_partial_coverage().build();
    let policy = policy.unwrap();
    let fields: [(&str, &[u8]); 3] = [
        ("Authorization", b"Bearer a.b.c"),
        ("Authorization", b"Signatures keyId=\"b\""),
        ("Signature", b"keyId=\"a\",algorithm=\"rsa-sha256\",signature=\"AAAA\""),
    ];
    let request = Request::new("GET", "/", Headers::new(&fields));
    let signatures = Signatures::parse(request).unwrap();
    assert_eq!(signatures.select(&policy).unwrap().key_id(), Some("a"));
    let signatures = Signatures::parse(Request::new("GET", "/", Headers::new(&fields[..2])));
    let refused = signatures.unwrap().select(&policy).map(|_| ());
    assert_eq!(refused, Err(HttpSigError::SignatureMissing));
}

/// The signing string of a gateway over a request, as a remote signer sees it.
fn signing_string(scheme: Scheme, names: &[&str], request: &Request<'_>, id: &str) -> String {
    let secret = Secret::dangerous_short("secret").unwrap();
    let key = VerifyingKey::dangerous_short_hmac(Algorithm::Hs256, &secret).unwrap().with_id(id);
    let policy = Policy::builder(scheme, names)
        .algorithms([Algorithm::Hs256])
        .dangerous_partial_coverage()
        .build()
        .unwrap();
    let signer = RemoteSigner::new(key, &policy).unwrap();
    let draft = signer.prepare(request, &SigningOptions::default(), NOW).unwrap();
    String::from_utf8(draft.message().to_vec()).unwrap()
}

#[test]
fn gateways_name_the_request_target_in_their_own_ways() {
    // Kong, kong/plugins/hmac-auth/access.lua: the name stands before the value.
    let fields: [(&str, &[u8]); 1] = [("X-Date", DATE.as_bytes())];
    let request = Request::new("POST", "/a?b=C", Headers::new(&fields)).with_version("2.0");
    let kong = |names: &[&str]| signing_string(Scheme::Kong, names, &request, "k");
    assert_eq!(
        kong(&["x-date", "@request-target"]),
        format!("x-date: {DATE}\n@request-target: post /a?b=C")
    );
    assert_eq!(kong(&["x-date", "request-line"]), format!("x-date: {DATE}\nPOST /a?b=C HTTP/2.0"));

    // APISIX, apisix/plugins/hmac-auth.lua: key id first, the method as it is, a line feed behind every line.
    let fields: [(&str, &[u8]); 1] = [("Date", b"Fri, 06 Sep 2024 06:41:29 GMT")];
    let request = Request::new("GET", "/get", Headers::new(&fields));
    let names = ["@request-target", "date"];
    let string = signing_string(Scheme::Apisix, &names, &request, "john-key");
    assert_eq!(string, "john-key\nGET /get\ndate: Fri, 06 Sep 2024 06:41:29 GMT\n");
}

#[test]
fn apisix_signatures_are_verified_with_the_key_id_in_the_string() {
    let secret = Secret::dangerous_short("john-secret-key").unwrap();
    let key = VerifyingKey::dangerous_short_hmac(Algorithm::Hs256, &secret).unwrap();
    let policy = Policy::builder(Scheme::Apisix, ["@request-target", "date"])
        .algorithms([Algorithm::Hs256])
        .dangerous_partial_coverage()
        .build()
        .unwrap();
    // HMAC-SHA-256 of the string above under the secret of APISIX's documentation, by Python's hmac module.
    let verdict = |key_id: &str| {
        let authorization = format!(
            "Signature keyId=\"{key_id}\",algorithm=\"hmac-sha256\",headers=\"@request-target date\",signature=\"j+feO3Wm5em0agp0A70FZErf6lrMDVs7zjQ9MxomPx0=\""
        );
        let fields: [(&str, &[u8]); 2] = [
            ("Date", b"Fri, 06 Sep 2024 06:41:29 GMT"),
            ("Authorization", authorization.as_bytes()),
        ];
        let now = UnixTime::from_http_date("Fri, 06 Sep 2024 06:41:29 GMT").unwrap();
        let signatures =
            Signatures::parse(Request::new("GET", "/get", Headers::new(&fields))).unwrap();
        let head = signatures.select(&policy)?.verify_head(&key, &policy, now)?;
        head.without_body().map(|signed| signed.get("@request-target").map(str::to_owned))
    };
    assert_eq!(verdict("john-key"), Ok(Some("GET /get".into())));
    assert_eq!(verdict("jane-key"), Err(HttpSigError::SignatureInvalid)); // the id is signed here
}

#[test]
fn ecdsa_comes_in_the_form_that_the_dialect_says() {
    const RAW: Dialect = Dialect::CAVAGE_07.with_ecdsa(EcdsaForm::Raw);
    const DER: Dialect = Dialect::CAVAGE_07.with_ecdsa(EcdsaForm::Der);
    let key = SigningKey::from_pem(include_str!("keys/p256.pem")).unwrap().with_id("k");
    let names = ["(request-target)", "host", "date"];
    let fields: [(&str, &[u8]); 2] = [("Host", b"example.com"), ("Date", DATE.as_bytes())];
    let request = Request::new("GET", "/", Headers::new(&fields));
    let signed = |scheme| {
        let policy = Policy::builder(scheme, names).build().unwrap();
        let signer = MessageSigner::new(key.clone(), &policy).unwrap();
        let (_, value) = signer.sign(request, NOW).unwrap().iter().next().map(owned).unwrap();
        value
    };
    let verdict = |scheme, value: &str| {
        let policy = Policy::builder(scheme, names).build().unwrap();
        let mut fields = fields.to_vec();
        fields.push(("Authorization", value.as_bytes()));
        let signatures = Signatures::parse(Request::new("GET", "/", Headers::new(&fields)))?;
        let selected = signatures.select(&policy)?;
        let head = selected.verify_head(&key.verifying_key(), &policy, NOW)?;
        head.without_body().map(|_| ())
    };
    let (raw, der) = (signed(Scheme::Dialect(&RAW)), signed(Scheme::Cavage07));
    assert!(raw.contains("algorithm=\"ecdsa-sha256\""));
    for (scheme, value, expected) in [
        (Scheme::Cavage07, &raw, Ok(())),
        (Scheme::Cavage07, &der, Ok(())),
        (Scheme::Dialect(&RAW), &raw, Ok(())),
        (Scheme::Dialect(&RAW), &der, Err(HttpSigError::SignatureInvalid)),
        (Scheme::Dialect(&DER), &der, Ok(())),
        (Scheme::Dialect(&DER), &raw, Err(HttpSigError::SignatureInvalid)),
    ] {
        assert_eq!(verdict(scheme, value), expected, "{scheme}");
    }
}

fn owned((name, value): (&'static str, &str)) -> (&'static str, String) {
    (name, value.to_owned())
}

/// npm http-signature and what was made of it refuse `ed25519`, and have no `hs2019`.
#[test]
fn ed25519_is_written_as_most_peers_read_it_and_read_in_either_name() {
    let key = SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().with_id("k");
    let names = ["(request-target)", "host", "date"];
    let mut fields: Vec<(&str, &[u8])> = vec![("Host", b"example.com"), ("Date", DATE.as_bytes())];
    let policy = Policy::builder(Scheme::Cavage07, names).build().unwrap();
    let signer = MessageSigner::new(key.clone(), &policy).unwrap();
    let signed = signer.sign(Request::new("GET", "/", Headers::new(&fields)), NOW).unwrap();
    let (name, value) = signed.iter().next().unwrap();
    assert!(value.contains(",algorithm=\"ed25519-sha512\","), "{value}");
    let other = value.replace("ed25519-sha512", "ed25519");
    for value in [value, &other] {
        fields.push((name, value.as_bytes()));
        let request = Request::new("GET", "/", Headers::new(&fields));
        let selected = Signatures::parse(request).unwrap();
        let selected = selected.select(&policy).unwrap();
        assert!(selected.verify_head(&key.verifying_key(), &policy, NOW).is_ok(), "{value}");
        fields.pop();
    }
}

#[test]
fn a_dialect_of_ones_own_is_data() {
    const PARTNER: Dialect = Dialect::CAVAGE_07
        .with_name("partner")
        .with_carriers(&[Carrier::Authorization("Partner")])
        .with_key_id_parameter("consumer")
        .with_time_fields(&["x-date"]);
    let secret = Secret::new("a shared secret of at least 32 bytes").unwrap();
    let key = SigningKey::hmac(Algorithm::Hs256, &secret).unwrap().with_id("consumer-key");
    let policy = Policy::builder(
        Scheme::Dialect(&PARTNER),
        ["(request-target)", "host", "x-date", "digest"],
    )
    .algorithms([Algorithm::Hs256])
    .build()
    .unwrap();
    let body = b"two photographs";
    let digest = DigestField::Digest.value(body);
    let mut fields: Vec<(&str, &[u8])> = vec![
        ("Host", b"bioid.example"),
        ("X-Date", DATE.as_bytes()),
        ("Digest", digest.as_bytes()),
    ];
    let signer = MessageSigner::new(key.clone(), &policy).unwrap();
    let signed = signer.sign(Request::new("POST", "/ekyc", Headers::new(&fields)), NOW).unwrap();
    let (name, value) = signed.iter().next().unwrap();
    assert!(value.starts_with("Partner consumer=\"consumer-key\",algorithm=\"hmac-sha256\""));
    fields.push((name, value.as_bytes()));
    let message = Request::new("POST", "/ekyc", Headers::new(&fields));
    let signatures = Signatures::parse(message).unwrap();
    let selected = signatures.select(&policy).unwrap();
    let head = selected.verify_head(&key.verifying_key(), &policy, NOW).unwrap();
    let signed = head.with_body(body).unwrap();
    assert_eq!(signed.get("(request-target)"), Some("post /ekyc"));
    assert_eq!(signed.get("x-forwarded-host"), None);
    assert_eq!(signed.body(), Some(&body[..]));
    assert_eq!(signed.evidence().key_id.as_deref(), Some("consumer-key"));
}

#[test]
fn responses_are_signed_over_their_fields() {
    let key = SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().with_id("service");
    let policy =
        Policy::response_builder(Scheme::Cavage12, ["(created)", "digest"]).build().unwrap();
    let body = b"{\"match\": true}";
    let digest = DigestField::Digest.value(body);
    let mut fields: Vec<(&str, &[u8])> = vec![("Digest", digest.as_bytes())];
    let signer = MessageSigner::new(key.clone(), &policy).unwrap();
    let signed = signer.sign(Response::new(200, Headers::new(&fields)), NOW).unwrap();
    // RFC 9110 §11.6.2: `Authorization` is a field of requests.
    assert_eq!(signed.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["Signature"]);
    fields.extend(signed.iter().map(|(name, value)| (name, value.as_bytes())));
    let verdict = |body: &[u8]| {
        let signatures = Signatures::parse(Response::new(200, Headers::new(&fields)))?;
        let selected = signatures.select(&policy)?;
        selected.verify_head(&key.verifying_key(), &policy, NOW)?.with_body(body).map(|_| ())
    };
    assert_eq!(verdict(body), Ok(()));
    assert_eq!(verdict(b"{\"match\": fals}"), Err(HttpSigError::DigestMismatch));

    // A policy for requests takes no response, and the reverse.
    let requests = Policy::builder(Scheme::Cavage12, ["(request-target)", "host", "(created)"]);
    let requests = requests.build().unwrap();
    let signatures = Signatures::parse(Response::new(200, Headers::new(&fields))).unwrap();
    let refused = signatures.select(&requests).map(|_| ()).unwrap_err();
    assert_eq!((refused.stage(), &refused), (Stage::Selection, &HttpSigError::MessageKind));
}

const RSA_PUBLIC: &str = include_str!("keys/rsa2048.pub.pem");
const DATE: &str = "Sun, 05 Jan 2014 21:31:40 GMT";

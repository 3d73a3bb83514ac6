//! What other implementations got wrong, each as a request that shows it. Observed by running them, or read in their
//! sources, in November 2026.
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

use countersign::encoding::base64;
use countersign::httpsig::{
    ComponentFault, HttpSigError, MessageSigner, Policy, PolicyBuilder, Scheme,
};
use countersign::key::{Algorithm, SigningKey};
use countersign::time::UnixTime;
use support::Sent;

const NOW: UnixTime = UnixTime::from_secs(1_618_884_473);

fn key() -> SigningKey {
    SigningKey::from_pem(include_str!("keys/ed25519.pem")).unwrap().with_id("app")
}

fn builder(components: &[&str]) -> PolicyBuilder {
    Policy::builder(Scheme::Rfc9421, components).dangerous_partial_coverage()
}

/// A request to `example.com` that covers `list`, and what its signature says besides.
fn verdict(sent: Sent, list: &[&str], parameters: &str) -> Result<Vec<String>, HttpSigError> {
    let policy = builder(list).build().unwrap();
    let params = format!("({}){parameters}", list.join(" "));
    let message = sent.signed_as("sig1", &params, &key(), &policy);
    let values = message.verdict(&key().verifying_key(), &policy, NOW)?;
    Ok(values.into_iter().map(|(_, value)| value).collect())
}

fn get(target: &str) -> Sent {
    Sent::new("GET", target).field("Host", "example.com")
}

fn unsigned(sent: Sent, params: &str) -> Sent {
    sent.field("Signature-Input", format!("s={params}")).field("Signature", "s=:AAAA:")
}

fn refusal(message: &Sent, policy: &Policy) -> HttpSigError {
    message.verdict(&key().verifying_key(), policy, NOW).unwrap_err()
}

fn fault(component: &str, fault: ComponentFault) -> HttpSigError {
    HttpSigError::Component { component: component.into(), fault }
}

#[test]
fn httpsig_hyper_wrote_parameters_in_an_order_of_its_own_and_dropped_those_it_did_not_know() {
    for parameters in [
        ";keyid=\"app\";created=1618884473",
        ";created=1618884473;keyid=\"app\";nonce=\"b3k2pp5k7z-50gnwp.yemd\"", // RFC 9421 §B.2.1
        ";created=1618884473;x-ext=tok;keyid=\"app\";x-bytes=:AAAA:",
    ] {
        let values = verdict(get("/a"), &["\"@method\""], parameters);
        assert_eq!(values, Ok(vec!["GET".into()]), "{parameters}");
    }
}

#[test]
fn httpsig_hyper_refused_components_that_it_built_wrongly() {
    let created = ";created=1618884473";
    let with_port = Sent::new("GET", "/").field("Host", "Example.com:443");
    assert_eq!(verdict(with_port, &["\"@authority\""], created), Ok(vec!["example.com".into()]));
    // The origin form, whose authority stands in `Host`.
    assert_eq!(verdict(get("/"), &["\"@authority\""], created), Ok(vec!["example.com".into()]));
    let encoded = verdict(get("/?a=b%20c+d%2B"), &["\"@query-param\";name=\"a\""], created);
    assert_eq!(encoded, Ok(vec!["b%20c%20d%2B".into()]));
    let bytes = verdict(get("/").field("X", "a, b").field("X", "c"), &["\"x\";bs"], created);
    assert_eq!(bytes, Ok(vec![":YSwgYg==:, :Yw==:".into()]));
    let asterisk = verdict(Sent::new("OPTIONS", "/a"), &["\"@request-target\""], created);
    assert_eq!(asterisk, Ok(vec!["/a".into()])); // it wrote `*` for every OPTIONS
}

#[test]
fn httpsig_hyper_accepted_what_covers_nothing_or_anything() {
    let policy = builder(&["@method"]).build().unwrap();
    let refused = |sent: Sent, list: &str| {
        refusal(&unsigned(sent, &format!("(\"@method\" {list});created=1618884473")), &policy)
    };
    // A field that is absent, signed as an empty one.
    assert_eq!(refused(get("/"), "\"x-foo\""), fault("\"x-foo\"", ComponentFault::Missing));
    // A parameter that comes twice, joined to "1, 2".
    let name = "\"@query-param\";name=\"a\"";
    assert_eq!(refused(get("/?a=1&a=2"), name), fault(name, ComponentFault::QueryAmbiguous));
    // No host at all, signed as an empty one.
    let hostless = Sent::new("GET", "/");
    assert_eq!(
        refused(hostless, "\"@authority\""),
        fault("\"@authority\"", ComponentFault::Missing)
    );
    // No components.
    let empty = unsigned(get("/"), "();created=1618884473");
    assert_eq!(
        refusal(&empty, &policy),
        HttpSigError::NotCovered { component: "\"@method\"".into() }
    );
    // A moment in the year 5138.
    let future = unsigned(get("/"), "(\"@method\");created=99999999999");
    let signed_at = UnixTime::from_secs(99_999_999_999);
    assert_eq!(refusal(&future, &policy), HttpSigError::SignedInFuture { signed_at, now: NOW });
    // An Ed25519 key under the name of a MAC.
    let named = unsigned(get("/"), "(\"@method\");created=1618884473;alg=\"hmac-sha256\"");
    assert_eq!(refusal(&named, &policy), HttpSigError::AlgorithmNotAllowed);
    let hmac = builder(&["@method"]).algorithms([Algorithm::Hs256]).build().unwrap();
    assert_eq!(refusal(&named, &hmac), HttpSigError::AlgorithmMismatch);
    // One label twice.
    let twice = get("/")
        .field("Signature-Input", "s=(\"@method\");created=1618884473")
        .field("Signature-Input", "s=(\"@path\");created=1618884473")
        .field("Signature", "s=:AAAA:");
    assert_eq!(refusal(&twice, &policy), HttpSigError::LabelRepeated);
    // `post` where `POST` was signed.
    let signed = Sent::new("POST", "/").field("Host", "example.com");
    let mut signed = signed.signed(&MessageSigner::new(key(), &policy).unwrap(), NOW);
    signed.method = "post".into();
    assert_eq!(refusal(&signed, &policy), HttpSigError::SignatureInvalid);
}

/// httpsig-rs put `keyid`, `nonce` and `tag` between quotes as they were.
#[test]
fn httpsig_rs_let_a_key_id_write_parameters_of_its_own() {
    let evil = "a\";created=4102444800;x=\"\\";
    let policy = builder(&["@method"]).build().unwrap();
    let signer = MessageSigner::new(key().with_id(evil), &policy).unwrap();
    let message = get("/").signed(&signer, NOW);
    let input = message.value("signature-input");
    assert!(input.contains(r#"keyid="a\";created=4102444800;x=\"\\""#), "{input}");
    let public = key().verifying_key().with_id(evil);
    assert!(message.verdict(&public, &policy, NOW).is_ok());
    let cavage = Policy::builder(Scheme::Cavage10, ["(request-target)", "host", "date"]);
    let cavage = cavage.build().unwrap();
    let signer = MessageSigner::new(key().with_id(evil), &cavage).unwrap();
    let message = get("/").field("Date", "Tue, 20 Apr 2021 02:07:53 GMT").signed(&signer, NOW);
    assert!(message.verdict(&public, &cavage, NOW).is_ok());
}

/// `all: true` with a bad first and a good second signature was true: the last result counted.
#[test]
fn http_message_signatures_of_npm_gave_the_last_result_of_several() {
    let all = builder(&["@method"]).all().build().unwrap();
    let params = "(\"@method\");created=1618884473";
    let bad = base64::encode([7; 64]);
    let message = get("/")
        .field("Signature-Input", format!("bad={params}"))
        .field("Signature", format!("bad=:{bad}:"));
    let good = get("/").signed_as("good", params, &key(), &all);
    let message = message
        .field("Signature-Input", good.value("signature-input"))
        .field("Signature", good.value("signature"));
    assert_eq!(refusal(&message, &all), HttpSigError::SignatureInvalid);
}

#[test]
fn http_message_signatures_of_npm_accepted_components_and_parameters_twice() {
    let policy = builder(&["@method"]).build().unwrap();
    let twice = unsigned(get("/"), "(\"@method\" \"@method\");created=1618884473");
    assert_eq!(refusal(&twice, &policy), fault("\"@method\"", ComponentFault::Repeated));
}

/// Its `cavage` verified a MAC over the empty string, and took what is ten years old for young.
#[test]
fn http_message_signatures_of_npm_skipped_a_moment_that_was_not_there() {
    let policy = Policy::builder(Scheme::Lenient, ["(created)"]).dangerous_partial_coverage();
    let policy = policy.build().unwrap();
    let message = get("/").field(
        "Signature",
        "keyId=\"app\",algorithm=\"hs2019\",headers=\"(created)\",signature=\"AAAA\"",
    );
    assert_eq!(refusal(&message, &policy), HttpSigError::TimeAnchorMissing);
    let old = get("/").field("Signature", "keyId=\"app\",algorithm=\"hs2019\",created=1303265273,headers=\"(created)\",signature=\"AAAA\"");
    let signed_at = UnixTime::from_secs(1_303_265_273);
    let limit = Duration::from_secs(300);
    assert_eq!(refusal(&old, &policy), HttpSigError::TooOld { signed_at, limit });
}

#[test]
fn httpsig_go_of_remitly_gave_two_targets_one_base() {
    let list = ["\"@target-uri\"", "\"@scheme\"", "\"@request-target\"", "\"@path\""];
    let of = |target: &str| verdict(get(target), &list, ";created=1618884473").unwrap();
    assert_eq!(of("/a?x"), ["https://example.com/a?x", "https", "/a?x", "/a"]);
    assert_eq!(of("/b%2Fc"), ["https://example.com/b%2Fc", "https", "/b%2Fc", "/b%2Fc"]);
}

#[test]
fn web_bot_auth_kept_the_space_around_a_value() {
    let sent = get("/").field("Signature-Agent", "  \"https://agent.example\" \t");
    let values = verdict(sent, &["\"signature-agent\""], ";created=1618884473");
    assert_eq!(values, Ok(vec!["\"https://agent.example\"".into()]));
}

/// Its `RsaV1_5Sha256` was written as `rsa-pss-sha512`.
#[test]
fn web_bot_auth_called_one_algorithm_by_the_name_of_another() {
    for (algorithm, name) in [
        (Algorithm::Rs256, ";alg=\"rsa-v1_5-sha256\""),
        (Algorithm::Ps512, ";alg=\"rsa-pss-sha512\""),
        (Algorithm::Rs384, ""), // RFC 9421 §3.3.7: those of JOSE have no name here
    ] {
        let key = SigningKey::from_pem(include_str!("keys/rsa2048.pem")).unwrap();
        let policy = builder(&["@method"]).algorithms([algorithm]).build().unwrap();
        let signer = MessageSigner::new(key, &policy).unwrap();
        let message = get("/").signed(&signer, NOW);
        assert_eq!(
            message.value("signature-input"),
            format!("sig1=(\"@method\");created=1618884473{name}")
        );
    }
}

/// yaronf/httpsign took `Host` as it was, and the target decoded; dadrus/httpsig left `+` in a query.
#[test]
fn go_libraries_wrote_authorities_targets_and_queries_in_other_forms() {
    let created = ";created=1618884473";
    let sent = Sent::new("GET", "/a%2Fb?q=1+%2b").field("Host", "EXAMPLE.com:443");
    let list = ["\"@authority\"", "\"@request-target\"", "\"@query-param\";name=\"q\""];
    let values = verdict(sent, &list, created).unwrap();
    assert_eq!(values, ["example.com", "/a%2Fb?q=1+%2b", "1%20%2B"]);
    // dadrus/httpsig cut `;bs` at commas, the very ambiguity that it is for.
    let lists = |lines: &[&str]| {
        let sent = lines.iter().fold(get("/"), |sent, line| sent.field("X", line));
        verdict(sent, &["\"x\";bs"], created).unwrap()
    };
    assert_ne!(lists(&["a, b"]), lists(&["a", "b"]));
}

/// It passed over the age where a date could not be read, and over the second of two equal names.
#[test]
fn http_signature_normalization_skipped_what_it_could_not_read() {
    let policy = Policy::builder(Scheme::Cavage10, ["(request-target)", "host", "date"]);
    let policy = policy.build().unwrap();
    let refused = |date: &str, names: &str| {
        let message = get("/")
            .field("Date", date)
            .field("Signature", format!("keyId=\"app\",headers=\"{names}\",signature=\"AAAA\""));
        refusal(&message, &policy)
    };
    let date = "Tue, 20 Apr 2021 02:07:53 GMT";
    let names = "(request-target) host date";
    assert_eq!(refused(date, names), HttpSigError::SignatureInvalid);
    assert_eq!(refused("yesterday", names), HttpSigError::DateInvalid);
    let repeated = fault("host", ComponentFault::Repeated);
    assert_eq!(refused(date, "(request-target) host date host"), repeated);
    let signed_at = UnixTime::from_http_date("Wed, 20 Apr 2022 02:07:53 GMT").unwrap();
    let future = HttpSigError::SignedInFuture { signed_at, now: NOW };
    assert_eq!(refused("Wed, 20 Apr 2022 02:07:53 GMT", names), future);
}

/// misskey#17941 and many others: the query left out of the target.
#[test]
fn fediverse_servers_left_the_query_out_of_the_target() {
    let policy = Policy::builder(Scheme::Cavage10, ["(request-target)", "host", "date"]);
    let policy = policy.build().unwrap();
    let signer = MessageSigner::new(key(), &policy).unwrap();
    let mut message =
        get("/inbox").field("Date", "Tue, 20 Apr 2021 02:07:53 GMT").signed(&signer, NOW);
    assert!(message.verdict(&key().verifying_key(), &policy, NOW).is_ok());
    message.target = "/inbox?page=true".into();
    assert_eq!(refusal(&message, &policy), HttpSigError::SignatureInvalid);
}

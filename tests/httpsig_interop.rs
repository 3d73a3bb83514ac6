//! Other libraries, live: what they sign we verify, what we sign they verify, and nobody takes what was changed.
//!
//! `.ci/interop-peers` installs them, pinned, into `target/interop`; `COUNTERSIGN_INTEROP_DIR` names another folder. Each
//! runs as a process of its own, `tests/interop/peer.mjs` or `peer.py`, and answers questions in lines of JSON. Their clock
//! is that of the machine, so ours is too, here alone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests"
)]

#[allow(dead_code, reason = "what changes a message is for the vectors")]
#[path = "../examples/conformance/httpsig/message.rs"]
mod message;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime};

use countersign::encoding::base64;
use countersign::httpsig::{
    Carrier, Dialect, DigestField, EcdsaForm, HttpSigError, MessageSigner, Policy, Scheme,
    Signatures,
};
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use message::Stored;
use serde_json::{Value, json};

/// A library in one of its schemes.
struct Pairing {
    peer: &'static str,
    scheme: Scheme,
    /// Each as the peer calls it.
    algorithms: &'static [(&'static str, Algorithm)],
    profiles: &'static [Profile],
    verifies: bool,
}

/// A message, and what is covered of it.
struct Profile {
    message: fn() -> Value,
    components: &'static [&'static str],
}

#[rustfmt::skip]
const PAIRINGS: &[Pairing] = &[
    Pairing { peer: "http-message-signatures", scheme: Scheme::Rfc9421, algorithms: REGISTERED, profiles: &[BARE, FULL, TYPED, RESPONSE], verifies: true },
    Pairing { peer: "http-message-sig", scheme: Scheme::Rfc9421, algorithms: &[REGISTERED[1], REGISTERED[5]], profiles: &[BARE, FULL, MEMBER, RESPONSE], verifies: true },
    Pairing { peer: "pypi http-message-signatures", scheme: Scheme::Rfc9421, algorithms: REGISTERED, profiles: &[BARE, FULL, TYPED, MEMBER, RESPONSE], verifies: true },
    Pairing { peer: "http-message-signatures", scheme: Scheme::Dialect(&RAW_IN_SIGNATURE), algorithms: &DRAFTS_OF_DHENSBY, profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: true },
    Pairing { peer: "http-message-signatures", scheme: Scheme::Dialect(&LENIENT_IN_SIGNATURE), algorithms: &DRAFTS_OF_DHENSBY, profiles: &[DRAFT_DATED], verifies: true },
    Pairing { peer: "http-signature", scheme: Scheme::Cavage07, algorithms: DRAFTS, profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: true },
    Pairing { peer: "http-signature", scheme: Scheme::Dialect(&IN_SIGNATURE), algorithms: DRAFTS, profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: true },
    Pairing { peer: "http-signature", scheme: Scheme::Lenient, algorithms: DRAFTS, profiles: &[DRAFT_DATED], verifies: true },
    Pairing { peer: "@peertube/http-signature", scheme: Scheme::Cavage07, algorithms: DRAFTS, profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: true },
    Pairing { peer: "@peertube/http-signature", scheme: Scheme::Dialect(&IN_SIGNATURE), algorithms: DRAFTS, profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: true },
    // The algorithm hidden: the key says it. Of RSA that is SHA-256 here, as in the fediverse, and not what -12 says.
    Pairing { peer: "@peertube/http-signature", scheme: Scheme::Cavage12, algorithms: HIDDEN, profiles: &[DRAFT_BARE, DRAFT_FULL, DRAFT_DATED], verifies: true },
    Pairing { peer: "@digitalbazaar/http-signature-header", scheme: Scheme::Cavage12, algorithms: DRAFT_12, profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: true },
    // It writes the moments in quotes, and does not read the bare numbers of -12 §2.1.4.
    Pairing { peer: "@digitalbazaar/http-signature-header", scheme: Scheme::Lenient, algorithms: DRAFT_12, profiles: &[DRAFT_DATED], verifies: false },
    // It signs alone: as a verifier it takes the algorithm from the message.
    Pairing { peer: "pypi httpsig", scheme: Scheme::Cavage07, algorithms: &[DRAFTS[0], DRAFTS[1], DRAFTS[2], DRAFTS[3]], profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: false },
    Pairing { peer: "pypi httpsig", scheme: Scheme::Dialect(&IN_SIGNATURE), algorithms: &[DRAFTS[0], DRAFTS[1], DRAFTS[2], DRAFTS[3]], profiles: &[DRAFT_BARE, DRAFT_FULL], verifies: false },
];

/// RFC 9421 §6.2.2.
const REGISTERED: &[(&str, Algorithm)] = &[
    ("hmac-sha256", Algorithm::Hs256),
    ("ed25519", Algorithm::EdDsa),
    ("ecdsa-p256-sha256", Algorithm::Es256),
    ("ecdsa-p384-sha384", Algorithm::Es384),
    ("rsa-v1_5-sha256", Algorithm::Rs256),
    ("rsa-pss-sha512", Algorithm::Ps512),
];

const DRAFTS: &[(&str, Algorithm)] = &[
    ("rsa-sha256", Algorithm::Rs256),
    ("rsa-sha512", Algorithm::Rs512),
    ("hmac-sha256", Algorithm::Hs256),
    ("hmac-sha512", Algorithm::Hs512),
    ("ecdsa-sha256", Algorithm::Es256),
    ("ed25519-sha512", Algorithm::EdDsa),
];

/// It names them as RFC 9421 does, and writes them as the drafts do.
const DRAFTS_OF_DHENSBY: [(&str, Algorithm); 4] =
    [REGISTERED[0], REGISTERED[1], REGISTERED[2], REGISTERED[4]];

const HIDDEN: &[(&str, Algorithm)] = &[("hs2019", Algorithm::Rs256), ("hs2019", Algorithm::EdDsa)];

const DRAFT_12: &[(&str, Algorithm)] = &[
    ("ed25519", Algorithm::EdDsa),
    ("rsa-pss-sha512", Algorithm::Ps512),
    ("hmac-sha512", Algorithm::Hs512),
];

const IN_SIGNATURE: Dialect = Dialect::CAVAGE_07.with_carriers(&[Carrier::Signature]);
const RAW_IN_SIGNATURE: Dialect = IN_SIGNATURE.with_ecdsa(EcdsaForm::Raw);
const LENIENT_IN_SIGNATURE: Dialect =
    Dialect::LENIENT.with_carriers(&[Carrier::Signature]).with_ecdsa(EcdsaForm::Raw);

const BARE: Profile = Profile {
    message: get,
    components: &["\"@method\"", "\"@authority\"", "\"@path\"", "\"@query\""],
};
const FULL: Profile = Profile {
    message: post,
    components: &[
        "\"@method\"",
        "\"@target-uri\"",
        "\"@scheme\"",
        "\"@authority\"",
        "\"@request-target\"",
        "\"@path\"",
        "\"@query\"",
        "\"content-digest\"",
        "\"content-type\"",
        "\"x-list\"",
        "\"date\"",
    ],
};
const TYPED: Profile = Profile {
    message: post,
    components: &[
        "\"@method\"",
        "\"@target-uri\"",
        "\"@query-param\";name=\"Pet\"",
        "\"content-digest\";sf",
        "\"x-list\";bs",
        "\"content-type\"",
    ],
};
const MEMBER: Profile = Profile {
    message: post,
    components: &[
        "\"@method\"",
        "\"@target-uri\"",
        "\"content-digest\";key=\"sha-256\"",
        "\"x-list\"",
    ],
};
const RESPONSE: Profile = Profile {
    message: response,
    components: &[
        "\"@status\"",
        "\"content-digest\"",
        "\"content-type\"",
        "\"@method\";req",
        "\"@authority\";req",
        "\"@path\";req",
        "\"@query\";req",
        "\"content-digest\";req",
    ],
};
const DRAFT_BARE: Profile =
    Profile { message: get, components: &["(request-target)", "host", "date"] };
const DRAFT_FULL: Profile = Profile {
    message: post,
    components: &["(request-target)", "host", "date", "digest", "content-type", "x-list"],
};
const DRAFT_DATED: Profile = Profile {
    message: post,
    components: &["(request-target)", "(created)", "(expires)", "host", "date", "digest"],
};

fn get() -> Value {
    json!({
        "method": "GET", "url": "https://example.com/foo",
        "headers": [["Host", "example.com"], ["Date", now().to_http_date()]],
    })
}

const BODY: &str = "{\"hello\": \"world\"}";

/// Lines of one name, capitals in the target, an escape in the query, and space around a value.
fn post() -> Value {
    json!({
        "method": "POST", "url": "https://example.com/foo/%7Ea?param=Value&Pet=dog%20b",
        "headers": [
            ["Host", "example.com"],
            ["Date", now().to_http_date()],
            ["X-List", "a, b"],
            ["Content-Type", "application/json"],
            ["Content-Digest", DigestField::ContentDigest.value(BODY.as_bytes())],
            ["Digest", DigestField::Digest.value(BODY.as_bytes())],
            ["x-list", "c"],
        ],
        "body": BODY,
    })
}

fn response() -> Value {
    json!({
        "kind": "response", "status": 200,
        "headers": [
            ["Content-Type", "application/json"],
            ["Content-Digest", DigestField::ContentDigest.value(BODY.as_bytes())],
        ],
        "body": BODY,
        "request": post(),
    })
}

#[test]
fn what_peers_sign_is_verified_here_and_refused_when_it_was_changed() {
    let Some(folder) = folder() else { return };
    let mut peers = Peers::default();
    for (pairing, (name, algorithm), profile) in every(|_| true) {
        let peer = peers.get(&folder, pairing.peer);
        let case = format!("{} {} {name} {:?}", pairing.peer, pairing.scheme, profile.components);
        let unsigned = (profile.message)();
        let key = Key::of(algorithm);
        let question = key.question(pairing, name, profile, &unsigned, "sign");
        let answer = peer.ask(&question);
        let signed = with_fields(
            &unsigned,
            answer["fields"].as_array().unwrap_or_else(|| panic!("{case}: {answer}")),
        );
        let verdict = |message: &Value| verdict(message, &key, pairing.scheme, profile);
        // RFC 9421 §3.3.1 says 64 bytes of salt. This one salts as much as the key takes, and signatures that fit no
        // rule are not guessed at.
        if (pairing.peer, algorithm) == ("http-message-signatures", Algorithm::Ps512) {
            assert_eq!(verdict(&signed), Err("httpsig.signature_invalid"), "{case}");
            continue;
        }
        assert_eq!(verdict(&signed), Ok(()), "{case}: {signed}");
        for (change, changed, code) in changes(&signed, profile) {
            assert_eq!(verdict(&changed), Err(code), "{case}, {change}: {changed}");
        }
    }
}

#[test]
fn what_is_signed_here_peers_verify_and_refuse_when_it_was_changed() {
    let Some(folder) = folder() else { return };
    let mut peers = Peers::default();
    for (pairing, (name, algorithm), profile) in every(|pairing| pairing.verifies) {
        let peer = peers.get(&folder, pairing.peer);
        let case = format!("{} {} {name} {:?}", pairing.peer, pairing.scheme, profile.components);
        let key = Key::of(algorithm);
        let signed = sign(&(profile.message)(), &key, pairing.scheme, profile);
        let mut verified =
            |message: &Value| peer.ask(&key.question(pairing, name, profile, message, "verify"));
        assert_eq!(verified(&signed), json!({ "verified": true }), "{case}: {signed}");
        for (change, changed, _) in changes(&signed, profile) {
            // Of these only this one looks at bodies.
            if change == "body" && pairing.peer != "pypi http-message-signatures" {
                continue;
            }
            let answer = verified(&changed);
            assert_ne!(answer["verified"], true, "{case}, {change}: {changed}");
        }
    }
}

/// Each pairing of libraries that `wanted` says, with each of its algorithms and messages.
fn every(
    wanted: fn(&Pairing) -> bool,
) -> impl Iterator<Item = (&'static Pairing, (&'static str, Algorithm), &'static Profile)> {
    PAIRINGS.iter().filter(move |pairing| wanted(pairing)).flat_map(|pairing| {
        let profiles = pairing.profiles.iter();
        profiles.flat_map(move |profile| {
            pairing.algorithms.iter().map(move |algorithm| (pairing, *algorithm, profile))
        })
    })
}

/// Changes of a signed message, each with the code of our refusal. Those that change nothing of it are left out.
fn changes(signed: &Value, profile: &Profile) -> Vec<(&'static str, Value, &'static str)> {
    let text = signed.to_string();
    let replaced =
        |from: &str, to: &str| -> Value { serde_json::from_str(&text.replace(from, to)).unwrap() };
    let invalid = "httpsig.signature_invalid";
    let mut changes = vec![
        ("method", replaced("\"method\":\"", "\"method\":\"X"), invalid),
        ("path", replaced("example.com/foo", "example.com/Foo"), invalid),
        ("query", replaced("Pet=dog", "Pet=cat"), invalid),
        ("added query", replaced("dog%20b\"", "dog%20b&a=1\""), invalid),
        ("host", replaced("example.com", "example.org"), invalid),
        ("status", replaced("\"status\":200", "\"status\":202"), invalid),
        ("body", replaced("world", "there"), "httpsig.digest_mismatch"),
        ("signature", with_signature_changed(signed), invalid),
    ];
    if covers(profile, "x-list") {
        changes.push(("a line", replaced("\"c\"", "\"d\""), invalid));
    }
    if covers(profile, "content-type") {
        changes.push(("a field", replaced("application/json", "application/xml"), invalid));
        changes.push((
            "no field",
            replaced("\"Content-Type\"", "\"Content-Typo\""),
            "httpsig.component_missing",
        ));
    }
    let created = text
        .split("created=")
        .nth(1)
        .filter(|_| text.contains("Signature-Input") || covers(profile, "(created)"));
    if let Some(created) = created {
        let created: String = created
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        let earlier = (created.parse::<i64>().unwrap() - 1).to_string();
        changes.push(("created", replaced(&created, &earlier), invalid));
    }
    changes.retain(|(_, changed, _)| changed != signed);
    assert!(changes.iter().any(|(change, ..)| *change == "signature"), "{signed}");
    changes
}

fn covers(profile: &Profile, name: &str) -> bool {
    profile.components.iter().any(|component| component.trim_start_matches('"').starts_with(name))
}

/// With another first character of the signature.
fn with_signature_changed(signed: &Value) -> Value {
    let mut changed = signed.clone();
    for line in changed["headers"].as_array_mut().unwrap() {
        let value = line[1].as_str().unwrap().to_owned();
        let start = match line[0].as_str().unwrap() {
            "Signature" if value.contains("=:") => value.find("=:").map(|place| place + 2),
            _ => value.find("signature=\"").map(|place| place + 11),
        };
        if let Some(start) = start {
            let other = if value[start..].starts_with('A') { "B" } else { "A" };
            line[1] = format!("{}{other}{}", &value[..start], &value[start + 1..]).into();
        }
    }
    changed
}

#[test]
fn what_peers_take_is_refused_here_for_a_reason() {
    let Some(folder) = folder() else { return };
    let key = Key::of(Algorithm::Hs256);
    let hmac =
        |peer, scheme| Pairing { peer, scheme, algorithms: &[], profiles: &[], verifies: true };

    // An old request with a new `X-Date`, which nobody signed: whoever recorded it can send it for ever.
    for peer in ["http-signature", "@peertube/http-signature"] {
        let pairing = hmac(peer, Scheme::Cavage07);
        let mut old = get();
        old["headers"][1][1] = "Fri, 01 Jan 1999 00:00:00 GMT".into();
        let mut signed = sign(&old, &key, pairing.scheme, &DRAFT_BARE);
        signed["headers"].as_array_mut().unwrap().push(json!(["X-Date", now().to_http_date()]));
        let question = key.question(&pairing, "hmac-sha256", &DRAFT_BARE, &signed, "verify");
        assert_eq!(
            Peer::start(&folder, peer).ask(&question),
            json!({ "verified": true }),
            "{peer}"
        );
        assert_eq!(verdict(&signed, &key, pairing.scheme, &DRAFT_BARE), Err("httpsig.too_old"));
    }

    let mut peer = Peer::start(&folder, "http-message-signatures");

    // `(created)` of ten years ago: it looks whether the signature is too young.
    let pairing = hmac("http-message-signatures", Scheme::Dialect(&LENIENT_IN_SIGNATURE));
    const DATED: Profile =
        Profile { message: get, components: &["(created)", "(request-target)", "host"] };
    let ten_years_ago = now().saturating_sub(Duration::from_secs(10 * 365 * 86_400));
    let signed = sign_at(&get(), &key, pairing.scheme, &DATED, ten_years_ago);
    let question = key.question(&pairing, "hmac-sha256", &DATED, &signed, "verify");
    assert_eq!(peer.ask(&question), json!({ "verified": true }));
    assert_eq!(verdict(&signed, &key, pairing.scheme, &DATED), Err("httpsig.too_old"));

    // RFC 9421 §2.2.1: the method is signed in its own case, for it is another method. This one writes capitals.
    let pairing = hmac("http-message-signatures", Scheme::Rfc9421);
    let mut lower = get();
    lower["method"] = "get".into();
    let signed = signed_by(&mut peer, &key, &pairing, &BARE, &lower);
    let question = key.question(&pairing, "hmac-sha256", &BARE, &signed, "verify");
    assert_eq!(peer.ask(&question), json!({ "verified": true }));
    assert_eq!(verdict(&signed, &key, pairing.scheme, &BARE), Err("httpsig.signature_invalid"));

    // §2.2.8: a parameter that comes twice has no one value. This one writes a line for each.
    const PARAMETER: Profile =
        Profile { message: get, components: &["\"@method\"", "\"@query-param\";name=\"a\""] };
    let mut twice = get();
    twice["url"] = "https://example.com/foo?a=1&a=2".into();
    let signed = signed_by(&mut peer, &key, &pairing, &PARAMETER, &twice);
    let question = key.question(&pairing, "hmac-sha256", &PARAMETER, &signed, "verify");
    assert_eq!(peer.ask(&question), json!({ "verified": true }));
    assert_eq!(verdict(&signed, &key, pairing.scheme, &PARAMETER), Err("httpsig.query_ambiguous"));
}

fn signed_by(
    peer: &mut Peer,
    key: &Key,
    pairing: &Pairing,
    profile: &Profile,
    message: &Value,
) -> Value {
    let answer = peer.ask(&key.question(pairing, "hmac-sha256", profile, message, "sign"));
    with_fields(message, answer["fields"].as_array().unwrap_or_else(|| panic!("{answer}")))
}

/// Draft-12 §2.1.4 writes `created=1402170695`; this reader demands quotes, with which we would break the draft for others.
#[test]
fn digitalbazaar_does_not_read_the_numbers_of_the_draft() {
    let Some(folder) = folder() else { return };
    let pairing =
        PAIRINGS.iter().find(|pairing| pairing.peer.starts_with("@digitalbazaar")).unwrap();
    let key = Key::of(Algorithm::EdDsa);
    let signed = sign(&post(), &key, Scheme::Cavage12, &DRAFT_DATED);
    let mut peer = Peer::start(&folder, pairing.peer);
    let answer = peer.ask(&key.question(pairing, "ed25519", &DRAFT_DATED, &signed, "verify"));
    assert_eq!(answer, json!({ "error": "SyntaxError: bad param format" }));
    assert_eq!(verdict(&signed, &key, Scheme::Cavage12, &DRAFT_DATED), Ok(()));
}

/// A key in our form and in the one that peers are given.
struct Key {
    ours: SigningKey,
    private: String,
    public: String,
}

impl Key {
    fn of(algorithm: Algorithm) -> Self {
        let [private, public] = match algorithm {
            Algorithm::EdDsa => {
                [include_str!("keys/ed25519.pem"), include_str!("keys/ed25519.pub.pem")]
            }
            Algorithm::Es256 => [include_str!("keys/p256.pem"), include_str!("keys/p256.pub.pem")],
            Algorithm::Es384 => [include_str!("keys/p384.pem"), include_str!("keys/p384.pub.pem")],
            Algorithm::Hs256 | Algorithm::Hs512 => ["", ""],
            _ => [include_str!("keys/rsa2048.pem"), include_str!("keys/rsa2048.pub.pem")],
        };
        let secret = *b"a secret that two parties share, as long as its longest digest!!";
        let (ours, [private, public]) = match private {
            "" => {
                let ours = SigningKey::hmac(algorithm, &Secret::new(secret).unwrap());
                (ours, [&*base64::encode(secret); 2].map(str::to_owned))
            }
            pem => (SigningKey::from_pem(pem), [private, public].map(str::to_owned)),
        };
        let ours = ours.unwrap().with_algorithm(algorithm).unwrap().with_id(KEY_ID);
        Self { ours, private, public }
    }

    fn question(
        &self,
        pairing: &Pairing,
        algorithm: &str,
        profile: &Profile,
        message: &Value,
        op: &str,
    ) -> Value {
        let dialect = pairing.scheme.dialect();
        let signs = op == "sign";
        let dated = dialect.is_none() || covers(profile, "(created)");
        let created = dated.then(|| now().as_secs());
        json!({
            "op": op,
            "scheme": if dialect.is_some() { "cavage" } else { "rfc9421" },
            "message": message,
            "components": profile.components,
            // A verifier of `hs2019` is told by its key; ours write the name.
            "algorithm": algorithm,
            "key": if signs { &self.private } else { &self.public },
            "keyId": KEY_ID,
            "created": created,
            "expires": created.map(|created| created + 200),
            "carrier": carrier(pairing.scheme),
        })
    }
}

const KEY_ID: &str = "key-1";

/// Where the signatures of a scheme stand.
fn carrier(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Dialect(_) => "Signature",
        _ => "Authorization",
    }
}

fn sign(message: &Value, key: &Key, scheme: Scheme, profile: &Profile) -> Value {
    sign_at(message, key, scheme, profile, now())
}

fn sign_at(message: &Value, key: &Key, scheme: Scheme, profile: &Profile, now: UnixTime) -> Value {
    let (stored, answered) = read(message);
    let policy = policy(&stored, key, scheme, profile);
    let signer = MessageSigner::new(key.ours.clone(), &policy).unwrap();
    let fields = stored.answering(answered.as_ref(), |message| signer.sign(message, now)).unwrap();
    let fields: Vec<_> = fields.iter().map(|(name, value)| json!([name, value])).collect();
    with_fields(message, &fields)
}

fn verdict(
    message: &Value,
    key: &Key,
    scheme: Scheme,
    profile: &Profile,
) -> Result<(), &'static str> {
    let (stored, answered) = read(message);
    let policy = policy(&stored, key, scheme, profile);
    let public = key.ours.verifying_key();
    let verdict = stored.answering(answered.as_ref(), |message| {
        let signatures = Signatures::parse(message)?;
        let head = signatures.select(&policy)?.verify_head(&public, &policy, now())?;
        head.with_body(stored.body.as_bytes()).map(|_| ())
    });
    verdict.map_err(|error: HttpSigError| error.code())
}

fn read(message: &Value) -> (Stored, Option<Stored>) {
    (Stored::read(message), message.get("request").map(Stored::read))
}

fn policy(message: &Stored, key: &Key, scheme: Scheme, profile: &Profile) -> Policy {
    let builder = match message.method {
        Some(_) => Policy::builder(scheme, profile.components),
        None => Policy::response_builder(scheme, profile.components),
    };
    let algorithms = key.ours.algorithms().iter().copied();
    builder.algorithms(algorithms).key_id(KEY_ID).dangerous_partial_coverage().build().unwrap()
}

fn with_fields(message: &Value, fields: &[Value]) -> Value {
    let mut signed = message.clone();
    signed["headers"].as_array_mut().unwrap().extend(fields.iter().cloned());
    signed
}

fn now() -> UnixTime {
    UnixTime::from_secs(UnixTime::from(SystemTime::now()).as_secs())
}

/// Processes that run already.
#[derive(Default)]
struct Peers(HashMap<&'static str, Peer>);

impl Peers {
    fn get(&mut self, folder: &Path, name: &'static str) -> &mut Peer {
        self.0.entry(name).or_insert_with(|| Peer::start(folder, name))
    }
}

/// A library in its process.
struct Peer {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(folder: &Path, name: &str) -> Self {
        let scripts = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop"));
        let mut command = match name.strip_prefix("pypi ") {
            Some(name) => {
                let mut command = Command::new(folder.join("venv/bin/python"));
                command.arg(scripts.join("peer.py")).arg(name);
                command
            }
            None => {
                let mut command = Command::new("node");
                command.arg("--no-deprecation").arg(scripts.join("peer.mjs")).arg(folder).arg(name);
                command
            }
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, questions, answers }
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions.as_mut().unwrap(), "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("{error}: {answer:?} to {question}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Without further questions it ends.
        self.questions = None;
        let _ = self.child.wait();
    }
}

/// Where the libraries are installed. Without them there is nothing to show; in CI that is a failure.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("COUNTERSIGN_INTEROP_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/interop")),
        PathBuf::from,
    );
    if folder.join("node_modules").is_dir() && folder.join("venv/bin/python").exists() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no libraries in {}", folder.display());
    eprintln!("SKIPPED: no libraries in {}; run .ci/interop-peers", folder.display());
    None
}

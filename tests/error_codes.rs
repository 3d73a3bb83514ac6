//! Error codes are an interface: `error_codes.txt` lists every one with its class, and none may go.

#[path = "common/sources.rs"]
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use countersign::class::{AnswerProfile, Class};
use countersign::guard::OrderError;
use countersign::jwt::JwtError;
use countersign::key::KeyError;
use countersign::partner::bank_sso::BankSso;
use countersign::partner::vnpt_bioid::ANSWERS as BIO_ID_ANSWERS;
use countersign::partner::zalo::{LOGIN_ANSWERS, WEBHOOK_ANSWERS};
use countersign::verified::PendingError;

/// The committed list: a line is a code and its class, or `-` where the type has none.
const LIST: &str = include_str!("error_codes.txt");

#[test]
fn the_list_has_every_code_with_its_class() {
    let found: BTreeSet<String> =
        codes().iter().map(|code| format!("{} {}", code.code, code.class)).collect();
    let listed: BTreeSet<String> = LIST.lines().map(str::to_owned).collect();
    let lines =
        |lines: Vec<&String>| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let missing = lines(found.difference(&listed).collect());
    let gone = lines(listed.difference(&found).collect());
    assert!(missing.is_empty(), "add to tests/error_codes.txt:\n{missing}");
    assert!(gone.is_empty(), "codes that were there, and hosts may match on:\n{gone}");
    assert!(LIST.lines().is_sorted(), "tests/error_codes.txt is sorted");
}

#[test]
fn each_code_belongs_to_one_variant_and_has_the_form_room_dot_reason() {
    let mut owners = BTreeMap::new();
    for Code { code, owner, .. } in codes() {
        assert!(is_code(&code), "{owner}: {code}");
        if let Some(other) = owners.insert(code.clone(), owner.clone()) {
            panic!("{code} is {other} and {owner}");
        }
    }
}

#[test]
fn what_is_called_by_a_code_anywhere_in_the_sources_exists() {
    let codes: BTreeSet<String> = codes().into_iter().map(|code| code.code).collect();
    let rooms: BTreeSet<&str> = codes.iter().filter_map(|code| code.split('.').next()).collect();
    let mut mentioned = 0;
    for (path, text) in [sources::files("src", "rs"), sources::files("examples", "rs")].concat() {
        let literals = text.split('"').zip(text.split('"').skip(1));
        // Not byte strings: what is signed in an example is called `header.claims`.
        let texts = literals.filter(|(before, _)| !before.ends_with('b')).map(|(_, text)| text);
        for text in texts.filter(|text| is_code(text)) {
            if rooms.contains(text.split('.').next().unwrap()) {
                assert!(codes.contains(text), "{}: {text}", path.display());
                mentioned += 1;
            }
        }
    }
    assert!(mentioned > codes.len(), "{mentioned}");
}

/// The list is read out of the text of the sources; the values must say the same.
#[test]
fn the_values_say_what_the_list_says() {
    let listed = classes();
    let same = |code: &str, class: Class| assert_eq!(listed[code], class, "{code}");
    for error in [
        JwtError::AlgorithmNone,
        JwtError::SignatureInvalid,
        JwtError::TooLong { limit: 1 },
        JwtError::ClaimMissing { claim: "exp".into() },
        JwtError::ScopeMissing,
        JwtError::ClaimsNotAnObject,
        JwtError::Key(KeyError::SigningFailed),
    ] {
        same(error.code(), error.class());
    }
    for error in [KeyError::Use, KeyError::RsaPrimes, KeyError::SignatureInvalid] {
        same(error.code(), error.class());
    }
    for error in [PendingError::Replayed, PendingError::Expired, PendingError::StoreUnavailable] {
        same(error.code(), error.class());
    }
    for error in [OrderError::Superseded, OrderError::StoreUnavailable, OrderError::NotUnknown] {
        same(error.code(), error.class());
    }
}

fn profiles() -> [(&'static str, AnswerProfile); 5] {
    let bank = || BankSso::builder("https://bank.example.vn");
    let (listed, extended) =
        (bank().build().unwrap(), bank().with_extension_codes().build().unwrap());
    [
        ("RFC 6750", AnswerProfile::RFC6750),
        ("listed", *listed.answers()),
        ("extended", *extended.answers()),
        ("Zalo login", LOGIN_ANSWERS),
        ("VNPT BioID", BIO_ID_ANSWERS),
    ]
}

#[test]
fn every_profile_answers_every_code_with_an_error() {
    for (name, profile) in profiles() {
        for (code, class) in classes() {
            let answer = profile.answer(class, &code);
            assert!((400..600).contains(&answer.status), "{name}: {code} is {}", answer.status);
            assert!(!answer.code.is_empty(), "{name}: {code}");
            // RFC 9110 §15.5.2: a 401 says how to do better. The document's profile has a table of its own.
            let challenges = answer.www_authenticate.is_some();
            assert!(challenges || answer.status != 401 || name != "RFC 6750", "{name}: {code}");
        }
    }
}

/// S1-32 … S1-36: nothing but the document's five codes; a route that is not there is the host's 404.
#[test]
fn the_documents_profile_says_nothing_that_the_document_does_not_list() {
    let [_, (_, listed), (_, extended), ..] = profiles();
    let answers = |profile: AnswerProfile| -> BTreeSet<_> {
        let answer = |(code, class): (String, Class)| profile.answer(class, &code);
        classes().into_iter().map(answer).map(|answer| (answer.status, answer.code)).collect()
    };
    let document = [
        (400, "INVALID_JWT"),
        (401, "JWT_SIGNATURE_FAIL"),
        (403, "TOKEN_EXPIRED"),
        (404, "NOT_FOUND"),
        (409, "DUPLICATE_ORDER"),
        (500, "PARTNER_INTERNAL_ERROR"),
    ];
    assert_eq!(answers(listed), document.into());
    assert_eq!(listed.answer(Class::Forbidden, "bank_sso.route_unknown").status, 404);
    let further = [
        (401, "TOKEN_REPLAYED"),
        (403, "INSUFFICIENT_SCOPE"),
        (429, "RATE_LIMITED"),
        (503, "KEYS_UNAVAILABLE"),
    ];
    let all: BTreeSet<_> = document.into_iter().chain(further).collect();
    assert_eq!(answers(extended), all);
}

/// What Zalo's server hears of a good event that changes nothing; everything else is an error, by its class alone.
#[test]
fn an_event_is_answered_with_200_only_behind_its_signature() {
    let fine = ["biometric.replay_after_use", "biometric.unknown_challenge"];
    for (code, class) in classes() {
        let status = WEBHOOK_ANSWERS.answer(class, &code).status;
        if fine.contains(&&*code) {
            assert_eq!(status, 200, "{code}");
        } else {
            assert_eq!(status, WEBHOOK_ANSWERS.answer(class, "any.code").status, "{code}");
            assert!((400..600).contains(&status), "{code} is {status}");
        }
    }
}

/// A64: whoever cannot sign learns whether the form or the signature was wrong, and no more: neither which
/// key ids exist nor how far a forgery came. The same holds of what is wrong behind a good signature.
#[test]
fn the_answer_to_a_forgery_depends_on_its_class_alone() {
    for (name, profile) in profiles() {
        for class in [Class::Malformed, Class::Forged, Class::Expired, Class::NotReady] {
            let any = profile.answer(class, "any.code");
            for (code, _) in classes().into_iter().filter(|(_, found)| *found == class) {
                assert_eq!(profile.answer(class, &code), any, "{name}: {code}");
            }
        }
    }
    for code in
        ["jwks.unknown_key", "jwks.key_expired", "jwt.key_unknown", "jwt.algorithm_not_for_key"]
    {
        assert_eq!(classes()[code], classes()["jwt.signature_invalid"], "{code}");
    }
}

/// The codes of the list that have a class.
fn classes() -> BTreeMap<String, Class> {
    let class = |name: &str| Class::ALL.into_iter().find(|class| class.name() == name);
    let lines = LIST.lines().map(|line| line.split_once(' ').unwrap());
    lines.filter_map(|(code, name)| Some((code.to_owned(), class(name)?))).collect()
}

struct Code {
    code: String,
    /// The name of the class, or `-`.
    class: String,
    /// Type and variant.
    owner: String,
}

/// Every code in the text of the sources: what the arms of each `fn code` give, with what `fn class` of the same
/// type gives the same variant.
fn codes() -> Vec<Code> {
    let mut codes = Vec::new();
    for (_, text) in sources::files("src", "rs") {
        let functions = functions(&text);
        let classes: BTreeMap<(&str, String), String> = functions
            .iter()
            .filter(|function| function.name == "class")
            .flat_map(|function| {
                arms(&function.body).into_iter().map(|arm| ((function.owner, arm.0), arm.1))
            })
            .collect();
        for function in functions.iter().filter(|function| function.name == "code") {
            for (variant, code) in arms(&function.body) {
                // A `FooKind` has the class of its `Foo`, a `FooProblem` that of its `FooError`.
                let owner = function.owner;
                let speaker = owner.replace("Problem", "Error");
                let owners = [owner, owner.trim_end_matches("Kind"), &speaker];
                let class = owners.into_iter().find_map(|owner| {
                    let class = |variant: &str| classes.get(&(owner, variant.to_owned()));
                    class(&variant).or_else(|| class(""))
                });
                let class = class.map_or("-".to_owned(), |name| class_name(name));
                codes.push(Code { code, class, owner: format!("{}::{variant}", function.owner) });
            }
        }
    }
    codes
}

fn class_name(variant: &str) -> String {
    let class = Class::ALL.into_iter().find(|class| format!("{class:?}") == variant);
    class.unwrap_or_else(|| panic!("no class {variant}")).name().to_owned()
}

struct Function<'t> {
    owner: &'t str,
    name: &'t str,
    body: String,
}

/// The functions `code` and `class` of a file, by the indentation that rustfmt gives them.
fn functions(text: &str) -> Vec<Function<'_>> {
    let mut functions = Vec::new();
    let mut owner = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("impl ") {
            owner = name.split([' ', '<']).next().unwrap_or_default();
        }
        let Some((_, signature)) = line.split_once("fn ") else { continue };
        let name = signature.split('(').next().unwrap_or_default();
        if !line.starts_with("    pub ") || !["code", "class"].contains(&name) {
            continue;
        }
        let body = lines.by_ref().take_while(|line| *line != "    }");
        let body: Vec<_> = body.filter(|line| !line.trim_start().starts_with("//")).collect();
        functions.push(Function { owner, name, body: body.join("\n") });
    }
    functions
}

/// Each variant with the literal or the class its arm gives; the empty variant for all of them alike. Arms
/// that ask another error give nothing: its own function does.
fn arms(body: &str) -> Vec<(String, String)> {
    let mut arms = Vec::new();
    if !body.contains("=>") {
        arms.extend(given(body).map(|given| (String::new(), given)));
    }
    let mut rest = body;
    while let Some((patterns, behind)) = rest.split_once("=>") {
        // What is behind an arrow is a value up to the next pattern.
        let value = &behind[..behind.find("Self::").unwrap_or(behind.len())];
        let variants = patterns.split("Self::").skip(1);
        let variant =
            |text: &str| text.split(|c: char| !c.is_alphanumeric()).next().unwrap().into();
        arms.extend(variants.flat_map(|text| given(value).map(|given| (variant(text), given))));
        rest = behind;
    }
    arms
}

fn given(value: &str) -> Option<String> {
    let literal = value.split('"').nth(1).filter(|literal| is_code(literal));
    let class = value.split_once("Class::").map(|(_, class)| class);
    let class = class.and_then(|class| class.split(|c: char| !c.is_alphanumeric()).next());
    literal.or(class).map(str::to_owned)
}

/// `room.reason`, in lower case, digits and `_`.
fn is_code(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text.split_once('.').is_some_and(|(room, reason)| is_word(room) && is_word(reason))
}

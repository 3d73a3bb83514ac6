//! Claims with a good signature are judged as a slow oracle judges them, check by check; `explain` says what `verify`
//! does, and a stricter policy takes nothing that a laxer one refuses.

#![no_main]

use std::time::Duration;

use countersign::jwt::explain::Outcome;
use countersign::jwt::{JwtError, UnverifiedToken, explain};
use countersign::key::Algorithm;
use countersign::time::UnixTime;
use countersign_fuzz::claims::{Rules, Scope};
use countersign_fuzz::keys::{IAT, SIGNING, VERIFYING, sign};
use countersign_fuzz::{below, coin, pick};
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

fuzz_target!(|data: &[u8]| {
    let input = &mut Unstructured::new(data);
    let rules = rules(input);
    let now = moment(input);
    let payload = payload(input);
    let token = sign(&SIGNING[0].1, Algorithm::Hs256, HEADER, payload.as_bytes());
    let claims = serde_json::from_str::<Map<String, Value>>(&payload).unwrap();
    let Some(verdict) = judged(&rules, &token, &claims, now) else { return };

    let mut stricter = rules.clone();
    tighten(input, &mut stricter);
    if let Some(strict) = judged(&stricter, &token, &claims, now) {
        assert!(verdict || !strict, "{stricter:?} takes what {rules:?} refuses");
    }
});

const HEADER: &str = r#"{"alg":"HS256","kid":"h1"}"#;

/// What everyone agrees on; `None` where the rules make no policy.
fn judged(rules: &Rules, token: &str, claims: &Map<String, Value>, now: i64) -> Option<bool> {
    let policy = rules.policy()?;
    let host_now = UnixTime::from_millis(now);
    let parsed = UnverifiedToken::parse(token).unwrap();
    let verified = parsed.verify::<IgnoredAny, _>(&*VERIFYING, &policy, host_now).map(|_| ());
    let report = explain(token, &*VERIFYING, &policy, host_now);
    assert_eq!(verified.as_ref().err(), report.error());
    assert_eq!(verified.is_ok(), report.is_good());

    let expected = rules.judge(claims, now);
    for line in report.lines() {
        let held = line.outcome == Outcome::Pass;
        let oracle = expected.iter().find(|(check, _)| *check == line.check);
        let oracle = oracle.is_none_or(|(_, held)| *held);
        assert_eq!(held, oracle, "{:?} {line:?}\n{rules:?}\n{claims:?} at {now}", line.check);
    }
    single_use(rules, &parsed, claims, host_now, &verified);
    Some(verified.is_ok())
}

/// Single use demands an id as well, and keeps it for as long as the token could be used.
fn single_use(
    rules: &Rules,
    token: &UnverifiedToken<'_>,
    claims: &Map<String, Value>,
    now: UnixTime,
    reusable: &Result<(), JwtError>,
) {
    let policy = rules.builder().single_use().build().unwrap();
    let visible = |id: &str| id.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    let named = claims.get("jti").and_then(Value::as_str);
    let named = named.is_some_and(|id| (1..=128).contains(&id.len()) && visible(id));
    match token.verify::<IgnoredAny, _>(&*VERIFYING, &policy, now) {
        Ok(pending) => {
            assert!(reusable.is_ok() && named);
            let kept = pending.step().until().saturating_since(now);
            assert!(kept > Duration::from_secs(60), "forgotten while it counts");
        }
        Err(error) => assert!(!named || reusable == &Err(error)),
    }
}

/// Moments around the token's, and the corners of time.
fn moment(input: &mut Unstructured<'_>) -> i64 {
    match below(input, 8) {
        0 => *pick(input, &[&i64::MIN, &-1, &0, &253_402_300_799_000, &i64::MAX]),
        _ => (IAT - 100) * 1000 + i64::try_from(below(input, 600_000)).unwrap() / 500 * 500,
    }
}

fn rules(input: &mut Unstructured<'_>) -> Rules {
    let list = |input: &mut Unstructured<'_>, texts: &[&'static str]| match coin(input) {
        true => vec![texts[below(input, texts.len())]],
        false => Vec::new(),
    };
    let seconds = |input: &mut Unstructured<'_>| {
        coin(input).then(|| *pick(input, &[&300, &61, &1, &299, &86_400, &u64::MAX]))
    };
    let mut rules = Rules { issuers: vec!["i"], audiences: vec!["a"], ..Rules::default() };
    rules.issuers.extend(list(input, &["I", "i/"]));
    rules.audiences.extend(list(input, &["b", "A"]));
    rules.sole_audience = coin(input);
    rules.leeway = *pick(input, &[&0, &1, &30, &60]);
    rules.max_lifetime = seconds(input);
    rules.max_age = seconds(input);
    rules.required = list(input, &["sub", "x"]);
    rules.parties = list(input, &["p"]);
    rules.client_ids = list(input, &["p"]);
    if coin(input) {
        rules.equal.push(("x", "p"));
    }
    rules.scope = match below(input, 3) {
        0 => Scope::Anything,
        1 => Scope::AnyOf(vec!["r", "w"]),
        _ => Scope::AllOf(vec!["r", "w"]),
    };
    rules
}

/// The same rules, and something more is demanded.
fn tighten(input: &mut Unstructured<'_>, rules: &mut Rules) {
    match below(input, 9) {
        0 => rules.leeway /= 2,
        1 => rules.sole_audience = true,
        2 => rules.max_lifetime = Some(rules.max_lifetime.map_or(400, |cap| cap / 2)),
        3 => rules.max_age = Some(rules.max_age.map_or(400, |age| age / 2)),
        4 => rules.required.push("x"),
        5 => rules.equal.push(("sub", "u")),
        6 => rules.issuers.truncate(1),
        7 => rules.audiences.truncate(1),
        _ => {
            rules.scope = match &rules.scope {
                Scope::Anything => Scope::AnyOf(vec!["r", "w"]),
                _ => Scope::AllOf(vec!["r", "w"]),
            };
        }
    }
}

/// An object with most of the claims that matter, as text: serde_json would not write all of these.
fn payload(input: &mut Unstructured<'_>) -> String {
    let mut members = Vec::new();
    for claim in
        ["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "azp", "client_id", "scope", "scp", "x"]
    {
        let value = match (claim, below(input, 8)) {
            (_, 0) => continue,
            (_, 1) => pick(input, ODD).to_owned(),
            ("exp" | "nbf" | "iat", 2) => pick(input, ODD_DATES).to_owned(),
            ("exp", _) => date(input, 300),
            ("nbf" | "iat", _) => date(input, 0),
            ("iss", _) => pick(input, &[r#""i""#, r#""\u0069""#, r#""I""#, r#""i/""#]).to_owned(),
            ("aud", _) => pick(input, AUDIENCES).to_owned(),
            ("scope" | "scp", _) => pick(input, SCOPES).to_owned(),
            ("jti", _) => pick(input, &[r#""j""#, r#""\u006a 1""#, r#""\u00e9""#]).to_owned(),
            _ => pick(input, &[r#""p""#, r#""u""#, r#""P""#]).to_owned(),
        };
        members.push(format!(r#""{claim}":{value}"#));
    }
    let by = below(input, members.len().max(1));
    members.rotate_left(by);
    format!("{{{}}}", members.join(","))
}

/// Whole seconds, halves, and exponents; few enough digits that every reader finds the same double.
fn date(input: &mut Unstructured<'_>, base: i64) -> String {
    let seconds = IAT + base + *pick(input, &[&0, &-1, &1, &30, &-30, &60, &-300, &-299, &300]);
    match below(input, 8) {
        0 => format!("{seconds}.5"),
        1 => format!("{seconds}.0"),
        2 => format!("{seconds}e0"),
        3 => format!("{}.{:03}E+3", seconds.div_euclid(1000), seconds.rem_euclid(1000)),
        _ => seconds.to_string(),
    }
}

const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    r#""""#,
    "[]",
    "{}",
    r#"["a",1]"#,
    r#"[["a"]]"#,
    "17351806.25",
    r#"" ""#,
];

const ODD_DATES: &[&str] = &[
    "-1",
    "-0",
    "0",
    "-0.5",
    "0.5",
    "1e300",
    "9223372036854775807",
    "18446744073709551615",
    "253402300799",
    "253402300799.5",
    "253402300800",
    "1e12",
    "1735180623000",
    "-9223372036854775808",
    "1e-300",
    r#""1735180923""#,
];

const AUDIENCES: &[&str] = &[
    r#""a""#,
    r#"["a"]"#,
    r#"["a","b"]"#,
    r#"["b","c"]"#,
    r#"["a","a"]"#,
    r#"["\u0061"]"#,
    r#""A""#,
    r#""ab""#,
    r#"["a",null]"#,
    r#""b""#,
];

const SCOPES: &[&str] = &[
    r#""r""#,
    r#""w r""#,
    r#""r w x""#,
    r#"["r"]"#,
    r#"["r","w"]"#,
    r#"["r w"]"#,
    r#""r  w""#,
    r#"" r""#,
    r#""rw""#,
    r#""r\"""#,
    r#"["r","\u0077"]"#,
    r#"[]"#,
    r#""r\tw""#,
];

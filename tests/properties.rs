//! Properties over random tokens, policies, keys and key sets (`P1` … `P8` of the reliability notes).
//!
//! The targets under `fuzz/` go deeper into single rooms; these hold for the whole path.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking")]

#[path = "common/key_sets.rs"]
mod key_sets;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use countersign::guard::MemoryStore;
use countersign::jwks::{JwkSet, diff};
use countersign::jwt::{
    JwtError, Policy, PolicyBuilder, SingleUse, TokenSigner, UnverifiedToken, explain,
};
use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;
use key_sets::{ED25519, P256, P384, RSA, RSA_OTHER, document, jwk};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::{collection, option};
use serde_json::{Map, Value, json};

type Any = Map<String, Value>;

const IAT: i64 = 1_735_180_623;
const NOW: UnixTime = UnixTime::from_secs(IAT + 60);

/// A key for each algorithm that both backends have, with its name as the id.
static SIGNERS: LazyLock<Vec<(Algorithm, SigningKey)>> = LazyLock::new(|| {
    let offered = Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != Algorithm::Es512);
    offered.map(|algorithm| (algorithm, signing_key(algorithm))).collect()
});

fn signing_key(algorithm: Algorithm) -> SigningKey {
    let pem = match algorithm {
        Algorithm::Es256 => include_str!("keys/p256.pem"),
        Algorithm::Es384 => include_str!("keys/p384.pem"),
        Algorithm::EdDsa => include_str!("keys/ed25519.pem"),
        symmetric if symmetric.is_symmetric() => {
            let secret = Secret::new([7; 64]).unwrap();
            return SigningKey::hmac(symmetric, &secret).unwrap().with_id(symmetric.name());
        }
        _ => include_str!("keys/rsa2048.pem"),
    };
    SigningKey::from_pem(pem).unwrap().with_id(algorithm.name())
}

fn sign(algorithm: Algorithm, claims: &Value) -> String {
    let (_, key) = SIGNERS.iter().find(|(name, _)| *name == algorithm).unwrap();
    TokenSigner::new(key.clone(), algorithm).unwrap().sign(claims).unwrap()
}

fn keys() -> Vec<VerifyingKey> {
    SIGNERS.iter().map(|(_, key)| key.verifying_key()).collect()
}

fn verify(
    token: &str,
    keys: &[VerifyingKey],
    policy: &Policy,
    now: UnixTime,
) -> Result<Any, JwtError> {
    Ok(UnverifiedToken::parse(token)?.verify::<Any, _>(keys, policy, now)?.into_parts().0)
}

fn policy(algorithm: Algorithm) -> PolicyBuilder {
    Policy::builder("i", "a", [algorithm])
}

/// Any claims of a host's own, which no policy looks at.
fn own_claims() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        // Numbers that serde_json, too, reads exactly.
        any::<i32>().prop_map(|number| json!(f64::from(number) / 8.0)),
        Just(Value::Null),
    ];
    let value = leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    });
    collection::btree_map("x[a-z]{1,6}", value, 0..4)
}

fn with_own(mut claims: Value, own: BTreeMap<String, Value>) -> Value {
    claims.as_object_mut().unwrap().extend(own);
    claims
}

/// Claims around the moment `NOW`, of which about every fifth is good enough.
fn some_claims() -> impl Strategy<Value = Value> {
    let mostly =
        |good: Value, others: Vec<Value>| prop_oneof![6 => Just(good), 1 => select(others)];
    let rarely = |others: Vec<Value>| option::weighted(0.2, select(others));
    (
        (
            option::weighted(0.95, IAT..IAT + 800),
            option::weighted(0.3, IAT - 400..IAT + 200),
            option::weighted(0.8, IAT - 400..IAT + 100),
        ),
        mostly(json!("i"), vec![json!("I"), json!(null), json!(["i"])]),
        mostly(
            json!("a"),
            vec![json!(["a"]), json!(["b", "a"]), json!("b"), json!([]), json!([1])],
        ),
        mostly(json!("w r"), vec![json!("r"), json!("rw"), json!("r  w"), json!(1)]),
        rarely(vec![json!("p"), json!("p"), json!("q"), json!(1)]),
        rarely(vec![json!("j1"), json!("j2"), json!("j 3"), json!("")]),
    )
        .prop_map(|((exp, nbf, iat), iss, aud, scope, azp, jti)| {
            let mut claims = json!({ "iss": iss, "aud": aud });
            for (name, value) in [
                ("exp", exp.map(Value::from)),
                ("nbf", nbf.map(Value::from)),
                ("iat", iat.map(Value::from)),
                ("scope", Some(scope)),
                ("azp", azp),
                ("jti", jti),
            ] {
                if let Some(value) = value {
                    claims[name] = value;
                }
            }
            claims
        })
}

/// What a policy demands beyond the least.
#[derive(Clone, Debug)]
struct Demands {
    leeway: u64,
    max_lifetime: Option<u64>,
    max_age: Option<u64>,
    sole_audience: bool,
    scope: bool,
    party: bool,
    jti: bool,
    key_id: bool,
}

fn some_demands() -> impl Strategy<Value = Demands> {
    let seconds = || option::weighted(0.3, 61_u64..900);
    let rarely = || proptest::bool::weighted(0.15);
    let flags = (any::<bool>(), any::<bool>(), rarely(), rarely(), any::<bool>());
    (0_u64..=60, seconds(), seconds(), flags).prop_map(|(leeway, max_lifetime, max_age, flags)| {
        let (sole_audience, scope, party, jti, key_id) = flags;
        Demands { leeway, max_lifetime, max_age, sole_audience, scope, party, jti, key_id }
    })
}

impl Demands {
    fn policy(&self) -> Policy {
        let mut builder = policy(Algorithm::Hs256).leeway(Duration::from_secs(self.leeway));
        if let Some(cap) = self.max_lifetime {
            builder = builder.max_lifetime(Duration::from_secs(cap));
        }
        if let Some(age) = self.max_age {
            builder = builder.max_age(Duration::from_secs(age));
        }
        if self.sole_audience {
            builder = builder.sole_audience();
        }
        if self.scope {
            builder = builder.scope_any(["r"]);
        }
        if self.party {
            builder = builder.authorized_party("p");
        }
        if self.jti {
            builder = builder.require("jti");
        }
        if self.key_id {
            builder = builder.require_key_id();
        }
        builder.build().unwrap()
    }

    /// All that both demand.
    fn and(&self, other: &Self) -> Self {
        let least = |one: Option<u64>, other: Option<u64>| one.into_iter().chain(other).min();
        Self {
            leeway: self.leeway.min(other.leeway),
            max_lifetime: least(self.max_lifetime, other.max_lifetime),
            max_age: least(self.max_age, other.max_age),
            sole_audience: self.sole_audience | other.sole_audience,
            scope: self.scope | other.scope,
            party: self.party | other.party,
            jti: self.jti | other.jti,
            key_id: self.key_id | other.key_id,
        }
    }
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn p1_what_was_signed_is_verified_to_the_same_claims(own in own_claims()) {
        let claims = with_own(json!({ "iss": "i", "aud": "a", "iat": IAT, "exp": IAT + 300 }), own);
        let keys = keys();
        for (algorithm, _) in SIGNERS.iter() {
            let verified = verify(&sign(*algorithm, &claims), &keys, &policy(*algorithm).build().unwrap(), NOW);
            prop_assert_eq!(verified.map(Value::from), Ok(claims.clone()), "{}", algorithm);
        }
    }
}

/// One character of a token changed, taken away or added.
#[derive(Clone, Debug)]
enum Edit {
    Replace(char),
    Remove,
    Insert(char),
}

fn some_edit() -> impl Strategy<Value = Edit> {
    let character = || {
        prop_oneof![
            3 => proptest::char::range('\u{21}', '\u{7e}'),
            1 => select(vec!['.', '=', ' ', '\n', '\0', 'é']),
        ]
    };
    prop_oneof![
        character().prop_map(Edit::Replace),
        Just(Edit::Remove),
        character().prop_map(Edit::Insert),
    ]
}

fn edited(token: &str, at: Index, edit: &Edit) -> String {
    let mut characters: Vec<char> = token.chars().collect();
    let at = at.index(characters.len());
    match edit {
        Edit::Replace(with) => characters[at] = *with,
        Edit::Remove => {
            characters.remove(at);
        }
        Edit::Insert(new) => characters.insert(at, *new),
    }
    characters.into_iter().collect()
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn p2_a_token_with_any_edit_is_refused(at in any::<Index>(), edit in some_edit()) {
        static TOKENS: LazyLock<Vec<(Policy, String)>> = LazyLock::new(|| {
            let claims = json!({ "iss": "i", "aud": "a", "exp": IAT + 300 });
            let signed = |(algorithm, _): &(Algorithm, _)| {
                (policy(*algorithm).build().unwrap(), sign(*algorithm, &claims))
            };
            SIGNERS.iter().map(signed).collect()
        });
        let keys = keys();
        for (policy, token) in TOKENS.iter() {
            let changed = edited(token, at, &edit);
            let verified = verify(&changed, &keys, policy, NOW);
            prop_assert_eq!(verified.is_ok(), changed == *token, "{}", changed);
        }
    }

    #[test]
    fn p7_threads_come_to_the_same_verdicts_as_one(
        claims in collection::vec(some_claims(), 1..12),
        threads in 2..5_usize,
    ) {
        // Every token twice, and all of them against one store.
        let tokens: Vec<String> = claims.iter().map(|claims| sign(Algorithm::Hs256, claims)).collect();
        let tokens: Vec<&str> = tokens.iter().chain(&tokens).map(String::as_str).collect();
        let (keys, policy) = (keys(), policy(Algorithm::Hs256).single_use().build().unwrap());
        let alone = MemoryStore::new(64, NOW);
        let mut expected: Vec<_> = tokens.iter().map(|token| spend(token, &keys, &policy, &alone)).collect();
        let shared = MemoryStore::new(64, NOW);
        let mut found: Vec<_> = std::thread::scope(|scope| {
            let parts: Vec<_> = tokens.chunks(tokens.len().div_ceil(threads)).collect();
            let started: Vec<_> = parts.into_iter().map(|part| {
                let (keys, policy, shared) = (&keys, &policy, &shared);
                scope.spawn(move || {
                    part.iter().map(|token| spend(token, keys, policy, shared)).collect::<Vec<_>>()
                })
            }).collect();
            started.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        expected.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}

/// A verdict in one word.
fn spend(
    token: &str,
    keys: &[VerifyingKey],
    policy: &Policy<SingleUse>,
    store: &MemoryStore,
) -> &'static str {
    let token = UnverifiedToken::parse(token).unwrap();
    let pending = match token.verify::<Any, _>(keys, policy, NOW) {
        Ok(pending) => pending,
        Err(error) => return error.code(),
    };
    let answer = store.apply(pending.step(), NOW);
    pending.finish(answer, NOW).map_or_else(|error| error.code(), |_| "accepted")
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn p3_a_token_is_good_for_one_span_of_time(
        claims in some_claims(),
        demands in some_demands(),
        moments in collection::vec(IAT - 600..IAT + 1_500, 2..24),
    ) {
        let (token, keys, policy) = (sign(Algorithm::Hs256, &claims), keys(), demands.policy());
        let mut moments = moments;
        // The corners, and then in order.
        moments.extend(["exp", "nbf", "iat"].iter().filter_map(|claim| claims[claim].as_i64()));
        moments.sort_unstable();
        let (mut was_good, mut is_over) = (false, false);
        for moment in moments {
            match verify(&token, &keys, &policy, UnixTime::from_secs(moment)) {
                Ok(_) => {
                    prop_assert!(!is_over, "good again at {}", moment);
                    was_good = true;
                }
                Err(error) => {
                    let over = matches!(error, JwtError::Expired { .. } | JwtError::TooOld { .. });
                    prop_assert!(over || !was_good, "{} after it was good", error);
                    is_over |= over;
                }
            }
        }
    }

    #[test]
    fn p4_who_demands_more_accepts_no_more(
        claims in some_claims(),
        one in some_demands(),
        other in some_demands(),
        now in IAT - 100..IAT + 500,
    ) {
        let (token, keys, now) = (sign(Algorithm::Hs256, &claims), keys(), UnixTime::from_secs(now));
        let accepts = |demands: &Demands| verify(&token, &keys, &demands.policy(), now).is_ok();
        prop_assert!(!accepts(&one.and(&other)) || (accepts(&one) && accepts(&other)));
    }

    #[test]
    fn p5_an_unrelated_key_changes_no_verdict(
        claims in some_claims(),
        good_key in any::<bool>(),
        (id, at) in (option::of(select(vec!["HS256", "other"])), any::<Index>()),
        others in 1..6_usize,
    ) {
        let (token, policy) = (sign(Algorithm::Hs256, &claims), policy(Algorithm::Hs256).build().unwrap());
        let mut keys: Vec<_> = keys().into_iter().filter(|key| good_key || !key.allows(Algorithm::Hs256)).collect();
        let before = verify(&token, &keys, &policy, NOW);
        for other in 0..others {
            let secret = Secret::new([8 + u8::try_from(other).unwrap(); 32]).unwrap();
            let unrelated = VerifyingKey::hmac(Algorithm::Hs256, &secret).unwrap();
            let unrelated = match id {
                Some(id) => unrelated.with_id(id),
                None => unrelated,
            };
            keys.insert(at.index(keys.len() + 1), unrelated);
        }
        match (before, verify(&token, &keys, &policy, NOW)) {
            (_, Err(JwtError::KeyAmbiguous { limit })) => {
                prop_assert!(id != Some("other") && others + usize::from(good_key) > limit);
            }
            (Ok(before), after) => prop_assert_eq!(after, Ok(before)),
            (Err(_), after) => prop_assert!(after.is_err()),
        }
    }

    #[test]
    fn p8_explain_agrees_with_verify(
        claims in some_claims(),
        demands in some_demands(),
        edit in option::weighted(0.2, (any::<Index>(), some_edit())),
        now in IAT - 100..IAT + 500,
    ) {
        let token = sign(Algorithm::Hs256, &claims);
        let token = edit.map_or_else(|| token.clone(), |(at, edit)| edited(&token, at, &edit));
        let (keys, policy, now) = (keys(), demands.policy(), UnixTime::from_secs(now));
        let report = explain(&token, &keys, &policy, now);
        let refused = verify(&token, &keys, &policy, now).err();
        prop_assert_eq!(refused.as_ref(), report.error());
        prop_assert_eq!(report.is_good(), report.errors().next().is_none());
    }
}

/// The entries of a published set, each as its members.
static ENTRIES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let rows = [(ED25519, "e1"), (P256, "p1"), (P384, "p2"), (RSA, "r1"), (RSA_OTHER, "r1")];
    let members = |(pem, id): (&str, &str)| {
        let jwk: Any = serde_json::from_str(&jwk(pem, id)).unwrap();
        jwk.iter().map(|(name, value)| format!("{}:{value}", Value::from(&**name))).collect()
    };
    rows.into_iter().map(members).collect()
});

fn shuffled_entries() -> impl Strategy<Value = Vec<Vec<String>>> {
    let entries = ENTRIES.iter().map(|members| Just(members.clone()).prop_shuffle());
    entries.collect::<Vec<_>>().prop_shuffle()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn p6_the_order_of_members_and_blanks_say_nothing(
        entries in shuffled_entries(),
        blanks in collection::vec("[ \t\r\n]{0,3}", 8),
        keys_first in any::<bool>(),
    ) {
        let plain: Vec<String> = ENTRIES.iter().map(|members| format!("{{{}}}", members.join(","))).collect();
        let expected = JwkSet::parse(&document(&plain)).unwrap();
        let [a, b, c, d, e, f, g, h] = &blanks[..] else { panic!("eight blanks") };
        let written: Vec<String> = entries.iter().map(|members| {
            format!("{a}{{{b}{}{c}}}{d}", members.join(&format!("{e},{f}")).replace(':', &format!("{g}:{h}")))
        }).collect();
        let keys = format!("\"keys\"{g}:{h}[{}]", written.join(","));
        let text = match keys_first {
            true => format!("{h}{{{keys}{a},\"x\":{{}}}}{b}"),
            false => format!("{h}{{\"x\":1,{keys}{a}}}{b}"),
        };
        let found = JwkSet::parse(text.as_bytes()).unwrap();
        prop_assert!(diff(&expected, &found).is_empty(), "{}", text);
        prop_assert!(found.report().skipped().is_empty());
        let ids = |set: &JwkSet| set.keys().iter().map(|key| key.id().cloned()).collect::<Vec<_>>();
        prop_assert_eq!(ids(&found), ids(&expected));
    }
}

//! The program `explain` on its samples, as the README shows it.

#[allow(dead_code, reason = "a test has a main of its own")]
#[path = "../examples/explain.rs"]
mod explain;

use explain::{Verdict, run};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/explain");
const TOKEN: &str = include_str!("../examples/explain/token.txt");

fn judge(policy: &str, more: &[&str]) -> Result<Verdict, String> {
    let files = [format!("{SAMPLES}/jwks.json"), policy.to_owned()];
    let [jwks, policy] = &files;
    let arguments = ["--jwks", jwks, "--policy", policy].into_iter().chain(more.iter().copied());
    run(&arguments.map(str::to_owned).collect::<Vec<_>>())
}

fn sample(more: &[&str]) -> Result<Verdict, String> {
    judge(&format!("{SAMPLES}/policy.json"), more)
}

#[test]
fn the_sample_is_good_in_its_time_and_says_what_was_left_out_of_the_set() {
    let verdict = sample(&["--now", "2024-12-26T02:38:20Z", TOKEN.trim()]).unwrap();
    assert!(verdict.is_good, "{}", verdict.text);
    let left_out =
        "key 1 of the set (enc-2025) is not used: a key that is not meant for this use\n";
    assert!(verdict.text.ends_with(left_out), "{}", verdict.text);
    assert!(!verdict.text.contains("FAIL"), "{}", verdict.text);
}

#[test]
fn the_sample_is_over_afterwards_in_either_language() {
    for (language, word) in [("en", "FAIL  expiry (exp)"), ("vi", "SAI   hết hạn (exp)")] {
        let later = ["--now", "1735184223", "--language", language, TOKEN.trim()];
        let verdict = sample(&later).unwrap();
        assert!(!verdict.is_good);
        assert!(verdict.text.contains(word), "{}", verdict.text);
        assert_eq!(verdict.text.matches("jwt.expired").count(), 2, "{}", verdict.text);
    }
}

#[test]
fn what_cannot_be_judged_says_why() {
    let problem =
        |outcome: Result<Verdict, String>| outcome.map(|verdict| verdict.text).unwrap_err();
    assert!(problem(sample(&[])).starts_with("usage: "));
    assert!(problem(sample(&["a", "b"])).starts_with("usage: "));
    assert_eq!(
        problem(sample(&["--language", "fr", "a"])),
        "expected the language en or vi, found fr"
    );
    let now = problem(sample(&["--now", "today", "a"]));
    assert_eq!(now, "expected a moment as RFC 3339 or in seconds, found today");

    // A misspelt rule would not hold, and a policy that is not safe is none.
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let good = include_str!("../examples/explain/policy.json");
    for (found, changed, reason) in [
        ("max_lifetime", "max_lifetme", "unknown member at byte 120"),
        ("\"RS256\"", "\"RS257\"", "unknown algorithm RS257"),
        (
            "\"leeway\": 30",
            "\"leeway\": 61",
            "the policy cannot be built: the leeway is above 60 s",
        ),
    ] {
        let path = folder.join("explain-policy.json");
        std::fs::write(&path, good.replace(found, changed)).unwrap();
        let problem = problem(judge(path.to_str().unwrap(), &["a"]));
        assert_eq!(problem, format!("{}: {reason}", path.display()));
    }
}

//! Lists of rules, each with the tests that show it or the reason why none does.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources;

/// What shows a rule.
pub(crate) enum Shown {
    /// These tests, or functions in examples of the documentation.
    By(&'static [&'static str]),
    /// None, for this reason.
    Not(&'static str),
}

/// Each rule with what shows it.
pub(crate) type Catalogue = &'static [(&'static str, Shown)];

/// Every test that is named exists, every reason says something, and no rule stands twice.
pub(crate) fn check(catalogue: Catalogue) {
    let tests = tests();
    let mut rules = BTreeSet::new();
    for (rule, shown) in catalogue {
        assert!(rules.insert(rule), "{rule} stands twice");
        match shown {
            Shown::By(names) => {
                assert!(!names.is_empty(), "{rule}");
                for name in *names {
                    assert!(tests.contains_key(*name), "{rule}: there is no test {name}");
                }
            }
            Shown::Not(reason) => assert!(reason.len() > 10, "{rule}: {reason:?}"),
        }
    }
}

/// Functions that `cargo test` runs, and functions in examples of the documentation, each with its file.
fn tests() -> BTreeMap<String, String> {
    let mut tests = BTreeMap::new();
    for (path, text) in
        ["src", "tests", "examples"].map(|folder| sources::files(folder, "rs")).concat()
    {
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            let in_docs = line.starts_with("///") || line.starts_with("//!");
            match line.split_once("fn ") {
                Some((_, name)) if is_test || in_docs => {
                    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
                    let name = name[..end.unwrap_or(name.len())].to_owned();
                    tests.insert(name, path.display().to_string());
                    is_test = false;
                }
                _ if line == "#[test]" => is_test = true,
                // Between the attribute and its function may stand others, and comments.
                _ => is_test &= line.starts_with("#[") || line.starts_with("//"),
            }
        }
    }
    tests
}

//! How long a fetched document stays fresh (RFC 9111 §4.2, §5.1 and §5.2).

use std::time::Duration;

/// The freshness lifetime that the fields `Cache-Control` and `Age` leave, or `None` where they set none.
///
/// What cannot be read counts as stale, as RFC 9111 §4.2.1 advises; the caller keeps it within limits.
pub(super) fn remaining(cache_control: Option<&str>, age: Option<&str>) -> Option<Duration> {
    let lifetime = lifetime(cache_control?)?;
    // RFC 9111 §5.1: the first member of a list counts, and an invalid field does not.
    let first = age.and_then(|age| age.split(',').next());
    Some(lifetime.saturating_sub(first.and_then(seconds).unwrap_or(Duration::ZERO)))
}

fn lifetime(cache_control: &str) -> Option<Duration> {
    if cache_control.len() > MAX_FIELD_BYTES {
        return Some(Duration::ZERO);
    }
    let mut max_age = None;
    for directive in directives(cache_control) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let is = |known: &str| name.trim().eq_ignore_ascii_case(known);
        if is("no-store") || is("no-cache") {
            return Some(Duration::ZERO);
        }
        if is("max-age") {
            max_age = max_age.or(Some(seconds(value).unwrap_or(Duration::ZERO)));
        }
    }
    max_age
}

/// The members of the list; a comma inside quotes does not part them (RFC 9110 §5.6.4).
fn directives(field: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    field.split(move |character| {
        quoted ^= character == '"';
        character == ',' && !quoted
    })
}

/// RFC 9111 §1.2.2: digits, in quotes or not; more of them than fit count as very many.
fn seconds(text: &str) -> Option<Duration> {
    let digits = text.trim().trim_matches('"');
    let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

/// Longer fields than any server sends.
const MAX_FIELD_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_counts_less_the_age() {
        for (cache_control, age, left) in [
            ("max-age=600", None, 600),
            ("public, Max-Age=600, must-revalidate", None, 600),
            ("max-age=\"600\"", None, 600),
            ("max-age=600", Some("100"), 500),
            ("max-age=600", Some("100, 5"), 500),
            ("max-age=600", Some("x"), 600),
            ("max-age=600", Some("601"), 0),
            ("max-age=600, max-age=5", None, 600),
            ("private=\"a, max-age=5\", max-age=600", None, 600),
            ("max-age=0", None, 0),
            ("max-age=-1", None, 0),
            ("max-age=ten", None, 0),
            ("max-age", None, 0),
            ("max-age=600, no-store", None, 0),
            ("no-cache", None, 0),
            ("max-age=1000000000000000000000", None, u64::MAX),
        ] {
            let expected = Some(Duration::from_secs(left));
            assert_eq!(remaining(Some(cache_control), age), expected, "{cache_control} {age:?}");
        }
    }

    #[test]
    fn silence_sets_nothing() {
        assert_eq!(remaining(None, Some("5")), None);
        assert_eq!(remaining(Some(""), None), None);
        assert_eq!(remaining(Some("public, s-maxage=5, stale-if-error=5"), None), None);
    }

    #[test]
    fn a_field_longer_than_any_is_stale() {
        let field = format!("max-age=600{}", ",".repeat(MAX_FIELD_BYTES));
        assert_eq!(remaining(Some(&field), None), Some(Duration::ZERO));
    }
}

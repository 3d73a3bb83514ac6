//! Where two signature bases differ.

use std::fmt;

/// The first line in which two signature bases differ.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The line's number, from 1.
    pub line: usize,
    /// The line here, if there is one: escaped, cut, and without credentials.
    pub ours: Option<String>,
    /// The line at the sender, if there is one: likewise.
    pub theirs: Option<String>,
}

impl Difference {
    /// Compares line by line, where a line ends at a line feed and nothing else: a carriage return before it differs.
    pub(super) fn first(ours: &str, theirs: &str) -> Option<Self> {
        let (mut our_lines, mut their_lines) = (ours.split('\n'), theirs.split('\n'));
        for number in 1_usize.. {
            match (our_lines.next(), their_lines.next()) {
                (None, None) => return None,
                (ours, theirs) if ours == theirs => {}
                (ours, theirs) => {
                    let (ours, theirs) = (ours.map(line), theirs.map(line));
                    return Some(Self { line: number, ours, theirs });
                }
            }
        }
        None
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |line: &Option<String>| line.clone().unwrap_or_else(|| "no such line".into());
        write!(
            f,
            "line {}: here {}, at the sender {}",
            self.line,
            shown(&self.ours),
            shown(&self.theirs)
        )
    }
}

/// A line of a base, for a terminal and a log.
pub(super) fn line(line: &str) -> String {
    let (name, value) = line.split_once(": ").unwrap_or((line, ""));
    let field = name.trim_matches('"').to_ascii_lowercase();
    if CREDENTIALS.iter().any(|credential| field.starts_with(credential)) {
        return format!("{name}: ({} bytes, not shown)", value.len());
    }
    let mut shown: String = line
        .chars()
        .take(MAX_SHOWN)
        .flat_map(|character| {
            let plain = (' '..='~').contains(&character) && character != '\\';
            let escaped = (!plain).then(|| character.escape_default());
            plain.then_some(character).into_iter().chain(escaped.into_iter().flatten())
        })
        .collect();
    if line.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// Fields whose values let in whoever has them.
const CREDENTIALS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];

/// How many characters of a line are shown: a SHA-512 in base64 with its name fits.
const MAX_SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        let ours = "\"@method\": GET\n\"@path\": /a";
        assert_eq!(Difference::first(ours, ours), None);
        let cases = [
            ("\"@method\": get\n\"@path\": /b", 1, "\"@method\": get"),
            ("\"@method\": GET\r\n\"@path\": /a", 1, "\"@method\": GET\\r"),
            ("\"@method\": GET\n\"@path\": /a ", 2, "\"@path\": /a "),
            ("\"@method\": GET\n\"@path\": /a\n", 3, ""),
        ];
        for (theirs, line, shown) in cases {
            let difference = Difference::first(ours, theirs).unwrap();
            assert_eq!((difference.line, difference.theirs.as_deref()), (line, Some(shown)));
        }
        let shorter = Difference::first(ours, "\"@method\": GET").unwrap();
        assert_eq!((shorter.line, shorter.theirs), (2, None));
    }

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(line("authorization: Bearer a.b.c"), "authorization: (12 bytes, not shown)");
        assert_eq!(line("\"cookie\";bs: :AAAA:"), "\"cookie\";bs: (6 bytes, not shown)");
        assert_eq!(line("\"x-name\": a\\b\u{1b}"), "\"x-name\": a\\\\b\\u{1b}");
    }
}

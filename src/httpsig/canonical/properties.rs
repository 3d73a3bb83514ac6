//! Over random lines: the quick way and the long way read the same, and a list is cut where its structure says.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::httpsig::rfc9421::LIMITS;
use crate::structured::{self, Item};

const ITEMS: &[&str] = &[
    r#""x""#,
    r#""@method""#,
    r#""@q";name="(; ""#,
    r#""y";key="k";req"#,
    r#""z";bs;tr;sf"#,
    r#""a\"b""#,
    r#"%"\""#,
    r#"%" \ ""#,
    "tok%;a",
];

const PARAMETERS: &[&str] = &[
    ";created=1",
    ";expires=20",
    r#";keyid="k""#,
    r#";alg="a;b""#,
    r#";nonce="n)%""#,
    r#";tag="t""#,
    r#";u=%"\""#,
    r#";v=%"\;""#,
    ";w",
    r#";x="\\""#,
    ";y=:AA==:;z=@1",
];

/// What may stand too much.
const PIECES: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    ",",
    ", ",
    ";",
    "=",
    "(",
    ")",
    "()",
    "\"",
    "\\",
    "%",
    "%\"",
    ":",
    "0",
    "01",
    "-",
    ".",
    "1.5",
    "?0",
    "A",
    "\u{e9}",
    ";req",
    ";req;req",
    ";created",
    ";created=2",
    ";keyid=\"\"",
    ";alg=a",
];

fn member() -> impl Strategy<Value = String> {
    let parts =
        (select(&["a", "b", "sig1"][..]), vec(select(ITEMS), 0..4), vec(select(PARAMETERS), 0..5));
    parts.prop_map(|(label, items, params)| {
        format!("{label}=({}){}", items.join(" "), params.concat())
    })
}

/// Whole members, with nothing or something too much.
fn line() -> impl Strategy<Value = String> {
    let pieces = vec((any::<Index>(), select(PIECES)), 0..3);
    (vec(member(), 1..3), pieces).prop_map(|(members, pieces)| {
        let mut line: Vec<char> = members.join(", ").chars().collect();
        for (at, piece) in pieces {
            let at = at.index(line.len() + 1);
            line.splice(at..at, piece.chars());
        }
        line.into_iter().collect()
    })
}

fn text_of<T>(value: &T, write_onto: impl Fn(&T, &mut String)) -> String {
    let mut text = String::new();
    write_onto(value, &mut text);
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_024) })]

    #[test]
    fn what_is_recognised_is_read_as_the_long_way_reads_it(line in line()) {
        if let Some(found) = plain::members(line.as_bytes()) {
            let found: Result<_, StructuredError> = Ok(found);
            let long = members_of_any_spelling(line.as_bytes(), &LIMITS);
            prop_assert_eq!(format!("{found:?}"), format!("{long:?}"));
        }
    }

    #[test]
    fn a_canonical_list_is_cut_where_its_structure_says(line in line()) {
        let Ok(dictionary) = Dictionary::parse(&line, &LIMITS) else { return Ok(()) };
        for list in dictionary.entries().iter().filter_map(|entry| entry.value.as_inner_list()) {
            let canonical = written(list);
            let items = list.items.iter().map(|item| text_of(item, Item::write_onto));
            prop_assert_eq!(canonical.items().collect::<Vec<_>>(), items.collect::<Vec<_>>());
            let parameters = canonical.parameters().map(|(key, value)| match value {
                "" => format!(";{key}"),
                value => format!(";{key}={value}"),
            });
            let expected = text_of(&list.parameters, structured::Parameters::write_onto);
            prop_assert_eq!(parameters.clone().count(), list.parameters.entries().len());
            prop_assert_eq!(parameters.collect::<String>(), expected);
        }
    }
}

//! JSON texts by grammar, rich in what readers disagree about: names that are equal once unescaped, halves of
//! surrogate pairs, array indices, doubles that are hard to print.

use std::borrow::Cow;

use libfuzzer_sys::arbitrary::Unstructured;

use crate::{below, coin, pick};

/// The input itself, or where it begins with a zero byte, which no JSON text does, the text that the rest chooses.
pub fn of(data: &[u8]) -> Cow<'_, [u8]> {
    match data {
        [0, choices @ ..] => {
            let mut text = String::new();
            value(&mut Unstructured::new(choices), &mut text, 0);
            text.into_bytes().into()
        }
        _ => data.into(),
    }
}

fn value(input: &mut Unstructured<'_>, text: &mut String, depth: usize) {
    text.push_str(pick(input, BLANKS));
    match below(input, 6) {
        0 if depth < 30 => {
            list(input, text, ["[", "]"], |input, text| value(input, text, depth + 1))
        }
        1 | 2 if depth < 30 => list(input, text, ["{", "}"], |input, text| {
            string(input, text);
            text.push_str(pick(input, BLANKS));
            text.push(':');
            value(input, text, depth + 1);
        }),
        3 => string(input, text),
        4 => number(input, text),
        _ => text.push_str(pick(input, &["null", "true", "false"])),
    }
    text.push_str(pick(input, BLANKS));
}

fn list(
    input: &mut Unstructured<'_>,
    text: &mut String,
    [open, close]: [&str; 2],
    mut element: impl FnMut(&mut Unstructured<'_>, &mut String),
) {
    text.push_str(open);
    for index in 0..below(input, 5) {
        if index > 0 {
            text.push(',');
        }
        element(input, text);
    }
    text.push_str(close);
}

fn string(input: &mut Unstructured<'_>, text: &mut String) {
    text.push('"');
    for _ in 0..=below(input, 2) {
        text.push_str(pick(input, PIECES));
    }
    text.push('"');
}

fn number(input: &mut Unstructured<'_>, text: &mut String) {
    match below(input, 4) {
        0 | 1 => return text.push_str(pick(input, NUMBERS)),
        2 => return text.push_str(&next_to_a_power_of_two(input)),
        _ => {}
    }
    let digits = |input: &mut Unstructured<'_>, text: &mut String, most: usize| {
        for _ in 0..=below(input, most) {
            text.push_str(pick(input, &["1", "0", "5", "9", "2", "7"]));
        }
    };
    text.push_str(pick(input, &["", "-"]));
    text.push_str(pick(input, &["1", "9", "4"]));
    digits(input, text, 20);
    if coin(input) {
        text.push('.');
        digits(input, text, 20);
    }
    if coin(input) {
        text.push_str(pick(input, &["e", "E+", "e-"]));
        digits(input, text, 3);
    }
}

/// Where doubles are twice as dense below as above, and the shortest digits are hard to tell.
fn next_to_a_power_of_two(input: &mut Unstructured<'_>) -> String {
    // Ties between two shortest texts there are only near 1.
    let exponent = if coin(input) { below(input, 2_047) } else { 1_023 - below(input, 64) };
    let exponent = u64::try_from(exponent).unwrap();
    let offset = u64::try_from(below(input, 5)).unwrap();
    let bits = (exponent << 52).saturating_add(offset).saturating_sub(2);
    format!("{:e}", f64::from_bits(bits))
}

const BLANKS: &[&str] = &["", "", "", " ", "\t\r\n "];

const PIECES: &[&str] = &[
    "",
    "a",
    r"\u0061",
    "b",
    r"\u0062",
    "ab",
    "1",
    "2",
    "10",
    "01",
    "4294967294",
    "4294967295",
    "-1",
    "é",
    r"\u00e9",
    "\u{1f600}",
    r"\ud83d\ude00",
    r"\ud83d",
    r"\ude00",
    r#"\""#,
    r"\\",
    r"\/",
    r"\b\f\n\r\t",
    r"\u0000",
    r"\u001F",
    "\u{7f}",
    "\u{2028}",
    "\u{ffff}",
    r"\uFFFF",
    "__proto__",
    "toString",
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "0.0",
    "1e21",
    "1e20",
    "123456789012345680000",
    "1e-6",
    "1e-7",
    "5e-324",
    "2.5e-324",
    "1e400",
    "1e-400",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "9007199254740991",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "0.1",
    "1.0",
    "777777710778778.25",
    "4503599627370497.5",
    "5.9604644775390625e-8",
    "2e-3",
];

//! What the targets share: keys, tokens, and second implementations that are slow and plain.
//!
//! None of it uses the room of the library that it judges.

pub mod auth_params;
pub mod claims;
pub mod http;
pub mod javascript;
pub mod keys;
pub mod radix;
pub mod text;
pub mod webhook;

use libfuzzer_sys::arbitrary::Unstructured;

/// A number below `bound`; zero once the input is used up.
pub fn below(input: &mut Unstructured<'_>, bound: usize) -> usize {
    input.choose_index(bound).unwrap_or(0)
}

/// One of `choices`; the first once the input is used up.
pub fn pick<'c, T: ?Sized>(input: &mut Unstructured<'_>, choices: &[&'c T]) -> &'c T {
    choices[below(input, choices.len())]
}

/// A coin; tails once the input is used up.
pub fn coin(input: &mut Unstructured<'_>) -> bool {
    below(input, 2) == 1
}

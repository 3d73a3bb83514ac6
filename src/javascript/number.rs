//! The text of a number: ECMA-262 §6.1.6.1.20, `Number::toString`.

use std::fmt::{self, Write as _};

/// What `String(value)` gives for a number.
#[derive(Clone, Copy)]
pub(super) struct NumberText {
    bytes: [u8; Self::CAPACITY],
    length: usize,
}

impl NumberText {
    /// The longest is 25: `-0.000001` with sixteen more digits.
    const CAPACITY: usize = 32;
    const EMPTY: Self = Self { bytes: [0; Self::CAPACITY], length: 0 };

    pub(super) fn of(value: f64) -> Self {
        let mut text = Self::EMPTY;
        // The buffer holds every text, so that writing cannot fail.
        let _ = text.write(value);
        text
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn write(&mut self, value: f64) -> fmt::Result {
        if value == 0.0 {
            return self.push(b"0"); // minus zero too
        }
        if value < 0.0 {
            self.push(b"-")?;
        }
        if value.is_infinite() {
            return self.push(b"Infinity");
        }
        let scientific = shortest(value.abs()).ok_or(fmt::Error)?;
        self.lay_out(&Parts::of(&scientific).ok_or(fmt::Error)?)
    }

    fn lay_out(&mut self, parts: &Parts<'_>) -> fmt::Result {
        let Parts { first, others, exponent, .. } = *parts;
        let distance = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        match (exponent, others.split_at_checked(distance)) {
            (0..=20, Some((whole, fraction))) => {
                self.push_all([first, whole, dot(fraction), fraction])
            }
            (0..=20, None) => {
                let missing = distance.saturating_sub(others.len());
                self.push_all([first, others, zeros(missing), b""])
            }
            (-6..=-1, _) => {
                self.push_all([b"0.", zeros(distance.saturating_sub(1)), first, others])
            }
            _ => {
                let sign: &[u8] = if exponent > 0 { b"e+" } else { b"e" };
                self.push_all([first, dot(others), others, sign])?;
                self.push(parts.exponent_text)
            }
        }
    }

    fn push_all(&mut self, texts: [&[u8]; 4]) -> fmt::Result {
        texts.iter().try_for_each(|text| self.push(text))
    }

    fn push(&mut self, text: &[u8]) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text);
        self.length = end;
        Ok(())
    }
}

impl fmt::Write for NumberText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes())
    }
}

fn dot(fraction: &[u8]) -> &'static [u8] {
    if fraction.is_empty() { b"" } else { b"." }
}

fn zeros(count: usize) -> &'static [u8] {
    b"00000000000000000000".get(..count).unwrap_or_default()
}

/// What `{:e}` prints: `first.others` times 10 to the power of `exponent`.
struct Parts<'t> {
    first: &'t [u8],
    others: &'t [u8],
    exponent: i32,
    exponent_text: &'t [u8],
}

impl<'t> Parts<'t> {
    fn of(scientific: &'t NumberText) -> Option<Self> {
        let text = scientific.as_bytes();
        let mark = text.iter().position(|byte| *byte == b'e')?;
        let (mantissa, marked) = text.split_at_checked(mark)?;
        let (first, others) = mantissa.split_at_checked(1)?;
        let (_, exponent_text) = marked.split_first()?;
        let exponent = std::str::from_utf8(exponent_text).ok()?.parse().ok()?;
        let others = others.strip_prefix(b".").unwrap_or(others);
        Some(Self { first, others, exponent, exponent_text })
    }
}

/// The shortest digits that are read back as `value`, and of those the nearest, as `{:e}` has them.
///
/// Where two are equally near, ECMA-262 recommends the even one and V8 takes it; the standard
/// library does not.
fn shortest(value: f64) -> Option<NumberText> {
    let mut text = NumberText::EMPTY;
    write!(text, "{value:e}").ok()?;
    let Parts { others, exponent, exponent_text, .. } = Parts::of(&text)?;
    let last_place = exponent.checked_sub(others.len().try_into().ok()?)?;
    let Some(even) = even_digit_of_a_tie(value, last_place) else { return Some(text) };
    let mut even_text = text;
    let last_digit = text.length.checked_sub(exponent_text.len())?.checked_sub(2)?;
    *even_text.bytes.get_mut(last_digit)? = even;
    // Below a power of two the next double is only half as far away as above.
    let reads_back = even_text.as_str().parse() == Ok(value);
    Some(if reads_back { even_text } else { text })
}

/// The last digit of the even text where `value` lies halfway between two whose last digits stand
/// at 10^`last_place`.
///
/// Halfway, `value` is an odd multiple of 10^`last_place` / 2, and `last_place` is negative,
/// because doubles that are sparser than integers lie halfway between nothing shorter. Then the
/// lowest bit set in `value` stands just below 2^`last_place`, and what is above that bit, times a
/// power of five, is twice `value` counted in units of the last place.
fn even_digit_of_a_tie(value: f64, last_place: i32) -> Option<u8> {
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> FRACTION_BITS).ok()?;
    let mantissa = bits & FRACTION | (FRACTION + 1);
    let shift = mantissa.trailing_zeros();
    let lowest_bit = exponent.checked_sub(EXPONENT_OF_LAST_BIT)?.checked_add_unsigned(shift)?;
    if lowest_bit != last_place.checked_sub(1)? {
        return None;
    }
    let fives = 5_u64.checked_pow(u32::try_from(last_place.checked_neg()?).ok()?)?;
    let below = (mantissa >> shift).checked_mul(fives)? / 2;
    let even = below.checked_add(below & 1)?;
    u8::try_from(even % 10).ok()?.checked_add(b'0')
}

const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
/// What the exponent field holds for numbers whose last bit is 1.
const EXPONENT_OF_LAST_BIT: i32 = 1075;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_text_of_ecmascript() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (100.0, "100"),
            (123.456, "123.456"),
            (0.000001, "0.000001"),
            (0.0000012, "0.0000012"),
            (1e-7, "1e-7"),
            (1.2e-7, "1.2e-7"),
            (1e20, "100000000000000000000"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (1.25e21, "1.25e+21"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0000012345678901234567, "-0.0000012345678901234567"),
        ] {
            assert_eq!(NumberText::of(value).as_str(), text);
        }
    }

    #[test]
    fn of_two_texts_equally_near_the_even_one_is_taken() {
        for (value, text) in [
            (1_867_378_283_657_799.0 + 0.25, "1867378283657799.2"),
            (1_867_378_283_657_799.0 + 0.75, "1867378283657799.8"),
            (2_f64.powi(-25), "2.9802322387695312e-8"),
            // Here the even text is read back as the double below.
            (2_f64.powi(-24), "5.960464477539063e-8"),
        ] {
            assert_eq!(NumberText::of(value).as_str(), text);
        }
    }
}

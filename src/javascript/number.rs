//! The text of a number: ECMA-262 §6.1.6.1.20, `Number::toString`.

use std::fmt;

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
        // The shortest digits that are read back as `value`, of those the nearest, and of two equally near the even
        // one, as V8 has them too.
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value.abs());
        match Parts::of(text) {
            Some(scientific) => self.lay_out(&scientific),
            None => self.push(text.strip_suffix(".0").unwrap_or(text).as_bytes()),
        }
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
                let sign: &[u8] = if exponent > 0 { b"e+" } else { b"e-" };
                self.push_all([first, dot(others), others, sign])?;
                self.push(parts.exponent_digits)
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

fn dot(fraction: &[u8]) -> &'static [u8] {
    if fraction.is_empty() { b"" } else { b"." }
}

fn zeros(count: usize) -> &'static [u8] {
    b"00000000000000000000".get(..count).unwrap_or_default()
}

/// A text with an exponent: `first.others` times 10 to the power of `exponent`.
struct Parts<'t> {
    first: &'t [u8],
    others: &'t [u8],
    exponent: i32,
    exponent_digits: &'t [u8],
}

impl<'t> Parts<'t> {
    /// The parts of such a text; a text without an exponent is JavaScript's own but for a `.0`.
    fn of(text: &'t str) -> Option<Self> {
        let (mantissa, marked) = text.split_once('e')?;
        let (first, others) = mantissa.as_bytes().split_at_checked(1)?;
        let others = others.strip_prefix(b".").unwrap_or(others);
        let exponent_digits = marked.trim_start_matches(['+', '-']).as_bytes();
        Some(Self { first, others, exponent: marked.parse().ok()?, exponent_digits })
    }
}

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
    fn texts_are_read_back_and_none_is_longer_than_the_shortest() {
        let digits = |text: &str| {
            let mantissa = text.split('e').next().unwrap_or_default();
            let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
            digits.trim_matches('0').len()
        };
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            // Of all sizes, and among the whole and decimal numbers that people write.
            let small = f64::from(u32::try_from(bits >> 32).unwrap());
            for value in [f64::from_bits(bits), small, small / 100.0, small * 1e-12, small * 1e12] {
                if value.is_finite() {
                    let text = NumberText::of(value);
                    assert_eq!(text.as_str().parse(), Ok(value));
                    assert_eq!(digits(text.as_str()), digits(&format!("{value:e}")), "{value:e}");
                }
            }
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

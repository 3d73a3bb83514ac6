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
            return self.write_str("0"); // minus zero too
        }
        if value < 0.0 {
            self.write_str("-")?;
        }
        match Decimal::shortest(value.abs()) {
            Some(decimal) => decimal.write(self),
            None => self.write_str("Infinity"),
        }
    }

    fn write_parted(&mut self, whole: &str, fraction: &str) -> fmt::Result {
        self.write_str(whole)?;
        if fraction.is_empty() {
            return Ok(());
        }
        self.write_str(".")?;
        self.write_str(fraction)
    }
}

impl fmt::Write for NumberText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// A positive number: its digits behind the point, times 10 to the power of `point`.
#[derive(Clone, Copy)]
struct Decimal {
    digits: NumberText,
    point: i32,
}

impl Decimal {
    /// The shortest digits that are read back as `value`, and of those the nearest; `None` for
    /// infinity.
    ///
    /// Where two are equally near, ECMA-262 recommends the even one and V8 takes it; the standard
    /// library does not.
    fn shortest(value: f64) -> Option<Self> {
        let mut scientific = NumberText::EMPTY;
        write!(scientific, "{value:e}").ok()?;
        let (mantissa, exponent) = scientific.as_str().split_once('e')?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent: i32 = exponent.parse().ok()?;
        let last_place = exponent.checked_sub(fraction.len().try_into().ok()?)?;
        let mut decimal = Self { digits: NumberText::EMPTY, point: exponent.saturating_add(1) };
        decimal.digits.write_str(whole).ok()?;
        decimal.digits.write_str(fraction).ok()?;
        let even = even_digit_of_a_tie(value, last_place).and_then(|last| decimal.ending_in(last));
        Some(even.filter(|even| even.reads_back_as(value)).unwrap_or(decimal))
    }

    fn ending_in(mut self, last: u8) -> Option<Self> {
        let place = self.digits.length.checked_sub(1)?;
        *self.digits.bytes.get_mut(place)? = last;
        Some(self)
    }

    /// It need not for a power of two, below which the next double is only half as far away as
    /// above.
    fn reads_back_as(&self, value: f64) -> bool {
        let mut text = NumberText::EMPTY;
        let written = write!(text, "0.{}e{}", self.digits.as_str(), self.point);
        written.is_ok() && text.as_str().parse() == Ok(value)
    }

    fn write(&self, text: &mut NumberText) -> fmt::Result {
        let digits = self.digits.as_str();
        let distance = usize::try_from(self.point.unsigned_abs()).unwrap_or(usize::MAX);
        match (self.point, digits.split_at_checked(distance)) {
            (1..=21, Some((whole, fraction))) => text.write_parted(whole, fraction),
            (1..=21, None) => write!(text, "{digits:0<distance$}"),
            (-5..=0, _) => write!(text, "0.{:0<distance$}{digits}", ""),
            (point, _) => {
                let (first, others) = digits.split_at_checked(1).ok_or(fmt::Error)?;
                text.write_parted(first, others)?;
                write!(text, "e{:+}", point.saturating_sub(1))
            }
        }
    }
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

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
struct Decimal {
    digits: NumberText,
    point: i32,
}

impl Decimal {
    /// The shortest digits that are read back as `value`, and of those the nearest; `None` for infinity.
    fn shortest(value: f64) -> Option<Self> {
        let mut scientific = NumberText::EMPTY;
        write!(scientific, "{value:e}").ok()?;
        let (mantissa, exponent) = scientific.as_str().split_once('e')?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = NumberText::EMPTY;
        digits.write_str(whole).ok()?;
        digits.write_str(fraction).ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        let last_place = exponent.checked_sub(fraction.len().try_into().ok()?)?;
        if let Some(even) = even_digit_of_a_tie(value, last_place) {
            let last = digits.length.checked_sub(1)?;
            *digits.bytes.get_mut(last)? = even;
        }
        Some(Self { digits, point: exponent.saturating_add(1) })
    }

    fn write(&self, text: &mut NumberText) -> fmt::Result {
        let digits = self.digits.as_str();
        let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
        let zeros = |zeros: i32| {
            usize::try_from(zeros).ok().and_then(|zeros| ZEROS.get(..zeros)).ok_or(fmt::Error)
        };
        let split = |at: i32| {
            usize::try_from(at).ok().and_then(|at| digits.split_at_checked(at)).ok_or(fmt::Error)
        };
        match self.point {
            point @ 1..=21 if count <= point => {
                write!(text, "{digits}{}", zeros(point.saturating_sub(count))?)
            }
            point @ 1..=21 => {
                split(point).and_then(|(whole, fraction)| write!(text, "{whole}.{fraction}"))
            }
            point @ -5..=0 => write!(text, "0.{}{digits}", zeros(point.saturating_neg())?),
            point => {
                let (first, others) = split(1)?;
                let dot = if others.is_empty() { "" } else { "." };
                write!(text, "{first}{dot}{others}e{:+}", point.saturating_sub(1))
            }
        }
    }
}

const ZEROS: &str = "000000000000000000000";

/// The last digit where `value` lies halfway between two shortest texts whose last digits stand at 10^`last_place`.
///
/// ECMA-262 recommends the even one and V8 takes it; the standard library promises neither. Halfway means that `value` is an odd multiple
/// of 10^`last_place` / 2. Twice `value` is then, in units of that place, an odd multiple of a power of five, and the lowest bit set in
/// `value` stands just below 2^`last_place`. A power of two is left alone: the gap below it is half as wide, and there the lower text would be
/// read back as another number.
fn even_digit_of_a_tie(value: f64, last_place: i32) -> Option<u8> {
    let bits = value.to_bits();
    let fraction = bits & FRACTION;
    let exponent = i32::try_from(bits >> FRACTION_BITS).ok()?;
    if fraction == 0 || exponent == 0 {
        return None;
    }
    let mantissa = fraction | (FRACTION + 1);
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

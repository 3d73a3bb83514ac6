//! The numbers of a structured field, both whole inside.

use super::error::{StructuredError, StructuredErrorKind};

/// An Integer: at most 15 digits (RFC 9651 §3.3.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Integer(pub(super) i64);

impl Integer {
    /// 999,999,999,999,999.
    pub const MAX: Self = Self(LARGEST);
    /// -999,999,999,999,999.
    pub const MIN: Self = Self(LARGEST.saturating_neg());

    /// The number as an Integer.
    ///
    /// # Errors
    /// [`StructuredErrorKind::OutOfRange`] beyond 15 digits.
    pub fn new(value: i64) -> Result<Self, StructuredError> {
        in_range(value).map(Self)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// A Decimal: at most 12 digits before the point and 3 behind it (RFC 9651 §3.3.2), held as thousandths.
///
/// ```
/// use countersign::structured::{Decimal, StructuredErrorKind};
///
/// assert_eq!(Decimal::from_thousandths(1_500)?.thousandths(), 1_500); // 1.5
/// assert_eq!(Decimal::rounded(25, 4)?.thousandths(), 2); // 0.0025 is half way: to the even 0.002
/// assert_eq!(Decimal::rounded(10_i64.pow(12), 0).unwrap_err().kind(), StructuredErrorKind::OutOfRange);
/// # Ok::<(), countersign::structured::StructuredError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Decimal(pub(super) i64);

impl Decimal {
    /// 999,999,999,999.999.
    pub const MAX: Self = Self(LARGEST);
    /// -999,999,999,999.999.
    pub const MIN: Self = Self(LARGEST.saturating_neg());

    /// So many thousandths.
    ///
    /// # Errors
    /// [`StructuredErrorKind::OutOfRange`] beyond 12 digits before the point.
    pub fn from_thousandths(thousandths: i64) -> Result<Self, StructuredError> {
        in_range(thousandths).map(Self)
    }

    /// The Decimal nearest to `digits` with the point moved `scale` digits to the left; half way, the even
    /// one (RFC 9651 §4.1.5).
    ///
    /// # Errors
    /// [`StructuredErrorKind::OutOfRange`] where it has more than 12 digits before the point.
    pub fn rounded(digits: i64, scale: u32) -> Result<Self, StructuredError> {
        let thousandths = match scale.checked_sub(FRACTION_DIGITS) {
            Some(surplus) => half_to_even(digits.into(), power_of_ten(surplus)),
            None => i128::from(digits)
                .saturating_mul(power_of_ten(FRACTION_DIGITS.saturating_sub(scale))),
        };
        Self::from_thousandths(i64::try_from(thousandths).map_err(|_| out_of_range())?)
    }

    /// How many thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

/// `value / divisor`, rounded; `divisor` is positive.
fn half_to_even(value: i128, divisor: i128) -> i128 {
    let below = value.checked_div_euclid(divisor).unwrap_or(0);
    let rest = value.checked_rem_euclid(divisor).unwrap_or(0);
    match rest.cmp(&divisor.saturating_sub(rest)) {
        std::cmp::Ordering::Less => below,
        std::cmp::Ordering::Equal => below.saturating_add(below & 1),
        std::cmp::Ordering::Greater => below.saturating_add(1),
    }
}

/// Saturates far beyond what an `i64` divided by it leaves.
fn power_of_ten(exponent: u32) -> i128 {
    10_i128.saturating_pow(exponent)
}

fn in_range(value: i64) -> Result<i64, StructuredError> {
    if value.unsigned_abs() <= LARGEST.unsigned_abs() { Ok(value) } else { Err(out_of_range()) }
}

const fn out_of_range() -> StructuredError {
    StructuredError::new(StructuredErrorKind::OutOfRange, 0)
}

/// Fifteen nines: of an Integer all before the point, of a Decimal three behind it.
const LARGEST: i64 = 999_999_999_999_999;
const FRACTION_DIGITS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_to_even_on_both_sides_of_zero() {
        for (digits, scale, thousandths) in [
            (15, 4, 2),
            (25, 4, 2),
            (26, 4, 3),
            (24, 4, 2),
            (-15, 4, -2),
            (-25, 4, -2),
            (-26, 4, -3),
            (99_995, 4, 10_000),
            (5, 4, 0),
            (-5, 4, 0),
            (51, 5, 1),
            (7, 0, 7_000),
            (i64::MAX, 19, 922),
            (i64::MIN, 22, -1),
            (i64::MAX, 23, 0),
            (i64::MAX, u32::MAX, 0),
        ] {
            let decimal = Decimal::rounded(digits, scale).unwrap();
            assert_eq!(decimal.thousandths(), thousandths, "{digits}e-{scale}");
        }
    }

    #[test]
    fn refuses_what_rounds_beyond_the_range() {
        assert_eq!(Decimal::rounded(9_999_999_999_999_994, 4), Ok(Decimal::MAX));
        for (digits, scale) in
            [(9_999_999_999_999_995, 4), (-9_999_999_999_999_995, 4), (i64::MAX, 0)]
        {
            assert_eq!(Decimal::rounded(digits, scale), Err(out_of_range()));
        }
    }
}

//! Arithmetic modulo a prime, for judging public points at import: slow, small, and for public data only.

use std::cmp::Ordering;

/// A number below 2^(64 N), least significant word first.
pub(super) type Number<const N: usize> = [u64; N];

/// The integers modulo an odd prime of at most 64 N bits.
pub(super) struct Field<const N: usize>(Number<N>);

impl<const N: usize> Field<N> {
    /// The integers modulo `prime`.
    pub(super) const fn new(prime: Number<N>) -> Self {
        Self(prime)
    }

    /// The element that `bytes` spell big-endian, if they are its one spelling below the prime.
    pub(super) fn element(&self, bytes: &[u8]) -> Option<Number<N>> {
        let mut number = [0; N];
        let words = bytes.rchunks(8).map(word);
        number.iter_mut().zip(words).for_each(|(limb, word)| *limb = word);
        (compare(&number, &self.0) == Ordering::Less).then_some(number)
    }

    /// `left + right`.
    pub(super) fn add(&self, left: &Number<N>, right: &Number<N>) -> Number<N> {
        let (sum, carry) = add(left, right);
        let (reduced, borrow) = subtract(&sum, &self.0);
        if carry || !borrow { reduced } else { sum }
    }

    /// `left - right`.
    pub(super) fn subtract(&self, left: &Number<N>, right: &Number<N>) -> Number<N> {
        let (difference, borrow) = subtract(left, right);
        if borrow { add(&difference, &self.0).0 } else { difference }
    }

    /// `left * right`, bit by bit.
    pub(super) fn multiply(&self, left: &Number<N>, right: &Number<N>) -> Number<N> {
        let bits = left.iter().rev().flat_map(|limb| (0..64).rev().map(move |bit| limb >> bit & 1));
        bits.fold([0; N], |product, bit| {
            let doubled = self.add(&product, &product);
            if bit == 1 { self.add(&doubled, right) } else { doubled }
        })
    }

    /// Whether `number` is zero or a square: its Jacobi symbol, by the binary algorithm
    /// (Cohen, A Course in Computational Algebraic Number Theory, 1.4.12).
    pub(super) fn is_square(&self, number: &Number<N>) -> bool {
        let (mut top, mut bottom, mut negative) = (*number, self.0, false);
        while top != [0; N] {
            while low(&top) & 1 == 0 {
                top = halve(&top);
                negative ^= matches!(low(&bottom) & 7, 3 | 5);
            }
            if compare(&top, &bottom) == Ordering::Less {
                negative ^= low(&top) & 3 == 3 && low(&bottom) & 3 == 3;
                std::mem::swap(&mut top, &mut bottom);
            }
            top = subtract(&top, &bottom).0;
        }
        !negative
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn low<const N: usize>(number: &Number<N>) -> u64 {
    number.first().copied().unwrap_or_default()
}

fn compare<const N: usize>(left: &Number<N>, right: &Number<N>) -> Ordering {
    left.iter().rev().cmp(right.iter().rev())
}

fn add<const N: usize>(left: &Number<N>, right: &Number<N>) -> (Number<N>, bool) {
    chain(left, right, u64::overflowing_add)
}

fn subtract<const N: usize>(left: &Number<N>, right: &Number<N>) -> (Number<N>, bool) {
    chain(left, right, u64::overflowing_sub)
}

/// Adds or subtracts word by word and passes the carry on.
fn chain<const N: usize>(
    left: &Number<N>,
    right: &Number<N>,
    operation: fn(u64, u64) -> (u64, bool),
) -> (Number<N>, bool) {
    let (mut result, mut carry) = (*left, false);
    for (limb, other) in result.iter_mut().zip(right) {
        let (partial, first) = operation(*limb, *other);
        let (whole, second) = operation(partial, u64::from(carry));
        (*limb, carry) = (whole, first || second);
    }
    (result, carry)
}

fn halve<const N: usize>(number: &Number<N>) -> Number<N> {
    let (mut result, mut carry) = (*number, 0);
    for limb in result.iter_mut().rev() {
        (*limb, carry) = (*limb >> 1 | carry, *limb << 63);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const THIRTEEN: Field<1> = Field::new([13]);

    #[test]
    fn small_field_agrees_with_plain_arithmetic() {
        for left in 0..13 {
            for right in 0..13 {
                assert_eq!(THIRTEEN.add(&[left], &[right]), [(left + right) % 13]);
                assert_eq!(THIRTEEN.subtract(&[left], &[right]), [(13 + left - right) % 13]);
                assert_eq!(THIRTEEN.multiply(&[left], &[right]), [left * right % 13]);
            }
            let square = (0..13).any(|root| root * root % 13 == left);
            assert_eq!(THIRTEEN.is_square(&[left]), square, "{left}");
        }
    }

    #[test]
    fn carries_cross_words() {
        // 2^127 - 1 is prime; (2^126)^2 = 2^252 = 2^125 there.
        let field = Field::new([u64::MAX, 0x7fff_ffff_ffff_ffff]);
        assert_eq!(field.multiply(&[0, 1 << 62], &[0, 1 << 62]), [0, 1 << 61]);
        assert_eq!(field.add(&[u64::MAX - 1, 0x7fff_ffff_ffff_ffff], &[2, 0]), [1, 0]);
        // -1 is no square modulo a prime that is 3 modulo 4, and its square is one.
        let minus_one = field.subtract(&[0, 0], &[1, 0]);
        assert!(!field.is_square(&minus_one));
        assert!(field.is_square(&field.multiply(&minus_one, &minus_one)));
    }

    #[test]
    fn element_has_one_spelling() {
        assert_eq!(THIRTEEN.element(&[12]), Some([12]));
        assert_eq!(THIRTEEN.element(&[13]), None);
    }
}

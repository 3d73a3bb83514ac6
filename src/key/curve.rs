//! The curves: their names, their algorithms, and whether a public point may be trusted.

use super::field::{Field, Number};
use super::{Algorithm, KeyError};

/// A NIST curve (SEC 2 §2; FIPS 186-5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The value of `crv` (RFC 7518 §6.2.1.1).
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// The contents of the object identifier (RFC 5480 §2.1.1.1).
    pub(super) const fn object_identifier(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
        }
    }

    /// The one algorithm of keys on this curve (RFC 7518 §3.4).
    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::Es256,
            Self::P384 => Algorithm::Es384,
            Self::P521 => Algorithm::Es512,
        }
    }

    /// The length of a coordinate, and of a private scalar, in bytes.
    pub(super) const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The coordinates of `point`, which must be uncompressed (SEC 1 §2.3.3) and on the curve.
    pub(super) fn coordinates(self, point: &[u8]) -> Result<(&[u8], &[u8]), KeyError> {
        let (x, y) = point
            .strip_prefix(&[UNCOMPRESSED])
            .filter(|both| both.len() == self.coordinate_bytes().saturating_mul(2))
            .and_then(|both| both.split_at_checked(self.coordinate_bytes()))
            .ok_or(KeyError::PointEncoding)?;
        match self {
            Self::P256 => P256.check(x, y),
            Self::P384 => P384.check(x, y),
            Self::P521 => P521.check(x, y),
        }?;
        Ok((x, y))
    }
}

/// The first byte of an uncompressed point (SEC 1 §2.3.3).
pub(super) const UNCOMPRESSED: u8 = 0x04;

/// A curve y² = x³ - 3x + b.
struct Weierstrass<const N: usize> {
    field: Field<N>,
    b: Number<N>,
}

impl<const N: usize> Weierstrass<N> {
    const fn new(prime: Number<N>, b: Number<N>) -> Self {
        Self { field: Field::new(prime), b }
    }

    fn check(&self, x: &[u8], y: &[u8]) -> Result<(), KeyError> {
        let field = &self.field;
        let x = field.element(x).ok_or(KeyError::PointEncoding)?;
        let y = field.element(y).ok_or(KeyError::PointEncoding)?;
        let cube = field.multiply(&field.multiply(&x, &x), &x);
        let three_x = field.add(&field.add(&x, &x), &x);
        let right = field.add(&field.subtract(&cube, &three_x), &self.b);
        if field.multiply(&y, &y) == right { Ok(()) } else { Err(KeyError::PointOffCurve) }
    }
}

/// Judges an Ed25519 public key: canonical (RFC 8032 §5.1.3), on the curve, and not of low order.
///
/// The sum of a good point and one of low order passes: only the owner of the private key can make one, and gains
/// no signature by it that could not be had without.
pub(super) fn check_ed25519(point: &[u8; 32]) -> Result<(), KeyError> {
    let mut big_endian = *point;
    big_endian.reverse();
    let [top, ..] = &mut big_endian;
    *top &= 0x7f; // the sign of x
    let y = ED25519.element(&big_endian).ok_or(KeyError::PointEncoding)?;
    // -x² + y² = 1 + d x² y², so x² = u / v, which is a square where u v is one.
    let square = ED25519.multiply(&y, &y);
    let u = ED25519.subtract(&square, &ONE);
    let d_square = ED25519.multiply(&ED25519_D, &square);
    let v = ED25519.add(&d_square, &ONE);
    if !ED25519.is_square(&ED25519.multiply(&u, &v)) {
        return Err(KeyError::PointOffCurve);
    }
    // Order 4: y = 0. Order 1 and 2: y² = 1. Order 8 doubles to order 4: x² = -y², so d y⁴ + 2 y² = 1.
    let doubled = ED25519.add(&ED25519.multiply(&d_square, &square), &ED25519.add(&square, &u));
    if [y, u, doubled].contains(&ZERO) { Err(KeyError::PointLowOrder) } else { Ok(()) }
}

const ZERO: Number<4> = [0; 4];
const ONE: Number<4> = [1, 0, 0, 0];

/// 2^255 - 19. All words here and below stand least significant first.
const ED25519: Field<4> =
    Field::new([0xffff_ffff_ffff_ffed, u64::MAX, u64::MAX, 0x7fff_ffff_ffff_ffff]);
/// -121665/121666 (RFC 8032 §5.1).
const ED25519_D: Number<4> =
    [0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73];

// The primes and b of FIPS 186-5 and SP 800-186 §3.2.1.
const P256: Weierstrass<4> = Weierstrass::new(
    [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0x0000_0000_0000_0000, 0xffff_ffff_0000_0001],
    [0x3bce_3c3e_27d2_604b, 0x651d_06b0_cc53_b0f6, 0xb3eb_bd55_7698_86bc, 0x5ac6_35d8_aa3a_93e7],
);
const P384: Weierstrass<6> = Weierstrass::new(
    [
        0x0000_0000_ffff_ffff,
        0xffff_ffff_0000_0000,
        0xffff_ffff_ffff_fffe,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
    ],
    [
        0x2a85_c8ed_d3ec_2aef,
        0xc656_398d_8a2e_d19d,
        0x0314_088f_5013_875a,
        0x181d_9c6e_fe81_4112,
        0x988e_056b_e3f8_2d19,
        0xb331_2fa7_e23e_e7e4,
    ],
);
const P521: Weierstrass<9> = Weierstrass::new(
    [
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0x0000_0000_0000_01ff,
    ],
    [
        0xef45_1fd4_6b50_3f00,
        0x3573_df88_3d2c_34f1,
        0x1652_c0bd_3bb1_bf07,
        0x5619_3951_ec7e_937b,
        0xb8b4_8991_8ef1_09e1,
        0xa2da_725b_99b3_15f3,
        0x929a_21a0_b685_40ee,
        0x953e_b961_8e1c_9a1f,
        0x0000_0000_0000_0051,
    ],
);

//! The only file, with those below it, that names a signature backend.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
mod mac;
#[cfg(not(feature = "aws-lc-rs"))]
mod ring;
mod signer;

#[cfg(feature = "aws-lc-rs")]
use self::aws_lc_rs as chosen;
#[cfg(not(feature = "aws-lc-rs"))]
use self::ring as chosen;
#[cfg(feature = "aws-lc-rs")]
use ::aws_lc_rs as provider;
#[cfg(not(feature = "aws-lc-rs"))]
use ::ring as provider;

pub(super) use chosen::{OFFERS_P521, Verifier};
pub(super) use mac::{HmacContext, HmacKey, HmacTag};
pub(super) use signer::Signer;

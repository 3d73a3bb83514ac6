//! How often a thing may be used, as a type.

use super::replay;
use crate::time::UnixTime;
use crate::verified::{Pending, ReplayKey, Verified};

/// How often what a verifier accepts may be used: [`Reusable`] or [`SingleUse`]. Sealed.
pub trait Use: sealed::Sealed {
    /// What a verification gives.
    type Out<T>;
    #[doc(hidden)]
    const SINGLE: bool;
    #[doc(hidden)]
    fn out<T>(verified: Verified<T>, replay: Option<(ReplayKey, UnixTime)>) -> Self::Out<T>;
}

/// Until they expire: a verification gives [`Verified`].
#[derive(Clone, Copy, Debug)]
pub enum Reusable {}

/// Once: a verification gives [`Pending`], and only a store's answer gives [`Verified`].
///
/// ```compile_fail,E0308
/// use countersign::jwt::{Policy, SingleUse, UnverifiedToken};
/// use countersign::{key::VerifyingKey, time::UnixTime, verified::Verified};
/// type Claims = std::collections::BTreeMap<String, String>;
/// fn skip_the_store(t: &UnverifiedToken<'_>, k: &Vec<VerifyingKey>, p: &Policy<SingleUse>, now: UnixTime) -> Verified<Claims> {
///     t.verify(k, p, now).unwrap() // a `Pending`, not a `Verified`
/// }
/// ```
/// With the store asked, it compiles:
/// ```
/// use countersign::jwt::{Policy, SingleUse, UnverifiedToken};
/// use countersign::verified::{Step, StoreAnswer, Verified};
/// use countersign::{key::VerifyingKey, time::UnixTime};
/// type Claims = std::collections::BTreeMap<String, String>;
/// fn ask_the_store(
///     t: &UnverifiedToken<'_>, k: &Vec<VerifyingKey>, p: &Policy<SingleUse>,
///     store: impl Fn(&Step) -> StoreAnswer, now: UnixTime,
/// ) -> Result<Verified<Claims>, countersign::Error> {
///     let pending = t.verify::<Claims, _>(k, p, now)?;
///     let answer = store(pending.step());
///     Ok(pending.finish(answer, now)?)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum SingleUse {}

impl Use for Reusable {
    type Out<T> = Verified<T>;
    const SINGLE: bool = false;

    fn out<T>(verified: Verified<T>, _: Option<(ReplayKey, UnixTime)>) -> Verified<T> {
        verified
    }
}

impl Use for SingleUse {
    type Out<T> = Pending<T>;
    const SINGLE: bool = true;

    fn out<T>(verified: Verified<T>, replay: Option<(ReplayKey, UnixTime)>) -> Pending<T> {
        // A verification under a single-use policy always names the token; were it ever not to, a deadline
        // in the past still refuses.
        let (key, deadline) = replay.unwrap_or((ReplayKey::new("none", &[]), UnixTime::MIN));
        replay::pending(verified, key, deadline)
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "sealed: nobody outside may implement it")]
    pub trait Sealed {}
    impl Sealed for super::Reusable {}
    impl Sealed for super::SingleUse {}
}

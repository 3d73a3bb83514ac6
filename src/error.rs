//! The union of all errors of this crate, for `?`.

/// Any error of this crate.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A [`Pending`](crate::verified::Pending) value was not handed out.
    #[error(transparent)]
    Pending(#[from] crate::verified::PendingError),
}

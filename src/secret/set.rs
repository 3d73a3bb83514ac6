//! Secrets in rotation: the one in use, and those that still count for a while.

use std::sync::Arc;

use super::{Secret, SecretError};
use crate::time::UnixTime;

/// Secrets of one partner, each under a name, so that evidence can say which one matched.
///
/// ```
/// use countersign::secret::{Secret, SecretError, SecretSet};
/// use countersign::time::UnixTime;
///
/// let change = UnixTime::from_secs(1_735_180_623);
/// let set = SecretSet::builder()
///     .secret("2025", Secret::new("a secret of sixteen bytes or more")?)
///     .retired("2024", Secret::new("the secret that it takes over from")?, change)
///     .build()?;
/// let names = |now| set.live(now).map(|secret| secret.name().to_string()).collect::<Vec<_>>();
/// assert_eq!(names(UnixTime::EPOCH), ["2025", "2024"]);
/// assert_eq!(names(change), ["2025"]);
///
/// assert_eq!(SecretSet::builder().build().unwrap_err(), SecretError::NoSecret);
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SecretSet {
    secrets: Vec<NamedSecret>,
}

impl SecretSet {
    /// The most secrets of one set. A rotation needs two; each costs a computation that a forger
    /// can ask for.
    pub const MAX_SECRETS: usize = 4;

    /// Starts a set.
    pub fn builder() -> SecretSetBuilder {
        SecretSetBuilder { secrets: Vec::new() }
    }

    /// The secrets that count at `now`, in the order in which they were added.
    pub fn live(&self, now: UnixTime) -> impl Iterator<Item = &NamedSecret> {
        self.secrets.iter().filter(move |secret| secret.is_live(now))
    }

    /// All secrets, retired ones too.
    #[must_use]
    pub fn as_slice(&self) -> &[NamedSecret] {
        &self.secrets
    }
}

/// A secret of a [`SecretSet`].
#[derive(Clone, Debug)]
pub struct NamedSecret {
    name: Arc<str>,
    secret: Secret,
    until: Option<UnixTime>,
}

impl NamedSecret {
    /// Its name, which may be logged.
    #[must_use]
    pub const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The secret.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The first moment at which it does not count any more, where that is set.
    #[must_use]
    pub const fn until(&self) -> Option<UnixTime> {
        self.until
    }

    /// Whether it counts at `now`.
    #[must_use]
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// Collects the secrets of a [`SecretSet`].
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct SecretSetBuilder {
    secrets: Vec<NamedSecret>,
}

impl SecretSetBuilder {
    /// Adds a secret in use.
    pub fn secret(self, name: impl Into<Arc<str>>, secret: Secret) -> Self {
        self.with(NamedSecret { name: name.into(), secret, until: None })
    }

    /// Adds a secret that counts up to the moment `until`.
    pub fn retired(self, name: impl Into<Arc<str>>, secret: Secret, until: UnixTime) -> Self {
        self.with(NamedSecret { name: name.into(), secret, until: Some(until) })
    }

    /// The set.
    ///
    /// # Errors
    /// [`SecretError::NoSecret`], [`SecretError::TooMany`], [`SecretError::NameEmpty`],
    /// [`SecretError::NameRepeated`]; [`SecretError::SuffixOfAnother`], because where the secret is
    /// written behind what is signed, `x` with the secret `1abc` has the hash of `x1` with `abc`.
    pub fn build(self) -> Result<SecretSet, SecretError> {
        let names: Vec<&str> = self.secrets.iter().map(|secret| &*secret.name).collect();
        check_names(&names)?;
        let mut following = self.secrets.as_slice();
        while let [one, rest @ ..] = following {
            let mut ends = rest.iter().map(|other| (one.secret.expose(), other.secret.expose()));
            if ends.any(|(one, other)| one.ends_with(other) || other.ends_with(one)) {
                return Err(SecretError::SuffixOfAnother);
            }
            following = rest;
        }
        Ok(SecretSet { secrets: self.secrets })
    }

    fn with(mut self, secret: NamedSecret) -> Self {
        self.secrets.push(secret);
        self
    }
}

/// That there are as many keys as a set may have, each under a name of its own.
pub(crate) fn check_names(names: &[&str]) -> Result<(), SecretError> {
    if names.is_empty() {
        return Err(SecretError::NoSecret);
    }
    if names.len() > SecretSet::MAX_SECRETS {
        return Err(SecretError::TooMany { limit: SecretSet::MAX_SECRETS });
    }
    if names.iter().any(|name| name.trim().is_empty()) {
        return Err(SecretError::NameEmpty);
    }
    let again = |(index, name): (usize, _)| {
        names.iter().skip(index.saturating_add(1)).any(|other| other == name)
    };
    if names.iter().enumerate().any(again) { Err(SecretError::NameRepeated) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(secrets: &[(&str, &str)]) -> Result<usize, SecretError> {
        let add = |set: SecretSetBuilder, (name, secret): &(&str, &str)| {
            set.secret(*name, Secret::dangerous_short(*secret).unwrap())
        };
        secrets.iter().fold(SecretSet::builder(), add).build().map(|set| set.as_slice().len())
    }

    #[test]
    fn secrets_have_names_of_their_own_and_none_ends_with_another() {
        assert_eq!(build(&[("a", "1abc"), ("b", "abd")]), Ok(2));
        assert_eq!(build(&[("a", "1abc"), ("b", "abc")]), Err(SecretError::SuffixOfAnother));
        assert_eq!(build(&[("a", "abc"), ("b", "1abc")]), Err(SecretError::SuffixOfAnother));
        assert_eq!(build(&[("a", "abc"), ("b", "abc")]), Err(SecretError::SuffixOfAnother));
        assert_eq!(build(&[("a", "1abc"), ("a", "abd")]), Err(SecretError::NameRepeated));
        assert_eq!(build(&[(" ", "1abc")]), Err(SecretError::NameEmpty));
    }

    #[test]
    fn a_set_is_neither_empty_nor_large() {
        let five = [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5")];
        assert_eq!(build(&five[..4]), Ok(4));
        assert_eq!(build(&five), Err(SecretError::TooMany { limit: 4 }));
        assert_eq!(build(&[]), Err(SecretError::NoSecret));
    }
}

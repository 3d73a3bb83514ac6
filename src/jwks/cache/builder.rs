//! The settings of a cache.

use std::sync::Arc;
use std::time::Duration;

use super::ticket::Origin;
use super::{JwksCache, SteadyClock};
use crate::jwks::{ConfigProblem, JwksError};

/// The settings of a [`JwksCache`] in the making.
#[derive(Clone, Debug)]
#[must_use = "nothing is made before `build`"]
pub struct JwksCacheBuilder {
    soft_age: Duration,
    hard_age: Duration,
    cool_down: Duration,
    ticket_lifetime: Duration,
    url: Option<Box<str>>,
}

impl JwksCacheBuilder {
    pub(super) const fn new() -> Self {
        Self {
            soft_age: Duration::from_secs(10 * 60),
            hard_age: LONGEST_HARD_AGE,
            cool_down: Duration::from_secs(60),
            ticket_lifetime: Duration::from_secs(15),
            url: None,
        }
    }

    /// When keys are fetched again where the server does not say (10 minutes): how long a key that the
    /// issuer took back stays good (S1-C11), against how often the issuer is asked.
    pub fn soft_age(self, soft_age: Duration) -> Self {
        Self { soft_age, ..self }
    }

    /// When keys are trusted no longer, whatever happens (24 hours, which is also the most; S1-26).
    pub fn hard_age(self, hard_age: Duration) -> Self {
        Self { hard_age, ..self }
    }

    /// The least time from one fetch to the next (60 seconds): how long a new key may have to wait while
    /// strangers present random key ids, against how often they can have the issuer asked.
    pub fn cool_down(self, cool_down: Duration) -> Self {
        Self { cool_down, ..self }
    }

    /// How long a fetch may take (15 seconds); at most the cool-down.
    pub fn ticket_lifetime(self, ticket_lifetime: Duration) -> Self {
        Self { ticket_lifetime, ..self }
    }

    /// Where the set is published, to be read from the tickets.
    #[cfg(feature = "url")]
    #[cfg_attr(docsrs, doc(cfg(feature = "url")))]
    pub fn url(self, url: &crate::jwks::JwksUrl) -> Self {
        Self { url: Some(url.as_str().into()), ..self }
    }

    /// The cache, without keys yet.
    ///
    /// # Errors
    /// [`JwksError::Config`] with every setting that is out of its range.
    pub fn build(self) -> Result<JwksCache, JwksError> {
        let problems = self.problems();
        if !problems.is_empty() {
            return Err(JwksError::Config(problems));
        }
        let settings = Settings {
            soft_age: self.soft_age,
            hard_age: self.hard_age,
            cool_down: self.cool_down,
            ticket_lifetime: self.ticket_lifetime,
            origin: Arc::new(Origin { url: self.url }),
        };
        let clock = SteadyClock::new();
        Ok(JwksCache { settings, clock, good: None, attempt: None, failures: 0 })
    }

    fn problems(&self) -> Vec<ConfigProblem> {
        let rows = [
            ("soft_age", self.soft_age, SHORTEST_SOFT_AGE, longest_soft_age(self.hard_age)),
            ("hard_age", self.hard_age, SHORTEST_HARD_AGE, LONGEST_HARD_AGE),
            ("cool_down", self.cool_down, SECOND, LONGEST_COOL_DOWN),
            ("ticket_lifetime", self.ticket_lifetime, SECOND, self.cool_down),
        ];
        let rows = rows.into_iter().filter(|(_, found, least, most)| found < least || found > most);
        rows.map(|(setting, found, minimum, maximum)| ConfigProblem::OutOfRange {
            setting,
            minimum,
            maximum,
            found,
        })
        .collect()
    }
}

/// The settings that passed.
pub(super) struct Settings {
    pub(super) soft_age: Duration,
    pub(super) hard_age: Duration,
    pub(super) cool_down: Duration,
    pub(super) ticket_lifetime: Duration,
    pub(super) origin: Arc<Origin>,
}

impl Settings {
    /// When a document is fetched again of which the server says that it stays fresh for so long.
    pub(super) fn soft_age_of(&self, fresh_for: Option<Duration>) -> Duration {
        let longest = longest_soft_age(self.hard_age);
        fresh_for.map_or(self.soft_age, |fresh_for| fresh_for.max(SHORTEST_SOFT_AGE).min(longest))
    }
}

/// Keys are fetched again before they end, and with time to try more than once.
fn longest_soft_age(hard_age: Duration) -> Duration {
    hard_age.saturating_sub(hard_age.checked_div(8).unwrap_or_default())
}

const SECOND: Duration = Duration::from_secs(1);

/// A server that says "no-store" or "max-age=0" is asked once a minute: each token would be a fetch otherwise.
const SHORTEST_SOFT_AGE: Duration = Duration::from_secs(60);

/// Leaves the soft age its minute.
const SHORTEST_HARD_AGE: Duration = Duration::from_secs(2 * 60);

/// S1-26: "cache JWKS tối đa 24h".
const LONGEST_HARD_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// A new key that waits for longer would be an outage.
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(60 * 60);

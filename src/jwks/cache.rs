//! The cache as a pure machine: a lookup or an answer in, what to do out.

mod builder;
mod outcome;
mod response;
mod ticket;

pub use builder::JwksCacheBuilder;
pub use outcome::{Alarm, FetchOutcome};
pub use response::Response;
pub use ticket::Ticket;

pub(super) use response::Fetched;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::clock::SteadyClock;
use super::{JwkSet, JwksError, Keys, Refusal, diff};
use crate::key::is_key_id;
use crate::time::UnixTime;
use builder::Settings;
use ticket::Attempt;

/// The keys of one issuer, with what is known of their age; see the [room](super) for how it behaves.
///
/// It fetches nothing: [`lookup`](Self::lookup) hands out a [`Ticket`], the host fetches and brings it back.
/// Several threads share one as [`SharedJwksCache`](super::SharedJwksCache).
pub struct JwksCache {
    settings: Settings,
    clock: SteadyClock,
    good: Option<Good>,
    attempt: Option<Attempt>,
    /// Attempts since the last that brought a set.
    failures: u32,
}

/// The last set that was any good. Moments are of the steady clock, unless said otherwise.
struct Good {
    set: JwkSet,
    document: Arc<[u8]>,
    /// When it was asked for: its keys may be as old as that.
    fetched_at: UnixTime,
    /// The same by the host's clock.
    fetched_at_host: UnixTime,
    soft_age: Duration,
}

/// What to do with a token of this key id. There are these four answers and will be no other.
#[derive(Debug)]
#[must_use = "a ticket that is not fetched holds up others until it expires"]
pub enum Lookup {
    /// There are keys: verify.
    Found {
        /// The keys to try.
        keys: Keys,
        /// The keys are good, and it is time to fetch them again: start that beside the verification.
        refresh: Option<Ticket>,
    },
    /// Nobody knows yet: fetch, hand the answer to [`JwksCache::handle_response`], look up again.
    ///
    /// Fetch in a task of its own. Within the request, a stranger who hangs up takes the ticket along, and
    /// can do so again after every cool-down.
    Fetch(Ticket),
    /// Nobody knows yet, and the answer is on its way: look up again when it is there, or then.
    Wait {
        /// When the fetch that is under way counts as lost.
        until: UnixTime,
    },
    /// There is no key, for this reason.
    Refused(Refusal),
}

/// A document to keep over a restart, for [`JwksCache::restore`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Export {
    /// The document, as it was fetched.
    pub document: Arc<[u8]>,
    /// When it was asked for.
    pub fetched_at: UnixTime,
}

impl JwksCache {
    /// A cache with the defaults of the [room](super), to be changed or built.
    pub fn builder() -> JwksCacheBuilder {
        JwksCacheBuilder::new()
    }

    /// The keys for tokens of this key id, or what has to happen first.
    ///
    /// The empty id stands for tokens without `kid`.
    pub fn lookup(&mut self, key_id: &str, now: UnixTime) -> Lookup {
        let at = self.observe(now);
        match self.judge(key_id, at, now) {
            Verdict::Settled(lookup) => lookup,
            Verdict::Refresh(keys) => Lookup::Found { keys, refresh: Some(self.issue(at, now)) },
            Verdict::Fetch => Lookup::Fetch(self.issue(at, now)),
        }
    }

    /// A ticket, if it is time to fetch whether or not a token comes: before the first one, and for hosts
    /// that keep their keys fresh by a timer.
    pub fn poll_fetch(&mut self, now: UnixTime) -> Option<Ticket> {
        let at = self.observe(now);
        let trusted = self.trusted_at(at, now).is_some();
        let due = if trusted { self.refresh_is_due(at) } else { at >= self.next_attempt() };
        due.then(|| self.issue(at, now))
    }

    /// Takes the answer that a ticket was handed out for. It cannot fail: the outcome says what it changed.
    pub fn handle_response(
        &mut self,
        ticket: Ticket,
        response: Response<'_>,
        now: UnixTime,
    ) -> FetchOutcome {
        self.settle(ticket, response.read(), now)
    }

    /// Takes word that a ticket brought no answer: no connection, a timeout, a broken body.
    pub fn handle_failure(&mut self, ticket: Ticket, now: UnixTime) -> FetchOutcome {
        self.settle(ticket, Err(JwksError::Transport), now)
    }

    /// Starts with a document that another run fetched and [exported](Self::export).
    ///
    /// It ages from `fetched_at` like any other and is fetched again as soon as the soft age has passed.
    ///
    /// # Errors
    /// [`JwksError::RestoredTooOld`], [`JwksError::RestoredFromTheFuture`] by more than a minute,
    /// [`JwksError::RestoredTooLate`] where the cache has a document already, and all of [`JwkSet::parse`].
    ///
    /// # Security
    /// Whoever can write where the document is kept decides whose tokens are accepted.
    pub fn restore(
        &mut self,
        document: &[u8],
        fetched_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), JwksError> {
        self.reinstate(Fetched::read(document)?, fetched_at, now)
    }

    /// Restores a document that was read already.
    pub(super) fn reinstate(
        &mut self,
        read: Fetched,
        fetched_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), JwksError> {
        let at = self.observe(now);
        let age = now.saturating_since(fetched_at);
        if self.good.is_some() {
            return Err(JwksError::RestoredTooLate);
        }
        if age >= self.settings.hard_age {
            return Err(JwksError::RestoredTooOld { maximum: self.settings.hard_age });
        }
        if fetched_at > now.saturating_add(SteadyClock::SLACK) {
            return Err(JwksError::RestoredFromTheFuture { fetched_at });
        }
        self.good = Some(Good::new(read, at.saturating_sub(age), fetched_at, &self.settings));
        Ok(())
    }

    /// The document to keep over a restart.
    #[must_use]
    pub fn export(&self) -> Option<Export> {
        let good = self.good.as_ref()?;
        Some(Export { document: Arc::clone(&good.document), fetched_at: good.fetched_at_host })
    }

    /// The set that is trusted now: for a readiness probe, or to show.
    pub fn trusted_set(&mut self, now: UnixTime) -> Option<&JwkSet> {
        let at = self.observe(now);
        self.trusted_at(at, now).map(|good| &good.set)
    }

    /// The answer to a lookup that changes nothing, not even the clock.
    pub(super) fn glance(&self, key_id: &str, now: UnixTime) -> Option<Lookup> {
        let at = self.clock.glance(now)?;
        match self.judge(key_id, at, now) {
            Verdict::Settled(lookup) => Some(lookup),
            Verdict::Refresh(_) | Verdict::Fetch => None,
        }
    }

    /// Takes an answer that was read already.
    pub(super) fn settle(
        &mut self,
        ticket: Ticket,
        answer: Result<Fetched, JwksError>,
        now: UnixTime,
    ) -> FetchOutcome {
        let at = self.observe(now);
        let Some(asked_at) = self.close(&ticket, at) else { return FetchOutcome::StaleTicket };
        let asked_at_host = ticket.deadline().saturating_sub(self.settings.ticket_lifetime);
        match answer {
            Ok(fetched) => self.adopt(Good::new(fetched, asked_at, asked_at_host, &self.settings)),
            Err(reason) => {
                self.failures = self.failures.saturating_add(1);
                FetchOutcome::KeptLastGood { reason }
            }
        }
    }

    fn judge(&self, key_id: &str, at: UnixTime, now: UnixTime) -> Verdict {
        if !key_id.is_empty() && !is_key_id(key_id) {
            return Verdict::Settled(Lookup::Refused(Refusal::KeyIdForm));
        }
        let trusted = self.trusted_at(at, now);
        if let Some(keys) = trusted.and_then(|good| good.set.keys_for(key_id)) {
            return match self.refresh_is_due(at) {
                true => Verdict::Refresh(keys),
                false => Verdict::Settled(Lookup::Found { keys, refresh: None }),
            };
        }
        let on_the_host = |moment: UnixTime| now.saturating_add(moment.saturating_since(at));
        if let Some(until) = self.in_flight_until(at) {
            return Verdict::Settled(Lookup::Wait { until: on_the_host(until) });
        }
        let next = self.next_attempt();
        if at >= next {
            return Verdict::Fetch;
        }
        let retry_at = on_the_host(next);
        Verdict::Settled(Lookup::Refused(match trusted {
            Some(_) => Refusal::UnknownKey { retry_at: Some(retry_at) },
            None => Refusal::Unavailable { retry_at },
        }))
    }

    fn observe(&mut self, now: UnixTime) -> UnixTime {
        let taken_back = self.clock.observe(now);
        if let (Some(leap), Some(good)) = (taken_back, self.good.as_mut())
            && good.fetched_at <= leap.from
        {
            // Those hours never were: the keys are not older for them.
            good.fetched_at = good.fetched_at.saturating_add(leap.by);
        }
        self.clock.get()
    }

    /// The set, while it is young enough by both clocks: a leap that was taken back makes keys younger by
    /// the steady one, and where a pause passed for such a leap, the host's own clock knows better.
    fn trusted_at(&self, at: UnixTime, now: UnixTime) -> Option<&Good> {
        let hard_age = self.settings.hard_age;
        self.good.as_ref().filter(|good| {
            good.age(at) < hard_age && now.saturating_since(good.fetched_at_host) < hard_age
        })
    }

    /// Keys that are good are fetched again when they are no longer fresh; the longer that fails, the rarer.
    fn refresh_is_due(&self, at: UnixTime) -> bool {
        let doublings = self.failures.saturating_sub(1).min(MOST_DOUBLINGS);
        let pause = self.settings.cool_down.saturating_mul(2_u32.saturating_pow(doublings));
        self.good.as_ref().is_some_and(|good| good.age(at) >= good.soft_age)
            && self.attempt.as_ref().is_none_or(|last| at >= last.at.saturating_add(pause))
    }

    /// The first moment of a fetch that somebody waits for. None is under way then: tickets live for no
    /// longer than a cool-down.
    fn next_attempt(&self) -> UnixTime {
        let cooled_down = |last: &Attempt| last.at.saturating_add(self.settings.cool_down);
        self.attempt.as_ref().map_or(UnixTime::MIN, cooled_down)
    }

    /// When the fetch that is under way counts as lost, if one is under way.
    fn in_flight_until(&self, at: UnixTime) -> Option<UnixTime> {
        let open = self.attempt.as_ref().filter(|attempt| attempt.open)?;
        let until = open.at.saturating_add(self.settings.ticket_lifetime);
        (at < until).then_some(until)
    }

    fn issue(&mut self, at: UnixTime, now: UnixTime) -> Ticket {
        let last = self.attempt.as_ref();
        let lost = last.is_some_and(|attempt| attempt.open);
        self.failures = self.failures.saturating_add(u32::from(lost));
        let number = last.map_or(0, |attempt| attempt.number.saturating_add(1));
        self.attempt = Some(Attempt { number, at, open: true });
        let deadline = now.saturating_add(self.settings.ticket_lifetime);
        Ticket::new(&self.settings.origin, number, deadline)
    }

    /// Ends the attempt of this ticket and says when it began, if it is the one under way.
    fn close(&mut self, ticket: &Ticket, at: UnixTime) -> Option<UnixTime> {
        self.in_flight_until(at)?;
        let attempt = self.attempt.as_mut()?;
        if !ticket.is_for(&self.settings.origin, attempt.number) {
            return None;
        }
        attempt.open = false;
        Some(attempt.at)
    }

    fn adopt(&mut self, new: Good) -> FetchOutcome {
        let report = Arc::clone(new.set.shared_report());
        let old = self.good.as_ref().map_or_else(JwkSet::empty, |good| good.set.clone());
        let diff = diff(&old, &new.set);
        self.failures = 0;
        self.good = Some(new);
        FetchOutcome::Updated { diff, report }
    }
}

impl fmt::Debug for JwksCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksCache")
            .field("set", &self.good.as_ref().map(|good| &good.set))
            .field("fetched_at", &self.good.as_ref().map(|good| good.fetched_at_host))
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

impl Good {
    fn new(
        fetched: Fetched,
        fetched_at: UnixTime,
        fetched_at_host: UnixTime,
        settings: &Settings,
    ) -> Self {
        let Fetched { set, document, fresh_for } = fetched;
        let soft_age = settings.soft_age_of(fresh_for);
        Self { set, document, fetched_at, fetched_at_host, soft_age }
    }

    fn age(&self, at: UnixTime) -> Duration {
        at.saturating_since(self.fetched_at)
    }
}

/// What a lookup comes to, before a ticket is written.
enum Verdict {
    Settled(Lookup),
    Refresh(Keys),
    Fetch,
}

/// Eight cool-downs at most between two refreshes that fail.
const MOST_DOUBLINGS: u32 = 3;

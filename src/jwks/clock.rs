//! Time for the cache: it never goes back, never stands still for long, and can take a leap back.

use std::time::Duration;

use crate::time::UnixTime;

/// A time that follows the host's clock and stays steady where that clock does not.
///
/// Neither of the plain answers will do for keys that are trusted for so long and no longer. With the bare
/// clock, a step back makes old keys young. With the latest moment ever seen, one leap ahead and back
/// stops time: no key ages and no cool-down ends until the clock gets there again. So
///
/// - where the clock goes forward, steady time does;
/// - where it is behind by [`SLACK`](Self::SLACK) or less, steady time stands still: threads read their
///   clocks apart;
/// - where it stays further behind, it was set back: steady time goes on from where it was;
/// - a leap that is taken back soon is told to the caller, who makes up for it.
#[derive(Clone, Debug)]
pub(super) struct SteadyClock {
    steady: UnixTime,
    /// Steady time less the host's, in milliseconds.
    ahead: i64,
    /// The host's time last observed.
    last: UnixTime,
    /// The first moment of those that lie behind by more than the slack.
    behind_since: Option<UnixTime>,
    leap: Option<Leap>,
}

/// A pause between two observations that may have been none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Leap {
    /// The last steady time before it.
    pub(super) from: UnixTime,
    /// The last moment of the host's before it.
    from_host: UnixTime,
    /// How far it went; once taken back, how much of it that was.
    pub(super) by: Duration,
}

impl SteadyClock {
    /// How far a moment may lie behind another one and still be one of the same clock: a request that read
    /// its clock, waited for a fetch and comes back with what it read.
    pub(super) const SLACK: Duration = Duration::from_secs(60);

    pub(super) const fn new() -> Self {
        let never = UnixTime::MIN;
        Self { steady: never, ahead: 0, last: never, behind_since: None, leap: None }
    }

    /// The steady time last observed.
    pub(super) const fn get(&self) -> UnixTime {
        self.steady
    }

    /// Takes the host's time; returns the leap that this very moment takes back, if it does: the clock
    /// is where it was before, or a little further.
    pub(super) fn observe(&mut self, now: UnixTime) -> Option<Leap> {
        let now = now.clamp(UnixTime::EPOCH, LAST);
        let at = self.steady_at(now);
        let back = self.steady.saturating_since(at);
        let taken_back = if back <= Self::SLACK {
            self.go_forward(at);
            None
        } else {
            let is_back = |leap: &mut Leap| now >= leap.from_host.saturating_sub(Self::SLACK);
            let taken_back = self.leap.take_if(is_back);
            self.fall_back(now);
            taken_back
        };
        self.last = now;
        taken_back.map(|leap| Leap { by: leap.by.min(back), ..leap })
    }

    /// The steady time at `now`, where that is an ordinary moment, near enough to the last observation
    /// that nothing is lost by not observing it.
    pub(super) fn glance(&self, now: UnixTime) -> Option<UnixTime> {
        let at = self.steady_at(now);
        let near = self.steady.saturating_sub(Self::SLACK)..=self.steady.saturating_add(TICK);
        (self.behind_since.is_none() && near.contains(&at)).then(|| at.max(self.steady))
    }

    fn go_forward(&mut self, at: UnixTime) {
        let by = at.saturating_since(self.steady);
        if by > LEAP {
            self.leap = Some(Leap { from: self.steady, from_host: self.last, by });
        } else if self.leap.is_some_and(|leap| at > leap.to().saturating_add(LEAP)) {
            self.leap = None;
        }
        self.steady = self.steady.max(at);
        self.behind_since = None;
    }

    fn fall_back(&mut self, now: UnixTime) {
        let since = self.behind_since.map_or(now, |since| since.min(now));
        self.behind_since = Some(since);
        if now >= since.saturating_add(Self::SLACK) {
            self.ahead = self.steady.as_millis().saturating_sub(since.as_millis());
            self.go_forward(self.steady_at(now));
        }
    }

    fn steady_at(&self, now: UnixTime) -> UnixTime {
        UnixTime::from_millis(now.as_millis().saturating_add(self.ahead))
    }
}

impl Leap {
    fn to(self) -> UnixTime {
        self.from.saturating_add(self.by)
    }
}

/// The pause from which on a step forward may be a leap of a clock as well as a quiet time, and how soon
/// a leap must be taken back to have been one.
const LEAP: Duration = Duration::from_secs(300);

/// How precisely readers that share a cache keep its clock.
const TICK: Duration = Duration::from_secs(1);

/// The end of the year 9999: later moments are faults, and are cut off while arithmetic has room.
const LAST: UnixTime = UnixTime::from_secs(253_402_300_799);

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: i64) -> UnixTime {
        UnixTime::from_secs(seconds)
    }

    fn started(now: i64) -> SteadyClock {
        let mut clock = SteadyClock::new();
        assert_eq!(clock.observe(secs(now)), None);
        clock
    }

    #[test]
    fn follows_the_host_and_stands_still_within_the_slack() {
        let mut clock = started(10_000);
        for (now, steady) in [(10_010, 10_010), (9_950, 10_010), (10_009, 10_010), (10_011, 10_011)]
        {
            assert_eq!(clock.observe(secs(now)), None);
            assert_eq!(clock.get(), secs(steady), "at {now}");
        }
    }

    #[test]
    fn goes_on_after_the_host_was_set_back() {
        let mut clock = started(10_000);
        for (now, steady) in [
            (6_400, 10_000), // an hour back
            (6_459, 10_000),
            (6_460, 10_060), // it stays there: the minute counts
            (6_500, 10_100),
            (6_450, 10_100),
            (5_000, 10_100), // and back again, twice
            (4_000, 10_100),
            (4_060, 10_160),
        ] {
            clock.observe(secs(now));
            assert_eq!(clock.get(), secs(steady), "at {now}");
        }
    }

    #[test]
    fn stray_old_moments_neither_stop_nor_hasten_it() {
        let mut clock = started(10_000);
        for second in 10_001..10_500 {
            clock.observe(secs(second - 900)); // a thread that always reads a quarter of an hour late
            assert_eq!(clock.observe(secs(second)), None);
            assert_eq!(clock.get(), secs(second));
        }
    }

    #[test]
    fn tells_a_leap_that_is_taken_back_soon() {
        let mut clock = started(10_000);
        assert_eq!(clock.observe(secs(900_000)), None);
        let (from, by) = (secs(10_000), Duration::from_secs(889_999));
        let leap = Leap { from, from_host: from, by };
        assert_eq!(clock.observe(secs(10_001)), Some(leap));
        assert_eq!(clock.get(), secs(900_000));
        assert_eq!(clock.observe(secs(10_002)), None); // told once
    }

    #[test]
    fn a_clock_set_back_after_a_pause_takes_no_leap_back() {
        let mut clock = started(10_000);
        clock.observe(secs(10_600)); // nobody came for ten minutes
        assert_eq!(clock.observe(secs(7_000)), None);
        assert_eq!(clock.observe(secs(7_060)), None);
        assert_eq!(clock.get(), secs(10_660));
        assert_eq!(clock.observe(secs(6_900)), None);
    }

    #[test]
    fn a_pause_of_five_minutes_is_no_leap_and_a_longer_one_may_be() {
        for (pause, by) in [(300, None), (301, Some(Duration::from_secs(100)))] {
            let mut clock = started(10_000);
            clock.observe(secs(10_000 + pause));
            let leap = clock.observe(secs(9_900 + pause));
            assert_eq!(leap.map(|leap| leap.by), by);
        }
    }

    #[test]
    fn tells_each_of_two_leaps_that_are_taken_back() {
        // Further than the first, and behind it but far ahead of what came between.
        for (second, by) in [(950_000, 50_000), (500_000, 489_998)] {
            let mut clock = started(10_000);
            clock.observe(secs(900_000));
            assert!(clock.observe(secs(10_001)).is_some());
            assert_eq!(clock.observe(secs(second)), None);
            let leap = clock.observe(secs(10_002)).unwrap();
            assert_eq!((leap.from, leap.by), (secs(900_000), Duration::from_secs(by)));
        }
    }

    #[test]
    fn takes_a_leap_that_lasts_for_a_pause() {
        let mut clock = started(10_000);
        for now in (20_000..=20_320).step_by(10) {
            assert_eq!(clock.observe(secs(now)), None);
        }
        assert_eq!(clock.observe(secs(10_400)), None);
    }

    #[test]
    fn the_ends_of_time_leave_room_to_go_on() {
        let mut clock = started(10_000);
        clock.observe(UnixTime::MAX);
        assert_eq!(clock.get(), LAST);
        for now in [10_001, 10_061, 10_071] {
            clock.observe(secs(now));
        }
        assert_eq!(clock.get(), LAST.saturating_add(Duration::from_secs(70)));
        clock.observe(UnixTime::MIN);
        assert_eq!(clock.get(), LAST.saturating_add(Duration::from_secs(70)));
    }

    #[test]
    fn a_glance_sees_ordinary_moments_only() {
        let mut clock = started(10_000);
        assert_eq!(clock.glance(secs(10_001)), Some(secs(10_001)));
        assert_eq!(clock.glance(secs(9_940)), Some(secs(10_000)));
        assert_eq!(clock.glance(secs(10_002)), None);
        assert_eq!(clock.glance(secs(9_939)), None);
        clock.observe(secs(9_000));
        assert_eq!(clock.glance(secs(10_000)), None);
    }
}

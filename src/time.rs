//! Moments in time, always given by the caller.
//!
//! Nothing in this crate reads a clock: every verification takes `now: UnixTime` as its last argument.
//! All arithmetic saturates, so no claim, header or clock can make it overflow.

use std::time::{Duration, SystemTime};

/// A moment as milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
///
/// RFC 7519 §2 calls the same count, in seconds, a `NumericDate`.
///
/// ```
/// use countersign::time::UnixTime;
/// use std::time::Duration;
///
/// let issued = UnixTime::from_secs(1_735_180_623);
/// let expires = issued.saturating_add(Duration::from_secs(300));
/// assert_eq!(expires.as_secs(), 1_735_180_923);
/// assert_eq!(expires.to_rfc3339(), "2024-12-26T02:42:03Z");
/// assert_eq!(UnixTime::MAX.saturating_add(Duration::MAX), UnixTime::MAX); // never wraps
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(i64);

impl UnixTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The last moment that can be named; later ones saturate to it.
    pub const MAX: Self = Self(i64::MAX);
    /// The first moment that can be named; earlier ones saturate to it.
    pub const MIN: Self = Self(i64::MIN);

    /// The moment `seconds` after the epoch, saturating.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// The moment `milliseconds` after the epoch.
    #[must_use]
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Whole seconds since the epoch, rounded towards the past.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment and then `duration`, saturating at [`UnixTime::MAX`].
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// `duration` before this moment, saturating at [`UnixTime::MIN`].
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// How long after `earlier` this is; zero where it is not after it.
    #[must_use]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        let milliseconds = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
    }

    /// Reads an HTTP-date in its one current form, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    ///
    /// The obsolete forms, other zones, and a weekday that does not fit the date are refused: `None`.
    /// A leap second (`:60`) reads as `:59`.
    ///
    /// ```
    /// use countersign::time::UnixTime;
    ///
    /// let date = UnixTime::from_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    /// assert_eq!(date, Some(UnixTime::from_secs(784_111_777)));
    /// assert_eq!(UnixTime::from_http_date("Sun Nov  6 08:49:37 1994"), None); // asctime: obsolete
    /// assert_eq!(UnixTime::from_http_date("Mon, 06 Nov 1994 08:49:37 GMT"), None); // was a Sunday
    /// ```
    #[must_use]
    pub fn from_http_date(text: &str) -> Option<Self> {
        let moment = Self::from_http_date_of_any_weekday(text)?;
        let weekday = usize::from(moment.calendar()?.weekday().number_days_from_monday());
        text.starts_with(WEEKDAYS.get(weekday)?).then_some(moment)
    }

    /// Reads an HTTP-date of any weekday: those in the examples of draft-cavage-http-signatures do not fit their dates.
    pub(crate) fn from_http_date_of_any_weekday(text: &str) -> Option<Self> {
        let &[
            w0,
            w1,
            w2,
            b',',
            b' ',
            d0,
            d1,
            b' ',
            m0,
            m1,
            m2,
            b' ',
            y0,
            y1,
            y2,
            y3,
            ref clock @ ..,
        ] = text.as_bytes()
        else {
            return None;
        };
        let &[b' ', h0, h1, b':', n0, n1, b':', s0, s1, b' ', b'G', b'M', b'T'] = clock else {
            return None;
        };
        let month = MONTHS.iter().zip(1..).find(|(name, _)| name.as_bytes() == [m0, m1, m2])?.1;
        let month = time::Month::try_from(month).ok()?;
        let year = i32::try_from(decimal(&[y0, y1, y2, y3])?).ok()?;
        let day = u8::try_from(decimal(&[d0, d1])?).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        WEEKDAYS.iter().find(|name| name.as_bytes() == [w0, w1, w2])?;
        let (hour, minute, second) =
            (decimal(&[h0, h1])?, decimal(&[n0, n1])?, decimal(&[s0, s1])?);
        let second = if second == 60 { 59 } else { second };
        let time = time::Time::from_hms(
            u8::try_from(hour).ok()?,
            u8::try_from(minute).ok()?,
            u8::try_from(second).ok()?,
        );
        Some(Self::from_secs(date.with_time(time.ok()?).assume_utc().unix_timestamp()))
    }

    /// Writes an HTTP-date (RFC 9110 §5.6.7), or `None` outside the years 0 to 9999.
    #[must_use]
    pub fn to_http_date(self) -> Option<String> {
        let moment = self.calendar()?;
        let weekday = WEEKDAYS.get(usize::from(moment.weekday().number_days_from_monday()))?;
        let month = MONTHS.get(usize::from(u8::from(moment.month())).checked_sub(1)?)?;
        let (day, year) = (moment.day(), moment.year());
        let (hour, minute, second) = moment.to_hms();
        Some(format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"))
    }

    /// Reads an RFC 3339 date and time, to the millisecond.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let format = &time::format_description::well_known::Rfc3339;
        let moment = time::OffsetDateTime::parse(text, format).ok()?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Self)
    }

    /// Writes RFC 3339 in UTC, for people and logs; outside the years 0 to 9999 the count of seconds.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let format = &time::format_description::well_known::Rfc3339;
        let written = self.calendar().and_then(|moment| moment.format(format).ok());
        written.unwrap_or_else(|| format!("@{}", self.as_secs()))
    }

    fn calendar(self) -> Option<time::OffsetDateTime> {
        let nanoseconds = i128::from(self.0).checked_mul(1_000_000)?;
        let moment = time::OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
        (0..=9999).contains(&moment.year()).then_some(moment)
    }
}

/// The host's clock; moments before 1970 count backwards.
impl From<SystemTime> for UnixTime {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Self::EPOCH.saturating_add(after),
            Err(before) => Self::EPOCH.saturating_sub(before.duration()),
        }
    }
}

/// The latest moment a guard has seen: it keeps what expired, expired.
///
/// A clock that steps back would make a spent token fresh again after its replay entry is gone; a clock
/// that leaps ahead for one call would purge entries still needed. So the mark never goes back, and one
/// observation moves it by [`HighWater::MAX_STEP`] at most.
///
/// ```
/// use countersign::time::{HighWater, UnixTime};
///
/// let mut mark = HighWater::new(UnixTime::from_secs(1_000));
/// assert_eq!(mark.observe(UnixTime::from_secs(1_010)), UnixTime::from_secs(1_010));
/// assert_eq!(mark.observe(UnixTime::from_secs(400)), UnixTime::from_secs(1_010)); // stepped back
/// assert_eq!(mark.observe(UnixTime::from_secs(999_999)), UnixTime::from_secs(1_310)); // leapt ahead
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HighWater(UnixTime);

impl HighWater {
    /// How far one observation can move the mark: longer than any pause between requests that matters,
    /// short enough that one bad answer of a time server purges nothing of value.
    pub const MAX_STEP: Duration = Duration::from_secs(300);

    /// A mark that starts at `now`.
    #[must_use]
    pub const fn new(now: UnixTime) -> Self {
        Self(now)
    }

    /// Moves the mark towards `now`, never back, and returns it.
    pub fn observe(&mut self, now: UnixTime) -> UnixTime {
        let reachable = self.0.saturating_add(Self::MAX_STEP);
        self.0 = self.0.max(now.min(reachable));
        self.0
    }

    /// The mark.
    #[must_use]
    pub const fn get(self) -> UnixTime {
        self.0
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn decimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_date_round_trips_and_refuses_its_neighbours() {
        let text = "Sun, 06 Nov 1994 08:49:37 GMT";
        let moment = UnixTime::from_http_date(text).unwrap();
        assert_eq!(moment.to_http_date().as_deref(), Some(text));
        for neighbour in [
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "",
        ] {
            assert_eq!(UnixTime::from_http_date(neighbour), None, "{neighbour}");
        }
        let wednesday = "Wed, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(UnixTime::from_http_date(wednesday), None);
        assert_eq!(UnixTime::from_http_date_of_any_weekday(wednesday), Some(moment));
        let no_day = "Xyz, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(UnixTime::from_http_date_of_any_weekday(no_day), None);
        let leap = UnixTime::from_http_date("Sat, 31 Dec 2016 23:59:60 GMT");
        assert_eq!(leap, UnixTime::from_http_date("Sat, 31 Dec 2016 23:59:59 GMT"));
    }

    #[test]
    fn arithmetic_saturates_at_every_corner() {
        for start in [i64::MIN, -1, 0, 1, i64::MAX].map(UnixTime::from_millis) {
            assert!(start.saturating_add(Duration::MAX) >= start);
            assert!(start.saturating_sub(Duration::MAX) <= start);
            assert_eq!(start.saturating_since(UnixTime::MAX), Duration::ZERO);
        }
        assert_eq!(UnixTime::from_secs(i64::MAX), UnixTime::MAX);
        assert_eq!(UnixTime::from_millis(-1).as_secs(), -1);
    }

    #[test]
    fn rfc3339_keeps_milliseconds_and_survives_the_far_future() {
        let moment = UnixTime::from_rfc3339("2026-11-22T10:00:00.250+07:00").unwrap();
        assert_eq!(moment, UnixTime::from_millis(1_795_316_400_250));
        assert_eq!(moment.to_rfc3339(), "2026-11-22T03:00:00.25Z");
        assert_eq!(UnixTime::MAX.to_rfc3339(), "@9223372036854775");
    }
}

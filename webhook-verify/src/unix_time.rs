//! Points in time, and how far apart two of them are.

use core::fmt;
use core::time::Duration;

/// A point in time: how long after 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// ```
/// use webhook_verify::UnixTime;
///
/// assert_eq!(UnixTime::from_secs(1_700_000_000), UnixTime::from_millis(1_700_000_000_000));
/// assert_eq!(UnixTime::from_millis(1_999).as_secs(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(Duration);

impl UnixTime {
    /// So many seconds after the epoch.
    pub const fn from_secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// So many milliseconds after the epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// So many microseconds after the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(Duration::from_micros(micros))
    }

    /// The time of the system clock; the epoch itself if the clock is set to before it.
    #[cfg(feature = "std")]
    pub fn now() -> Self {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self(since_epoch.unwrap_or_default())
    }

    /// Whole seconds since the epoch.
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// Whole milliseconds since the epoch.
    pub const fn as_millis(self) -> u128 {
        self.0.as_millis()
    }

    /// The time since the epoch.
    pub const fn since_epoch(self) -> Duration {
        self.0
    }

    /// So much later; the last point there is, if that is beyond it.
    pub const fn saturating_add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later))
    }

    /// How far another point is from this one.
    ///
    /// ```
    /// use std::time::Duration;
    /// use webhook_verify::{Skew, UnixTime};
    ///
    /// let now = UnixTime::from_secs(100);
    ///
    /// assert_eq!(now.skew_of(UnixTime::from_secs(90)), Skew::Past(Duration::from_secs(10)));
    /// assert_eq!(now.skew_of(UnixTime::from_secs(101)), Skew::Future(Duration::from_secs(1)));
    /// ```
    pub const fn skew_of(self, other: Self) -> Skew {
        match self.0.checked_sub(other.0) {
            Some(age) => Skew::Past(age),
            None => Skew::Future(other.0.saturating_sub(self.0)),
        }
    }
}

/// How far the sender's time is from the receiver's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Skew {
    /// So long ago; zero if it is this very moment.
    Past(Duration),
    /// So long from now.
    Future(Duration),
}

impl fmt::Display for Skew {
    /// As `12.5s ago`, `3s ahead`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Past(age) => write!(f, "{age:?} ago"),
            Self::Future(ahead) => write!(f, "{ahead:?} ahead"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn skew_is_exact_at_the_ends_of_the_range() {
        let first = UnixTime::from_secs(0);
        let last = UnixTime::from_secs(u64::MAX);
        assert_eq!(
            first.skew_of(last),
            Skew::Future(Duration::from_secs(u64::MAX))
        );
        assert_eq!(
            last.skew_of(first),
            Skew::Past(Duration::from_secs(u64::MAX))
        );
        assert_eq!(last.skew_of(last), Skew::Past(Duration::ZERO));
    }

    #[test]
    fn time_stops_at_the_end_of_its_range() {
        let last = UnixTime(Duration::MAX);
        let tick = Duration::from_nanos(1);
        assert_eq!(last.saturating_add(tick), last);
        let later = UnixTime::from_micros(1).saturating_add(tick);
        assert_eq!(later.since_epoch(), Duration::from_nanos(1_001));
    }

    #[test]
    fn skew_reads_as_a_person_says_it() {
        assert_eq!(
            Skew::Past(Duration::from_millis(12_500)).to_string(),
            "12.5s ago"
        );
        assert_eq!(Skew::Future(Duration::from_secs(3)).to_string(), "3s ahead");
    }

    #[cfg(feature = "std")]
    #[test]
    fn the_clock_is_past_the_year_2020() {
        assert!(UnixTime::now() > UnixTime::from_secs(1_577_836_800));
    }
}

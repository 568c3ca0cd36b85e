//! Points in time, as integers.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A point in time: whole microseconds since the Unix epoch, from 1970 to the end of the year 9999.
///
/// Microseconds fit a SQLite integer and a Lua double alike, so every backend stores the same
/// number. As text (`Display`, `FromStr`, serde) it is [RFC 3339] in UTC.
///
/// ```
/// use std::time::Duration;
/// use jobstore::Timestamp;
///
/// let start = Timestamp::from_micros(1_700_000_000_250_000).unwrap();
/// assert_eq!(start.to_string(), "2023-11-14T22:13:20.25Z");
/// assert_eq!("2023-11-14T23:13:20.25+01:00".parse(), Ok(start));
/// assert_eq!((start + Duration::from_secs(2)).since(start), Duration::from_secs(2));
/// ```
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The Unix epoch, the earliest time that can be expressed.
    pub const EPOCH: Self = Self(0);

    /// The last microsecond of the year 9999, the latest time that RFC 3339 can express.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// The time that lies `micros` microseconds after the epoch; `None` outside of 1970 to 9999.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::EPOCH.0 || micros > Self::MAX.0 {
            return None;
        }
        Some(Self(micros))
    }

    /// Microseconds since the epoch; never negative.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0).cast_unsigned())
    }
}

/// Saturates at [`Timestamp::MAX`]: a lease or delay that is too long to express never ends.
impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros).min(Self::MAX.0))
    }
}

/// Saturates at [`Timestamp::EPOCH`].
impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros).max(Self::EPOCH.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The range of the type lies within what RFC 3339 can express, so neither step can fail;
        // a formatter error is all that is left to report.
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .map_err(|_| fmt::Error)?
            .format(&Rfc3339)
            .map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        let nanos = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| BadTimestamp)?
            .unix_timestamp_nanos();
        i64::try_from(nanos / 1_000)
            .ok()
            .and_then(Self::from_micros)
            .ok_or(BadTimestamp)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The text is not an RFC 3339 time between 1970 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time between 1970 and 9999, such as 2026-01-31T12:00:00Z")]
pub struct BadTimestamp;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rfc_3339_cannot_express_is_refused() {
        assert_eq!(Timestamp::from_micros(-1), None);
        assert_eq!(Timestamp::from_micros(Timestamp::MAX.0 + 1), None);
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
    }

    #[test]
    fn text_and_number_are_the_same_time() {
        for micros in [0, 1, 999_999, 1_700_000_000_123_456, Timestamp::MAX.0] {
            let time = Timestamp::from_micros(micros).unwrap();
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }

    #[test]
    fn text_that_is_no_time_is_refused() {
        for text in [
            "",
            "now",
            "2026-01-31",
            "1969-12-31T23:59:59Z",
            "1700000000",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(BadTimestamp), "{text}");
        }
    }

    #[test]
    fn addition_saturates_and_difference_is_never_negative() {
        assert_eq!(Timestamp::MAX + Duration::MAX, Timestamp::MAX);
        assert_eq!(Timestamp::EPOCH.since(Timestamp::MAX), Duration::ZERO);
    }
}

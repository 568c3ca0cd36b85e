//! When a delivery was sent, and how old it may be.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;
use core::time::Duration;

use crate::body_field;
use crate::header_names::HeaderNames;
use crate::http_date;
use crate::rejection::Rejection;
use crate::rfc3339;
use crate::unix_time::{Skew, UnixTime};

/// Where the time of a delivery stands, how it is written and how far it may be from now.
///
/// A time is only ever used if it is covered by the signature; a scheme with a rule for a time that
/// it does not sign is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct TimestampRule {
    /// Where it stands.
    pub source: TimestampSource,
    /// How it is written.
    pub unit: TimestampUnit,
    /// How far it may be from now.
    #[cfg_attr(feature = "serde", serde(default = "crate::description::standard"))]
    pub tolerance: Tolerance,
}

/// Where the time of a delivery stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum TimestampSource {
    /// In a header of its own.
    Header(HeaderNames),
    /// In the signature header, under this key of its [`Pairs`](crate::Grammar::Pairs).
    InSignature(Cow<'static, str>),
    /// In the body, which is JSON: the names of members from the outermost inwards, with dots
    /// between. It is signed with the body, and read only when the signature is right. Digits stand
    /// there as a number, a date as a text. A [`Signer`](crate::Signer) does not put it there.
    BodyField(Cow<'static, str>),
    /// In this claim of the [token](crate::Grammar::Jwt), in seconds, and so signed.
    Claim(Cow<'static, str>),
}

/// How a time is written: in exactly as many digits as it has now, or as a date of one form.
///
/// This is a matter of safety. `{timestamp}{body}` without anything between could
/// otherwise be cut in two ways, and a digit of the body become one of the time. A sign, a leading
/// zero, white space or a letter behind the digits are refused for the same reason: nothing that is
/// a time is the beginning or the end of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum TimestampUnit {
    /// Seconds since the epoch, ten digits: 2001-09-09 to 2286-11-20.
    Seconds,
    /// Milliseconds since the epoch, thirteen digits: the same years.
    Millis,
    /// Date, time in whole seconds, and offset, as `2020-01-01T00:00:00-07:00` or
    /// `2020-01-01T07:00:00Z` ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6)): the
    /// same years.
    Rfc3339,
    /// Date and time in UTC, in whole milliseconds, as `2020-01-01T07:00:00.000Z`: the same years.
    Rfc3339Millis,
    /// Date and time as HTTP writes them, as `Sun, 06 Nov 1994 08:49:37 GMT` ([RFC 9110 section
    /// 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)): the same years.
    HttpDate,
}

impl TimestampRule {
    /// The time that a genuine body says, if that is where it stands.
    ///
    /// # Errors
    ///
    /// It is not there.
    pub(crate) fn time_in_body(&self, body: &[u8]) -> Result<Option<UnixTime>, Rejection> {
        let TimestampSource::BodyField(path) = &self.source else {
            return Ok(None);
        };
        match self.unit.find(body, path) {
            Some(time) => Ok(Some(time)),
            None => Err(Rejection::NoTimestampInBody { path: path.clone() }),
        }
    }
}

impl TimestampUnit {
    pub(crate) fn parse(self, text: &str) -> Option<UnixTime> {
        let time = match self {
            Self::Seconds => UnixTime::from_secs(canonical(text)?),
            Self::Millis => UnixTime::from_millis(canonical(text)?),
            Self::Rfc3339 => rfc3339::parse(text)?,
            Self::Rfc3339Millis => rfc3339::parse_millis(text)?,
            Self::HttpDate => http_date::parse(text)?,
        };
        Self::has_room_for(time).then_some(time)
    }

    /// The time in a member of a body.
    pub(crate) fn find(self, body: &[u8], path: &str) -> Option<UnixTime> {
        let number = || body_field::find_number(body, path);
        let time = match self {
            Self::Seconds => UnixTime::from_secs(number()?),
            Self::Millis => UnixTime::from_millis(number()?),
            Self::Rfc3339 | Self::Rfc3339Millis | Self::HttpDate => {
                return self.parse(&body_field::find(body, path)?);
            }
        };
        Self::has_room_for(time).then_some(time)
    }

    /// The text of a time, unless it has another number of digits.
    pub(crate) fn format(self, time: UnixTime) -> Option<String> {
        Self::has_room_for(time).then(|| match self {
            Self::Seconds => time.as_secs().to_string(),
            Self::Millis => time.as_millis().to_string(),
            Self::Rfc3339 => rfc3339::format(time),
            Self::Rfc3339Millis => rfc3339::format_millis(time),
            Self::HttpDate => http_date::format(time),
        })
    }

    /// Whether the time has ten digits in seconds, and so thirteen in milliseconds.
    pub(crate) fn has_room_for(time: UnixTime) -> bool {
        (1_000_000_000..10_000_000_000).contains(&time.as_secs())
    }
}

impl fmt::Display for TimestampUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seconds => "a number of exactly 10 digits",
            Self::Millis => "a number of exactly 13 digits",
            Self::Rfc3339 => "a date and time like 2020-01-01T00:00:00-07:00",
            Self::Rfc3339Millis => "a date and time like 2020-01-01T07:00:00.000Z",
            Self::HttpDate => "a date and time like Sun, 06 Nov 1994 08:49:37 GMT",
        })
    }
}

/// A number as it is written, without a sign, a leading zero or anything else.
fn canonical(text: &str) -> Option<u64> {
    let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    is_canonical.then(|| text.parse().ok())?
}

/// How far the sender's time may be from the receiver's.
///
/// The past is bounded because an old delivery may be a replayed one. The future is bounded too,
/// only closer: some libraries bound the past alone, and then a delivery dated ten years ahead can
/// be replayed for ten years.
///
/// ```
/// use std::time::Duration;
/// use webhook_verify::Tolerance;
///
/// let five_minutes_and_one = Tolerance::Within {
///     past: Duration::from_secs(300),
///     future: Duration::from_secs(60),
/// };
/// assert_eq!(Tolerance::STANDARD, five_minutes_and_one);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        try_from = "crate::description::Window",
        into = "crate::description::Window"
    )
)]
pub enum Tolerance {
    /// Both bounds belong to the window.
    Within {
        /// How old a delivery may be.
        past: Duration,
        /// How far ahead the sender's clock may be.
        future: Duration,
    },
    /// Any time is accepted. Replays must then be caught by other means, and are not caught here.
    Unlimited,
}

impl Tolerance {
    /// Five minutes into the past, the default of most providers' own libraries; one minute into
    /// the future, which is ample for clocks that are kept by NTP.
    pub const STANDARD: Self = Self::Within {
        past: Duration::from_secs(300),
        future: Duration::from_secs(60),
    };

    /// # Errors
    ///
    /// The skew is out of bounds.
    pub(crate) fn check(self, skew: Skew) -> Result<(), Rejection> {
        let Self::Within { past, future } = self else {
            return Ok(());
        };
        match skew {
            Skew::Past(age) if age > past => Err(Rejection::Stale { age, allowed: past }),
            Skew::Future(ahead) if ahead > future => Err(Rejection::FromTheFuture {
                ahead,
                allowed: future,
            }),
            Skew::Past(_) | Skew::Future(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_spelling() {
        let seconds = TimestampUnit::Seconds;
        assert_eq!(
            seconds.parse("1700000000"),
            Some(UnixTime::from_secs(1_700_000_000))
        );
        for text in [
            "",
            "0",
            "170000000",
            "17000000000",
            "0170000000",
            "01700000000",
            "+1700000000",
            "+170000000",
            "-170000000",
            " 170000000",
            "170000000 ",
            "1700000000abc",
            "170000000a",
            "17000000.0",
            "1.7e9",
            "1_70000000",
            "Infinity",
            "NaN",
            "-9223372036854775808",
            "18446744073709551616",
            "\u{661}700000000",
        ] {
            assert_eq!(seconds.parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn seconds_are_not_taken_for_milliseconds() {
        assert_eq!(
            TimestampUnit::Millis.parse("1633519811129"),
            Some(UnixTime::from_millis(1_633_519_811_129))
        );
        assert_eq!(TimestampUnit::Millis.parse("1633519811"), None);
        assert_eq!(TimestampUnit::Seconds.parse("1633519811129"), None);
    }

    #[test]
    fn what_is_written_is_read_at_the_ends_of_the_range() {
        for (unit, first, last) in [
            (TimestampUnit::Seconds, 1_000_000_000_000, 9_999_999_999_000),
            (TimestampUnit::Millis, 1_000_000_000_000, 9_999_999_999_999),
            (TimestampUnit::Rfc3339, 1_000_000_000_000, 9_999_999_999_000),
            (
                TimestampUnit::HttpDate,
                1_000_000_000_000,
                9_999_999_999_000,
            ),
            (
                TimestampUnit::Rfc3339Millis,
                1_000_000_000_000,
                9_999_999_999_999,
            ),
        ] {
            for millis in [first, last] {
                let time = UnixTime::from_millis(millis);
                let text = unit.format(time).expect("in range");
                assert_eq!(unit.parse(&text), Some(time));
            }
            assert_eq!(unit.format(UnixTime::from_millis(first - 1)), None);
            assert_eq!(unit.format(UnixTime::from_millis(last + 1_000)), None);
        }
    }

    #[test]
    fn a_time_in_a_body_is_a_number_or_a_date_as_the_unit_has_it() {
        let find = |unit: TimestampUnit, value: &str| {
            let body = ["{\"at\":", value, "}"].concat();
            unit.find(body.as_bytes(), "at")
        };
        let time = Some(UnixTime::from_secs(1_700_000_000));
        assert_eq!(find(TimestampUnit::Seconds, "1700000000"), time);
        assert_eq!(find(TimestampUnit::Millis, "1700000000000"), time);
        let date = r#""2023-11-14T22:13:20Z""#;
        assert_eq!(find(TimestampUnit::Rfc3339, date), time);
        let date = r#""2023-11-14T22:13:20.000Z""#;
        assert_eq!(find(TimestampUnit::Rfc3339Millis, date), time);
        let date = r#""Tue, 14 Nov 2023 22:13:20 GMT""#;
        assert_eq!(find(TimestampUnit::HttpDate, date), time);

        for (unit, value) in [
            (TimestampUnit::Seconds, "1700000000000"),
            (TimestampUnit::Seconds, r#""1700000000""#),
            (TimestampUnit::Millis, "1700000000"),
            (TimestampUnit::Rfc3339, "1700000000"),
            (TimestampUnit::Rfc3339, r#""1700000000""#),
            (TimestampUnit::Rfc3339, r#""2023-11-14T22:13:20.000Z""#),
            (TimestampUnit::Rfc3339Millis, r#""2023-11-14T22:13:20Z""#),
            (TimestampUnit::HttpDate, "1700000000"),
        ] {
            assert_eq!(find(unit, value), None, "{unit:?} {value}");
        }
    }

    #[test]
    fn the_window_includes_its_bounds_and_nothing_beyond() {
        let tick = Duration::from_nanos(1);
        let past = Duration::from_secs(300);
        let future = Duration::from_secs(60);
        let window = Tolerance::STANDARD;

        assert_eq!(window.check(Skew::Past(past)), Ok(()));
        assert_eq!(window.check(Skew::Future(future)), Ok(()));
        assert_eq!(
            window.check(Skew::Past(past + tick)),
            Err(Rejection::Stale {
                age: past + tick,
                allowed: past
            })
        );
        assert_eq!(
            window.check(Skew::Future(future + tick)),
            Err(Rejection::FromTheFuture {
                ahead: future + tick,
                allowed: future
            })
        );
    }

    #[test]
    fn zero_means_zero() {
        let window = Tolerance::Within {
            past: Duration::ZERO,
            future: Duration::ZERO,
        };
        assert_eq!(window.check(Skew::Past(Duration::ZERO)), Ok(()));
        assert!(window.check(Skew::Past(Duration::from_nanos(1))).is_err());
        assert!(window.check(Skew::Future(Duration::from_nanos(1))).is_err());
    }

    #[test]
    fn unlimited_accepts_any_time() {
        assert_eq!(
            Tolerance::Unlimited.check(Skew::Past(Duration::MAX)),
            Ok(())
        );
        assert_eq!(
            Tolerance::Unlimited.check(Skew::Future(Duration::MAX)),
            Ok(())
        );
    }
}

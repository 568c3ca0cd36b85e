//! Date, time and offset as text.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::unix_time::UnixTime;

/// Reads a date, a time in whole seconds and an offset or `Z`, as in `2020-01-01T00:00:00-07:00`.
///
/// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6) has more spellings. Lower case and
/// fractions of a second are refused, so that the text has one of two lengths and its last character
/// tells which; and so are leap seconds and times before the epoch.
pub(crate) fn parse(text: &str) -> Option<UnixTime> {
    let (local, offset) = text.split_at_checked("2020-01-01T00:00:00".len())?;
    since_epoch(local, parse_offset(offset)?)
}

/// Reads a date and a time in UTC with three digits for the milliseconds, as in
/// `2020-01-01T00:00:00.000Z`, and nothing else.
pub(crate) fn parse_millis(text: &str) -> Option<UnixTime> {
    let (local, millis) = text.strip_suffix('Z')?.split_once('.')?;
    let millis = digits(millis, 3)?.parse().ok()?;
    let time = since_epoch(local, UtcOffset::UTC)?;
    Some(time.saturating_add(Duration::from_millis(millis)))
}

fn since_epoch(local: &str, offset: UtcOffset) -> Option<UnixTime> {
    let [date, time] = split(local, 'T')?;
    let [year, month, day] = split(date, '-')?;
    let [hour, minute, second] = split(time, ':')?;
    let month = Month::try_from(two_digits(month)?).ok()?;
    let date = Date::from_calendar_date(four_digits(year)?, month, two_digits(day)?).ok()?;
    let time = Time::from_hms(two_digits(hour)?, two_digits(minute)?, two_digits(second)?).ok()?;
    let moment = PrimitiveDateTime::new(date, time).assume_offset(offset);
    let seconds = u64::try_from(moment.unix_timestamp()).ok()?;
    Some(UnixTime::from_secs(seconds))
}

/// Writes a time to the millisecond, as UTC. Years beyond 9999 become the epoch.
pub(crate) fn format_millis(time: UnixTime) -> String {
    let seconds = format(time);
    let local = seconds.trim_end_matches("+00:00");
    format!("{local}.{:03}Z", time.since_epoch().subsec_millis())
}

/// Writes a time to the second, as UTC. Years beyond 9999 become the epoch.
pub(crate) fn format(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or_default();
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = moment.to_hms();
    format!(
        "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}+00:00",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
    )
}

fn parse_offset(text: &str) -> Option<UtcOffset> {
    if text == "Z" {
        return Some(UtcOffset::UTC);
    }
    let (sign, text) = text.split_at_checked(1)?;
    let [hours, minutes] = split(text, ':')?;
    let hours = i8::try_from(two_digits(hours)?).ok()?;
    let minutes = i8::try_from(two_digits(minutes)?).ok()?;
    match sign {
        "+" => UtcOffset::from_hms(hours, minutes, 0).ok(),
        "-" => UtcOffset::from_hms(-hours, -minutes, 0).ok(),
        _ => None,
    }
}

/// The parts between the marks, if there are as many as wanted.
fn split<const LEN: usize>(text: &str, mark: char) -> Option<[&str; LEN]> {
    let mut parts = text.split(mark);
    let mut found = [""; LEN];
    for part in &mut found {
        *part = parts.next()?;
    }
    parts.next().is_none().then_some(found)
}

fn two_digits(text: &str) -> Option<u8> {
    digits(text, 2)?.parse().ok()
}

fn four_digits(text: &str) -> Option<i32> {
    digits(text, 4)?.parse().ok()
}

fn digits(text: &str, len: usize) -> Option<&str> {
    let fits = text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_taken_into_account() {
        for (text, seconds) in [
            ("2023-11-14T22:13:20Z", 1_700_000_000),
            ("2023-11-14T22:13:20+00:00", 1_700_000_000),
            ("2023-11-14T15:13:20-07:00", 1_700_000_000),
            ("2023-11-15T03:58:20+05:45", 1_700_000_000),
            ("2020-01-01T00:00:00-07:00", 1_577_862_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("1970-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(parse(text), Some(UnixTime::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in [
            "",
            "2020-01-01",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00z",
            "2020-01-01t00:00:00Z",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00:00.5Z",
            "2020-01-01T00:00:00 Z",
            "2020-01-01T00:00:00ZZ",
            "2020-01-01T00:00:00+0700",
            "2020-01-01T00:00:00+07:0",
            "2020-01-01T00:00:00+07:000",
            "2020-01-01T00:00:00+07",
            "2020-01-01T00:00:00*07:00",
            "2020-01-01T00:00:00++7:00",
            "2020-01-01T00:00:00+26:00",
            "2020-01-01T00:00:00+00:60",
            "2020-1-001T00:00:00Z",
            "+020-01-01T00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2020-00-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
            "1969-12-31T23:59:59Z",
            "202\u{661}-01-01T00:00:00Z",
            "1577862000",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for seconds in [0, 1_000_000_000, 1_700_000_000, 9_999_999_999] {
            let time = UnixTime::from_secs(seconds);
            assert_eq!(parse(&format(time)), Some(time));
        }
        let time = UnixTime::from_millis(1_700_000_000_999);
        assert_eq!(format(time), "2023-11-14T22:13:20+00:00");
    }
    #[test]
    fn milliseconds_have_three_digits_and_no_offset() {
        for millis in [0, 1_700_000_000_000, 1_700_000_000_007, 1_700_000_000_999] {
            let time = UnixTime::from_millis(millis);
            assert_eq!(parse_millis(&format_millis(time)), Some(time));
        }
        assert_eq!(
            format_millis(UnixTime::from_millis(1_700_000_000_007)),
            "2023-11-14T22:13:20.007Z"
        );
        for text in [
            "",
            "2020-01-01T00:00:00Z",
            "2020-01-01T00:00:00.Z",
            "2020-01-01T00:00:00.00Z",
            "2020-01-01T00:00:00.0000Z",
            "2020-01-01T00:00:00.+00Z",
            "2020-01-01T00:00:00,000Z",
            "2020-01-01T00:00:00.000",
            "2020-01-01T00:00:00.000z",
            "2020-01-01T00:00:00.000+00:00",
            "2020-01-01T00:00:00-07:00.000Z",
        ] {
            assert_eq!(parse_millis(text), None, "{text:?}");
        }
    }
}

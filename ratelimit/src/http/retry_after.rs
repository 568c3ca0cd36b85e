//! `Retry-After`, read.

use core::time::Duration;
use std::time::SystemTime;

use http::header::{AGE, DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// When a response was made, as far as it says so.
#[derive(Clone, Copy)]
pub(super) struct Made {
    /// By the clock of the server: its `Date`, or else the time of the reader.
    pub(super) at: SystemTime,
    /// How long it has been in a cache.
    pub(super) age: Duration,
}

impl Made {
    pub(super) fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let date = text(headers, &DATE).and_then(|text| httpdate::parse_http_date(text).ok());
        let age = text(headers, &AGE).and_then(delay).unwrap_or_default();
        Self {
            at: date.unwrap_or(now),
            age,
        }
    }
}

/// How long to wait by `Retry-After` of [RFC 9110, section
/// 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3): a number of seconds, or a date in
/// any of the three forms. A date is compared with the `Date` of the response, so that the clocks
/// need not agree. What lies in the past says nothing. If it is there more than once, the longest.
pub(super) fn read(headers: &HeaderMap, made: Made) -> Option<Duration> {
    let values = headers.get_all(RETRY_AFTER).iter();
    let waits = values.filter_map(|value| {
        let text = value.to_str().ok()?.trim();
        delay(text).or_else(|| {
            let date = httpdate::parse_http_date(text).ok()?;
            let wait = date.duration_since(made.at).ok()?;
            (!wait.is_zero()).then_some(wait)
        })
    });
    let longest = waits.max()?;
    Some(longest.saturating_sub(made.age))
}

/// A number of seconds, of nothing but digits. One that is too large to be a number is as long as
/// there is.
pub(super) fn delay(text: &str) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

/// The only value of a field that is there once.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    let is_alone = values.next().is_none();
    is_alone.then(|| value.to_str().ok().map(str::trim))?
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn wait(fields: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = fields.iter().map(|(name, value)| {
            let value = value.parse().expect("a value");
            (HeaderName::from_static(name), value)
        });
        let headers: HeaderMap = headers.collect();
        read(&headers, Made::read(&headers, NOW))
    }

    #[test]
    fn it_is_a_number_of_seconds_or_a_date_in_three_forms() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:30 GMT");
        for (value, seconds) in [
            ("0", 0),
            ("120", 120),
            (" 7 ", 7),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 7),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 7),
            ("Sun Nov  6 08:49:37 1994", 7),
            ("99999999999999999999999", u64::MAX),
        ] {
            let found = wait(&[date, ("retry-after", value)]);
            assert_eq!(found, Some(Duration::from_secs(seconds)), "{value}");
        }
    }

    #[test]
    fn what_is_malformed_or_past_says_nothing() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for value in [
            "",
            "-1",
            "+1",
            "1.5",
            "1 s",
            "soon",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:36 GMT",
            "Sun, 06 Nov 1994 08:49:99 GMT",
        ] {
            assert_eq!(wait(&[date, ("retry-after", value)]), None, "{value:?}");
        }
    }

    #[test]
    fn without_a_date_the_clock_of_the_reader_has_to_do() {
        let soon = "Thu, 01 Jan 1970 00:00:09 GMT";
        assert_eq!(wait(&[("retry-after", soon)]), Some(Duration::from_secs(9)));
        let twice = [("date", soon), ("date", soon), ("retry-after", soon)];
        assert_eq!(wait(&twice), Some(Duration::from_secs(9)));
    }

    #[test]
    fn what_lay_in_a_cache_has_waited_there() {
        let found = wait(&[("age", "50"), ("retry-after", "120")]);
        assert_eq!(found, Some(Duration::from_secs(70)));
        let found = wait(&[("age", "500"), ("retry-after", "120")]);
        assert_eq!(found, Some(Duration::ZERO));
    }

    #[test]
    fn of_two_the_longer_one_is_safe() {
        let found = wait(&[
            ("retry-after", "3"),
            ("retry-after", "5"),
            ("retry-after", "x"),
        ]);
        assert_eq!(found, Some(Duration::from_secs(5)));
    }
}

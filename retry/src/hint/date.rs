//! Dates as HTTP writes them: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>.

use core::time::Duration;

const SHORT_DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LONG_DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

const DAY: i64 = 86_400;

/// The time since 1970 of a date in any of the three forms; what is before that is as long ago as 1970.
///
/// That the weekday is the right one is nobody's concern. A leap second is the second that follows it.
pub(super) fn parse(text: &str, now: Duration) -> Option<Duration> {
    let date = match text.split_once(", ") {
        Some((day, rest)) if SHORT_DAYS.contains(&day) => imf_fixdate(rest),
        Some((day, rest)) if LONG_DAYS.contains(&day) => rfc_850(rest, now),
        Some(_) => None,
        None => asctime(text),
    };
    Some(date?.since_1970())
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, after the comma.
fn imf_fixdate(text: &str) -> Option<Date> {
    let [day, month, year, time, "GMT"] = parts(text, ' ')? else {
        return None;
    };
    Date::new(
        digits(year, 4)?,
        named(month)?,
        digits(day, 2)?,
        clock(time)?,
    )
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`, after the comma.
fn rfc_850(text: &str, now: Duration) -> Option<Date> {
    let [day, time, "GMT"] = parts(text, ' ')? else {
        return None;
    };
    let [day, month, year] = parts(day, '-')?;
    let (month, day, time) = (named(month)?, digits(day, 2)?, clock(time)?);
    let year = full_year(digits(year, 2)?, (month, day, time), Date::at(now));
    Date::new(year, month, day, time)
}

/// `Sun Nov  6 08:49:37 1994`: days of one digit stand behind a space more.
fn asctime(text: &str) -> Option<Date> {
    let (weekday, rest) = text.split_once(' ')?;
    let (month, rest) = rest.split_once(' ')?;
    let (day, rest) = match rest.strip_prefix(' ') {
        Some(rest) => (digits(rest.get(..1)?, 1)?, rest.get(1..)?),
        None => (digits(rest.get(..2)?, 2)?, rest.get(2..)?),
    };
    let ["", time, year] = parts(rest, ' ')? else {
        return None;
    };
    let month = named(month)?;
    let date = Date::new(digits(year, 4)?, month, day, clock(time)?)?;
    SHORT_DAYS.contains(&weekday).then_some(date)
}

/// The latest year of these two digits that is not more than 50 years ahead, to the second.
fn full_year(digits: i64, in_year: (i64, i64, i64), now: Date) -> i64 {
    let latest = now.year + 50;
    let year = latest - (latest - digits).rem_euclid(100);
    match year == latest && in_year > (now.month, now.day, now.second) {
        true => year - 100,
        false => year,
    }
}

/// A moment in the calendar of Gregory, by the time of Greenwich.
#[derive(Clone, Copy)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
    /// Of the day.
    second: i64,
}

impl Date {
    fn new(year: i64, month: i64, day: i64, second: i64) -> Option<Self> {
        let is_leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 if is_leap_year => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=days).contains(&day).then_some(Self {
            year,
            month,
            day,
            second,
        })
    }

    /// Both ways are those of Howard Hinnant, <https://howardhinnant.github.io/date_algorithms.html>:
    /// years begin in March, so that the day of a leap year is the last, and come in eras of 400.
    fn since_1970(self) -> Duration {
        let year = self.year - i64::from(self.month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        Duration::from_secs(u64::try_from(days * DAY + self.second).unwrap_or(0))
    }

    fn at(since_1970: Duration) -> Self {
        // Beyond the years of four digits there is nothing to compare with.
        let seconds = since_1970.as_secs().min(LAST) as i64;
        let days = seconds / DAY + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let month = (march_month + 2) % 12 + 1;
        Self {
            year: era * 400 + of_era + i64::from(month <= 2),
            month,
            day: of_year - (153 * march_month + 2) / 5 + 1,
            second: seconds % DAY,
        }
    }
}

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

/// `08:49:37`, as seconds of the day.
fn clock(text: &str) -> Option<i64> {
    let [hour, minute, second] = parts(text, ':')?;
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    let exists = hour < 24 && minute < 60 && second <= 60;
    exists.then_some(hour * 3_600 + minute * 60 + second)
}

fn named(month: &str) -> Option<i64> {
    let index = MONTHS.iter().position(|name| *name == month)?;
    i64::try_from(index + 1).ok()
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// The parts of a text, if there are exactly as many.
fn parts<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    let mut found = [""; N];
    let mut parts = text.split(separator);
    for part in &mut found {
        *part = parts.next()?;
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests;

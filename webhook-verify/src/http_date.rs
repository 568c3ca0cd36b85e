//! Dates as HTTP writes them.

use alloc::string::String;
use core::fmt::{self, Write};

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

use crate::unix_time::UnixTime;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads a date like `Sun, 06 Nov 1994 08:49:37 GMT`, the fixed form of [RFC 9110 section
/// 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7). The two obsolete forms are refused,
/// and so is every other spelling, a wrong day of the week, and what is before the epoch: a time has
/// one text, of 29 characters.
pub(crate) fn parse(text: &str) -> Option<UnixTime> {
    let mut words = text.split(' ').skip(1);
    let day = words.next()?.parse().ok()?;
    let month = number_of(words.next()?)?;
    let year = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(|part| part.parse().ok());
    let date = Date::from_calendar_date(year, month, day).ok()?;
    let clock = Time::from_hms(clock.next()??, clock.next()??, clock.next()??).ok()?;
    let moment = PrimitiveDateTime::new(date, clock).assume_utc();
    let time = UnixTime::from_secs(u64::try_from(moment.unix_timestamp()).ok()?);
    let mut expected = Expected(text);
    let is_exact = write(&mut expected, time).is_ok() && expected.0.is_empty();
    is_exact.then_some(time)
}

/// Writes a time to the second. Years beyond 9999 become the epoch.
pub(crate) fn format(time: UnixTime) -> String {
    let mut text = String::new();
    write(&mut text, time).expect("a string takes everything");
    text
}

fn write(out: &mut impl Write, time: UnixTime) -> fmt::Result {
    let seconds = i64::try_from(time.as_secs()).unwrap_or_default();
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = moment.to_hms();
    write!(
        out,
        "{}, {:02} {} {:04} {hour:02}:{minute:02}:{second:02} GMT",
        WEEKDAYS[usize::from(moment.weekday().number_days_from_monday())],
        moment.day(),
        MONTHS[usize::from(u8::from(moment.month()) - 1)],
        moment.year(),
    )
}

/// Takes nothing but this text, so that one need not be made to be compared with it.
struct Expected<'a>(&'a str);

impl Write for Expected<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

fn number_of(month: &str) -> Option<Month> {
    let place = MONTHS.iter().position(|name| *name == month)?;
    Month::try_from(u8::try_from(place + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_rfc() {
        let time = UnixTime::from_secs(784_111_777);
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT"), Some(time));
        assert_eq!(format(time), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "Sun, 06 Nov 1994 08:49:60 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            " Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun,  06 Nov 1994 08:49:37 GMT",
            "Wed, 30 Feb 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for day in 0..366 * 5 {
            let time = UnixTime::from_secs(1_700_000_000 + day * 86_399);
            assert_eq!(parse(&format(time)), Some(time));
        }
    }
}

//! Dates in all of their forms, found by counting.

use core::time::Duration;
use std::format;
use std::string::String;

use proptest::prelude::*;

use super::*;

/// One library of the field turns every two-digit year below 70 into this century, for ever.
#[test]
fn years_of_two_digits_slide_with_the_time() {
    let at = |text: &str| parse(text, Duration::ZERO).expect("a date");
    // (now, the year that is written, the year that is meant)
    for (now, short, expected) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "94", "1994"),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "43", "2043"),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "44", "2044"),
        ("Sun, 06 Nov 1994 08:49:36 GMT", "44", "1944"),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "45", "1945"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "26", "2026"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "70", "2070"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "75", "2075"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "76", "1976"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "00", "2000"),
        ("Tue, 01 Jan 2075 00:00:00 GMT", "00", "2100"),
    ] {
        let written = format!("Sunday, 06-Nov-{short} 08:49:37 GMT");
        let meant = format!("Sun, 06 Nov {expected} 08:49:37 GMT");
        let read = parse(&written, at(now));
        assert_eq!(read, Some(at(&meant)), "{short} read in {now}");
    }
}

const DAYS: [&str; 7] = [
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
];

const LENGTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

/// The three forms of a date, found by counting years and months.
fn written(since_1970: u64) -> [String; 3] {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let (mut days, second) = (since_1970 / 86_400, since_1970 % 86_400);
    let weekday = DAYS[(days % 7) as usize];
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut months = LENGTHS
        .into_iter()
        .map(|(name, length)| (name, length + u64::from(name == "Feb" && is_leap(year))));
    let month = loop {
        let (name, length) = months.next().expect("the year has more days");
        if days < length {
            break name;
        }
        days -= length;
    };
    let (day, short) = (days + 1, &weekday[..3]);
    let clock = format!(
        "{:02}:{:02}:{:02}",
        second / 3_600,
        second / 60 % 60,
        second % 60
    );
    [
        format!("{short}, {day:02} {month} {year:04} {clock} GMT"),
        format!("{weekday}, {day:02}-{month}-{:02} {clock} GMT", year % 100),
        format!("{short} {month} {day:2} {clock} {year:04}"),
    ]
}

proptest! {
    #[test]
    fn every_second_until_the_year_9999_is_read_in_every_form(since_1970 in 0..253_402_300_800_u64) {
        let time = Duration::from_secs(since_1970);
        for form in written(since_1970) {
            // A year of two digits is that of somebody who reads it at once.
            prop_assert_eq!(parse(&form, time), Some(time), "{}", form);
        }
    }

    #[test]
    fn years_of_two_digits_are_understood_for_half_a_century_around(
        now in 2_000_000_000..4_000_000_000_u64,
        apart in 0..1_577_800_000_u64,
    ) {
        for meant in [now - apart, now + apart] {
            let [_, form, _] = written(meant);
            let read = parse(&form, Duration::from_secs(now));
            prop_assert_eq!(read, Some(Duration::from_secs(meant)), "{}", form);
        }
    }
}

//! Every row of the table of what servers say, and what other readers make of it.

use core::time::Duration;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;

/// Sun, 06 Nov 1994 08:49:37 GMT.
const NOVEMBER_1994: u64 = 784_111_777;
const NOW: Duration = Duration::from_secs(NOVEMBER_1994);

fn read_at(now: Duration, fields: &[(&str, &str)]) -> Option<Hint> {
    Hint::from_fields(
        |name| {
            let values = fields.iter().filter(move |field| field.0 == name);
            values.map(|field| field.1)
        },
        now,
    )
}

fn read(fields: &[(&str, &str)]) -> Option<Hint> {
    read_at(NOW, fields)
}

fn millis(millis: u64) -> Option<Hint> {
    Some(Hint::Wait(Duration::from_millis(millis)))
}

fn seconds(seconds: u64) -> Option<Hint> {
    Some(Hint::Wait(Duration::from_secs(seconds)))
}

/// What `Retry-After` says, of an answer made at the time of the reader.
fn retry_after(value: &str) -> Option<Hint> {
    read(&[("retry-after", value)])
}

#[test]
fn nothing_said_is_no_hint() {
    assert_eq!(read(&[]), None);
    assert_eq!(read(&[("date", "Sun, 06 Nov 1994 08:49:37 GMT")]), None);
}

#[test]
fn retry_after_is_seconds_of_nothing_but_digits() {
    for (value, expected) in [
        ("0", seconds(0)),
        ("120", seconds(120)),
        ("0120", seconds(120)),
        (" 7\t", seconds(7)),
        ("18446744073709551615", seconds(u64::MAX)),
        ("18446744073709551616", seconds(u64::MAX)),
        ("99999999999999999999999999", seconds(u64::MAX)),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1e3", None),
        ("1 s", None),
        ("1,2", None),
        ("0x10", None),
        ("soon", None),
    ] {
        assert_eq!(retry_after(value), expected, "{value:?}");
    }
}

#[test]
fn retry_after_is_a_date_in_three_forms() {
    for value in [
        "Sun, 06 Nov 1994 08:50:37 GMT",
        "Sunday, 06-Nov-94 08:50:37 GMT",
        "Sun Nov  6 08:50:37 1994",
        "Sun Nov 06 08:50:37 1994",
        // Nobody needs to know which weekday it was.
        "Mon, 06 Nov 1994 08:50:37 GMT",
        // Leap seconds, which other readers refuse.
        "Sun, 06 Nov 1994 08:49:60 GMT",
    ] {
        let expected = if value.contains(":60") { 23 } else { 60 };
        assert_eq!(retry_after(value), seconds(expected), "{value:?}");
    }
}

#[test]
fn what_is_no_date_says_nothing() {
    for value in [
        "Sun, 6 Nov 1994 08:50:37 GMT",
        "Sun, 06 Nov 1994 08:50:37",
        "Sun, 06 Nov 1994 08:50:37 UTC",
        "Sun, 06 Nov 1994 08:50:37 GMT ?",
        "Sun,06 Nov 1994 08:50:37 GMT",
        "sun, 06 nov 1994 08:50:37 gmt",
        "Son, 06 Nov 1994 08:50:37 GMT",
        "Sun, 06 Nov 94 08:50:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:50:61 GMT",
        "Sun, 06 Nov 1994 8:50:37 GMT",
        "Sun, 31 Nov 1994 08:50:37 GMT",
        "Sun, 00 Nov 1994 08:50:37 GMT",
        "Wed, 29 Feb 1995 08:50:37 GMT",
        "Sunday, 06-Nov-1994 08:50:37 GMT",
        "Sun, 06-Nov-94 08:50:37 GMT",
        "Sunday, 06 Nov 1994 08:50:37 GMT",
        "Sun Nov 6 08:50:37 1994",
        "Sun Nov  6 08:50:37 1994 GMT",
        "Sun Nov   6 08:50:37 1994",
        "Sun Nov",
        "Sun Nov \u{e9}6 08:50:37 1994",
        "1994-11-06T08:50:37Z",
    ] {
        assert_eq!(retry_after(value), None, "{value:?}");
    }
}

/// Who waits for nothing then calls in a loop.
#[test]
fn a_date_that_has_passed_is_no_wait_of_nothing() {
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), None);
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:36 GMT"), None);
    assert_eq!(retry_after("Thu, 01 Jan 1970 00:00:00 GMT"), None);
    assert_eq!(retry_after("Sat, 01 Jan 0000 00:00:00 GMT"), None);
}

/// No reader that was looked at does this: a client whose clock is an hour behind waits an hour more.
#[test]
fn a_date_is_compared_with_the_clock_of_the_server() {
    let answer = [
        ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("retry-after", "Sun, 06 Nov 1994 08:49:44 GMT"),
    ];
    for hour in [0, 1, 2, 10_000, 1_000_000] {
        let now = Duration::from_secs(hour * 3_600);
        assert_eq!(read_at(now, &answer), seconds(7), "in hour {hour}");
    }
    assert_eq!(read_at(Duration::MAX, &answer), seconds(7));
}

#[test]
fn a_date_of_the_server_that_is_none_leaves_the_clock_of_the_reader() {
    let soon = ("retry-after", "Sun, 06 Nov 1994 08:49:44 GMT");
    for dates in [&["today"][..], &[""], &["Sun, 06 Nov 1994 08:49:40 GMT"; 2]] {
        let mut fields: Vec<_> = dates.iter().map(|date| ("date", *date)).collect();
        fields.push(soon);
        assert_eq!(read(&fields), seconds(7), "{dates:?}");
    }
}

#[test]
fn a_number_of_seconds_needs_no_clock() {
    let fields = [
        ("date", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("retry-after", "7"),
    ];
    assert_eq!(read(&fields), seconds(7));
}

/// A library of the field once read these as seconds.
#[test]
fn what_is_in_milliseconds_says_so_and_comes_before_seconds() {
    for name in ["x-amz-retry-after", "retry-after-ms", "x-ms-retry-after-ms"] {
        for (value, expected) in [
            ("1500", millis(1_500)),
            ("0", millis(0)),
            ("1500.0", millis(1_500)),
            ("1499.2", millis(1_500)),
            ("99999999999999999999", millis(u64::MAX)),
            ("-5", seconds(3)),
            ("soon", seconds(3)),
            (".5", seconds(3)),
            ("5.", seconds(3)),
            ("", seconds(3)),
        ] {
            let found = read(&[("retry-after", "3"), (name, value)]);
            assert_eq!(found, expected, "{name}: {value:?}");
        }
    }
}

#[test]
fn each_source_is_asked_only_if_those_before_it_say_nothing() {
    let sources = [
        ("grpc-retry-pushback-ms", "1000"),
        ("x-amz-retry-after", "2000"),
        ("retry-after-ms", "3000"),
        ("x-ms-retry-after-ms", "4000"),
        ("retry-after", "5"),
        ("ratelimit", "\"a\";r=0;t=6"),
        ("ratelimit-reset", "7"),
        ("x-ratelimit-reset", "8"),
        ("x-rate-limit-reset", "9"),
    ];
    for (index, said) in (1..).zip(0..sources.len()) {
        assert_eq!(
            read(&sources[said..]),
            seconds(index),
            "{:?}",
            sources[said]
        );
    }
}

#[test]
fn a_malformed_field_leaves_it_to_the_next() {
    let fields = [
        ("x-amz-retry-after", "x"),
        ("retry-after-ms", "x"),
        ("x-ms-retry-after-ms", "x"),
        ("retry-after", "x"),
        ("ratelimit", "\"a;r=0;t=6"),
        ("ratelimit-reset", "x"),
        ("x-ratelimit-reset", "8"),
    ];
    assert_eq!(read(&fields), seconds(8));
}

#[test]
fn pushback_that_is_no_wait_is_to_stop() {
    for (value, expected) in [
        ("0", millis(0)),
        ("1500", millis(1_500)),
        ("-1", Some(Hint::Stop)),
        ("soon", Some(Hint::Stop)),
        ("1.5", Some(Hint::Stop)),
        ("", Some(Hint::Stop)),
    ] {
        let found = read(&[("grpc-retry-pushback-ms", value), ("retry-after", "3")]);
        assert_eq!(found, expected, "{value:?}");
    }
}

#[test]
fn of_several_values_the_one_that_asks_for_more_counts() {
    let twice = |name, one, other| read(&[(name, one), (name, other), (name, "x")]);
    assert_eq!(twice("retry-after", "3", "5"), seconds(5));
    assert_eq!(twice("retry-after-ms", "5000", "3000"), seconds(5));
    assert_eq!(twice("x-ratelimit-reset", "3", "5"), seconds(5));
    assert_eq!(
        twice("ratelimit", "\"a\";r=0;t=3", "\"b\";r=0;t=5"),
        seconds(5)
    );
    assert_eq!(twice("grpc-retry-pushback-ms", "1", "-1"), Some(Hint::Stop));
}

#[test]
fn what_lay_in_a_cache_has_waited_there() {
    let aged = |age, field| read(&[("age", age), field]);
    assert_eq!(aged("50", ("retry-after", "120")), seconds(70));
    assert_eq!(aged("500", ("retry-after", "120")), seconds(0));
    assert_eq!(aged("old", ("retry-after", "120")), seconds(120));
    assert_eq!(aged("0", ("x-ratelimit-reset", "120")), seconds(120));
    assert_eq!(aged("1", ("x-ratelimit-reset", "120")), None);
    assert_eq!(aged("1", ("ratelimit", "\"a\";r=0;t=6")), None);
}

#[test]
fn the_field_about_limits_is_read_as_it_is_and_as_it_was() {
    for (value, expected) in [
        ("\"burst\";r=0;t=17", seconds(17)),
        ("\"burst\";r=0;t=17, \"daily\";r=120;t=86", seconds(17)),
        (
            "\"burst\";r=0;t=17,\"daily\";r=0;t=86;pk=:cHsdsRa894==:",
            seconds(86),
        ),
        ("\"a,b;r=9\\\",\";r=0;t=4", seconds(4)),
        ("burst ; r=0 ; t=17", seconds(17)),
        ("limit=100, remaining=0, reset=5", seconds(5)),
        ("limit=100;w=60, remaining=0, reset=5", seconds(5)),
        // Something remains, or nobody knows when there is more.
        ("\"burst\";r=1;t=17", None),
        ("limit=100, remaining=1, reset=5", None),
        ("\"burst\";r=0", None),
    ] {
        let found = read(&[("ratelimit", value), ("x-ratelimit-reset", "99")]);
        assert_eq!(found, expected, "{value:?}");
    }
}

#[test]
fn a_malformed_field_about_limits_is_left_aside_as_a_whole() {
    for value in [
        "",
        ",",
        "\"burst\"",
        "\"burst\";t=17",
        "\"burst\";r=0;t=-1",
        "\"burst\";r=x;t=17",
        "\"burst\";r=0;t=17,",
        "\"burst\";r=0;t=17, \"daily\"",
        "\"burst;r=0;t=17",
        "\"burst\";r=0;;t=17",
        "limit=100, reset=5",
        "limit=100",
    ] {
        let found = read(&[("ratelimit", value), ("x-ratelimit-reset", "99")]);
        assert_eq!(found, seconds(99), "{value:?}");
    }
}

#[test]
fn a_reset_is_a_time_since_1970_or_seconds_from_now() {
    for family in ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"] {
        for (value, expected) in [
            ("0", seconds(0)),
            ("30", seconds(30)),
            ("29.001", seconds(30)),
            ("999999999", seconds(999_999_999)),
            ("1000000007", seconds(1_000_000_007 - NOVEMBER_1994)),
            (
                "99999999999999999999",
                Some(Hint::Wait(Duration::from_millis(u64::MAX) - NOW)),
            ),
            ("-30", None),
            ("", None),
        ] {
            assert_eq!(read(&[(family, value)]), expected, "{family}: {value:?}");
        }
        // In milliseconds, in the year 2026.
        let now = Duration::from_millis(1_767_225_600_250);
        assert_eq!(read_at(now, &[(family, "1767225607250")]), seconds(7));
        assert_eq!(read_at(now, &[(family, "1767225600250")]), None);
        assert_eq!(read_at(now, &[(family, "1767225607")]), millis(6_750));
    }
}

#[test]
fn a_reset_of_what_has_something_left_says_nothing() {
    for (remaining, expected) in [
        ("0", seconds(30)),
        ("x", seconds(30)),
        ("1", None),
        ("99999999999999999999", None),
    ] {
        let fields = [
            ("x-ratelimit-remaining", remaining),
            ("x-ratelimit-reset", "30"),
        ];
        assert_eq!(read(&fields), expected, "{remaining}");
    }
    // Another family is another limit.
    let fields = [
        ("ratelimit-remaining", "1"),
        ("ratelimit-reset", "30"),
        ("x-ratelimit-reset", "60"),
    ];
    assert_eq!(read(&fields), seconds(60));
}

proptest! {
    #[test]
    fn anything_can_be_said(values in prop::array::uniform8(".{0,40}"), now: u64) {
        let names = [
            "grpc-retry-pushback-ms", "retry-after-ms", "retry-after", "date", "age", "ratelimit",
            "ratelimit-reset", "ratelimit-remaining",
        ];
        let fields: Vec<_> = names.into_iter().zip(values.iter().map(|value| &**value)).collect();
        for from in 0..fields.len() {
            let hint = read_at(Duration::from_secs(now), &fields[from..]);
            prop_assert!(from == 0 || hint != Some(Hint::Stop));
        }
    }
}

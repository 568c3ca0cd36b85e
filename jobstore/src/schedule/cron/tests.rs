//! What is due when clocks are changed, worked out by hand, and that looking back finds what looking
//! forward does.

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What is due from one time to the other.
fn due(expression: &str, zone: &str, from: &str, until: &str) -> Vec<String> {
    let cron = Cron::new(expression, zone).unwrap();
    forward(&cron, time(from), time(until))
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn forward(cron: &Cron, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let next = |time: &Timestamp| cron.next(*time).filter(|next| *next <= until);
    std::iter::successors(next(&from), next).collect()
}

fn backward(cron: &Cron, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let tick = std::time::Duration::from_micros(1);
    let before = |time: &Timestamp| cron.last(*time - tick).filter(|last| *last > from);
    let mut found: Vec<_> = std::iter::successors(before(&(until + tick)), before).collect();
    found.reverse();
    found
}

/// In Berlin, 2026-03-29 has no 02:00 to 03:00: 02:00 is 03:00, which is 01:00 in UTC.
#[test]
fn in_berlin_what_the_gap_in_spring_swallows_is_due_when_it_ends() {
    let night = ("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
    let due = |expression| due(expression, "Europe/Berlin", night.0, night.1);
    assert_eq!(
        due("30 2 * * *"),
        ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
    );
    assert_eq!(
        due("30 1 * * *"),
        ["2026-03-29T00:30:00Z", "2026-03-29T23:30:00Z"]
    );
    assert_eq!(
        due("0 3 * * *"),
        ["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]
    );
}

#[test]
fn in_berlin_what_goes_on_goes_on_behind_the_gap() {
    let night = ("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z");
    let half_hours = [
        "2026-03-29T00:30:00Z",
        "2026-03-29T01:00:00Z",
        "2026-03-29T01:30:00Z",
        "2026-03-29T02:00:00Z",
    ];
    assert_eq!(
        due("*/30 * * * *", "Europe/Berlin", night.0, night.1),
        half_hours
    );
}

/// In Berlin, 2026-10-25 has 02:00 to 03:00 twice: from 00:00 in UTC, and from 01:00.
#[test]
fn in_berlin_what_the_overlap_in_autumn_repeats_is_due_once() {
    let night = ("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
    let due = |expression| due(expression, "Europe/Berlin", night.0, night.1);
    assert_eq!(
        due("30 2 * * *"),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
    assert_eq!(
        due("0 3 * * *"),
        ["2026-10-25T02:00:00Z", "2026-10-26T02:00:00Z"]
    );
}

#[test]
fn in_berlin_what_goes_on_is_due_in_both_halves_of_the_overlap() {
    let night = ("2026-10-24T23:45:00Z", "2026-10-25T02:00:00Z");
    let half_hours = [
        "2026-10-25T00:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:00:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T02:00:00Z",
    ];
    assert_eq!(
        due("*/30 * * * *", "Europe/Berlin", night.0, night.1),
        half_hours
    );
}

/// In New York, 2026-03-08 has no 02:00 to 03:00: 02:00 is 03:00, which is 07:00 in UTC.
#[test]
fn in_new_york_what_the_gap_in_spring_swallows_is_due_when_it_ends() {
    let night = ("2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z");
    let due = |expression| due(expression, "America/New_York", night.0, night.1);
    assert_eq!(
        due("30 2 * * *"),
        ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]
    );
    assert_eq!(
        due("30 1 * * *"),
        ["2026-03-08T06:30:00Z", "2026-03-09T05:30:00Z"]
    );
}

/// In New York, 2026-11-01 has 01:00 to 02:00 twice: from 05:00 in UTC, and from 06:00.
#[test]
fn in_new_york_what_the_overlap_in_autumn_repeats_is_due_once() {
    let night = ("2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z");
    let daily = due("30 1 * * *", "America/New_York", night.0, night.1);
    assert_eq!(daily, ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]);
    let hours = [
        "2026-11-01T05:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-11-01T07:00:00Z",
    ];
    assert_eq!(
        due(
            "0 * * * *",
            "America/New_York",
            "2026-11-01T04:30:00Z",
            hours[2]
        ),
        hours
    );
}

#[test]
fn looking_back_finds_what_looking_forward_does() {
    let expressions = [
        "30 2 * * *",
        "*/15 * * * *",
        "0 * * * *",
        "30 1,2 * * *",
        "0 0 * * *",
        "0 3 * * SUN",
        "59 59 23 * * *",
        "15 1-3 * * *",
        "*/20 2 * * *",
        "0 12 L * *",
        "0 9 * * 1#1",
    ];
    // The last moves its clocks by half an hour.
    let zones = [
        "Europe/Berlin",
        "America/New_York",
        "UTC",
        "Australia/Lord_Howe",
    ];
    let spans = [
        ("2026-02-27T00:00:00Z", "2026-04-10T00:00:00Z"),
        ("2026-09-27T00:00:00Z", "2026-11-10T00:00:00Z"),
    ];
    for expression in expressions {
        for zone in zones {
            for (from, until) in spans.map(|(from, until)| (time(from), time(until))) {
                let cron = Cron::new(expression, zone).unwrap();
                let there = forward(&cron, from, until);
                assert!(!there.is_empty(), "{cron:?}");
                assert_eq!(there, backward(&cron, from, until), "{cron:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_due_is_refused() {
    let problem = |expression, zone| Cron::new(expression, zone).unwrap_err();
    assert_eq!(problem("0 0 30 2 *", "UTC"), "\"0 0 30 2 *\" is never due");
    assert!(problem("0 25 * * *", "UTC").starts_with("\"0 25 * * *\" is no cron expression: "));
    assert!(problem("", "UTC").starts_with("\"\" is no cron expression: "));
    assert_eq!(
        problem("@daily", "Europe/Atlantis"),
        "there is no time zone \"Europe/Atlantis\""
    );
}

#[test]
fn the_ends_of_the_calendar_are_the_end_of_the_search() {
    let cron = Cron::new("0 0 1 1 *", "UTC").unwrap();
    assert_eq!(cron.next(Timestamp::MAX), None);
    assert_eq!(cron.last(Timestamp::EPOCH), Some(Timestamp::EPOCH));
}

//! When a server wants to be asked again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use retry::{Backoff, Failure, Hint, Next, Policy, Reason};
use sfv::{BareItem, List, ListEntry, Parser};

/// The fields that say it, from the one that counts most, and what else is needed to read each.
const SOURCES: [&[&str]; 9] = [
    &["grpc-retry-pushback-ms"],
    &["x-amz-retry-after"],
    &["retry-after-ms"],
    &["x-ms-retry-after-ms"],
    &["retry-after", "date", "age"],
    &["ratelimit", "age"],
    &["ratelimit-reset", "ratelimit-remaining", "date", "age"],
    &["x-ratelimit-reset", "x-ratelimit-remaining", "date", "age"],
    &[
        "x-rate-limit-reset",
        "x-rate-limit-remaining",
        "date",
        "age",
    ],
];

/// Any fields can be read. What counts is the first source that says something, whatever the order of its values; each
/// says what a plain reader says; and a call that is told so waits as long, or gives up.
///
/// The input is the head of an answer: a name, a colon and a value on each line. What it calls `now` is the time of
/// the reader.
pub fn retry_hint(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let head = Head::read(text);
    let hint = head.hint(|_| true);

    assert_eq!(head.hint_by_sources(), hint, "{head:?}");
    assert_eq!(head.reversed().hint(|_| true), hint, "{head:?}");
    head.seconds_are_those_of_a_plain_reader();
    head.dates_are_those_of_a_plain_reader();
    head.limits_are_those_of_a_plain_reader();
    if let Some(hint) = hint {
        obeys(hint);
    }
}

#[derive(Debug)]
struct Head<'t> {
    fields: Vec<(String, &'t str)>,
    now: Duration,
}

impl<'t> Head<'t> {
    fn read(text: &'t str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        let fields: Vec<_> = lines
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        let now = fields.iter().find(|field| field.0 == "now");
        let now = now.and_then(|field| field.1.trim().parse().ok());
        Self {
            now: Duration::from_secs(now.unwrap_or(1_750_000_000)),
            fields,
        }
    }

    fn reversed(&self) -> Self {
        Self {
            fields: self.fields.iter().rev().cloned().collect(),
            now: self.now,
        }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'t str> {
        let fields = self.fields.iter().filter(move |field| field.0 == name);
        fields.map(|field| field.1)
    }

    /// What some of the fields say.
    fn hint(&self, is_seen: impl Fn(&str) -> bool) -> Option<Hint> {
        let values = |name| {
            self.values(name)
                .filter(|_| is_seen(name))
                .collect::<Vec<_>>()
        };
        Hint::from_fields(values, self.now)
    }

    /// What the first source says that says something, each by itself.
    fn hint_by_sources(&self) -> Option<Hint> {
        let limits = self.values("ratelimit").any(says_limits);
        SOURCES.iter().find_map(|source| {
            // The older fields stand aside for the new one, even if it asks for no wait.
            if source.contains(&"date") && source[0] != "retry-after" && limits {
                return None;
            }
            self.hint(|name| source.contains(&name))
        })
    }

    fn seconds_are_those_of_a_plain_reader(&self) {
        for value in self.values("retry-after") {
            let digits = value.trim();
            if digits.is_empty() || digits.contains(|byte: char| !byte.is_ascii_digit()) {
                continue;
            }
            let seconds = digits.parse().unwrap_or(u64::MAX);
            assert_eq!(
                alone("retry-after", value, self.now),
                wait(seconds),
                "{value}"
            );
            assert_eq!(
                alone("x-amz-retry-after", value, self.now),
                millis(seconds),
                "{value}"
            );
            assert_eq!(
                alone("grpc-retry-pushback-ms", value, self.now),
                millis(seconds),
                "{value}"
            );
        }
    }

    /// `httpdate` knows no leap seconds, days that do not exist, other weekdays, or a year of two digits that has come
    /// to mean another; so it is asked about what it writes itself.
    fn dates_are_those_of_a_plain_reader(&self) {
        let dates = self.values("retry-after").chain(self.values("date"));
        for text in dates.map(str::trim) {
            let Ok(time) = httpdate::parse_http_date(text) else {
                continue;
            };
            let since_1970 = time
                .duration_since(UNIX_EPOCH)
                .expect("it knows none before");
            let written = httpdate::fmt_http_date(time);
            let read = alone("retry-after", &written, Duration::ZERO);
            assert_eq!(read.is_none(), since_1970.is_zero(), "{written}");
            assert_eq!(
                read.unwrap_or(Hint::Wait(Duration::ZERO)),
                Hint::Wait(since_1970),
                "{written}"
            );
            same_date_in_other_forms(&written, time);
            if written == text {
                let server = [("date", written.as_str()), ("retry-after", text)];
                assert_eq!(read_fields(&server, self.now), None, "{text} is now");
            }
        }
    }

    fn limits_are_those_of_a_plain_reader(&self) {
        for line in self.values("ratelimit") {
            if let Some(expected) = plain_limits(line) {
                assert_eq!(alone("ratelimit", line, self.now), expected, "{line}");
            }
        }
    }
}

/// Whether a line of `RateLimit` says anything: then a wait that stands behind it, of an older field, is not asked.
fn says_limits(line: &str) -> bool {
    let fields = [("ratelimit", line), ("ratelimit-reset", "12345")];
    read_fields(&fields, Duration::ZERO) != wait(12_345)
}

/// What a structured field says whose parameters are what they should be, each once; nothing, if they are not.
fn plain_limits(line: &str) -> Option<Option<Hint>> {
    let list: List = Parser::new(line.trim()).parse().ok()?;
    let mut longest = None;
    let mut separators = 0;
    for entry in &list {
        let ListEntry::Item(item) = entry else {
            return None;
        };
        let name = match &item.bare_item {
            BareItem::String(name) => name.as_str(),
            BareItem::Token(name) => name.as_str(),
            _ => return None,
        };
        separators += item.params.len() + name.matches(';').count();
        let number = |name: &str| {
            let value = item.params.get(name)?.as_integer()?;
            u64::try_from(i64::from(value)).ok()
        };
        if item.params.contains_key("t") && number("t").is_none() {
            return None;
        }
        if number("r")? == 0 {
            longest = longest.max(number("t"));
        }
    }
    let each_once = line.matches(';').count() == separators;
    (each_once && !list.is_empty()).then(|| longest.and_then(wait))
}

/// The two forms of old, which mean the same to who reads them within 50 years.
fn same_date_in_other_forms(written: &str, time: SystemTime) {
    let since_1970 = time.duration_since(UNIX_EPOCH).expect("not before");
    let [weekday, day, month, year, clock, _] = words(written);
    let weekday = weekday.trim_end_matches(',');
    let long = match weekday {
        "Tue" => "Tuesday".to_owned(),
        "Wed" => "Wednesday".to_owned(),
        "Thu" => "Thursday".to_owned(),
        "Sat" => "Saturday".to_owned(),
        _ => format!("{weekday}day"),
    };
    let unpadded = day.trim_start_matches('0');
    for form in [
        format!("{long}, {day}-{month}-{} {clock} GMT", &year[2..]),
        format!("{weekday} {month} {unpadded:>2} {clock} {year}"),
    ] {
        let fields = [
            ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("retry-after", &*form),
        ];
        let read = read_fields(&fields, since_1970);
        let expected = (!since_1970.is_zero()).then_some(Hint::Wait(since_1970));
        assert_eq!(read, expected, "{form}");
    }
}

fn words(text: &str) -> [&str; 6] {
    let words: Vec<_> = text.split(' ').collect();
    words.try_into().expect("a date has six words")
}

/// A call that is told so waits at least as long, and half of it more at most; or it gives up.
fn obeys(hint: Hint) {
    let mut call = Policy::new(Backoff::exponential()).start(Duration::ZERO, 42);
    let cap = Duration::from_secs(60);
    let next = call.next(Failure::throttled().hinted(Some(hint)), Duration::ZERO);
    match (hint, next) {
        (Hint::Stop, next) => assert_eq!(next, Next::GiveUp(Reason::ToldToStop)),
        (Hint::Wait(wait), next) if wait > cap => {
            assert_eq!(next, Next::GiveUp(Reason::HintTooLong));
        }
        (Hint::Wait(asked), Next::Wait(wait)) => {
            assert!(asked <= wait && wait <= (asked * 3 / 2).max(cap));
        }
        (Hint::Wait(_), Next::GiveUp(reason)) => panic!("gave up: {reason}"),
    }
}

fn alone(name: &str, value: &str, now: Duration) -> Option<Hint> {
    read_fields(&[(name, value)], now)
}

fn read_fields(fields: &[(&str, &str)], now: Duration) -> Option<Hint> {
    let values = |name| {
        let values = fields.iter().filter(move |field| field.0 == name);
        values.map(|field| field.1)
    };
    Hint::from_fields(values, now)
}

fn wait(seconds: u64) -> Option<Hint> {
    Some(Hint::Wait(Duration::from_secs(seconds)))
}

fn millis(millis: u64) -> Option<Hint> {
    Some(Hint::Wait(Duration::from_millis(millis)))
}

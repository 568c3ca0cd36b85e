//! What the fields about limits say of when there is more.

use core::time::Duration;

use super::number::{natural, rounded_up};
use super::retry_after::Made;

/// From the name that was to be the standard to the oldest: what remains, and when there is more.
const FAMILIES: [[&str; 2]; 3] = [
    ["ratelimit-remaining", "ratelimit-reset"],
    ["x-ratelimit-remaining", "x-ratelimit-reset"],
    ["x-rate-limit-remaining", "x-rate-limit-reset"],
];

/// From here on a number is a time, not a duration: it was 2001, or will be in 31 years.
const EPOCH: u64 = 1_000_000_000;

/// From here on it is a time in milliseconds.
const EPOCH_MILLIS: u64 = 1_000 * EPOCH;

/// The time until there is more, of an answer that did not lie in a cache: there it tells of whoever
/// asked first.
pub(super) fn read<'f, V>(fields: &impl Fn(&'static str) -> V, made: Made) -> Option<Duration>
where
    V: IntoIterator<Item = &'f str>,
{
    if !made.age.is_zero() {
        return None;
    }
    let lines = fields("ratelimit").into_iter();
    match lines.filter_map(spent_in).max() {
        Some(until) => until,
        None => FAMILIES.iter().find_map(|[remaining, reset]| {
            let remaining = fields(remaining).into_iter();
            let remaining = remaining.filter_map(|text| natural(text.trim()));
            if remaining.max() > Some(0) {
                return None;
            }
            let resets = fields(reset).into_iter();
            resets.filter_map(|text| until(text.trim(), made)).max()
        }),
    }
}

/// In what time a reset is; none if it has passed.
fn until(text: &str, made: Made) -> Option<Duration> {
    let number = rounded_up(text)?;
    match number {
        ..EPOCH => Some(Duration::from_secs(number)),
        EPOCH..EPOCH_MILLIS => made.until(Duration::from_secs(number)),
        EPOCH_MILLIS.. => made.until(Duration::from_millis(number)),
    }
}

/// The time until all limits of which nothing remains have more, if there are such, by a line of
/// `RateLimit`: a list of limits, each a name with parameters, or the members of one limit. Nothing at all
/// if it is malformed.
fn spent_in(line: &str) -> Option<Option<Duration>> {
    let mut alone = Limit::default();
    let mut until = None;
    for member in Parts::of(line, b',') {
        let mut parts = Parts::of(member?, b';');
        let name = parts.next()??;
        if alone.takes(["remaining", "reset"], name)? {
            continue;
        }
        let mut named = Limit::default();
        for parameter in parts {
            named.takes(["r", "t"], parameter?)?;
        }
        until = until.max(Some(named.spent()?));
    }
    until.max(alone.spent())
}

/// What remains of a limit, and in how many seconds there is more.
#[derive(Default)]
struct Limit {
    remaining: Option<u64>,
    reset: Option<u64>,
}

impl Limit {
    /// Takes a key with its value, if it is one of these two; whether there is a key at all. None if the
    /// value is no number.
    fn takes(&mut self, [remaining, reset]: [&str; 2], text: &str) -> Option<bool> {
        let Some((key, value)) = text.split_once('=').filter(|_| !text.starts_with('"')) else {
            return Some(false);
        };
        if key == remaining {
            self.remaining = Some(natural(value)?);
        } else if key == reset {
            self.reset = Some(natural(value)?);
        }
        Some(true)
    }

    /// The time until there is more, if nothing remains. Nothing at all if it does not say what remains.
    fn spent(&self) -> Option<Option<Duration>> {
        let is_spent = self.remaining? == 0;
        Some(self.reset.filter(|_| is_spent).map(Duration::from_secs))
    }
}

/// The parts of a text between separators that do not stand in a string.
struct Parts<'t> {
    rest: Option<&'t str>,
    separator: u8,
}

impl<'t> Parts<'t> {
    const fn of(text: &'t str, separator: u8) -> Self {
        Self {
            rest: Some(text),
            separator,
        }
    }
}

impl<'t> Iterator for Parts<'t> {
    /// None for one that is empty, or a string without end.
    type Item = Option<&'t str>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let mut in_string = false;
        let mut is_escaped = false;
        let end = rest.bytes().position(|byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if in_string => is_escaped = true,
                b'"' => in_string = !in_string,
                _ => {}
            }
            byte == self.separator && !in_string
        });
        if in_string && end.is_none() {
            return Some(None);
        }
        let part = match end {
            Some(end) => {
                // The separator is ASCII, so both sides are whole characters.
                self.rest = rest.get(end + 1..);
                rest.get(..end)
            }
            None => Some(rest),
        };
        Some(part.map(str::trim).filter(|part| !part.is_empty()))
    }
}

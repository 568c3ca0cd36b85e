//! The fields that had no standard.

use core::time::Duration;
use std::time::SystemTime;

use http::header::HeaderMap;

use super::Remaining;

/// From the name that was to be the standard to the oldest.
const FAMILIES: [[&str; 3]; 3] = [
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"],
    [
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ],
    [
        "x-rate-limit-limit",
        "x-rate-limit-remaining",
        "x-rate-limit-reset",
    ],
];

/// From here on a number is a time, not a duration: it was 2001, or will be in 31 years.
const EPOCH: u64 = 1_000_000_000;

/// From here on it is a time in milliseconds.
const EPOCH_MILLIS: u64 = 1_000 * EPOCH;

/// What the first family says that has a number.
pub(super) fn remaining(headers: &HeaderMap, made_at: SystemTime) -> Option<Remaining> {
    FAMILIES.iter().find_map(|[limit, remaining, reset]| {
        Some(Remaining {
            policy: None,
            // `RateLimit-Limit: 100, 100;w=60` repeats it with its window.
            limit: value(headers, limit).and_then(|text| natural(text.split([',', ';']).next()?)),
            tokens: value(headers, remaining).and_then(natural)?,
            reset: value(headers, reset).and_then(|text| until(text, made_at)),
            partition: None,
        })
    })
}

/// In what time a reset is; nothing if it has passed.
fn until(text: &str, made_at: SystemTime) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = natural(whole)?;
    let number = match natural(fraction)? {
        0 => whole,
        _ => whole.saturating_add(1),
    };
    if number < EPOCH {
        return Some(Duration::from_secs(number));
    }
    let reset = match number < EPOCH_MILLIS {
        true => Duration::from_secs(number),
        false => Duration::from_millis(number),
    };
    let made_at = made_at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let wait = reset.saturating_sub(made_at);
    // Whole seconds were asked for, and a `Date` has no parts of them.
    Some(Duration::from_secs(crate::http::seconds::rounded_up(wait)))
}

/// A field that is there once.
fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Nothing but digits, with spaces around. What is more than a number can say is as much as it can.
fn natural(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

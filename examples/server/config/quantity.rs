//! Numbers and lengths of time as people write them.

use std::time::Duration;

const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Reads a whole number.
pub(crate) fn parse_number(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "is not a whole number")
}

/// Reads `500ms`, `15s`, `2m`, `1h`, `7d`. The unit is required: a bare number would be a guess.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err("is not a number and a unit (ms, s, m, h, d), as in 15s");
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(*scale))
        .map(Duration::from_millis)
        .ok_or("is too long")
}

/// Writes a length of time in the largest unit that divides it.
pub(crate) fn show_duration(duration: &Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (unit, scale) = UNITS
        .into_iter()
        .rev()
        .find(|(_, scale)| millis >= *scale && millis.is_multiple_of(*scale))
        .unwrap_or(UNITS[0]);
    format!("{}{unit}", millis / scale)
}

//! Quotas as text: `100/s`, `5000/hour burst 100`.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use thiserror::Error;

use crate::quota::{Quota, QuotaFault};

/// Why a text is no quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseQuotaError {
    /// It is not written as a quota is.
    #[error(
        "a quota is written as 100/s, 10/min, 5000/hour, 3/500ms, with `burst` and a number behind \
         it if need be"
    )]
    Form,
    /// It is, and cannot be had.
    #[error(transparent)]
    Fault(#[from] QuotaFault),
}

/// The units, the one that is written first.
const UNITS: [(&str, u64); 14] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("sec", 1_000_000),
    ("second", 1_000_000),
    ("min", 60_000_000),
    ("minute", 60_000_000),
    ("m", 60_000_000),
    ("h", 3_600_000_000),
    ("hour", 3_600_000_000),
    ("d", 86_400_000_000),
    ("day", 86_400_000_000),
    ("w", 604_800_000_000),
    ("week", 604_800_000_000),
];

impl FromStr for Quota {
    type Err = ParseQuotaError;

    /// Reads what [`Display`](fmt::Display) writes, and the usual names of units.
    fn from_str(text: &str) -> Result<Self, ParseQuotaError> {
        let (rate, burst) = match text.split_once(" burst ") {
            Some((rate, burst)) => (rate, Some(number(burst)?)),
            None => (text, None),
        };
        let (tokens, period) = rate.split_once('/').ok_or(ParseQuotaError::Form)?;
        let quota = Self::new(number(tokens)?, read_period(period)?)?;
        Ok(match burst {
            Some(burst) => quota.try_with_burst(burst)?,
            None => quota,
        })
    }
}

fn read_period(text: &str) -> Result<Duration, ParseQuotaError> {
    let unit_at = text
        .find(|character: char| !character.is_ascii_digit())
        .ok_or(ParseQuotaError::Form)?;
    let (count, unit) = text.split_at(unit_at);
    let count = if count.is_empty() { 1 } else { number(count)? };
    let (_, micros) = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or(ParseQuotaError::Form)?;
    let micros = count.checked_mul(*micros).ok_or(ParseQuotaError::Form)?;
    Ok(Duration::from_micros(micros))
}

fn number(text: &str) -> Result<u64, ParseQuotaError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if is_number => Ok(number),
        _ => Err(ParseQuotaError::Form),
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.period().as_micros() as u64;
        let (unit, length) = largest_unit(micros);
        match micros / length {
            1 => write!(f, "{}/{unit}", self.tokens())?,
            count => write!(f, "{}/{count}{unit}", self.tokens())?,
        }
        if self.burst() == self.tokens() {
            return Ok(());
        }
        write!(f, " burst {}", self.burst())
    }
}

/// The largest of the units of which the period is a whole number.
fn largest_unit(micros: u64) -> (&'static str, u64) {
    let written = ["us", "ms", "s", "min", "h", "d", "w"];
    let mut units = UNITS.iter().rev();
    let largest =
        units.find(|(name, length)| written.contains(name) && micros.is_multiple_of(*length));
    largest.copied().unwrap_or(UNITS[0])
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotas_are_read_as_people_write_them() {
        for (text, quota) in [
            ("100/s", Quota::per_second(100)),
            ("10/min", Quota::per_minute(10)),
            ("10/m", Quota::per_minute(10)),
            ("5000/hour", Quota::per_hour(5_000)),
            ("1/d", Quota::per_day(1)),
            ("1/1day", Quota::per_day(1)),
            ("100/s burst 20", Quota::per_second(100).with_burst(20)),
        ] {
            assert_eq!(text.parse(), Ok(quota), "{text}");
        }
        let half = Quota::new(3, Duration::from_millis(500));
        assert_eq!("3/500ms".parse::<Quota>().ok(), half.ok());
    }

    #[test]
    fn what_is_no_quota_is_answered_with_how_one_is_written() {
        for text in [
            "",
            "100",
            "/s",
            "100/",
            "-1/s",
            "+1/s",
            "1.5/s",
            "100/fortnight",
            "100/S",
            "100 /s",
            "100/s burst",
            "100/s burst x",
            "100/s  burst 1",
            "100/s burst 1 burst 1",
            "99999999999999999999/s",
            "1/99999999999999999999s",
            "1/9999999999999999w",
        ] {
            assert_eq!(
                text.parse::<Quota>(),
                Err(ParseQuotaError::Form),
                "{text:?}"
            );
        }
        let nothing = "0/s".parse::<Quota>();
        assert_eq!(nothing, Err(ParseQuotaError::Fault(QuotaFault::Nothing)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            tokens in 1..100_000_u64,
            period in 1..100_000_000_000_u64,
            burst in 1..1_000_u64,
        ) {
            let quota = Quota::new(tokens, Duration::from_micros(period));
            if let Ok(quota) = quota.and_then(|quota| quota.try_with_burst(burst)) {
                prop_assert_eq!(quota.to_string().parse(), Ok(quota));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9/a-z ]{0,20}") {
            if let Ok(quota) = text.parse::<Quota>() {
                prop_assert_eq!(quota.to_string().parse(), Ok(quota));
            }
        }
    }
}

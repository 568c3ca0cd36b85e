//! Cron expressions in time zones.

use std::fmt;

use jiff::{Zoned, tz::TimeZone};

use crate::Timestamp;

/// What the clock on a wall shows when something is due.
#[derive(Clone)]
pub(super) struct Cron {
    expression: croner::Cron,
    zone: TimeZone,
}

impl Cron {
    /// Says what is wrong if there is no such expression, or no such zone.
    pub(super) fn new(expression: &str, zone: &str) -> Result<Self, String> {
        let cron = Self {
            expression: expression
                .parse()
                .map_err(|error| format!("{expression:?} is no cron expression: {error}"))?,
            zone: TimeZone::get(zone).map_err(|_| format!("there is no time zone {zone:?}"))?,
        };
        if cron.next(Timestamp::EPOCH).is_none() {
            return Err(format!("{expression:?} is never due"));
        }
        Ok(cron)
    }

    /// The first after `time`.
    pub(super) fn next(&self, time: Timestamp) -> Option<Timestamp> {
        let found = self
            .expression
            .find_next_occurrence(&self.on_the_wall(time)?, false);
        timestamp(&found.ok()?)
    }

    /// The last until `time`, which may be it.
    pub(super) fn last(&self, time: Timestamp) -> Option<Timestamp> {
        let found = self
            .expression
            .find_previous_occurrence(&self.on_the_wall(time)?, true);
        timestamp(&found.ok()?)
    }

    /// Cut to the second, as occurrences are.
    fn on_the_wall(&self, time: Timestamp) -> Option<Zoned> {
        let seconds = time.as_micros().div_euclid(1_000_000);
        let time = jiff::Timestamp::from_second(seconds).ok()?;
        Some(time.to_zoned(self.zone.clone()))
    }
}

fn timestamp(time: &Zoned) -> Option<Timestamp> {
    Timestamp::from_micros(time.timestamp().as_microsecond())
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.zone.iana_name().unwrap_or_default();
        write!(f, "{:?} in {zone}", self.expression.as_str())
    }
}

#[cfg(test)]
mod tests;

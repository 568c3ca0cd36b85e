//! `Retry-After`, and what is needed to understand it.

use core::time::Duration;

use super::date;
use super::number::natural;

/// When an answer was made, as far as it says so.
#[derive(Clone, Copy)]
pub(super) struct Made {
    /// By the clock of the server: its `Date`, or else the time of the reader; since 1970.
    pub(super) at: Duration,
    /// How long it has been in a cache.
    pub(super) age: Duration,
    /// The time of the reader, since 1970.
    now: Duration,
}

impl Made {
    pub(super) fn read<'f, V>(fields: &impl Fn(&'static str) -> V, now: Duration) -> Self
    where
        V: IntoIterator<Item = &'f str>,
    {
        let at = only(fields("date")).and_then(|text| date::parse(text, now));
        let age = only(fields("age")).and_then(natural);
        Self {
            at: at.unwrap_or(now),
            age: Duration::from_secs(age.unwrap_or(0)),
            now,
        }
    }

    /// The time from when the answer was made until a moment since 1970; none if that has passed.
    pub(super) fn until(&self, moment: Duration) -> Option<Duration> {
        let wait = moment.checked_sub(self.at)?;
        (!wait.is_zero()).then_some(wait)
    }
}

/// The wait that `Retry-After` asks for, less the time that the answer lay in a cache.
pub(super) fn read<'f, V>(fields: &impl Fn(&'static str) -> V, made: Made) -> Option<Duration>
where
    V: IntoIterator<Item = &'f str>,
{
    let waits = fields("retry-after").into_iter().filter_map(|value| {
        let value = value.trim();
        let seconds = natural(value).map(Duration::from_secs);
        seconds.or_else(|| made.until(date::parse(value, made.now)?))
    });
    Some(waits.max()?.saturating_sub(made.age))
}

/// The value of a field that is there once.
fn only<'f>(values: impl IntoIterator<Item = &'f str>) -> Option<&'f str> {
    let mut values = values.into_iter();
    let value = values.next()?;
    let is_alone = values.next().is_none();
    is_alone.then(|| value.trim())
}

//! Points in time, as a store sees them.

use core::time::Duration;

/// A point in time: whole microseconds since the epoch of the store that says it.
///
/// For a store in memory that is when it was made; for one that others share it is 1970. All that
/// matters is that one store has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    /// The epoch of the store.
    pub const EPOCH: Self = Self(0);

    /// So many microseconds after the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// So much later, parts of a microsecond rounded up; the last point there is, if that is beyond
    /// it.
    #[must_use]
    pub const fn saturating_add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(micros_rounded_up(later)))
    }

    /// How much later it is than another; nothing if it is earlier.
    #[cfg(feature = "memory")]
    pub(crate) const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

/// Whole microseconds, rounded up: who waits for so long has waited for long enough.
const fn micros_rounded_up(duration: Duration) -> u64 {
    let micros = duration.as_nanos().div_ceil(1_000);
    if micros > u64::MAX as u128 {
        return u64::MAX;
    }
    micros as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_ends_and_does_not_overflow() {
        let one = Time::from_micros(1);
        assert_eq!(
            one.saturating_add(Duration::from_nanos(1)),
            Time::from_micros(2)
        );
        assert_eq!(
            one.saturating_add(Duration::MAX),
            Time::from_micros(u64::MAX)
        );
    }
}

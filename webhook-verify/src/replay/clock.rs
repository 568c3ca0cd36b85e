//! Where a store reads the time.

use core::fmt::Debug;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::Arc;

use crate::unix_time::UnixTime;

/// A source of the current time that never runs backwards.
///
/// A store owns its clock, so that all who use the store agree on the time. Tests give it a
/// [`ManualClock`] and move it by hand.
pub trait Clock: Debug + Send + Sync {
    /// The current time; never earlier than any earlier answer.
    fn now(&self) -> UnixTime;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> UnixTime {
        (**self).now()
    }
}

/// The clock of this machine, to the microsecond. When the machine sets it back, time stands still until
/// it has caught up.
#[derive(Debug, Default)]
pub struct SystemClock {
    /// Microseconds since the epoch.
    latest: AtomicU64,
}

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        let now = micros(UnixTime::now());
        UnixTime::from_micros(self.latest.fetch_max(now, Ordering::Relaxed).max(now))
    }
}

/// A clock that stands still until it is moved: virtual time for tests.
///
/// ```
/// use std::time::Duration;
/// use webhook_verify::UnixTime;
/// use webhook_verify::replay::{Clock, ManualClock};
///
/// let clock = ManualClock::at(UnixTime::from_secs(1_700_000_000));
/// clock.advance(Duration::from_secs(30));
/// assert_eq!(clock.now(), UnixTime::from_secs(1_700_000_030));
/// ```
#[derive(Debug)]
pub struct ManualClock {
    /// Microseconds since the epoch.
    micros: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at `time`, to the microsecond.
    pub const fn at(time: UnixTime) -> Self {
        Self {
            micros: AtomicU64::new(micros(time)),
        }
    }

    /// Moves the clock forward, by whole microseconds.
    pub fn advance(&self, by: Duration) {
        let later = micros(self.now().saturating_add(by));
        self.micros.fetch_max(later, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

/// Microseconds since the epoch; what is finer is cut off, and so is what is 580 000 years ahead.
pub(super) const fn micros(time: UnixTime) -> u64 {
    let micros = time.since_epoch().as_micros();
    if micros > u64::MAX as u128 {
        return u64::MAX;
    }
    micros as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_stands_still_when_the_machine_sets_it_back() {
        let ahead = UnixTime::from_secs(10_000_000_000);
        let clock = SystemClock {
            latest: AtomicU64::new(micros(ahead)),
        };
        assert_eq!(clock.now(), ahead);
    }

    #[test]
    fn the_system_clock_moves_on() {
        let clock = SystemClock::default();
        let first = clock.now();
        assert!(first > UnixTime::from_secs(1_577_836_800));
        assert!(clock.now() >= first);
    }

    #[test]
    fn a_clock_stops_at_the_end_of_its_range() {
        let clock = ManualClock::at(UnixTime::from_secs(u64::MAX));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), UnixTime::from_micros(u64::MAX));
    }
}

//! Where a store reads the time.

use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::Timestamp;

/// A source of the current time that never runs backwards.
///
/// A store owns its clock, so that all who use the store agree on the time. Tests give it a
/// [`ManualClock`] and move it by hand.
pub trait Clock: Debug + Send + Sync {
    /// The current time; never earlier than any earlier answer.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The clock of this machine. When the machine sets it back, time stands still until it has caught up.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = (Timestamp::EPOCH + since_epoch).as_micros();
        let latest = self.latest.fetch_max(now, Ordering::Relaxed).max(now);
        Timestamp::from_micros(latest).unwrap_or(Timestamp::MAX)
    }
}

/// A clock that stands still until it is moved: virtual time for tests.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{Clock, ManualClock, Timestamp};
///
/// let clock = ManualClock::at(Timestamp::EPOCH);
/// clock.advance(Duration::from_secs(30));
/// assert_eq!(clock.now().since(Timestamp::EPOCH), Duration::from_secs(30));
/// ```
#[derive(Debug)]
pub struct ManualClock {
    micros: AtomicI64,
}

impl ManualClock {
    /// A clock that stands at `time`.
    #[must_use]
    pub const fn at(time: Timestamp) -> Self {
        Self {
            micros: AtomicI64::new(time.as_micros()),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        // Wrong only if two threads move it at once by more than what is left of the calendar.
        let later = self.now() + by;
        self.micros.fetch_max(later.as_micros(), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_stands_still_when_the_machine_sets_it_back() {
        let ahead = Timestamp::EPOCH + Duration::from_secs(10_000_000_000);
        let clock = SystemClock {
            latest: AtomicI64::new(ahead.as_micros()),
        };
        assert_eq!(clock.now(), ahead);
    }

    #[test]
    fn the_system_clock_moves_on() {
        let clock = SystemClock::default();
        let first = clock.now();
        assert!(first > Timestamp::EPOCH);
        assert!(clock.now() >= first);
    }
}

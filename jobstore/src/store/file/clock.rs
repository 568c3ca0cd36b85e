//! The time as those who share a file see it.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::{Clock, Timestamp};

/// A clock that is never behind the newest time in the file.
#[derive(Debug)]
pub(super) struct FileClock {
    clock: Box<dyn Clock>,
    /// Microseconds.
    latest: AtomicI64,
}

impl FileClock {
    pub(super) fn new(clock: Box<dyn Clock>) -> Self {
        Self {
            clock,
            latest: AtomicI64::new(Timestamp::EPOCH.as_micros()),
        }
    }

    /// Another process, or an earlier one, has written at `time`.
    pub(super) fn catch_up(&self, time: Timestamp) {
        self.latest.fetch_max(time.as_micros(), Ordering::Relaxed);
    }
}

impl Clock for FileClock {
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        let latest = self.latest.fetch_max(now.as_micros(), Ordering::Relaxed);
        Timestamp::from_micros(latest).map_or(now, |latest| latest.max(now))
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::ManualClock;

    #[test]
    fn time_stands_still_until_the_clock_has_caught_up_with_the_file() {
        let at = |secs| Timestamp::EPOCH + Duration::from_secs(secs);
        let machine = Arc::new(ManualClock::at(at(10)));
        let clock = FileClock::new(Box::new(Arc::clone(&machine)));
        assert_eq!(clock.now(), at(10));
        clock.catch_up(at(20));
        assert_eq!(clock.now(), at(20));
        machine.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), at(20));
        machine.advance(Duration::from_secs(6));
        assert_eq!(clock.now(), at(21));
    }
}

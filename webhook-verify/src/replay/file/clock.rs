//! The time as those who share a file see it.

use core::sync::atomic::{AtomicU64, Ordering};
use std::boxed::Box;

use crate::replay::clock::{Clock, micros};
use crate::unix_time::UnixTime;

/// A clock that is never behind the newest time in the file.
#[derive(Debug)]
pub(super) struct FileClock {
    clock: Box<dyn Clock>,
    /// Microseconds since the epoch.
    latest: AtomicU64,
}

impl FileClock {
    pub(super) fn new(clock: Box<dyn Clock>) -> Self {
        Self {
            clock,
            latest: AtomicU64::new(0),
        }
    }

    /// Another process, or an earlier one, has written at `time`.
    pub(super) fn catch_up(&self, time: UnixTime) {
        self.latest.fetch_max(micros(time), Ordering::Relaxed);
    }
}

impl Clock for FileClock {
    fn now(&self) -> UnixTime {
        let now = micros(self.clock.now());
        UnixTime::from_micros(self.latest.fetch_max(now, Ordering::Relaxed).max(now))
    }
}

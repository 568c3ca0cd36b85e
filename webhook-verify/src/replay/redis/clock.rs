//! The time as Redis tells it.

use std::boxed::Box;
use std::time::Instant;

use parking_lot::Mutex;

use crate::replay::clock::{Clock, micros};
use crate::unix_time::UnixTime;

/// What a store knows of the time that its servers go by, and of the fences that they have given.
pub(super) struct RedisClock {
    /// Asked instead of the servers, in tests.
    clock: Option<Box<dyn Clock>>,
    told: Mutex<Told>,
}

/// Times in microseconds since the epoch.
#[derive(Default)]
struct Told {
    /// The latest time that was told.
    time: u64,
    /// When it was told.
    at: Option<Instant>,
    /// The highest fence that was given.
    fence: u64,
    /// The latest time that was shown here.
    shown: u64,
}

impl RedisClock {
    /// The clock of the servers.
    pub(super) fn of_servers() -> Self {
        Self {
            clock: None,
            told: Mutex::default(),
        }
    }

    /// A clock of the host, which the servers are told.
    pub(super) fn of_host(clock: Box<dyn Clock>) -> Self {
        Self {
            clock: Some(clock),
            told: Mutex::default(),
        }
    }

    /// The time, if the server is not to read its own clock, and what it may not be before.
    pub(super) fn ask(&self) -> (Option<u64>, u64) {
        let time = self.clock.as_ref().map(|clock| micros(clock.now()));
        (time, self.told.lock().time)
    }

    /// What the next fence has to be above.
    pub(super) fn highest_fence(&self) -> u64 {
        self.told.lock().fence
    }

    /// A step was made at `time`, and gave this fence, or 0.
    pub(super) fn hear(&self, time: u64, fence: u64) {
        let mut told = self.told.lock();
        told.fence = told.fence.max(fence);
        if time >= told.time {
            told.time = time;
            told.at = Some(Instant::now());
        }
    }

    /// The time of the servers; that of this machine as long as they have told nothing.
    pub(super) fn now(&self) -> UnixTime {
        let mut told = self.told.lock();
        let now = match (&self.clock, told.at) {
            (Some(clock), _) => micros(clock.now()).max(told.time),
            (None, Some(at)) => {
                let time = UnixTime::from_micros(told.time);
                micros(time.saturating_add(at.elapsed()))
            }
            (None, None) => micros(UnixTime::now()),
        };
        told.shown = told.shown.max(now);
        UnixTime::from_micros(told.shown)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::replay::ManualClock;

    const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

    #[test]
    fn an_answer_that_comes_late_sets_nothing_back() {
        let clock = RedisClock::of_servers();
        clock.hear(micros(NOW), 7);
        clock.hear(1, 3);
        clock.hear(2, 0);
        assert_eq!(clock.ask(), (None, micros(NOW)));
        assert_eq!(clock.highest_fence(), 7);
        let shown = clock.now();
        assert!((NOW..NOW.saturating_add(Duration::from_secs(60))).contains(&shown));
        assert!(clock.now() >= shown);
    }

    #[test]
    fn until_the_servers_have_told_it_is_the_time_of_this_machine() {
        let (before, shown) = (UnixTime::now(), RedisClock::of_servers().now());
        assert!(shown.saturating_add(Duration::from_micros(1)) >= before);
    }

    #[test]
    fn what_was_shown_is_not_taken_back_when_the_servers_are_behind() {
        let clock = RedisClock::of_servers();
        let shown = clock.now();
        clock.hear(micros(NOW), 0);
        assert_eq!(clock.now(), shown);
    }

    #[test]
    fn a_clock_of_the_host_goes_before() {
        let clock = RedisClock::of_host(Box::new(ManualClock::at(NOW)));
        assert_eq!(clock.ask(), (Some(micros(NOW)), 0));
        assert_eq!(clock.now(), NOW);
    }
}

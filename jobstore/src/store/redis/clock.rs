//! The time as Redis tells it.

use std::{fmt, time::Instant};

use parking_lot::Mutex;

use crate::{Clock, SystemClock, Timestamp};

/// What a store knows of the time that its server goes by.
pub(super) struct ServerClock {
    /// Asked instead of the server, in tests.
    given: Option<Box<dyn Clock>>,
    /// Asked as long as the server has told nothing.
    own: SystemClock,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// The latest time that was told, and when.
    latest: Option<(Timestamp, Instant)>,
    /// The latest time that was shown.
    shown: Option<Timestamp>,
}

impl ServerClock {
    pub(super) fn new(given: Option<Box<dyn Clock>>) -> Self {
        Self {
            given,
            own: SystemClock::default(),
            told: Mutex::default(),
        }
    }

    /// The time, if the server is not to read its own clock.
    pub(super) fn given(&self) -> Option<Timestamp> {
        self.given.as_ref().map(|clock| clock.now())
    }

    /// A step was made at `time`.
    pub(super) fn hear(&self, time: Timestamp) {
        let mut told = self.told.lock();
        if told.latest.is_none_or(|(latest, _)| latest <= time) {
            told.latest = Some((time, Instant::now()));
        }
    }

    /// The time of the server, as far as it is known here; never earlier than any answer before.
    pub(super) fn now(&self) -> Timestamp {
        let mut told = self.told.lock();
        let now = match (&self.given, told.latest) {
            (Some(clock), _) => clock.now(),
            (None, Some((time, at))) => time + at.elapsed(),
            (None, None) => self.own.now(),
        };
        let now = told.shown.map_or(now, |shown| shown.max(now));
        told.shown = Some(now);
        now
    }
}

impl fmt::Debug for ServerClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerClock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ManualClock;

    fn at(secs: u64) -> Timestamp {
        Timestamp::EPOCH + Duration::from_secs(secs)
    }

    #[test]
    fn an_answer_that_comes_late_sets_nothing_back() {
        let clock = ServerClock::new(None);
        clock.hear(at(1_000));
        clock.hear(at(1));
        let shown = clock.now();
        assert!((at(1_000)..at(1_060)).contains(&shown), "{shown}");
        assert!(clock.now() >= shown);
    }

    #[test]
    fn what_was_shown_is_not_taken_back_when_the_server_is_behind() {
        let clock = ServerClock::new(None);
        let shown = clock.now();
        assert!(shown > at(1_000));
        clock.hear(at(1_000));
        assert_eq!(clock.now(), shown);
    }

    #[test]
    fn a_clock_of_the_host_goes_before() {
        let clock = ServerClock::new(Some(Box::new(ManualClock::at(at(7)))));
        clock.hear(at(1_000));
        assert_eq!((clock.given(), clock.now()), (Some(at(7)), at(7)));
    }
}

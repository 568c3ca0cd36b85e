//! What a breaker does when, under its lock.

use core::time::Duration;

use crate::random::{Random, up_to};

use super::BreakerState;
use super::policy::BreakerPolicy;
use super::published::Published;
use super::window::{Buckets, Counts, Head, Window};

/// All of a breaker but the successes of when it is closed.
#[derive(Debug)]
pub(super) struct Circuit {
    policy: BreakerPolicy,
    state: BreakerState,
    /// One more with each change of the state. Results of another one come late, and do not count.
    generation: u64,
    buckets: Buckets,
    probes: Probes,
    trips: Trips,
    /// Until when the server asked to be left alone.
    told_until: Duration,
    random: Random,
}

/// The calls that find out whether the far side is back.
#[derive(Debug, Default)]
struct Probes {
    out: u16,
    succeeded: u16,
    /// When those that are out are forgotten.
    forgotten_at: Duration,
}

/// How often it opened, one time soon after the other.
#[derive(Debug, Default)]
struct Trips {
    in_a_row: u32,
    cooldown: Duration,
    closed_at: Duration,
}

/// What became of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    pub(super) has_failed: bool,
    pub(super) was_slow: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) now: Duration,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ticket {
    Call,
    Probe,
    /// What becomes of it is of no importance.
    Unwatched,
    None {
        retry_after: Option<Duration>,
    },
}

impl Circuit {
    pub(super) fn new(policy: BreakerPolicy, seed: u64) -> Self {
        Self {
            policy,
            state: BreakerState::Closed,
            generation: 0,
            buckets: Buckets::new(0),
            probes: Probes::default(),
            trips: Trips::default(),
            told_until: Duration::ZERO,
            random: Random::new(seed),
        }
    }

    pub(super) const fn state(&self) -> BreakerState {
        self.state
    }

    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn counts(&self, window: &Window) -> Counts {
        window.counts(&self.buckets)
    }

    /// Decides on a call that is not simply let through or refused.
    pub(super) fn admit(&mut self, window: &Window, now: Duration) -> Ticket {
        match self.state {
            BreakerState::Closed => return Ticket::Call,
            BreakerState::ForcedClosed => return Ticket::Unwatched,
            BreakerState::ForcedOpen => return Ticket::None { retry_after: None },
            BreakerState::Open { until } if now < until => {
                let retry_after = Some(until - now);
                return Ticket::None { retry_after };
            }
            BreakerState::Open { .. } => self.probe(window, Probes::default(), now),
            BreakerState::HalfOpen => {}
        }
        if !self.probes.has_room(self.policy.probes) {
            if now < self.probes.forgotten_at {
                return Ticket::None { retry_after: None };
            }
            // Nothing may ever be heard of them. What is heard after all comes late.
            let succeeded = self.probes.succeeded;
            self.probe(
                window,
                Probes {
                    succeeded,
                    ..Probes::default()
                },
                now,
            );
        }
        self.probes.out += 1;
        self.probes.forgotten_at = now.saturating_add(self.policy.probe_timeout);
        Ticket::Probe
    }

    /// Takes note of a result, unless it comes late.
    pub(super) fn report(&mut self, window: &Window, generation: u16, report: Report) {
        if self.is_late(generation) {
            return;
        }
        self.note_hint(report);
        match self.state {
            BreakerState::Closed => {
                let result = Counts {
                    results: 1,
                    failed: report.has_failed.into(),
                    slow: report.was_slow.into(),
                };
                window.add(&mut self.buckets, result, report.now);
                self.judge(window, report.now);
            }
            BreakerState::HalfOpen if report.has_failed || report.was_slow => {
                self.trip(window, report.now);
            }
            BreakerState::HalfOpen => self.pass(window, report.now),
            // Nobody is let through of whom anything is to be heard.
            BreakerState::Open { .. } | BreakerState::ForcedOpen | BreakerState::ForcedClosed => {}
        }
    }

    /// Takes note of a success that was counted before somebody could see whether it should be.
    pub(super) fn settle(
        &mut self,
        window: &Window,
        generation: u16,
        counted: Head,
        now: Duration,
    ) {
        if self.is_late(generation) {
            window.take_back(&mut self.buckets, counted);
            return;
        }
        if window.settle(&mut self.buckets, counted, now) {
            self.judge(window, now);
        }
    }

    /// Lets another probe take the place of one that says nothing.
    pub(super) fn give_back_probe(&mut self, generation: u16) {
        if !self.is_late(generation) && self.state == BreakerState::HalfOpen {
            self.probes.out -= 1;
        }
    }

    /// Goes to a state because somebody says so, and is as new in it.
    pub(super) fn force(&mut self, window: &Window, state: BreakerState, now: Duration) {
        self.trips = Trips::default();
        self.told_until = Duration::ZERO;
        self.enter(window, state, now);
    }

    const fn is_late(&self, generation: u16) -> bool {
        self.generation as u16 != generation
    }

    fn note_hint(&mut self, report: Report) {
        let Some(hint) = report.retry_after else {
            return;
        };
        let hint = hint.min(self.policy.longest_hint);
        // All who were told the same must not come back at the same moment.
        let most = u64::try_from(hint.as_nanos()).unwrap_or(u64::MAX) / SPREAD;
        let spread = Duration::from_nanos(up_to(most, self.random.bits()));
        let wait = hint.saturating_add(spread);
        self.told_until = self.told_until.max(report.now.saturating_add(wait));
    }

    /// Opens if enough of the results say so.
    fn judge(&mut self, window: &Window, now: Duration) {
        let counts = window.counts(&self.buckets);
        let least = window.at_most(self.policy.least_results);
        let reaches = |part: u64, percent: u8| part * 100 >= counts.results * u64::from(percent);
        let has_failed = reaches(counts.failed, self.policy.failure_percent);
        let is_slow = (self.policy.slow).is_some_and(|slow| reaches(counts.slow, slow.percent));
        if counts.results >= least.into() && (has_failed || is_slow) {
            self.trip(window, now);
        }
    }

    fn trip(&mut self, window: &Window, now: Duration) {
        let was_well = self.state == BreakerState::Closed
            && now.saturating_sub(self.trips.closed_at) >= self.trips.cooldown;
        self.trips.in_a_row = if was_well {
            0
        } else {
            self.trips.in_a_row.saturating_add(1)
        };
        let backoff = self.policy.cooldown;
        let delay = backoff.delay(self.trips.in_a_row, self.random.bits());
        self.trips.cooldown = delay.unwrap_or(Duration::ZERO);
        let until = now.saturating_add(self.trips.cooldown).max(self.told_until);
        let until = Published::no_earlier_than(until);
        self.enter(window, BreakerState::Open { until }, now);
    }

    fn probe(&mut self, window: &Window, probes: Probes, now: Duration) {
        self.probes = probes;
        self.enter(window, BreakerState::HalfOpen, now);
    }

    fn pass(&mut self, window: &Window, now: Duration) {
        self.probes.out -= 1;
        self.probes.succeeded += 1;
        if self.probes.succeeded < self.policy.probes {
            return;
        }
        self.trips.closed_at = now;
        self.told_until = Duration::ZERO;
        self.enter(window, BreakerState::Closed, now);
    }

    fn enter(&mut self, window: &Window, state: BreakerState, now: Duration) {
        self.state = state;
        self.generation += 1;
        window.begin_anew(&mut self.buckets, self.generation as u16, now);
    }
}

impl Probes {
    /// Whether another can be sent: there are no more of them than have to succeed.
    const fn has_room(&self, probes: u16) -> bool {
        self.out + self.succeeded < probes
    }
}

/// By what part of it a wait that the server asked for is made longer at most.
const SPREAD: u64 = 10;

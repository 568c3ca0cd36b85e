//! Limits on what runs at once.

use alloc::sync::Arc;
use core::fmt;
use core::hash::BuildHasher;
use core::time::Duration;

use crate::clock::Clock;
use crate::lock::{Mutex, RandomState};
use crate::memory::WhenFull;
use crate::time::Time;

use leases::{Lease, Leases};

pub use concurrency::Concurrency;

mod concurrency;
mod leases;

/// Who runs at the moment: a limit on what each key has in flight, in memory of a bounded size.
///
/// A [`Quota`](crate::Quota) limits how often something begins. It does not keep slow work from piling up,
/// which this does: a [`Permit`] is held as long as the work goes on.
///
/// Permits come back when they are dropped. One that never is comes back when its lease is over, so
/// work that hangs cannot lock a caller out for ever. Clones share their permits.
///
/// ```
/// use std::time::Duration;
/// use ratelimit::{Admission, Concurrency, Permits, WhenFull};
///
/// static EXPORTS: Concurrency = Concurrency::new("exports", 1, Duration::from_secs(300));
///
/// let permits = Permits::with_room_for(10_000, WhenFull::Refuse);
/// let Admission::Admitted(running) = permits.take(&EXPORTS, "alice") else {
///     panic!("nothing runs");
/// };
///
/// let Admission::Refused(busy) = permits.take(&EXPORTS, "alice") else {
///     panic!("one at a time");
/// };
/// assert_eq!(busy.in_flight, 1);
/// assert!(busy.free_after <= Duration::from_secs(300), "if it does not end before");
///
/// drop(running);
/// assert!(matches!(permits.take(&EXPORTS, "alice"), Admission::Admitted(_)));
/// ```
#[derive(Clone)]
pub struct Permits {
    state: Arc<Mutex<State>>,
    hasher: RandomState,
    capacity: usize,
    when_full: WhenFull,
    clock: Clock,
}

struct State {
    own: Leases,
    /// One key for each rule, for all keys for which there is no room.
    crowd: Leases,
}

/// Whether somebody may run.
#[derive(Debug)]
#[must_use]
pub enum Admission {
    /// Yes, as long as this is held.
    Admitted(Permit),
    /// Not now.
    Refused(Busy),
}

/// Why somebody may not run now, and when at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// How many permits the key has; or all keys together that share because there was no room.
    pub in_flight: usize,
    /// How many it may have.
    pub at_once: usize,
    /// How long until enough leases end for the same to be allowed, if nobody else takes the place: at
    /// the latest, because most work ends before its lease. [`Duration::MAX`] if it never will be.
    pub free_after: Duration,
    /// Whether it was refused because there was no room to keep the permit.
    pub is_crowded_out: bool,
}

/// The right to run, until it is dropped or its lease is over.
#[must_use = "the right ends when this is dropped"]
pub struct Permit {
    permits: Permits,
    key: u64,
    is_shared: bool,
    length: Duration,
    lease: Lease,
}

impl Permits {
    /// Room for so many permits at once, of all keys and rules together. They take at most 200 bytes
    /// each while they are held.
    ///
    /// Keys that [share](WhenFull::Share) because there is no room for theirs have as many together as
    /// the rule allows one, and room for those is found. A key may have some of these, and then some of
    /// its own when there is room again.
    pub fn with_room_for(permits: usize, when_full: WhenFull) -> Self {
        let state = State {
            own: Leases::new(),
            crowd: Leases::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            hasher: RandomState::new(),
            capacity: permits,
            when_full,
            clock: Clock::monotonic(),
        }
    }

    /// With another clock than the system's monotonic one, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        self.clock = Clock::given(clock);
        self
    }

    /// Takes a permit for a key, if it has fewer than the rule allows.
    pub fn take(&self, rule: &Concurrency, key: &str) -> Admission {
        let now = self.clock.now();
        let own = self.hasher.hash_one((rule.name(), key));
        let mut state = self.state.lock();
        state.own.end_all(now);
        let in_flight = state.own.in_flight(own);
        if in_flight >= rule.at_once() || state.own.len() < self.capacity {
            return self.take_from(&mut state, false, own, rule, now);
        }
        if in_flight == 0 && self.when_full == WhenFull::Share {
            state.crowd.end_all(now);
            let shared = self.hasher.hash_one((rule.name(), ""));
            return self.take_from(&mut state, true, shared, rule, now);
        }
        Admission::Refused(Busy {
            in_flight,
            at_once: rule.at_once(),
            free_after: until(state.own.first_end(), now),
            is_crowded_out: true,
        })
    }

    fn take_from(
        &self,
        state: &mut State,
        is_shared: bool,
        key: u64,
        rule: &Concurrency,
        now: Time,
    ) -> Admission {
        let leases = state.leases(is_shared);
        let in_flight = leases.in_flight(key);
        if in_flight >= rule.at_once() {
            return Admission::Refused(Busy {
                in_flight,
                at_once: rule.at_once(),
                free_after: until(leases.end_of_all_but(key, rule.at_once()), now),
                is_crowded_out: false,
            });
        }
        Admission::Admitted(Permit {
            permits: self.clone(),
            key,
            is_shared,
            length: rule.lease(),
            lease: leases.begin(key, now.saturating_add(rule.lease())),
        })
    }

    /// How many permits a key has of its own.
    pub fn in_flight(&self, rule: &Concurrency, key: &str) -> usize {
        let now = self.clock.now();
        let key = self.hasher.hash_one((rule.name(), key));
        let mut state = self.state.lock();
        state.own.end_all(now);
        state.own.in_flight(key)
    }

    /// How many permits are held, of all keys and rules.
    pub fn len(&self) -> usize {
        let now = self.clock.now();
        let mut state = self.state.lock();
        state.own.end_all(now);
        state.crowd.end_all(now);
        state.own.len() + state.crowd.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl State {
    const fn leases(&mut self, is_shared: bool) -> &mut Leases {
        if is_shared {
            &mut self.crowd
        } else {
            &mut self.own
        }
    }
}

impl Permit {
    /// How long until it ends by itself; nothing if it has.
    pub fn expires_after(&self) -> Duration {
        self.lease.end.since(self.permits.clock.now())
    }

    /// Begins the lease anew, for work that goes on longer than one.
    ///
    /// Whether it could: a lease that is over has been given to others, or may be, and is not begun
    /// anew. What goes on then goes on without a permit.
    #[must_use = "without a permit the work may have to stop"]
    pub fn renew(&mut self) -> bool {
        let now = self.permits.clock.now();
        let mut state = self.permits.state.lock();
        let leases = state.leases(self.is_shared);
        leases.end_all(now);
        if !leases.end(self.key, self.lease) {
            return false;
        }
        self.lease = leases.begin(self.key, now.saturating_add(self.length));
        true
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.permits.state.lock();
        // Its lease may be over, and then there is nothing to give back.
        state.leases(self.is_shared).end(self.key, self.lease);
    }
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permits")
            .field("held", &self.len())
            .field("capacity", &self.capacity)
            .field("when_full", &self.when_full)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("expires_after", &self.expires_after())
            .finish_non_exhaustive()
    }
}

/// How long it is until then, if it ever is.
fn until(end: Option<Time>, now: Time) -> Duration {
    end.map_or(Duration::MAX, |end| end.since(now))
}

#[cfg(test)]
mod tests;

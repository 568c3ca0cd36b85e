//! The decisions, without a clock and without a store.

use core::time::Duration;

use super::claim::{Forgotten, Settled};
use super::windows::Windows;
use crate::unix_time::UnixTime;

/// What a store keeps under a route and a key. A key without an entry is free.
///
/// The four decisions are here, for every store alike: each takes what is kept now, if anything is, and
/// says what is to be kept instead.
///
/// ```
/// use std::time::Duration;
/// use webhook_verify::replay::{Entry, State, Windows};
/// # use webhook_verify::{Provider, Secret, UnixTime, Verifier};
///
/// # let verifier = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
/// # let now = UnixTime::from_secs(1_700_000_000);
/// let (lease, keep) = (Duration::from_secs(60), Duration::from_secs(3600));
/// let windows = Windows::new(lease, keep, &verifier)?;
///
/// let entry = Entry::claim(None, 1, windows, now).unwrap();
/// let until = UnixTime::from_secs(now.as_secs() + 60);
/// assert_eq!(Entry::claim(Some(entry), 2, windows, now), Err(State::InFlight { until }));
/// assert!(Entry::claim(Some(entry), 2, windows, until).is_ok());
///
/// let done = Entry::commit(Some(entry), 1, keep, now).unwrap();
/// assert_eq!(Entry::claim(Some(done), 2, windows, until), Err(State::Done { at: now }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// That of the claim.
    pub fence: u64,
    /// In flight or done.
    pub state: State,
    /// From then on it is as if there were no entry. What was claimed and never settled is kept as
    /// long after the end of its lease as what is done is after its commit, so that a late commit is
    /// not lost for nothing.
    pub keep_until: UnixTime,
}

/// What is kept of a key that is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Claimed, and not settled.
    InFlight {
        /// The end of the lease: from then on the key is free for others.
        until: UnixTime,
    },
    /// Committed.
    Done {
        /// When.
        at: UnixTime,
    },
}

impl Entry {
    /// Claims a key with a fence higher than any before: what is to be kept.
    ///
    /// # Errors
    ///
    /// The key is not free: why. Nothing changes then.
    pub fn claim(
        kept: Option<Self>,
        fence: u64,
        windows: Windows,
        now: UnixTime,
    ) -> Result<Self, State> {
        if let Some(entry) = kept.filter(|entry| entry.is_held(now)) {
            return Err(entry.state);
        }
        let until = now.saturating_add(windows.lease());
        Ok(Self {
            fence,
            state: State::InFlight { until },
            keep_until: until.saturating_add(windows.keep()),
        })
    }

    /// Commits the claim of this fence: what is to be kept, or none if it does not hold the key and
    /// nothing changes.
    ///
    /// A lease that is over is no hindrance as long as nobody else has claimed the key: the work is
    /// done, and would be done again otherwise. To commit twice is to commit once.
    pub fn commit(kept: Option<Self>, fence: u64, keep: Duration, now: UnixTime) -> Option<Self> {
        let entry = kept.filter(|entry| entry.belongs_to(fence, now))?;
        if matches!(entry.state, State::Done { .. }) {
            return Some(entry);
        }
        Some(Self {
            fence,
            state: State::Done { at: now },
            keep_until: now.saturating_add(keep),
        })
    }

    /// Releases the claim of this fence: if it is accepted, the entry is to be deleted.
    pub fn release(kept: Option<Self>, fence: u64, now: UnixTime) -> Settled {
        let claimed = |entry: &Self| {
            entry.belongs_to(fence, now) && matches!(entry.state, State::InFlight { .. })
        };
        if kept.as_ref().is_some_and(claimed) {
            return Settled::Accepted;
        }
        Settled::NotHeld
    }

    /// Forgets what is not in flight: if it is forgotten, the entry is to be deleted.
    pub fn forget(kept: Option<Self>, now: UnixTime) -> Forgotten {
        let Some(entry) = kept.filter(|entry| entry.is_kept(now)) else {
            return Forgotten::Unknown;
        };
        match entry.state {
            State::InFlight { until } if now < until => Forgotten::InFlight { until },
            State::InFlight { .. } | State::Done { .. } => Forgotten::Forgotten,
        }
    }

    /// Whether a claim must fail.
    fn is_held(&self, now: UnixTime) -> bool {
        let leased = match self.state {
            State::InFlight { until } => now < until,
            State::Done { .. } => true,
        };
        leased && self.is_kept(now)
    }

    fn belongs_to(&self, fence: u64, now: UnixTime) -> bool {
        self.fence == fence && self.is_kept(now)
    }

    fn is_kept(&self, now: UnixTime) -> bool {
        now < self.keep_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: u64 = 10;
    const KEEP: Duration = Duration::from_secs(100);
    const WINDOWS: Windows = Windows::unchecked(Duration::from_secs(LEASE), KEEP);

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    /// Every state that a key can be in at time 50, with the fence 7, and how it got there.
    fn states() -> [(&'static str, Option<Entry>); 6] {
        let claimed = |when| Entry::claim(None, 7, WINDOWS, at(when)).ok();
        let long_ago = Entry {
            fence: 7,
            state: State::Done { at: at(1) },
            keep_until: at(50),
        };
        let abandoned = Entry {
            fence: 7,
            state: State::InFlight { until: at(2) },
            keep_until: at(50),
        };
        [
            ("free", None),
            ("in flight", claimed(45)),
            ("lapsed", claimed(40)),
            ("done", Entry::commit(claimed(45), 7, KEEP, at(46))),
            ("no longer kept", Some(long_ago)),
            ("abandoned", Some(abandoned)),
        ]
    }

    #[test]
    fn every_verb_in_every_state() {
        let (until, done) = (at(55), State::Done { at: at(46) });
        let in_flight = State::InFlight { until };
        for (name, kept) in states() {
            let claimed = Entry::claim(kept, 8, WINDOWS, at(50)).map(|entry| entry.fence);
            let committed = Entry::commit(kept, 7, KEEP, at(50)).map(|entry| entry.state);
            let released = Entry::release(kept, 7, at(50));
            let forgotten = Entry::forget(kept, at(50));
            let answers = (claimed, committed, released, forgotten);
            let now = State::Done { at: at(50) };
            let expected = match name {
                "in flight" => (
                    Err(in_flight),
                    Some(now),
                    Settled::Accepted,
                    Forgotten::InFlight { until },
                ),
                "lapsed" => (Ok(8), Some(now), Settled::Accepted, Forgotten::Forgotten),
                "done" => (
                    Err(done),
                    Some(done),
                    Settled::NotHeld,
                    Forgotten::Forgotten,
                ),
                _ => (Ok(8), None, Settled::NotHeld, Forgotten::Unknown),
            };
            assert_eq!(answers, expected, "{name}");
        }
    }

    #[test]
    fn another_fence_settles_nothing_in_any_state() {
        for (name, kept) in states() {
            for fence in [0, 6, 8, u64::MAX] {
                assert_eq!(Entry::commit(kept, fence, KEEP, at(50)), None, "{name}");
                let released = Entry::release(kept, fence, at(50));
                assert_eq!(released, Settled::NotHeld, "{name}");
            }
        }
    }

    #[test]
    fn the_end_of_time_holds_for_ever() {
        let end = at(u64::MAX);
        let entry = Entry::claim(None, 1, WINDOWS, end).unwrap();
        assert_eq!(entry.keep_until, end.saturating_add(Duration::MAX));
    }
}

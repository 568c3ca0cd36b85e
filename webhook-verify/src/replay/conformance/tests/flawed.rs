//! A store that is wrong in one way; most of them are ways in which some replay guard has been.

use core::time::Duration;
use std::boxed::Box;
use std::collections::HashMap;
use std::string::{String, ToString as _};
use std::sync::Arc;
use std::vec::Vec;

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::replay::{
    Claim, Claimed, Clock as _, Entry, Forgotten, ManualClock, ReplayKey, Route, Settled, State,
    Store, StoreError, Windows,
};
use crate::unix_time::UnixTime;

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Everything is fresh.
    RemembersNothing,
    /// What is kept is read in one step and written in another.
    LooksBeforehand,
    /// What is in flight counts as done.
    KnowsTwoStates,
    /// A release is answered and not carried out.
    NeverReleases,
    /// All routes are one.
    IgnoresRoutes,
    /// Texts that differ in case are the same.
    FoldsCase,
    /// Nothing stands between route and key.
    RunsTogether,
    /// The end of a long key does not count.
    CutsLongKeys,
    /// Any fence is good.
    IgnoresFences,
    /// A key that is not kept has the first fence again.
    StartsFencesAgain,
    /// A release undoes the commit.
    ReleasesWhatIsDone,
    /// The last of several commits counts.
    CommitsAnew,
    /// A lease does not run out.
    LeasesForEver,
    /// Times lose their fractions.
    KeepsSeconds,
    /// When its lease is over, a claim is as if it had never been.
    DropsWhatHasLapsed,
    /// What is done is kept from its claim on.
    KeepsFromTheClaim,
    /// Nothing is ever dropped.
    KeepsForEver,
    /// What is in flight can be forgotten.
    ForgetsInFlight,
    /// Its time is not that of its clock.
    RunsAhead,
}

/// A plain store with at most one flaw.
#[derive(Debug)]
pub(super) struct Flawed {
    flaw: Option<Flaw>,
    kept: Mutex<Kept>,
    clock: Arc<ManualClock>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<Vec<String>, Entry>,
    fence: u64,
}

/// What a decision does to an entry.
enum Change {
    Nothing,
    Put(Entry),
    Delete,
}

impl Flawed {
    pub(super) fn new(flaw: Option<Flaw>, clock: Arc<ManualClock>) -> Self {
        Self {
            flaw,
            kept: Mutex::default(),
            clock,
        }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    async fn step<T>(
        &self,
        route: &Route,
        key: &ReplayKey,
        decide: impl FnOnce(Option<Entry>, u64, UnixTime) -> (Change, T),
    ) -> T {
        let place = self.place(route, key);
        let beforehand = self.kept.lock().entries.get(&place).copied();
        if self.has(Flaw::LooksBeforehand) {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
        }
        let mut kept = self.kept.lock();
        let now = self.time();
        if self.has(Flaw::DropsWhatHasLapsed) {
            kept.entries.retain(
                |_, entry| !matches!(entry.state, State::InFlight { until } if until <= now),
            );
        }
        let entry = match self.flaw {
            Some(Flaw::LooksBeforehand) => beforehand,
            _ => kept.entries.get(&place).copied(),
        };
        let fence = self.next_fence(&mut kept, entry);
        let (change, answer) = decide(entry, fence, now);
        match change {
            Change::Nothing => {}
            Change::Put(_) if self.has(Flaw::RemembersNothing) => {}
            Change::Put(entry) => {
                kept.entries.insert(place, entry);
            }
            Change::Delete => {
                kept.entries.remove(&place);
            }
        }
        answer
    }

    fn place(&self, route: &Route, key: &ReplayKey) -> Vec<String> {
        let (mut route, mut key) = (route.to_string(), key.to_string());
        match self.flaw {
            Some(Flaw::IgnoresRoutes) => route.clear(),
            Some(Flaw::FoldsCase) => {
                route.make_ascii_lowercase();
                key.make_ascii_lowercase();
            }
            Some(Flaw::RunsTogether) => return [route + &key].into(),
            Some(Flaw::CutsLongKeys) => key.truncate(200),
            _ => {}
        }
        [route, key].into()
    }

    fn time(&self) -> UnixTime {
        let now = self.clock.now();
        match self.flaw {
            Some(Flaw::KeepsSeconds) => UnixTime::from_secs(now.as_secs()),
            _ => now,
        }
    }

    fn next_fence(&self, kept: &mut Kept, entry: Option<Entry>) -> u64 {
        if self.has(Flaw::StartsFencesAgain) {
            return entry.map_or(0, |entry| entry.fence) + 1;
        }
        kept.fence += 1;
        kept.fence
    }

    fn fence_of(&self, claim: &Claim, entry: Option<Entry>) -> u64 {
        match entry {
            Some(entry) if self.has(Flaw::IgnoresFences) => entry.fence,
            _ => claim.fence,
        }
    }

    /// The entry as it is kept.
    fn put(&self, mut entry: Entry) -> Change {
        if self.has(Flaw::KeepsForEver) {
            entry.keep_until = entry.keep_until.saturating_add(Duration::MAX);
        }
        Change::Put(entry)
    }
}

#[async_trait]
impl Store for Flawed {
    async fn claim(
        &self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
    ) -> Result<Claimed, StoreError> {
        let windows = match self.flaw {
            Some(Flaw::LeasesForEver) => Windows::unchecked(Windows::MAX, windows.keep()),
            _ => windows,
        };
        let decide = |kept, fence, now| match Entry::claim(kept, fence, windows, now) {
            Err(State::InFlight { until }) if self.has(Flaw::KnowsTwoStates) => {
                (Change::Nothing, Claimed::Done { at: until })
            }
            Err(held) => (Change::Nothing, held.into()),
            Ok(entry) => {
                let claim = Claim::new(route, key, &entry, windows);
                (self.put(entry), Claimed::Fresh(claim))
            }
        };
        Ok(self.step(route, key, decide).await)
    }

    async fn commit(&self, claim: &Claim) -> Result<Settled, StoreError> {
        let decide = |kept: Option<Entry>, _, now: UnixTime| {
            let fence = self.fence_of(claim, kept);
            let Some(mut entry) = Entry::commit(kept, fence, claim.keep, now) else {
                return (Change::Nothing, Settled::NotHeld);
            };
            if self.has(Flaw::CommitsAnew) {
                entry.state = State::Done { at: now };
                entry.keep_until = now.saturating_add(claim.keep);
            }
            if self.has(Flaw::KeepsFromTheClaim) {
                entry.keep_until = claim.until.saturating_add(claim.keep);
            }
            (self.put(entry), Settled::Accepted)
        };
        Ok(self.step(&claim.route, &claim.key, decide).await)
    }

    async fn release(&self, claim: &Claim) -> Result<Settled, StoreError> {
        let decide = |kept: Option<Entry>, _, now| {
            let settled = Entry::release(kept, self.fence_of(claim, kept), now);
            let undone = self.has(Flaw::ReleasesWhatIsDone)
                && kept.is_some_and(|entry| entry.fence == claim.fence);
            match settled {
                Settled::Accepted if self.has(Flaw::NeverReleases) => (Change::Nothing, settled),
                Settled::NotHeld if undone => (Change::Delete, Settled::Accepted),
                Settled::Accepted => (Change::Delete, settled),
                Settled::NotHeld => (Change::Nothing, settled),
            }
        };
        Ok(self.step(&claim.route, &claim.key, decide).await)
    }

    async fn forget(&self, route: &Route, key: &ReplayKey) -> Result<Forgotten, StoreError> {
        let decide = |kept, _, now| match Entry::forget(kept, now) {
            Forgotten::Forgotten => (Change::Delete, Forgotten::Forgotten),
            Forgotten::InFlight { .. } if self.has(Flaw::ForgetsInFlight) => {
                (Change::Delete, Forgotten::Forgotten)
            }
            kept => (Change::Nothing, kept),
        };
        Ok(self.step(route, key, decide).await)
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn now(&self) -> UnixTime {
        match self.flaw {
            Some(Flaw::RunsAhead) => self.clock.now().saturating_add(Duration::from_micros(1)),
            _ => self.clock.now(),
        }
    }
}

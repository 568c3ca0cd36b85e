//! The entries and their order; plain data, one thread at a time.

use std::collections::{BTreeMap, HashMap};

use super::WhenFull;
use crate::replay::claim::{Claim, Claimed, Forgotten, Settled};
use crate::replay::entry::{self, Entry};
use crate::replay::key::ReplayKey;
use crate::replay::route::Route;
use crate::replay::store::StoreError;
use crate::replay::windows::Windows;
use crate::unix_time::UnixTime;

type Place = (Route, ReplayKey);

/// A point in time, and a fence, which no two entries have in common.
type Turn = (UnixTime, u64);

pub(super) struct State {
    entries: HashMap<Place, Entry>,
    /// All entries, by the end of their keeping.
    ends: BTreeMap<Turn, Place>,
    /// Those that are done, by when.
    done: BTreeMap<Turn, Place>,
    /// The highest fence so far.
    fence: u64,
    capacity: usize,
    when_full: WhenFull,
}

impl State {
    pub(super) fn new(capacity: usize, when_full: WhenFull) -> Self {
        Self {
            entries: HashMap::new(),
            ends: BTreeMap::new(),
            done: BTreeMap::new(),
            fence: 0,
            capacity,
            when_full,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn claim(
        &mut self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
        now: UnixTime,
    ) -> Result<Claimed, StoreError> {
        self.drop_ended(now);
        let place = (route.clone(), key.clone());
        let kept = self.entries.get(&place).copied();
        let entry = match Entry::claim(kept, self.fence + 1, windows, now) {
            Ok(entry) => entry,
            Err(held) => return Ok(held.into()),
        };
        if kept.is_none() {
            self.make_room()?;
        }
        self.fence = entry.fence;
        self.put(place, entry);
        Ok(Claimed::Fresh(Claim::new(route, key, &entry, windows)))
    }

    pub(super) fn commit(&mut self, claim: &Claim, now: UnixTime) -> Settled {
        let place = place(claim);
        let kept = self.entries.get(&place).copied();
        let Some(entry) = Entry::commit(kept, claim.fence, claim.keep, now) else {
            return Settled::NotHeld;
        };
        self.put(place, entry);
        Settled::Accepted
    }

    pub(super) fn release(&mut self, claim: &Claim, now: UnixTime) -> Settled {
        let place = place(claim);
        let kept = self.entries.get(&place).copied();
        let settled = Entry::release(kept, claim.fence, now);
        if settled == Settled::Accepted {
            self.remove(&place);
        }
        settled
    }

    pub(super) fn forget(&mut self, route: &Route, key: &ReplayKey, now: UnixTime) -> Forgotten {
        let place = (route.clone(), key.clone());
        let forgotten = Entry::forget(self.entries.get(&place).copied(), now);
        if forgotten == Forgotten::Forgotten {
            self.remove(&place);
        }
        forgotten
    }

    /// Drops what is no longer to be kept. Each entry is put once and dropped once, so this adds up to
    /// a constant for each claim.
    fn drop_ended(&mut self, now: UnixTime) {
        while let Some((&(until, _), place)) = self.ends.first_key_value() {
            if now < until {
                return;
            }
            let place = place.clone();
            self.remove(&place);
        }
    }

    fn make_room(&mut self) -> Result<(), StoreError> {
        if self.entries.len() < self.capacity {
            return Ok(());
        }
        let oldest = match self.when_full {
            WhenFull::Refuse => None,
            WhenFull::ForgetOldestDone => self.done.values().next().cloned(),
        };
        let Some(oldest) = oldest else {
            return Err(StoreError::Full(self.entries.len()));
        };
        self.remove(&oldest);
        Ok(())
    }

    fn put(&mut self, place: Place, entry: Entry) {
        self.remove(&place);
        self.ends
            .insert((entry.keep_until, entry.fence), place.clone());
        if let entry::State::Done { at } = entry.state {
            self.done.insert((at, entry.fence), place.clone());
        }
        self.entries.insert(place, entry);
    }

    fn remove(&mut self, place: &Place) {
        let Some(entry) = self.entries.remove(place) else {
            return;
        };
        self.ends.remove(&(entry.keep_until, entry.fence));
        if let entry::State::Done { at } = entry.state {
            self.done.remove(&(at, entry.fence));
        }
    }
}

fn place(claim: &Claim) -> Place {
    (claim.route.clone(), claim.key.clone())
}

//! A part of a table that can be locked.

use core::array;

use crate::bucket::Bucket;
use crate::patience::Patience;
use crate::quota::Quota;
use crate::sync::atomic::{AtomicU8, AtomicU32, Ordering, fence};
use crate::sync::settle_order;
use crate::table::Address;
use crate::table::slot::{FREE, Held, Slot, State};
use crate::time::Time;

/// Slots in a shard. It is locked as a whole, so it is small; and it is not so small that one is full
/// while the table is not.
pub(super) const SLOTS: usize = if cfg!(loom) { 3 } else { 126 };

/// The slots of a shard. Open addressing: a bucket stands in the slot that its key leads to, or in the
/// next that is free.
pub(super) struct Slots([Slot; SLOTS]);

/// What there is to know of a shard beside its slots. It is read with every decision, so it is apart
/// from them: those of many shards share a cache line.
pub(super) struct Head {
    /// How often the shard was locked and unlocked: it is odd while it is locked.
    turns: AtomicU32,
    used: AtomicU8,
}

/// A part of a table that can be locked.
#[derive(Clone, Copy)]
pub(super) struct Shard<'t> {
    pub(super) head: &'t Head,
    pub(super) slots: &'t Slots,
}

impl Slots {
    pub(super) fn free() -> Self {
        Self(array::from_fn(|_| Slot::free()))
    }
}

impl Head {
    pub(super) fn new() -> Self {
        Self {
            turns: AtomicU32::new(0),
            used: AtomicU8::new(0),
        }
    }

    fn is_locked(&self) -> bool {
        !self.turns.load(Ordering::SeqCst).is_multiple_of(2)
    }

    /// How many of the slots are used.
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed).into()
    }
}

impl<'t> Shard<'t> {
    /// Changes a bucket where it stands, and says what came of it. None, and nothing is changed, if it
    /// was not found, or the shard is locked.
    ///
    /// What is to become of it is found out before the slot is held, and once more if somebody else was
    /// faster. If nothing is to become of it, as with a refusal, the slot is not held at all.
    #[inline]
    pub(super) fn update_in_place<T>(
        self,
        key: u64,
        quota: Quota,
        mut change: impl FnMut(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        let turns = self.head.turns.load(Ordering::Acquire);
        let slot = self.look_up(key)?;
        let seen = slot.state();
        let (bucket, mut outcome) = change(seen.bucket(quota));
        let mut next = State::of(bucket, quota);
        if next == seen && self.was_unlocked_since(turns) {
            return Some(outcome);
        }
        let held = slot.hold(key)?;
        settle_order();
        if self.head.is_locked() {
            return None;
        }
        let now_there = held.state();
        if now_there != seen {
            let bucket;
            (bucket, outcome) = change(now_there.bucket(quota));
            next = State::of(bucket, quota);
        }
        held.set_state(next);
        Some(outcome)
    }

    /// Whether nobody has moved a bucket since, so that what was read of a slot was its key's.
    fn was_unlocked_since(self, turns: u32) -> bool {
        fence(Ordering::Acquire);
        turns.is_multiple_of(2) && self.head.turns.load(Ordering::Relaxed) == turns
    }

    /// Changes a bucket under the lock.
    #[cold]
    pub(super) fn update_alone<T>(
        self,
        address: Address,
        quota: Quota,
        now: Time,
        change: impl FnOnce(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        self.lock().update(address, quota, now, change)
    }

    pub(super) fn lock(self) -> Locked<'t> {
        let mut patience = Patience::new();
        let Head { turns, .. } = self.head;
        loop {
            let turn = turns.load(Ordering::Relaxed) & !1;
            let locked = turns.compare_exchange(
                turn,
                turn.wrapping_add(1),
                Ordering::SeqCst,
                Ordering::Relaxed,
            );
            if locked.is_ok() {
                break;
            }
            patience.wait();
        }
        settle_order();
        // Whoever reads something of what is written from here on reads of this turn, too.
        fence(Ordering::Release);
        Locked(self)
    }

    /// The slot of a key, if it is found. One that is being moved may be missed.
    #[inline]
    fn look_up(self, key: u64) -> Option<&'t Slot> {
        let (behind, from_home) = self.slots.0.split_at(home(key));
        for slot in from_home.iter().chain(behind) {
            match slot.key() {
                found if found == key => return Some(slot),
                FREE => return None,
                _ => {}
            }
        }
        None
    }
}

/// A shard that is locked: nobody else changes any of its buckets.
pub(crate) struct Locked<'t>(Shard<'t>);

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.head.turns.fetch_add(1, Ordering::Release);
    }
}

impl<'t> Locked<'t> {
    /// Changes the bucket of a key, and says what came of it. None, and nothing is changed, if it is
    /// not there and there is no room for it.
    pub(crate) fn update<T>(
        &self,
        address: Address,
        quota: Quota,
        now: Time,
        change: impl FnOnce(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        match self.find(address.key, now) {
            Place::Used(slot, state) => {
                let (bucket, outcome) = change(state.bucket(quota));
                slot.set_state(State::of(bucket, quota));
                Some(outcome)
            }
            Place::Free(slot) => {
                let (bucket, outcome) = change(Bucket::FULL);
                let state = State::of(bucket, quota);
                // A full bucket need not be kept.
                if !state.is_full(now) {
                    self.0.head.used.fetch_add(1, Ordering::Relaxed);
                    slot.fill(address.key, state);
                }
                Some(outcome)
            }
            Place::Full(place, former) => {
                let (bucket, outcome) = change(Bucket::FULL);
                let state = State::of(bucket, quota);
                if state.is_full(now) {
                    self.clear(place, former);
                } else {
                    self.hold(place, former).give_to(address.key, state);
                }
                Some(outcome)
            }
            Place::Nowhere => None,
        }
    }

    /// Looks for a key from its home on. The slot of the first full bucket on the way is good for it,
    /// and the others are cleared out of the way.
    fn find(&self, key: u64, now: Time) -> Place<'t> {
        let mut full: Option<(usize, u64)> = None;
        let mut place = home(key);
        let mut passed = 0;
        while passed < SLOTS {
            let slot = &self.0.slots.0[place];
            let (found, state) = slot.settled();
            if found == key {
                return Place::Used(slot, state);
            }
            if found == FREE {
                return full.map_or(Place::Free(slot), |(place, key)| Place::Full(place, key));
            }
            match full {
                Some((first, former)) if state.is_full(now) => {
                    self.clear(place, found);
                    // In a shard with hardly a gap even that one may have moved up.
                    if self.0.slots.0[first].key() != former {
                        return self.find(key, now);
                    }
                    continue;
                }
                None if state.is_full(now) => full = Some((place, found)),
                _ => {}
            }
            place = next(place);
            passed += 1;
        }
        full.map_or(Place::Nowhere, |(place, key)| Place::Full(place, key))
    }

    /// Frees a slot and closes the gap: whoever stands behind it, and would be nearer to home in it,
    /// moves up.
    fn clear(&self, mut gap: usize, key: u64) {
        self.0.head.used.fetch_sub(1, Ordering::Relaxed);
        let mut held = self.hold(gap, key);
        let mut place = next(gap);
        for _ in 1..SLOTS {
            let key = self.0.slots.0[place].key();
            if key == FREE {
                break;
            }
            if distance(home(key), place) >= distance(gap, place) {
                let moved = self.hold(place, key);
                held.take_over(&moved);
                (held, gap) = (moved, place);
            }
            place = next(place);
        }
        held.vacate();
    }

    /// Takes hold of a slot, of which nobody else changes the key.
    fn hold(&self, place: usize, key: u64) -> Held<'t> {
        let held = self.0.slots.0[place].hold(key);
        held.expect("keys change under the lock only")
    }
}

enum Place<'t> {
    Used(&'t Slot, State),
    Free(&'t Slot),
    /// That of a bucket which is full, and its key.
    Full(usize, u64),
    Nowhere,
}

/// The slot that a key leads to: by its lower half, because the upper one led to the shard.
const fn home(key: u64) -> usize {
    (((key & u32::MAX as u64) * SLOTS as u64) >> 32) as usize
}

const fn next(place: usize) -> usize {
    if place + 1 == SLOTS { 0 } else { place + 1 }
}

/// How many steps it is from one place to another.
const fn distance(from: usize, to: usize) -> usize {
    if to >= from {
        to - from
    } else {
        to + SLOTS - from
    }
}

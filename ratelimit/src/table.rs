//! A table of buckets, of a fixed size.

use alloc::boxed::Box;
use core::hash::BuildHasher;

use arrayvec::ArrayVec;

use crate::bucket::Bucket;
use crate::lock::{Mutex, MutexGuard, RandomState};
use crate::quota::Quota;
use crate::time::Time;

/// How many buckets can be looked at in one step.
pub(crate) const MAX_LOCKED: usize = 8;

/// Slots in a shard. A shard is locked as a whole, so it is small; and it is not so small that one is
/// full while the table is not.
const SLOTS: usize = 126;

/// How many of a shard's slots are used on average when the table holds what it was made for. It
/// leaves five standard deviations for what chance does.
const FILLED: usize = 80;

/// Buckets by key, in a fixed number of slots. Neither the number of keys nor their length makes it
/// grow: a key is kept as a keyed hash of 64 bits.
///
/// A bucket that is full again is not different from one that was never there. Such buckets are
/// cleared away by whoever comes past them, so nobody has to sweep.
pub(crate) struct Table {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
}

/// Open addressing: a bucket stands in the slot that its key leads to, or in the next that is free.
struct Shard {
    used: usize,
    slots: [Slot; SLOTS],
}

#[derive(Clone, Copy)]
struct Slot {
    /// The hash of the key, which is never zero; zero if the slot is free.
    key: u64,
    state: State,
}

/// When a bucket is full: microseconds in the upper 48 bits, and the grains that are left over in the
/// lower 16. So one can be compared with a time whatever its quota is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct State(u64);

const FREE: Slot = Slot {
    key: 0,
    state: State(0),
};

/// Where a key is, or would be.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    shard: usize,
    key: u64,
}

impl Address {
    /// Where the bucket of the same key is in another generation of its rule: in the same shard, so
    /// that one lock is enough for both.
    pub(crate) fn in_generation(self, generation: u32) -> Self {
        // An odd factor: no two generations have the same bits.
        let bits = u64::from(generation).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self {
            shard: self.shard,
            key: (self.key ^ bits).max(1),
        }
    }
}

impl Table {
    /// For so many keys.
    pub(crate) fn for_keys(keys: usize) -> Self {
        let shards = keys.div_ceil(FILLED).max(1);
        Self {
            shards: (0..shards).map(|_| Mutex::new(Shard::empty())).collect(),
            hasher: RandomState::new(),
        }
    }

    pub(crate) fn address(&self, rule: &str, key: &str) -> Address {
        let hash = self.hasher.hash_one((rule, key));
        // The upper half of the product: evenly spread over the shards, without a division.
        let shard = (u128::from(hash) * self.shards.len() as u128) >> 64;
        Address {
            shard: shard as usize,
            key: hash.max(1),
        }
    }

    /// Locks one bucket.
    pub(crate) fn lock(&self, address: Address) -> Locked<'_> {
        Locked(self.shards[address.shard].lock())
    }

    /// Locks several buckets, so that they change together. Shards are locked in their order, so that
    /// no two callers wait for each other.
    pub(crate) fn lock_all(&self, addresses: &[Address]) -> LockedAll<'_> {
        let mut order: ArrayVec<usize, MAX_LOCKED> =
            addresses.iter().map(|address| address.shard).collect();
        order.sort_unstable();
        let mut shards: ArrayVec<(usize, Locked<'_>), MAX_LOCKED> = ArrayVec::new();
        for shard in order {
            if shards.last().is_none_or(|(last, _)| *last != shard) {
                shards.push((shard, Locked(self.shards[shard].lock())));
            }
        }
        LockedAll(shards)
    }

    /// How many buckets are kept. Some may be full and not cleared away yet.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().used).sum()
    }

    /// What it takes in memory, whatever is in it.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.shards.len() * size_of::<Mutex<Shard>>()
    }
}

/// A shard that is locked.
pub(crate) struct Locked<'t>(MutexGuard<'t, Shard>);

/// The shards of several buckets, locked.
pub(crate) struct LockedAll<'t>(ArrayVec<(usize, Locked<'t>), MAX_LOCKED>);

impl<'t> LockedAll<'t> {
    /// The shard of one of the addresses that it was locked for.
    pub(crate) fn shard(&mut self, address: Address) -> Option<&mut Locked<'t>> {
        let mut shards = self.0.iter_mut();
        let (_, locked) = shards.find(|(shard, _)| *shard == address.shard)?;
        Some(locked)
    }
}

impl Locked<'_> {
    /// Changes the bucket of a key, and says what came of it. None, and nothing is changed, if it is
    /// not there and there is no room for it.
    pub(crate) fn update<T>(
        &mut self,
        address: Address,
        quota: Quota,
        now: Time,
        change: impl FnOnce(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        let shard = &mut *self.0;
        match shard.find(address.key, now) {
            Place::Used(place) => {
                let (bucket, outcome) = change(shard.slots[place].state.bucket(quota));
                shard.slots[place].state = State::of(bucket, quota);
                Some(outcome)
            }
            Place::Free(place) => {
                let (bucket, outcome) = change(Bucket::FULL);
                let state = State::of(bucket, quota);
                // A full bucket need not be kept.
                if !state.is_full(now) {
                    shard.used += 1;
                    shard.slots[place] = Slot {
                        key: address.key,
                        state,
                    };
                }
                Some(outcome)
            }
            Place::Nowhere => None,
        }
    }
}

impl State {
    const LEFT_OVER_BITS: u32 = 16;

    /// A bucket that is full in nine years or later counts as full then.
    fn of(bucket: Bucket, quota: Quota) -> Self {
        let (micros, left_over) = bucket.to_parts(quota);
        let most = u64::MAX >> Self::LEFT_OVER_BITS;
        Self((micros.min(most) << Self::LEFT_OVER_BITS) | u64::from(left_over))
    }

    fn bucket(self, quota: Quota) -> Bucket {
        let left_over = self.0 & ((1 << Self::LEFT_OVER_BITS) - 1);
        Bucket::from_parts(quota, self.0 >> Self::LEFT_OVER_BITS, left_over as u32)
    }

    fn is_full(self, now: Time) -> bool {
        self.0 <= now.as_micros() << Self::LEFT_OVER_BITS
    }
}

enum Place {
    Used(usize),
    Free(usize),
    Nowhere,
}

impl Shard {
    const fn empty() -> Self {
        Self {
            used: 0,
            slots: [FREE; SLOTS],
        }
    }

    /// Looks for a key from its home on, and clears full buckets out of the way.
    fn find(&mut self, key: u64, now: Time) -> Place {
        let mut place = home(key);
        let mut passed = 0;
        while passed < SLOTS {
            let slot = self.slots[place];
            if slot.key == key {
                return Place::Used(place);
            }
            if slot.key == FREE.key {
                return Place::Free(place);
            }
            if slot.state.is_full(now) {
                self.clear(place);
            } else {
                place = next(place);
                passed += 1;
            }
        }
        // What was cleared on the way may have left its gap behind.
        if self.used < SLOTS {
            return self.find(key, now);
        }
        Place::Nowhere
    }

    /// Frees a slot and closes the gap: whoever stands behind it, and would be nearer to home in it,
    /// moves up.
    fn clear(&mut self, mut gap: usize) {
        self.used -= 1;
        let mut place = next(gap);
        for _ in 1..SLOTS {
            let slot = self.slots[place];
            if slot.key == FREE.key {
                break;
            }
            if distance(home(slot.key), place) >= distance(gap, place) {
                self.slots[gap] = slot;
                gap = place;
            }
            place = next(place);
        }
        self.slots[gap] = FREE;
    }
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::string::ToString;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const QUOTA: Quota = Quota::per_second(1).with_burst(1_000);

    fn take(table: &Table, key: u64, now: Time) -> Option<u64> {
        let address = table.address("rule", &key.to_string());
        table.lock(address).update(address, QUOTA, now, |bucket| {
            let decision = bucket.take(QUOTA, now, 1);
            (decision.bucket(), decision.remaining())
        })
    }

    #[test]
    fn a_slot_takes_16_bytes_and_a_shard_two_kilobytes() {
        assert_eq!(size_of::<Slot>(), 16);
        assert_eq!(size_of::<Mutex<Shard>>(), 2_032);
        let million = Table::for_keys(1_000_000).bytes();
        assert!(million < 26 * 1_000_000, "{million}");
    }

    #[test]
    fn it_holds_what_it_was_made_for() {
        for keys in [1, 100, 10_000, 300_000] {
            let table = Table::for_keys(keys);
            let now = Time::from_micros(1);
            let held = (0..keys as u64)
                .filter(|&key| take(&table, key, now).is_some())
                .count();
            assert_eq!(held, keys);
            assert_eq!(table.len(), keys);
        }
    }

    #[test]
    fn invented_keys_do_not_make_it_grow_and_go_when_they_are_full() {
        let table = Table::for_keys(1_000);
        let (now, capacity) = (Time::from_micros(1), table.shards.len() * SLOTS);
        for key in 0..100_000 {
            take(&table, key, now);
        }
        assert!(table.len() <= capacity);
        assert!(table.len() > capacity * 9 / 10, "nearly every slot is used");

        // One token takes a second to come back.
        let later = Time::from_micros(1_000_001);
        for key in 100_000..101_000 {
            assert!(take(&table, key, later).is_some());
        }
        assert!(
            table.len() < capacity,
            "those that are full went out of the way"
        );
    }

    #[test]
    fn the_only_bucket_that_is_full_makes_room_wherever_it_is() {
        // Each table hashes in its own way, so each puts it elsewhere.
        for _ in 0..1_000 {
            let table = Table::for_keys(1);
            let start = Time::from_micros(1);
            for key in 0..SLOTS as u64 {
                take(&table, key, start).expect("there is room");
                if key != 0 {
                    take(&table, key, start).expect("it has room");
                }
            }
            assert_eq!(take(&table, 1_000, start), None);
            let later = Time::from_micros(1_000_001);
            assert_eq!(take(&table, 1_000, later), Some(999));
        }
    }

    #[test]
    fn locks_of_one_shard_are_one() {
        let table = Table::for_keys(1);
        let addresses: Vec<_> = (0..8)
            .map(|key: u64| table.address("rule", &key.to_string()))
            .collect();
        let mut locked = table.lock_all(&addresses);
        for &address in &addresses {
            let charged = |bucket: Bucket| (bucket.charge(QUOTA, Time::EPOCH, 1), ());
            let shard = locked.shard(address).expect("locked");
            let update = shard.update(address, QUOTA, Time::EPOCH, charged);
            assert_eq!(update, Some(()));
        }
        drop(locked);
        assert_eq!(table.len(), 8);
    }

    proptest! {
        #[test]
        fn it_is_a_map_that_forgets_what_is_full(
            steps in proptest::collection::vec((0..200_u64, 0..3_000_000_u64), 1..600),
        ) {
            let table = Table::for_keys(1);
            let mut model: HashMap<u64, Bucket> = HashMap::new();
            let mut now = Time::from_micros(1);
            for (key, pause) in steps {
                now = Time::from_micros(now.as_micros() + pause / 100);
                let bucket = model.entry(key).or_insert(Bucket::FULL);
                match take(&table, key, now) {
                    Some(remaining) => {
                        let decision = bucket.take(QUOTA, now, 1);
                        prop_assert_eq!(remaining, decision.remaining());
                        *bucket = decision.bucket();
                    }
                    None => prop_assert!(bucket.is_full(QUOTA, now) && table.len() == SLOTS),
                }
            }
        }
    }
}

//! A table of buckets, of a fixed size.

mod shard;
mod slot;

use alloc::boxed::Box;

use arrayvec::ArrayVec;

use crate::bucket::Bucket;
use crate::keyed_hash::KeyedHash;
use crate::quota::Quota;
use crate::rule::Rule;
pub(crate) use crate::table::shard::Locked;
use crate::table::shard::{Head, SLOTS, Shard, Slots};
use crate::time::Time;

/// How many buckets can be looked at in one step.
pub(crate) const MAX_LOCKED: usize = 8;

/// How many of a shard's slots are used on average when the table holds what it was made for. It
/// leaves five standard deviations for what chance does.
const FILLED: usize = SLOTS * 80 / 126;

/// Buckets by key, in a fixed number of slots. Neither the number of keys nor their length makes it
/// grow: a key is kept as a keyed hash of 63 bits.
///
/// A bucket that is full again is not different from one that was never there. Such buckets are
/// cleared away by whoever comes past them, so nobody has to sweep.
///
/// # How threads share it
///
/// Most of what is asked is asked of a bucket that is there. Whoever does holds its slot, and no more:
/// one compare-and-swap on the word next to the bucket. Whatever else there is to do, which is to put
/// a bucket in, to clear one away and to change several at one moment, is done under the lock of the
/// shard. Who holds a slot then looks whether the shard is locked, and if it is, lets go and queues
/// for the lock; and who has the lock waits, before it reads a slot, until nobody holds it. Each says
/// what it is about to do before it looks what the other does, so one of them sees the other. Whoever is
/// refused changes nothing and so holds nothing: it is enough that the shard was not locked meanwhile.
pub(crate) struct Table {
    heads: Box<[Head]>,
    slots: Box<[Slots]>,
    hash: KeyedHash,
}

/// Where a key is, or would be.
#[derive(Clone, Copy)]
pub(crate) struct Address {
    shard: usize,
    /// The hash of the key, which is never zero and has 63 bits.
    key: u64,
}

impl Address {
    fn new(shard: usize, hash: u64) -> Self {
        Self {
            shard,
            key: (hash & slot::KEY).max(1),
        }
    }

    /// Where the bucket of the same key is in another generation of its rule: in the same shard, so
    /// that one lock is enough for both.
    pub(crate) fn in_generation(self, generation: u32) -> Self {
        // An odd factor: no two generations have the same bits.
        let bits = u64::from(generation).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self::new(self.shard, self.key ^ bits)
    }
}

impl Table {
    /// For so many keys.
    pub(crate) fn for_keys(keys: usize) -> Self {
        let shards = keys.div_ceil(FILLED).max(1);
        Self {
            heads: (0..shards).map(|_| Head::new()).collect(),
            slots: (0..shards).map(|_| Slots::free()).collect(),
            hash: KeyedHash::random(),
        }
    }

    pub(crate) fn address(&self, rule: &Rule, key: &str) -> Address {
        let hash = self.hash.of(rule, key);
        // The upper half of the product: evenly spread over the shards, without a division.
        let shard = (u128::from(hash) * self.heads.len() as u128) >> 64;
        Address::new(shard as usize, hash)
    }

    /// Changes one bucket, as [`Locked::update`] does.
    #[inline]
    pub(crate) fn update<T>(
        &self,
        address: Address,
        quota: Quota,
        now: Time,
        mut change: impl FnMut(Bucket) -> (Bucket, T),
    ) -> Option<T> {
        let shard = self.shard(address.shard);
        match shard.update_in_place(address.key, quota, &mut change) {
            Some(outcome) => Some(outcome),
            None => shard.update_alone(address, quota, now, change),
        }
    }

    /// Locks the shard of a bucket.
    pub(crate) fn lock(&self, address: Address) -> Locked<'_> {
        self.shard(address.shard).lock()
    }

    /// Locks the shards of several buckets, so that these change together. They are locked in their
    /// order, so that no two callers wait for each other.
    pub(crate) fn lock_all(&self, addresses: &[Address]) -> LockedAll<'_> {
        let mut order: ArrayVec<usize, MAX_LOCKED> =
            addresses.iter().map(|address| address.shard).collect();
        order.sort_unstable();
        let mut shards: ArrayVec<(usize, Locked<'_>), MAX_LOCKED> = ArrayVec::new();
        for shard in order {
            if shards.last().is_none_or(|(last, _)| *last != shard) {
                shards.push((shard, self.shard(shard).lock()));
            }
        }
        LockedAll(shards)
    }

    /// How many buckets are kept. Some may be full and not cleared away yet.
    pub(crate) fn len(&self) -> usize {
        self.heads.iter().map(Head::used).sum()
    }

    /// What it takes in memory, whatever is in it.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.heads) + size_of_val(&*self.slots)
    }

    fn shard(&self, index: usize) -> Shard<'_> {
        Shard {
            head: &self.heads[index],
            slots: &self.slots[index],
        }
    }
}

/// The shards of several buckets, locked.
pub(crate) struct LockedAll<'t>(ArrayVec<(usize, Locked<'t>), MAX_LOCKED>);

impl<'t> LockedAll<'t> {
    /// The shard of one of the addresses that it was locked for.
    pub(crate) fn shard(&self, address: Address) -> Option<&Locked<'t>> {
        let mut shards = self.0.iter();
        let (_, locked) = shards.find(|(shard, _)| *shard == address.shard)?;
        Some(locked)
    }
}

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

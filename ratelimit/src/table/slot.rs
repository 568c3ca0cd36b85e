//! One bucket of a table.

use crate::bucket::Bucket;
use crate::patience::Patience;
use crate::quota::Quota;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::time::Time;

/// The bits of a key.
pub(super) const KEY: u64 = !HELD;

/// Set beside the key of a slot that somebody holds.
const HELD: u64 = 1 << 63;

/// The key of a slot that is free.
pub(super) const FREE: u64 = 0;

/// A bucket and the key that it belongs to.
pub(super) struct Slot {
    key: AtomicU64,
    state: AtomicU64,
}

impl Slot {
    pub(super) fn free() -> Self {
        Self {
            key: AtomicU64::new(FREE),
            state: AtomicU64::new(0),
        }
    }

    /// The key, whether or not somebody holds the slot.
    pub(super) fn key(&self) -> u64 {
        self.key.load(Ordering::Acquire) & KEY
    }

    /// Takes hold of the slot, if it has this key.
    pub(super) fn hold(&self, key: u64) -> Option<Held<'_>> {
        let mut patience = Patience::new();
        loop {
            let held = self.key.compare_exchange(
                key,
                key | HELD,
                // Sequential: then it is seen whether the shard is locked.
                Ordering::SeqCst,
                Ordering::Relaxed,
            );
            match held {
                Ok(_) => return Some(Held { slot: self, key }),
                Err(found) if found & KEY == key => self.wait(&mut patience),
                Err(_) => return None,
            }
        }
    }

    /// The key and the state, once nobody holds the slot who found the shard unlocked.
    pub(super) fn settled(&self) -> (u64, State) {
        let mut patience = Patience::new();
        loop {
            // Sequential: the lock of the shard was taken before.
            let key = self.key.load(Ordering::SeqCst);
            if key & HELD == 0 {
                return (key, self.state());
            }
            self.wait(&mut patience);
        }
    }

    pub(super) fn state(&self) -> State {
        State(self.state.load(Ordering::Relaxed))
    }

    pub(super) fn set_state(&self, state: State) {
        self.state.store(state.0, Ordering::Relaxed);
    }

    /// Puts a bucket into a slot that is free, of which nobody can take hold.
    pub(super) fn fill(&self, key: u64, state: State) {
        self.set_state(state);
        self.key.store(key, Ordering::Release);
    }

    /// Waits while somebody holds the slot, without taking the cache line from them.
    fn wait(&self, patience: &mut Patience) {
        patience.wait();
        while self.key.load(Ordering::Relaxed) & HELD != 0 {
            patience.wait();
        }
    }
}

/// A slot that somebody holds. Nobody else changes it meanwhile.
pub(super) struct Held<'t> {
    slot: &'t Slot,
    /// The key that it has when it is let go.
    key: u64,
}

impl Held<'_> {
    pub(super) fn state(&self) -> State {
        self.slot.state()
    }

    pub(super) fn set_state(&self, state: State) {
        self.slot.set_state(state);
    }

    /// Takes the place of another slot's bucket.
    pub(super) fn take_over(mut self, other: &Self) {
        self.slot.set_state(other.slot.state());
        self.key = other.key;
    }

    /// Gives it to another key.
    pub(super) fn give_to(mut self, key: u64, state: State) {
        self.set_state(state);
        self.key = key;
    }

    /// Leaves it free.
    pub(super) fn vacate(mut self) {
        self.key = FREE;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.slot.key.store(self.key, Ordering::Release);
    }
}

/// When a bucket is full: microseconds in the upper 48 bits, and the grains that are left over in the
/// lower 16. So one can be compared with a time whatever its quota is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State(u64);

impl State {
    const LEFT_OVER_BITS: u32 = 16;

    /// A bucket that is full in nine years or later counts as full then.
    pub(super) fn of(bucket: Bucket, quota: Quota) -> Self {
        let (micros, left_over) = bucket.to_parts(quota);
        let most = u64::MAX >> Self::LEFT_OVER_BITS;
        Self((micros.min(most) << Self::LEFT_OVER_BITS) | u64::from(left_over))
    }

    pub(super) fn bucket(self, quota: Quota) -> Bucket {
        let left_over = self.0 & ((1 << Self::LEFT_OVER_BITS) - 1);
        Bucket::from_parts(quota, self.0 >> Self::LEFT_OVER_BITS, left_over as u32)
    }

    pub(super) fn is_full(self, now: Time) -> bool {
        self.0 <= now.as_micros() << Self::LEFT_OVER_BITS
    }
}

//! Leases by key, and by when they end.

use alloc::vec::Vec;
use std::collections::{BTreeMap, HashMap};

use crate::time::Time;

/// Leases by key, and by when they end.
pub(super) struct Leases {
    /// In the order in which they end, which is mostly that in which they began.
    of_key: HashMap<u64, Vec<Lease>>,
    by_end: BTreeMap<Lease, u64>,
    begun: u64,
}

/// When a lease ends, and which of those it is that end then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lease {
    pub(super) end: Time,
    number: u64,
}

impl Leases {
    pub(super) fn new() -> Self {
        Self {
            of_key: HashMap::new(),
            by_end: BTreeMap::new(),
            begun: 0,
        }
    }

    /// Begins a lease.
    pub(super) fn begin(&mut self, key: u64, end: Time) -> Lease {
        let number = self.begun;
        self.begun += 1;
        let lease = Lease { end, number };
        let leases = self.of_key.entry(key).or_default();
        leases.insert(leases.partition_point(|other| *other < lease), lease);
        self.by_end.insert(lease, key);
        lease
    }

    /// Ends a lease. Whether it had not ended before.
    pub(super) fn end(&mut self, key: u64, lease: Lease) -> bool {
        if self.by_end.remove(&lease).is_none() {
            return false;
        }
        self.forget(key, lease);
        true
    }

    /// Ends all leases whose time is over.
    pub(super) fn end_all(&mut self, now: Time) {
        while let Some(first) = self.by_end.first_entry()
            && first.key().end <= now
        {
            let (lease, key) = first.remove_entry();
            self.forget(key, lease);
        }
    }

    /// How many a key has.
    pub(super) fn in_flight(&self, key: u64) -> usize {
        self.of_key.get(&key).map_or(0, Vec::len)
    }

    /// When fewer than so many of a key are left.
    pub(super) fn end_of_all_but(&self, key: u64, few: usize) -> Option<Time> {
        let leases = self.of_key.get(&key)?;
        let last = leases.get(leases.len().saturating_sub(few))?;
        Some(last.end)
    }

    /// When the first one ends, whoever has it.
    pub(super) fn first_end(&self) -> Option<Time> {
        self.by_end.first_key_value().map(|(lease, _)| lease.end)
    }

    pub(super) fn len(&self) -> usize {
        self.by_end.len()
    }

    fn forget(&mut self, key: u64, lease: Lease) {
        let Some(leases) = self.of_key.get_mut(&key) else {
            return;
        };
        if let Ok(place) = leases.binary_search(&lease) {
            leases.remove(place);
        }
        if leases.is_empty() {
            self.of_key.remove(&key);
        }
    }
}

//! The dedupe keys, and when each of them is forgotten.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::footprint;
use crate::{JobDigest, JobId, NewJob, Remembered, Timestamp};

/// A dedupe key within its queue, as half of a SHA-256 of both: as long for all, and found without following a
/// pointer. Nobody can make two meet with less than 2^64 work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key([u8; 16]);

/// What a new job with a dedupe key is looked up by. Made before the lock is taken, because it takes a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookup {
    pub(super) key: Key,
    pub(super) digest: JobDigest,
}

#[derive(Debug, Default)]
pub(super) struct Keys {
    owners: HashMap<Key, (Remembered, JobId)>,
    /// The keys by the end of their window.
    windows: BTreeSet<(Timestamp, Key)>,
}

impl Key {
    /// About what a key takes where it is kept.
    pub(super) const BYTES: usize =
        footprint::of_key::<(Self, Remembered, JobId), (Timestamp, Self)>();

    pub(super) fn new(queue: &str, key: &str) -> Self {
        let hash = Sha256::new()
            .chain_update((queue.len() as u64).to_be_bytes())
            .chain_update(queue)
            .chain_update(key)
            .finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Self(half)
    }
}

impl Lookup {
    /// What `job` is looked up by, if it has a key.
    pub(super) fn of(job: &NewJob) -> Option<Self> {
        let dedupe = job.dedupe.as_ref()?;
        Some(Self {
            key: Key::new(&job.queue, &dedupe.key),
            digest: JobDigest::of(job),
        })
    }
}

impl Keys {
    pub(super) fn bytes(&self) -> usize {
        self.owners.len() * Key::BYTES
    }

    /// What is remembered under a key, and whose it is.
    pub(super) fn get(&self, key: &Key) -> Option<(Remembered, JobId)> {
        self.owners.get(key).copied()
    }

    /// Gives a key that is not there to a job.
    pub(super) fn insert(&mut self, key: Key, remembered: Remembered, owner: JobId) {
        self.windows.insert((remembered.until, key));
        self.owners.insert(key, (remembered, owner));
    }

    /// Forgets a key if it is that of `owner`.
    pub(super) fn remove(&mut self, key: &Key, owner: JobId) {
        if let Some((remembered, id)) = self.get(key)
            && id == owner
        {
            self.owners.remove(key);
            self.windows.remove(&(remembered.until, *key));
        }
    }

    /// Forgets the keys whose window is over.
    pub(super) fn expire(&mut self, now: Timestamp) {
        while let Some(&(until, key)) = self.windows.first()
            && until <= now
        {
            self.windows.pop_first();
            self.owners.remove(&key);
        }
    }
}

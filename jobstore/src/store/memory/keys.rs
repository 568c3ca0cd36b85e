//! The dedupe keys, and when each of them is forgotten.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use super::footprint;
use crate::{JobId, Remembered, Timestamp};

/// A dedupe key within its queue, as the SHA-256 of both: as long for all, and found without following a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

#[derive(Debug, Default)]
pub(super) struct Keys {
    owners: HashMap<Key, (Remembered, JobId)>,
    /// The keys by the end of their window; a job owns one at most.
    windows: BTreeMap<(Timestamp, JobId), Key>,
}

impl Key {
    /// About what a key takes where it is kept.
    pub(super) const BYTES: usize =
        footprint::of_key::<(Self, Remembered, JobId), (Timestamp, JobId, Self)>();

    pub(super) fn new(queue: &str, key: &str) -> Self {
        let hash = Sha256::new()
            .chain_update((queue.len() as u64).to_be_bytes())
            .chain_update(queue)
            .chain_update(key);
        Self(hash.finalize().into())
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

    /// Gives a key that is not there to a job that has none.
    pub(super) fn insert(&mut self, key: Key, remembered: Remembered, owner: JobId) {
        self.windows.insert((remembered.until, owner), key);
        self.owners.insert(key, (remembered, owner));
    }

    /// Forgets a key if it is that of `owner`.
    pub(super) fn remove(&mut self, key: &Key, owner: JobId) {
        if let Some((remembered, id)) = self.get(key)
            && id == owner
        {
            self.owners.remove(key);
            self.windows.remove(&(remembered.until, owner));
        }
    }

    /// Forgets the keys whose window is over.
    pub(super) fn expire(&mut self, now: Timestamp) {
        while let Some(window) = self.windows.first_entry() {
            let (until, _) = *window.key();
            if until > now {
                break;
            }
            self.owners.remove(&window.remove());
        }
    }
}

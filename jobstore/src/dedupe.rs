//! Recognising a repetition.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{NewJob, Timestamp};

/// How a repetition of a job is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dedupe {
    /// What the repetition has in common with the first, such as `stripe:id:evt_1`.
    pub key: String,
    /// For how long after the first enqueue a repetition is recognised.
    pub window: Duration,
    /// What becomes of the key if the job dies or is called off within the window.
    pub at_death: AtDeath,
}

/// What becomes of a dedupe key whose job is dead or cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtDeath {
    /// It stays until its window ends: a repetition is told of the dead job, and its sender decides.
    #[default]
    Keep,
    /// It is free at once: a repetition is a new job. So the work may have been done under another id when
    /// somebody wants the dead one run again: no [`Recovery`](crate::dead_letters) does that by itself, and
    /// a person who replays or revives it has to look first.
    Release,
}

/// What a store remembers under a dedupe key, beside the id of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The digest of what was asked for first.
    pub digest: JobDigest,
    /// The end of the window.
    pub until: Timestamp,
}

/// How a new job relates to what is remembered under its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// The window is over: this is a new job.
    No,
    /// The same kind and payload again.
    Same,
    /// The same key with another kind or payload: the caller's key is not what it thinks it is.
    Different,
}

impl Remembered {
    /// Compares what is remembered with a new job of that digest.
    #[must_use]
    pub fn compare(&self, digest: JobDigest, now: Timestamp) -> Repetition {
        if now >= self.until {
            return Repetition::No;
        }
        if self.digest == digest {
            return Repetition::Same;
        }
        Repetition::Different
    }
}

/// A digest of what a job asks for: its kind and payload.
///
/// The first half of a SHA-256: enough to tell two payloads apart, also when somebody tries to make
/// them collide (2^64 work).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobDigest(pub [u8; 16]);

impl JobDigest {
    /// The digest of `job`.
    #[must_use]
    pub fn of(job: &NewJob) -> Self {
        let hash = Sha256::new()
            .chain_update((job.kind.len() as u64).to_be_bytes())
            .chain_update(&job.kind)
            .chain_update(job.payload.as_bytes())
            .finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Self(half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_decides_before_the_digest() {
        let (now, later) = (Timestamp::EPOCH, Timestamp::EPOCH + Duration::from_secs(1));
        let one = JobDigest::of(&NewJob::new("queue", "kind").payload("1"));
        let two = JobDigest::of(&NewJob::new("queue", "kind").payload("2"));
        let first = Remembered {
            digest: one,
            until: later,
        };
        assert_eq!(first.compare(one, now), Repetition::Same);
        assert_eq!(first.compare(two, now), Repetition::Different);
        assert_eq!(first.compare(one, later), Repetition::No);
    }

    #[test]
    fn bytes_cannot_move_from_the_kind_to_the_payload() {
        let one = JobDigest::of(&NewJob::new("queue", "ab").payload("c"));
        let two = JobDigest::of(&NewJob::new("queue", "a").payload("bc"));
        assert_ne!(one, two);
    }
}

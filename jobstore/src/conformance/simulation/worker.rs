//! A worker as the store sees it.

use crate::{Fence, JobId, Timestamp, WorkerId};

/// A worker of a simulation. It knows what it holds, and does not know what it has lost.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) id: WorkerId,
    pub(super) held: Vec<(JobId, Fence)>,
    /// It does nothing before this time: a long collection of garbage, a laptop that sleeps.
    pub(super) asleep_until: Timestamp,
}

impl Worker {
    /// The worker in this place, after so many that were there before it.
    pub(super) fn new(place: usize, generation: u64) -> Self {
        Self {
            id: WorkerId::new(&format!("worker-{place}-{generation}")),
            held: Vec::new(),
            asleep_until: Timestamp::EPOCH,
        }
    }
}

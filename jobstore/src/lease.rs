//! Leases: who holds a job, until when, and the fence that keeps everyone else out.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A number that rises each time a job is claimed: the time of the claim in microseconds since 1970, or one more than
/// the fence before, whichever is higher.
///
/// Every write by a worker carries the fence of its claim, and a store refuses any but the latest: a
/// worker that was paused, partitioned or presumed dead cannot touch a job that has moved on. Hand it
/// to downstream stores for the same purpose; it only ever grows.
///
/// A mere count would be given out twice by a store that has lost its last steps, in a failover or with a backup
/// that was put back, and then two workers would both be taken for the holder. The time is above all that was
/// lost, unless the clock is behind by more than the failover took.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Fence(u64);

impl Fence {
    /// The fence of a job that nobody has claimed yet.
    pub const NONE: Self = Self(0);

    /// The fence as a number, for a store to keep.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The fence that [`get`](Self::get) gave.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The fence of the next claim, which is made now.
    #[must_use]
    pub(crate) fn next(self, now: Timestamp) -> Self {
        let time = now.as_micros().try_into().unwrap_or_default();
        // Cannot wrap: at a billion claims a second it would take 584 years.
        Self(self.0.saturating_add(1).max(time))
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Who claims: a name for people that is unique to one start of one worker.
///
/// A name that outlives a restart would let a new process pass for its dead predecessor, whose jobs
/// then are never rescued; so the worker of this crate puts a random part into it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkerId(Arc<str>);

impl WorkerId {
    /// A worker with this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, not copied.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The right to run a job, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which claim this is.
    pub fence: Fence,
    /// Who holds it.
    pub worker: WorkerId,
    /// When it ends unless a heartbeat extends it. Until the job is reaped the holder may still write.
    pub until: Timestamp,
}

//! Queues as an operator sees them.

use serde::Serialize;

use crate::{By, Status, Timestamp};

/// How many jobs there are in each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Wait for the time they were scheduled for.
    pub scheduled: u64,
    /// May be claimed.
    pub ready: u64,
    /// Run.
    pub running: u64,
    /// Wait for their next attempt.
    pub retrying: u64,
    /// Succeeded.
    pub done: u64,
    /// Are dead.
    pub dead: u64,
    /// Were called off.
    pub cancelled: u64,
}

impl Tally {
    /// How many are in `status`.
    #[must_use]
    pub const fn of(&self, status: Status) -> u64 {
        match status {
            Status::Scheduled => self.scheduled,
            Status::Ready => self.ready,
            Status::Running => self.running,
            Status::Retrying => self.retrying,
            Status::Done => self.done,
            Status::Dead => self.dead,
            Status::Cancelled => self.cancelled,
        }
    }

    /// The count of `status`, to be changed by a store.
    pub const fn of_mut(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Scheduled => &mut self.scheduled,
            Status::Ready => &mut self.ready,
            Status::Running => &mut self.running,
            Status::Retrying => &mut self.retrying,
            Status::Done => &mut self.done,
            Status::Dead => &mut self.dead,
            Status::Cancelled => &mut self.cancelled,
        }
    }

    /// How many have not ended.
    #[must_use]
    pub const fn unfinished(&self) -> u64 {
        self.scheduled + self.ready + self.running + self.retrying
    }

    /// How many there are in all.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.unfinished() + self.done + self.dead + self.cancelled
    }
}

/// A queue as it is now.
///
/// A job counts under the status it was last given: one that was scheduled or retried counts so until
/// it is claimed, also when it is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueState {
    /// Its name.
    pub queue: String,
    /// How many jobs of it there are in each status.
    pub tally: Tally,
    /// Since when the job that is due longest has been due; `None` if none is due. The age of it is how
    /// far the workers are behind.
    pub due_since: Option<Timestamp>,
    /// When the next job is due that is not due yet.
    pub next_due: Option<Timestamp>,
    /// When a worker last asked for jobs of it, to the minute; `None` if none ever did, as far as the
    /// store knows.
    pub asked_at: Option<Timestamp>,
    /// Who paused it, when and why; `None` while it is served.
    pub paused: Option<Pause>,
}

impl QueueState {
    /// A queue of which nothing is known but its name.
    #[must_use]
    pub fn new(queue: impl Into<String>) -> Self {
        Self {
            queue: queue.into(),
            tally: Tally::default(),
            due_since: None,
            next_due: None,
            asked_at: None,
            paused: None,
        }
    }
}

/// A queue that is not served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// By whom, and why.
    pub by: By,
}

//! What is kept of jobs that have ended, and for how long.

use std::time::Duration;

use crate::Status;

/// What is kept of jobs that have ended. Nothing is deleted for which no rule is given.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{Keep, Retention, Status};
///
/// const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// let retention = Retention::default()
///     .of(Status::Done, Keep::for_ever().age(7 * DAY).newest(10_000).payload_age(DAY))
///     .of(Status::Cancelled, Keep::for_ever().age(7 * DAY))
///     .audit(365 * DAY);
/// assert_eq!(retention.rule(Status::Dead), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    done: Option<Keep>,
    dead: Option<Keep>,
    cancelled: Option<Keep>,
    audit: Option<Duration>,
}

impl Retention {
    /// The statuses that a rule can be given for.
    pub const STATUSES: [Status; 3] = [Status::Done, Status::Dead, Status::Cancelled];

    /// The rule for jobs that ended in `status`. One that is not final has no rule: such a job is owed.
    #[must_use]
    pub const fn of(mut self, status: Status, keep: Keep) -> Self {
        match status {
            Status::Done => self.done = Some(keep),
            Status::Dead => self.dead = Some(keep),
            Status::Cancelled => self.cancelled = Some(keep),
            Status::Scheduled | Status::Ready | Status::Running | Status::Retrying => {}
        }
        self
    }

    /// The same rule for all that has ended.
    #[must_use]
    pub const fn all(keep: Keep) -> Self {
        Self {
            done: Some(keep),
            dead: Some(keep),
            cancelled: Some(keep),
            audit: None,
        }
    }

    /// How long entries of the audit trail are kept. They outlive their jobs.
    #[must_use]
    pub const fn audit(mut self, age: Duration) -> Self {
        self.audit = Some(age);
        self
    }

    /// The rule for jobs that ended in `status`.
    #[must_use]
    pub const fn rule(&self, status: Status) -> Option<Keep> {
        match status {
            Status::Done => self.done,
            Status::Dead => self.dead,
            Status::Cancelled => self.cancelled,
            Status::Scheduled | Status::Ready | Status::Running | Status::Retrying => None,
        }
    }

    /// How long entries of the audit trail are kept; `None` is for ever.
    #[must_use]
    pub const fn audit_age(&self) -> Option<Duration> {
        self.audit
    }
}

/// What is kept of jobs that ended in one status. What one limit lets go is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// A job is deleted once it has ended longer ago than this.
    pub age: Option<Duration>,
    /// So many are kept of each queue: those that ended last.
    pub newest: Option<usize>,
    /// The payload is dropped once the job has ended longer ago than this; the record stays.
    pub payload_age: Option<Duration>,
}

impl Keep {
    /// All of them, whole.
    #[must_use]
    pub const fn for_ever() -> Self {
        Self {
            age: None,
            newest: None,
            payload_age: None,
        }
    }

    /// Deleted once they ended longer ago than this.
    #[must_use]
    pub const fn age(mut self, age: Duration) -> Self {
        self.age = Some(age);
        self
    }

    /// So many of each queue.
    #[must_use]
    pub const fn newest(mut self, jobs: usize) -> Self {
        self.newest = Some(jobs);
        self
    }

    /// Without their payload once they ended longer ago than this.
    #[must_use]
    pub const fn payload_age(mut self, age: Duration) -> Self {
        self.payload_age = Some(age);
        self
    }
}

/// What a prune let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Jobs that were deleted.
    pub jobs: usize,
    /// Payloads that were dropped from jobs that stay.
    pub payloads: usize,
    /// Entries of the audit trail that were deleted.
    pub audit: usize,
}

impl Pruned {
    /// All of it together: what the limit of a prune counts.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.jobs + self.payloads + self.audit
    }
}

//! How much work is owed.

use std::time::Duration;

use crate::{Job, Status, Timestamp};

/// The jobs that have not ended, by status, and the dead ones that wait for a person; all of one moment.
///
/// Those that are done or cancelled are not counted: there may be millions, and nothing is owed to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Jobs that wait for their time.
    pub scheduled: u64,
    /// Jobs that may be claimed now.
    pub ready: u64,
    /// Jobs that workers hold.
    pub running: u64,
    /// Jobs that failed, and wait for their next attempt.
    pub retrying: u64,
    /// Jobs that a person must look at.
    pub dead: u64,
    /// When the first of the jobs that wait is due, or was: it is claimed next, if its queue is served.
    pub first_due: Option<Timestamp>,
}

impl Backlog {
    /// The backlog of these jobs: what a store answers whose jobs they are, by whatever shorter way.
    #[must_use]
    pub fn of<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> Self {
        let mut backlog = Self::default();
        for job in jobs {
            if let Some(count) = backlog.count(job.status) {
                *count += 1;
            }
            if job.status.is_waiting() && backlog.first_due.is_none_or(|first| job.run_at < first) {
                backlog.first_due = Some(job.run_at);
            }
        }
        backlog
    }

    /// For how long the first of the jobs that wait has been due at `now`: how far workers are behind.
    /// Zero if none is due.
    ///
    /// ```
    /// use std::time::Duration;
    /// use jobstore::{Backlog, Timestamp};
    ///
    /// let due = Timestamp::EPOCH + Duration::from_secs(100);
    /// let backlog = Backlog { ready: 1, first_due: Some(due), ..Backlog::default() };
    /// assert_eq!(backlog.delay(due + Duration::from_secs(7)), Duration::from_secs(7));
    /// assert_eq!(backlog.delay(Timestamp::EPOCH), Duration::ZERO);
    /// ```
    #[must_use]
    pub fn delay(&self, now: Timestamp) -> Duration {
        self.first_due
            .map_or(Duration::ZERO, |first| now.since(first))
    }

    /// Where jobs of this status are counted, if they are.
    pub(crate) const fn count(&mut self, status: Status) -> Option<&mut u64> {
        match status {
            Status::Scheduled => Some(&mut self.scheduled),
            Status::Ready => Some(&mut self.ready),
            Status::Running => Some(&mut self.running),
            Status::Retrying => Some(&mut self.retrying),
            Status::Dead => Some(&mut self.dead),
            Status::Done | Status::Cancelled => None,
        }
    }
}

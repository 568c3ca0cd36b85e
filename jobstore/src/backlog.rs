//! How much work is owed.

use std::time::Duration;

use crate::{QueueState, Timestamp};

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
    /// The backlog of these queues together.
    #[must_use]
    pub fn of<'a>(queues: impl IntoIterator<Item = &'a QueueState>) -> Self {
        let mut backlog = Self::default();
        for queue in queues {
            backlog.scheduled += queue.tally.scheduled;
            backlog.ready += queue.tally.ready;
            backlog.running += queue.tally.running;
            backlog.retrying += queue.tally.retrying;
            backlog.dead += queue.tally.dead;
            let dues = [backlog.first_due, queue.due_since, queue.next_due];
            backlog.first_due = dues.into_iter().flatten().min();
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
}

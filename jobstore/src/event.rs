//! What can happen to a job.

use std::time::Duration;

use crate::{Answer, By, Category, Fence, Level, Progress, WorkerId};

/// Something that happens to a job.
///
/// What a worker does carries the fence of its claim; what anybody else does says by whom.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A worker takes it, for as long as the lease lasts.
    Claim {
        /// Who takes it.
        worker: WorkerId,
        /// For how long.
        lease: Duration,
    },
    /// The worker is alive and wants to keep it.
    Heartbeat {
        /// The fence of its claim.
        fence: Fence,
        /// How long the lease shall last from now on.
        lease: Duration,
    },
    /// The handler tells how far it is.
    Progress {
        /// The fence of the claim.
        fence: Fence,
        /// How far.
        progress: Progress,
    },
    /// The handler writes a line into the job's log.
    Log {
        /// The fence of the claim.
        fence: Fence,
        /// The line.
        line: Logged,
    },
    /// The handler succeeded.
    Complete {
        /// The fence of the claim.
        fence: Fence,
        /// What the handler answered.
        result: Option<Answer>,
    },
    /// The handler failed.
    Fail {
        /// The fence of the claim.
        fence: Fence,
        /// What kind of failure it was.
        category: Category,
        /// What went wrong, for people; cut to [`Failure::MAX_MESSAGE`](crate::Failure::MAX_MESSAGE).
        message: String,
        /// Whether and when to try again, as long as there are attempts left.
        retry: Retry,
    },
    /// The worker gives it back unharmed, because it shuts down: the attempt does not count, the
    /// interruption does.
    Release {
        /// The fence of the claim.
        fence: Fence,
    },
    /// The worker gives it back unharmed, to be claimed again after a delay, because it is known that
    /// trying now would fail: the attempt does not count.
    Postpone {
        /// The fence of the claim.
        fence: Fence,
        /// How long to wait.
        delay: Duration,
    },
    /// The lease ran out: its worker is taken to be gone. The attempt does not count, the loss does.
    Expire,
    /// Somebody calls it off. A worker that runs it finds its lease lost.
    Cancel {
        /// Who, and why.
        by: By,
    },
    /// Somebody wants it run now: one that waits for its time does not wait any longer, and one that is
    /// dead or cancelled lives again, with at least one attempt. It lives without its dedupe key if that
    /// [was released](crate::AtDeath::Release); then look first whether a repetition has done the work.
    Revive {
        /// Who, and why.
        by: By,
    },
    /// Somebody marks a dead job for a person.
    Flag {
        /// Who, and the note that they leave.
        by: By,
        /// Whose it is to look at; empty if nobody's yet.
        assignee: String,
    },
    /// Somebody says what came of a dead job.
    Resolve {
        /// Who, and what was done.
        by: By,
    },
}

/// Whether a failed job is to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// After this delay.
    After(Duration),
    /// Not at all: no further attempt could mend it.
    Never,
}

/// What a handler writes down; the store adds when, and which line it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// How much it matters.
    pub level: Level,
    /// What it says; cut to [`LogLine::MAX_TEXT`](crate::LogLine::MAX_TEXT).
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IdSource, Job, NewJob, Timestamp};

    #[test]
    fn debug_of_an_event_or_a_job_shows_no_result() {
        let result = Some(Answer::new("card 4242").unwrap());
        let id = IdSource::default().next(Timestamp::EPOCH, || [0; 10]);
        let mut job = Job::new(NewJob::new("queue", "kind"), id, Timestamp::EPOCH);
        job.result = result.clone();
        let fence = Fence::NONE;
        let event = Event::Complete { fence, result };
        for shown in [format!("{event:?}"), format!("{job:?}")] {
            assert!(shown.contains("Answer(11 bytes)"), "{shown}");
            assert!(!shown.contains("4242"), "{shown}");
        }
    }
}

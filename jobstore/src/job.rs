//! The record of a job.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Failure, Fence, JobId, Lease, NewJob, Payload, Status, Timestamp};

/// A job: what is owed, who is doing it, and what happened to it so far.
///
/// The fields are public because stores keep and restore them; what changes them is
/// [`apply`](Self::apply), in the file of the state machine, and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Unique, and sortable by creation.
    pub id: JobId,
    /// The queue it waits in; workers serve queues.
    pub queue: String,
    /// What is to be done with it, such as `webhook.stripe`; handlers choose by it.
    pub kind: String,
    /// Where it is in its life.
    pub status: Status,
    /// The bytes it carries.
    pub payload: Payload,
    /// Who or what asked for it, such as `webhook:stripe` or `person:ada`.
    pub triggered_by: String,
    /// Small facts for people and handlers.
    pub metadata: BTreeMap<String, String>,
    /// The key under which a repetition of it was to be recognised, if any.
    pub dedupe_key: Option<String>,
    /// Attempts started, less those that were given back (released, or lost with their worker).
    pub attempts: u32,
    /// After so many failed attempts it is dead.
    pub max_attempts: u32,
    /// How often a worker vanished with it. Counted apart from attempts, so that a crash of the
    /// worker costs no attempt, and a job that crashes every worker still ends.
    pub lost: u32,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// It is not claimed before this time.
    pub run_at: Timestamp,
    /// When its latest attempt started.
    pub started_at: Option<Timestamp>,
    /// When it reached its final status; set exactly while the status is final.
    pub ended_at: Option<Timestamp>,
    /// The fence of the latest claim; survives the lease, so that fences only grow.
    pub fence: Fence,
    /// Who runs it; set exactly while the status is running.
    pub lease: Option<Lease>,
    /// The newest failures, oldest first; at most [`Failure::MAX_HISTORY`].
    pub errors: Vec<Failure>,
    /// What the handler answered.
    pub result: Option<Value>,
}

impl Job {
    /// How often a worker may vanish with a job before the job is taken to be the reason, and is dead.
    pub const MAX_LOST: u32 = 10;

    /// The job that `new` asks for, as it is when it enters a store at `now`.
    #[must_use]
    pub fn new(new: NewJob, id: JobId, now: Timestamp) -> Self {
        let run_at = new.start.time(now);
        Self {
            id,
            status: if run_at > now {
                Status::Scheduled
            } else {
                Status::Ready
            },
            queue: new.queue,
            kind: new.kind,
            payload: new.payload,
            triggered_by: new.triggered_by,
            metadata: new.metadata,
            dedupe_key: new.dedupe.map(|dedupe| dedupe.key),
            attempts: 0,
            max_attempts: new.max_attempts,
            lost: 0,
            created_at: now,
            run_at,
            started_at: None,
            ended_at: None,
            fence: Fence::NONE,
            lease: None,
            errors: Vec::new(),
            result: None,
        }
    }

    /// How long the last attempt took; `None` before the job has ended or if it never started.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        Some(self.ended_at?.since(self.started_at?))
    }
}

/// A job without the parts that may be large: what a list shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// As in [`Job`].
    pub id: JobId,
    /// As in [`Job`].
    pub queue: String,
    /// As in [`Job`].
    pub kind: String,
    /// As in [`Job`].
    pub status: Status,
    /// As in [`Job`].
    pub triggered_by: String,
    /// As in [`Job`].
    pub attempts: u32,
    /// As in [`Job`].
    pub max_attempts: u32,
    /// As in [`Job`].
    pub created_at: Timestamp,
    /// As in [`Job`].
    pub run_at: Timestamp,
    /// As in [`Job`].
    pub started_at: Option<Timestamp>,
    /// As in [`Job`].
    pub ended_at: Option<Timestamp>,
    /// The newest entry of the error history.
    pub last_error: Option<Failure>,
}

impl From<&Job> for Summary {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id,
            queue: job.queue.clone(),
            kind: job.kind.clone(),
            status: job.status,
            triggered_by: job.triggered_by.clone(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            created_at: job.created_at,
            run_at: job.run_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            last_error: job.errors.last().cloned(),
        }
    }
}

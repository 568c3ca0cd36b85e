//! The record of a job.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    Answer, AtDeath, Failure, Fence, Fingerprint, JobId, Lease, NewJob, Payload, Priority,
    Progress, Status, Timestamp, Triage,
};

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
    /// Which due job of its queue comes first.
    pub priority: Priority,
    /// The bytes it carries.
    pub payload: Payload,
    /// Whether those were dropped to keep the record without them. It cannot be run again then.
    pub payload_gone: bool,
    /// Who or what asked for it, such as `webhook:stripe` or `person:ada`.
    pub triggered_by: String,
    /// Small facts for people and handlers.
    pub metadata: BTreeMap<String, String>,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// Whose data it carries, such as `customer:17`: what is deleted when they ask for it.
    pub subject: Option<String>,
    /// The batch it belongs to, if any.
    pub batch: Option<String>,
    /// The job whose handler enqueued it, if any.
    pub parent: Option<JobId>,
    /// The job that it is a replay of, if it is one.
    pub replay_of: Option<JobId>,
    /// How often its line, that is this job, what it is a replay of and so on, was replayed.
    pub replays: u32,
    /// When its line was replayed last.
    pub replayed_at: Option<Timestamp>,
    /// The key under which a repetition of it was to be recognised, if any.
    pub dedupe_key: Option<String>,
    /// What becomes of that key if it dies or is called off.
    pub at_death: AtDeath,
    /// Attempts started, less those that were given back (released, or lost with their worker).
    pub attempts: u32,
    /// After so many failed attempts it is dead.
    pub max_attempts: u32,
    /// How often a worker vanished with it. Counted apart from attempts, so that a crash of the
    /// worker costs no attempt, and a job that crashes every worker still ends.
    pub lost: u32,
    /// After so many losses it is taken to be what makes workers vanish, and is dead.
    pub max_lost: u32,
    /// How often a worker that shut down gave it back. Counted apart, so that a deploy costs no attempt.
    pub interrupted: u32,
    /// After so many interruptions it is taken to be too long for the time between two deploys, and is
    /// dead.
    pub max_interrupted: u32,
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
    /// What its latest failure has in common with others of the same cause.
    pub fingerprint: Option<Fingerprint>,
    /// What people do about it since it is dead.
    pub triage: Option<Triage>,
    /// How far its latest attempt is or was, if the handler tells.
    pub progress: Option<Progress>,
    /// How many log lines its handlers wrote; the newest are kept.
    pub log_lines: u64,
    /// What the handler answered.
    pub result: Option<Answer>,
}

impl Job {
    /// The job that `new` asks for, as it is when it enters a store at `now`.
    #[must_use]
    pub fn new(new: NewJob, id: JobId, now: Timestamp) -> Self {
        let run_at = new.start.time(now);
        Self {
            id,
            status: Status::entering(run_at, now),
            queue: new.queue,
            kind: new.kind,
            priority: new.priority,
            payload: new.payload,
            payload_gone: false,
            triggered_by: new.triggered_by,
            metadata: new.metadata,
            tags: new.tags,
            subject: new.subject,
            batch: new.batch,
            parent: new.parent,
            replay_of: None,
            replays: 0,
            replayed_at: None,
            at_death: new
                .dedupe
                .as_ref()
                .map(|dedupe| dedupe.at_death)
                .unwrap_or_default(),
            dedupe_key: new.dedupe.map(|dedupe| dedupe.key),
            attempts: 0,
            max_attempts: new.max_attempts,
            lost: 0,
            max_lost: new.max_lost,
            interrupted: 0,
            max_interrupted: new.max_interrupted,
            created_at: now,
            run_at,
            started_at: None,
            ended_at: None,
            fence: Fence::NONE,
            lease: None,
            errors: Vec::new(),
            fingerprint: None,
            triage: None,
            progress: None,
            log_lines: 0,
            result: None,
        }
    }

    /// What in this record cannot be true, if anything: whatever reads records back may ask.
    #[must_use]
    pub fn contradiction(&self) -> Option<&'static str> {
        if (self.status == Status::Running) != self.lease.is_some() {
            return Some("a job has a lease exactly while it is running");
        }
        if self.status.is_final() != self.ended_at.is_some() {
            return Some("a job has a time of its end exactly when it has ended");
        }
        if self
            .lease
            .as_ref()
            .is_some_and(|lease| lease.fence != self.fence)
        {
            return Some("the fence of a lease is the job's newest");
        }
        None
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
    pub priority: Priority,
    /// As in [`Job`].
    pub triggered_by: String,
    /// As in [`Job`].
    pub attempts: u32,
    /// As in [`Job`].
    pub max_attempts: u32,
    /// As in [`Job`].
    pub replays: u32,
    /// As in [`Job`].
    pub at_death: AtDeath,
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
    /// As in [`Job`].
    pub fingerprint: Option<Fingerprint>,
    /// As in [`Job`].
    pub triage: Option<Triage>,
    /// As in [`Job`].
    pub progress: Option<Progress>,
}

impl From<&Job> for Summary {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id,
            queue: job.queue.clone(),
            kind: job.kind.clone(),
            status: job.status,
            priority: job.priority,
            triggered_by: job.triggered_by.clone(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            replays: job.replays,
            at_death: job.at_death,
            created_at: job.created_at,
            run_at: job.run_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            last_error: job.errors.last().cloned(),
            fingerprint: job.fingerprint,
            triage: job.triage.clone(),
            progress: job.progress.clone(),
        }
    }
}

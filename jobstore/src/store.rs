//! The contract of a store.

use std::{error::Error, fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use event_listener::EventListener;

use crate::{
    AuditPage, AuditQuery, By, Durability, Event, Finding, InvalidJob, Job, JobId, LogPage, NewJob,
    Page, Pruned, Query, QueueState, Refused, Replay, Replayed, Retention, Status, Tally,
    Timestamp, WorkerId,
};

pub(crate) mod entropy;
#[cfg(feature = "file")]
pub mod file;
pub mod memory;
#[cfg(feature = "redis")]
pub mod redis;

/// Remembers jobs. What a job may do is decided by [`Job::apply`]; a store makes each decision
/// atomic and durable.
///
/// # Contract
///
/// * Each verb is one atomic step: whoever looks sees all of it or nothing. What the core says is to be
///   written beside a job, its entry in the audit trail above all, is written in that step.
/// * `Ok` means that the step is kept, to the degree that the store's own documentation states.
/// * The store owns the clock. Verbs take no time from the caller.
/// * A refusal is a value (`Duplicate`, `LeaseLost`, ...); `Err` means that the store itself failed, and
///   then the step either happened or did not: ask again by id or by dedupe key.
/// * Dropping the future of a verb does not undo a step that was already handed over.
///
/// The laws in the `conformance` feature test all of it; a store is right when it passes them.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Takes in a job. If it carries a dedupe key, the key and the job are written in the same step.
    ///
    /// # Errors
    ///
    /// [`StoreError::Invalid`] if the job breaks its own limits, [`StoreError::Full`], or a failure
    /// of the store.
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError>;

    /// Takes in all of these jobs or, if one of them cannot be, none. The answers are in the order of the
    /// jobs; a job may be a repetition of one before it.
    ///
    /// # Errors
    ///
    /// As [`enqueue`](Self::enqueue); then none of them was taken in.
    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError>;

    /// Leases up to `limit` jobs of one queue that are due: of the highest priority first, then earliest
    /// `run_at` first, then oldest first. Each job is claimed by [`Event::Claim`], so each gets a fence
    /// higher than any before it. Nothing of a paused queue is claimed.
    ///
    /// # Errors
    ///
    /// A failure of the store; then no job is claimed, or its lease runs out unused.
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError>;

    /// Applies one event to one job.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError>;

    /// Applies events one after the other. Each stands for itself: one that is refused stops none of the
    /// others. The answers are in the order of the events.
    ///
    /// # Errors
    ///
    /// A failure of the store; then some of them may have been applied and others not.
    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError>;

    /// Applies [`Event::Expire`] to up to `limit` jobs whose lease has run out, and returns their ids.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError>;

    /// Makes a new job of one that has ended ([`Job::replay`]).
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`], or a failure of the store.
    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError>;

    /// Deletes a job with its log and its dedupe key, whatever its status: a worker that runs it finds its
    /// lease lost. Says whether there was one. The audit trail keeps that it was, and is not deleted.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError>;

    /// Deletes up to `limit` jobs that carry data of `subject`, as [`delete`](Self::delete) does, and
    /// returns how many.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError>;

    /// Lets go what `retention` does not keep, at most `limit` things, and returns what it was. Dedupe
    /// keys stay until their own window ends.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError>;

    /// Stops a queue from being claimed from, or, given `None`, lets it be. Jobs that run go on. A pause
    /// holds until it is taken back, for all workers of the store.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError>;

    /// The job of this id.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError>;

    /// One page of jobs, newest first. A job that somebody has changed into what cannot be read is left out.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn list(&self, query: &Query) -> Result<Page, StoreError>;

    /// The lines of a job's log that follow line `after`, at most `limit`. Empty for a job that is not
    /// there.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError>;

    /// One page of the audit trail, newest first.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError>;

    /// Every queue that holds a job or is paused, by name.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn queues(&self) -> Result<Vec<QueueState>, StoreError>;

    /// How many jobs of a batch there are in each status. Those that were deleted count no more.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn batch(&self, batch: &str) -> Result<Tally, StoreError>;

    /// Looks for what is not as it should be: in the records, in their indexes, in the settings of what
    /// keeps them. Takes its time. If `mend` is set, it repairs what it safely can.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError>;

    /// What an `Ok` survives, as the store is set up.
    fn durability(&self) -> Durability;

    /// Proves that the store can be read and written now.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    async fn check(&self) -> Result<(), StoreError>;

    /// Resolves after the next change that may make a job claimable. A hint: it may fire for nothing,
    /// but listening first and claiming second never misses a job that this process enqueues.
    fn listen(&self) -> EventListener;

    /// The store's clock.
    fn now(&self) -> Timestamp;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        (**self).enqueue(job).await
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        (**self).enqueue_all(jobs).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        (**self).claim(claim).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        (**self).apply(id, event).await
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        (**self).apply_all(events).await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        (**self).reap(limit).await
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        (**self).replay(id, replay).await
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        (**self).delete(id, by).await
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        (**self).erase(subject, by, limit).await
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        (**self).prune(retention, limit).await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        (**self).pause(queue, by).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        (**self).get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        (**self).list(query).await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        (**self).log(id, after, limit).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        (**self).audit(query).await
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        (**self).queues().await
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        (**self).batch(batch).await
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        (**self).examine(mend).await
    }

    fn durability(&self) -> Durability {
        (**self).durability()
    }

    async fn check(&self) -> Result<(), StoreError> {
        (**self).check().await
    }

    fn listen(&self) -> EventListener {
        (**self).listen()
    }

    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// What became of an enqueue.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{Jobs, Memory, NewJob};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let jobs = Jobs::new(Memory::new());
/// let order = |lines| NewJob::new("orders", "ship").payload(lines).dedupe("order:7", Duration::from_secs(60));
/// let id = jobs.enqueue(order("2 lamps")).await?.accepted()?;
/// assert_eq!(jobs.enqueue(order("2 lamps")).await?.accepted(), Ok(id));
///
/// // Something else under the same key is not what was asked for first, so it is not taken for it.
/// let other = jobs.enqueue(order("3 lamps")).await?;
/// assert_eq!(other.accepted().map_err(|conflict| conflict.id), Err(id));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Enqueued {
    /// A new job.
    Created(JobId),
    /// The same job was enqueued before, within the window of its dedupe key.
    Duplicate {
        /// The first one.
        id: JobId,
        /// Its status now; `None` if it has been pruned.
        status: Option<Status>,
    },
    /// The same dedupe key came before with another kind or payload. Nothing was enqueued.
    Conflict {
        /// The first one.
        id: JobId,
        /// Its status now; `None` if it has been pruned.
        status: Option<Status>,
    },
}

impl Enqueued {
    /// The job that does what was asked for: a new one, or the first of which this was a repetition.
    ///
    /// # Errors
    ///
    /// No job does it, because something else came first under its dedupe key.
    pub const fn accepted(self) -> Result<JobId, Conflict> {
        match self {
            Self::Created(id) | Self::Duplicate { id, .. } => Ok(id),
            Self::Conflict { id, status } => Err(Conflict { id, status }),
        }
    }

    /// The job that came first under the dedupe key, whether or not it does what was asked for now; without
    /// a key, the new one.
    #[must_use]
    pub const fn first(self) -> JobId {
        match self {
            Self::Created(id) | Self::Duplicate { id, .. } | Self::Conflict { id, .. } => id,
        }
    }
}

/// What was to be enqueued has the dedupe key of something else, and was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("job {id} came first under this dedupe key, with another kind or payload")]
pub struct Conflict {
    /// The first one.
    pub id: JobId,
    /// Its status now; `None` if it has been pruned.
    pub status: Option<Status>,
}

/// A worker's wish for work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// From which queue.
    pub queue: String,
    /// Who asks.
    pub worker: WorkerId,
    /// For how long each job is leased, from now.
    pub lease: Duration,
    /// How many jobs at most.
    pub limit: usize,
}

/// What a worker got.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claimed {
    /// The jobs, running, with their leases.
    pub jobs: Vec<Job>,
    /// If fewer than `limit` were due: when the next job of the queue is.
    pub next_due: Option<Timestamp>,
    /// Whether the queue is paused; then there are no jobs.
    pub paused: bool,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Applied {
    /// It was applied; this is the status now.
    Now(Status),
    /// It was refused; the job is as it was.
    Refused(Refused),
    /// There is no job of that id.
    Unknown,
}

/// The store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The job breaks its own limits.
    #[error(transparent)]
    Invalid(#[from] InvalidJob),
    /// There is no room: so many unfinished jobs are kept, and none may be dropped.
    #[error("the store is full: {0} unfinished jobs")]
    Full(usize),
    /// The store could not be reached, read or written.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// What was read back is not what a store writes.
    #[error("the store is corrupt: {0}")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
}

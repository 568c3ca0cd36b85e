//! The contract of a store.

use std::{error::Error, fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use event_listener::EventListener;

use crate::{
    Backlog, Event, InvalidJob, Job, JobId, NewJob, Page, Query, Refused, Status, Timestamp,
    WorkerId,
};

pub(crate) mod entropy;
#[cfg(feature = "file")]
pub mod file;
pub mod memory;

/// Remembers jobs. What a job may do is decided by [`Job::apply`]; a store makes each decision
/// atomic and durable.
///
/// # Contract
///
/// * Each verb is one atomic step: whoever looks sees all of it or nothing.
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

    /// Leases up to `limit` jobs of one queue that are due, earliest `run_at` first, then oldest first.
    /// Each job is claimed by [`Event::Claim`], so each gets a fence higher than any before it.
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

    /// Applies [`Event::Expire`] to up to `limit` jobs whose lease has run out, and returns their ids.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError>;

    /// Deletes up to `limit` jobs that ended before `before`, and returns how many. Dedupe keys stay
    /// until their own window ends.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// The job of this id.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError>;

    /// One page of jobs, newest first.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn list(&self, query: &Query) -> Result<Page, StoreError>;

    /// How much work is owed, in all queues. It is asked for again and again, by whoever watches, so it
    /// must not walk through what has ended.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn backlog(&self) -> Result<Backlog, StoreError>;

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

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        (**self).claim(claim).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        (**self).apply(id, event).await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        (**self).reap(limit).await
    }

    async fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        (**self).prune(before, limit).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        (**self).get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        (**self).list(query).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        (**self).backlog().await
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
    /// The job that stands for what was asked, new or not.
    #[must_use]
    pub const fn id(&self) -> JobId {
        match self {
            Self::Created(id) | Self::Duplicate { id, .. } | Self::Conflict { id, .. } => *id,
        }
    }
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

//! What a handler knows about its attempt, and what it can do for its job.

use std::{fmt, sync::Arc};

use tokio::time::Instant;

use super::{hold::Hold, link::Link};
use crate::{
    Applied, Enqueued, Event, Fence, JobId, Jobs, Level, Logged, NewJob, Progress, StoreError,
};

/// The attempt that a handler is in. Cheap to clone.
///
/// ```
/// use jobstore::{Job, Level, NewJob, Progress, worker::{Context, Failed}};
///
/// async fn import(job: Job, context: Context) -> Result<Option<serde_json::Value>, Failed> {
///     let lines = job.payload.as_bytes().split(|&byte| byte == b'\n');
///     let total = lines.clone().count() as u64;
///     for (line, done) in lines.zip(1..) {
///         let new = NewJob::new("rows", "row.import").payload(line.to_vec());
///         // A key of its own, since this attempt may be the second one to come this far.
///         let new = new.dedupe(format!("{}:{done}", job.id), std::time::Duration::from_secs(86_400));
///         let _ = context.enqueue(new).await?;
///         context.progress(Progress::of(done, total)).await?;
///     }
///     context.log(Level::Info, format!("{total} lines")).await?;
///     Ok(None)
/// }
/// ```
#[derive(Clone)]
pub struct Context {
    attempt: u32,
    hold: Arc<Hold>,
    link: Arc<Link>,
}

impl Context {
    pub(super) const fn new(attempt: u32, hold: Arc<Hold>, link: Arc<Link>) -> Self {
        Self {
            attempt,
            hold,
            link,
        }
    }

    /// The job.
    #[must_use]
    pub fn job(&self) -> JobId {
        self.hold.job
    }

    /// Which attempt this is, counted from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The fence of this attempt: higher than that of any attempt before it. A downstream store that
    /// keeps the highest it has seen, and refuses lower ones, cannot be written to by a worker that was
    /// presumed dead.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.hold.fence
    }

    /// Tells how far the job is. Each call writes to the store: tell it by the page, not by the row. While
    /// the store is away it waits for it, at most until the lease is over; that time counts for the attempt's
    /// timeout.
    ///
    /// # Errors
    ///
    /// The lease is lost. Unless the handler ends by itself, it is stopped now.
    pub async fn progress(&self, progress: Progress) -> Result<(), LeaseLost> {
        let fence = self.hold.fence;
        self.write(Event::Progress { fence, progress }).await
    }

    /// Writes a line into the job's log, where people read it: leave secrets out. While the store is away it
    /// waits for it, at most until the lease is over; a line is written twice if only its answer got lost.
    ///
    /// # Errors
    ///
    /// As [`progress`](Self::progress).
    pub async fn log(&self, level: Level, text: impl Into<String>) -> Result<(), LeaseLost> {
        let (fence, text) = (self.hold.fence, text.into());
        let line = Logged { level, text };
        self.write(Event::Log { fence, line }).await
    }

    /// Takes in a job that is a child of this one, unless this worker knows that it has lost the job: because
    /// the store said so, or because the lease has run out by the worker's own clock.
    ///
    /// Give the child a dedupe key, for it may be asked for twice. An attempt that was cut short is made again
    /// and does so again; and the store does not hold a child against the fence of its parent, so what is under
    /// way when the lease ends is still taken in. That a job was cancelled or deleted the worker learns from its
    /// next write, at the latest after a third of the lease.
    ///
    /// # Errors
    ///
    /// The lease is lost, or the store failed: see [`Store::enqueue`](crate::Store::enqueue).
    pub async fn enqueue(&self, job: NewJob) -> Result<Enqueued, NotEnqueued> {
        if self.hold.is_over() {
            return Err(NotEnqueued::LeaseLost(LeaseLost));
        }
        let child = job.parent(self.hold.job);
        let enqueued = self.link.jobs.enqueue(child).await;
        enqueued.map_err(NotEnqueued::Store)
    }

    /// The store that the job is from.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.link.jobs
    }

    /// Resolves once this attempt may no longer act for the job: its lease was lost, its time was up,
    /// the job was given back by a worker that stops, or the handler has returned.
    ///
    /// The handler's own future is dropped at that moment. This is for what goes on without it: tasks
    /// that it spawned, and, through [`is_lease_lost`](Self::is_lease_lost), blocking threads.
    pub async fn lease_lost(&self) {
        self.hold.over.wait().await;
    }

    /// Whether [`lease_lost`](Self::lease_lost) has resolved.
    #[must_use]
    pub fn is_lease_lost(&self) -> bool {
        self.hold.over.is_raised()
    }

    async fn write(&self, event: Event) -> Result<(), LeaseLost> {
        if self.hold.is_over() {
            return Err(LeaseLost);
        }
        let asked = Instant::now();
        match self.hold.write(&self.link, event).await {
            Some(Applied::Now(_)) => Ok(()),
            Some(refused) => {
                self.hold.answered(asked, refused);
                Err(LeaseLost)
            }
            None => Err(LeaseLost),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("job", &self.job())
            .field("attempt", &self.attempt)
            .field("fence", &self.fence())
            .finish_non_exhaustive()
    }
}

/// What was to be written for a job was not: the job has moved on, and this attempt must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lease is lost: the job has moved on")]
pub struct LeaseLost;

/// Why a child was not taken in.
#[derive(Debug, thiserror::Error)]
#[error("the child is not enqueued")]
pub enum NotEnqueued {
    /// This attempt may no longer act for the job; the store was not asked.
    LeaseLost(#[source] LeaseLost),
    /// The store failed, and has taken it in or not.
    Store(#[source] StoreError),
}

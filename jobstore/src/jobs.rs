//! What a host calls.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use crate::{
    Answer, Applied, AuditPage, AuditQuery, Backlog, By, Category, Claim, Claimed, Enqueued, Event,
    Job, JobId, Level, LogPage, Logged, NewJob, Page, Progress, Query, QueueState, Replay,
    Replayed, Retry, Store, StoreError, Tally, WorkerId,
};

/// A handle to a store: the verbs of a job's life by name. Cheap to clone.
///
/// Errors of all its methods are those of [`Store`].
#[derive(Clone, Debug)]
pub struct Jobs {
    store: Arc<dyn Store>,
}

impl Jobs {
    /// A handle to `store`.
    #[must_use]
    pub fn new(store: impl Store + 'static) -> Self {
        Self {
            store: Arc::new(store),
        }
    }

    /// The store itself.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Takes in a job, or recognises it as a repetition. [`Enqueued::accepted`] is the job that does what was
    /// asked for, if one does.
    ///
    /// # Errors
    ///
    /// See [`Store::enqueue`].
    pub async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.store.enqueue(job).await
    }

    /// Takes in all of these jobs, or none.
    ///
    /// # Errors
    ///
    /// See [`Store::enqueue_all`].
    pub async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        self.store.enqueue_all(jobs).await
    }

    /// Leases up to `limit` due jobs of `queue` to `worker`.
    ///
    /// # Errors
    ///
    /// See [`Store::claim`].
    pub async fn claim(
        &self,
        queue: &str,
        worker: &WorkerId,
        lease: Duration,
        limit: usize,
    ) -> Result<Claimed, StoreError> {
        let claim = Claim {
            queue: queue.into(),
            worker: worker.clone(),
            lease,
            limit,
        };
        self.store.claim(&claim).await
    }

    /// Keeps a claimed job for another `lease` from now.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn heartbeat(&self, job: &Job, lease: Duration) -> Result<Applied, StoreError> {
        let fence = job.fence;
        self.store
            .apply(job.id, Event::Heartbeat { fence, lease })
            .await
    }

    /// Tells how far a claimed job is.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn progress(&self, job: &Job, progress: Progress) -> Result<Applied, StoreError> {
        let fence = job.fence;
        self.store
            .apply(job.id, Event::Progress { fence, progress })
            .await
    }

    /// Writes a line into the log of a claimed job.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn write_log(
        &self,
        job: &Job,
        level: Level,
        text: impl Into<String>,
    ) -> Result<Applied, StoreError> {
        let (fence, text) = (job.fence, text.into());
        let line = Logged { level, text };
        self.store.apply(job.id, Event::Log { fence, line }).await
    }

    /// Ends a claimed job as done.
    ///
    /// # Errors
    ///
    /// [`StoreError::Invalid`] if `result` is outside of the limits of an [`Answer`]; see also
    /// [`Store::apply`].
    pub async fn complete(&self, job: &Job, result: Option<Value>) -> Result<Applied, StoreError> {
        let fence = job.fence;
        let result = result.map(Answer::new).transpose()?;
        self.store
            .apply(job.id, Event::Complete { fence, result })
            .await
    }

    /// Reports that an attempt failed.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn fail(
        &self,
        job: &Job,
        category: Category,
        message: impl Into<String>,
        retry: Retry,
    ) -> Result<Applied, StoreError> {
        let event = Event::Fail {
            fence: job.fence,
            category,
            message: message.into(),
            retry,
        };
        self.store.apply(job.id, event).await
    }

    /// Gives a claimed job back unharmed; the attempt does not count.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn release(&self, job: &Job) -> Result<Applied, StoreError> {
        let fence = job.fence;
        self.store.apply(job.id, Event::Release { fence }).await
    }

    /// Gives a claimed job back unharmed, not to be claimed again before `delay` is over; the attempt does
    /// not count.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn postpone(&self, job: &Job, delay: Duration) -> Result<Applied, StoreError> {
        let fence = job.fence;
        self.store
            .apply(job.id, Event::Postpone { fence, delay })
            .await
    }

    /// Calls a job off. A worker that runs it finds its lease lost.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn cancel(&self, id: JobId, by: By) -> Result<Applied, StoreError> {
        self.store.apply(id, Event::Cancel { by }).await
    }

    /// Runs a job now that waits for its time, or that is dead or cancelled.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn revive(&self, id: JobId, by: By) -> Result<Applied, StoreError> {
        self.store.apply(id, Event::Revive { by }).await
    }

    /// Makes a new job of one that has ended.
    ///
    /// # Errors
    ///
    /// See [`Store::replay`].
    pub async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        self.store.replay(id, replay).await
    }

    /// Deletes a job, whatever its status. Says whether there was one.
    ///
    /// # Errors
    ///
    /// See [`Store::delete`].
    pub async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        self.store.delete(id, by).await
    }

    /// Deletes every job that carries data of `subject`, and returns how many.
    ///
    /// # Errors
    ///
    /// See [`Store::erase`]; some of them may be deleted then.
    pub async fn erase(&self, subject: &str, by: &By) -> Result<usize, StoreError> {
        let mut erased = 0;
        loop {
            let batch = self.store.erase(subject, by, Self::BATCH).await?;
            erased += batch;
            if batch < Self::BATCH {
                return Ok(erased);
            }
        }
    }

    /// Stops a queue from being claimed from, by all workers, until it is resumed.
    ///
    /// # Errors
    ///
    /// See [`Store::pause`].
    pub async fn pause(&self, queue: &str, by: &By) -> Result<(), StoreError> {
        self.store.pause(queue, Some(by)).await
    }

    /// Takes a pause back.
    ///
    /// # Errors
    ///
    /// See [`Store::pause`].
    pub async fn resume(&self, queue: &str) -> Result<(), StoreError> {
        self.store.pause(queue, None).await
    }

    /// The job of this id.
    ///
    /// # Errors
    ///
    /// See [`Store::get`].
    pub async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.store.get(id).await
    }

    /// One page of jobs, newest first.
    ///
    /// # Errors
    ///
    /// See [`Store::list`].
    pub async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.store.list(query).await
    }

    /// The lines of a job's log that follow line `after`.
    ///
    /// # Errors
    ///
    /// See [`Store::log`].
    pub async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        self.store.log(id, after, limit).await
    }

    /// One page of the audit trail, newest first.
    ///
    /// # Errors
    ///
    /// See [`Store::audit`].
    pub async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.store.audit(query).await
    }

    /// Every queue, by name.
    ///
    /// # Errors
    ///
    /// See [`Store::queues`].
    pub async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        self.store.queues().await
    }

    /// How much work is owed, in all queues.
    ///
    /// # Errors
    ///
    /// See [`Store::queues`].
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        Ok(Backlog::of(&self.store.queues().await?))
    }

    /// How many jobs of a batch there are in each status.
    ///
    /// # Errors
    ///
    /// See [`Store::batch`].
    pub async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        self.store.batch(batch).await
    }

    /// How many jobs one step of a longer work touches.
    const BATCH: usize = 500;
}

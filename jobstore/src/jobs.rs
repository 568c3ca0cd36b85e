//! What a host calls.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use crate::{
    Applied, Backlog, Category, Claim, Claimed, Enqueued, Event, Job, JobId, NewJob, Page, Query,
    Retry, Store, StoreError, WorkerId,
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

    /// Takes in a job, or recognises it as a repetition.
    ///
    /// # Errors
    ///
    /// See [`Store::enqueue`].
    pub async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.store.enqueue(job).await
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

    /// Ends a claimed job as done.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`].
    pub async fn complete(&self, job: &Job, result: Option<Value>) -> Result<Applied, StoreError> {
        let fence = job.fence;
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
    pub async fn cancel(&self, id: JobId) -> Result<Applied, StoreError> {
        self.store.apply(id, Event::Cancel).await
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

    /// How much work is owed, in all queues.
    ///
    /// # Errors
    ///
    /// See [`Store::backlog`].
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.store.backlog().await
    }
}

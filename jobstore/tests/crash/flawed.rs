//! Stores that are wrong, and must be caught.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use event_listener::EventListener;
use jobstore::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Durability, Enqueued, Event, Fence,
    Finding, Job, JobId, LogPage, NewJob, Page, Pruned, Query, QueueState, Replay, Replayed,
    Retention, Status, Store, StoreError, Tally, Timestamp,
};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It acknowledges a completion, and writes it a little later.
    Hasty,
    /// It lets whoever held a job once end it for who holds it now.
    Unfenced,
}

impl Flaw {
    /// How long after the acknowledgement it writes: a process is killed in between sooner or later.
    const LATER: Duration = Duration::from_millis(20);

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hasty => "hasty",
            Self::Unfenced => "unfenced",
        }
    }

    pub(crate) fn called(name: &str) -> Option<Self> {
        [Self::Hasty, Self::Unfenced]
            .into_iter()
            .find(|flaw| flaw.name() == name)
    }
}

/// A good store behind a flaw.
#[derive(Debug)]
pub(crate) struct Flawed {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) flaw: Flaw,
}

impl Flawed {
    fn complete_later(&self, id: JobId, event: Event) -> Applied {
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            tokio::time::sleep(Flaw::LATER).await;
            // Nobody waits for this answer: that is the flaw.
            let _ = store.apply(id, event).await;
        });
        Applied::Now(Status::Done)
    }
}

/// The event as whoever holds the fence would send it.
fn as_holder(event: Event, fence: Fence) -> Event {
    match event {
        Event::Complete { result, .. } => Event::Complete { fence, result },
        Event::Release { .. } => Event::Release { fence },
        Event::Fail {
            category,
            message,
            retry,
            ..
        } => Event::Fail {
            fence,
            category,
            message,
            retry,
        },
        other => other,
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Flawed {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.store.enqueue(job).await
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        self.store.enqueue_all(jobs).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        self.store.claim(claim).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        match (self.flaw, &event) {
            (Flaw::Hasty, Event::Complete { .. }) => Ok(self.complete_later(id, event)),
            (Flaw::Hasty, _) => self.store.apply(id, event).await,
            (Flaw::Unfenced, _) => match self.store.get(id).await? {
                Some(job) => self.store.apply(id, as_holder(event, job.fence)).await,
                None => Ok(Applied::Unknown),
            },
        }
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        self.store.apply_all(events).await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        self.store.reap(limit).await
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        self.store.replay(id, replay).await
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        self.store.delete(id, by).await
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        self.store.erase(subject, by, limit).await
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        self.store.prune(retention, limit).await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        self.store.pause(queue, by).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.store.get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.store.list(query).await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        self.store.log(id, after, limit).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.store.audit(query).await
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        self.store.queues().await
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        self.store.batch(batch).await
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        self.store.examine(mend).await
    }

    fn durability(&self) -> Durability {
        self.store.durability()
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }

    fn listen(&self) -> EventListener {
        self.store.listen()
    }

    fn now(&self) -> Timestamp {
        self.store.now()
    }
}

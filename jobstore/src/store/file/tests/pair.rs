//! Two stores on one file, as two processes have them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use event_listener::EventListener;
use tempfile::TempDir;

use super::{File, fresh};
use crate::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Durability, Enqueued, Event, Finding, Job,
    JobId, LogPage, ManualClock, NewJob, Page, Pruned, Query, QueueState, Replay, Replayed,
    Retention, Store, StoreError, Tally, Timestamp,
};

/// Verbs go to one and the other in turn.
#[derive(Debug)]
struct Pair {
    files: [File; 2],
    turn: AtomicUsize,
}

impl Pair {
    async fn fresh(clock: Arc<ManualClock>) -> (Self, TempDir) {
        let (file, dir) = fresh(Arc::clone(&clock)).await;
        let other = File::with_clock(&file.inner.path, clock).unwrap();
        let pair = Self {
            files: [file, other],
            turn: AtomicUsize::new(0),
        };
        (pair, dir)
    }

    fn next(&self) -> &File {
        &self.files[self.turn.fetch_add(1, Ordering::Relaxed) % 2]
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Pair {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.next().enqueue(job).await
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        self.next().enqueue_all(jobs).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        self.next().claim(claim).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        self.next().apply(id, event).await
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        self.next().apply_all(events).await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        self.next().reap(limit).await
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        self.next().replay(id, replay).await
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        self.next().delete(id, by).await
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        self.next().erase(subject, by, limit).await
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        self.next().prune(retention, limit).await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        self.next().pause(queue, by).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.next().get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.next().list(query).await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        self.next().log(id, after, limit).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.next().audit(query).await
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        self.next().queues().await
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        self.next().batch(batch).await
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        self.next().examine(mend).await
    }

    fn durability(&self) -> Durability {
        self.next().durability()
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.next().check().await
    }

    /// Nobody hears the other process, so this promises nothing and fires at once.
    fn listen(&self) -> EventListener {
        let always = event_listener::Event::new();
        let listener = always.listen();
        always.notify(1);
        listener
    }

    fn now(&self) -> Timestamp {
        self.next().now()
    }
}

// Every law again, with the order of ids and times kept between two writers.
crate::conformance!(Pair::fresh);

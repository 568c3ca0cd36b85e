//! What a law works with.

use std::{sync::Arc, time::Duration};

use crate::{
    Applied, AuditEntry, AuditQuery, Claim, Claimed, Clock, Enqueued, Event, Job, JobId, Jobs,
    Keep, LogLine, LogPage, ManualClock, NewJob, Page, Pruned, Query, QueueState, Retention, Store,
    Timestamp, WorkerId,
};

/// The queue that laws use when one is enough.
pub(super) const QUEUE: &str = "queue";
/// The lease that claims of [`World`] ask for.
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// The smallest step of time.
pub(super) const TICK: Duration = Duration::from_micros(1);

/// A fresh store in virtual time. A verb that fails ends the law.
#[derive(Clone, Debug)]
pub struct World {
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
}

impl World {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<ManualClock>) -> Self {
        Self { store, clock }
    }

    pub(super) fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub(super) fn jobs(&self) -> Jobs {
        Jobs::new(Arc::clone(&self.store))
    }

    /// The time of the clock, which is that of the store.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(super) async fn offer(&self, job: NewJob) -> Enqueued {
        self.store.enqueue(job).await.expect("enqueue answers")
    }

    /// Enqueues what must be a new job.
    pub(super) async fn enqueue(&self, job: NewJob) -> JobId {
        match self.offer(job).await {
            Enqueued::Created(id) => id,
            repeated => panic!("a new job was taken for a repetition: {repeated:?}"),
        }
    }

    pub(super) async fn claim_from(&self, queue: &str, limit: usize) -> Claimed {
        let claim = Claim {
            queue: queue.into(),
            worker: WorkerId::new("worker"),
            lease: LEASE,
            limit,
        };
        self.store.claim(&claim).await.expect("claim answers")
    }

    pub(super) async fn claim(&self, limit: usize) -> Vec<Job> {
        self.claim_from(QUEUE, limit).await.jobs
    }

    /// Claims the job that must be due.
    pub(super) async fn claim_one(&self) -> Job {
        let job = self.claim(1).await.pop();
        job.expect("a job is due and was not claimed")
    }

    pub(super) async fn apply(&self, id: JobId, event: Event) -> Applied {
        self.store.apply(id, event).await.expect("apply answers")
    }

    pub(super) async fn reap(&self, limit: usize) -> Vec<JobId> {
        self.store.reap(limit).await.expect("reap answers")
    }

    /// Deletes what ended before `before`, which is not in the future.
    pub(super) async fn prune(&self, before: Timestamp, limit: usize) -> usize {
        let age = self.now().since(before);
        let retention = Retention::all(Keep::for_ever().age(age));
        self.let_go(&retention, limit).await.jobs
    }

    pub(super) async fn let_go(&self, retention: &Retention, limit: usize) -> Pruned {
        let pruned = self.store.prune(retention, limit).await;
        pruned.expect("prune answers")
    }

    pub(super) async fn find(&self, id: JobId) -> Option<Job> {
        self.store.get(id).await.expect("get answers")
    }

    /// The job that must be there.
    pub(super) async fn get(&self, id: JobId) -> Job {
        let job = self.find(id).await;
        job.unwrap_or_else(|| panic!("job {id} is gone"))
    }

    pub(super) async fn list(&self, query: &Query) -> Page {
        self.store.list(query).await.expect("list answers")
    }

    pub(super) async fn queues(&self) -> Vec<QueueState> {
        self.store.queues().await.expect("queues answers")
    }

    /// The whole audit trail, oldest first.
    pub(super) async fn trail(&self) -> Vec<AuditEntry> {
        let mut trail = Vec::new();
        let mut query = AuditQuery::default().limit(AuditQuery::MAX_LIMIT);
        loop {
            let page = self.store.audit(&query).await.expect("audit answers");
            trail.extend(page.entries);
            let Some(next) = page.next else {
                trail.reverse();
                return trail;
            };
            query = query.before(next);
        }
    }

    /// The whole log of a job.
    pub(super) async fn log(&self, id: JobId) -> Vec<LogLine> {
        let mut lines = Vec::new();
        let mut after = 0;
        loop {
            let page = self.store.log(id, after, LogPage::MAX_LIMIT).await;
            let page = page.expect("log answers");
            lines.extend(page.lines);
            let Some(next) = page.next else {
                return lines;
            };
            after = next;
        }
    }
}

/// An ordinary job.
pub(super) fn job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

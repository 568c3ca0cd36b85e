use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use event_listener::EventListener;
use jobstore::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Durability, Enqueued, Event, Fence,
    Finding, Job, JobId, LogPage, NewJob, Page, Pruned, Query, QueueState, Replay, Replayed,
    Retention, Store, StoreError, Tally, Timestamp,
    conformance::history::{Answer, History, Line, Step, Violation},
};

use crate::support::Faulty;

/// A store that writes down what it is asked and what it answers, as those who ask see it: an answer that
/// gets lost, or comes when nobody waits any more, is none.
#[derive(Debug)]
pub(super) struct Recorded {
    store: Arc<Faulty>,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    history: History,
    asked: u64,
}

impl Recorded {
    pub(super) fn new(store: Arc<Faulty>) -> Self {
        Self {
            store,
            book: Mutex::default(),
        }
    }

    /// Enqueues a job under a key which stands for it for ever.
    pub(super) async fn offer(&self, key: &str, job: NewJob) -> JobId {
        let number = self.began(Step::Enqueue(key.to_owned()));
        let keyed = job.dedupe(key, Duration::MAX);
        let id = self.store.enqueue(keyed).await.unwrap().first();
        self.ended(number, Answer::Enqueued(id));
        id
    }

    /// Holds what was written down against the laws; `left` are all jobs there are.
    pub(super) fn check(&self, left: &[Job]) -> Result<(), Violation> {
        self.book().history.check(left)
    }

    fn began(&self, step: Step) -> u64 {
        let mut book = self.book();
        book.asked += 1;
        let number = book.asked;
        book.history.push(Line::Began(number, step));
        number
    }

    fn ended(&self, number: u64, answer: Answer) {
        self.book().history.push(Line::Ended(number, answer));
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }
}

/// What the checker is told of an event; nothing of what neither a worker writes nor ends a job.
fn step(job: JobId, event: &Event) -> Option<Step> {
    match event {
        Event::Cancel { .. } => Some(Step::Cancel(job)),
        event => Some(Step::Write(job, fence(event)?)),
    }
}

const fn fence(event: &Event) -> Option<Fence> {
    match event {
        Event::Heartbeat { fence, .. }
        | Event::Progress { fence, .. }
        | Event::Log { fence, .. }
        | Event::Complete { fence, .. }
        | Event::Fail { fence, .. }
        | Event::Release { fence }
        | Event::Postpone { fence, .. } => Some(*fence),
        _ => None,
    }
}

const fn answer(applied: Applied) -> Answer {
    match applied {
        Applied::Now(status) => Answer::Wrote(status),
        Applied::Refused(_) | Applied::Unknown => Answer::Refused,
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Recorded {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.store.enqueue(job).await
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        self.store.enqueue_all(jobs).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let number = self.began(Step::Claim);
        let claimed = self.store.claim(claim).await?;
        let held = claimed.jobs.iter().map(|job| (job.id, job.fence)).collect();
        self.ended(number, Answer::Claimed(held));
        Ok(claimed)
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        let number = step(id, &event).map(|step| self.began(step));
        let applied = self.store.apply(id, event).await?;
        if let Some(number) = number {
            self.ended(number, answer(applied));
        }
        Ok(applied)
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        let steps = events.iter().map(|(id, event)| step(*id, event));
        let numbers: Vec<_> = steps
            .map(|step| step.map(|step| self.began(step)))
            .collect();
        let applied = self.store.apply_all(events).await?;
        for (number, applied) in numbers.into_iter().zip(&applied) {
            if let Some(number) = number {
                self.ended(number, answer(*applied));
            }
        }
        Ok(applied)
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

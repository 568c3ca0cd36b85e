//! A store made from outside of the crate, as plainly as can be: what it takes to write one, and proof that
//! the public API is enough. It keeps its jobs in a list and passes every law.

#![cfg(feature = "conformance")]

use std::sync::Mutex;

use async_trait::async_trait;
use event_listener::EventListener;
use jobstore::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Clock, Durability, Enqueued, Event,
    Finding, Job, JobId, LogPage, NewJob, Page, Pruned, Query, QueueState, Replay, Replayed,
    Retention, Store, StoreError, Tally, Timestamp,
};

use self::state::State;

mod look;
mod state;

jobstore::conformance!(|clock| async move { OwnStore::new(clock) });

/// The lock makes each verb one atomic step; a database would use a transaction.
#[derive(Debug)]
struct OwnStore {
    state: Mutex<State>,
    changed: event_listener::Event,
    clock: Box<dyn Clock>,
}

impl OwnStore {
    fn new(clock: impl Clock + 'static) -> Self {
        Self {
            state: Mutex::default(),
            changed: event_listener::Event::new(),
            clock: Box::new(clock),
        }
    }

    /// The time is read within the step, so that steps happen in the order of their times.
    fn look<T>(&self, step: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock().expect("no step panics");
        step(&mut state, self.clock.now())
    }

    /// A step after which some job may be claimable. Who listens is told after it is kept, because they
    /// look at once.
    fn change<T>(&self, step: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let answer = self.look(step);
        self.changed.notify(usize::MAX);
        answer
    }
}

#[async_trait]
impl Store for OwnStore {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        job.validate()?;
        Ok(self.change(|state, now| state.enqueue(job, now)))
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        jobs.iter().try_for_each(NewJob::validate)?;
        let all = |state: &mut State, now| {
            let each = jobs.into_iter();
            each.map(|job| state.enqueue(job, now)).collect()
        };
        Ok(self.change(all))
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        Ok(self.look(|state, now| state.claim(claim, now)))
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        Ok(self.change(|state, now| state.apply(id, event, now)))
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        let all = |state: &mut State, now| {
            let each = events.into_iter();
            each.map(|(id, event)| state.apply(id, event, now))
                .collect()
        };
        Ok(self.change(all))
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        Ok(self.change(|state, now| state.reap(limit, now)))
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        Ok(self.change(|state, now| state.replay(id, replay, now)))
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        let it = |job: &Job| job.id == id;
        Ok(self.look(|state, now| state.delete(it, by, 1, now)) == 1)
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        let its = |job: &Job| job.subject.as_deref() == Some(subject);
        Ok(self.look(|state, now| state.delete(its, by, limit, now)))
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        Ok(self.look(|state, now| state.prune(retention, limit, now)))
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        self.change(|state, now| state.pause(queue, by, now));
        Ok(())
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        Ok(self.look(|state, _| state.find(id).cloned()))
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        Ok(self.look(|state, _| state.list(query)))
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        Ok(self.look(|state, _| state.log(id, after, limit)))
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        Ok(self.look(|state, _| state.audit(query)))
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        Ok(self.look(|state, now| state.queues(now)))
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        Ok(self.look(|state, _| state.tally(|job| job.batch.as_deref() == Some(batch))))
    }

    async fn examine(&self, _mend: bool) -> Result<Vec<Finding>, StoreError> {
        // A list has no index to disagree with.
        Ok(Vec::new())
    }

    fn durability(&self) -> Durability {
        Durability::Process
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn listen(&self) -> EventListener {
        self.changed.listen()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

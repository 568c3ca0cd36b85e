use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use event_listener::EventListener;
use jobstore::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Clock, Durability, Enqueued, Event,
    Finding, Job, JobId, LogPage, Memory, NewJob, Page, Pruned, Query, QueueState, Replay,
    Replayed, Retention, Store, StoreError, Tally, Timestamp,
};
use tokio::time::sleep;

/// A store in memory that fails on command, and counts what it is asked.
#[derive(Debug)]
pub(crate) struct Faulty {
    memory: Memory,
    faults: Mutex<HashMap<Verb, Fault>>,
    asked: Mutex<HashMap<Verb, usize>>,
    poison: Mutex<Option<JobId>>,
    deaf: AtomicBool,
    silence: event_listener::Event,
    /// Rings whenever a worker has done something, for tests that wait for it.
    pub(super) changed: event_listener::Event,
}

/// What a worker, a scheduler or a doctor asks of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    Claim,
    Heartbeat,
    Settle,
    Reap,
    Prune,
    EnqueueAll,
    Examine,
    Check,
}

impl Verb {
    pub(crate) const ALL: [Self; 8] = [
        Self::Claim,
        Self::Heartbeat,
        Self::Settle,
        Self::Reap,
        Self::Prune,
        Self::EnqueueAll,
        Self::Examine,
        Self::Check,
    ];

    fn of(events: &[(JobId, Event)]) -> Self {
        match events {
            [(_, Event::Heartbeat { .. }), ..] => Self::Heartbeat,
            _ => Self::Settle,
        }
    }
}

/// How a verb goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing happens, and it says so.
    Fails,
    /// It happens, and the store says that it did not.
    Lies,
    /// It never answers.
    Hangs,
    /// It never answers this once.
    HangsOnce,
    /// It takes its time.
    Slow(Duration),
}

impl Faulty {
    pub(crate) fn new(clock: impl Clock + 'static) -> Self {
        Self {
            memory: Memory::with_clock(clock),
            faults: Mutex::default(),
            asked: Mutex::default(),
            poison: Mutex::default(),
            deaf: AtomicBool::new(false),
            silence: event_listener::Event::new(),
            changed: event_listener::Event::new(),
        }
    }

    pub(crate) fn break_verb(&self, verb: Verb, fault: Fault) {
        self.faults.lock().unwrap().insert(verb, fault);
    }

    pub(crate) fn break_down(&self, fault: Fault) {
        for verb in Verb::ALL {
            self.break_verb(verb, fault);
        }
    }

    pub(crate) fn mend(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// From now on it takes nothing that is written for this job, nor what comes with it.
    pub(crate) fn choke_on(&self, job: JobId) {
        *self.poison.lock().unwrap() = Some(job);
    }

    fn chokes_on(&self, events: &[(JobId, Event)]) -> bool {
        let poison = *self.poison.lock().unwrap();
        events.iter().any(|&(job, _)| Some(job) == poison)
    }

    /// From now on nobody hears what changes, as if another process changed it.
    pub(crate) fn deafen(&self) {
        self.deaf.store(true, Ordering::Relaxed);
    }

    /// How often it was asked for this verb.
    pub(crate) fn asked(&self, verb: Verb) -> usize {
        self.asked.lock().unwrap().get(&verb).copied().unwrap_or(0)
    }

    async fn go<T>(
        &self,
        verb: Verb,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        *self.asked.lock().unwrap().entry(verb).or_default() += 1;
        let fault = self.faults.lock().unwrap().get(&verb).copied();
        match fault {
            Some(Fault::Fails) => return Err(StoreError::Unavailable("unplugged".into())),
            Some(Fault::Hangs) => return std::future::pending().await,
            Some(Fault::HangsOnce) => {
                self.faults.lock().unwrap().remove(&verb);
                return std::future::pending().await;
            }
            Some(Fault::Slow(delay)) => sleep(delay).await,
            Some(Fault::Lies) | None => {}
        }
        let answer = step.await?;
        self.changed.notify(usize::MAX);
        if fault == Some(Fault::Lies) {
            return Err(StoreError::Unavailable("the answer got lost".into()));
        }
        Ok(answer)
    }
}

/// Only what workers, schedulers and doctors ask can go wrong; what people do always works.
#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Faulty {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.memory.enqueue(job).await
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        self.go(Verb::EnqueueAll, self.memory.enqueue_all(jobs))
            .await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        self.go(Verb::Claim, self.memory.claim(claim)).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        self.memory.apply(id, event).await
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        let verb = Verb::of(&events);
        if verb == Verb::Settle && self.chokes_on(&events) {
            return Err(StoreError::Unavailable("that is too much".into()));
        }
        self.go(verb, self.memory.apply_all(events)).await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        self.go(Verb::Reap, self.memory.reap(limit)).await
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        self.memory.replay(id, replay).await
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        self.memory.delete(id, by).await
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        self.memory.erase(subject, by, limit).await
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        self.go(Verb::Prune, self.memory.prune(retention, limit))
            .await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        self.memory.pause(queue, by).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.memory.get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.memory.list(query).await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        self.memory.log(id, after, limit).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        self.memory.audit(query).await
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        self.memory.queues().await
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        self.memory.batch(batch).await
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        self.go(Verb::Examine, self.memory.examine(mend)).await
    }

    fn durability(&self) -> Durability {
        self.memory.durability()
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.go(Verb::Check, self.memory.check()).await
    }

    fn listen(&self) -> EventListener {
        if self.deaf.load(Ordering::Relaxed) {
            return self.silence.listen();
        }
        self.memory.listen()
    }

    fn now(&self) -> Timestamp {
        self.memory.now()
    }
}

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
    Applied, Backlog, Claim, Claimed, Clock, Enqueued, Event, Job, JobId, Memory, NewJob, Page,
    Query, Store, StoreError, Timestamp,
};
use tokio::time::sleep;

/// A store in memory that fails on command, and counts what it is asked.
#[derive(Debug)]
pub(crate) struct Faulty {
    memory: Memory,
    faults: Mutex<HashMap<Verb, Fault>>,
    asked: Mutex<HashMap<Verb, usize>>,
    deaf: AtomicBool,
    silence: event_listener::Event,
    /// Rings whenever a worker has done something, for tests that wait for it.
    pub(super) changed: event_listener::Event,
}

/// What a worker asks of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    Claim,
    Heartbeat,
    Settle,
    Reap,
    Prune,
}

impl Verb {
    pub(crate) const ALL: [Self; 5] = [
        Self::Claim,
        Self::Heartbeat,
        Self::Settle,
        Self::Reap,
        Self::Prune,
    ];

    fn of(event: &Event) -> Self {
        match event {
            Event::Heartbeat { .. } => Self::Heartbeat,
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
    /// It takes its time.
    Slow(Duration),
}

impl Faulty {
    pub(crate) fn new(clock: impl Clock + 'static) -> Self {
        Self {
            memory: Memory::with_clock(clock),
            faults: Mutex::default(),
            asked: Mutex::default(),
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

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Faulty {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.memory.enqueue(job).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        self.go(Verb::Claim, self.memory.claim(claim)).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        // Only workers heartbeat and settle; what people do always works.
        match event {
            Event::Cancel => self.memory.apply(id, event).await,
            event => {
                self.go(Verb::of(&event), self.memory.apply(id, event))
                    .await
            }
        }
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        self.go(Verb::Reap, self.memory.reap(limit)).await
    }

    async fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.go(Verb::Prune, self.memory.prune(before, limit)).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.memory.get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.memory.list(query).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.memory.backlog().await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.memory.check().await
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

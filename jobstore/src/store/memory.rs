//! Jobs in memory: for tests, for trying things out, and for work that may be lost with the process.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use event_listener::EventListener;
use parking_lot::Mutex;

use self::{keys::Lookup, state::State};
use crate::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Clock, Durability, Enqueued, Event,
    Finding, Job, JobId, LogPage, NewJob, Page, Pruned, Query, QueueState, Replay, Replayed,
    Retention, Store, StoreError, SystemClock, Tally, Timestamp,
};

mod attention;
mod examine;
mod footprint;
mod index;
mod keys;
mod queues;
mod retire;
mod state;
mod trail;

/// A store in memory. Cheap to clone; clones share the jobs.
///
/// **What an `Ok` survives:** nothing; when the process ends, so do its jobs.
///
/// Memory is bounded: beyond its capacity the store forgets jobs that have ended, the longest ended
/// first and dead ones last, and when there are none left it refuses new jobs with
/// [`StoreError::Full`].
///
/// ```
/// use jobstore::{Jobs, Memory, NewJob};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let jobs = Jobs::new(Memory::new());
/// let id = jobs.enqueue(NewJob::new("mail", "mail.welcome")).await?.accepted()?;
/// assert!(jobs.get(id).await?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Memory {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    changed: event_listener::Event,
    clock: Box<dyn Clock>,
}

impl Memory {
    /// What a store may take when nothing else is said, in bytes: 256 MiB.
    pub const DEFAULT_CAPACITY: usize = 256 * 1024 * 1024;

    /// An empty store of the default capacity.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Self::DEFAULT_CAPACITY, SystemClock::default())
    }

    /// An empty store that takes about `capacity` bytes of memory at most.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with(capacity, SystemClock::default())
    }

    /// An empty store of the default capacity that reads the time from `clock`.
    #[must_use]
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self::with(Self::DEFAULT_CAPACITY, clock)
    }

    fn with(capacity: usize, clock: impl Clock + 'static) -> Self {
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(State::new(capacity)),
                changed: event_listener::Event::new(),
                clock: Box::new(clock),
            }),
        }
    }

    /// How many jobs there are, ended ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.state.lock().len()
    }

    /// Whether there are no jobs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About how many bytes the jobs and dedupe keys take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.inner.state.lock().bytes()
    }

    /// Runs one step. The time is read under the lock, so steps happen in the order of their times.
    fn step<T>(&self, step: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.inner.state.lock();
        step(&mut state, self.inner.clock.now())
    }

    fn notify(&self) {
        self.inner.changed.notify(usize::MAX);
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("jobs", &self.len())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

/// What takes long, done before the lock is taken.
fn prepared(mut job: NewJob) -> Result<(NewJob, Option<Lookup>), StoreError> {
    job.validate()?;
    let lookup = Lookup::of(&job);
    job.payload = job.payload.detach();
    Ok((job, lookup))
}

#[async_trait]
impl Store for Memory {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        let (job, lookup) = prepared(job)?;
        let enqueued = self.step(|state, now| state.enqueue(job, lookup, now))?;
        if let Enqueued::Created(_) = enqueued {
            self.notify();
        }
        Ok(enqueued)
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        let jobs: Vec<_> = jobs.into_iter().map(prepared).collect::<Result<_, _>>()?;
        let enqueued = self.step(|state, now| state.enqueue_all(jobs, now))?;
        self.notify();
        Ok(enqueued)
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        Ok(self.step(|state, now| state.claim(claim, now)))
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        let applied = self.step(|state, now| state.apply(id, event, now));
        if let Applied::Now(status) = applied
            && status.is_waiting()
        {
            self.notify();
        }
        Ok(applied)
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        let apply = |state: &mut State, now| {
            let each = events.into_iter();
            each.map(|(id, event)| state.apply(id, event, now))
                .collect()
        };
        let applied: Vec<_> = self.step(apply);
        let waits =
            |applied: &Applied| matches!(applied, Applied::Now(status) if status.is_waiting());
        if applied.iter().any(waits) {
            self.notify();
        }
        Ok(applied)
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        let reaped = self.step(|state, now| state.reap(limit, now));
        if !reaped.is_empty() {
            self.notify();
        }
        Ok(reaped)
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        let replayed = self.step(|state, now| state.replay(id, replay, now))?;
        self.notify();
        Ok(replayed)
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        Ok(self.step(|state, now| state.delete(id, by, now)))
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        Ok(self.step(|state, now| state.erase(subject, by, limit, now)))
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        Ok(self.step(|state, now| state.prune(retention, limit, now)))
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        self.step(|state, now| state.attention.set_pause(queue, by, now));
        self.notify();
        Ok(())
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        Ok(self.step(|state, _| state.get(id)))
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        Ok(self.step(|state, _| state.list(query)))
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        Ok(self.step(|state, _| state.log(id, after, limit)))
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        Ok(self.step(|state, _| state.trail.page(query)))
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        Ok(self.step(|state, now| state.queues(now)))
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        Ok(self.step(|state, _| state.index.batch(batch)))
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        Ok(self.step(|state, _| state.examine(mend)))
    }

    fn durability(&self) -> Durability {
        Durability::Process
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn listen(&self) -> EventListener {
        self.inner.changed.listen()
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }
}

#[cfg(test)]
mod tests;

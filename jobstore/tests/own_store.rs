//! A store made from outside of the crate, as plainly as can be: what it takes to write one, and proof that
//! the public API is enough. It keeps its jobs in a list and passes every law.

#![cfg(feature = "conformance")]

use std::sync::Mutex;

use async_trait::async_trait;
use event_listener::EventListener;
use jobstore::{
    Applied, Backlog, Claim, Claimed, Clock, Enqueued, Event, IdSource, Job, JobDigest, JobId,
    NewJob, Page, Query, Remembered, Repetition, Store, StoreError, Summary, Timestamp,
};

jobstore::conformance!(|clock| async move { OwnStore::new(clock) });

/// The lock makes each verb one atomic step; a database would use a transaction.
#[derive(Debug)]
struct OwnStore {
    state: Mutex<State>,
    changed: event_listener::Event,
    clock: Box<dyn Clock>,
}

#[derive(Debug, Default)]
struct State {
    /// Oldest first.
    jobs: Vec<Job>,
    keys: Vec<Key>,
    ids: IdSource,
}

#[derive(Debug)]
struct Key {
    queue: String,
    key: String,
    remembered: Remembered,
    id: JobId,
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
    fn step<T>(&self, step: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock().expect("no step panics");
        step(&mut state, self.clock.now())
    }

    /// To be called after the step is kept: who hears it looks at once.
    fn ring(&self) {
        self.changed.notify(usize::MAX);
    }
}

#[async_trait]
impl Store for OwnStore {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        job.validate()?;
        let enqueued = self.step(|state, now| state.enqueue(job, now));
        self.ring();
        Ok(enqueued)
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        Ok(self.step(|state, now| state.claim(claim, now)))
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        let applied = self.step(|state, now| state.apply(id, event, now));
        self.ring();
        Ok(applied)
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        let reaped = self.step(|state, now| {
            let expired = |job: &mut Job| job.apply(Event::Expire, now).ok().map(|()| job.id);
            state
                .jobs
                .iter_mut()
                .filter_map(expired)
                .take(limit)
                .collect()
        });
        self.ring();
        Ok(reaped)
    }

    async fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let old = |job: &mut Job| job.ended_at.is_some_and(|ended| ended < before);
        Ok(self.step(|state, _| state.jobs.extract_if(.., old).take(limit).count()))
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        Ok(self.step(|state, _| state.find(id).cloned()))
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        Ok(self.step(|state, _| state.list(query)))
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        Ok(self.step(|state, _| Backlog::of(&state.jobs)))
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

impl State {
    fn enqueue(&mut self, new: NewJob, now: Timestamp) -> Enqueued {
        if let Some(repeated) = self.repetition(&new, now) {
            return repeated;
        }
        // The random bytes keep the ids of several stores apart; this one is alone.
        let id = self.ids.next(now, || [0; 10]);
        if let Some(dedupe) = new.dedupe_by() {
            self.keys.push(Key {
                queue: new.queue().into(),
                key: dedupe.key.clone(),
                remembered: Remembered {
                    digest: JobDigest::of(&new),
                    until: now + dedupe.window,
                },
                id,
            });
        }
        self.jobs.push(Job::new(new, id, now));
        Enqueued::Created(id)
    }

    fn repetition(&mut self, new: &NewJob, now: Timestamp) -> Option<Enqueued> {
        self.keys.retain(|known| known.remembered.until > now);
        let dedupe = new.dedupe_by()?;
        let same = |known: &&Key| known.queue == new.queue() && known.key == dedupe.key;
        let known = self.keys.iter().find(same)?;
        let id = known.id;
        let status = self.find(id).map(|job| job.status);
        match known.remembered.compare(JobDigest::of(new), now) {
            Repetition::No => None,
            Repetition::Same => Some(Enqueued::Duplicate { id, status }),
            Repetition::Different => Some(Enqueued::Conflict { id, status }),
        }
    }

    fn claim(&mut self, claim: &Claim, now: Timestamp) -> Claimed {
        let waits = |job: &&mut Job| job.queue == claim.queue && job.status.is_waiting();
        let mut waiting: Vec<_> = self.jobs.iter_mut().filter(waits).collect();
        waiting.sort_by_key(|job| (job.run_at, job.id));
        let mut claimed = Claimed::default();
        for job in waiting.into_iter().take(claim.limit) {
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            if job.apply(event, now).is_err() {
                claimed.next_due = Some(job.run_at);
                break;
            }
            claimed.jobs.push(job.clone());
        }
        claimed
    }

    /// The core decides; a refused event leaves the job as it was.
    fn apply(&mut self, id: JobId, event: Event, now: Timestamp) -> Applied {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return Applied::Unknown;
        };
        match job.apply(event, now) {
            Ok(()) => Applied::Now(job.status),
            Err(refused) => Applied::Refused(refused),
        }
    }

    fn find(&self, id: JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    fn list(&self, query: &Query) -> Page {
        let limit = query.limit.clamp(1, Query::MAX_LIMIT);
        let wanted = |job: &&Job| {
            query.before.is_none_or(|before| job.id < before)
                && query.status.is_none_or(|status| job.status == status)
                && query.queue.as_ref().is_none_or(|queue| job.queue == *queue)
                && query.kind.as_ref().is_none_or(|kind| job.kind == *kind)
        };
        let mut found = self.jobs.iter().rev().filter(wanted).map(Summary::from);
        let jobs: Vec<_> = found.by_ref().take(limit).collect();
        let more = found.next().is_some();
        Page {
            next: jobs.last().filter(|_| more).map(|job| job.id),
            jobs,
        }
    }
}

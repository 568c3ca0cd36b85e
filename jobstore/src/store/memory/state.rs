//! The jobs and their indexes; plain data, one thread at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::Value;

use crate::{
    Applied, Claim, Claimed, Dedupe, Enqueued, Event, IdSource, Job, JobDigest, JobId, NewJob,
    Page, Query, Remembered, Repetition, Status, StoreError, Summary, Timestamp,
    store::entropy::random,
};

/// Queue and dedupe key.
type Key = Arc<(String, String)>;

pub(super) struct State {
    jobs: BTreeMap<JobId, Box<Job>>,
    /// Jobs that wait, by queue, in the order in which they are claimed.
    waiting: HashMap<String, BTreeSet<(Timestamp, JobId)>>,
    /// Running jobs, by the end of their lease.
    leases: BTreeSet<(Timestamp, JobId)>,
    /// Jobs that ended, in the order in which they are forgotten: dead ones last.
    ended: BTreeSet<(bool, Timestamp, JobId)>,
    keys: HashMap<Key, (Remembered, JobId)>,
    /// Dedupe keys by the end of their window.
    windows: BTreeSet<(Timestamp, Key)>,
    ids: IdSource,
    bytes: usize,
    capacity: usize,
}

impl State {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            jobs: BTreeMap::new(),
            waiting: HashMap::new(),
            leases: BTreeSet::new(),
            ended: BTreeSet::new(),
            keys: HashMap::new(),
            windows: BTreeSet::new(),
            ids: IdSource::default(),
            bytes: 0,
            capacity,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn enqueue(&mut self, new: NewJob, now: Timestamp) -> Result<Enqueued, StoreError> {
        self.forget_windows(now);
        let dedupe = new
            .dedupe
            .as_ref()
            .map(|dedupe| self.look_up(&new, dedupe, now));
        if let Some(Err(repeated)) = dedupe {
            return Ok(repeated);
        }
        let remember = dedupe.and_then(Result::ok);

        let id = self.ids.next(now, random);
        let mut job = Box::new(Job::new(new, id, now));
        job.payload = job.payload.detach();
        self.make_room(footprint(&job) + remember.as_ref().map_or(0, |(key, _)| key_bytes(key)))?;
        if let Some((key, remembered)) = remember {
            self.bytes += key_bytes(&key);
            self.windows.insert((remembered.until, Arc::clone(&key)));
            self.keys.insert(key, (remembered, id));
        }
        self.insert(job);
        Ok(Enqueued::Created(id))
    }

    /// What to remember under the job's dedupe key, or the answer if it is a repetition.
    fn look_up(
        &self,
        new: &NewJob,
        dedupe: &Dedupe,
        now: Timestamp,
    ) -> Result<(Key, Remembered), Enqueued> {
        let digest = JobDigest::of(new);
        let key = Arc::new((new.queue.clone(), dedupe.key.clone()));
        if let Some((remembered, id)) = self.keys.get(&key) {
            let id = *id;
            let status = self.jobs.get(&id).map(|job| job.status);
            match remembered.compare(digest, now) {
                Repetition::Same => return Err(Enqueued::Duplicate { id, status }),
                Repetition::Different => return Err(Enqueued::Conflict { id, status }),
                Repetition::No => {}
            }
        }
        let until = now + dedupe.window;
        Ok((key, Remembered { digest, until }))
    }

    pub(super) fn claim(&mut self, claim: &Claim, now: Timestamp) -> Claimed {
        let mut claimed = Claimed::default();
        while let Some(&(run_at, id)) = self.waiting.get(&claim.queue).and_then(BTreeSet::first) {
            if run_at > now {
                claimed.next_due = Some(run_at);
                break;
            }
            if claimed.jobs.len() >= claim.limit {
                break;
            }
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            let applied = self.apply(id, event, now);
            debug_assert_eq!(
                applied,
                Applied::Now(Status::Running),
                "a due job can be claimed"
            );
            claimed.jobs.extend(self.get(id));
        }
        claimed
    }

    pub(super) fn apply(&mut self, id: JobId, event: Event, now: Timestamp) -> Applied {
        let Some(mut job) = self.remove(id) else {
            return Applied::Unknown;
        };
        let applied = match job.apply(event, now) {
            Ok(()) => Applied::Now(job.status),
            Err(refused) => Applied::Refused(refused),
        };
        self.insert(job);
        applied
    }

    pub(super) fn reap(&mut self, limit: usize, now: Timestamp) -> Vec<JobId> {
        let over: Vec<_> = self
            .leases
            .iter()
            .take_while(|(until, _)| *until <= now)
            .take(limit)
            .map(|&(_, id)| id)
            .collect();
        for &id in &over {
            let applied = self.apply(id, Event::Expire, now);
            debug_assert!(
                matches!(applied, Applied::Now(_)),
                "a lease that is over expires"
            );
        }
        over
    }

    pub(super) fn prune(&mut self, before: Timestamp, limit: usize) -> usize {
        let old: Vec<_> = self
            .ended
            .iter()
            .filter(|(_, ended, _)| *ended < before)
            .take(limit)
            .map(|&(_, _, id)| id)
            .collect();
        for &id in &old {
            self.remove(id);
        }
        old.len()
    }

    pub(super) fn get(&self, id: JobId) -> Option<Job> {
        self.jobs.get(&id).map(|job| (**job).clone())
    }

    pub(super) fn list(&self, query: &Query) -> Page {
        let limit = query.limit.clamp(1, Query::MAX_LIMIT);
        let newest_first = match query.before {
            Some(before) => self.jobs.range(..before),
            None => self.jobs.range(..),
        }
        .rev()
        .map(|(_, job)| &**job);
        let mut jobs: Vec<Summary> = newest_first
            .filter(|job| {
                query.status.is_none_or(|status| status == job.status)
                    && query.queue.as_ref().is_none_or(|queue| *queue == job.queue)
                    && query.kind.as_ref().is_none_or(|kind| *kind == job.kind)
            })
            .take(limit + 1)
            .map(Summary::from)
            .collect();
        let more = jobs.len() > limit;
        jobs.truncate(limit);
        Page {
            next: jobs.last().filter(|_| more).map(|job| job.id),
            jobs,
        }
    }

    /// Adds a job to the map and to the one index that its status belongs to.
    fn insert(&mut self, job: Box<Job>) {
        self.bytes += footprint(&job);
        match (&job.lease, job.ended_at) {
            (Some(lease), _) => {
                self.leases.insert((lease.until, job.id));
            }
            (None, Some(ended)) => {
                self.ended
                    .insert((job.status == Status::Dead, ended, job.id));
            }
            (None, None) => {
                let place = (job.run_at, job.id);
                if let Some(queue) = self.waiting.get_mut(&job.queue) {
                    queue.insert(place);
                } else {
                    self.waiting
                        .insert(job.queue.clone(), BTreeSet::from([place]));
                }
            }
        }
        self.jobs.insert(job.id, job);
    }

    /// Takes a job out of the map and its index.
    fn remove(&mut self, id: JobId) -> Option<Box<Job>> {
        let job = self.jobs.remove(&id)?;
        self.bytes -= footprint(&job);
        match (&job.lease, job.ended_at) {
            (Some(lease), _) => {
                self.leases.remove(&(lease.until, id));
            }
            (None, Some(ended)) => {
                self.ended.remove(&(job.status == Status::Dead, ended, id));
            }
            (None, None) => {
                if let Some(queue) = self.waiting.get_mut(&job.queue) {
                    queue.remove(&(job.run_at, id));
                    // Queue names come from callers: an empty queue leaves nothing behind.
                    if queue.is_empty() {
                        self.waiting.remove(&job.queue);
                    }
                }
            }
        }
        Some(job)
    }

    fn make_room(&mut self, needed: usize) -> Result<(), StoreError> {
        while self.bytes + needed > self.capacity {
            let Some(&(_, _, id)) = self.ended.first() else {
                return Err(StoreError::Full(self.jobs.len()));
            };
            self.remove(id);
        }
        Ok(())
    }

    fn forget_windows(&mut self, now: Timestamp) {
        while let Some((until, key)) = self.windows.first() {
            if *until > now {
                break;
            }
            self.bytes -= key_bytes(key);
            self.keys.remove(key);
            self.windows.pop_first();
        }
    }
}

/// About what a job takes, with its places in the map and one index.
fn footprint(job: &Job) -> usize {
    const PLACES: usize = 2 * size_of::<(Timestamp, JobId)>() + size_of::<usize>();
    let texts = job.queue.len()
        + job.kind.len()
        + job.triggered_by.len()
        + job.dedupe_key.as_ref().map_or(0, String::len);
    let metadata: usize = job
        .metadata
        .iter()
        .map(|(key, value)| 2 * size_of::<String>() + key.len() + value.len())
        .sum();
    let errors: usize = job
        .errors
        .iter()
        .map(|error| size_of_val(error) + error.message.len())
        .sum();
    let result = job.result.as_ref().map_or(0, value_bytes);
    size_of::<Job>() + PLACES + texts + metadata + job.payload.len() + errors + result
}

fn value_bytes(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(value_bytes).sum(),
            Value::Object(map) => map
                .iter()
                .map(|(key, item)| size_of::<String>() + key.len() + value_bytes(item))
                .sum(),
        }
}

/// About what a dedupe key takes, in the map and in the list of windows.
fn key_bytes(key: &Key) -> usize {
    const PLACES: usize = size_of::<(Key, Remembered, JobId)>() + size_of::<(Timestamp, Key)>();
    PLACES + size_of::<(String, String)>() + key.0.len() + key.1.len()
}

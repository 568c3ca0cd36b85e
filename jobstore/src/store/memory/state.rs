//! The jobs and their indexes; plain data, one thread at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{footprint, index::Index};
use crate::{
    Applied, Backlog, Claim, Claimed, Enqueued, Event, IdSource, Job, JobDigest, JobId, NewJob,
    Page, Query, Remembered, Repetition, Status, StoreError, Summary, Timestamp,
    store::entropy::random,
};

/// Queue and dedupe key.
type Key = Arc<(String, String)>;

pub(super) struct State {
    jobs: BTreeMap<JobId, Kept>,
    index: Index,
    keys: HashMap<Key, (Remembered, JobId)>,
    /// Dedupe keys by the end of their window.
    windows: BTreeSet<(Timestamp, Key)>,
    ids: IdSource,
    bytes: usize,
    capacity: usize,
}

struct Kept {
    job: Box<Job>,
    /// What it was counted with.
    bytes: usize,
}

impl State {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            jobs: BTreeMap::new(),
            index: Index::default(),
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

    /// Takes a job in; `digest` is that of the job if it has a dedupe key.
    pub(super) fn enqueue(
        &mut self,
        new: NewJob,
        digest: Option<JobDigest>,
        now: Timestamp,
    ) -> Result<Enqueued, StoreError> {
        self.forget_windows(now);
        let remember = match self.look_up(&new, digest, now) {
            Ok(remember) => remember,
            Err(repeated) => return Ok(repeated),
        };
        let id = self.ids.next(now, random);
        let job = Box::new(Job::new(new, id, now));
        let bytes = footprint::of_job(&job);
        self.make_room(bytes + remember.as_ref().map_or(0, |(key, _)| key_bytes(key)))?;
        if let Some((key, remembered)) = remember {
            self.bytes += key_bytes(&key);
            self.windows.insert((remembered.until, Arc::clone(&key)));
            self.keys.insert(key, (remembered, id));
        }
        self.bytes += bytes;
        self.index.add(&job);
        self.jobs.insert(id, Kept { job, bytes });
        Ok(Enqueued::Created(id))
    }

    /// What to remember under the job's dedupe key if it has one, or the answer if it is a repetition.
    fn look_up(
        &self,
        new: &NewJob,
        digest: Option<JobDigest>,
        now: Timestamp,
    ) -> Result<Option<(Key, Remembered)>, Enqueued> {
        let (Some(dedupe), Some(digest)) = (&new.dedupe, digest) else {
            return Ok(None);
        };
        let key = Arc::new((new.queue.clone(), dedupe.key.clone()));
        if let Some((remembered, id)) = self.keys.get(&key) {
            let id = *id;
            let status = self.jobs.get(&id).map(|kept| kept.job.status);
            match remembered.compare(digest, now) {
                Repetition::Same => return Err(Enqueued::Duplicate { id, status }),
                Repetition::Different => return Err(Enqueued::Conflict { id, status }),
                Repetition::No => {}
            }
        }
        let until = now + dedupe.window;
        Ok(Some((key, Remembered { digest, until })))
    }

    pub(super) fn claim(&mut self, claim: &Claim, now: Timestamp) -> Claimed {
        let mut claimed = Claimed::default();
        while let Some((run_at, id)) = self.index.first_waiting(&claim.queue) {
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
        let Some(kept) = self.jobs.get_mut(&id) else {
            return Applied::Unknown;
        };
        self.index.remove(&kept.job);
        let applied = match kept.job.apply(event, now) {
            Ok(()) => Applied::Now(kept.job.status),
            Err(refused) => Applied::Refused(refused),
        };
        self.index.add(&kept.job);
        self.bytes -= kept.bytes;
        kept.bytes = footprint::of_job(&kept.job);
        self.bytes += kept.bytes;
        applied
    }

    pub(super) fn reap(&mut self, limit: usize, now: Timestamp) -> Vec<JobId> {
        let over: Vec<_> = self.index.expired(now).take(limit).collect();
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
        let old: Vec<_> = self.index.ended_before(before).take(limit).collect();
        for &id in &old {
            self.forget(id);
        }
        old.len()
    }

    pub(super) fn get(&self, id: JobId) -> Option<Job> {
        self.jobs.get(&id).map(|kept| (*kept.job).clone())
    }

    pub(super) fn list(&self, query: &Query) -> Page {
        let limit = query.limit.clamp(1, Query::MAX_LIMIT);
        let newest_first = match query.before {
            Some(before) => self.jobs.range(..before),
            None => self.jobs.range(..),
        }
        .rev()
        .map(|(_, kept)| &*kept.job);
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

    pub(super) fn backlog(&self) -> Backlog {
        self.index.backlog()
    }

    fn forget(&mut self, id: JobId) {
        if let Some(kept) = self.jobs.remove(&id) {
            self.index.remove(&kept.job);
            self.bytes -= kept.bytes;
        }
    }

    fn make_room(&mut self, needed: usize) -> Result<(), StoreError> {
        while self.bytes + needed > self.capacity {
            let Some(id) = self.index.first_ended() else {
                return Err(StoreError::Full(self.jobs.len()));
            };
            self.forget(id);
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

fn key_bytes(key: &Key) -> usize {
    const ENTRY: usize = size_of::<(Key, Remembered, JobId)>() + size_of::<(Timestamp, Key)>();
    footprint::of_key(&key.0, &key.1, ENTRY)
}

//! The jobs and their indexes; plain data, one thread at a time.

use std::collections::{BTreeMap, VecDeque};

use super::{
    attention::Attention,
    footprint,
    index::Index,
    keys::{Key, Keys, Lookup},
    trail::Trail,
};
use crate::{
    Applied, AuditEntry, Claim, Claimed, Enqueued, Event, IdSource, Job, JobId, LogLine, LogPage,
    NewJob, Page, Query, Remembered, Repetition, Replay, Replayed, StoreError, Summary, Timestamp,
    store::entropy::random,
};

pub(super) struct State {
    pub(super) jobs: BTreeMap<JobId, Kept>,
    pub(super) index: Index,
    keys: Keys,
    pub(super) trail: Trail,
    pub(super) attention: Attention,
    ids: IdSource,
    /// What the jobs take; keys and the trail count their own.
    bytes: usize,
    /// What jobs and keys may take together.
    capacity: usize,
}

pub(super) struct Kept {
    pub(super) job: Box<Job>,
    log: VecDeque<LogLine>,
    /// What it was counted with.
    bytes: usize,
}

impl State {
    /// An empty state that takes `capacity` bytes at most; an eighth of that is for the audit trail.
    pub(super) fn new(capacity: usize) -> Self {
        let trail = capacity / 8;
        Self {
            jobs: BTreeMap::new(),
            index: Index::default(),
            keys: Keys::default(),
            trail: Trail::new(trail),
            attention: Attention::default(),
            ids: IdSource::default(),
            bytes: 0,
            capacity: capacity - trail,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes + self.keys.bytes() + self.trail.bytes()
    }

    /// Takes a job in; `lookup` is that of a job with a dedupe key.
    pub(super) fn enqueue(
        &mut self,
        new: NewJob,
        lookup: Option<Lookup>,
        now: Timestamp,
    ) -> Result<Enqueued, StoreError> {
        self.keys.expire(now);
        if let Some(repeated) = lookup.and_then(|lookup| self.repetition(lookup, now)) {
            return Ok(repeated);
        }
        let remember = remember(&new, lookup, now);
        let job = Job::new(new, self.ids.next(now, random), now);
        let bytes = footprint::of_job(&job);
        self.make_room(bytes + remember.map_or(0, |_| Key::BYTES))?;
        self.write(AuditEntry::enqueued(&job));
        Ok(self.take_in(job, bytes, remember))
    }

    /// Takes all jobs in, or none.
    pub(super) fn enqueue_all(
        &mut self,
        jobs: Vec<(NewJob, Option<Lookup>)>,
        now: Timestamp,
    ) -> Result<Vec<Enqueued>, StoreError> {
        self.keys.expire(now);
        let mut answers = Vec::with_capacity(jobs.len());
        for (new, lookup) in jobs {
            if let Some(repeated) = lookup.and_then(|lookup| self.repetition(lookup, now)) {
                answers.push(repeated);
                continue;
            }
            let remember = remember(&new, lookup, now);
            let job = Job::new(new, self.ids.next(now, random), now);
            let bytes = footprint::of_job(&job);
            answers.push(self.take_in(job, bytes, remember));
        }
        // For all at once: room for some of them would be made in vain.
        if let Err(full) = self.make_room(0) {
            created(&answers).for_each(|id| self.take_back(id));
            return Err(full);
        }
        for id in created(&answers) {
            if let Some(kept) = self.jobs.get(&id) {
                self.trail.write(AuditEntry::enqueued(&kept.job));
            }
        }
        Ok(answers)
    }

    fn take_in(&mut self, job: Job, bytes: usize, remember: Option<(Key, Remembered)>) -> Enqueued {
        let id = job.id;
        if let Some((key, remembered)) = remember {
            self.keys.insert(key, remembered, id);
        }
        self.keep(job, bytes);
        Enqueued::Created(id)
    }

    fn take_back(&mut self, id: JobId) {
        self.free_key(id);
        self.forget(id);
    }

    /// Makes a new job of one that has ended.
    pub(super) fn replay(
        &mut self,
        id: JobId,
        replay: &Replay,
        now: Timestamp,
    ) -> Result<Replayed, StoreError> {
        let Some(kept) = self.jobs.get(&id) else {
            return Ok(Replayed::Unknown);
        };
        let mut job = kept.job.clone();
        let fresh = self.ids.next(now, random);
        let (new, entries) = match job.replay(replay, fresh, now) {
            Ok(replayed) => replayed,
            Err(refused) => return Ok(Replayed::Refused(refused)),
        };
        // Room is made first, and the job to be replayed may be what has to go for it.
        let bytes = footprint::of_job(&new);
        self.make_room(bytes)?;
        self.alter(id, |kept| *kept = *job);
        entries.into_iter().for_each(|entry| self.write(entry));
        self.keep(new, bytes);
        Ok(Replayed::Created(fresh))
    }

    /// Keeps a job that takes so many bytes.
    fn keep(&mut self, job: Job, bytes: usize) {
        self.bytes += bytes;
        self.index.add(&job);
        let kept = Kept {
            job: Box::new(job),
            log: VecDeque::new(),
            bytes,
        };
        self.jobs.insert(kept.job.id, kept);
    }

    pub(super) fn write(&mut self, entry: AuditEntry) {
        self.trail.write(entry);
    }

    /// The answer to a job with a dedupe key, if it is a repetition.
    fn repetition(&self, lookup: Lookup, now: Timestamp) -> Option<Enqueued> {
        let (remembered, id) = self.keys.get(&lookup.key)?;
        let status = self.jobs.get(&id).map(|kept| kept.job.status);
        match remembered.compare(lookup.digest, now) {
            Repetition::Same => Some(Enqueued::Duplicate { id, status }),
            Repetition::Different => Some(Enqueued::Conflict { id, status }),
            Repetition::No => None,
        }
    }

    pub(super) fn claim(&mut self, claim: &Claim, now: Timestamp) -> Claimed {
        self.attention.asked(&claim.queue, now);
        let mut claimed = Claimed::default();
        if self.attention.pause(&claim.queue).is_some() {
            claimed.paused = true;
            return claimed;
        }
        while claimed.jobs.len() < claim.limit {
            let Some(id) = self.index.first_due(&claim.queue, now) else {
                claimed.next_due = self.index.next_due(&claim.queue, now);
                break;
            };
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            let kept = self.change(id, event, now);
            debug_assert!(kept.is_ok(), "a due job can be claimed");
            claimed.jobs.extend(kept.map(|kept| (*kept.job).clone()));
        }
        claimed
    }

    pub(super) fn apply(&mut self, id: JobId, event: Event, now: Timestamp) -> Applied {
        match self.change(id, event, now) {
            Ok(kept) => Applied::Now(kept.job.status),
            Err(not) => not,
        }
    }

    /// Applies `event` to a job and writes what that brings with it, or says why not.
    fn change(&mut self, id: JobId, event: Event, now: Timestamp) -> Result<&Kept, Applied> {
        let kept = self.jobs.get_mut(&id).ok_or(Applied::Unknown)?;
        self.index.remove(&kept.job);
        let applied = kept.job.apply(event, now);
        self.index.add(&kept.job);
        let change = applied.map_err(Applied::Refused)?;
        if change.frees_key
            && let Some(key) = &kept.job.dedupe_key
        {
            self.keys.remove(&Key::new(&kept.job.queue, key), id);
        }
        if let Some(entry) = change.audit {
            self.trail.write(entry);
        }
        let others = self.bytes - kept.bytes;
        if let Some(line) = change.line {
            let taken = others + self.keys.bytes();
            kept.log_line(line, self.capacity.saturating_sub(taken));
        }
        kept.bytes = kept.count();
        self.bytes = others + kept.bytes;
        Ok(kept)
    }

    /// Forgets the dedupe key of a job, if it is still the job's own.
    pub(super) fn free_key(&mut self, id: JobId) {
        if let Some(kept) = self.jobs.get(&id)
            && let Some(key) = &kept.job.dedupe_key
        {
            self.keys.remove(&Key::new(&kept.job.queue, key), id);
        }
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
            .filter(|job| query.matches(job))
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

    /// The lines of a job's log that follow line `after`.
    pub(super) fn log(&self, id: JobId, after: u64, limit: usize) -> LogPage {
        let Some(kept) = self.jobs.get(&id) else {
            return LogPage::default();
        };
        let limit = limit.clamp(1, LogPage::MAX_LIMIT);
        let later = kept.log.iter().filter(|line| line.number > after);
        let mut lines: Vec<_> = later.take(limit + 1).cloned().collect();
        let more = lines.len() > limit;
        lines.truncate(limit);
        LogPage {
            next: lines.last().filter(|_| more).map(|line| line.number),
            lines,
        }
    }

    pub(super) fn forget(&mut self, id: JobId) {
        if let Some(kept) = self.jobs.remove(&id) {
            self.index.remove(&kept.job);
            self.bytes -= kept.bytes;
        }
    }

    /// Changes what a job carries, not what may happen to it.
    pub(super) fn alter(&mut self, id: JobId, alter: impl FnOnce(&mut Job)) {
        let Some(kept) = self.jobs.get_mut(&id) else {
            return;
        };
        self.index.remove(&kept.job);
        alter(&mut kept.job);
        self.index.add(&kept.job);
        self.bytes -= kept.bytes;
        kept.bytes = kept.count();
        self.bytes += kept.bytes;
    }

    /// Forgets jobs that have ended until so many bytes fit. If they cannot, nothing is forgotten in vain.
    fn make_room(&mut self, needed: usize) -> Result<(), StoreError> {
        let wanted = self.bytes + self.keys.bytes() + needed;
        let mut excess = wanted.saturating_sub(self.capacity);
        if excess == 0 {
            return Ok(());
        }
        let mut leaving = Vec::new();
        let mut forgettable = self.index.forgettable();
        while excess > 0 {
            let Some(id) = forgettable.next() else {
                return Err(StoreError::Full(self.jobs.len() - leaving.len()));
            };
            let bytes = self.jobs.get(&id).map_or(0, |kept| kept.bytes);
            excess = excess.saturating_sub(bytes);
            leaving.push(id);
        }
        drop(forgettable);
        leaving.into_iter().for_each(|id| self.forget(id));
        Ok(())
    }
}

/// What is to be remembered of a job under its key, if it has one.
fn remember(new: &NewJob, lookup: Option<Lookup>, now: Timestamp) -> Option<(Key, Remembered)> {
    let (Lookup { key, digest }, dedupe) = lookup.zip(new.dedupe.as_ref())?;
    let until = now + dedupe.window;
    Some((key, Remembered { digest, until }))
}

fn created(answers: &[Enqueued]) -> impl Iterator<Item = JobId> {
    answers.iter().filter_map(|answer| match *answer {
        Enqueued::Created(id) => Some(id),
        Enqueued::Duplicate { .. } | Enqueued::Conflict { .. } => None,
    })
}

impl Kept {
    /// Writes a line. Where there is no room for the job with all its lines, the oldest go.
    fn log_line(&mut self, line: LogLine, room: usize) {
        self.log.push_back(line);
        let mut bytes = self.count();
        while self.log.len() as u64 > LogLine::MAX_LINES || (bytes > room && self.log.len() > 1) {
            let oldest = self.log.pop_front();
            bytes -= oldest.as_ref().map_or(0, footprint::of_line);
        }
    }

    fn count(&self) -> usize {
        let log = self.log.iter().map(footprint::of_line);
        footprint::of_job(&self.job) + log.sum::<usize>()
    }
}

//! What the store keeps, and the verbs that change it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jobstore::{
    Applied, AuditEntry, By, Change, Claim, Claimed, Enqueued, Event, IdSource, Job, JobDigest,
    JobId, LogLine, NewJob, Pause, Payload, Pruned, Remembered, Repetition, Replay, Replayed,
    Retention, Timestamp,
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Oldest first.
    pub(crate) jobs: Vec<Job>,
    pub(crate) logs: BTreeMap<JobId, VecDeque<LogLine>>,
    /// Oldest first.
    pub(crate) trail: Vec<AuditEntry>,
    pub(crate) paused: BTreeMap<String, Pause>,
    pub(crate) asked: BTreeMap<String, Timestamp>,
    keys: Vec<Key>,
    ids: IdSource,
    written: u64,
}

#[derive(Debug)]
struct Key {
    queue: String,
    key: String,
    remembered: Remembered,
    id: JobId,
}

impl State {
    pub(crate) fn enqueue(&mut self, new: NewJob, now: Timestamp) -> Enqueued {
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
        let job = Job::new(new, id, now);
        self.write(AuditEntry::enqueued(&job));
        self.jobs.push(job);
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

    pub(crate) fn claim(&mut self, claim: &Claim, now: Timestamp) -> Claimed {
        self.asked.insert(claim.queue.clone(), now);
        let mut claimed = Claimed::default();
        if self.paused.contains_key(&claim.queue) {
            claimed.paused = true;
            return claimed;
        }
        let waits = |job: &&Job| job.queue == claim.queue && job.status.is_waiting();
        let mut waiting: Vec<_> = self.jobs.iter().filter(waits).collect();
        waiting.sort_by_key(|job| (job.priority, job.run_at, job.id));
        let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|job| job.run_at <= now);
        claimed.next_due = later.iter().map(|job| job.run_at).min();
        let due: Vec<_> = due.iter().take(claim.limit).map(|job| job.id).collect();
        for id in due {
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            let _ = self.apply(id, event, now);
            claimed.jobs.extend(self.find(id).cloned());
        }
        claimed
    }

    /// The core decides, and says what is to be written beside the job; a refused event leaves all as it
    /// was.
    pub(crate) fn apply(&mut self, id: JobId, event: Event, now: Timestamp) -> Applied {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return Applied::Unknown;
        };
        match job.apply(event, now) {
            Err(refused) => Applied::Refused(refused),
            Ok(change) => {
                let status = job.status;
                self.follow(id, change);
                Applied::Now(status)
            }
        }
    }

    fn follow(&mut self, id: JobId, change: Change) {
        if change.frees_key {
            self.keys.retain(|key| key.id != id);
        }
        if let Some(line) = change.line {
            let log = self.logs.entry(id).or_default();
            log.push_back(line);
            if log.len() as u64 > LogLine::MAX_LINES {
                log.pop_front();
            }
        }
        if let Some(entry) = change.audit {
            self.write(entry);
        }
    }

    pub(crate) fn reap(&mut self, limit: usize, now: Timestamp) -> Vec<JobId> {
        let end = |job: &Job| job.lease.as_ref().map(|lease| (lease.until, job.id));
        let ends: BTreeSet<_> = self.jobs.iter().filter_map(end).collect();
        let over = ends.into_iter().filter(|(until, _)| *until <= now);
        let over: Vec<_> = over.take(limit).map(|(_, id)| id).collect();
        for &id in &over {
            let _ = self.apply(id, Event::Expire, now);
        }
        over
    }

    pub(crate) fn replay(&mut self, id: JobId, replay: &Replay, now: Timestamp) -> Replayed {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return Replayed::Unknown;
        };
        let fresh = self.ids.next(now, || [0; 10]);
        match job.replay(replay, fresh, now) {
            Err(refused) => Replayed::Refused(refused),
            Ok((new, entries)) => {
                entries.into_iter().for_each(|entry| self.write(entry));
                self.jobs.push(new);
                Replayed::Created(fresh)
            }
        }
    }

    /// Deletes jobs for good, keys and logs too, and tells by whom.
    pub(crate) fn delete(
        &mut self,
        doomed: impl Fn(&Job) -> bool,
        by: &By,
        limit: usize,
        now: Timestamp,
    ) -> usize {
        let jobs: Vec<_> = self
            .jobs
            .extract_if(.., |job| doomed(job))
            .take(limit)
            .collect();
        for job in &jobs {
            self.keys.retain(|key| key.id != job.id);
            self.logs.remove(&job.id);
            self.write(AuditEntry::deleted(job, by, now));
        }
        jobs.len()
    }

    pub(crate) fn prune(&mut self, retention: &Retention, limit: usize, now: Timestamp) -> Pruned {
        let mut pruned = Pruned::default();
        for status in Retention::STATUSES {
            let Some(keep) = retention.rule(status) else {
                continue;
            };
            let older = |job: &Job, age| job.ended_at.is_some_and(|ended| ended < now - age);
            let mut doomed = BTreeSet::new();
            let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
            let mut ended: Vec<_> = self
                .jobs
                .iter()
                .filter(|job| job.status == status)
                .collect();
            ended.sort_by_key(|job| (job.ended_at, job.id));
            for job in ended.iter().rev() {
                let place = kept.entry(&job.queue).or_default();
                *place += 1;
                let is_old = keep.age.is_some_and(|age| older(job, age));
                if is_old || keep.newest.is_some_and(|newest| *place > newest) {
                    doomed.insert(job.id);
                }
            }
            let doomed: BTreeSet<_> = doomed.into_iter().take(limit - pruned.total()).collect();
            self.jobs.retain(|job| !doomed.contains(&job.id));
            self.logs.retain(|id, _| !doomed.contains(id));
            pruned.jobs += doomed.len();
            let bare = |job: &&mut Job| {
                let aged = keep.payload_age.is_some_and(|age| older(job, age));
                job.status == status && aged && !job.payload_gone && !job.payload.is_empty()
            };
            let room = limit - pruned.total();
            for job in self.jobs.iter_mut().filter(bare).take(room) {
                job.payload = Payload::default();
                job.payload_gone = true;
                pruned.payloads += 1;
            }
        }
        if let Some(age) = retention.audit_age() {
            let old = |entry: &mut AuditEntry| entry.at < now - age;
            let room = limit - pruned.total();
            pruned.audit = self.trail.extract_if(.., old).take(room).count();
        }
        pruned
    }

    pub(crate) fn pause(&mut self, queue: &str, by: Option<&By>, now: Timestamp) {
        match by.cloned() {
            None => _ = self.paused.remove(queue),
            Some(by) => _ = self.paused.insert(queue.into(), Pause { since: now, by }),
        }
    }

    fn write(&mut self, entry: AuditEntry) {
        self.written += 1;
        let seq = self.written;
        self.trail.push(AuditEntry { seq, ..entry });
    }

    pub(crate) fn find(&self, id: JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }
}

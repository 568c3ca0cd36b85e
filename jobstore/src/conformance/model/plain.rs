//! The model: a list of jobs and a list of dedupe keys.

use std::collections::BTreeSet;

use crate::{
    Applied, AuditEntry, By, Claim, Claimed, Enqueued, Event, Job, JobDigest, JobId, NewJob, Page,
    Query, QueueState, Remembered, Repetition, Replay, Replayed, Summary, Timestamp,
};

/// All that a store must know. What may happen to one job it leaves to the core, as a store does.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// In the order in which they were enqueued, which is that of their ids.
    pub(super) jobs: Vec<Job>,
    keys: Vec<Key>,
    /// What the audit trail should say, oldest first.
    pub(super) trail: Vec<AuditEntry>,
}

#[derive(Debug)]
struct Key {
    queue: String,
    key: String,
    remembered: Remembered,
    id: JobId,
}

impl Model {
    /// What an enqueue is answered, if a new job gets the id `fresh`.
    pub(super) fn enqueue(&mut self, new: NewJob, fresh: JobId, now: Timestamp) -> Enqueued {
        let digest = JobDigest::of(&new);
        if let Some(dedupe) = &new.dedupe {
            let known = self.keys.iter().rev();
            let latest = known
                .filter(|known| known.queue == new.queue && known.key == dedupe.key)
                .map(|known| (known.id, known.remembered.compare(digest, now)))
                .next();
            let status = |id| self.get(id).map(|job| job.status);
            match latest {
                Some((id, Repetition::Same)) => {
                    return Enqueued::Duplicate {
                        id,
                        status: status(id),
                    };
                }
                Some((id, Repetition::Different)) => {
                    return Enqueued::Conflict {
                        id,
                        status: status(id),
                    };
                }
                Some((_, Repetition::No)) | None => {}
            }
            self.keys.push(Key {
                queue: new.queue.clone(),
                key: dedupe.key.clone(),
                remembered: Remembered {
                    digest,
                    until: now + dedupe.window,
                },
                id: fresh,
            });
        }
        let job = Job::new(new, fresh, now);
        self.trail.push(AuditEntry::enqueued(&job));
        self.jobs.push(job);
        Enqueued::Created(fresh)
    }

    pub(super) fn claim(&mut self, claim: &Claim, now: Timestamp) -> Claimed {
        let mut waiting: Vec<&mut Job> = self
            .jobs
            .iter_mut()
            .filter(|job| job.queue == claim.queue && job.status.is_waiting())
            .collect();
        waiting.sort_by_key(|job| (job.priority, job.run_at, job.id));
        let later = waiting
            .iter()
            .map(|job| job.run_at)
            .filter(|run_at| *run_at > now);
        let mut claimed = Claimed {
            next_due: later.min(),
            ..Claimed::default()
        };
        let due = waiting.into_iter().filter(|job| job.run_at <= now);
        for job in due.take(claim.limit) {
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            let change = job.apply(event, now);
            let change = change.expect("what waits and is due can be claimed");
            self.trail.extend(change.audit);
            claimed.jobs.push(job.clone());
        }
        claimed
    }

    pub(super) fn apply(&mut self, id: JobId, event: Event, now: Timestamp) -> Applied {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return Applied::Unknown;
        };
        let change = match job.apply(event, now) {
            Ok(change) => change,
            Err(refused) => return Applied::Refused(refused),
        };
        let status = job.status;
        self.trail.extend(change.audit);
        if change.frees_key {
            self.keys.retain(|key| key.id != id);
        }
        Applied::Now(status)
    }

    pub(super) fn replay(
        &mut self,
        id: JobId,
        replay: &Replay,
        fresh: Option<JobId>,
        now: Timestamp,
    ) -> Replayed {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return Replayed::Unknown;
        };
        // Where the store made none, the id is of no matter.
        match job.replay(replay, fresh.unwrap_or(id), now) {
            Err(refused) => Replayed::Refused(refused),
            Ok((new, told)) => {
                self.trail.extend(told);
                let id = new.id;
                self.jobs.push(new);
                Replayed::Created(id)
            }
        }
    }

    pub(super) fn delete(&mut self, id: JobId, by: &By, now: Timestamp) -> bool {
        let Some(at) = self.jobs.iter().position(|job| job.id == id) else {
            return false;
        };
        let job = self.jobs.remove(at);
        self.trail.push(AuditEntry::deleted(&job, by, now));
        self.keys.retain(|key| key.id != id);
        true
    }

    pub(super) fn queues(&self, now: Timestamp) -> Vec<QueueState> {
        let names: BTreeSet<_> = self.jobs.iter().map(|job| &job.queue).collect();
        let state = |name: &String| {
            let mut state = QueueState::new(name);
            for job in self.jobs.iter().filter(|job| job.queue == *name) {
                *state.tally.of_mut(job.status) += 1;
                let due = if job.run_at <= now {
                    &mut state.due_since
                } else {
                    &mut state.next_due
                };
                if job.status.is_waiting() && due.is_none_or(|due| job.run_at < due) {
                    *due = Some(job.run_at);
                }
            }
            state
        };
        names.into_iter().map(state).collect()
    }

    /// Reaps every lease that is over, the one that ended first first.
    pub(super) fn reap(&mut self, now: Timestamp) -> Vec<JobId> {
        let ends = |job: &Job| job.lease.as_ref().map(|lease| (lease.until, job.id));
        let mut over: Vec<_> = self.jobs.iter().filter_map(ends).collect();
        over.retain(|(until, _)| *until <= now);
        over.sort();
        let ids: Vec<_> = over.into_iter().map(|(_, id)| id).collect();
        for &id in &ids {
            assert!(matches!(
                self.apply(id, Event::Expire, now),
                Applied::Now(_)
            ));
        }
        ids
    }

    /// Deletes all that ended before `before`.
    pub(super) fn prune(&mut self, before: Timestamp) -> usize {
        let all = self.jobs.len();
        self.jobs
            .retain(|job| job.ended_at.is_none_or(|ended| ended >= before));
        all - self.jobs.len()
    }

    pub(super) fn get(&self, id: JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    pub(super) fn list(&self, query: &Query) -> Page {
        let mut jobs: Vec<_> = self
            .jobs
            .iter()
            .rev()
            .filter(|job| query.matches(job))
            .map(Summary::from)
            .collect();
        let more = jobs.len() > query.limit;
        jobs.truncate(query.limit);
        Page {
            next: jobs.last().filter(|_| more).map(|job| job.id),
            jobs,
        }
    }
}

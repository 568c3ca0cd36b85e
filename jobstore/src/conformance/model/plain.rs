//! The model: a list of jobs and a list of dedupe keys.

use crate::{
    Applied, Claim, Claimed, Enqueued, Event, Job, JobDigest, JobId, NewJob, Page, Query,
    Remembered, Repetition, Summary, Timestamp,
};

/// All that a store must know. What may happen to one job it leaves to the core, as a store does.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// In the order in which they were enqueued, which is that of their ids.
    pub(super) jobs: Vec<Job>,
    keys: Vec<Key>,
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
        self.jobs.push(Job::new(new, fresh, now));
        Enqueued::Created(fresh)
    }

    pub(super) fn claim(&mut self, claim: &Claim, now: Timestamp) -> Claimed {
        let mut waiting: Vec<&mut Job> = self
            .jobs
            .iter_mut()
            .filter(|job| job.queue == claim.queue && job.status.is_waiting())
            .collect();
        waiting.sort_by_key(|job| (job.run_at, job.id));
        let mut claimed = Claimed::default();
        for job in waiting {
            if claimed.jobs.len() == claim.limit {
                break;
            }
            if job.run_at > now {
                claimed.next_due = Some(job.run_at);
                break;
            }
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            job.apply(event, now)
                .expect("what waits and is due can be claimed");
            claimed.jobs.push(job.clone());
        }
        claimed
    }

    pub(super) fn apply(&mut self, id: JobId, event: Event, now: Timestamp) -> Applied {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return Applied::Unknown;
        };
        match job.apply(event, now) {
            Ok(()) => Applied::Now(job.status),
            Err(refused) => Applied::Refused(refused),
        }
    }

    /// Reaps every lease that is over.
    pub(super) fn reap(&mut self, now: Timestamp) -> Vec<JobId> {
        self.jobs
            .iter_mut()
            .filter_map(|job| job.apply(Event::Expire, now).ok().map(|()| job.id))
            .collect()
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
            .filter(|job| query.status.is_none_or(|status| job.status == status))
            .filter(|job| query.queue.as_ref().is_none_or(|queue| job.queue == *queue))
            .filter(|job| query.kind.as_ref().is_none_or(|kind| job.kind == *kind))
            .filter(|job| query.before.is_none_or(|before| job.id < before))
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

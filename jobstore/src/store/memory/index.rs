//! Which jobs can be claimed, expire or be forgotten next, and how many there are.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Backlog, Job, JobId, Status, Timestamp};

/// The jobs by what may happen to them next. Each is in exactly one of the three sets.
#[derive(Default)]
pub(super) struct Index {
    /// Jobs that wait, by queue, in the order in which they are claimed.
    waiting: BTreeMap<String, BTreeSet<(Timestamp, JobId)>>,
    /// Running jobs, by the end of their lease.
    leases: BTreeSet<(Timestamp, JobId)>,
    /// Jobs that ended, in the order in which they are forgotten: dead ones last.
    ended: BTreeSet<(bool, Timestamp, JobId)>,
    /// How many jobs there are of each status that is counted.
    counts: Backlog,
}

impl Index {
    pub(super) fn add(&mut self, job: &Job) {
        if let Some(count) = self.counts.count(job.status) {
            *count += 1;
        }
        match (&job.lease, job.ended_at) {
            (Some(lease), _) => {
                self.leases.insert((lease.until, job.id));
            }
            (None, Some(ended)) => {
                let dead = job.status == Status::Dead;
                self.ended.insert((dead, ended, job.id));
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
    }

    /// Removes a job as it was when it was added.
    pub(super) fn remove(&mut self, job: &Job) {
        if let Some(count) = self.counts.count(job.status) {
            *count -= 1;
        }
        match (&job.lease, job.ended_at) {
            (Some(lease), _) => {
                self.leases.remove(&(lease.until, job.id));
            }
            (None, Some(ended)) => {
                let dead = job.status == Status::Dead;
                self.ended.remove(&(dead, ended, job.id));
            }
            (None, None) => {
                if let Some(queue) = self.waiting.get_mut(&job.queue) {
                    queue.remove(&(job.run_at, job.id));
                    // Queue names come from callers: an empty queue leaves nothing behind.
                    if queue.is_empty() {
                        self.waiting.remove(&job.queue);
                    }
                }
            }
        }
    }

    /// The job of a queue that is to be claimed next, and from when on.
    pub(super) fn first_waiting(&self, queue: &str) -> Option<(Timestamp, JobId)> {
        self.waiting.get(queue)?.first().copied()
    }

    pub(super) fn backlog(&self) -> Backlog {
        let firsts = self.waiting.values().filter_map(BTreeSet::first);
        Backlog {
            first_due: firsts.map(|&(run_at, _)| run_at).min(),
            ..self.counts
        }
    }

    /// The jobs whose lease is over at `now`.
    pub(super) fn expired(&self, now: Timestamp) -> impl Iterator<Item = JobId> {
        self.leases
            .iter()
            .take_while(move |(until, _)| *until <= now)
            .map(|&(_, id)| id)
    }

    /// The jobs that ended before `before`.
    pub(super) fn ended_before(&self, before: Timestamp) -> impl Iterator<Item = JobId> {
        const FIRST: JobId = JobId::from_bytes([0; 16]);
        let of = move |dead| {
            let range = (dead, Timestamp::EPOCH, FIRST)..(dead, before, FIRST);
            self.ended.range(range).map(|&(_, _, id)| id)
        };
        of(false).chain(of(true))
    }

    /// The job to forget first.
    pub(super) fn first_ended(&self) -> Option<JobId> {
        self.ended.first().map(|&(_, _, id)| id)
    }
}

//! Which jobs can be claimed, expire or be forgotten next, and how many there are of each.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use crate::{Job, JobId, Priority, Status, Tally, Timestamp};

/// Jobs in the order of a time.
type ByTime = BTreeSet<(Timestamp, JobId)>;

/// The jobs by what may happen to them next. Each is in exactly one of the first three.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Index {
    /// Jobs that wait, by queue.
    waiting: BTreeMap<String, Waiting>,
    /// Running jobs, by the end of their lease.
    leases: ByTime,
    /// Jobs that ended.
    done: Ended,
    cancelled: Ended,
    dead: Ended,
    /// How many there are of each queue and of each batch.
    tallies: BTreeMap<String, Tally>,
    batches: BTreeMap<String, Tally>,
    subjects: BTreeMap<String, BTreeSet<JobId>>,
}

/// The jobs of one queue that wait, by the rank of their priority, in the order in which they are due.
#[derive(Debug, Default, PartialEq)]
struct Waiting([ByTime; Priority::ALL.len()]);

/// The jobs that ended in one status, in the order in which they did: those whose payload is kept, and
/// those without.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ended {
    whole: ByTime,
    bare: ByTime,
}

impl Index {
    pub(super) fn add(&mut self, job: &Job) {
        self.count(job, |count| *count += 1);
        if let Some(subject) = &job.subject {
            change(&mut self.subjects, subject, |jobs: &mut BTreeSet<_>| {
                jobs.insert(job.id);
            });
        }
        match (&job.lease, job.ended_at) {
            (Some(lease), _) => {
                self.leases.insert((lease.until, job.id));
            }
            (None, Some(ended)) => {
                self.ended_like(job).insert((ended, job.id));
            }
            (None, None) => {
                let rank = usize::from(job.priority.rank());
                change(&mut self.waiting, &job.queue, |waiting| {
                    waiting.0[rank].insert((job.run_at, job.id));
                });
            }
        }
    }

    /// Removes a job as it was when it was added. Names come from callers: what has nothing left in it
    /// goes too.
    pub(super) fn remove(&mut self, job: &Job) {
        self.count(job, |count| *count -= 1);
        if let Some(subject) = &job.subject
            && let Some(jobs) = self.subjects.get_mut(subject)
        {
            jobs.remove(&job.id);
            if jobs.is_empty() {
                self.subjects.remove(subject);
            }
        }
        match (&job.lease, job.ended_at) {
            (Some(lease), _) => {
                self.leases.remove(&(lease.until, job.id));
            }
            (None, Some(ended)) => {
                self.ended_like(job).remove(&(ended, job.id));
            }
            (None, None) => {
                if let Some(waiting) = self.waiting.get_mut(&job.queue) {
                    waiting.0[usize::from(job.priority.rank())].remove(&(job.run_at, job.id));
                    if waiting.0.iter().all(BTreeSet::is_empty) {
                        self.waiting.remove(&job.queue);
                    }
                }
            }
        }
    }

    fn count(&mut self, job: &Job, count: impl Fn(&mut u64)) {
        let batch = job.batch.as_ref().map(|batch| (&mut self.batches, batch));
        for (tallies, name) in [(&mut self.tallies, &job.queue)].into_iter().chain(batch) {
            let mut empty = false;
            change(tallies, name, |tally| {
                count(tally.of_mut(job.status));
                empty = *tally == Tally::default();
            });
            if empty {
                tallies.remove(name);
            }
        }
    }

    /// The place of a job that ended.
    fn ended_like(&mut self, job: &Job) -> &mut ByTime {
        let ended = match job.status {
            Status::Done => &mut self.done,
            Status::Cancelled => &mut self.cancelled,
            // No other status is final.
            _ => &mut self.dead,
        };
        if job.payload_gone || job.payload.is_empty() {
            &mut ended.bare
        } else {
            &mut ended.whole
        }
    }

    /// The jobs that ended in `status`, which must be a final one.
    pub(super) const fn ended(&self, status: Status) -> &Ended {
        match status {
            Status::Done => &self.done,
            Status::Cancelled => &self.cancelled,
            _ => &self.dead,
        }
    }

    /// The job of a queue that is to be claimed at `now`.
    pub(super) fn first_due(&self, queue: &str, now: Timestamp) -> Option<JobId> {
        let waiting = self.waiting.get(queue)?;
        let mut firsts = waiting.0.iter().filter_map(BTreeSet::first);
        firsts.find(|(run_at, _)| *run_at <= now).map(|&(_, id)| id)
    }

    /// Since when the job of a queue that is due longest is due.
    pub(super) fn due_since(&self, queue: &str, now: Timestamp) -> Option<Timestamp> {
        let waiting = self.waiting.get(queue)?;
        let firsts = waiting.0.iter().filter_map(BTreeSet::first);
        firsts
            .map(|&(run_at, _)| run_at)
            .min()
            .filter(|run_at| *run_at <= now)
    }

    /// When the next job of a queue is due that is not at `now`.
    pub(super) fn next_due(&self, queue: &str, now: Timestamp) -> Option<Timestamp> {
        const LAST: JobId = JobId::from_bytes([u8::MAX; 16]);
        let later = |jobs: &ByTime| jobs.range((now, LAST)..).next().map(|&(run_at, _)| run_at);
        self.waiting.get(queue)?.0.iter().filter_map(later).min()
    }

    /// The jobs whose lease is over at `now`.
    pub(super) fn expired(&self, now: Timestamp) -> impl Iterator<Item = JobId> {
        self.leases
            .iter()
            .take_while(move |(until, _)| *until <= now)
            .map(|&(_, id)| id)
    }

    /// The jobs that have ended, in the order in which they are to be forgotten: those that ended first,
    /// dead ones last.
    pub(super) fn forgettable(&self) -> impl Iterator<Item = JobId> {
        merge(self.done.by_time(), self.cancelled.by_time())
            .chain(self.dead.by_time())
            .map(|(_, id)| id)
    }

    /// The queues that hold a job.
    pub(super) fn queues(&self) -> impl Iterator<Item = (&String, Tally)> {
        self.tallies.iter().map(|(queue, tally)| (queue, *tally))
    }

    pub(super) fn queue(&self, queue: &str) -> Tally {
        self.tallies.get(queue).copied().unwrap_or_default()
    }

    pub(super) fn batch(&self, batch: &str) -> Tally {
        self.batches.get(batch).copied().unwrap_or_default()
    }

    /// The jobs that carry data of a subject.
    pub(super) fn subject(&self, subject: &str) -> impl Iterator<Item = JobId> {
        self.subjects.get(subject).into_iter().flatten().copied()
    }
}

impl Ended {
    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = JobId> {
        self.by_time().map(|(_, id)| id)
    }

    fn by_time(&self) -> impl Iterator<Item = (Timestamp, JobId)> {
        merge(self.bare.iter().copied(), self.whole.iter().copied())
    }

    /// Those that ended before `cutoff`.
    pub(super) fn before(&self, cutoff: Timestamp) -> impl Iterator<Item = JobId> {
        earlier(&self.bare, cutoff).chain(earlier(&self.whole, cutoff))
    }

    /// Those of them whose payload is kept.
    pub(super) fn whole_before(&self, cutoff: Timestamp) -> impl Iterator<Item = JobId> {
        earlier(&self.whole, cutoff)
    }
}

/// Two orders as one.
fn merge<T: Ord>(
    one: impl Iterator<Item = T>,
    other: impl Iterator<Item = T>,
) -> impl Iterator<Item = T> {
    let (mut one, mut other) = (one.peekable(), other.peekable());
    iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(first), Some(second)) if first > second => other.next(),
        (None, _) => other.next(),
        _ => one.next(),
    })
}

fn earlier(jobs: &ByTime, cutoff: Timestamp) -> impl Iterator<Item = JobId> {
    const FIRST: JobId = JobId::from_bytes([0; 16]);
    jobs.range(..(cutoff, FIRST)).map(|&(_, id)| id)
}

/// Changes the value of a key, which is only copied where it is new.
fn change<V: Default>(map: &mut BTreeMap<String, V>, key: &str, change: impl FnOnce(&mut V)) {
    if let Some(value) = map.get_mut(key) {
        return change(value);
    }
    let mut value = V::default();
    change(&mut value);
    map.insert(key.to_owned(), value);
}

//! What clients of a store did and were answered, and whether a right store can have answered so.
//!
//! Each client writes a line before it asks and a line once it is answered, into one [`History`] or one file
//! a process; what is never answered may have happened or not. [`History::check`] then holds the whole
//! against these laws, and against what the store says at the end:
//!
//! * Every job that was acknowledged exists, and every job ends.
//! * Every job ends once: of all that end it, one is acknowledged at most, and what was acknowledged is how it
//!   ended.
//! * No fence is given out twice, and fences rise: a claim that began after another one was answered got the
//!   higher fence.
//! * No write is acknowledged to a fence once a higher one is known to be given out.
//! * What was enqueued under one key is one job.
//!
//! The order of the lines is the only clock: of two steps the first came before the second if its answer was
//! written before the second began. Nothing is concluded of steps that overlap.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::violation::Violation;
use crate::{Fence, Job, JobId, Status};

mod violation;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A client asks. The number is its own choice, and used once.
    Began(u64, Step),
    /// It was answered.
    Ended(u64, Answer),
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// To take in a job under this dedupe key.
    Enqueue(String),
    /// For jobs to run.
    Claim,
    /// To let the holder of a fence write: a heartbeat, or how the job ended for it.
    Write(JobId, Fence),
    /// To call a job off.
    Cancel(JobId),
}

/// What it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The job is there, now or since an earlier time.
    Enqueued(JobId),
    /// These are leased, each with its fence.
    Claimed(Vec<(JobId, Fence)>),
    /// It was written, and this is the status now.
    Wrote(Status),
    /// Nothing was changed.
    Refused,
}

/// All lines, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct History {
    lines: Vec<Line>,
}

impl History {
    /// Adds the next line.
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// How many lines there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Holds the history against the laws; `left` are all jobs that the store has when everything is done.
    ///
    /// # Errors
    ///
    /// The first law that is broken, and where.
    pub fn check(&self, left: &[Job]) -> Result<(), Violation> {
        let mut known = Known::default();
        self.lines.iter().try_for_each(|line| known.read(line))?;
        known.compare(left)
    }
}

impl FromIterator<Line> for History {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        Self {
            lines: lines.into_iter().collect(),
        }
    }
}

/// What is certain after the lines that were read.
#[derive(Debug, Default)]
struct Known<'a> {
    /// Which line is read.
    at: usize,
    /// Steps that are not answered, and the lines in which they began.
    open: BTreeMap<u64, (usize, &'a Step)>,
    /// Acknowledged jobs by their key.
    keys: BTreeMap<&'a str, JobId>,
    /// Fences that were given out, with the lines that say so.
    claims: BTreeMap<JobId, Vec<(Fence, usize)>>,
    /// Acknowledged ends, with the lines that say so.
    ends: BTreeMap<JobId, (Status, usize)>,
}

impl<'a> Known<'a> {
    fn read(&mut self, line: &'a Line) -> Result<(), Violation> {
        self.at += 1;
        match line {
            Line::Began(number, step) => {
                self.open.insert(*number, (self.at, step));
                Ok(())
            }
            Line::Ended(number, answer) => {
                let Some((began, step)) = self.open.remove(number) else {
                    return Err(Violation::NeverAsked(*number));
                };
                self.answered(began, step, answer)
            }
        }
    }

    fn answered(&mut self, began: usize, step: &'a Step, answer: &Answer) -> Result<(), Violation> {
        match (step, answer) {
            (Step::Enqueue(key), Answer::Enqueued(id)) => self.enqueued(key, *id),
            (Step::Claim, Answer::Claimed(jobs)) => {
                let mut jobs = jobs.iter();
                jobs.try_for_each(|&(job, fence)| self.claimed(began, job, fence))
            }
            (Step::Write(job, fence), Answer::Wrote(status)) => {
                self.wrote(began, *job, *fence)?;
                self.moved(began, *job, *status)
            }
            (Step::Cancel(job), Answer::Wrote(status)) => self.moved(began, *job, *status),
            _ => Ok(()),
        }
    }

    fn enqueued(&mut self, key: &'a str, id: JobId) -> Result<(), Violation> {
        match self.keys.insert(key, id) {
            Some(first) if first != id => Err(Violation::TwoJobs {
                key: key.to_owned(),
                jobs: [first, id],
            }),
            _ => Ok(()),
        }
    }

    fn claimed(&mut self, began: usize, job: JobId, fence: Fence) -> Result<(), Violation> {
        if let Some((status, line)) = self.ends.get(&job)
            && *line < began
        {
            let status = *status;
            return Err(Violation::ClaimedAfterItsEnd { job, status });
        }
        let claims = self.claims.entry(job).or_default();
        if claims.iter().any(|(given, _)| *given == fence) {
            return Err(Violation::TwoHolders { job, fence });
        }
        let before = claims.iter().filter(|(_, line)| *line < began);
        if let Some(&(earlier, _)) = before.max().filter(|(earlier, _)| *earlier > fence) {
            return Err(Violation::FenceFell {
                job,
                fences: [earlier, fence],
            });
        }
        claims.push((fence, self.at));
        Ok(())
    }

    fn wrote(&self, began: usize, job: JobId, fence: Fence) -> Result<(), Violation> {
        let claims = self.claims.get(&job).into_iter().flatten();
        let newer = claims.filter(|(given, line)| *given > fence && *line < began);
        match newer.max() {
            Some(&(newer, _)) => Err(Violation::StaleWrite { job, fence, newer }),
            None => Ok(()),
        }
    }

    fn moved(&mut self, began: usize, job: JobId, status: Status) -> Result<(), Violation> {
        // A write that overlaps with the end may have come before it, unless it is an end itself.
        if let Some((first, line)) = self.ends.get(&job)
            && (status.is_final() || *line < began)
        {
            return Err(Violation::EndedTwice {
                job,
                ends: [*first, status],
            });
        }
        if status.is_final() {
            self.ends.insert(job, (status, self.at));
        }
        Ok(())
    }

    fn compare(&self, left: &[Job]) -> Result<(), Violation> {
        let jobs: BTreeMap<JobId, &Job> = left.iter().map(|job| (job.id, job)).collect();
        for (key, id) in &self.keys {
            if !jobs.contains_key(id) {
                let key = (*key).to_owned();
                return Err(Violation::Lost { key, job: *id });
            }
        }
        let mut keys = BTreeMap::new();
        for job in left {
            if !job.status.is_final() {
                let (job, status) = (job.id, job.status);
                return Err(Violation::NeverEnded { job, status });
            }
            let twin = job
                .dedupe_key
                .as_ref()
                .and_then(|key| keys.insert(key, job.id));
            if let (Some(first), Some(key)) = (twin, job.dedupe_key.clone()) {
                let jobs = [first, job.id];
                return Err(Violation::TwoJobs { key, jobs });
            }
        }
        for (&job, &(told, _)) in &self.ends {
            let status = jobs.get(&job).map(|job| job.status);
            if status != Some(told) {
                return Err(Violation::Undone { job, told, status });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! The questions that the store answers.

use std::collections::BTreeSet;

use jobstore::{
    AuditPage, AuditQuery, Job, JobId, LogPage, Page, Query, QueueState, Summary, Tally, Timestamp,
};

use crate::state::State;

impl State {
    pub(crate) fn list(&self, query: &Query) -> Page {
        let limit = query.limit.clamp(1, Query::MAX_LIMIT);
        let newest_first = self.jobs.iter().rev();
        let mut found = newest_first
            .filter(|job| query.matches(job))
            .map(Summary::from);
        let jobs: Vec<_> = found.by_ref().take(limit).collect();
        let more = found.next().is_some();
        Page {
            next: jobs.last().filter(|_| more).map(|job| job.id),
            jobs,
        }
    }

    pub(crate) fn log(&self, id: JobId, after: u64, limit: usize) -> LogPage {
        let lines = self.logs.get(&id).into_iter().flatten();
        let mut found = lines.filter(|line| line.number > after);
        let limit = limit.clamp(1, LogPage::MAX_LIMIT);
        let lines: Vec<_> = found.by_ref().take(limit).cloned().collect();
        let more = found.next().is_some();
        LogPage {
            next: lines.last().filter(|_| more).map(|line| line.number),
            lines,
        }
    }

    pub(crate) fn audit(&self, query: &AuditQuery) -> AuditPage {
        let limit = query.limit.clamp(1, AuditQuery::MAX_LIMIT);
        let mut found = self.trail.iter().rev().filter(|entry| {
            query.job.is_none_or(|job| entry.job == job)
                && query.before.is_none_or(|before| entry.seq < before)
        });
        let entries: Vec<_> = found.by_ref().take(limit).cloned().collect();
        let more = found.next().is_some();
        AuditPage {
            next: entries.last().filter(|_| more).map(|entry| entry.seq),
            entries,
        }
    }

    pub(crate) fn queues(&self, now: Timestamp) -> Vec<QueueState> {
        let used = self.jobs.iter().map(|job| &job.queue);
        let names: BTreeSet<_> = used.chain(self.paused.keys()).collect();
        let state = |queue: &String| {
            let waits = |job: &&Job| job.queue == *queue && job.status.is_waiting();
            let times = self.jobs.iter().filter(waits).map(|job| job.run_at);
            let (due, later): (Vec<_>, Vec<_>) = times.partition(|run_at| *run_at <= now);
            QueueState {
                queue: queue.clone(),
                tally: self.tally(|job| job.queue == *queue),
                due_since: due.into_iter().min(),
                next_due: later.into_iter().min(),
                asked_at: self.asked.get(queue).copied(),
                paused: self.paused.get(queue).cloned(),
            }
        };
        names.into_iter().map(state).collect()
    }

    pub(crate) fn tally(&self, counted: impl Fn(&Job) -> bool) -> Tally {
        let mut tally = Tally::default();
        for job in self.jobs.iter().filter(|job| counted(job)) {
            *tally.of_mut(job.status) += 1;
        }
        tally
    }
}

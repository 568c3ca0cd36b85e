//! What a worker measures.

use std::collections::HashSet;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use parking_lot::Mutex;

use crate::{Outcome, QueueState, Run, Status, Timestamp};

/// Counts for the recorder of the process.
pub(super) struct Meter {
    queue: String,
    /// The kinds that are told apart. Names of kinds may come from outside, and each would be a time
    /// series of its own.
    kinds: Mutex<HashSet<String>>,
}

impl Meter {
    pub(super) fn new(queue: &str) -> Self {
        describe();
        Self {
            queue: queue.to_owned(),
            kinds: Mutex::default(),
        }
    }

    pub(super) fn ran(&self, run: &Run) {
        let (queue, kind) = (self.queue.clone(), self.kind(&run.kind));
        let labels = [("queue", queue), ("kind", kind)];
        histogram!(WAIT, &labels).record(run.waited);
        histogram!(RUN, &labels).record(run.took);
        let [(_, queue), (_, kind)] = labels;
        let outcome = run.outcome.name();
        counter!(ATTEMPTS, "queue" => queue.clone(), "kind" => kind, "outcome" => outcome)
            .increment(1);
        if let (Outcome::Dead, Some(category)) = (run.outcome, run.category) {
            counter!(DEAD, "queue" => queue, "category" => category.name()).increment(1);
        }
    }

    pub(super) fn reaped(&self, jobs: usize) {
        counter!(REAPED, "queue" => self.queue.clone()).increment(jobs as u64);
    }

    pub(super) fn store_failed(&self) {
        counter!(STORE_FAILURES, "queue" => self.queue.clone()).increment(1);
    }

    /// How the worker's own queue is. One that holds nothing is not among `queues`.
    pub(super) fn queues(&self, queues: &[QueueState], now: Timestamp) {
        let own = queues.iter().find(|state| state.queue == self.queue);
        for status in Status::ALL {
            let jobs = own.map_or(0, |state| state.tally.of(status));
            let labels = [
                ("queue", self.queue.clone()),
                ("status", status.to_string()),
            ];
            gauge!(DEPTH, &labels).set(jobs as f64);
        }
        let due = own.and_then(|state| state.due_since);
        let age = due.map_or(0.0, |due| now.since(due).as_secs_f64());
        gauge!(OLDEST, "queue" => self.queue.clone()).set(age);
        let paused = own.is_some_and(|state| state.paused.is_some());
        gauge!(PAUSED, "queue" => self.queue.clone()).set(f64::from(u8::from(paused)));
    }

    fn kind(&self, kind: &str) -> String {
        let mut kinds = self.kinds.lock();
        if kinds.contains(kind) {
            return kind.to_owned();
        }
        if kinds.len() >= MOST_KINDS {
            return OTHER.to_owned();
        }
        kinds.insert(kind.to_owned());
        kind.to_owned()
    }
}

fn describe() {
    describe_gauge!(DEPTH, Unit::Count, "Jobs, by queue and status");
    describe_gauge!(
        OLDEST,
        Unit::Seconds,
        "For how long the job has been due that is due longest"
    );
    describe_gauge!(PAUSED, Unit::Count, "Whether the queue is paused");
    describe_histogram!(
        WAIT,
        Unit::Seconds,
        "From when a job was due until its handler began"
    );
    describe_histogram!(RUN, Unit::Seconds, "How long handlers ran");
    describe_counter!(ATTEMPTS, Unit::Count, "Attempts, by how they ended");
    describe_counter!(DEAD, Unit::Count, "Jobs that died, by category of failure");
    describe_counter!(
        REAPED,
        Unit::Count,
        "Jobs that this worker freed because theirs was gone"
    );
    describe_counter!(
        STORE_FAILURES,
        Unit::Count,
        "Times that the store failed or did not answer"
    );
}

const DEPTH: &str = "jobstore_depth";
const OLDEST: &str = "jobstore_oldest_due_age_seconds";
const PAUSED: &str = "jobstore_queue_paused";
const WAIT: &str = "jobstore_wait_seconds";
const RUN: &str = "jobstore_run_seconds";
const ATTEMPTS: &str = "jobstore_attempts_total";
const DEAD: &str = "jobstore_dead_total";
const REAPED: &str = "jobstore_reaped_total";
const STORE_FAILURES: &str = "jobstore_store_failures_total";

/// How many kinds are told apart; all others are one.
const MOST_KINDS: usize = 100;
const OTHER: &str = "other";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_kinds_make_no_series_of_their_own() {
        let meter = Meter::new("mail");
        let kinds: HashSet<_> = (0..10_000).map(|n| meter.kind(&n.to_string())).collect();
        assert_eq!(kinds.len(), MOST_KINDS + 1);
        assert!(kinds.contains(OTHER));
        assert_eq!(meter.kind("7"), "7");
    }
}

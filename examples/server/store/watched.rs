//! A store that is watched: how long it takes, and what becomes of jobs.

use std::time::Instant;

use async_trait::async_trait;
use event_listener::EventListener;
use jobstore::{
    Applied, AuditPage, AuditQuery, By, Claim, Claimed, Durability, Enqueued, Event, Finding, Job,
    JobId, LogPage, NewJob, Page, Pruned, Query, QueueState, Replay, Replayed, Retention, Status,
    Store, StoreError, Tally, Timestamp,
};
use metrics::{counter, histogram};

/// Counts what goes through it. It sees how every attempt ends, also those that no handler ends: in time,
/// by a panic, or with the process.
#[derive(Debug)]
pub(super) struct Watched<S>(pub(super) S);

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: Store> Store for Watched<S> {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        Timer::start("enqueue").time(self.0.enqueue(job)).await
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        let enqueued = self.0.enqueue_all(jobs);
        Timer::start("enqueue_all").time(enqueued).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let claimed = Timer::start("claim").time(self.0.claim(claim)).await?;
        for job in &claimed.jobs {
            let claimed_at = job.started_at.unwrap_or(job.run_at);
            histogram!("job_wait_seconds").record(claimed_at.since(job.run_at));
        }
        Ok(claimed)
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        let ending = Ending::of(&event);
        let operation = Timer::start("apply").time(self.0.apply(id, event));
        let applied = operation.await?;
        if let (Some(ending), Applied::Now(status)) = (ending, applied) {
            ending.count(status);
        }
        Ok(applied)
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        let endings: Vec<_> = events.iter().map(|(_, event)| Ending::of(event)).collect();
        let operation = Timer::start("apply_all").time(self.0.apply_all(events));
        let applied = operation.await?;
        for (ending, applied) in endings.into_iter().zip(&applied) {
            if let (Some(ending), Applied::Now(status)) = (ending, *applied) {
                ending.count(status);
            }
        }
        Ok(applied)
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        let reaped = Timer::start("reap").time(self.0.reap(limit)).await?;
        counter!("job_attempts_total", "outcome" => "lost").increment(reaped.len() as u64);
        Ok(reaped)
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        Timer::start("replay").time(self.0.replay(id, replay)).await
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        Timer::start("delete").time(self.0.delete(id, by)).await
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        let erased = self.0.erase(subject, by, limit);
        Timer::start("erase").time(erased).await
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        let pruned = self.0.prune(retention, limit);
        Timer::start("prune").time(pruned).await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        Timer::start("pause").time(self.0.pause(queue, by)).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        Timer::start("get").time(self.0.get(id)).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        Timer::start("list").time(self.0.list(query)).await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        Timer::start("log").time(self.0.log(id, after, limit)).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        Timer::start("audit").time(self.0.audit(query)).await
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        Timer::start("queues").time(self.0.queues()).await
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        Timer::start("batch").time(self.0.batch(batch)).await
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        Timer::start("examine").time(self.0.examine(mend)).await
    }

    fn durability(&self) -> Durability {
        self.0.durability()
    }

    async fn check(&self) -> Result<(), StoreError> {
        Timer::start("check").time(self.0.check()).await
    }

    fn listen(&self) -> EventListener {
        self.0.listen()
    }

    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// How an attempt ends, as far as its worker says.
#[derive(Debug, Clone)]
enum Ending {
    Done,
    Failed(String),
    Postponed,
    Released,
}

impl Ending {
    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Complete { .. } => Some(Self::Done),
            Event::Fail { category, .. } => Some(Self::Failed(category.to_string())),
            Event::Postpone { .. } => Some(Self::Postponed),
            Event::Release { .. } => Some(Self::Released),
            Event::Claim { .. }
            | Event::Heartbeat { .. }
            | Event::Progress { .. }
            | Event::Log { .. }
            | Event::Expire
            | Event::Cancel { .. }
            | Event::Revive { .. }
            | Event::Flag { .. }
            | Event::Resolve { .. } => None,
        }
    }

    /// Counts it, with the status that the job has now.
    fn count(self, status: Status) {
        let outcome = match self {
            Self::Done => "done",
            Self::Failed(category) => {
                counter!("job_failures_total", "category" => category).increment(1);
                status.name()
            }
            Self::Postponed => "postponed",
            Self::Released => "released",
        };
        counter!("job_attempts_total", "outcome" => outcome).increment(1);
    }
}

/// Times one operation, also one that is given up.
struct Timer {
    operation: &'static str,
    started: Instant,
    outcome: &'static str,
}

impl Timer {
    fn start(operation: &'static str) -> Self {
        Self {
            operation,
            started: Instant::now(),
            outcome: "abandoned",
        }
    }

    async fn time<T>(
        mut self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let result = operation.await;
        self.outcome = match &result {
            Ok(_) => "ok",
            Err(StoreError::Full(_)) => "full",
            Err(StoreError::Invalid(_)) => "invalid",
            Err(_) => "error",
        };
        result
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        histogram!(
            "store_operation_duration_seconds",
            "operation" => self.operation,
            "outcome" => self.outcome,
        )
        .record(self.started.elapsed());
    }
}

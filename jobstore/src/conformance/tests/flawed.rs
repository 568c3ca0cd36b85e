//! A store that is wrong in one way.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use event_listener::EventListener;
use parking_lot::Mutex;

use super::flaw::Flaw;
use crate::{
    Action, Answer, Applied, AtDeath, AuditPage, AuditQuery, By, Claim, Claimed, Clock, Dedupe,
    Durability, Enqueued, Event, Fence, Finding, Job, JobId, LogPage, ManualClock, Memory, NewJob,
    Page, Priority, Pruned, Query, QueueState, Refused, Replay, Replayed, Retention, Status, Store,
    StoreError, Tally, Timestamp, conformance::events,
};

mod wrong;

/// A good store behind a flaw.
#[derive(Debug)]
pub(super) struct Flawed {
    store: Memory,
    flaw: Option<Flaw>,
    rung: event_listener::Event,
    notes: Mutex<Notes>,
}

/// What a flaw keeps beside the store.
#[derive(Debug, Default)]
struct Notes {
    claimed: Vec<Job>,
    keys: Vec<(String, JobId)>,
    happened: BTreeSet<(Timestamp, JobId)>,
    logs: BTreeMap<JobId, LogPage>,
}

/// A clock that is not the one that the store was given.
#[derive(Debug)]
struct Ahead(Arc<ManualClock>);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        self.0.now() + Duration::from_micros(1)
    }
}

impl Flawed {
    pub(super) fn new(flaw: Option<Flaw>, clock: Arc<ManualClock>) -> Self {
        Self {
            store: if flaw == Some(Flaw::RunsAhead) {
                Memory::with_clock(Ahead(clock))
            } else {
                Memory::with_clock(clock)
            },
            flaw,
            rung: event_listener::Event::new(),
            notes: Mutex::default(),
        }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn limit(&self, limit: usize) -> usize {
        if self.has(Flaw::IgnoresLimits) {
            usize::MAX
        } else {
            limit
        }
    }

    fn queue(&self, queue: &str) -> String {
        if self.has(Flaw::FoldsCaseOfQueues) {
            return queue.to_ascii_lowercase();
        }
        queue.to_owned()
    }

    /// What is written is not what was given.
    fn alter(&self, job: &mut NewJob) {
        job.queue = self.queue(&job.queue);
        if self.has(Flaw::IgnoresPriorities) {
            job.priority = Priority::Normal;
        }
        if self.has(Flaw::CountsNoInterruptions) {
            job.max_interrupted = u32::MAX;
        }
        match (self.flaw, &mut job.dedupe) {
            (Some(Flaw::NeverReleasesKeys), Some(dedupe)) => dedupe.at_death = AtDeath::Keep,
            (Some(Flaw::ForgetsKeys), dedupe) => *dedupe = None,
            (Some(Flaw::TakesNoKeyForAKey), dedupe @ None) => {
                *dedupe = Some(Dedupe {
                    key: "none".into(),
                    window: Duration::from_secs(60),
                    at_death: AtDeath::Keep,
                });
            }
            (Some(Flaw::FoldsCaseOfKeys), Some(dedupe)) => dedupe.key.make_ascii_lowercase(),
            (Some(Flaw::TriesTwentyFiveTimes), _) => job.max_attempts = 25,
            (Some(Flaw::KeepsText), _) => {
                let text = String::from_utf8_lossy(job.payload.as_bytes()).into_owned();
                job.payload = text.into();
            }
            _ => {}
        }
    }

    /// What is read is not what was written.
    fn distort(&self, job: &mut Job) {
        if self.has(Flaw::KeepsMilliseconds) {
            job.run_at = to_millis(job.run_at);
        }
        let is_forgotten = |answer: &Answer| match self.flaw {
            Some(Flaw::ForgetsEmptyResults) => answer.value() == "",
            Some(Flaw::ForgetsLongResults) => answer.value().to_string().len() > 65_536,
            _ => false,
        };
        job.result = job.result.take().filter(|answer| !is_forgotten(answer));
        if self.has(Flaw::ForgetsLineage) {
            job.replay_of = None;
        }
        if self.has(Flaw::StartsFencesAgain) && job.fence > Fence::NONE {
            job.fence = Fence::new(1);
            if let Some(lease) = &mut job.lease {
                lease.fence = job.fence;
            }
        }
    }
}

fn to_millis(time: Timestamp) -> Timestamp {
    let micros = time.as_micros();
    Timestamp::from_micros(micros - micros % 1_000).expect("earlier, and not before the epoch")
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store for Flawed {
    async fn enqueue(&self, mut job: NewJob) -> Result<Enqueued, StoreError> {
        if let Err(invalid) = job.validate() {
            self.keep_key_of(job).await?;
            return Err(invalid.into());
        }
        self.alter(&mut job);
        if self.has(Flaw::LooksUpKeysBeforehand) && job.dedupe.is_some() {
            return self.look_up_then_enqueue(job).await;
        }
        let enqueued = self.store.enqueue(job.clone()).await?;
        let due = self
            .get(enqueued.first())
            .await?
            .is_some_and(|job| job.run_at <= self.now());
        match enqueued {
            Enqueued::Created(id) if self.has(Flaw::NamesJobsBackwards) => {
                let backwards = id.as_bytes().map(|byte| !byte);
                return Ok(Enqueued::Created(JobId::from_bytes(backwards)));
            }
            Enqueued::Created(_) if self.has(Flaw::WakesNobody) => {}
            Enqueued::Created(_) if self.has(Flaw::WakesOne) => _ = self.rung.notify(1),
            Enqueued::Created(_) if due => _ = self.rung.notify(usize::MAX),
            Enqueued::Duplicate { status, .. }
                if self.has(Flaw::FreesKeysOfEndedJobs) && status.is_some_and(Status::is_final) =>
            {
                job.dedupe = None;
                return self.store.enqueue(job).await;
            }
            Enqueued::Conflict { id, status } if self.has(Flaw::ComparesKeysOnly) => {
                return Ok(Enqueued::Duplicate { id, status });
            }
            _ => {}
        }
        Ok(enqueued)
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        if self.has(Flaw::TakesWhatComesTogetherApart) {
            let mut enqueued = Vec::new();
            for job in jobs {
                enqueued.push(self.store.enqueue(job).await?);
            }
            return Ok(enqueued);
        }
        if self.has(Flaw::WedgesOnLongQueues) && jobs.len() >= 8_000 {
            return Err(StoreError::Unavailable("too many to unpack".into()));
        }
        let mut enqueued = self.store.enqueue_all(jobs).await?;
        if self.has(Flaw::AnswersBackwards) {
            enqueued.reverse();
        }
        Ok(enqueued)
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let mut claim = claim.clone();
        if self.has(Flaw::WedgesOnLongQueues) && self.store.len() >= 8_000 {
            return Err(StoreError::Unavailable("too many results to unpack".into()));
        }
        if self.has(Flaw::WrapsLongLeases) && claim.lease > Duration::from_secs(1 << 32) {
            claim.lease = Duration::ZERO;
        }
        claim.queue = self.queue(&claim.queue);
        if self.has(Flaw::ClaimsInTwoSteps) {
            self.claim_for_ever_then_give_back(&claim).await?;
        }
        if self.has(Flaw::ClaimsByAge) {
            return self.claim_by_age(&claim).await;
        }
        claim.limit = self.limit(claim.limit);
        let mut claimed = self.store.claim(&claim).await?;
        claimed.jobs.iter_mut().for_each(|job| self.distort(job));
        if self.has(Flaw::ClaimsTwice) {
            self.hand_out_once_more(&mut claimed);
        }
        Ok(claimed)
    }

    async fn apply(&self, id: JobId, mut event: Event) -> Result<Applied, StoreError> {
        if self.has(Flaw::DecidesBeforehand) {
            return self.decide_then_write(id, event).await;
        }
        if self.has(Flaw::IgnoresFences) || self.has(Flaw::StartsFencesAgain) {
            event = self.with_the_latest_fence(id, event).await?;
        }
        if self.has(Flaw::ForgetsHeartbeats) {
            event = without_time(event);
        }
        let first = self.notes.lock().happened.insert((self.now(), id));
        if self.has(Flaw::TakesTheTimeForAnIdentity) && !first {
            return Ok(Applied::Refused(Refused::TooEarly));
        }
        let applied = self.store.apply(id, event).await?;
        if self.has(Flaw::TakesUnknownForLost) && applied == Applied::Unknown {
            return Ok(Applied::Refused(Refused::LeaseLost));
        }
        Ok(applied)
    }

    async fn apply_all(&self, events: Vec<(JobId, Event)>) -> Result<Vec<Applied>, StoreError> {
        let mut applied = self.store.apply_all(events.clone()).await?;
        if self.has(Flaw::StopsAtTheFirstRefusal) {
            let refused = |applied: &Applied| !matches!(applied, Applied::Now(_));
            let at = applied.iter().position(refused).unwrap_or(applied.len());
            for applied in &mut applied[at..] {
                *applied = Applied::Unknown;
            }
        }
        Ok(applied)
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        if self.has(Flaw::TakesLossesForFailures) {
            return self.fail_what_is_over(limit).await;
        }
        let mut reaped = self.store.reap(self.limit(limit)).await?;
        if self.has(Flaw::ReapsWhatHasEnded) {
            let done = self
                .store
                .list(&Query::default().status(Status::Done))
                .await?;
            reaped.extend(done.jobs.iter().map(|job| job.id));
        }
        Ok(reaped)
    }

    async fn prune(&self, retention: &Retention, limit: usize) -> Result<Pruned, StoreError> {
        if self.has(Flaw::PrunesRetrying) {
            self.cancel_what_waits_for_its_retry().await?;
        }
        if self.has(Flaw::DecidesBeforehand) {
            return self.count_then_prune(retention, limit).await;
        }
        if self.has(Flaw::KeepsPayloads) || self.has(Flaw::PrunesWhatNobodyNamed) {
            return self.store.prune(&self.other(retention), limit).await;
        }
        if self.has(Flaw::ForgetsTheTrail) {
            let retention = retention.audit(Duration::ZERO);
            let mut pruned = self.store.prune(&retention, limit).await?;
            pruned.audit = 0;
            return Ok(pruned);
        }
        self.store.prune(retention, self.limit(limit)).await
    }

    async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        let mut replay = replay.clone();
        if self.has(Flaw::ReplaysWithoutEnd) {
            replay.cap = u32::MAX;
        }
        self.store.replay(id, &replay).await
    }

    async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        let key = self.store.get(id).await?.and_then(|job| job.dedupe_key);
        let deleted = self.store.delete(id, by).await?;
        if let Some(key) = key
            && deleted
            && self.has(Flaw::LeavesKeysOfDeletedJobs)
        {
            let keeper = NewJob::new("queue", "kind").dedupe(key, Duration::MAX);
            let id = self.store.enqueue(keeper).await?.first();
            let _ = self.store.apply(id, events::cancel()).await?;
        }
        Ok(deleted)
    }

    async fn erase(&self, subject: &str, by: &By, limit: usize) -> Result<usize, StoreError> {
        if self.has(Flaw::ErasesByPrefix) {
            return self.erase_by_prefix(subject, by, limit).await;
        }
        self.store.erase(subject, by, limit).await
    }

    async fn pause(&self, queue: &str, by: Option<&By>) -> Result<(), StoreError> {
        if self.has(Flaw::IgnoresPauses) {
            return Ok(());
        }
        self.store.pause(queue, by).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let mut job = self.store.get(id).await?;
        if self.has(Flaw::FailsOnUnknown) && job.is_none() {
            return Err(StoreError::Corrupt("no such row".into()));
        }
        if let Some(job) = &mut job {
            if self.has(Flaw::ReadsInTwoSteps) {
                wrong::others_come_in_between().await;
                job.lease = self.store.get(id).await?.and_then(|job| job.lease);
            }
            self.distort(job);
        }
        Ok(job)
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        if self.has(Flaw::PagesByCount) {
            return self.page_by_count(query).await;
        }
        let queue = query.queue.as_deref().map(|queue| self.queue(queue));
        let tag = query.tag.clone().filter(|_| !self.has(Flaw::IgnoresTags));
        self.store
            .list(&Query {
                queue,
                tag,
                ..query.clone()
            })
            .await
    }

    async fn log(&self, id: JobId, after: u64, limit: usize) -> Result<LogPage, StoreError> {
        let mut page = self.store.log(id, after, limit).await?;
        while let Some(next) = page.next
            && self.has(Flaw::IgnoresLimits)
        {
            let more = self.store.log(id, next, limit).await?;
            page.lines.extend(more.lines);
            page.next = more.next;
        }
        if self.has(Flaw::CountsLinesFromNought) {
            page.lines.iter_mut().for_each(|line| line.number -= 1);
        }
        if self.has(Flaw::KeepsLogs) {
            return Ok(self.remember_log(id, page));
        }
        Ok(page)
    }

    async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        let all = query.clone().limit(self.limit(query.limit));
        let mut page = self.store.audit(&all).await?;
        if self.has(Flaw::ForgetsEnqueues) {
            page.entries.retain(|entry| entry.action != Action::Enqueue);
        }
        if self.has(Flaw::TellsNoReasons) {
            page.entries
                .iter_mut()
                .for_each(|entry| entry.reason.clear());
        }
        Ok(page)
    }

    async fn queues(&self) -> Result<Vec<QueueState>, StoreError> {
        let mut queues = self.store.queues().await?;
        if self.has(Flaw::TakesRetriesForReady) {
            for queue in &mut queues {
                queue.tally.ready += std::mem::take(&mut queue.tally.retrying);
            }
        }
        if self.has(Flaw::TellsNoTimes) {
            for queue in &mut queues {
                (queue.due_since, queue.asked_at) = (None, None);
            }
        }
        Ok(queues)
    }

    async fn batch(&self, batch: &str) -> Result<Tally, StoreError> {
        let mut tally = self.store.batch(batch).await?;
        if self.has(Flaw::ForgetsEndedJobsOfBatches) {
            tally.done = 0;
        }
        Ok(tally)
    }

    async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        self.store.examine(mend).await
    }

    fn durability(&self) -> Durability {
        self.store.durability()
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }

    fn listen(&self) -> EventListener {
        let flaws = [Flaw::WakesNobody, Flaw::WakesOne, Flaw::WakesNobodyForLater];
        if flaws.into_iter().any(|flaw| self.has(flaw)) {
            return self.rung.listen();
        }
        self.store.listen()
    }

    fn now(&self) -> Timestamp {
        self.store.now()
    }
}

/// A heartbeat that prolongs nothing.
fn without_time(event: Event) -> Event {
    match event {
        Event::Heartbeat { fence, .. } => Event::Heartbeat {
            fence,
            lease: Duration::ZERO,
        },
        event => event,
    }
}

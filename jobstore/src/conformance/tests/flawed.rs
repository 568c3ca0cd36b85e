//! Stores that are wrong in one way each: ways in which others have been wrong.

use std::sync::Arc;

use async_trait::async_trait;
use event_listener::EventListener;
use parking_lot::Mutex;

use crate::{
    Applied, Claim, Claimed, Enqueued, Event, Fence, Job, JobId, ManualClock, Memory, NewJob, Page,
    Query, Refused, Status, Store, StoreError, Timestamp,
};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    ForgetsKeys,
    FreesKeysOfEndedJobs,
    LooksUpKeysBeforehand,
    FoldsCaseOfKeys,
    ComparesKeysOnly,
    IgnoresFences,
    DecidesBeforehand,
    ClaimsTwice,
    ClaimsByAge,
    WedgesOnLongQueues,
    TriesTwentyFiveTimes,
    PrunesRetrying,
    IgnoresLimits,
    KeepsMilliseconds,
    KeepsText,
    PagesByCount,
    WakesOne,
    TakesUnknownForLost,
}

impl Flaw {
    /// Those that show in the answers to one caller, within what a random history asks.
    pub(super) const SEQUENTIAL: [Self; 8] = [
        Self::ForgetsKeys,
        Self::FreesKeysOfEndedJobs,
        Self::ComparesKeysOnly,
        Self::IgnoresFences,
        Self::ClaimsByAge,
        Self::TriesTwentyFiveTimes,
        Self::PrunesRetrying,
        Self::KeepsMilliseconds,
    ];
}

/// A good store behind a flaw.
#[derive(Debug)]
pub(super) struct Flawed {
    store: Memory,
    flaw: Option<Flaw>,
    rung: event_listener::Event,
    /// What was claimed last.
    claimed: Mutex<Vec<Job>>,
    /// Keys of the store's own bookkeeping.
    keys: Mutex<Vec<(String, JobId)>>,
}

impl Flawed {
    pub(super) fn new(flaw: Option<Flaw>, clock: Arc<ManualClock>) -> Self {
        Self {
            store: Memory::with_clock(clock),
            flaw,
            rung: event_listener::Event::new(),
            claimed: Mutex::default(),
            keys: Mutex::default(),
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

    fn alter(&self, job: &mut NewJob) {
        match (self.flaw, &mut job.dedupe) {
            (Some(Flaw::ForgetsKeys), dedupe) => *dedupe = None,
            (Some(Flaw::FoldsCaseOfKeys), Some(dedupe)) => dedupe.key.make_ascii_lowercase(),
            (Some(Flaw::TriesTwentyFiveTimes), _) => job.max_attempts = 25,
            (Some(Flaw::KeepsText), _) => {
                let text = String::from_utf8_lossy(job.payload.as_bytes()).into_owned();
                job.payload = text.into();
            }
            _ => {}
        }
    }

    /// Looks first and writes afterwards; in between, others do the same.
    async fn look_up_then_enqueue(&self, mut job: NewJob) -> Result<Enqueued, StoreError> {
        let key = job
            .dedupe
            .take()
            .map(|dedupe| dedupe.key)
            .unwrap_or_default();
        let known = self
            .keys
            .lock()
            .iter()
            .find(|known| known.0 == key)
            .map(|known| known.1);
        if let Some(id) = known {
            let status = self.store.get(id).await?.map(|job| job.status);
            return Ok(Enqueued::Duplicate { id, status });
        }
        tokio::task::yield_now().await;
        let created = self.store.enqueue(job).await?;
        self.keys.lock().push((key, created.id()));
        Ok(created)
    }

    /// Takes the oldest, whatever their time, and puts the others back.
    async fn claim_by_age(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let limit = usize::MAX;
        let mut claimed = self
            .store
            .claim(&Claim {
                limit,
                ..claim.clone()
            })
            .await?;
        claimed.jobs.sort_by_key(|job| job.id);
        for job in claimed.jobs.drain(claim.limit.min(claimed.jobs.len())..) {
            let fence = job.fence;
            let _ = self.store.apply(job.id, Event::Release { fence }).await?;
        }
        Ok(claimed)
    }

    /// Answers by what it has read, whatever becomes of what it writes.
    async fn decide_then_write(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        let Some(mut read) = self.store.get(id).await? else {
            return Ok(Applied::Unknown);
        };
        tokio::task::yield_now().await;
        let decided = read.apply(event.clone(), self.now());
        let _ = self.store.apply(id, event).await?;
        Ok(decided.map_or_else(Applied::Refused, |()| Applied::Now(read.status)))
    }

    async fn cancel_what_waits_for_its_retry(&self) -> Result<(), StoreError> {
        let retrying = Query::default().status(Status::Retrying);
        for job in self.store.list(&retrying).await?.jobs {
            let _ = self.store.apply(job.id, Event::Cancel).await?;
        }
        Ok(())
    }

    /// Pages that start after as many jobs as the pages before had, not after the last of them.
    async fn page_by_count(&self, query: &Query) -> Result<Page, StoreError> {
        let from_the_start = Query {
            before: None,
            limit: Query::MAX_LIMIT,
            ..query.clone()
        };
        let all = self.store.list(&from_the_start).await?.jobs;
        // Jobs that were added in between shift what the count means.
        let shown = query.before.map_or(0, |_| query.limit);
        let jobs: Vec<_> = all.iter().skip(shown).take(query.limit).cloned().collect();
        let more = all.len() > shown + jobs.len();
        Ok(Page {
            next: jobs.last().filter(|_| more).map(|job| job.id),
            jobs,
        })
    }
}

fn with_fence(event: Event, fence: Fence) -> Event {
    match event {
        Event::Heartbeat { lease, .. } => Event::Heartbeat { fence, lease },
        Event::Complete { result, .. } => Event::Complete { fence, result },
        Event::Fail {
            category,
            message,
            retry,
            ..
        } => Event::Fail {
            fence,
            category,
            message,
            retry,
        },
        Event::Release { .. } => Event::Release { fence },
        Event::Claim { .. } | Event::Expire | Event::Cancel => event,
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
        job.validate()?;
        self.alter(&mut job);
        if self.has(Flaw::LooksUpKeysBeforehand) {
            return self.look_up_then_enqueue(job).await;
        }
        let enqueued = self.store.enqueue(job.clone()).await?;
        self.rung.notify(1);
        match enqueued {
            Enqueued::Duplicate {
                status: Some(status),
                ..
            } if self.has(Flaw::FreesKeysOfEndedJobs) && status.is_final() => {
                job.dedupe = None;
                self.store.enqueue(job).await
            }
            Enqueued::Conflict { id, status } if self.has(Flaw::ComparesKeysOnly) => {
                Ok(Enqueued::Duplicate { id, status })
            }
            enqueued => Ok(enqueued),
        }
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        if self.has(Flaw::WedgesOnLongQueues) && self.store.len() >= 8_000 {
            return Err(StoreError::Unavailable("too many results to unpack".into()));
        }
        if self.has(Flaw::ClaimsByAge) {
            return self.claim_by_age(claim).await;
        }
        let limit = self.limit(claim.limit);
        let mut claimed = self
            .store
            .claim(&Claim {
                limit,
                ..claim.clone()
            })
            .await?;
        if self.has(Flaw::ClaimsTwice) {
            if claimed.jobs.is_empty() {
                claimed.jobs = std::mem::take(&mut *self.claimed.lock());
            } else {
                self.claimed.lock().clone_from(&claimed.jobs);
            }
        }
        Ok(claimed)
    }

    async fn apply(&self, id: JobId, mut event: Event) -> Result<Applied, StoreError> {
        if self.has(Flaw::DecidesBeforehand) {
            return self.decide_then_write(id, event).await;
        }
        if self.has(Flaw::IgnoresFences) {
            let latest = self.store.get(id).await?.map(|job| job.fence);
            event = with_fence(event, latest.unwrap_or_default());
        }
        let applied = self.store.apply(id, event).await?;
        if self.has(Flaw::TakesUnknownForLost) && applied == Applied::Unknown {
            return Ok(Applied::Refused(Refused::LeaseLost));
        }
        Ok(applied)
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        self.store.reap(self.limit(limit)).await
    }

    async fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        if self.has(Flaw::PrunesRetrying) {
            self.cancel_what_waits_for_its_retry().await?;
        }
        self.store.prune(before, self.limit(limit)).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let mut job = self.store.get(id).await?;
        if let Some(job) = &mut job
            && self.has(Flaw::KeepsMilliseconds)
        {
            job.run_at = to_millis(job.run_at);
        }
        Ok(job)
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        if self.has(Flaw::PagesByCount) {
            return self.page_by_count(query).await;
        }
        self.store.list(query).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }

    fn listen(&self) -> EventListener {
        if self.has(Flaw::WakesOne) {
            return self.rung.listen();
        }
        self.store.listen()
    }

    fn now(&self) -> Timestamp {
        self.store.now()
    }
}

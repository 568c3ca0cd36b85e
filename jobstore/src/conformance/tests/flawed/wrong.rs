//! Verbs as a flaw performs them.

use std::time::Duration;

use super::Flawed;
use crate::{
    Applied, By, Category, Claim, Claimed, Enqueued, Event, Fence, JobId, Keep, LogPage, NewJob,
    Page, Pruned, Query, Retention, Retry, Status, Store, StoreError,
    conformance::{events, tests::flaw::Flaw},
};

impl Flawed {
    /// Takes the key of a job that is refused, if that is the flaw.
    pub(super) async fn keep_key_of(&self, refused: NewJob) -> Result<(), StoreError> {
        if self.has(Flaw::KeepsKeysOfInvalidJobs)
            && let Some(dedupe) = refused.dedupe
            && !dedupe.key.is_empty()
        {
            let keeper = NewJob::new(refused.queue, "keeper").dedupe(dedupe.key, dedupe.window);
            let id = self.store.enqueue(keeper).await?.first();
            let _ = self.store.apply(id, events::cancel()).await?;
            let nothing = Keep::for_ever().newest(0);
            let retention = Retention::default().of(Status::Cancelled, nothing);
            self.store.prune(&retention, 1).await?;
        }
        Ok(())
    }

    /// Looks first and writes afterwards; in between, others do the same.
    pub(super) async fn look_up_then_enqueue(
        &self,
        mut job: NewJob,
    ) -> Result<Enqueued, StoreError> {
        let key = job
            .dedupe
            .take()
            .map(|dedupe| dedupe.key)
            .unwrap_or_default();
        let known = self
            .notes
            .lock()
            .keys
            .iter()
            .find(|known| known.0 == key)
            .cloned();
        if let Some((_, id)) = known {
            let status = self.store.get(id).await?.map(|job| job.status);
            return Ok(Enqueued::Duplicate { id, status });
        }
        others_come_in_between().await;
        let created = self.store.enqueue(job).await?;
        self.notes.lock().keys.push((key, created.first()));
        Ok(created)
    }

    /// Leases without end until it is known for how long; nobody does the second step for a caller who went
    /// away after the first.
    pub(super) async fn claim_for_ever_then_give_back(
        &self,
        claim: &Claim,
    ) -> Result<(), StoreError> {
        let lease = Duration::MAX;
        let claimed = self
            .store
            .claim(&Claim {
                lease,
                ..claim.clone()
            })
            .await?;
        others_come_in_between().await;
        for job in claimed.jobs {
            let fence = job.fence;
            let _ = self.store.apply(job.id, Event::Release { fence }).await?;
        }
        Ok(())
    }

    /// Takes the oldest, whatever their time, and puts the others back.
    pub(super) async fn claim_by_age(&self, claim: &Claim) -> Result<Claimed, StoreError> {
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

    pub(super) fn hand_out_once_more(&self, claimed: &mut Claimed) {
        let last = &mut self.notes.lock().claimed;
        if claimed.jobs.is_empty() {
            claimed.jobs.append(last);
        } else {
            last.clone_from(&claimed.jobs);
        }
    }

    /// Answers by what it has read, whatever becomes of what it writes.
    pub(super) async fn decide_then_write(
        &self,
        id: JobId,
        event: Event,
    ) -> Result<Applied, StoreError> {
        let Some(mut read) = self.store.get(id).await? else {
            return Ok(Applied::Unknown);
        };
        others_come_in_between().await;
        let decided = read.apply(event.clone(), self.now());
        let _ = self.store.apply(id, event).await?;
        Ok(decided.map_or_else(Applied::Refused, |_| Applied::Now(read.status)))
    }

    /// Answers how many there were, whoever deletes them.
    pub(super) async fn count_then_prune(
        &self,
        retention: &Retention,
        limit: usize,
    ) -> Result<Pruned, StoreError> {
        let age = retention.rule(Status::Done).and_then(|keep| keep.age);
        let before = self.now() - age.unwrap_or(Duration::MAX);
        let all = Query::default().limit(Query::MAX_LIMIT);
        let jobs = self.store.list(&all).await?.jobs;
        let old = jobs
            .iter()
            .filter(|job| job.ended_at.is_some_and(|ended| ended < before));
        others_come_in_between().await;
        self.store.prune(retention, limit).await?;
        Ok(Pruned {
            jobs: old.count().min(limit),
            ..Pruned::default()
        })
    }

    /// Retention by rules that were not given.
    pub(super) fn other(&self, retention: &Retention) -> Retention {
        let mut other = *retention;
        for status in Retention::STATUSES {
            other = match retention.rule(status) {
                Some(mut keep) if self.has(Flaw::KeepsPayloads) => {
                    keep.payload_age = None;
                    other.of(status, keep)
                }
                None if self.has(Flaw::PrunesWhatNobodyNamed) => {
                    other.of(status, Keep::for_ever().newest(0))
                }
                _ => other,
            };
        }
        other
    }

    /// A log as it was when there was one.
    pub(super) fn remember_log(&self, id: JobId, page: LogPage) -> LogPage {
        let logs = &mut self.notes.lock().logs;
        if page.lines.is_empty() {
            return logs.get(&id).cloned().unwrap_or(page);
        }
        logs.insert(id, page.clone());
        page
    }

    pub(super) async fn erase_by_prefix(
        &self,
        prefix: &str,
        by: &By,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let all = Query::default().limit(Query::MAX_LIMIT);
        let mut erased = 0;
        for summary in self.store.list(&all).await?.jobs {
            let subject = self
                .store
                .get(summary.id)
                .await?
                .and_then(|job| job.subject);
            let fits = subject.is_some_and(|subject| subject.starts_with(prefix));
            if fits && erased < limit {
                erased += usize::from(self.store.delete(summary.id, by).await?);
            }
        }
        Ok(erased)
    }

    pub(super) async fn with_the_latest_fence(
        &self,
        id: JobId,
        event: Event,
    ) -> Result<Event, StoreError> {
        let latest = self.store.get(id).await?.map(|job| job.fence);
        Ok(with_fence(event, latest.unwrap_or_default()))
    }

    pub(super) async fn fail_what_is_over(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        let running = self
            .store
            .list(&Query::default().status(Status::Running))
            .await?;
        let mut failed = Vec::new();
        for summary in running.jobs {
            let job = self.store.get(summary.id).await?;
            let lease = job.and_then(|job| job.lease);
            let Some(lease) = lease.filter(|lease| lease.until <= self.now()) else {
                continue;
            };
            if failed.len() < limit {
                let event = Event::Fail {
                    fence: lease.fence,
                    category: Category::Lost,
                    message: "the worker is gone".into(),
                    retry: Retry::After(Duration::ZERO),
                };
                let _ = self.store.apply(summary.id, event).await?;
                failed.push(summary.id);
            }
        }
        Ok(failed)
    }

    pub(super) async fn cancel_what_waits_for_its_retry(&self) -> Result<(), StoreError> {
        let retrying = Query::default().status(Status::Retrying);
        for job in self.store.list(&retrying).await?.jobs {
            let _ = self.store.apply(job.id, events::cancel()).await?;
        }
        Ok(())
    }

    /// The second page starts after as many jobs as the first had. Jobs that were added in between shift
    /// what that means.
    pub(super) async fn page_by_count(&self, query: &Query) -> Result<Page, StoreError> {
        let from_the_start = Query {
            before: None,
            limit: Query::MAX_LIMIT,
            ..query.clone()
        };
        let all = self.store.list(&from_the_start).await?.jobs;
        let shown = query.before.map_or(0, |_| query.limit);
        let jobs: Vec<_> = all.iter().skip(shown).take(query.limit).cloned().collect();
        let more = all.len() > shown + jobs.len();
        Ok(Page {
            next: jobs.last().filter(|_| more).map(|job| job.id),
            jobs,
        })
    }
}

/// Long enough for other tasks to get to the same place.
pub(super) async fn others_come_in_between() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
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
        Event::Postpone { delay, .. } => Event::Postpone { fence, delay },
        Event::Progress { progress, .. } => Event::Progress { fence, progress },
        Event::Log { line, .. } => Event::Log { fence, line },
        Event::Claim { .. }
        | Event::Expire
        | Event::Cancel { .. }
        | Event::Revive { .. }
        | Event::Flag { .. }
        | Event::Resolve { .. } => event,
    }
}

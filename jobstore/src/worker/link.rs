//! The way to the store, and what is known about it.

use std::{convert::Infallible, fmt::Display, sync::Arc, time::Duration};

use retry::{Backoff, Jitter};
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use super::{
    chance,
    health::Health,
    outbox::{Letter, Outbox},
    watch::Watch,
};
use crate::{Applied, Event, JobId, Jobs, Store, StoreError, WorkerId};

/// Asks the store on behalf of one worker, and says in the log when it stops and starts to answer.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) jobs: Jobs,
    pub(super) worker: WorkerId,
    pub(super) watch: Watch,
    outbox: Outbox,
    health: Health,
}

impl Link {
    pub(super) fn new(jobs: Jobs, worker: WorkerId, watch: Watch) -> Self {
        Self {
            jobs,
            worker,
            watch,
            outbox: Outbox::default(),
            health: Health::default(),
        }
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        self.jobs.store()
    }

    /// The answer of a verb; `None` if the store failed, or said nothing until `deadline`.
    pub(super) async fn ask<T>(
        &self,
        deadline: Instant,
        verb: impl Future<Output = Result<T, StoreError>>,
    ) -> Option<T> {
        match timeout_at(deadline, verb).await {
            Ok(Ok(answer)) => {
                self.answered();
                Some(answer)
            }
            Ok(Err(error)) => {
                self.failed(&error);
                None
            }
            Err(_) => {
                self.failed(&"it does not answer");
                None
            }
        }
    }

    /// Applies an event in company: with what others want to be applied at the same time. `None` if the
    /// store failed, or said nothing until `deadline`.
    pub(super) async fn post(
        &self,
        deadline: Instant,
        job: JobId,
        event: Event,
    ) -> Option<Applied> {
        let answer = self.outbox.post(job, event, deadline);
        timeout_at(deadline, answer).await.ok()?.ok()
    }

    /// Applies an event alone. What failed in company is tried alone, so that one event that the store
    /// cannot take does not keep the others from being written.
    pub(super) async fn send(
        &self,
        deadline: Instant,
        job: JobId,
        event: Event,
    ) -> Option<Applied> {
        let verb = self.store().apply_all(vec![(job, event)]);
        self.ask(deadline, verb).await?.pop()
    }

    /// Carries to the store what is posted. Two calls may be under way at a time: while one waits for the
    /// disk the next is on its way, and one that hangs does not hold up the rest.
    pub(super) async fn keep_carrying(&self) -> Infallible {
        tokio::join!(self.carry(), self.carry()).0
    }

    async fn carry(&self) -> Infallible {
        loop {
            let letters = self.outbox.collect().await;
            self.deliver(letters).await;
        }
    }

    /// An answer that is dropped says that the store failed.
    async fn deliver(&self, letters: Vec<Letter>) {
        let last = letters.iter().map(|letter| letter.deadline).max();
        let (events, answers): (Vec<_>, Vec<_>) = letters
            .into_iter()
            .map(|letter| ((letter.job, letter.event), letter.answer))
            .unzip();
        let verb = self.store().apply_all(events);
        let deadline = last.unwrap_or_else(Instant::now);
        let applied = self.ask(deadline, verb).await.unwrap_or_default();
        for (answer, applied) in answers.into_iter().zip(applied) {
            // Whoever does not wait any more does not want to know.
            let _ = answer.send(applied);
        }
    }

    /// How long to leave the store alone after it has failed.
    pub(super) fn pause(&self) -> Duration {
        let before = self.health.failures().saturating_sub(1);
        PAUSE.delay(before, chance::bits()).unwrap_or_default()
    }

    /// Whether the store is well, and has been for at least this long since its latest outage.
    pub(super) fn is_steady(&self, grace: Duration) -> bool {
        self.health.is_steady(grace)
    }

    fn answered(&self) {
        if self.health.answered() {
            info!(worker = %self.worker, "the store answers again");
        }
    }

    fn failed(&self, problem: &dyn Display) {
        self.watch.store_failed();
        if self.health.failed() {
            warn!(worker = %self.worker, %problem, "the store fails; claiming and reaping pause");
        }
    }
}

const PAUSE: Backoff = Backoff::exponential()
    .base(Duration::from_millis(100))
    .cap(Duration::from_secs(2))
    .jitter(Jitter::Equal)
    .retries(u32::MAX);

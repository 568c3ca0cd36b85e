//! What a worker does for the store as a whole: freeing jobs of workers that are gone, and deleting old
//! ones.

use std::{convert::Infallible, time::Duration};

use tokio::time::{Instant, sleep};
use tracing::{debug, warn};

use super::shift::Shift;
use crate::Timestamp;

impl<H> Shift<H> {
    pub(super) async fn keep_house(&self) -> Infallible {
        tokio::join!(self.keep_reaping(), self.keep_pruning()).0
    }

    async fn keep_reaping(&self) -> Infallible {
        loop {
            self.reap().await;
            sleep(self.worker.reap_every).await;
        }
    }

    async fn reap(&self) {
        // Whoever could not reach the store may be alive and at work: all get the time for a heartbeat
        // before anyone is taken to be gone.
        while self.link.is_steady(self.worker.lease / 3) {
            let Some(reaped) = self
                .link
                .ask(self.deadline(), self.link.store.reap(BATCH))
                .await
            else {
                return;
            };
            if !reaped.is_empty() {
                warn!(worker = %self.link.worker, jobs = reaped.len(), "freed jobs of lost workers");
            }
            if reaped.len() < BATCH {
                return;
            }
        }
    }

    async fn keep_pruning(&self) -> Infallible {
        let Some(retention) = self.worker.retention else {
            return std::future::pending().await;
        };
        loop {
            self.prune(retention).await;
            sleep(PRUNE_EVERY).await;
        }
    }

    async fn prune(&self, retention: Duration) {
        while self.link.is_steady(Duration::ZERO) {
            let before = earlier(self.link.store.now(), retention);
            let verb = self.link.store.prune(before, BATCH);
            let Some(pruned) = self.link.ask(self.deadline(), verb).await else {
                return;
            };
            if pruned > 0 {
                debug!(worker = %self.link.worker, jobs = pruned, "deleted old jobs");
            }
            if pruned < BATCH {
                return;
            }
        }
    }

    /// A store that takes this long is taken to be away.
    fn deadline(&self) -> Instant {
        Instant::now() + self.worker.lease
    }
}

/// The time that lies `by` before `time`, or the epoch.
fn earlier(time: Timestamp, by: Duration) -> Timestamp {
    i64::try_from(by.as_micros())
        .ok()
        .and_then(|micros| Timestamp::from_micros(time.as_micros() - micros))
        .unwrap_or(Timestamp::EPOCH)
}

/// How many jobs are reaped or pruned in one step, so that no step holds up the others for long.
const BATCH: usize = 500;
const PRUNE_EVERY: Duration = Duration::from_secs(60);

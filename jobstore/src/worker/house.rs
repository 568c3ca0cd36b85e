//! What a worker does for the store as a whole: freeing jobs of workers that are gone, and deleting old
//! ones.

use std::{convert::Infallible, time::Duration};

use tokio::time::{Instant, sleep};
use tracing::{debug, warn};

use super::shift::Shift;
use crate::Retention;

impl<H> Shift<H> {
    pub(super) async fn keep_house(&self) -> Infallible {
        tokio::join!(
            self.keep_reaping(),
            self.keep_pruning(),
            self.keep_measuring()
        )
        .0
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
                .ask(self.deadline(), self.link.store().reap(BATCH))
                .await
            else {
                return;
            };
            if !reaped.is_empty() {
                self.link.watch.reaped(reaped.len());
                warn!(worker = %self.link.worker, jobs = reaped.len(), "freed jobs of lost workers");
            }
            if reaped.len() < BATCH {
                return;
            }
        }
    }

    async fn keep_pruning(&self) -> Infallible {
        if self.worker.retention == Retention::default() {
            return std::future::pending().await;
        }
        loop {
            self.prune().await;
            sleep(PRUNE_EVERY).await;
        }
    }

    async fn prune(&self) {
        while self.link.is_steady(Duration::ZERO) {
            let verb = self.link.store().prune(&self.worker.retention, BATCH);
            let Some(pruned) = self.link.ask(self.deadline(), verb).await else {
                return;
            };
            if pruned.total() > 0 {
                debug!(worker = %self.link.worker, ?pruned, "let go what is not to be kept");
            }
            if pruned.total() < BATCH {
                return;
            }
        }
    }

    #[cfg(feature = "metrics")]
    async fn keep_measuring(&self) -> Infallible {
        loop {
            let (store, watch) = (self.link.store(), &self.link.watch);
            if self.link.is_steady(Duration::ZERO)
                && let Some(queues) = self.link.ask(self.deadline(), store.queues()).await
            {
                watch.meter.queues(&queues, store.now());
            }
            sleep(MEASURE_EVERY).await;
        }
    }

    #[cfg(not(feature = "metrics"))]
    async fn keep_measuring(&self) -> Infallible {
        std::future::pending().await
    }

    /// A store that takes this long is taken to be away.
    fn deadline(&self) -> Instant {
        Instant::now() + self.worker.lease
    }
}

/// How many jobs are reaped or pruned in one step, so that no step holds up the others for long.
const BATCH: usize = 500;
const PRUNE_EVERY: Duration = Duration::from_secs(60);
#[cfg(feature = "metrics")]
const MEASURE_EVERY: Duration = Duration::from_secs(15);

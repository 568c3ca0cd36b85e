//! The way to the store, and what is known about it.

use std::{fmt::Display, sync::Arc, time::Duration};

use retry::{Backoff, Jitter};
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use super::{chance, health::Health};
use crate::{Store, StoreError, WorkerId};

/// Asks the store on behalf of one worker, and says in the log when it stops and starts to answer.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) store: Arc<dyn Store>,
    pub(super) worker: WorkerId,
    health: Health,
}

impl Link {
    pub(super) fn new(store: Arc<dyn Store>, worker: WorkerId) -> Self {
        Self {
            store,
            worker,
            health: Health::default(),
        }
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

//! A scheduler that runs.

use std::{pin::pin, time::Duration};

use retry::Backoff;
use tokio::time::sleep;
use tracing::{debug, warn};

use super::{Scheduler, Ticked};
use crate::worker::chance;

impl Scheduler {
    /// Enqueues what is due, when it is due, until `shutdown` resolves.
    ///
    /// While the store fails it is asked again with a growing delay of up to half a minute; what was due in
    /// between is enqueued then, or was missed.
    ///
    /// Needs a tokio runtime with time enabled.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut failures = 0;
        loop {
            let pause = tokio::select! {
                biased;
                () = &mut shutdown => return,
                pause = self.look(&mut failures) => pause,
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = sleep(pause) => {}
            }
        }
    }

    /// Ticks once, and says how long to wait for the next time.
    async fn look(&mut self, failures: &mut u32) -> Duration {
        match self.tick().await {
            Ok(ticked) => {
                *failures = 0;
                self.report(&ticked);
                self.patience(&ticked)
            }
            Err(error) => {
                if *failures == 0 {
                    warn!(%error, "what is scheduled cannot be enqueued; trying again until it can");
                }
                *failures = failures.saturating_add(1);
                let delay = BACKOFF.delay(*failures, chance::bits());
                delay.unwrap_or(LONGEST_PAUSE)
            }
        }
    }

    fn report(&self, ticked: &Ticked) {
        if !ticked.created.is_empty() {
            debug!(jobs = ticked.created.len(), "enqueued what was scheduled");
        }
    }

    /// The clock of the store may be set, and the machine may sleep: never far into the future.
    fn patience(&self, ticked: &Ticked) -> Duration {
        let now = self.jobs.store().now();
        let next = ticked.next.map(|next| next.since(now));
        next.map_or(LONGEST_PAUSE, |next| {
            next.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
        })
    }
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const BACKOFF: Backoff = Backoff::exponential().cap(LONGEST_PAUSE).retries(u32::MAX);

//! A recovery that runs.

use std::{pin::pin, time::Duration};

use tokio::time::sleep;
use tracing::{info, warn};

use super::{Recovery, Step};

impl Recovery {
    /// Makes a step each ten seconds until `shutdown` resolves. What is under way then goes on, and is
    /// watched by nobody.
    ///
    /// Needs a tokio runtime with time enabled.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let (mut failing, mut held) = (false, false);
        loop {
            let step = tokio::select! {
                biased;
                () = &mut shutdown => return,
                step = self.step() => step,
            };
            match step {
                Ok(step) => {
                    report(&step, held);
                    (failing, held) = (false, step.held);
                }
                Err(error) => {
                    if !failing {
                        warn!(%error, "dead jobs cannot be recovered; trying again until they can");
                    }
                    failing = true;
                }
            }
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = sleep(PAUSE) => {}
            }
        }
    }
}

fn report(step: &Step, was_held: bool) {
    if step.held && !was_held {
        warn!("dead jobs die again; the others are held back for a while");
    }
    if !step.started.is_empty() {
        info!(jobs = step.started.len(), "replaying dead jobs");
    }
}

const PAUSE: Duration = Duration::from_secs(10);

//! The lease of a running job.

use std::{fmt, time::Duration};

use tokio::time::{Instant, sleep, sleep_until};

use super::link::Link;
use crate::{Applied, Event, Fence, JobId};

/// A lease that this worker holds.
///
/// Its end is reckoned by our own clock from the moment *before* the store was asked, so it is over here
/// before it is over there, however long the answer took and whatever the store's clock shows.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) job: JobId,
    pub(super) fence: Fence,
    lease: Duration,
    renewed: Instant,
}

impl Hold {
    /// The lease that was asked for at `asked`.
    pub(super) const fn new(job: JobId, fence: Fence, lease: Duration, asked: Instant) -> Self {
        Self {
            job,
            fence,
            lease,
            renewed: asked,
        }
    }

    /// Renews the lease each third of its length, and resolves when it is lost.
    pub(super) async fn keep(&mut self, link: &Link) -> Loss {
        let mut next = self.renewed + self.lease / 3;
        loop {
            sleep_until(next.min(self.end())).await;
            let asked = Instant::now();
            if asked >= self.end() {
                return Loss::RanOut;
            }
            let event = Event::Heartbeat {
                fence: self.fence,
                lease: self.lease,
            };
            next = match link
                .ask(self.end(), link.store.apply(self.job, event))
                .await
            {
                Some(Applied::Now(_)) => {
                    self.renewed = asked;
                    asked + self.lease / 3
                }
                Some(Applied::Refused(_) | Applied::Unknown) => return Loss::Taken,
                None => Instant::now() + self.pause(link),
            };
        }
    }

    /// Writes down how the attempt ended: again and again until the store answers or the lease is over,
    /// which is `None`.
    pub(super) async fn settle(&self, link: &Link, event: Event) -> Option<Applied> {
        loop {
            let verb = link.store.apply(self.job, event.clone());
            if let Some(applied) = link.ask(self.end(), verb).await {
                return Some(applied);
            }
            sleep(self.pause(link)).await;
            if Instant::now() >= self.end() {
                return None;
            }
        }
    }

    fn end(&self) -> Instant {
        self.renewed + self.lease
    }

    /// A short lease needs short pauses, or there would be no second try.
    fn pause(&self, link: &Link) -> Duration {
        link.pause().min(self.lease / 10)
    }
}

/// How a lease was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The store says that the job has moved on.
    Taken,
    /// It was not possible to renew it in time.
    RanOut,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Taken => "the job has moved on",
            Self::RanOut => "the store could not be reached in time",
        })
    }
}

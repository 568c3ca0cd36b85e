//! The lease of a running job.

use std::{fmt, time::Duration};

use parking_lot::Mutex;
use tokio::time::{Instant, sleep, sleep_until};

use super::{link::Link, signal::Signal};
use crate::{Applied, Event, Fence, JobId};

/// A lease that this worker holds.
///
/// Its end is reckoned by our own clock from the moment *before* the store was asked, so it is over here
/// before it is over there, however long the answer took and whatever the store's clock shows, unless that is set
/// forward meanwhile or the machine was suspended: on Linux our clock stands still then, and the next heartbeat
/// finds out.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) job: JobId,
    pub(super) fence: Fence,
    /// Raised when the attempt may no longer act for the job, for whatever reason.
    pub(super) over: Signal,
    lease: Duration,
    renewed: Mutex<Instant>,
    /// Raised when the store says that the job has moved on.
    taken: Signal,
}

impl Hold {
    /// The lease that was asked for at `asked`.
    pub(super) fn new(job: JobId, fence: Fence, lease: Duration, asked: Instant) -> Self {
        Self {
            job,
            fence,
            over: Signal::default(),
            lease,
            renewed: Mutex::new(asked),
            taken: Signal::default(),
        }
    }

    /// When it is over, unless it is renewed.
    pub(super) fn end(&self) -> Instant {
        *self.renewed.lock() + self.lease
    }

    /// When it is to be renewed.
    pub(super) fn due(&self) -> Instant {
        *self.renewed.lock() + self.lease / 3
    }

    pub(super) const fn heartbeat(&self) -> Event {
        Event::Heartbeat {
            fence: self.fence,
            lease: self.lease,
        }
    }

    /// The store answered, to what it was asked at `asked`.
    pub(super) fn answered(&self, asked: Instant, applied: Applied) {
        match applied {
            Applied::Now(_) => *self.renewed.lock() = asked,
            Applied::Refused(_) | Applied::Unknown => self.taken.raise(),
        }
    }

    /// Whether it is known that the attempt may no longer act for the job, also before the attempt itself was
    /// told so: a thread that was busy has not looked at the clock.
    pub(super) fn is_over(&self) -> bool {
        self.over.is_raised() || self.taken.is_raised() || Instant::now() >= self.end()
    }

    /// Resolves when it is lost.
    pub(super) async fn lost(&self) -> Loss {
        tokio::select! {
            biased;
            () = self.taken.wait() => Loss::Taken,
            () = self.ran_out() => Loss::RanOut,
        }
    }

    async fn ran_out(&self) {
        // The end moves away while we sleep.
        while Instant::now() < self.end() {
            sleep_until(self.end()).await;
        }
    }

    /// Writes something down for the job: again and again until the store answers or the lease is over,
    /// which is `None`.
    pub(super) async fn write(&self, link: &Link, event: Event) -> Option<Applied> {
        let mut applied = link.post(self.patience(), self.job, event.clone()).await;
        while applied.is_none() {
            sleep(self.pause(link)).await;
            if Instant::now() >= self.end() {
                return None;
            }
            applied = link.send(self.patience(), self.job, event.clone()).await;
        }
        applied
    }

    /// Until when to wait for an answer: one that does not come is asked for again while there is time.
    fn patience(&self) -> Instant {
        self.end().min(Instant::now() + self.lease / 3)
    }

    /// A short lease needs short pauses, or there would be no second try.
    pub(super) fn pause(&self, link: &Link) -> Duration {
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

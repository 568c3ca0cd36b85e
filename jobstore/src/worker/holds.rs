//! All leases of a worker, renewed together.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use event_listener::Event as Bell;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, sleep_until};

use super::{hold::Hold, link::Link};
use crate::{Fence, JobId};

/// The leases that a worker keeps alive: those of jobs that run, and of jobs that wait for a free slot.
#[derive(Debug)]
pub(super) struct Holds {
    kept: Mutex<HashMap<(JobId, Fence), Arc<Hold>>>,
    added: Bell,
    lease: Duration,
}

impl Holds {
    /// For leases of this length.
    pub(super) fn new(lease: Duration) -> Self {
        Self {
            kept: Mutex::default(),
            added: Bell::new(),
            lease,
        }
    }

    pub(super) fn keep(&self, holds: impl IntoIterator<Item = Arc<Hold>>) {
        let keyed = holds.into_iter().map(|hold| ((hold.job, hold.fence), hold));
        self.kept.lock().extend(keyed);
        self.added.notify(1);
    }

    pub(super) fn let_go(&self, hold: &Hold) {
        self.kept.lock().remove(&(hold.job, hold.fence));
    }

    /// Renews each lease after a third of its length.
    pub(super) async fn keep_renewing(&self, link: &Link) -> Infallible {
        loop {
            let added = self.added.listen();
            let Some(due) = self.next_due() else {
                added.await;
                continue;
            };
            tokio::select! {
                biased;
                () = sleep_until(due) => self.renew(link).await,
                () = added => {}
            }
        }
    }

    /// When the next lease is to be renewed. Those that are over are not ours any more.
    fn next_due(&self) -> Option<Instant> {
        let now = Instant::now();
        let kept = self.kept.lock();
        let live = kept.values().filter(|hold| hold.end() > now);
        live.map(|hold| hold.due()).min()
    }

    async fn renew(&self, link: &Link) {
        let asked = Instant::now();
        let holds = self.nearly_due(asked);
        let Some(first) = holds.iter().min_by_key(|hold| hold.end()) else {
            return;
        };
        // A heartbeat may be repeated: rather than wait for an answer until it is too late for another
        // try, it is given up.
        let deadline = first.end().min(asked + self.lease / 3);
        let events = holds.iter().map(|hold| (hold.job, hold.heartbeat()));
        let verb = link.store().apply_all(events.collect());
        let Some(applied) = link.ask(deadline, verb).await else {
            return sleep(first.pause(link)).await;
        };
        for (hold, applied) in holds.iter().zip(applied) {
            hold.answered(asked, applied);
        }
    }

    /// What is due, and what will be soon: one call renews them all.
    fn nearly_due(&self, now: Instant) -> Vec<Arc<Hold>> {
        let soon = now + self.lease / 12;
        let kept = self.kept.lock();
        let live = kept.values().filter(|hold| hold.end() > now);
        let due = live.filter(|hold| hold.due() <= soon);
        due.take(MOST_AT_ONCE).map(Arc::clone).collect()
    }
}

/// How many leases one call renews at most, so that none holds up others for long.
const MOST_AT_ONCE: usize = 512;

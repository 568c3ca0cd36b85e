//! Those who want to know how it goes.

use std::{fmt, sync::Arc};

#[cfg(feature = "metrics")]
use super::meter::Meter;
use crate::Run;

/// Whom a worker tells of each run.
pub(super) type Observer = Arc<dyn Fn(&Run) + Send + Sync>;

/// Tells how it goes to whoever wants to know.
pub(super) struct Watch {
    observers: Vec<Observer>,
    #[cfg(feature = "metrics")]
    pub(super) meter: Meter,
}

impl Watch {
    /// For a worker of this queue.
    pub(super) fn new(queue: &str, observers: Vec<Observer>) -> Self {
        #[cfg(not(feature = "metrics"))]
        let _ = queue;
        Self {
            observers,
            #[cfg(feature = "metrics")]
            meter: Meter::new(queue),
        }
    }

    pub(super) fn ran(&self, run: &Run) {
        #[cfg(feature = "metrics")]
        self.meter.ran(run);
        for observer in &self.observers {
            observer(run);
        }
    }

    pub(super) fn reaped(&self, jobs: usize) {
        #[cfg(feature = "metrics")]
        self.meter.reaped(jobs);
        #[cfg(not(feature = "metrics"))]
        let _ = jobs;
    }

    pub(super) fn store_failed(&self) {
        #[cfg(feature = "metrics")]
        self.meter.store_failed();
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("observers", &self.observers.len())
            .finish_non_exhaustive()
    }
}

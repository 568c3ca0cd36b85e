//! Whether the store answers, as far as this worker has seen.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

#[derive(Debug, Default)]
pub(super) struct Health {
    /// Failures since the last answer; 0 is well.
    failures: AtomicU32,
    /// When the latest outage ended.
    recovered: Mutex<Option<Instant>>,
}

impl Health {
    /// The store failed. Whether that is news.
    pub(super) fn failed(&self) -> bool {
        self.failures.fetch_add(1, Ordering::AcqRel) == 0
    }

    /// The store answered. Whether that is news.
    pub(super) fn answered(&self) -> bool {
        // Every answer comes through here: a plain read, as long as all is well.
        if self.failures() == 0 {
            return false;
        }
        *self.recovered.lock() = Some(Instant::now());
        self.failures.swap(0, Ordering::AcqRel) > 0
    }

    /// How often it failed since it last answered.
    pub(super) fn failures(&self) -> u32 {
        self.failures.load(Ordering::Acquire)
    }

    /// Whether the store is well, and has been for at least this long since its latest outage.
    pub(super) fn is_steady(&self, grace: Duration) -> bool {
        self.failures() == 0
            && self
                .recovered
                .lock()
                .is_none_or(|since| since.elapsed() >= grace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_change_is_news_once_and_steadiness_takes_time() {
        let health = Health::default();
        let grace = Duration::from_secs(10);
        assert!(!health.answered());
        assert!(health.is_steady(grace));
        assert!(health.failed());
        assert!(!health.failed());
        assert_eq!(health.failures(), 2);
        assert!(!health.is_steady(grace));
        assert!(health.answered());
        assert!(!health.answered());
        assert!(!health.is_steady(grace));
        tokio::time::advance(grace).await;
        assert!(health.is_steady(grace));
    }
}

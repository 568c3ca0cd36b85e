//! Something that happens once.

use std::sync::atomic::{AtomicBool, Ordering};

use event_listener::Event;

/// A flag that is raised once, and that any number of tasks wait for.
#[derive(Debug, Default)]
pub(super) struct Signal {
    raised: AtomicBool,
    waiting: Event,
}

impl Signal {
    pub(super) fn raise(&self) {
        self.raised.store(true, Ordering::Release);
        self.waiting.notify(usize::MAX);
    }

    pub(super) const fn raise_on_drop(&self) -> RaiseOnDrop<'_> {
        RaiseOnDrop(self)
    }

    pub(super) fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Acquire)
    }

    pub(super) async fn wait(&self) {
        // Listening first and looking second misses nothing: `listen` and `notify` both are full fences.
        let raised = self.waiting.listen();
        if !self.is_raised() {
            raised.await;
        }
    }
}

/// Raises a signal when it is dropped.
pub(super) struct RaiseOnDrop<'a>(&'a Signal);

impl Drop for RaiseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.raise();
    }
}

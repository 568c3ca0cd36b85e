//! What a handler knows about its attempt.

use std::sync::Arc;

use super::signal::Signal;
use crate::Fence;

/// The attempt that a handler is in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    attempt: u32,
    fence: Fence,
    over: Arc<Signal>,
}

impl Context {
    pub(super) const fn new(attempt: u32, fence: Fence, over: Arc<Signal>) -> Self {
        Self {
            attempt,
            fence,
            over,
        }
    }

    /// Which attempt this is, counted from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The fence of this attempt: higher than that of any attempt before it. A downstream store that
    /// keeps the highest it has seen, and refuses lower ones, cannot be written to by a worker that was
    /// presumed dead.
    #[must_use]
    pub const fn fence(&self) -> Fence {
        self.fence
    }

    /// Resolves once this attempt may no longer act for the job: its lease was lost, its time was up,
    /// the job was given back by a worker that stops, or the handler has returned.
    ///
    /// The handler's own future is dropped at that moment. This is for what goes on without it: tasks
    /// that it spawned, and, through [`is_lease_lost`](Self::is_lease_lost), blocking threads.
    pub async fn lease_lost(&self) {
        self.over.wait().await;
    }

    /// Whether [`lease_lost`](Self::lease_lost) has resolved.
    #[must_use]
    pub fn is_lease_lost(&self) -> bool {
        self.over.is_raised()
    }
}

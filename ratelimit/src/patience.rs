//! Waiting for what takes a few instructions.

use crate::sync::{hint, thread};

/// Waits a little longer each time, and lets others run if it is for long: whoever is waited for may
/// have been put aside by the scheduler.
pub(crate) struct Patience {
    doublings: u32,
}

impl Patience {
    /// How often it doubles: up to 64 turns are waited for on the processor.
    const DOUBLINGS: u32 = 6;

    pub(crate) const fn new() -> Self {
        Self { doublings: 0 }
    }

    pub(crate) fn wait(&mut self) {
        if self.doublings > Self::DOUBLINGS || cfg!(loom) {
            thread::yield_now();
            return;
        }
        for _ in 0..1 << self.doublings {
            hint::spin_loop();
        }
        self.doublings += 1;
    }
}

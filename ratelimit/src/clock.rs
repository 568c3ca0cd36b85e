//! What time it is, for stores in memory.

use alloc::sync::Arc;
use std::time::Instant;

use crate::time::Time;

/// The system's monotonic clock from a moment on; or another, for tests.
#[derive(Clone)]
pub(crate) enum Clock {
    Monotonic(Instant),
    Given(Arc<dyn Fn() -> Time + Send + Sync>),
}

impl Clock {
    pub(crate) fn monotonic() -> Self {
        Self::Monotonic(Instant::now())
    }

    pub(crate) fn given(clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self::Given(Arc::new(clock))
    }

    pub(crate) fn now(&self) -> Time {
        match self {
            Self::Monotonic(epoch) => {
                let passed = epoch.elapsed();
                let micros = passed.as_secs() * 1_000_000 + u64::from(passed.subsec_micros());
                Time::from_micros(micros)
            }
            Self::Given(clock) => clock(),
        }
    }
}

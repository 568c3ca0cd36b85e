//! What time it is, for stores in memory.

use alloc::sync::Arc;

use crate::time::Time;

/// A monotonic clock from a moment on; or another, for tests.
///
/// It is the processor's own counter, where there is one that runs evenly, and the system's clock
/// elsewhere: to ask the system takes longer than all the rest of a decision.
#[derive(Clone)]
pub(crate) enum Clock {
    Monotonic { clock: quanta::Clock, epoch: u64 },
    Given(Arc<dyn Fn() -> Time + Send + Sync>),
}

impl Clock {
    pub(crate) fn monotonic() -> Self {
        let clock = quanta::Clock::new();
        let epoch = clock.raw();
        Self::Monotonic { clock, epoch }
    }

    pub(crate) fn given(clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self::Given(Arc::new(clock))
    }

    pub(crate) fn now(&self) -> Time {
        match self {
            Self::Monotonic { clock, epoch } => {
                let nanos = clock.delta_as_nanos(*epoch, clock.raw());
                Time::from_micros(nanos / 1_000)
            }
            Self::Given(clock) => clock(),
        }
    }
}

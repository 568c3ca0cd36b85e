//! Sleeping, and the time.

use core::future::Future;
use core::time::Duration;
use std::sync::LazyLock;
use std::time::Instant;

/// What a runner sleeps by, and the time that passes meanwhile.
///
/// Every function that gives a future which is ready after so long is one, by the clock of the
/// operating system: `tokio::time::sleep`, `|wait| async_io::Timer::after(wait)`, a timer of a browser.
///
/// # Contract
///
/// The time is counted from a moment that is the same for all who use timers of the same type, and it
/// does not go back. A sleep is not over earlier, by the same time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be slept by",
    note = "name a timer with `.timer(..)`, or enable the feature `tokio` of `retry`"
)]
pub trait Timer {
    /// Ready after a wait, whatever it gives then.
    type Sleep: Future;

    /// The time.
    fn now(&self) -> Duration;

    /// Sleeps for so long.
    fn sleep(&self, wait: Duration) -> Self::Sleep;
}

impl<F, S> Timer for F
where
    F: Fn(Duration) -> S,
    S: Future,
{
    type Sleep = S;

    fn now(&self) -> Duration {
        since_epoch(Instant::now())
    }

    fn sleep(&self, wait: Duration) -> S {
        self(wait)
    }
}

/// No timer: where there is no tokio, one has to be named.
#[cfg(not(feature = "tokio"))]
#[derive(Clone, Copy, Debug)]
pub struct NoTimer;

/// The timer of tokio. Its time is that of the runtime, which tests can pause.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokio;

#[cfg(feature = "tokio")]
impl Timer for Tokio {
    type Sleep = tokio::time::Sleep;

    fn now(&self) -> Duration {
        since_epoch(tokio::time::Instant::now().into_std())
    }

    fn sleep(&self, wait: Duration) -> Self::Sleep {
        tokio::time::sleep(wait)
    }
}

/// The time since a moment which is the same for the whole process.
pub(crate) fn since_epoch(now: Instant) -> Duration {
    now.saturating_duration_since(*EPOCH)
}

/// An hour before it is asked for: the clock of a runtime that was paused meanwhile is behind.
static EPOCH: LazyLock<Instant> = LazyLock::new(|| {
    let now = Instant::now();
    now.checked_sub(Duration::from_secs(3_600)).unwrap_or(now)
});

//! Calling a closure that blocks until it works.

use core::future::{self, Future, IntoFuture, Ready};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::thread;
use std::time::Instant;

use crate::failure::Failure;
use crate::gave_up::GaveUp;
use crate::guard::Guard;
use crate::policy::Policy;
use crate::run::{EveryError, Retry, Retrying, Unwatched};
use crate::timer::{Timer, since_epoch};

/// Calls a closure until it works, or the policy gives up, and puts the thread to sleep meanwhile:
/// [`retry`](crate::retry) for code without a runtime.
///
/// Nobody can end a closure that blocks: the timeout of an attempt does nothing here, and the deadline
/// only keeps more attempts from being made.
///
/// ```
/// use std::time::Duration;
/// use retry::{Backoff, Reason, blocking};
///
/// let backoff = Backoff::exponential().base(Duration::from_millis(1)).retries(2);
/// let mut calls = 0;
/// let gave_up = blocking(backoff, || -> Result<(), _> {
///     calls += 1;
///     Err("busy")
/// })
/// .run()
/// .expect_err("it never works");
/// assert_eq!(gave_up.error(), Some(&"busy"));
/// assert_eq!(gave_up.reason(), Reason::RetriesSpent);
/// assert_eq!(calls, 3);
/// ```
#[expect(clippy::type_complexity, reason = "a closure has no shorter name")]
pub fn blocking<O, A, E>(
    policy: impl Into<Policy>,
    mut operation: O,
) -> Retry<impl FnMut() -> Ready<Result<A, E>>, EveryError<E>, Unwatched<E>, Thread>
where
    O: FnMut() -> Result<A, E>,
{
    Retry::new(policy.into(), move || future::ready(operation()), Thread)
}

impl<O, A, E, C, N, T, G> Retry<O, C, N, T, G>
where
    O: FnMut() -> Ready<Result<A, E>>,
    C: Fn(&E) -> Failure,
    N: FnMut(&Retrying<'_, E>),
    T: Timer<Sleep = Ready<()>>,
    G: Guard,
{
    /// Makes the call, and sleeps by a timer that blocks.
    ///
    /// # Errors
    ///
    /// It never worked.
    pub fn run(self) -> Result<A, GaveUp<E>> {
        let mut call = pin!(self.into_future());
        let mut context = Context::from_waker(Waker::noop());
        // Neither the operation nor the timer is ever pending, so this is one turn.
        loop {
            if let Poll::Ready(result) = call.as_mut().poll(&mut context) {
                return result;
            }
        }
    }
}

/// The timer that puts the thread to sleep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thread;

impl Timer for Thread {
    type Sleep = Ready<()>;

    fn now(&self) -> Duration {
        since_epoch(Instant::now())
    }

    fn sleep(&self, wait: Duration) -> Ready<()> {
        thread::sleep(wait);
        future::ready(())
    }
}

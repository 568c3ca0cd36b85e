//! Calling a closure until it works.

use core::fmt;
use core::future::{Future, IntoFuture};
use core::time::Duration;

use crate::failure::Failure;
use crate::gave_up::GaveUp;
use crate::guard::Guard;
use crate::history::History;
use crate::policy::Policy;
#[cfg(not(feature = "tokio"))]
use crate::timer::NoTimer as DefaultTimer;
use crate::timer::Timer;
#[cfg(feature = "tokio")]
use crate::timer::Tokio as DefaultTimer;

pub use self::future::Run;

mod future;

/// Calls an asynchronous closure until it works, or the policy gives up: awaited, it gives what the
/// closure gives, or [`GaveUp`].
///
/// With the feature `tokio` it sleeps by tokio; else a [timer](Retry::timer) has to be named. If nothing
/// else is said, every error is worth another attempt.
///
/// * The closure is called after the wait and not before it: what it makes, such as a signature with a
///   time, is fresh.
/// * An attempt is dropped before the wait, with what it holds, such as a connection.
/// * Whose future is dropped makes no more attempts.
/// * A call that works at once allocates nothing, and reads no clock unless a limit asks for it.
///
/// The time of a call counts from its beginning if the policy has a limit of time or a guard looks at
/// it, and else from its first failure.
///
/// ```
/// use std::cell::Cell;
/// use std::future;
///
/// use retry::{Backoff, Failure, retry};
///
/// # async fn program() {
/// let calls = Cell::new(0);
/// let flaky = || async {
///     calls.set(calls.get() + 1);
///     if calls.get() < 4 { Err("busy") } else { Ok("done") }
/// };
/// let answer = retry(Backoff::exponential(), flaky)
///     .when(|error| *error == "busy")
///     // No time passes here. Most would leave this out, or write `|wait| async_io::Timer::after(wait)`.
///     .timer(|_wait| future::ready(()))
///     .await;
/// assert_eq!(answer, Ok("done"));
/// assert_eq!(calls.get(), 4);
/// # }
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(std::pin::pin!(program()).poll(&mut context).is_ready());
/// ```
pub fn retry<O, F, A, E>(
    policy: impl Into<Policy>,
    operation: O,
) -> Retry<O, EveryError<E>, Unwatched<E>, DefaultTimer>
where
    O: FnMut() -> F,
    F: Future<Output = Result<A, E>>,
{
    Retry::new(policy.into(), operation, DefaultTimer)
}

/// A call that is to be made until it works, and how: what [`retry`] and [`blocking`](crate::blocking())
/// return.
#[must_use = "nothing is called until it is awaited, or run if it blocks"]
pub struct Retry<O, C, N, T, G = ()> {
    policy: Policy,
    operation: O,
    classify: C,
    on_retry: N,
    timer: T,
    guard: G,
    seed: Option<u64>,
}

/// A failure that is about to be followed by another attempt.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retrying<'a, E> {
    /// The error of the operation. None if it ran out of time.
    pub error: Option<&'a E>,
    /// What it means.
    pub failure: Failure,
    /// How long it is until the next attempt.
    pub wait: Duration,
    /// What has been so far.
    pub history: &'a History,
}

/// How errors are classified if nothing else is said: every one is [transient](Failure::transient).
pub type EveryError<E> = fn(&E) -> Failure;

/// What is called before each wait if nothing else is said: it does nothing.
pub type Unwatched<E> = fn(&Retrying<'_, E>);

impl<O, T, E> Retry<O, EveryError<E>, Unwatched<E>, T> {
    pub(crate) fn new(policy: Policy, operation: O, timer: T) -> Self {
        Self {
            policy,
            operation,
            classify: |_| Failure::transient(),
            on_retry: |_| {},
            timer,
            guard: (),
            seed: None,
        }
    }
}

impl<O, C, N, T, G> Retry<O, C, N, T, G> {
    /// Says of which errors another attempt may be made; others are [permanent](Failure::permanent).
    pub fn when<F, A, E>(
        self,
        is_transient: impl Fn(&E) -> bool,
    ) -> Retry<O, impl Fn(&E) -> Failure, N, T, G>
    where
        O: FnMut() -> F,
        F: Future<Output = Result<A, E>>,
    {
        self.classify(move |error| match is_transient(error) {
            true => Failure::transient(),
            false => Failure::permanent(),
        })
    }

    /// Says what an error means for the next attempt.
    pub fn classify<F, A, E, C2>(self, classify: C2) -> Retry<O, C2, N, T, G>
    where
        O: FnMut() -> F,
        F: Future<Output = Result<A, E>>,
        C2: Fn(&E) -> Failure,
    {
        Retry {
            policy: self.policy,
            operation: self.operation,
            classify,
            on_retry: self.on_retry,
            timer: self.timer,
            guard: self.guard,
            seed: self.seed,
        }
    }

    /// Is called before each wait.
    pub fn on_retry<F, A, E, N2>(self, on_retry: N2) -> Retry<O, C, N2, T, G>
    where
        O: FnMut() -> F,
        F: Future<Output = Result<A, E>>,
        N2: FnMut(&Retrying<'_, E>),
    {
        Retry {
            policy: self.policy,
            operation: self.operation,
            classify: self.classify,
            on_retry,
            timer: self.timer,
            guard: self.guard,
            seed: self.seed,
        }
    }

    /// Sleeps by another timer.
    pub fn timer<T2: Timer>(self, timer: T2) -> Retry<O, C, N, T2, G> {
        Retry {
            policy: self.policy,
            operation: self.operation,
            classify: self.classify,
            on_retry: self.on_retry,
            timer,
            guard: self.guard,
            seed: self.seed,
        }
    }

    /// Asks before each attempt: a budget, a breaker, or a tuple of both. It replaces what was named
    /// before.
    pub fn guard<G2: Guard>(self, guard: G2) -> Retry<O, C, N, T, G2> {
        Retry {
            policy: self.policy,
            operation: self.operation,
            classify: self.classify,
            on_retry: self.on_retry,
            timer: self.timer,
            guard,
            seed: self.seed,
        }
    }

    /// Draws jitter from a seed, so that it is the same again. Without one, each call has its own, from
    /// the operating system.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}

impl<O, F, A, E, C, N, T, G> IntoFuture for Retry<O, C, N, T, G>
where
    O: FnMut() -> F,
    F: Future<Output = Result<A, E>>,
    C: Fn(&E) -> Failure,
    N: FnMut(&Retrying<'_, E>),
    T: Timer,
    G: Guard,
{
    type Output = Result<A, GaveUp<E>>;
    type IntoFuture = Run<O, F, E, C, N, T, G>;

    fn into_future(self) -> Self::IntoFuture {
        Run::new(self)
    }
}

impl<O, C, N, T, G> fmt::Debug for Retry<O, C, N, T, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("policy", &self.policy)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

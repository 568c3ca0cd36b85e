//! Calls within calls that are repeated, and how often a call was made before.
//!
//! Three layers that make each call up to seven times make 343 of one. So a runner that finds itself within an
//! attempt of another makes one attempt and leaves the rest to the outermost, which knows what the call is worth;
//! a [policy](crate::Policy::even_if_nested) can say otherwise. Both see each other without the help of what is
//! between them, as long as that is awaited and not spawned: a new task or thread begins outside, and may be
//! [marked](within).
//!
//! To a server one says how often a call was made before in the field [`PREVIOUS_ATTEMPTS`], and its handler does its
//! work [within] the attempt of another if there were any.
//!
//! ```
//! use std::cell::Cell;
//! use std::time::Duration;
//! use retry::{Backoff, blocking};
//!
//! let backoff = Backoff::constant(Duration::ZERO).retries(6);
//! let calls = Cell::new(0);
//! let lookup = || {
//!     let query = || -> Result<(), _> {
//!         calls.set(calls.get() + 1);
//!         Err("down")
//!     };
//!     blocking(backoff, query).run()
//! };
//! assert!(blocking(backoff, lookup).run().is_err());
//! assert_eq!(calls.get(), 7);
//! ```

use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::pin;

/// The name of the field in which a client says how often it made the same call before: that of [gRPC][A6], where
/// the first attempt goes without.
///
/// [A6]: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
pub const PREVIOUS_ATTEMPTS: &str = "grpc-previous-rpc-attempts";

std::thread_local! {
    static IS_WITHIN: Cell<bool> = const { Cell::new(false) };
}

/// How often a call was made before, by the value of [`PREVIOUS_ATTEMPTS`]: `None` if it is no number.
///
/// ```
/// use retry::nesting::previous_attempts;
///
/// assert_eq!(previous_attempts("2"), Some(2));
/// assert_eq!(previous_attempts("+2"), None);
/// assert_eq!(previous_attempts("99999999999"), Some(u32::MAX));
/// ```
#[must_use]
pub fn previous_attempts(value: &str) -> Option<u32> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Digits that are no number are too many of them.
    Some(value.parse().unwrap_or(u32::MAX))
}

/// Whether this is within an attempt of a call that is repeated.
#[must_use]
pub fn is_nested() -> bool {
    IS_WITHIN.get()
}

/// Does something within the attempt of a call that somebody else repeats.
///
/// ```
/// use retry::nesting;
///
/// # async fn program() {
/// assert!(nesting::within(async { nesting::is_nested() }).await);
/// assert!(!nesting::is_nested());
/// # }
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(std::pin::pin!(program()).poll(&mut context).is_ready());
/// ```
pub async fn within<F: Future>(attempt: F) -> F::Output {
    let mut attempt = pin!(attempt);
    poll_fn(|context| {
        let _within = Within::enter();
        attempt.as_mut().poll(context)
    })
    .await
}

/// The same for what blocks.
pub fn within_blocking<T>(attempt: impl FnOnce() -> T) -> T {
    let _within = Within::enter();
    attempt()
}

/// That this thread is within an attempt, until it is dropped.
pub(crate) struct Within {
    was_within: bool,
}

impl Within {
    pub(crate) fn enter() -> Self {
        Self {
            was_within: IS_WITHIN.replace(true),
        }
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        IS_WITHIN.set(self.was_within);
    }
}

#[cfg(test)]
mod tests {
    use core::task::{Context, Poll, Waker};
    use std::panic;

    use super::*;

    #[test]
    fn between_two_polls_nobody_is_within() {
        let mut polls = 0;
        let attempt = poll_fn(|_| {
            assert!(is_nested());
            polls += 1;
            if polls < 2 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        });
        let mut attempt = pin!(within(attempt));
        let mut context = Context::from_waker(Waker::noop());
        assert!(attempt.as_mut().poll(&mut context).is_pending());
        assert!(!is_nested());
        assert!(attempt.as_mut().poll(&mut context).is_ready());
        assert!(!is_nested());
    }

    #[test]
    fn who_is_within_twice_is_within_until_both_are_over() {
        within_blocking(|| {
            within_blocking(|| assert!(is_nested()));
            assert!(is_nested());
        });
        assert!(!is_nested());
    }

    #[test]
    fn an_attempt_that_panics_is_over() {
        let panicked = panic::catch_unwind(|| within_blocking(|| panic!("as it should")));
        assert!(panicked.is_err());
        assert!(!is_nested());
    }

    #[test]
    fn another_thread_is_not_within() {
        within_blocking(|| {
            std::thread::scope(|scope| {
                let there = scope.spawn(is_nested);
                assert!(!there.join().expect("no panic"));
            });
        });
    }
}

//! The end of a call that never worked.

use core::error::Error;
use core::fmt;
use core::time::Duration;

use crate::hint::Hint;
use crate::history::History;
use crate::reason::Reason;

/// A call that never worked: why it is not made again, and the last error of the operation itself.
///
/// ```
/// use core::time::Duration;
/// use retry::{Backoff, Failure, GaveUp, Next, Policy};
///
/// let second = Duration::from_secs(1);
/// let mut call = Policy::new(Backoff::exponential().retries(0)).start(Duration::ZERO, 42);
/// let Next::GiveUp(reason) = call.next(Failure::transient(), second) else {
///     panic!("there are no retries");
/// };
/// let error = GaveUp::new(Some("connection reset"), reason, *call.history());
/// assert_eq!(
///     error.to_string(),
///     "connection reset (1 attempt in 1.0 s; no retries are left)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GaveUp<E> {
    error: Option<E>,
    reason: Reason,
    history: History,
}

impl<E> GaveUp<E> {
    /// A call that ends with such an error: none, if no attempt lived to have one.
    pub const fn new(error: Option<E>, reason: Reason, history: History) -> Self {
        Self {
            error,
            reason,
            history,
        }
    }

    /// The last error of the operation. None if every attempt ran out of time, or none was made.
    pub const fn error(&self) -> Option<&E> {
        self.error.as_ref()
    }

    /// The last error of the operation, by itself.
    pub fn into_error(self) -> Option<E> {
        self.error
    }

    /// Why the call is not made again.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// What the call has been through.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// How many attempts were made.
    pub const fn attempts(&self) -> u32 {
        self.history.attempts()
    }

    /// How long it was from the beginning of the call to its last failure.
    pub const fn elapsed(&self) -> Duration {
        self.history.elapsed()
    }

    /// What the server said last about when to come back: for the caller, who may have the time.
    pub const fn hint(&self) -> Option<Hint> {
        self.history.hint()
    }
}

impl<E: fmt::Display> fmt::Display for GaveUp<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => error.fmt(f)?,
            None => f.write_str("no answer")?,
        }
        write!(f, " ({}; {})", self.history, self.reason)
    }
}

impl<E: Error> Error for GaveUp<E> {
    /// What caused the last error, which is in the message itself.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.as_ref()?.source()
    }
}

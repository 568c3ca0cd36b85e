//! What was wrong with an attempt.

use core::error::Error;
use core::fmt;

use http::StatusCode;

/// What was wrong with an attempt that brought no answer worth having.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault<E> {
    /// The request or its answer was lost.
    Error(E),
    /// The answer had this status. It has been thrown away since then.
    Status(StatusCode),
    /// There was no answer in time.
    TimedOut,
}

impl<E: fmt::Display> fmt::Display for Fault<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Status(status) => write!(f, "the answer was {status}"),
            Self::TimedOut => f.write_str("no answer in time"),
        }
    }
}

impl<E: Error> Error for Fault<E> {
    /// What caused the error, which is in the message itself.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Error(error) => error.source(),
            Self::Status(_) | Self::TimedOut => None,
        }
    }
}

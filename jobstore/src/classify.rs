//! Which category an error is of.

use std::{
    error::Error,
    io::{self, ErrorKind},
    iter,
};

use crate::Category;

/// Says by its type which category an error is of.
///
/// A closure is one. It is asked about the error itself, then about its cause, and so on; what it has no
/// answer for is answered by [`ByType`].
///
/// ```
/// use std::error::Error;
/// use jobstore::{Category, Classify};
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("the card was declined")]
/// struct Declined;
///
/// let classify = |error: &(dyn Error + 'static)| {
///     error.is::<Declined>().then_some(Category::Validation)
/// };
/// assert_eq!(classify.category(&Declined), Category::Validation);
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// assert_eq!(classify.category(&refused), Category::ExternalApi);
/// ```
pub trait Classify: Send + Sync {
    /// The category of this error, its causes left aside; `None` if its type does not tell.
    fn classify(&self, error: &(dyn Error + 'static)) -> Option<Category>;

    /// The category of `error`: that of the first in the chain of its causes whose type tells, and
    /// [`Category::Unknown`] if none does.
    fn category(&self, error: &(dyn Error + 'static)) -> Category {
        chain(error)
            .find_map(|error| self.classify(error))
            .or_else(|| chain(error).find_map(|error| ByType.classify(error)))
            .unwrap_or(Category::Unknown)
    }
}

impl<F> Classify for F
where
    F: Fn(&(dyn Error + 'static)) -> Option<Category> + Send + Sync,
{
    fn classify(&self, error: &(dyn Error + 'static)) -> Option<Category> {
        self(error)
    }
}

/// Knows the errors of the standard library, and with the feature `worker` the timeouts of tokio, as far as
/// they leave no doubt: a time that ran out is [`Category::Timeout`], a connection that is refused, broken
/// or impossible is [`Category::ExternalApi`].
///
/// What cannot be parsed is not taken for [`Category::Validation`]: it may be the answer of a service as
/// well as the payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByType;

impl Classify for ByType {
    fn classify(&self, error: &(dyn Error + 'static)) -> Option<Category> {
        #[cfg(feature = "worker")]
        if error.is::<tokio::time::error::Elapsed>() {
            return Some(Category::Timeout);
        }
        match error.downcast_ref::<io::Error>()?.kind() {
            // A socket with a timeout of its own would block when that has passed, as Unix puts it.
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Some(Category::Timeout),
            ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected
            | ErrorKind::BrokenPipe
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown => Some(Category::ExternalApi),
            _ => None,
        }
    }
}

/// The error, its cause, the cause of that, and so on.
pub(crate) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error| cause(*error)).take(LONGEST_CHAIN)
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // An I/O error that wraps another gives the source of that one for its own, and so hides it.
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// An error may be its own cause, by mistake.
const LONGEST_CHAIN: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the order could not be placed")]
    struct Outer(#[source] io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("slow down")]
    struct SlowDown;

    /// Knows one type.
    fn own(error: &(dyn Error + 'static)) -> Option<Category> {
        error.is::<SlowDown>().then_some(Category::RateLimit)
    }

    #[test]
    fn the_first_cause_whose_type_tells_decides() {
        let refused = Outer(ErrorKind::ConnectionRefused.into());
        assert_eq!(ByType.category(&refused), Category::ExternalApi);
        let slow = Outer(ErrorKind::WouldBlock.into());
        assert_eq!(ByType.category(&slow), Category::Timeout);
        let missing = Outer(ErrorKind::NotFound.into());
        assert_eq!(ByType.category(&missing), Category::Unknown);
    }

    #[test]
    fn what_an_io_error_wraps_is_seen() {
        let wrapped = Outer(io::Error::other(SlowDown));
        assert_eq!(own.category(&wrapped), Category::RateLimit);
        let inner = io::Error::from(ErrorKind::TimedOut);
        let twice = io::Error::other(Outer(io::Error::other(inner)));
        assert_eq!(ByType.category(&twice), Category::Timeout);
    }

    #[test]
    fn a_classifier_of_ones_own_comes_first_however_deep_it_looks() {
        let error = Outer(io::Error::new(ErrorKind::TimedOut, SlowDown));
        assert_eq!(own.category(&error), Category::RateLimit);
        assert_eq!(ByType.category(&error), Category::Timeout);
        let refused = Outer(ErrorKind::ConnectionRefused.into());
        assert_eq!(own.category(&refused), Category::ExternalApi);
    }

    #[test]
    fn what_could_not_be_parsed_may_be_anybodys() {
        let error = serde_json::from_str::<u8>("<html>").unwrap_err();
        assert_eq!(ByType.category(&error), Category::Unknown);
    }

    #[cfg(feature = "worker")]
    #[tokio::test(start_paused = true)]
    async fn a_timeout_of_the_runtime_is_a_timeout() {
        let limit = std::time::Duration::from_secs(1);
        let elapsed = tokio::time::timeout(limit, std::future::pending::<()>()).await;
        assert_eq!(ByType.category(&elapsed.unwrap_err()), Category::Timeout);
    }

    #[test]
    fn an_error_that_is_its_own_cause_comes_to_an_end() {
        #[derive(Debug)]
        struct Own;

        impl std::fmt::Display for Own {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("its own cause")
            }
        }

        impl Error for Own {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }

        assert_eq!(chain(&Own).count(), LONGEST_CHAIN);
        assert_eq!(chain(&SlowDown).count(), 1);
        assert_eq!(ByType.category(&Own), Category::Unknown);
    }
}

//! Errors of hyper and h2 that say that a request was not sent.

use core::error::Error;

/// Whether an error, or what caused it, says that the request was not sent, or was not looked at.
pub(crate) fn says_unsent<'e>(error: &'e (dyn Error + 'static)) -> bool {
    let next = |cause: &&'e (dyn Error + 'static)| (*cause).source();
    core::iter::successors(Some(error), next).any(is_unsent)
}

fn is_unsent(cause: &(dyn Error + 'static)) -> bool {
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_canceled();
    }
    let Some(error) = cause.downcast_ref::<h2::Error>() else {
        return false;
    };
    let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    // Streams that the server has looked at do not end with this, but with the connection.
    let is_beyond = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    error.is_remote() && (is_refused || is_beyond)
}

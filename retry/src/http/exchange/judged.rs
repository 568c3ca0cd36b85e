//! What an attempt has brought.

use http::Response;

use super::Lost;
use crate::Failure;
use crate::http::fault::Fault;
use crate::http::repeat::Sent;
use crate::http::status::failed;

/// What an attempt has brought.
pub(super) enum Judged<Out, E> {
    /// An answer worth having.
    Good(Response<Out>),
    /// Something else.
    Bad {
        got: Got<Out, E>,
        failure: Failure,
        sent: Sent,
    },
}

/// What there is when there is no answer worth having.
pub(super) enum Got<Out, E> {
    Answer(Response<Out>),
    Fault(Fault<E>),
}

impl<Out, E> Judged<Out, E> {
    /// What has come; nothing, if it has not come in time.
    pub(super) fn of(result: Option<Result<Response<Out>, Lost<E>>>) -> Self {
        match result {
            Some(Ok(response)) => Self::of_answer(response),
            Some(Err(lost)) => Self::Bad {
                got: Got::Fault(Fault::Error(lost.error)),
                failure: lost.failure,
                sent: lost.sent,
            },
            None => Self::Bad {
                got: Got::Fault(Fault::TimedOut),
                failure: Failure::transient(),
                sent: Sent::Maybe,
            },
        }
    }

    fn of_answer(response: Response<Out>) -> Self {
        match failed(&response) {
            None => Self::Good(response),
            Some(failure) => Self::Bad {
                got: Got::Answer(response),
                failure,
                sent: Sent::Maybe,
            },
        }
    }

    /// What it says about the other side, whether or not the request may be sent again.
    pub(super) const fn outcome(&self) -> Result<(), Failure> {
        match self {
            Self::Good(_) => Ok(()),
            Self::Bad { failure, .. } => Err(*failure),
        }
    }
}

//! Why there is no answer.

use core::error::Error as StdError;

use hyper_util::client::legacy;

use crate::http::Sent;
use crate::unsent::says_unsent;

/// Why there is no answer.
///
/// What it says ends with the first of its causes, which says most; so it has no source, and nothing is
/// told twice. The error of hyper is in it for who wants to know more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the request is not a whole one, with a scheme and a host.
    #[error("the address has no scheme or no host")]
    Address,
    /// No connection came about: the name is not known, nobody listens, or not by TLS.
    #[error("cannot connect: {}", root(.0))]
    Connect(legacy::Error),
    /// The connection was lost, or what came was not HTTP.
    #[error("no answer: {}", root(.0))]
    Lost(legacy::Error),
    /// The answer broke off.
    #[error("the answer broke off: {}", root(.0))]
    Broken(hyper::Error),
    /// The answer is longer than the caller wants it.
    #[error("the answer is longer than {max_bytes} bytes")]
    TooLong {
        /// How much is wanted.
        max_bytes: usize,
    },
}

impl From<legacy::Error> for Error {
    fn from(error: legacy::Error) -> Self {
        if error.is_connect() {
            Self::Connect(error)
        } else {
            Self::Lost(error)
        }
    }
}

/// Whether a request can have arrived that ended so. It cannot
///
/// * if there was no connection;
/// * if the connection was closed before hyper began to write the request to it;
/// * if the server refused the stream of HTTP/2, which says that nothing was done ([RFC 9113, section
///   8.7](https://www.rfc-editor.org/rfc/rfc9113#section-8.7));
/// * if the server goes away, and the stream is beyond the last that it has looked at.
pub fn was_sent(error: &legacy::Error) -> Sent {
    if error.is_connect() || says_unsent(error) {
        Sent::No
    } else {
        Sent::Maybe
    }
}

/// The last cause, which says most.
fn root<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    let next = |cause: &&'e (dyn StdError + 'static)| (*cause).source();
    let causes = core::iter::successors(Some(error), next);
    causes.last().unwrap_or(error)
}

//! What the end of a delivery means for its job.

use std::time::{Duration, SystemTime};

use hyper::StatusCode;
use hyper::http::response::Parts;
use jobstore::Category;
use jobstore::worker::Failed;
use retry::client::Error;
use retry::http::{Fault, failure};
use retry::{Backoff, Failure, FailureKind, GaveUp, Hint, Next, Policy, Reason};

use crate::log::printable;

/// How much is kept of an answer that says why it failed.
const MAX_KEPT_BYTES: usize = 2 * 1024;

/// How long a service may ask to be left alone. Those whom it tells the same do not come back at once.
const PATIENCE: Policy = Policy::new(Backoff::exponential().base(Duration::ZERO).retries(1))
    .longest_hint(Duration::from_secs(24 * 3600));

/// Success is any 2xx. What may pass by itself is tried again, for longer than within one request: all of
/// 5xx may, as what a proxy says of a service that is down. What the service refuses is not, and neither
/// is a redirect: following it would take the delivery to where nobody configured it.
pub(super) fn on_answer(head: &Parts, body: &[u8]) -> Result<(), Failed> {
    let status = head.status;
    if status.is_success() {
        return Ok(());
    }
    let kept = &body[..body.len().min(MAX_KEPT_BYTES)];
    let message = format!("{status}: {}", printable(&String::from_utf8_lossy(kept)));
    let category = match status {
        StatusCode::TOO_MANY_REQUESTS => Category::RateLimit,
        StatusCode::REQUEST_TIMEOUT => Category::Timeout,
        _ => Category::ExternalApi,
    };
    let failed = match again_after(failing(head)) {
        Next::Wait(wait) => Failed::transient(message).not_before(wait),
        Next::GiveUp(Reason::Permanent) => Failed::for_good(message),
        Next::GiveUp(reason) => Failed::for_good(format!("{message} ({reason})")),
    };
    Err(failed.category(category))
}

/// A request that was sent and brought no answer.
pub(super) fn on_fault(fault: &Fault<Error>, gave_up: &GaveUp<Fault<Error>>) -> Failed {
    Failed::transient(gave_up).category(match fault {
        Fault::TimedOut => Category::Timeout,
        Fault::Error(_) | Fault::Status(_) => Category::ExternalApi,
    })
}

/// A request that was not sent, since it would be of no use before so long.
pub(super) fn on_refusal(gave_up: &GaveUp<Fault<Error>>, wait: Duration) -> Failed {
    let wait = match again_after(Failure::transient().after(wait)) {
        Next::Wait(spread) => spread,
        Next::GiveUp(_) => wait,
    };
    Failed::postponed(gave_up.reason(), wait)
}

/// What an answer that is no success says.
fn failing(head: &Parts) -> Failure {
    let told = failure(head.status, &head.headers, SystemTime::now());
    let told = told.unwrap_or_else(Failure::permanent);
    match (told.kind(), told.hint()) {
        (FailureKind::Permanent, hint) if head.status.is_server_error() => {
            Failure::transient().hinted(hint)
        }
        // Not again at once is what is meant, by whoever limits the rate in front of the service.
        (FailureKind::Throttled, Some(Hint::Stop)) => Failure::throttled(),
        _ => told,
    }
}

fn again_after(failure: Failure) -> Next {
    // Without randomness they do come back at once, which is no reason to fail.
    let seed = getrandom::u64().unwrap_or_default();
    PATIENCE
        .start(Duration::ZERO, seed)
        .next(failure, Duration::ZERO)
}

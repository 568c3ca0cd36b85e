//! What is told to `tracing`: neither addresses nor fields, which may hold secrets.

use core::time::Duration;

use tracing::{debug, info, warn};

use crate::http::Retrying;
use crate::{Reason, Transition};

pub(super) fn retrying(host: &str, retrying: &Retrying<'_>) {
    debug!(
        host,
        method = %retrying.head.method,
        attempts = retrying.history.attempts(),
        wait_ms = millis(retrying.wait),
        fault = %retrying.fault,
        "a request will be sent again"
    );
}

pub(super) fn gave_up(host: &str, reason: Reason, took: Duration) {
    info!(host, %reason, took_ms = millis(took), "a request was given up");
}

pub(super) fn breaker(host: &str, transition: Transition) {
    warn!(host, from = ?transition.from, to = ?transition.to, "a circuit breaker has changed");
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

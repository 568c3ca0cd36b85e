//! What is counted, by the facade `metrics`: the table is in the documentation of the client.

use alloc::sync::Arc;
use core::time::Duration;
use std::collections::HashSet;

use metrics::{SharedString, counter, gauge, histogram};

use crate::http::Retrying;
use crate::{BreakerState, FailureKind, Reason};

/// How many hosts are called by their names, however long the process runs: whoever collects metrics keeps
/// each name for long.
const NAMED_HOSTS: usize = 100;

/// The hosts that are called by their names.
#[derive(Default)]
pub(super) struct Labels {
    named: HashSet<Arc<str>>,
}

impl Labels {
    /// The label of a host: its name, or `other`.
    pub(super) fn of(&mut self, name: &str) -> Arc<str> {
        if let Some(label) = self.named.get(name) {
            return Arc::clone(label);
        }
        if self.named.len() >= NAMED_HOSTS {
            return Arc::from("other");
        }
        let label = Arc::from(name);
        self.named.insert(Arc::clone(&label));
        label
    }
}

pub(super) fn concluded(host: &Arc<str>, reason: Option<Reason>, took: Duration) {
    let outcome = reason.map_or("ok", name);
    counter!("retry_client_requests_total", "host" => label(host), "outcome" => outcome)
        .increment(1);
    histogram!("retry_client_request_duration_seconds", "host" => label(host)).record(took);
}

pub(super) fn retrying(host: &Arc<str>, retrying: &Retrying<'_>) {
    let cause = match retrying.failure.kind() {
        FailureKind::Throttled => "throttled",
        FailureKind::Transient | FailureKind::Permanent | FailureKind::NotRepeatable => "transient",
    };
    counter!("retry_client_retries_total", "host" => label(host), "cause" => cause).increment(1);
    histogram!("retry_client_wait_seconds", "host" => label(host)).record(retrying.wait);
}

pub(super) fn breaker(host: &Arc<str>, state: BreakerState) {
    let value = match state {
        BreakerState::Closed | BreakerState::ForcedClosed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open { .. } | BreakerState::ForcedOpen => 2.0,
    };
    gauge!("retry_client_breaker_state", "host" => label(host)).set(value);
}

fn label(host: &Arc<str>) -> SharedString {
    SharedString::from_shared(Arc::clone(host))
}

const fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::Permanent => "permanent",
        Reason::NotRepeatable => "not_repeatable",
        Reason::RetriesSpent => "retries_spent",
        Reason::DeadlineWouldPass => "deadline_would_pass",
        Reason::HintTooLong => "hint_too_long",
        Reason::ToldToStop => "told_to_stop",
        Reason::BudgetSpent => "budget_spent",
        Reason::Nested => "nested",
        Reason::Overloaded => "overloaded",
        Reason::NoRoom => "no_room",
        Reason::BreakerOpen => "breaker_open",
    }
}

//! What is counted, for whoever watches: every name in one place, and what it means.
//!
//! Labels take few values, whatever is sent here: routes are templates, methods and providers are those that
//! are known, and no id is ever one.

mod json;

use std::time::{Duration, SystemTime};

use jobstore::{Backlog, Jobs, Status};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::Value;
use tokio::time::sleep;
use webhook_verify::Provider;

use crate::log;
use crate::router::Route;
use crate::store;

/// The backlog is looked up this often, whoever asks for it how often.
const INTERVAL: Duration = Duration::from_secs(5);

/// Upper bounds of a histogram's buckets, in seconds: for what should take a moment.
const MOMENTS: [f64; 14] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// The same, for what may take a day.
const HOURS: [f64; 11] = [
    0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0,
];

const COUNTERS: [(&str, &str); 6] = [
    (
        "http_requests_total",
        "Requests that were answered, by route, method and status.",
    ),
    (
        "webhook_deliveries_total",
        "Deliveries, by provider and what was answered: accepted, duplicate, challenge, or the code of a refusal.",
    ),
    (
        "job_attempts_total",
        "Attempts at jobs that have ended, by how: done, retrying, dead, postponed, released or lost.",
    ),
    (
        "job_failures_total",
        "Attempts that failed, by the category of the failure.",
    ),
    (
        "retry_client_requests_total",
        "Requests to FORWARD_URL, by how they ended: ok, or why they were given up.",
    ),
    (
        "retry_client_retries_total",
        "Requests to FORWARD_URL that were to be sent again at once, by cause.",
    ),
];

const GAUGES: [(&str, &str); 6] = [
    (
        "build_info",
        "Always 1; the label says which version this is.",
    ),
    (
        "process_start_time_seconds",
        "When the process started, in seconds since 1970.",
    ),
    ("http_connections", "Connections that are open."),
    (
        "jobs",
        "Jobs that have not ended, and dead ones, by state; looked up every few seconds, NaN while the store does not answer.",
    ),
    (
        "job_oldest_ready_age_seconds",
        "For how long the first of the jobs that wait has been due: how far the workers are behind.",
    ),
    (
        "retry_client_breaker_state",
        "Whether FORWARD_URL is worth asking: 0 closed, 1 half open, 2 open, and nothing is sent.",
    ),
];

const HISTOGRAMS: [(&str, &str); 5] = [
    (
        "http_request_duration_seconds",
        "From the end of a request's head to its answer, by route.",
    ),
    (
        "store_operation_duration_seconds",
        "How long the job store took, by operation and outcome: ok, full, invalid, error, or abandoned by who waited.",
    ),
    (JOB_WAIT, "From the moment a job was due to its claim."),
    (
        "retry_client_request_duration_seconds",
        "How long requests to FORWARD_URL took, with what was sent again.",
    ),
    (
        "retry_client_wait_seconds",
        "Before a request to FORWARD_URL was sent again.",
    ),
];

const JOB_WAIT: &str = "job_wait_seconds";

/// Everything that has been counted, in the forms in which it is shown.
#[derive(Clone)]
pub(crate) struct Meter(PrometheusHandle);

impl Meter {
    /// Begins to count, for the whole process.
    ///
    /// # Errors
    ///
    /// When somebody else counts already.
    pub(crate) fn start() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets(&MOMENTS)?
            .set_buckets_for_metric(Matcher::Full(JOB_WAIT.to_owned()), &HOURS)?
            .install_recorder()?;
        describe();
        begin_at_zero();
        Ok(Self(handle))
    }

    /// The [text format](https://prometheus.io/docs/instrumenting/exposition_formats/) of Prometheus,
    /// version 0.0.4.
    pub(crate) fn text(&self) -> String {
        self.0.render()
    }

    /// The same as JSON. `None` is a bug: the text has a line that is not understood.
    pub(crate) fn json(&self) -> Option<Value> {
        json::from_text(&self.text())
    }

    /// Keeps what has to be looked up current, and what was counted small.
    pub(crate) async fn keep(self, jobs: Jobs) {
        loop {
            let backlog = store::in_time(jobs.backlog()).await.ok();
            show(backlog.as_ref(), &jobs);
            // Without it samples of histograms pile up until somebody asks for them.
            self.0.run_upkeep();
            sleep(INTERVAL).await;
        }
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meter(..)")
    }
}

/// Counts one request.
pub(crate) fn request(request: &log::Request<'_>) {
    let (status, outcome) = request.verdict();
    let route = request.route.template();
    counter!(
        "http_requests_total",
        "route" => route,
        "method" => log::method(request.method),
        "status" => status.as_str().to_owned(),
    )
    .increment(1);
    histogram!("http_request_duration_seconds", "route" => route).record(request.elapsed);
    if let Route::Webhook(provider) = request.route {
        let provider = provider.map_or("unknown", Provider::name);
        counter!("webhook_deliveries_total", "provider" => provider, "outcome" => outcome)
            .increment(1);
    }
}

/// Counted for as long as it lives.
#[derive(Debug)]
pub(crate) struct Connection(());

impl Connection {
    pub(crate) fn open() -> Self {
        gauge!("http_connections").increment(1.0);
        Self(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        gauge!("http_connections").decrement(1.0);
    }
}

fn describe() {
    for (name, help) in COUNTERS {
        describe_counter!(name, help);
    }
    for (name, help) in GAUGES {
        describe_gauge!(name, help);
    }
    for (name, help) in HISTOGRAMS {
        describe_histogram!(name, help);
    }
}

/// What has not happened yet is shown as none, so that the first time is seen as a rise.
fn begin_at_zero() {
    gauge!("build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    gauge!("process_start_time_seconds").set(started.unwrap_or_default().as_secs_f64());
    gauge!("http_connections").set(0.0);
    for outcome in ["done", "retrying", "dead", "postponed", "released", "lost"] {
        counter!("job_attempts_total", "outcome" => outcome).increment(0);
    }
}

/// Shows the backlog; a depth that is not known is NaN, and not the last one that was.
fn show(backlog: Option<&Backlog>, jobs: &Jobs) {
    let count = |count: fn(&Backlog) -> u64| backlog.map_or(f64::NAN, |known| count(known) as f64);
    for (state, count) in [
        (Status::Scheduled, count(|backlog| backlog.scheduled)),
        (Status::Ready, count(|backlog| backlog.ready)),
        (Status::Running, count(|backlog| backlog.running)),
        (Status::Retrying, count(|backlog| backlog.retrying)),
        (Status::Dead, count(|backlog| backlog.dead)),
    ] {
        gauge!("jobs", "state" => state.name()).set(count);
    }
    let now = jobs.store().now();
    let age = backlog.map_or(f64::NAN, |backlog| backlog.delay(now).as_secs_f64());
    gauge!("job_oldest_ready_age_seconds").set(age);
}

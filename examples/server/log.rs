//! Logs: one line for each request, as JSON for machines or as text for people.
//!
//! A line never holds a body, a secret, a signature, a header or a query.

mod sink;

use std::borrow::Cow;
use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use hyper::{Method, StatusCode};
use jobstore::JobId;
use tracing::field::display;
use tracing::{debug, info};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use webhook_verify::Provider;

use crate::answer::{Answer, Refusal};
use crate::config::{LogFormat, LogSettings};
use crate::router::Route;

pub(crate) use sink::Flusher;

/// Starts logging to standard output. Lines reach it at the latest when what is returned is dropped.
pub(crate) fn start(settings: &LogSettings) -> std::io::Result<Flusher> {
    let (sink, flusher) = sink::start()?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(sink)
        .with_ansi(false);
    let lines = match settings.format {
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .boxed(),
        LogFormat::Text => lines.boxed(),
    };
    tracing_subscriber::registry()
        .with(settings.filter.clone())
        .with(lines)
        .init();
    Ok(flusher)
}

/// What is logged of a request.
pub(crate) struct Request<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) route: Route<'a>,
    pub(crate) peer: IpAddr,
    pub(crate) elapsed: Duration,
    pub(crate) result: &'a Result<Answer, Refusal>,
}

impl Request<'_> {
    /// The status of the answer, and what happened in a word.
    pub(crate) fn verdict(&self) -> (StatusCode, &'static str) {
        match self.result {
            Ok(answer) => (answer.status(), answer.outcome),
            Err(refusal) => (refusal.code.status(), refusal.code.name()),
        }
    }
}

/// Logs one request. What asks every few seconds, probes and whoever collects
/// the metrics, is only logged at the level `debug`, or it would drown the rest.
pub(crate) fn request(request: &Request<'_>) {
    let (status, outcome) = request.verdict();
    let status = status.as_u16();
    let route = request.route.template();
    let method = method(request.method);
    let ms = request.elapsed.as_micros() as f64 / 1000.0;
    let Request {
        request_id, peer, ..
    } = request;
    let job_id = job(request.result).map(display);
    let reason = reason(request.result).map(display);
    match request.route {
        Route::Health | Route::Live | Route::Ready => {
            debug!(request_id, method, route, status, ms, outcome, %peer, "request");
        }
        Route::Metrics | Route::MetricsJson if request.result.is_ok() => {
            debug!(request_id, method, route, status, ms, outcome, %peer, "request");
        }
        Route::Webhook(provider) => {
            let provider = provider.map_or("unknown", Provider::name);
            info!(request_id, method, route, status, ms, outcome, provider, job_id, reason, %peer, "request");
        }
        Route::Jobs | Route::Job(_) | Route::Metrics | Route::MetricsJson | Route::Nowhere => {
            info!(request_id, method, route, status, ms, outcome, job_id, reason, %peer, "request");
        }
    }
}

fn job(result: &Result<Answer, Refusal>) -> Option<JobId> {
    result.as_ref().ok()?.job
}

fn reason(result: &Result<Answer, Refusal>) -> Option<Cow<'_, str>> {
    let reason = result.as_ref().err()?.reason.as_deref()?;
    Some(printable(reason))
}

/// A method is whatever a client makes up; only the usual ones are repeated.
pub(crate) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Text in which no control character can forge a line or drive a terminal.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return text.into();
    }
    text.chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// An error and why it came to it: "client error (Connect)" alone helps nobody.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

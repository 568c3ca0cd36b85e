//! The reference server: a provider's webhook is verified, becomes a durable job, and is delivered.
//!
//! `cargo run --example server` starts it; `docs/server.md` says what can be set and what it answers.
//! A request goes listener -> connection -> router -> intake -> store; a job goes store -> handler.

mod answer;
mod api_key;
mod body;
mod challenger;
mod config;
mod connection;
mod delivery;
mod handler;
mod health;
mod intake;
mod jobs;
mod listener;
mod log;
mod meter;
mod metrics_api;
mod receiver;
mod request_id;
mod router;
mod shutdown;
mod store;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hyper::Uri;
use jobstore::worker::Drained;
use jobstore::{Jobs, Keep, Retention, Worker};
use retry::{Backoff, Jitter};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tracing::{error, info, warn};

use crate::answer::Renderer;
use crate::api_key::ApiKey;
use crate::body::BodyReader;
use crate::config::{Config, Forward, JobSettings};
use crate::handler::Handler;
use crate::health::Health;
use crate::intake::Intake;
use crate::jobs::JobsApi;
use crate::meter::Meter;
use crate::metrics_api::MetricsApi;
use crate::request_id::RequestIds;
use crate::router::Router;
use crate::shutdown::Drain;

/// Exit status for a configuration that cannot be used: `EX_CONFIG` of sysexits.h.
const EXIT_CONFIG: u8 = 78;

/// After the deadline for draining: how long workers may take to give their jobs back.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// One attempt at a job: longer than any `FORWARD_TIMEOUT`, which therefore speaks first.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(600);

/// A service may be down for hours: from `JOB_BACKOFF` on each wait is four times the one before, up to an
/// hour, and halved at most.
const BACKOFF: Backoff = Backoff::exponential()
    .factor(4)
    .cap(Duration::from_secs(3600))
    .jitter(Jitter::Equal);

fn main() -> ExitCode {
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(problems) => {
            eprint!("{problems}");
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("The server cannot run: {fault}.");
            ExitCode::FAILURE
        }
    }
}

/// Runs until a signal, and then until everything that has begun is finished.
fn run(config: Config) -> Result<(), String> {
    let _flusher = log::start(&config.log).map_err(|error| format!("cannot log: {error}"))?;
    let meter = Meter::start().map_err(|error| format!("cannot count: {error}"))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start threads: {error}"))?
        .block_on(serve(config, meter))
}

async fn serve(config: Config, meter: Meter) -> Result<(), String> {
    let jobs = store::open(&config.storage).await?;
    let drain = Drain::on_signal(config.drain_delay)
        .map_err(|error| format!("cannot listen for signals: {error}"))?;
    let socket = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on LISTEN_ADDR {}: {error}", config.listen))?;
    announce(&config, &socket);

    // Jobs are worked on beside the requests, and by the same process.
    let limits = config.limits;
    let worker = start_worker(
        &config.jobs,
        limits.drain_timeout,
        config.forward,
        &jobs,
        &drain,
    )?;

    tokio::spawn(meter.clone().keep(jobs.clone()));

    // What answers requests is built once, and shared by all connections.
    let key = api_key(config.api_key)?;
    let metrics_keys = config.metrics_key.into_iter().chain([key.clone()]);
    let router = Router {
        intake: Intake {
            receivers: config.receivers,
            address: config.address,
            bodies: BodyReader::new(limits),
            jobs: jobs.clone(),
            dedupe_window: config.jobs.dedupe_window,
            max_attempts: config.jobs.max_attempts,
        },
        jobs: JobsApi::new(jobs.clone(), key),
        metrics: MetricsApi::new(meter, metrics_keys.collect()),
        health: Health::new(jobs, worker.abort_handle(), drain.clone()),
        renderer: Renderer::new(uses_https(config.public_url.as_ref())),
        request_ids: RequestIds::new().map_err(no_randomness)?,
    };

    let open = listener::serve(socket, limits, Arc::new(router), drain).await;
    finish(open, worker, limits.drain_timeout).await;
    Ok(())
}

fn announce(config: &Config, socket: &TcpListener) {
    let address = socket.local_addr().unwrap_or(config.listen);
    let providers: Vec<_> = config
        .receivers
        .iter()
        .map(|receiver| receiver.provider.name())
        .collect();
    let forward = config
        .forward
        .as_ref()
        .and_then(|forward| forward.url.host());
    info!(
        %address,
        environment = config.environment.name(),
        store = %config.storage,
        providers = providers.join(","),
        forward,
        "listening"
    );
    let weak = config.receivers.iter().filter_map(|receiver| {
        let weakness = receiver.verifier.scheme().weakness()?;
        Some((receiver.provider, weakness))
    });
    for (provider, weakness) in weak {
        warn!(%provider, "deliveries of this provider prove little: {weakness}");
    }
    if providers.is_empty() {
        let variables = config::every_variable();
        warn!("no provider is configured, so every delivery is refused; set one of {variables}");
    }
}

/// The key that was given. Without one, which only development allows, one is made up and shown once:
/// on standard error, so that it does not end up where logs are kept.
fn api_key(given: Option<ApiKey>) -> Result<ApiKey, String> {
    if let Some(key) = given {
        return Ok(key);
    }
    let (key, text) = ApiKey::random().map_err(no_randomness)?;
    eprintln!("ADMIN_API_KEY is not set; for this run it is {text}");
    Ok(key)
}

fn uses_https(public_url: Option<&Uri>) -> bool {
    public_url.is_some_and(|url| url.scheme_str() == Some("https"))
}

fn no_randomness(error: getrandom::Error) -> String {
    format!("the system has no randomness to give: {error}")
}

fn start_worker(
    settings: &JobSettings,
    drain_timeout: Duration,
    forward: Option<Forward>,
    jobs: &Jobs,
    drain: &Drain,
) -> Result<JoinHandle<Drained>, String> {
    let handler =
        Handler::new(forward).map_err(|error| format!("cannot deliver to FORWARD_URL: {error}"))?;
    let worker = Worker::new(jobs.clone(), intake::QUEUE, handler)
        .concurrency(settings.concurrency)
        .lease(settings.lease)
        .timeout(ATTEMPT_TIMEOUT)
        .backoff(BACKOFF.base(settings.backoff))
        .retention(
            Retention::all(Keep::for_ever().age(settings.retention)).audit(settings.retention),
        )
        .drain_within(drain_timeout);
    let mut drain = drain.clone();
    Ok(tokio::spawn(
        worker.run(async move { drain.started().await }),
    ))
}

/// Lets connections finish and jobs end, up to the deadline; what then still runs is cut off.
async fn finish(mut open: JoinSet<()>, worker: JoinHandle<Drained>, limit: Duration) {
    info!(connections = open.len(), "draining");
    let closing = async {
        while let Some(ended) = open.join_next().await {
            listener::report_panic(ended);
        }
    };
    if timeout(limit, closing).await.is_err() {
        warn!(
            connections = open.len(),
            "cutting off connections that did not finish in DRAIN_TIMEOUT"
        );
        open.shutdown().await;
    }
    // The worker began to drain at the same moment, with the same deadline.
    match timeout(RELEASE_TIMEOUT, worker).await {
        Ok(Ok(jobs)) => info!(
            finished = jobs.finished,
            released = jobs.released,
            lost = jobs.lost,
            "stopped"
        ),
        Ok(Err(error)) => error!(%error, "the worker did not end well"),
        Err(_) => warn!("the worker did not give its jobs back in time; their leases will run out"),
    }
}

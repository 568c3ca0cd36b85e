//! Is the process alive, and should it be sent traffic?

use std::time::{Duration, Instant};

use hyper::StatusCode;
use jobstore::Jobs;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tracing::warn;

use crate::answer::{Answer, Code, Refusal};
use crate::shutdown::Drain;

/// A store that takes longer than this to prove that it works does not work.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// A verdict on the store is used again for this long, so that probes cannot become load.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Answers health probes. Nothing here is secret, so nothing here needs a key.
#[derive(Debug)]
pub(crate) struct Health {
    jobs: Jobs,
    worker: AbortHandle,
    drain: Drain,
    started: Instant,
    store: Mutex<Option<(Instant, bool)>>,
}

/// What readiness depends on: a name, and what is wrong if anything is.
type Check = (&'static str, Option<&'static str>);

impl Health {
    pub(crate) fn new(jobs: Jobs, worker: AbortHandle, drain: Drain) -> Self {
        Self {
            jobs,
            worker,
            drain,
            started: Instant::now(),
            store: Mutex::new(None),
        }
    }

    /// `/health/live`: the process answers. Touches no dependency: restarting would not mend one.
    pub(crate) fn live(&self) -> Result<Answer, Refusal> {
        Answer::json(StatusCode::OK, &json!({ "status": "ok" }))
    }

    /// `/health/ready`: send traffic here, or a refusal that names the checks that fail.
    pub(crate) async fn ready(&self) -> Result<Answer, Refusal> {
        let failing = self.checks().await.into_iter();
        let mut failing = failing
            .filter_map(|(name, fault)| Some((name, fault?)))
            .peekable();
        if failing.peek().is_none() {
            return Answer::json(StatusCode::OK, &json!({ "status": "ready" }));
        }
        let refusal = Refusal::new(Code::NotReady, "send traffic elsewhere").retry_after(1);
        Err(failing.fold(refusal, |refusal, (name, fault)| {
            refusal.detail(name, fault)
        }))
    }

    /// `/health`: every check with its verdict.
    pub(crate) async fn report(&self) -> Result<Answer, Refusal> {
        let checks = self.checks().await;
        let healthy = checks.iter().all(|(_, fault)| fault.is_none());
        let (status, word) = if healthy {
            (StatusCode::OK, "ok")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "failing")
        };
        let verdicts: serde_json::Map<_, _> = checks
            .into_iter()
            .map(|(name, fault)| (name.to_owned(), fault.unwrap_or("ok").into()))
            .collect();
        let report = json!({
            "status": word,
            "version": env!("CARGO_PKG_VERSION"),
            "uptime_seconds": self.started.elapsed().as_secs(),
            "checks": verdicts,
        });
        Answer::json(status, &report).map(|answer| answer.outcome(word))
    }

    async fn checks(&self) -> [Check; 3] {
        let store = (!self.store_works().await).then_some("unavailable");
        let worker = self.worker.is_finished().then_some("stopped");
        let process = self.drain.is_leaving().then_some("draining");
        [("store", store), ("worker", worker), ("process", process)]
    }

    async fn store_works(&self) -> bool {
        // Probes that come at once wait for one check instead of making several.
        let mut verdict = self.store.lock().await;
        if let Some((at, works)) = *verdict
            && at.elapsed() < CHECK_INTERVAL
        {
            return works;
        }
        let works = match timeout(CHECK_TIMEOUT, self.jobs.store().check()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                warn!(%error, "the store fails its check");
                false
            }
            Err(_) => {
                warn!("the store does not answer its check in time");
                false
            }
        };
        *verdict = Some((Instant::now(), works));
        works
    }
}

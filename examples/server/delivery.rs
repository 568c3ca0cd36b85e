//! `FORWARD_URL`: each job is posted to your service, as it was received.

mod verdict;

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jobstore::worker::Failed;
use jobstore::{Job, NewJob};
use retry::client::{self, Client};
use retry::http::{Fault, Terms};
use retry::{Backoff, BreakerPolicy, BreakerState, Budget, GaveUp, Policy, Timer, Tokio};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::time::timeout;
use webhook_verify::{Signer, UnixTime};

use crate::config::Forward;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// A job is tried again for hours, so a request is sent again once at most, and at once: that is for the
/// connection that broke and the process that just restarts, and spares the job an attempt. To repeat
/// often in both places would multiply what reaches a service that is down.
const AT_ONCE: Backoff = Backoff::exponential()
    .base(Duration::from_millis(100))
    .retries(1);

/// Of ten requests that fail in half a minute five or more: then the service is left alone, for 5 s and
/// up to a minute, or as long as it asks.
const BREAKER: BreakerPolicy = BreakerPolicy::usual().failures(50, 10);

/// When the breaker cannot say when it lets the next request through, since that depends on those that
/// are under way: how long to wait until they are back.
const PROBING: Duration = Duration::from_secs(1);

/// How much of an answer is read, so that the connection can be used again.
const MAX_READ_BYTES: usize = 64 * 1024;

/// Posts jobs to one URL.
#[derive(Debug)]
pub(crate) struct Delivery {
    client: Client<Full<Bytes>, HttpsConnector<HttpConnector>>,
    /// What the client knows the service by.
    host: String,
    forward: Forward,
}

impl Delivery {
    /// # Errors
    ///
    /// When the URL is https and the machine has no certificates to trust.
    pub(crate) fn new(forward: Forward) -> std::io::Result<Self> {
        let pool = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .build(connector(&forward.url)?);
        let client = Client::over(pool, terms(forward.timeout))
            .breakers(BREAKER)
            .budgets(budget, budget());
        let host = forward.url.authority().map(|host| host.as_str());
        Ok(Self {
            client,
            host: host.unwrap_or_default().to_ascii_lowercase(),
            forward,
        })
    }

    /// Posts one job; says what came back, or whether it is worth trying again.
    pub(crate) async fn deliver(&self, job: &Job) -> Result<Value, Failed> {
        let started = Instant::now();
        let answered = self.client.request(self.request(job)?).await;
        let (head, body) = answered
            .map_err(|gave_up| self.unanswered(&gave_up))?
            .into_parts();
        let left = self.forward.timeout.saturating_sub(started.elapsed());
        let body = beginning(body, left).await;
        verdict::on_answer(&head, &body)?;
        let ms = started.elapsed().as_millis() as u64;
        Ok(json!({ "status": head.status.as_u16(), "ms": ms }))
    }

    fn request(&self, job: &Job) -> Result<Request<Full<Bytes>>, Failed> {
        let fault = |error: &dyn Error| Failed::for_good(format!("cannot be sent: {error}"));
        let body = job.payload.clone().into_bytes();
        let mut request = Request::post(self.forward.url.clone())
            .body(Full::new(body.clone()))
            .map_err(|error| fault(&error))?;
        let headers = request.headers_mut();
        let id = job.id.to_string();
        let pairs = [
            ("webhook-id", id.as_str()),
            ("idempotency-key", &id),
            (
                "x-webhook-provider",
                fact(job, "provider").unwrap_or("unknown"),
            ),
            ("x-webhook-attempt", &job.attempts.to_string()),
            (
                "content-type",
                fact(job, "content_type").unwrap_or("application/octet-stream"),
            ),
            (
                "user-agent",
                concat!("webhook-server/", env!("CARGO_PKG_VERSION")),
            ),
        ];
        for (name, value) in pairs {
            let value = HeaderValue::from_str(value).map_err(|error| fault(&error))?;
            headers.insert(HeaderName::from_static(name), value);
        }
        if let Some(signer) = &self.forward.signer {
            sign(signer, &id, &body, headers).map_err(|error| fault(&*error))?;
        }
        Ok(request)
    }

    /// What is not even tried is postponed: a service that is down costs the jobs none of their attempts
    /// while nobody asks it.
    fn unanswered(&self, gave_up: &GaveUp<Fault<client::Error>>) -> Failed {
        match gave_up.error() {
            Some(fault) => verdict::on_fault(fault, gave_up),
            None => verdict::on_refusal(gave_up, self.closed_for()),
        }
    }

    /// How long it is until the next request may be let through, as far as that is known.
    fn closed_for(&self) -> Duration {
        let breaker = self.client.breaker(&self.host);
        match breaker.map(|breaker| breaker.state()) {
            Some(BreakerState::Open { until }) => until.saturating_sub(Tokio.now()),
            Some(BreakerState::HalfOpen) => PROBING,
            // It was not the breaker: the service has said that it wants no request for longer than there
            // is time.
            _ => self.forward.timeout,
        }
    }
}

/// The time is that for both requests together, if it comes to two, and for the waits before them that
/// the service asks for. It is the job that waits longer: it holds nothing meanwhile.
fn terms(timeout: Duration) -> Terms {
    let policy = Policy::new(AT_ONCE)
        .attempt_timeout(timeout)
        .deadline(timeout)
        .longest_hint(timeout);
    Terms::new(policy).replay(NewJob::MAX_PAYLOAD)
}

/// One request in ten may be sent again.
fn budget() -> Budget {
    Budget::new().saved(10)
}

/// Adds the headers of Standard Webhooks; the time is that of this attempt.
fn sign(
    signer: &Signer,
    id: &str,
    body: &[u8],
    headers: &mut HeaderMap,
) -> Result<(), Box<dyn Error>> {
    for (name, value) in signer.sign(Some(id), UnixTime::now(), body)? {
        headers.insert(
            HeaderName::from_bytes(name.as_bytes())?,
            HeaderValue::try_from(value)?,
        );
    }
    Ok(())
}

fn fact<'a>(job: &'a Job, name: &str) -> Option<&'a str> {
    job.metadata.get(name).map(String::as_str)
}

/// Reads an answer as far as it is of use and comes in time. That it breaks off changes nothing: the
/// status has arrived.
async fn beginning(mut body: Incoming, limit: Duration) -> Vec<u8> {
    let mut read = Vec::new();
    let reading = async {
        while read.len() < MAX_READ_BYTES
            && let Some(Ok(frame)) = body.frame().await
        {
            read.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        }
    };
    // Late or not, what has come is what there is.
    let _ = timeout(limit, reading).await;
    read
}

fn connector(url: &Uri) -> std::io::Result<HttpsConnector<HttpConnector>> {
    let mut http = HttpConnector::new();
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    http.set_nodelay(true);
    http.enforce_http(false);
    let builder = HttpsConnectorBuilder::new();
    // A machine without certificates may still forward over http.
    let builder = if url.scheme_str() == Some("https") {
        builder.with_native_roots()?.https_only()
    } else {
        let trust_nobody = ClientConfig::builder()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        builder.with_tls_config(trust_nobody).https_or_http()
    };
    Ok(builder.enable_all_versions().wrap_connector(http))
}

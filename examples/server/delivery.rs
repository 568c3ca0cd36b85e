//! `FORWARD_URL`: each job is posted to your service, as it was received.

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jobstore::worker::Failed;
use jobstore::{Category, Job};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::time::timeout;
use webhook_verify::{Signer, UnixTime};

use crate::config::Forward;
use crate::log::{printable, with_causes};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of an answer is read, so that the connection can be used again; and how much is kept of
/// one that says why it failed.
const MAX_READ_BYTES: usize = 64 * 1024;
const MAX_KEPT_BYTES: usize = 2 * 1024;

/// A service that asks to be left alone for longer than this is asked again after this.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// Posts jobs to one URL.
#[derive(Debug)]
pub(crate) struct Delivery {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    forward: Forward,
}

impl Delivery {
    /// # Errors
    ///
    /// When the URL is https and the machine has no certificates to trust.
    pub(crate) fn new(forward: Forward) -> std::io::Result<Self> {
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .build(connector(&forward.url)?);
        Ok(Self { client, forward })
    }

    /// Posts one job; says what came back, or whether it is worth trying again.
    pub(crate) async fn deliver(&self, job: &Job) -> Result<Value, Failed> {
        let started = Instant::now();
        let request = self.request(job)?;
        let exchange = async {
            let response = self.client.request(request).await.map_err(|error| {
                Failed::transient(format!("no answer: {}", with_causes(&error)))
                    .category(Category::ExternalApi)
            })?;
            let (head, body) = response.into_parts();
            Ok::<_, Failed>(Response::from_parts(head, beginning(body).await))
        };
        let Ok(exchanged) = timeout(self.forward.timeout, exchange).await else {
            let limit = self.forward.timeout;
            return Err(Failed::transient(format!("no answer within {limit:?}"))
                .category(Category::Timeout));
        };
        let answer = judge(exchanged?)?;
        let ms = started.elapsed().as_millis() as u64;
        Ok(json!({ "status": answer.as_u16(), "ms": ms }))
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

/// Success is any 2xx. What may pass by itself is tried again; what the service refuses is not, and
/// neither is a redirect: following it would take the delivery to where nobody configured it.
fn judge(answer: Response<Vec<u8>>) -> Result<StatusCode, Failed> {
    let status = answer.status();
    if status.is_success() {
        return Ok(status);
    }
    let kept = &answer.body()[..answer.body().len().min(MAX_KEPT_BYTES)];
    let said = String::from_utf8_lossy(kept);
    let message = format!("{status}: {}", printable(&said));
    let (failed, category) = match status {
        StatusCode::TOO_MANY_REQUESTS => (Failed::transient(message), Category::RateLimit),
        StatusCode::REQUEST_TIMEOUT => (Failed::transient(message), Category::Timeout),
        _ if status.is_server_error() => (Failed::transient(message), Category::ExternalApi),
        _ => return Err(Failed::for_good(message).category(Category::ExternalApi)),
    };
    let failed = failed.category(category);
    Err(match retry_after(answer.headers()) {
        Some(delay) => failed.after(delay),
        None => failed,
    })
}

/// A wait in whole seconds; a date is not understood, and the usual backoff applies.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

/// Reads an answer as far as it is of use. That it breaks off changes nothing: the status has arrived.
async fn beginning(mut body: Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < MAX_READ_BYTES
        && let Some(Ok(frame)) = body.frame().await
    {
        read.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
    }
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

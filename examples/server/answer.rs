//! What the server says, in one shape: JSON, a request id, and headers that keep browsers out.

mod refusal;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use jobstore::JobId;
use serde::Serialize;
use webhook_verify::challenge;

pub(crate) use refusal::{Code, Refusal};

/// The body of every answer.
pub(crate) type Body = Full<Bytes>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Nothing here is meant to be shown, framed, cached or sniffed by a browser.
const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_TYPE, JSON),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// Two years, as the header projects recommend; only said when the outside world uses https.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// An answer that is not a refusal.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    content_type: HeaderValue,
    body: Bytes,
    /// For the log: what happened, in a word.
    pub(crate) outcome: &'static str,
    /// For the log: the job that it happened to.
    pub(crate) job: Option<JobId>,
}

impl Answer {
    /// A JSON answer.
    ///
    /// # Errors
    ///
    /// A refusal with status 500, if `body` cannot be written as JSON.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Refusal> {
        match serde_json::to_vec(body) {
            Ok(json) => Ok(Self {
                status,
                content_type: JSON,
                body: json.into(),
                outcome: "ok",
                job: None,
            }),
            Err(error) => {
                Err(Refusal::new(Code::Internal, "the answer cannot be written").because(error))
            }
        }
    }

    /// An answer of text, of this kind.
    pub(crate) fn text(content_type: HeaderValue, body: String) -> Self {
        Self {
            status: StatusCode::OK,
            content_type,
            body: body.into(),
            outcome: "ok",
            job: None,
        }
    }

    /// The answer to a challenge. Its other header is one that every answer has.
    pub(crate) fn to_challenge(answer: &challenge::Answer) -> Self {
        Self {
            status: StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::OK),
            content_type: HeaderValue::from_static(answer.content_type()),
            body: Bytes::copy_from_slice(answer.body().as_bytes()),
            outcome: "challenge",
            job: None,
        }
    }

    pub(crate) fn outcome(mut self, outcome: &'static str) -> Self {
        self.outcome = outcome;
        self
    }

    pub(crate) fn job(mut self, job: JobId) -> Self {
        self.job = Some(job);
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

/// Puts answers and refusals on the wire.
#[derive(Debug)]
pub(crate) struct Renderer {
    /// What every answer has. Copying them is cheaper than inserting them one by one.
    headers: HeaderMap,
}

impl Renderer {
    /// `strict_transport`: browsers are told to insist on https.
    pub(crate) fn new(strict_transport: bool) -> Self {
        let mut headers = HeaderMap::from_iter(HEADERS);
        if strict_transport {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
        Self { headers }
    }

    pub(crate) fn response(
        &self,
        result: Result<Answer, Refusal>,
        request_id: HeaderValue,
    ) -> Response<Body> {
        let mut headers = self.headers.clone();
        let (status, body) = match result {
            Ok(answer) => {
                headers.insert(header::CONTENT_TYPE, answer.content_type);
                (answer.status, answer.body)
            }
            Err(refusal) => {
                refusal.add_headers(&mut headers);
                let body = refusal.body(request_id.to_str().unwrap_or_default());
                (refusal.code.status(), body.into())
            }
        };
        headers.insert(REQUEST_ID, request_id);
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

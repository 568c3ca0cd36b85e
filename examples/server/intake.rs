//! `POST /webhooks/{provider}`: a delivery becomes a durable job, or is refused, before it is answered.
//! `GET /webhooks/{provider}`: a provider asks whether it may deliver.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use jobstore::{Enqueued, JobId, Jobs, NewJob};
use serde::Serialize;
use tracing::warn;
use webhook_verify::challenge::Challenge;
use webhook_verify::{EventId, Provider, Rejection, Request, Verified, Verifier};

use crate::answer::{Answer, Code, Refusal};
use crate::body::BodyReader;
use crate::config::Address;
use crate::receiver::Receiver;
use crate::store;

/// The queue that jobs made from webhooks wait in.
pub(crate) const QUEUE: &str = "webhooks";

/// A body from this size on takes so long to hash that other requests should not wait for it.
const LONG_BODY_BYTES: usize = 256 * 1024;

/// The longest content type that is kept.
const MAX_CONTENT_TYPE: usize = 256;

/// Takes deliveries in.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) receivers: Vec<Receiver>,
    pub(crate) address: Address,
    pub(crate) bodies: BodyReader,
    pub(crate) jobs: Jobs,
    pub(crate) dedupe_window: Duration,
    pub(crate) max_attempts: u32,
}

/// Where a delivery came from, as far as we know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) peer: IpAddr,
    pub(crate) request_id: &'a HeaderValue,
}

impl Intake {
    /// Takes one delivery in.
    ///
    /// # Errors
    ///
    /// A refusal; the delivery is then not stored, or its repetition will be recognised.
    pub(crate) async fn take(
        &self,
        provider: Option<Provider>,
        head: &Parts,
        body: Incoming,
        origin: Origin<'_>,
    ) -> Result<Answer, Refusal> {
        let Receiver {
            provider,
            verifier,
            challenger,
        } = self.receiver(provider)?;
        let body = self.bodies.read(body).await?;
        let target = self.address.target(&head.uri);
        let request = Request::new(&head.headers)
            .method(head.method.as_str())
            .target(&target);
        let verified = verify(verifier, request, &body.bytes)?;
        if let Some(challenger) = challenger
            && let Some(answer) = answer_challenge(challenger.answer_delivery(&verified))?
        {
            return Ok(answer);
        }
        let job = self.job(
            *provider,
            &verified,
            &head.headers,
            body.bytes.clone(),
            origin,
        );
        let enqueued = store::in_time(self.jobs.enqueue(job)).await?;
        answer(*provider, enqueued)
    }

    /// Answers a provider which asks whether this address is meant to receive from it.
    ///
    /// # Errors
    ///
    /// A refusal. Nothing else is there to be got, whether or not the provider is configured.
    pub(crate) fn challenge(
        &self,
        provider: Option<Provider>,
        head: &Parts,
    ) -> Result<Answer, Refusal> {
        let receiver = self.receiver(provider).ok();
        let Some((receiver, challenger)) =
            receiver.and_then(|receiver| Some((receiver, receiver.challenger.as_ref()?)))
        else {
            return Err(Refusal::only_post());
        };
        if challenger.is_proved() {
            let request = Request::new(&head.headers).method(head.method.as_str());
            verify(&receiver.verifier, request, b"")?;
        }
        answer_challenge(challenger.answer(head))?.ok_or_else(Refusal::only_post)
    }

    /// Unknown and not configured look alike: who asks learns nothing about the configuration.
    fn receiver(&self, provider: Option<Provider>) -> Result<&Receiver, Refusal> {
        self.receivers
            .iter()
            .find(|receiver| Some(receiver.provider) == provider)
            .ok_or_else(|| Refusal::new(Code::UnknownProvider, "no such provider is configured"))
    }

    fn job(
        &self,
        provider: Provider,
        verified: &Verified<'_>,
        headers: &HeaderMap,
        body: Bytes,
        origin: Origin<'_>,
    ) -> NewJob {
        let name = provider.name();
        let event_id = verified.event_id();
        let mut job = NewJob::new(QUEUE, format!("webhook.{name}"))
            .payload(body)
            .triggered_by(format!("webhook:{name}"))
            .max_attempts(self.max_attempts)
            .dedupe(
                dedupe_key(name, event_id.as_ref(), verified),
                self.dedupe_window,
            )
            .metadata("provider", name)
            .metadata("secret", verified.secret_label())
            .metadata("source_ip", origin.peer.to_string());
        if let Ok(request_id) = origin.request_id.to_str() {
            job = job.metadata("request_id", request_id);
        }
        if let Some(id) = event_id {
            job = job.metadata("event_id", id.as_str());
        }
        if let Some(content_type) = content_type(headers) {
            job = job.metadata("content_type", content_type);
        }
        job
    }
}

/// What makes a repetition recognisable. An id that is not signed can be changed by whoever replays
/// the delivery, so then it is the signature that counts.
fn dedupe_key(provider: &str, event_id: Option<&EventId<'_>>, verified: &Verified<'_>) -> String {
    match event_id {
        Some(id) if id.is_signed() => format!("{provider}:id:{}", id.as_str()),
        _ => format!("{provider}:mac:{}", verified.fingerprint()),
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    (value.len() <= MAX_CONTENT_TYPE).then_some(value)
}

fn verify<'a>(
    verifier: &'a Verifier,
    request: Request<'a, HeaderMap>,
    body: &'a [u8],
) -> Result<Verified<'a>, Refusal> {
    let verified = if body.len() < LONG_BODY_BYTES {
        verifier.verify_request(request, body)
    } else {
        tokio::task::block_in_place(|| verifier.verify_request(request, body))
    };
    verified.map_err(reject)
}

/// The answer, if it is a challenge.
fn answer_challenge(challenge: Challenge) -> Result<Option<Answer>, Refusal> {
    match challenge {
        Challenge::Answer(answer) => Ok(Some(Answer::to_challenge(&answer))),
        Challenge::Refuse(reason) => {
            let refusal = Refusal::new(Code::BadChallenge, "this challenge is not answered");
            Err(refusal.because(reason))
        }
        Challenge::NotAChallenge => Ok(None),
    }
}

/// Missing, malformed and wrong signatures get one answer; the log knows which it was.
fn reject(rejection: Rejection) -> Refusal {
    let refusal = if rejection.is_stale() {
        Refusal::new(Code::Stale, "the delivery was not sent just now")
    } else {
        Refusal::new(Code::BadSignature, "the signature is missing or wrong")
    };
    refusal.because(rejection)
}

fn answer(provider: Provider, enqueued: Enqueued) -> Result<Answer, Refusal> {
    #[derive(Serialize)]
    struct Taken {
        status: &'static str,
        job_id: JobId,
    }
    let job_id = enqueued.first();
    let (status, word) = match enqueued {
        Enqueued::Created(_) => (StatusCode::ACCEPTED, "accepted"),
        Enqueued::Duplicate { .. } => (StatusCode::OK, "duplicate"),
        Enqueued::Conflict { .. } => {
            // The same event, rendered anew: Stripe counts pending webhooks in the body, for one.
            warn!(%provider, %job_id, "a repeated event has another body than the first; the first counts");
            (StatusCode::OK, "duplicate")
        }
    };
    let taken = Taken {
        status: word,
        job_id,
    };
    Answer::json(status, &taken).map(|answer| answer.outcome(word).job(job_id))
}

//! The layer, around services that misbehave.

use std::convert::Infallible;
use std::future::{self, Ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use retry::http::{Fault, Sending, Sent, Terms};
use retry::tower::RetryLayer;
use retry::{Backoff, Budget, GaveUp, History, Jitter, Policy, Reason};
use tower::{Layer, Service, ServiceExt, service_fn};

type Text = Full<Bytes>;

const TERMS: Terms = Terms::new(Policy::new(
    Backoff::exponential().retries(2).jitter(Jitter::None),
));

/// No time passes here.
fn at_once(_: Duration) -> Ready<()> {
    future::ready(())
}

fn answer(status: u16) -> Response<Text> {
    let response = Response::builder().status(status);
    response.body("an answer".into()).expect("a response")
}

fn get() -> Request<Text> {
    Request::get("/").body(Text::default()).expect("a request")
}

/// A service that is ready for one request, when it has been asked whether it is. A clone has not been.
struct Strict {
    is_ready: bool,
    calls: Arc<Mutex<u32>>,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self {
            is_ready: false,
            calls: Arc::clone(&self.calls),
        }
    }
}

impl Service<Request<Sending<Text>>> for Strict {
    type Response = Response<Text>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Text>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Sending<Text>>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called unasked");
        *self.calls.lock().expect("unpoisoned") += 1;
        future::ready(Ok(answer(503)))
    }
}

/// Many layers call a clone that was never asked whether it is ready.
#[tokio::test]
async fn every_attempt_is_made_by_a_service_that_is_ready() {
    let strict = Strict {
        is_ready: false,
        calls: Arc::default(),
    };
    let mut service = RetryLayer::new(TERMS, at_once).layer(strict.clone());
    for _ in 0..2 {
        let response = service.ready().await.expect("ready").call(get()).await;
        assert_eq!(response.expect("an answer").status(), 503);
    }
    assert_eq!(*strict.calls.lock().expect("unpoisoned"), 6);
}

/// reqwest-retry 0.9: what one attempt leaves in the extensions, the next one finds there.
#[tokio::test]
async fn extensions_do_not_leak_from_one_attempt_to_the_next() {
    #[derive(Clone)]
    struct Left;
    #[derive(Clone)]
    struct Given;

    let layer = RetryLayer::new(TERMS, at_once);
    let service = layer.layer(service_fn(async |mut request: Request<Sending<Text>>| {
        assert!(request.extensions().get::<Given>().is_some());
        assert!(request.extensions_mut().insert(Left).is_none());
        assert!(
            request
                .headers_mut()
                .insert("left", "here".parse().expect("a value"))
                .is_none()
        );
        Ok::<_, Infallible>(answer(503))
    }));
    let mut request = get();
    request.extensions_mut().insert(Given);
    let response = service.oneshot(request).await.expect("an answer");
    let history = response.extensions().get::<History>();
    assert_eq!(history.map(History::attempts), Some(3));
}

#[tokio::test]
async fn the_last_answer_is_whole() {
    let layer = RetryLayer::new(TERMS, at_once);
    let service = layer.layer(service_fn(async |_| Ok::<_, Infallible>(answer(503))));
    let response = service.oneshot(get()).await.expect("an answer");
    let reason = response.extensions().get::<Reason>();
    assert_eq!(reason, Some(&Reason::RetriesSpent));
    let body = response.into_body().collect().await.expect("a text");
    assert_eq!(body.to_bytes(), "an answer");
}

#[tokio::test]
async fn an_answer_that_is_good_at_once_is_as_it_was() {
    let layer = RetryLayer::new(TERMS, at_once);
    let service = layer.layer(service_fn(async |_| Ok::<_, Infallible>(answer(201))));
    let response = service.oneshot(get()).await.expect("an answer");
    assert_eq!(response.status(), 201);
    assert!(response.extensions().is_empty());
}

/// What became of a POST whose errors are judged so.
async fn post(sent: Sent) -> GaveUp<Fault<&'static str>> {
    let layer = RetryLayer::new(TERMS, at_once).was_sent(move |_: &&str| sent);
    let lost = async |_: Request<Sending<Text>>| Err::<Response<Text>, _>("lost");
    let post = Request::post("/").body("an order".into());
    let service = layer.layer(service_fn(lost));
    let result = service.oneshot(post.expect("a request")).await;
    result.expect_err("every attempt is lost")
}

#[tokio::test]
async fn a_service_that_knows_what_was_not_sent_may_say_so() {
    let error = post(Sent::No).await;
    assert_eq!(
        (error.attempts(), error.reason()),
        (3, Reason::RetriesSpent)
    );
    let error = post(Sent::Maybe).await;
    assert_eq!(
        (error.attempts(), error.reason()),
        (1, Reason::NotRepeatable)
    );
    assert_eq!(error.into_error(), Some(Fault::Error("lost")));
}

#[tokio::test]
async fn a_guard_is_asked_before_anything_is_repeated() {
    let budget = Arc::new(
        Budget::new()
            .ratio(0, 1)
            .at_least(0, Duration::from_secs(1))
            .saved(3),
    );
    let layer = RetryLayer::new(TERMS, at_once).guard(Arc::clone(&budget));
    let service = layer.layer(service_fn(async |_| Ok::<_, Infallible>(answer(503))));
    let mut reasons = Vec::new();
    for _ in 0..3 {
        let response = service.clone().oneshot(get()).await.expect("an answer");
        let extensions = response.extensions();
        let attempts = extensions.get::<History>().map(History::attempts);
        reasons.push((attempts, extensions.get::<Reason>().copied()));
    }
    let spent = Some(Reason::BudgetSpent);
    let expected = [
        (Some(3), Some(Reason::RetriesSpent)),
        (Some(2), spent),
        (Some(1), spent),
    ];
    assert_eq!(reasons, expected);
}

/// A service that takes as long as nobody waits.
#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_dropped() {
    let policy = Policy::new(Backoff::exponential().retries(1).jitter(Jitter::None));
    let terms = Terms::new(policy.attempt_timeout(Duration::from_secs(3)));
    let layer = RetryLayer::new(terms, tokio::time::sleep);
    let service = layer.layer(service_fn(async |_| {
        future::pending::<()>().await;
        Ok::<_, Infallible>(answer(200))
    }));
    let began = tokio::time::Instant::now();
    let error = service.oneshot(get()).await.expect_err("it never answers");
    assert_eq!(error.into_error(), Some(Fault::TimedOut));
    assert_eq!(began.elapsed().as_millis(), 6_500);
}

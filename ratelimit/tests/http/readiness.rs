//! A service may be called only when that very instance has said that it is ready.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode};
use ratelimit::tower::{RateLimit, RateLimitLayer};
use tokio::sync::Notify;
use tower::limit::ConcurrencyLimit;
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::limits::{everybody, gate, per_minute};

/// So many requests may pass.
fn layer(tokens: u64) -> RateLimitLayer {
    RateLimitLayer::new(gate([per_minute("all", tokens, everybody())]))
}

/// Fails when it is called without having been asked whether it is ready. Its clone has not been.
#[derive(Debug, Default)]
struct Strict {
    is_ready: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct CalledUnready;

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<()>> for Strict {
    type Response = Response<String>;
    type Error = CalledUnready;
    type Future = Ready<Result<Self::Response, CalledUnready>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), CalledUnready>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let was_ready = std::mem::take(&mut self.is_ready);
        ready(match was_ready {
            true => Ok(Response::default()),
            false => Err(CalledUnready),
        })
    }
}

#[tokio::test]
async fn the_instance_that_was_polled_is_the_one_that_is_called() {
    let mut service = layer(10).layer(Strict::default());
    for _ in 0..3 {
        assert!(is_ready(&mut service).await);
        let response = service.call(Request::new(())).await;
        assert_eq!(
            response.map(|response| response.status()),
            Ok(StatusCode::OK)
        );
    }
    // And what was not polled is not called as if it were.
    let unpolled = service.call(Request::new(())).await;
    assert_eq!(unpolled.map(drop), Err(CalledUnready));
}

/// A service that takes one request at a time, and works on each until it is told to end.
fn one_at_a_time(end: &Arc<Notify>, tokens: u64) -> RateLimit<ConcurrencyLimit<impl Worker>> {
    let end = Arc::clone(end);
    let work = service_fn(move |_: Request<()>| {
        let end = Arc::clone(&end);
        async move {
            end.notified().await;
            Ok(Response::default())
        }
    });
    layer(tokens).layer(ConcurrencyLimit::new(work, 1))
}

trait Worker:
    Service<Request<()>, Response = Response<String>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<S> Worker for S where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Whether it is ready now.
async fn is_ready(service: &mut impl Service<Request<()>>) -> bool {
    tokio::select! {
        biased;
        outcome = service.ready() => outcome.is_ok(),
        () = ready(()) => false,
    }
}

#[tokio::test]
async fn a_limit_on_what_runs_at_once_is_kept() {
    let end = Arc::new(Notify::new());
    let mut first = one_at_a_time(&end, 10);
    let mut second = first.clone();

    assert!(is_ready(&mut first).await);
    let running = tokio::spawn(first.call(Request::new(())));
    assert!(!is_ready(&mut second).await);

    end.notify_one();
    let response = running.await.expect("no panic").expect("infallible");
    assert_eq!(response.status(), StatusCode::OK);
    assert!(is_ready(&mut second).await);
}

#[tokio::test]
async fn a_refused_request_gives_its_place_back() {
    let end = Arc::new(Notify::new());
    end.notify_one();
    let mut first = one_at_a_time(&end, 1);
    let mut second = first.clone();
    assert!(is_ready(&mut first).await);
    drop(first.call(Request::new(())).await);

    assert!(is_ready(&mut first).await);
    assert!(!is_ready(&mut second).await);
    let response = first.call(Request::new(())).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(is_ready(&mut second).await);
}

#[tokio::test]
async fn a_request_that_is_given_up_gives_its_place_back() {
    let end = Arc::new(Notify::new());
    let mut first = one_at_a_time(&end, 10);
    let mut second = first.clone();

    assert!(is_ready(&mut first).await);
    drop(first.call(Request::new(())));
    assert!(is_ready(&mut second).await);
}

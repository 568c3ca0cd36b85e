//! What it costs to be ready to send a request again, when the first answer is good.
//!
//! In the process the least is the service alone, which is ready at once; over sockets it is a client that
//! repeats nothing. All get the same requests, and the answer is checked each time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;

use bytes::Bytes;
use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::{RetryTransientMiddleware, policies::ExponentialBackoff};
use retry::client::Client;
use retry::http::Terms;
use retry::reqwest::RetryMiddleware;
use retry::tower::RetryLayer;
use retry::{Backoff, Budget, Policy, Tokio};
use tokio::net::TcpListener;
use tokio::runtime;
use tower::retry::budget::{Budget as _, TpsBudget};
use tower::{Service, ServiceBuilder, service_fn};

type Text = Full<Bytes>;

const TERMS: Terms = Terms::new(Policy::new(Backoff::exponential()));

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    within_the_process(&mut criterion, "http_without_a_body", Bytes::new());
    within_the_process(
        &mut criterion,
        "http_with_1_kib",
        Bytes::from_static(&[7; 1_024]),
    );
    over_sockets(&mut criterion);
    criterion.final_summary();
}

fn within_the_process(criterion: &mut Criterion, name: &str, body: Bytes) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    let request = put("/orders", body);
    measure(&mut group, "alone", &request, service_fn(answer));
    measure(
        &mut group,
        "retry",
        &request,
        ServiceBuilder::new()
            .layer(RetryLayer::new(TERMS, Tokio))
            .service(service_fn(answer)),
    );
    measure(
        &mut group,
        "retry_with_budget",
        &request,
        ServiceBuilder::new()
            .layer(RetryLayer::new(TERMS, Tokio).guard(Arc::new(Budget::new())))
            .service(service_fn(answer)),
    );
    measure(
        &mut group,
        "tower_with_budget",
        &request,
        ServiceBuilder::new()
            .retry(Attempts::of(6))
            .service(service_fn(answer)),
    );
    group.finish();
}

fn measure<S, E>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    who: &str,
    request: &Request<Text>,
    mut service: S,
) where
    S: Service<Request<Text>, Response = Response<Text>, Error = E>,
{
    group.bench_function(who, |bencher| {
        bencher.iter(|| {
            let mut context = Context::from_waker(Waker::noop());
            assert!(service.poll_ready(&mut context).is_ready());
            let call = pin!(service.call(request.clone()));
            let Poll::Ready(Ok(response)) = call.poll(&mut context) else {
                panic!("the service is ready at once");
            };
            assert_eq!(response.status(), 200);
        });
    });
}

/// Takes a request with any body, and reads nothing of it.
async fn answer<B>(request: Request<B>) -> Result<Response<Text>, Infallible> {
    assert_eq!(request.uri().path(), "/orders");
    Ok(Response::new(Text::default()))
}

fn put(uri: &str, body: Bytes) -> Request<Text> {
    let request = Request::put(uri).header("accept", "application/json");
    request.body(Full::new(body)).expect("a request")
}

fn over_sockets(criterion: &mut Criterion) {
    let address = serve();
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let url = format!("http://{address}/orders");
    let request = || put(&url, Bytes::from_static(&[7; 1_024]));

    let mut group = criterion.benchmark_group("http_over_sockets");
    group.throughput(Throughput::Elements(1));
    group.bench_function("hyper_alone", |bencher| {
        let client: legacy::Client<_, Text> =
            legacy::Client::builder(TokioExecutor::new()).build_http();
        bencher.iter(|| {
            runtime.block_on(async {
                let response = client.request(request()).await.expect("an answer");
                let body = response.into_body().collect().await.expect("a body");
                assert_eq!(body.to_bytes(), "found");
            });
        });
    });
    group.bench_function("retry", |bencher| {
        let client = Client::new(TERMS);
        bencher.iter(|| {
            runtime.block_on(async {
                let response = client.fetch(request(), 1_024).await.expect("an answer");
                assert_eq!(response.body(), "found");
            });
        });
    });
    let reqwest = || ClientBuilder::new(reqwest::Client::new());
    let ours = RetryMiddleware::new(TERMS, Tokio);
    let backoff = ExponentialBackoff::builder().build_with_max_retries(6);
    let theirs = RetryTransientMiddleware::new_with_policy(backoff);
    for (who, client) in [
        ("reqwest_alone", reqwest().build()),
        ("reqwest_with_retry", reqwest().with(ours).build()),
        ("reqwest_with_reqwest-retry", reqwest().with(theirs).build()),
    ] {
        group.bench_function(who, |bencher| {
            bencher.iter(|| runtime.block_on(fetch(&client, &url)));
        });
    }
    group.finish();
}

async fn fetch(client: &ClientWithMiddleware, url: &str) {
    let request = client.put(url).header("accept", "application/json");
    let request = request.body(Bytes::from_static(&[7; 1_024]));
    let response = request.send().await.expect("an answer");
    assert_eq!(response.bytes().await.expect("a body"), "found");
}

/// A server in a thread of its own, for as long as the program runs.
fn serve() -> SocketAddr {
    let (tell, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address"))
                .expect("it waits");
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("a socket");
                let found = hyper::service::service_fn(found);
                let io = TokioIo::new(stream);
                tokio::spawn(http1::Builder::new().serve_connection(io, found));
            }
        });
    });
    address.recv().expect("the server is up")
}

async fn found(request: Request<hyper::body::Incoming>) -> Result<Response<Text>, hyper::Error> {
    let body = request.into_body().collect().await?;
    assert_eq!(body.to_bytes().len(), 1_024);
    Ok(Response::new("found".into()))
}

/// The policy that the documentation of tower builds, without its backoff: so many attempts, and a budget.
#[derive(Clone)]
struct Attempts {
    left: u32,
    budget: Arc<TpsBudget>,
}

impl Attempts {
    fn of(left: u32) -> Self {
        Self {
            left,
            budget: Arc::default(),
        }
    }
}

impl<E> tower::retry::Policy<Request<Text>, Response<Text>, E> for Attempts {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Text>,
        result: &mut Result<Response<Text>, E>,
    ) -> Option<Self::Future> {
        if result
            .as_ref()
            .is_ok_and(|response| response.status().is_success())
        {
            self.budget.deposit();
            return None;
        }
        if self.left == 0 || !self.budget.withdraw() {
            return None;
        }
        self.left -= 1;
        Some(std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Text>) -> Option<Request<Text>> {
        Some(request.clone())
    }
}

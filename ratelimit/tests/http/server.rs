//! A server of hyper with the layer in front of a service that is always glad to answer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::header::LOCATION;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use ratelimit::http::{Gate, Peer};
use ratelimit::tower::RateLimitLayer;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::{ServiceBuilder, service_fn};

/// A server on a loopback port, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    reached: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(outer: Gate, inner: Option<Gate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let reached = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reached);
        let service = ServiceBuilder::new()
            .layer(RateLimitLayer::new(outer))
            .option_layer(inner.map(RateLimitLayer::new))
            .service(service_fn(move |request: Request<Incoming>| {
                count.fetch_add(1, Ordering::Relaxed);
                answer(request)
            }));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let service = ServiceBuilder::new()
                    .map_request(move |mut request: Request<Incoming>| {
                        request.extensions_mut().insert(Peer(peer.ip()));
                        request
                    })
                    .service(service.clone());
                let service = TowerToHyperService::new(service);
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    // What the client sees is what the tests are about.
                    drop(server.serve_connection(TokioIo::new(stream), service).await);
                });
            }
        });
        Self {
            address,
            reached,
            accepting,
        }
    }

    /// How many requests reached the service behind the layers.
    pub(crate) fn reached(&self) -> usize {
        self.reached.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::from("found"));
    if request.uri().path() == "/moved" {
        *response.status_mut() = StatusCode::FOUND;
        let there = "/".parse().expect("a value");
        response.headers_mut().insert(LOCATION, there);
    }
    Ok(response)
}

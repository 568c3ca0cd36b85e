//! A server of hyper with the layer in front of a service that repeats what it knows.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower::{Service, ServiceBuilder, service_fn};
use webhook_verify::tower::{Resolve, VerifyLayer};
use webhook_verify::{Delivery, Proof};

use crate::exchange::PATIENCE;

/// A server on a loopback port, until it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    refused: UnboundedReceiver<String>,
    reached: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start<R: Resolve + Clone>(layer: VerifyLayer<R>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (tell, refused) = unbounded_channel();
        let layer = layer.on_refused(move |_, refused| {
            // Nobody listens any more once the test is over.
            tell.send(refused.to_string()).unwrap_or_default();
        });
        let reached = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reached);
        let service = ServiceBuilder::new()
            .layer(layer)
            .map_request(move |request| {
                count.fetch_add(1, Ordering::Relaxed);
                request
            })
            .service(service_fn(repeat));
        let accepting = tokio::spawn(accept(listener, service));
        Self {
            address,
            refused,
            reached,
            accepting,
        }
    }

    /// Why the next request was refused, as the host is told.
    pub(super) async fn refused(&mut self) -> String {
        let next = timeout(PATIENCE, self.refused.recv()).await;
        next.expect("a refusal in time").expect("a refusal")
    }

    /// How many requests reached the service behind the layer.
    pub(super) fn reached(&self) -> usize {
        self.reached.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Serves whoever connects, over whichever version of HTTP.
pub(super) async fn accept<S>(listener: TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    while let Ok((stream, _)) = listener.accept().await {
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            // A client that breaks off is an error here, which is what some tests are about.
            drop(server.serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn repeat(request: Request<Delivery>) -> Result<Response<Full<Bytes>>, Infallible> {
    let in_extensions = request.extensions().get::<Proof>().cloned();
    let (body, proof) = request.into_body().into_parts();
    assert_eq!(in_extensions.as_ref(), Some(&proof));
    let id = proof.event_id().map_or("none", |id| id.as_str());
    let said = format!("{} {} {id} ", proof.scheme(), proof.secret_label());
    Ok(Response::new([said.as_bytes(), &body].concat().into()))
}

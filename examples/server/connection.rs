//! One connection, from its first byte to its last: protocol, limits, and a polite end.

mod preface;

use std::convert::Infallible;
use std::future::pending;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::config::Limits;
use crate::router::Router;
use crate::shutdown::Drain;
use preface::{Opened, Protocol};

/// A request head larger than this is answered with 431.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// What HTTP/1 buffers of one connection; also the largest piece in which a body arrives.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// Requests that one HTTP/2 connection may have open.
const MAX_STREAMS: u32 = 100;

/// Flow-control windows of HTTP/2: what a stream, and a connection, may send before it is read.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;

/// HTTP/2 pings a quiet client this often, and gives up on one that is silent this long after a ping.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// How long, and how much, is read and thrown away after an answer that came before the request's
/// end: closing with unread bytes resets the connection, and the client may never see the answer.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// Answer to half a request and then silence. hyper would close without a word.
const REQUEST_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The protocols that are served, with every limit set.
#[derive(Debug)]
pub(crate) struct Protocols {
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
    limits: Limits,
}

impl Protocols {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            http1: http1(&limits),
            http2: http2(),
            limits,
        }
    }

    /// Serves one connection until it ends, is idle, is too old, or the server drains.
    pub(crate) async fn serve(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        router: Arc<Router>,
        mut drain: Drain,
    ) {
        let opening = timeout(self.limits.header_timeout, Opened::read(stream));
        let opened = tokio::select! {
            biased;
            opened = opening => opened,
            () = drain.started() => return,
        };
        // Closed, broken, or silent: there is nobody to answer.
        let Ok(Ok(Some((protocol, opened)))) = opened else {
            return debug!(%peer, "connection without a request");
        };
        match protocol {
            Protocol::Http1 => self.serve_http1(opened, peer, router, drain).await,
            Protocol::Http2 => self.serve_http2(opened, peer, router, drain).await,
        }
    }

    async fn serve_http1(
        &self,
        opened: Opened,
        peer: IpAddr,
        router: Arc<Router>,
        mut drain: Drain,
    ) {
        let service = service_fn(move |request| {
            let router = Arc::clone(&router);
            async move { Ok::<_, Infallible>(router.answer(request, peer).await) }
        });
        let mut connection = self.http1.serve_connection(TokioIo::new(opened), service);
        // The timeout for the next head also ends an idle connection.
        let end = self.drive(&mut connection, &mut drain, pending()).await;
        let End::Finished(result) = end else { return };
        let parts = connection.into_parts();
        let mut stream = parts.io.into_inner();
        if let Err(error) = result {
            debug!(%peer, %error, "connection ended early");
            if error.is_timeout() && !parts.read_buf.is_empty() {
                // Failing to tell a client that has gone changes nothing.
                let _ = stream.write_all(REQUEST_TIMEOUT).await;
            }
        }
        linger(stream).await;
    }

    async fn serve_http2(
        &self,
        opened: Opened,
        peer: IpAddr,
        router: Arc<Router>,
        mut drain: Drain,
    ) {
        let traffic = Arc::new(Traffic::default());
        let counted = Arc::clone(&traffic);
        let service = service_fn(move |request| {
            let router = Arc::clone(&router);
            let request_in_flight = InFlight::new(&counted);
            async move {
                let answer = router.answer(request, peer).await;
                drop(request_in_flight);
                Ok::<_, Infallible>(answer)
            }
        });
        let mut connection = self.http2.serve_connection(TokioIo::new(opened), service);
        let idle = traffic.idle(self.limits.idle_timeout);
        if let End::Finished(Err(error)) = self.drive(&mut connection, &mut drain, idle).await {
            debug!(%peer, %error, "connection ended early");
        }
    }

    /// Runs a connection; when something asks it to stop, lets it finish what it has begun.
    async fn drive<C>(
        &self,
        connection: &mut C,
        drain: &mut Drain,
        idle: impl Future<Output = ()>,
    ) -> End<C::Error>
    where
        C: GracefulConnection + Unpin,
    {
        let stop = async {
            tokio::select! {
                biased;
                () = drain.started() => {}
                () = sleep(self.limits.connection_age) => {}
                () = idle => {}
            }
        };
        tokio::select! {
            biased;
            result = &mut *connection => return End::Finished(result),
            () = stop => {}
        }
        Pin::new(&mut *connection).graceful_shutdown();
        // What has begun may take as long as a body may; a client that does not read its answer would
        // keep the connection for ever.
        let grace = self.limits.body_timeout + self.limits.drain_timeout;
        match timeout(grace, connection).await {
            Ok(Err(error)) => End::Finished(Err(error)),
            Ok(Ok(())) | Err(_) => End::Stopped,
        }
    }
}

/// How a connection ended.
enum End<E> {
    /// By itself: the client left, or a request or an answer closed it.
    Finished(Result<(), E>),
    /// Because it was asked to, with nothing left unanswered or after waiting long enough.
    Stopped,
}

fn http1(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        // Without a timer hyper has no header timeout at all.
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_BUFFER_BYTES)
        // A sender that closes its half after the request still gets its answer, and a request
        // that has begun is not abandoned between storing the job and saying so.
        .half_close(true)
        .keep_alive(true);
    // The number of headers stays at hyper's limit of 100: setting it moves them to the heap.
    builder
}

fn http2() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(16 * 1024)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(MAX_BUFFER_BYTES)
        // Streams opened and reset at once ("rapid reset", CVE-2023-44487), and streams that we
        // had to reset: beyond this the connection is closed.
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100);
    builder
}

/// Closes our half, then reads until the client closes its own, within bounds.
async fn linger(mut opened: Opened) {
    let until_closed = async {
        opened.shutdown().await?;
        let mut discarded = Vec::with_capacity(16 * 1024);
        let mut total = 0;
        while total < LINGER_BYTES {
            discarded.clear();
            match opened.read_buf(&mut discarded).await? {
                0 => break,
                count => total += count,
            }
        }
        Ok::<_, std::io::Error>(())
    };
    // Whatever happens here, the connection is over.
    let _ = timeout(LINGER, until_closed).await;
}

/// What an HTTP/2 connection is doing; hyper has no idle timeout for it.
#[derive(Debug, Default)]
struct Traffic {
    begun: AtomicU64,
    in_flight: AtomicUsize,
}

impl Traffic {
    /// Resolves when no request was open or begun during one whole `limit`.
    async fn idle(&self, limit: Duration) {
        let mut seen = self.begun.load(Ordering::Relaxed);
        loop {
            sleep(limit).await;
            let begun = self.begun.load(Ordering::Relaxed);
            if begun == seen && self.in_flight.load(Ordering::Relaxed) == 0 {
                return;
            }
            seen = begun;
        }
    }
}

/// Counts one request for as long as it lives, also when the client resets it.
struct InFlight(Arc<Traffic>);

impl InFlight {
    fn new(traffic: &Arc<Traffic>) -> Self {
        traffic.begun.fetch_add(1, Ordering::Relaxed);
        traffic.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(traffic))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

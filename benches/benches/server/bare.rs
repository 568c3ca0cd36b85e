//! The limit: what hyper does when a handler only reads the body.

use std::{convert::Infallible, process::exit};

use http_body_util::{BodyExt, Collected, Full};
use hyper::{Request, Response, StatusCode, body::Bytes, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

/// Makes this program the bare server instead of the benchmark.
pub(crate) const ARGUMENT: &str = "--serve-bare";

/// Serves for ever, on a port that it prints.
pub(crate) fn serve() -> ! {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("listening on {}", listener.local_addr().expect("bound"));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                exit(1);
            };
            let _ = stream.set_nodelay(true);
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service_fn(read_body)),
            );
        }
    })
}

async fn read_body(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let read = request.into_body().collect().await;
    let status = match read.map(Collected::to_bytes) {
        Ok(body) if !body.is_empty() => StatusCode::ACCEPTED,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    Ok(response)
}

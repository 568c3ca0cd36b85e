//! HTTP/2 with prior knowledge.

use std::io::{Read, Write};
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider};
use crate::support::http::{connect, is_closed};
use crate::support::process::Setup;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

async fn open(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address)
        .await
        .expect("the server listens");
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("the server speaks HTTP/2");
    tokio::spawn(connection);
    sender
}

#[tokio::test]
async fn deliveries_share_a_connection() {
    let server = every_provider().start();
    let mut sender = open(server.address).await;
    let deliveries = (0..50).map(|n| Delivery::new(Provider::Stripe, &format!("evt_{n}")));
    let answers: Vec<_> = deliveries
        .map(|delivery| {
            let mut request =
                hyper::Request::post(format!("http://{}/webhooks/stripe", server.address));
            for (name, value) in delivery.headers() {
                request = request.header(name, value);
            }
            let request = request
                .body(Full::from(delivery.body))
                .expect("a good request");
            tokio::spawn(sender.send_request(request))
        })
        .collect();
    for answer in answers {
        let answer = answer.await.expect("no panic").expect("an answer");
        assert_eq!(answer.status(), 202);
        assert_eq!(answer.version(), hyper::Version::HTTP_2);
        let body = answer
            .into_body()
            .collect()
            .await
            .expect("a whole body")
            .to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(
            server.ended(body["job_id"].as_str().expect("an id"))["status"],
            "done"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = every_provider().start();
    let mut sender = open(server.address).await;
    let body = Full::from(vec![b'x'; 20 << 20]);
    let uri = format!("http://{}/webhooks/stripe", server.address);
    let request = hyper::Request::post(uri)
        .body(body)
        .expect("a good request");
    let answer = sender.send_request(request).await.expect("an answer");
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn headers_that_are_too_large_are_refused_and_floods_of_them_end_the_connection() {
    let server = every_provider().start();
    let mut sender = open(server.address).await;
    let request = |size| {
        hyper::Request::post(format!("http://{}/webhooks/stripe", server.address))
            .header("x", "y".repeat(size))
            .body(Full::default())
            .expect("a good request")
    };
    let large = sender.send_request(request(20_000)).await;
    assert_eq!(large.expect("an answer").status(), 431);
    let flood = sender.send_request(request(1_000_000)).await;
    // A client that is still writing may see the connection break before it reads why.
    flood.expect_err("no answer");
    sender.ready().await.expect_err("the connection is over");
    assert_eq!(server.get("/health/live").status, 200);
}

#[test]
fn the_preface_may_come_byte_by_byte() {
    let server = every_provider().start();
    let mut stream = connect(server.address);
    stream.set_nodelay(true).expect("an option can be set");
    for byte in PREFACE.iter().chain(EMPTY_SETTINGS) {
        stream.write_all(&[*byte]).expect("the server reads");
    }
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).expect("a frame");
    assert_eq!(frame[3], 4, "the server's first frame is SETTINGS");
}

#[test]
fn a_connection_without_a_request_is_closed() {
    let server = Setup::new()
        .with("IDLE_TIMEOUT", "200ms")
        .with("DRAIN_TIMEOUT", "200ms")
        .with("BODY_TIMEOUT", "200ms")
        .start();
    let mut stream = connect(server.address);
    stream.write_all(PREFACE).expect("the server reads");
    stream.write_all(EMPTY_SETTINGS).expect("the server reads");
    assert!(is_closed(&mut stream));
}

#[test]
fn garbage_after_the_preface_ends_the_connection() {
    let server = Setup::new().start();
    let mut stream = connect(server.address);
    stream.write_all(PREFACE).expect("the server reads");
    // The server may be gone before all of it is sent.
    let _ = stream.write_all(&[0xff; 10_000]);
    assert!(is_closed(&mut stream));
    assert_eq!(server.get("/health/live").status, 200);
}

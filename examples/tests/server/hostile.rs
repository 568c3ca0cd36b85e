//! Bad input: each has its clear answer, the server lives, and its memory stays where it was.

use std::io::Write;
use std::net::Shutdown;

use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider, needing_a_secret_only};
use crate::support::http::{Reply, Request, connect, exchange, is_closed, read};
use crate::support::process::{Server, Setup};

/// A server that does not wait long for what never comes.
fn impatient() -> Setup {
    every_provider()
        .with("HEADER_TIMEOUT", "300ms")
        .with("BODY_IDLE_TIMEOUT", "300ms")
        .with("BODY_TIMEOUT", "600ms")
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut request =
        b"POST /webhooks/stripe HTTP/1.1\r\nhost: server\r\nconnection: close\r\n".to_vec();
    request.extend_from_slice(headers.as_bytes());
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(body);
    request
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (status, code));
}

#[test]
fn no_body_is_a_body_whose_signature_is_missing() {
    let server = every_provider().start();
    refused(
        &exchange(server.address, &post("", b"")),
        401,
        "ERR_BAD_SIGNATURE",
    );
    refused(
        &exchange(server.address, &post("content-length: 0\r\n", b"")),
        401,
        "ERR_BAD_SIGNATURE",
    );
}

#[test]
fn a_body_that_is_too_large_is_refused_and_the_sender_gets_to_read_why() {
    let server = every_provider().start();
    let body = vec![b'x'; 20 << 20];
    let announced = Request::new("POST", "/webhooks/stripe")
        .body(body)
        .send(server.address);
    refused(&announced, 413, "ERR_BODY_TOO_LARGE");
    assert!(
        announced.json()["message"]
            .as_str()
            .unwrap()
            .contains("1048576")
    );
}

#[test]
fn a_body_that_is_too_large_without_saying_so_is_refused_too() {
    let server = every_provider().start();
    let mut chunks = Vec::new();
    for _ in 0..40 {
        chunks.extend_from_slice(b"10000\r\n");
        chunks.extend_from_slice(&[b'x'; 0x10000]);
        chunks.extend_from_slice(b"\r\n");
    }
    let reply = exchange(
        server.address,
        &post("transfer-encoding: chunked\r\n", &chunks),
    );
    refused(&reply, 413, "ERR_BODY_TOO_LARGE");
}

#[test]
fn a_body_of_exactly_the_limit_is_read() {
    let server = every_provider().with("MAX_BODY_BYTES", "1000").start();
    let sized = |size| {
        Request::new("POST", "/webhooks/stripe")
            .body(vec![b'x'; size])
            .send(server.address)
    };
    refused(&sized(1000), 401, "ERR_BAD_SIGNATURE");
    refused(&sized(1001), 413, "ERR_BODY_TOO_LARGE");
}

#[test]
fn a_large_body_in_pieces_is_accepted() {
    let server = every_provider().start();
    let mut delivery = Delivery::new(Provider::Stripe, "evt_1");
    delivery.body = format!(r#"{{"id":"evt_1","padding":"{}"}}"#, "x".repeat(900_000));
    let mut stream = connect(server.address);
    for piece in delivery.request().bytes().chunks(100_000) {
        stream.write_all(piece).expect("the server reads");
    }
    assert_eq!(read(stream).status, 202);
}

#[test]
fn a_sender_that_asks_before_sending_is_refused_before_it_sends() {
    let server = every_provider().start();
    let head = post("content-length: 20000000\r\nexpect: 100-continue\r\n", b"");
    let mut stream = connect(server.address);
    stream.write_all(&head).expect("the server reads");
    stream
        .shutdown(Shutdown::Write)
        .expect("the stream is open");
    let reply = read(stream);
    refused(&reply, 413, "ERR_BODY_TOO_LARGE");
}

#[test]
fn too_many_headers_are_refused() {
    let server = every_provider().start();
    let headers: String = (0..10_000).map(|n| format!("x-{n}: y\r\n")).collect();
    assert_eq!(exchange(server.address, &post(&headers, b"")).status, 431);
}

#[test]
fn a_header_that_is_too_large_is_refused() {
    let server = every_provider().start();
    let header = format!("x: {}\r\n", "y".repeat(1 << 20));
    assert_eq!(exchange(server.address, &post(&header, b"")).status, 431);
    let path = "/".repeat(1 << 20);
    let reply = Request::new("GET", &path).send(server.address);
    assert!(matches!(reply.status, 414 | 431), "{reply:?}");
}

#[test]
fn half_a_request_and_then_silence_is_a_timeout() {
    let server = impatient().start();
    let half = b"POST /webhooks/stripe HTTP/1.1\r\nhost: server\r\n";
    assert_eq!(exchange(server.address, half).status, 408);
}

#[test]
fn half_a_body_and_then_silence_is_a_timeout() {
    let server = impatient().start();
    let reply = exchange(server.address, &post("content-length: 100\r\n", b"half"));
    refused(&reply, 408, "ERR_BODY_TIMEOUT");
    let reply = exchange(
        server.address,
        &post("transfer-encoding: chunked\r\n", b"4\r\nhalf\r\n"),
    );
    refused(&reply, 408, "ERR_BODY_TIMEOUT");
}

#[test]
fn a_body_that_trickles_is_ended_by_the_deadline_for_the_whole() {
    let server = impatient().with("BODY_IDLE_TIMEOUT", "1h").start();
    let mut stream = connect(server.address);
    stream
        .write_all(&post("content-length: 1000000\r\n", b""))
        .expect("the server reads");
    let mut listening = stream.try_clone().expect("a socket can be cloned");
    let trickle = std::thread::spawn(move || while stream.write_all(b"x").is_ok() {});
    assert!(is_closed(&mut listening));
    trickle
        .join()
        .expect("the trickle ends with the connection");
}

#[test]
fn half_a_body_and_then_the_end_is_malformed() {
    let server = every_provider().start();
    let mut stream = connect(server.address);
    stream
        .write_all(&post("content-length: 100\r\n", b"half"))
        .expect("the server reads");
    stream
        .shutdown(Shutdown::Write)
        .expect("the stream is open");
    refused(&read(stream), 400, "ERR_BAD_BODY");
}

#[test]
fn a_sender_that_closes_its_half_after_the_request_is_answered() {
    let server = every_provider().start();
    let mut stream = connect(server.address);
    let request = Delivery::new(Provider::Stripe, "evt_1").request();
    stream
        .write_all(&request.bytes())
        .expect("the server reads");
    stream
        .shutdown(Shutdown::Write)
        .expect("the stream is open");
    assert_eq!(read(stream).status, 202);
}

#[test]
fn a_connection_without_a_byte_is_closed() {
    let server = impatient().start();
    assert!(is_closed(&mut connect(server.address)));
    let mut half_a_preface = connect(server.address);
    half_a_preface
        .write_all(b"PRI * HTTP/2.0\r\n")
        .expect("the server reads");
    assert!(is_closed(&mut half_a_preface));
}

#[test]
fn an_idle_connection_is_closed_without_a_word() {
    let server = impatient().start();
    let mut stream = connect(server.address);
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: server\r\n\r\n")
        .expect("the server reads");
    let reply = read(stream);
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.body, b"{\"status\":\"ok\"}",
        "an idle client must not find an answer it did not ask for"
    );
}

#[test]
fn invalid_utf8_is_refused_or_harmless_wherever_it_stands() {
    let server = every_provider().start();
    let raw = |bytes: &[u8]| exchange(server.address, bytes);
    assert_eq!(raw(b"\xff\xfe / HTTP/1.1\r\n\r\n").status, 400);
    assert_eq!(
        raw(b"GET /webhooks/\xff\xfe HTTP/1.1\r\nconnection: close\r\n\r\n").status,
        400
    );
    assert_eq!(
        raw(b"GET /?\xc3( HTTP/1.1\r\nconnection: close\r\n\r\n").status,
        400
    );
    assert_eq!(
        raw(b"GET / HTTP/1.1\r\nx-\xff: y\r\nconnection: close\r\n\r\n").status,
        400
    );
    let host =
        raw(b"POST /webhooks/stripe HTTP/1.1\r\nhost: \xff\xfe\r\nconnection: close\r\n\r\n");
    refused(&host, 401, "ERR_BAD_SIGNATURE");
    let key = raw(
        b"GET /api/jobs HTTP/1.1\r\nauthorization: Bearer \xff\xfe\r\nconnection: close\r\n\r\n",
    );
    refused(&key, 401, "ERR_UNAUTHORIZED");
    let query = server.api("/api/jobs?status=%ff%fe");
    refused(&query, 400, "ERR_BAD_PARAMETER");
    for provider in needing_a_secret_only() {
        let delivery = Delivery::new(provider, "evt_1");
        for (name, _) in delivery.headers() {
            let mut bytes =
                format!("POST /webhooks/{provider} HTTP/1.1\r\nconnection: close\r\n{name}: ")
                    .into_bytes();
            bytes.extend_from_slice(b"\xff\xfe\x80\r\ncontent-length: 2\r\n\r\n\xff\xfe");
            refused(&raw(&bytes), 401, "ERR_BAD_SIGNATURE");
        }
    }
}

#[test]
fn a_body_that_is_not_text_is_kept_byte_by_byte() {
    let server = every_provider().start();
    let body = b"\xff\xfe\x00\x80";
    let signer = webhook_verify::Signer::new(
        Provider::Slack,
        webhook_verify::Secret::new(crate::support::delivery::secret(Provider::Slack)),
    );
    let signed =
        signer
            .expect("the secret is good")
            .sign(None, webhook_verify::UnixTime::now(), body);
    let headers: Vec<_> = signed
        .expect("it can be signed")
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let request = Request::new("POST", "/webhooks/slack")
        .headers(&headers)
        .body(*body);
    let reply = request.send(server.address);
    assert_eq!(reply.status, 202);
    let job = server.ended(reply.json()["job_id"].as_str().expect("a job id"));
    assert_eq!(job["payload"]["base64"], "//4AgA==");
}

#[test]
fn broken_framing_is_refused() {
    let server = every_provider().start();
    for chunks in [
        &b"zz\r\n"[..],
        b"-1\r\n",
        b"ffffffffffffffffff\r\n",
        b"4\r\nabcdXX",
    ] {
        let reply = exchange(
            server.address,
            &post("transfer-encoding: chunked\r\n", chunks),
        );
        refused(&reply, 400, "ERR_BAD_BODY");
    }
    for headers in [
        "content-length: 1\r\ncontent-length: 2\r\n",
        "content-length: -1\r\n",
        "content-length: 99999999999999999999\r\n",
        "transfer-encoding: gzip\r\n",
    ] {
        assert_eq!(
            exchange(server.address, &post(headers, b"")).status,
            400,
            "{headers}"
        );
    }
}

#[test]
fn memory_stays_where_it_was() {
    let server = impatient().start();
    assault(&server);
    let before = server.memory();
    for _ in 0..10 {
        assault(&server);
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 24 << 20, "grew by {} MiB", grown >> 20);
    assert_eq!(
        Delivery::new(Provider::Stripe, "evt_1")
            .send(&server)
            .status,
        202
    );
}

/// Some of everything, much of it at once.
fn assault(server: &Server) {
    let large = Request::new("POST", "/webhooks/stripe")
        .body(vec![b'x'; 20 << 20])
        .bytes();
    let chunked = post(
        "transfer-encoding: chunked\r\n",
        &[b"fffff\r\n".as_slice(), &[b'x'; 0xfffff]].concat(),
    );
    let headers = post(&"x: y\r\n".repeat(10_000), b"");
    let header = post(&format!("x: {}\r\n", "y".repeat(1 << 20)), b"");
    let half = post("content-length: 1000000\r\n", &[b'x'; 500_000]);
    let garbage: Vec<u8> = (0..=u8::MAX).cycle().take(100_000).collect();
    std::thread::scope(|scope| {
        for bytes in [&large, &chunked, &headers, &header, &half, &garbage] {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut stream = connect(server.address);
                    // The server may well have stopped listening to this.
                    let _ = stream.write_all(bytes);
                    is_closed(&mut stream)
                });
            }
        }
    });
}

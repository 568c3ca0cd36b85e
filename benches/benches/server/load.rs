//! Signed deliveries, and a client that spends as little as it can on sending them.
//!
//! The client shares two cores with the server, so it writes requests that were rendered beforehand
//! and reads no more of an answer than its status and its end.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use webhook_verify::{Provider, Secret, Signer, UnixTime};

/// The secret of the deliveries; the server gets it as its configuration.
pub(crate) const SECRET: &str = "whsec_bench_0123456789abcdef0123456789";

/// A whole HTTP request, as it goes over the wire.
pub(crate) type Delivery = Vec<u8>;

/// `count` different deliveries of one kibibyte, signed as Stripe signs.
pub(crate) fn sign(count: usize) -> Vec<Delivery> {
    let signer = Signer::new(Provider::Stripe, [Secret::new(SECRET)]).expect("a good secret");
    let now = UnixTime::now();
    (0..count)
        .map(|n| {
            let body = body(n);
            let signed = signer
                .sign(None, now, body.as_bytes())
                .expect("can be signed");
            let mut request = String::from("POST /webhooks/stripe HTTP/1.1\r\nhost: localhost\r\n");
            for (name, value) in signed.iter() {
                request += &format!("{name}: {value}\r\n");
            }
            request += &format!(
                "content-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            request += &body;
            request.into_bytes()
        })
        .collect()
}

/// An event with an id of its own, padded to 1,024 bytes.
fn body(n: usize) -> String {
    let head = format!(r#"{{"id":"evt_{n:024}","object":"event","type":"invoice.paid","data":""#);
    let padding = "x".repeat(1_024 - head.len() - 2);
    format!("{head}{padding}\"}}")
}

/// Sends all `deliveries` over so many connections at once, and returns how long that took.
///
/// Panics unless each is answered with 202: a rate of refusals would mean nothing.
pub(crate) fn send(server: SocketAddr, connections: usize, deliveries: &[Delivery]) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let share = deliveries.len().div_ceil(connections);
    runtime.block_on(async {
        let start = Instant::now();
        let clients = deliveries
            .chunks(share)
            .map(|chunk| send_one_by_one(server, chunk));
        futures_util::future::join_all(clients).await;
        start.elapsed()
    })
}

async fn send_one_by_one(server: SocketAddr, deliveries: &[Delivery]) {
    let mut stream = TcpStream::connect(server)
        .await
        .expect("the server listens");
    stream.set_nodelay(true).expect("a socket option");
    let mut answer = Vec::with_capacity(2_048);
    for delivery in deliveries {
        stream.write_all(delivery).await.expect("the server reads");
        answer.clear();
        while !is_whole(&answer) {
            let read = stream
                .read_buf(&mut answer)
                .await
                .expect("the server answers");
            assert_ne!(
                read,
                0,
                "the server closed: {}",
                String::from_utf8_lossy(&answer)
            );
        }
        assert!(
            answer.starts_with(b"HTTP/1.1 202"),
            "not accepted: {}",
            String::from_utf8_lossy(&answer)
        );
    }
}

/// Whether the head and as much body as it announces are there.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = memchr::memmem::find(answer, b"\r\n\r\n") else {
        return false;
    };
    let head = &answer[..end];
    let length = memchr::memmem::find(head, b"content-length: ").map_or(0, |start| {
        head[start + 16..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
    });
    answer.len() >= end + 4 + length
}

//! A client that sends requests again, and a server that misbehaves, over sockets of this machine: what is sent
//! again after which fault, and what is not.
//!
//! ```sh
//! cargo run --example retry_client
//! ```

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use retry::client::Client;
use retry::http::Terms;
use retry::{Backoff, BreakerPolicy, Policy, Reason};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Three retries, the first after at most 50 ms. Who serves people would begin with half a second.
const POLICY: Policy = Policy::new(
    Backoff::exponential()
        .base(Duration::from_millis(50))
        .retries(3),
)
.attempt_timeout(Duration::from_secs(2))
.deadline(Duration::from_secs(10));

/// What the server answers to one request after the other; nothing is a connection that is reset.
const BUSY_TWICE: &[&str] = &[
    "503 Service Unavailable\r\n",
    "503 Service Unavailable\r\n",
    OK,
];
const RESETS_ONCE: &[&str] = &["", OK];
const ASKS_FOR_TIME: &[&str] = &["429 Too Many Requests\r\nretry-after-ms: 300\r\n", OK];
const IS_DOWN: &[&str] = &["503 Service Unavailable\r\n"];
const OK: &str = "200 OK\r\n";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::new(Terms::new(POLICY))
        .breakers(BreakerPolicy::usual().failures(50, 8))
        .on_retry(|retrying| println!("   {}, again in {:.0?}", retrying.fault, retrying.wait));

    println!("A server that is busy twice");
    let server = Misbehaving::start(BUSY_TWICE).await?;
    ask(&client, &server, Method::GET, None).await?;

    println!("A server that asks for 300 ms");
    let server = Misbehaving::start(ASKS_FOR_TIME).await?;
    ask(&client, &server, Method::GET, None).await?;

    println!("A server that resets the first connection");
    let server = Misbehaving::start(RESETS_ONCE).await?;
    ask(&client, &server, Method::PUT, None).await?;

    println!("The same, and an order: nobody knows whether it has arrived");
    let server = Misbehaving::start(RESETS_ONCE).await?;
    ask(&client, &server, Method::POST, None).await?;

    println!("The same, with a key by which the server would know it");
    let server = Misbehaving::start(RESETS_ONCE).await?;
    ask(&client, &server, Method::POST, Some("\"order-17\"")).await?;

    println!("A server that is down, asked four times");
    let server = Misbehaving::start(IS_DOWN).await?;
    for _ in 0..4 {
        ask(&client, &server, Method::GET, None).await?;
    }
    Ok(())
}

/// Sends a request and prints what becomes of it.
async fn ask(
    client: &Client,
    server: &Misbehaving,
    method: Method,
    key: Option<&str>,
) -> Result<(), Box<dyn Error>> {
    let mut request = Request::builder().method(&method).uri(&server.url);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let body = if method == Method::GET {
        ""
    } else {
        "an order"
    };
    let request = request.body(Full::new(Bytes::from(body)))?;
    let outcome = match client.fetch(request, 1_024).await {
        Ok(response) => {
            let reason = response.extensions().get::<Reason>();
            let reason = reason.map(|reason| format!(", given up: {reason}"));
            format!("{}{}", response.status(), reason.unwrap_or_default())
        }
        Err(gave_up) => gave_up.to_string(),
    };
    let seen = server.seen.load(Ordering::Relaxed);
    println!("{method}: {outcome}; the server has seen {seen}\n");
    Ok(())
}

/// A server that answers as it is told, and the last answer again and again.
struct Misbehaving {
    url: String,
    seen: Arc<AtomicUsize>,
}

impl Misbehaving {
    async fn start(answers: &'static [&'static str]) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/orders", listener.local_addr()?);
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::Relaxed);
                let answer = answers[number.min(answers.len() - 1)];
                // Who hangs up on us hangs up on nobody else.
                let _ = serve(stream, answer).await;
            }
        });
        Ok(Self { url, seen })
    }
}

/// Reads the head of a request and answers it; or resets the connection.
async fn serve(mut stream: TcpStream, answer: &str) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    if answer.is_empty() {
        return stream.set_zero_linger();
    }
    let answer = format!("HTTP/1.1 {answer}connection: close\r\ncontent-length: 6\r\n\r\nhello\n");
    stream.write_all(answer.as_bytes()).await
}

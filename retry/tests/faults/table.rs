//! What is repeated after which fault: how often, and after how long.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::ask::{client, client2, request};
use crate::misbehaving::{Act, Misbehaving, Seen};
use crate::world::{TERMS, World};

/// A fault, and what becomes of `GET`, `PUT`, `POST`, and `POST` with a key.
struct Row {
    fault: &'static str,
    act: Act,
    cells: [&'static str; 4],
}

const ALL: [&str; 4] = [LADDER; 4];
const IDEMPOTENT: [&str; 4] = [LADDER, LADDER, ONCE, LADDER];
const NONE: [&str; 4] = [ONCE; 4];
const LADDER: &str = "3 times: 0.5 s, 1 s";
const ONCE: &str = "once";

const fn row(fault: &'static str, act: Act, cells: [&'static str; 4]) -> Row {
    Row { fault, act, cells }
}

const fn after(waits: &'static str) -> [&'static str; 4] {
    [waits, waits, ONCE, waits]
}

const SEVEN: &str = "3 times: 7 s, 7 s";

const HTTP1: &[Row] = &[
    row("reset before the answer", Act::Reset, IDEMPOTENT),
    row(
        "closed without having read the request",
        Act::CloseUnread,
        IDEMPOTENT,
    ),
    row(
        "reset after the head of the answer",
        Act::ResetAfterHead,
        IDEMPOTENT,
    ),
    row("half of the answer", Act::Half, IDEMPOTENT),
    row("no answer in time", Act::Silence, IDEMPOTENT),
    row("408", Act::Answer(408, ""), IDEMPOTENT),
    row("500", Act::Answer(500, ""), IDEMPOTENT),
    row("502", Act::Answer(502, ""), IDEMPOTENT),
    row("503", Act::Answer(503, ""), IDEMPOTENT),
    row("504", Act::Answer(504, ""), IDEMPOTENT),
    row("501", Act::Answer(501, ""), NONE),
    row("404", Act::Answer(404, "retry-after: 7\r\n"), NONE),
    row(
        "201 with `Retry-After`",
        Act::Answer(201, "retry-after: 7\r\n"),
        NONE,
    ),
    row("429", Act::Answer(429, ""), IDEMPOTENT),
    row(
        "429, `x-envoy-ratelimited`",
        Act::Answer(429, "x-envoy-ratelimited: true\r\n"),
        NONE,
    ),
    row(
        "429, `Retry-After: 7`",
        Act::Answer(429, "retry-after: 7\r\n"),
        after(SEVEN),
    ),
    row(
        "429, `Retry-After`: a date 7 s after `Date`",
        Act::Answer(
            429,
            "date: Sun, 06 Nov 1994 08:49:30 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        ),
        after(SEVEN),
    ),
    row(
        "the same by RFC 850",
        Act::Answer(
            429,
            "date: Sun, 06 Nov 1994 08:49:30 GMT\r\nretry-after: Sunday, 06-Nov-94 08:49:37 GMT\r\n",
        ),
        after(SEVEN),
    ),
    row(
        "the same by `asctime`",
        Act::Answer(
            429,
            "date: Sun, 06 Nov 1994 08:49:30 GMT\r\nretry-after: Sun Nov  6 08:49:37 1994\r\n",
        ),
        after(SEVEN),
    ),
    row(
        "429, `Retry-After`: a date that has passed",
        Act::Answer(429, "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
        IDEMPOTENT,
    ),
    row(
        "429, `Retry-After: soon`",
        Act::Answer(429, "retry-after: soon\r\n"),
        IDEMPOTENT,
    ),
    row(
        "429, `Retry-After: 3600`",
        Act::Answer(429, "retry-after: 3600\r\n"),
        NONE,
    ),
    row(
        "429, `Retry-After-Ms: 7000`, `Retry-After: 9`",
        Act::Answer(429, "retry-after-ms: 7000\r\nretry-after: 9\r\n"),
        after(SEVEN),
    ),
    row(
        "429, `RateLimit: \"a\";r=0;t=7`",
        Act::Answer(429, "ratelimit: \"a\";r=0;t=7\r\n"),
        after(SEVEN),
    ),
    row(
        "429, `X-RateLimit-Reset: 7`",
        Act::Answer(429, "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 7\r\n"),
        after(SEVEN),
    ),
    row(
        "503, `Retry-After: 7`",
        Act::Answer(503, "retry-after: 7\r\n"),
        after(SEVEN),
    ),
    row(
        "503, `grpc-retry-pushback-ms: -1`",
        Act::Answer(503, "grpc-retry-pushback-ms: -1\r\n"),
        NONE,
    ),
];

const HTTP2: &[Row] = &[
    row("HTTP/2: stream refused", Act::RefuseStream, ALL),
    row("HTTP/2: goes away, has not seen it", Act::GoAwayUnseen, ALL),
    row(
        "HTTP/2: goes away, has seen it",
        Act::GoAwaySeen,
        IDEMPOTENT,
    ),
];

#[tokio::test]
async fn what_is_repeated_after_which_fault() {
    let mut table =
        String::from("| fault | GET | PUT | POST | POST with a key |\n|---|---|---|---|---|\n");
    let refused = row("connection refused", Act::Reset, ALL);
    let address = nobody().await;
    add(&mut table, &refused, async |method, key| {
        let world = World::with(Arc::new(Semaphore::new(0)));
        let url = format!("http://{address}/");
        let client = client(TERMS, &world);
        let fetched = client.fetch(request(&method, &url, key), 100).await;
        fetched.expect_err("nobody is there");
        world.waits()
    })
    .await;
    for row in HTTP1.iter().chain(HTTP2) {
        add(&mut table, row, async |method, key| {
            attempts(row.act, &method, key).await
        })
        .await;
    }
    println!("{table}");
    let shown = include_str!("../../../docs/retry.md");
    assert!(shown.contains(&table), "docs/retry.md has another table");
}

/// Adds a row that has been tried.
async fn add(
    table: &mut String,
    row: &Row,
    attempt: impl AsyncFn(Method, Option<&'static str>) -> Vec<Duration>,
) {
    let asked = [
        (Method::GET, None),
        (Method::PUT, None),
        (Method::POST, None),
        (Method::POST, Some("\"7c4a\"")),
    ];
    write!(table, "| {} |", row.fault).expect("a string");
    for ((method, key), expected) in asked.into_iter().zip(row.cells) {
        let waits = attempt(method.clone(), key).await;
        let cell = show(&waits);
        assert_eq!(cell, expected, "{}: {method} {key:?}", row.fault);
        write!(table, " {cell} |").expect("a string");
    }
    table.push('\n');
}

/// How long is waited between the attempts against a server that does this again and again.
async fn attempts(act: Act, method: &Method, key: Option<&str>) -> Vec<Duration> {
    let server = Misbehaving::start(&[act]).await;
    let world = World::with(server.silences());
    let is_http2 = HTTP2.iter().any(|row| row.act == act);
    let build = if is_http2 { client2 } else { client };
    let request = request(method, &server.url("/order"), key);
    // What it comes to is the matter of other tests.
    drop(build(TERMS, &world).fetch(request, 100).await);

    let waits = world.waits();
    let seen = server.seen();
    if !is_http2 && act != Act::CloseUnread {
        assert_eq!(seen.len(), waits.len() + 1, "{act:?}");
        let is_same = |again: &Seen| again.body == seen[0].body;
        assert!(seen.iter().all(is_same), "{seen:?}");
    }
    waits
}

fn show(waits: &[Duration]) -> String {
    if waits.is_empty() {
        return ONCE.to_owned();
    }
    let each = waits.iter().map(|wait| format!("{} s", wait.as_secs_f64()));
    let each: Vec<_> = each.collect();
    format!("{} times: {}", waits.len() + 1, each.join(", "))
}

/// An address where nobody listens.
async fn nobody() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address")
}

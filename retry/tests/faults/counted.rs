//! What is counted.

use std::time::Duration;

use http::Method;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use retry::BreakerPolicy;

use crate::ask::{client, request};
use crate::misbehaving::{Act, Misbehaving, OK};
use crate::world::{TERMS, World};

/// All that was counted, as lines in order. What was measured is told by how often it was.
fn lines(recorder: &DebuggingRecorder) -> Vec<String> {
    let snapshot = recorder.snapshotter().snapshot().into_vec();
    let mut lines: Vec<_> = snapshot
        .into_iter()
        .map(|(key, _, _, value)| {
            let key = key.key();
            let labels = key
                .labels()
                .map(|label| format!(" {}={}", label.key(), label.value()));
            let labels: String = labels.collect();
            let value = match value {
                DebugValue::Counter(count) => count.to_string(),
                DebugValue::Gauge(value) => value.to_string(),
                DebugValue::Histogram(values) => format!("{} values", values.len()),
            };
            format!("{}{labels}: {value}", key.name())
        })
        .collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn requests_retries_waits_and_breakers_are_counted() {
    let recorder = DebuggingRecorder::new();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let slow = Act::Answer(429, "retry-after: 7\r\n");
    let acts = [slow, OK, Act::Reset, Act::Reset, Act::Reset];
    let server = Misbehaving::start(&acts).await;
    let world = World::with(server.silences());
    let client = client(TERMS, &world).breakers(BreakerPolicy::usual().failures(50, 5));
    for path in ["/a?token=secret", "/b"] {
        let get = request(&Method::GET, &server.url(path), None);
        drop(client.request(get).await);
    }
    let host = server.url("").replace("http://", "");
    let expected = [
        format!("retry_client_breaker_state host={host}: 2"),
        format!("retry_client_request_duration_seconds host={host}: 2 values"),
        format!("retry_client_requests_total host={host} outcome=ok: 1"),
        format!("retry_client_requests_total host={host} outcome=retries_spent: 1"),
        format!("retry_client_retries_total host={host} cause=throttled: 1"),
        format!("retry_client_retries_total host={host} cause=transient: 2"),
        format!("retry_client_wait_seconds host={host}: 3 values"),
    ];
    assert_eq!(lines(&recorder), expected);
    assert_eq!(world.waits()[0], Duration::from_secs(7));
}

/// Whoever collects metrics keeps every name for long.
#[tokio::test]
async fn hosts_that_somebody_invents_have_one_name() {
    let recorder = DebuggingRecorder::new();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let server = Misbehaving::start(&[OK]).await;
    let world = World::with(server.silences());
    let client = client(TERMS, &world);
    let port = server
        .url("")
        .rsplit(':')
        .next()
        .expect("a port")
        .to_owned();
    for host in 1..=150 {
        let url = format!("http://127.0.0.{host}:{port}/");
        let get = request(&Method::POST, &url, None);
        drop(client.request(get).await);
    }
    let lines = lines(&recorder);
    let hosts = |line: &&String| line.starts_with("retry_client_request_duration_seconds");
    assert_eq!(lines.iter().filter(hosts).count(), 101);
    let other = "retry_client_request_duration_seconds host=other: 50 values".to_owned();
    assert!(lines.contains(&other), "{lines:?}");
}

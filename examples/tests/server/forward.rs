//! With `FORWARD_URL`, jobs are delivered to a service.

use std::net::TcpListener;

use serde_json::Value;
use webhook_verify::{Provider, Secret, Verifier};

use crate::support::delivery::{Delivery, every_provider};
use crate::support::process::Server;
use crate::support::upstream::Upstream;
use crate::support::wait::until;

const SECRET: &str = "whsec_YW5vdGhlciBzZWNyZXQgZm9yIHRoZSB3YXkgb3V0";
const OK: &str = "200 OK\r\ncontent-length: 2\r\n\r\nok";

fn forwarding(url: &str) -> Server {
    every_provider()
        .with("FORWARD_URL", url)
        .with("FORWARD_SECRET", SECRET)
        .with("JOB_BACKOFF", "1ms")
        .start()
}

fn deliver(server: &Server, provider: Provider) -> String {
    let reply = Delivery::new(provider, "evt_1").send(server);
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()["job_id"]
        .as_str()
        .expect("a job id")
        .to_owned()
}

/// The job, once it has failed at least once.
fn failed(server: &Server, id: &str) -> Value {
    until("a failure", || {
        let job = server.api(&format!("/api/jobs/{id}")).json();
        job["errors"]
            .as_array()
            .is_some_and(|errors| !errors.is_empty())
            .then_some(job)
    })
}

#[test]
fn a_delivery_arrives_as_it_was_received_and_signed_anew() {
    let upstream = Upstream::answering(&[OK]);
    let server = forwarding(&upstream.url());
    let id = deliver(&server, Provider::Stripe);
    let arrived = upstream.next();
    assert_eq!(arrived.line, "POST /hooks?from=server HTTP/1.1");
    assert_eq!(
        arrived.body,
        Delivery::new(Provider::Stripe, "evt_1").body.as_bytes()
    );
    assert_eq!(arrived.header("content-type"), "application/json");
    assert_eq!(arrived.header("webhook-id"), id);
    assert_eq!(arrived.header("idempotency-key"), id);
    assert_eq!(arrived.header("x-webhook-provider"), "stripe");
    assert_eq!(arrived.header("x-webhook-attempt"), "1");
    let receiver =
        Verifier::new(Provider::StandardWebhooks, Secret::new(SECRET)).expect("a good secret");
    let headers = arrived.headers();
    let verified = receiver
        .verify(&headers, &arrived.body)
        .expect("a good signature");
    assert_eq!(verified.event_id().expect("an id").as_str(), id);
    let job = server.ended(&id);
    assert_eq!(job["status"], "done");
    assert_eq!(job["result"]["status"], 200);
}

#[test]
fn what_may_pass_is_tried_again_and_the_service_can_tell_that_it_is_the_same() {
    let busy = |status: &str| format!("{status}\r\ncontent-length: 4\r\n\r\nbusy");
    let statuses = [
        "503 Service Unavailable",
        "429 Too Many Requests",
        "408 Request Timeout",
    ];
    // Each once more at once, before it is the job that is tried again.
    let mut answers: Vec<_> = statuses
        .iter()
        .flat_map(|status| [busy(status), busy(status)])
        .collect();
    answers.push(OK.to_owned());
    let answers: Vec<_> = answers.iter().map(String::as_str).collect();
    let upstream = Upstream::answering(&answers);
    let server = forwarding(&upstream.url());
    let id = deliver(&server, Provider::GitHub);
    for attempt in ["1", "1", "2", "2", "3", "3", "4"] {
        let arrived = upstream.next();
        assert_eq!(arrived.header("x-webhook-attempt"), attempt);
        assert_eq!(arrived.header("idempotency-key"), id);
    }
    let job = server.ended(&id);
    assert_eq!(
        (&job["status"], &job["attempts"]),
        (&"done".into(), &4.into())
    );
    let categories: Vec<_> = job["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["category"])
        .collect();
    assert_eq!(categories, ["external_api", "rate_limit", "timeout"]);
    assert_eq!(job["errors"][0]["message"], "503 Service Unavailable: busy");
}

#[test]
fn what_the_service_refuses_is_dead_at_once() {
    for answer in [
        "400 Bad Request",
        "404 Not Found",
        "301 Moved Permanently\r\nlocation: /elsewhere",
    ] {
        let upstream =
            Upstream::answering(&[&format!("{answer}\r\ncontent-length: 3\r\n\r\nwhy"), OK]);
        let server = forwarding(&upstream.url());
        let id = deliver(&server, Provider::GitHub);
        let job = server.ended(&id);
        assert_eq!(
            (&job["status"], &job["attempts"]),
            (&"dead".into(), &1.into()),
            "{job}"
        );
        let status = answer.lines().next().expect("a status");
        assert_eq!(job["errors"][0]["message"], format!("{status}: why"));
        upstream.next();
        assert!(upstream.is_quiet(), "neither repeated nor redirected");
    }
}

#[test]
fn only_the_beginning_of_a_long_answer_is_kept_and_nothing_in_it_drives_a_terminal() {
    let body = format!("\u{1b}[31m{}", "x".repeat(1 << 20));
    let upstream = Upstream::answering(&[&format!(
        "500 Oops\r\nretry-after: 3600\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )]);
    let server = forwarding(&upstream.url());
    let job = failed(&server, &deliver(&server, Provider::GitHub));
    let message = job["errors"][0]["message"].as_str().expect("a text");
    assert!(
        message.starts_with("500 Internal Server Error: \\u{1b}[31mxxx"),
        "{message}"
    );
    assert!(message.len() <= 2048);
    assert_eq!(job["status"], "retrying");
}

#[test]
fn a_service_that_is_not_there_is_tried_again() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", nobody.local_addr().expect("an address"));
    drop(nobody);
    let server = forwarding(&url);
    let job = failed(&server, &deliver(&server, Provider::GitHub));
    assert_eq!(job["errors"][0]["category"], "external_api");
    let message = job["errors"][0]["message"].as_str().expect("a text");
    assert!(message.to_lowercase().contains("refused"), "{message}");
}

#[test]
fn a_service_that_does_not_answer_is_given_up_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", silent.local_addr().expect("an address"));
    let server = every_provider()
        .with("FORWARD_URL", &url)
        .with("FORWARD_TIMEOUT", "100ms")
        .start();
    let job = failed(&server, &deliver(&server, Provider::GitHub));
    assert_eq!(job["errors"][0]["category"], "timeout");
}

#[test]
fn a_job_that_never_succeeds_is_dead_after_its_last_attempt() {
    let upstream = Upstream::always("503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    let server = every_provider()
        .with("FORWARD_URL", &upstream.url())
        .with("JOB_MAX_ATTEMPTS", "3")
        .with("JOB_BACKOFF", "1ms")
        .start();
    let job = server.ended(&deliver(&server, Provider::GitHub));
    assert_eq!(
        (&job["status"], &job["attempts"]),
        (&"dead".into(), &3.into())
    );
}

//! What is logged, and what is not.

use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider, needing_a_secret_only, secret};
use crate::support::http::{Request, exchange};
use crate::support::process::{API_KEY, Setup};

#[test]
fn a_request_is_one_line_that_the_answer_leads_to() {
    let server = every_provider().start();
    let reply = Delivery::new(Provider::Stripe, "evt_1").send(&server);
    let request_id = reply.header("x-request-id").expect("an id");
    let line = server.line("the line of the request", |line| {
        line["request_id"] == request_id
    });
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["method"], "POST");
    assert_eq!(line["route"], "/webhooks/{provider}");
    assert_eq!(line["status"], 202);
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["provider"], "stripe");
    assert_eq!(line["job_id"], reply.json()["job_id"]);
    assert_eq!(line["peer"], "127.0.0.1");
    assert!(line["ms"].as_f64().is_some_and(|ms| ms >= 0.0), "{line}");
}

#[test]
fn a_refusal_tells_operators_what_it_does_not_tell_the_sender() {
    let server = every_provider().start();
    let reply = Request::new("POST", "/webhooks/github").send(server.address);
    let request_id = reply.header("x-request-id").expect("an id");
    let line = server.line("the line of the request", |line| {
        line["request_id"] == request_id
    });
    assert_eq!(line["outcome"], "ERR_BAD_SIGNATURE");
    assert_eq!(line["reason"], "header x-hub-signature-256 is missing");
    assert!(!String::from_utf8_lossy(&reply.body).contains("missing or malformed"));
}

#[test]
fn neither_secrets_nor_signatures_nor_bodies_nor_queries_are_logged() {
    let server = every_provider().with("RUST_LOG", "trace").start();
    let mut sent = vec![
        API_KEY.to_owned(),
        "the-body-of-it".to_owned(),
        "the-query".to_owned(),
    ];
    for provider in needing_a_secret_only() {
        let mut delivery = Delivery::new(provider, "evt_1");
        delivery.body = delivery
            .body
            .replacen('{', r#"{"what":"the-body-of-it","#, 1);
        assert_eq!(delivery.send(&server).status, 202);
        sent.push(secret(provider).to_owned());
        let codes = delivery.headers().into_iter().map(|(_, value)| value);
        sent.extend(codes.filter(|value| value.len() > 20));
    }
    server.api("/api/jobs?status=the-query");
    let last = server.get("/health");
    let request_id = last.header("x-request-id").expect("an id");
    server.line("the line of the last request", |line| {
        line["request_id"] == request_id
    });
    let log = server.log();
    for text in sent {
        assert!(!log.contains(&text), "{text} is in the log");
    }
}

#[test]
fn a_sender_cannot_forge_a_line() {
    let server = every_provider().start();
    let forged = b"GET /x%0a{\"level\":\"forged\"} HTTP/1.1\r\nhost: a\r\nuser-agent: a\tb\x7f\r\nconnection: close\r\n\r\n";
    exchange(server.address, forged);
    let delivery = Delivery::new(Provider::GitHub, "evt_1");
    let reply = delivery
        .request()
        .header("x-hub-signature-256", "sha256=\"\\u001b[31m")
        .send(server.address);
    assert_eq!(reply.status, 401);
    let request_id = reply.header("x-request-id").expect("an id").to_owned();
    server.line("the line of the request", |line| {
        line["request_id"] == request_id.as_str()
    });
    for line in server.log().lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        assert_ne!(line["level"], "forged");
    }
}

#[test]
fn probes_are_silent() {
    let server = Setup::new().start();
    server.get("/health/live");
    let marker = server.get("/nowhere");
    let request_id = marker.header("x-request-id").expect("an id");
    server.line("the line of the marker", |line| {
        line["request_id"] == request_id
    });
    assert!(!server.log().contains("/health"), "{}", server.log());
}

#[test]
fn people_may_have_text() {
    let server = every_provider().with("LOG_FORMAT", "text").start();
    assert_eq!(
        Delivery::new(Provider::Stripe, "evt_1")
            .send(&server)
            .status,
        202
    );
    crate::support::wait::until("the line of the request", || {
        server.log().contains("outcome=\"accepted\"").then_some(())
    });
}

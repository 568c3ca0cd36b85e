//! `/api/jobs` and `/api/jobs/{id}`, and what every answer has in common.

use serde_json::Value;
use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider};
use crate::support::http::Request;
use crate::support::process::{Server, Setup};

fn deliver(server: &Server, provider: Provider, id: &str) -> String {
    let reply = Delivery::new(provider, id).send(server);
    reply.json()["job_id"]
        .as_str()
        .expect("a job id")
        .to_owned()
}

fn ids(page: &Value) -> Vec<&str> {
    let jobs = page["jobs"].as_array().expect("a list of jobs");
    jobs.iter()
        .map(|job| job["id"].as_str().expect("an id"))
        .collect()
}

#[test]
fn the_api_needs_the_key() {
    let server = Setup::new().start();
    for path in ["/api/jobs", "/api/jobs/not-even-an-id"] {
        let long = format!("Bearer {}", "x".repeat(4000));
        for key in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Bearer wrong"),
            Some("Basic x"),
            Some(&long),
        ] {
            let request = Request::new("GET", path);
            let request = match key {
                Some(key) => request.header("authorization", key),
                None => request,
            };
            let reply = request.send(server.address);
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (401, "ERR_UNAUTHORIZED"),
                "{key:?}"
            );
            assert_eq!(
                reply.header("www-authenticate"),
                Some("Bearer realm=\"api\"")
            );
        }
    }
}

#[test]
fn a_list_is_newest_first_and_goes_on_where_a_page_ended() {
    let server = every_provider().start();
    let mut sent: Vec<_> = (0..5)
        .map(|n| deliver(&server, Provider::Stripe, &format!("evt_{n}")))
        .collect();
    sent.reverse();
    let mut listed = Vec::new();
    let mut path = "/api/jobs?limit=2".to_owned();
    loop {
        let page = server.api(&path).json();
        listed.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/jobs?limit=2&after={next}");
    }
    assert_eq!(listed, sent);
}

#[test]
fn a_list_can_be_narrowed() {
    let server = every_provider().start();
    let stripe = deliver(&server, Provider::Stripe, "evt_1");
    let slack = deliver(&server, Provider::Slack, "evt_1");
    server.ended(&stripe);
    server.ended(&slack);
    assert_eq!(
        ids(&server.api("/api/jobs?kind=webhook.slack").json()),
        [&slack]
    );
    assert_eq!(
        ids(&server.api("/api/jobs?status=done&queue=webhooks").json()),
        [&slack, &stripe]
    );
    assert!(ids(&server.api("/api/jobs?status=dead").json()).is_empty());
    assert!(ids(&server.api("/api/jobs?queue=mail").json()).is_empty());
}

#[test]
fn a_bad_query_is_answered_with_everything_that_is_wrong_and_what_is_allowed() {
    let server = Setup::new().start();
    let reply = server
        .api("/api/jobs?status=finished&limit=0&after=1&colour=red&queue=a&queue=b&kind=%FF%00");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (400, "ERR_BAD_PARAMETER")
    );
    let body = reply.json();
    let details = body["details"].as_array().expect("a list");
    let fault = |field: &str| {
        let detail = details.iter().find(|detail| detail["field"] == field);
        detail.unwrap_or_else(|| panic!("{field} in {body}"))["message"]
            .as_str()
            .expect("a text")
    };
    assert!(
        fault("status")
            .contains("allowed: scheduled, ready, running, retrying, done, dead, cancelled")
    );
    assert!(fault("limit").contains("from 1 to 200"));
    assert!(fault("after").contains("not a job id"));
    assert!(fault("colour").contains("allowed: status, queue, kind, limit, after"));
    assert!(fault("queue").contains("twice"));
}

#[test]
fn a_job_that_does_not_exist_and_an_id_that_is_none_are_told_apart() {
    let server = Setup::new().start();
    let unknown = server.api("/api/jobs/018bcfe5-687a-7000-8000-000000000001");
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "ERR_UNKNOWN_JOB")
    );
    for id in [
        "1",
        "",
        "%00",
        "018bcfe5687a70008000000000000001",
        "..%2f..%2fetc%2fpasswd",
    ] {
        let reply = server.api(&format!("/api/jobs/{id}"));
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "ERR_BAD_JOB_ID"),
            "{id:?}"
        );
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let server = every_provider().start();
    for (method, path, allow) in [
        ("GET", "/webhooks/stripe", "POST"),
        ("PUT", "/webhooks/nobody", "POST"),
        ("POST", "/api/jobs", "GET, HEAD"),
        (
            "DELETE",
            "/api/jobs/018bcfe5-687a-7000-8000-000000000001",
            "GET, HEAD",
        ),
        ("POST", "/health", "GET, HEAD"),
        ("BREW", "/health/ready", "GET, HEAD"),
    ] {
        let reply = Request::new(method, path).send(server.address);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (405, "ERR_METHOD_NOT_ALLOWED"),
            "{method} {path}"
        );
        assert_eq!(reply.header("allow"), Some(allow), "{method} {path}");
    }
}

#[test]
fn every_answer_has_a_request_id_and_keeps_browsers_out() {
    let server = every_provider()
        .with("PUBLIC_URL", "https://hooks.example.com")
        .start();
    let replies = [
        Delivery::new(Provider::Stripe, "evt_1").send(&server),
        Request::new("POST", "/webhooks/stripe").send(server.address),
        Request::new("POST", "/webhooks/stripe")
            .body(vec![b' '; 2 << 20])
            .send(server.address),
        Request::new("GET", "/webhooks/stripe").send(server.address),
        Request::new("GET", "/nowhere").send(server.address),
        Request::new("GET", "/api/jobs").send(server.address),
        server.api("/api/jobs"),
        server.api("/api/jobs/x"),
        server.get("/health"),
        server.get("/health/live"),
        server.get("/health/ready"),
    ];
    let mut request_ids = Vec::new();
    for reply in replies {
        for (name, value) in [
            ("content-type", "application/json"),
            ("cache-control", "no-store"),
            (
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            (
                "strict-transport-security",
                "max-age=63072000; includeSubDomains",
            ),
        ] {
            assert_eq!(reply.header(name), Some(value), "{reply:?}");
        }
        let request_id = reply.header("x-request-id").expect("an id").to_owned();
        assert!(
            !request_ids.contains(&request_id),
            "{request_id} came twice"
        );
        request_ids.push(request_id);
    }
}

#[test]
fn a_request_id_of_the_caller_is_not_taken_over() {
    let server = Setup::new().start();
    let reply = Request::new("GET", "/health")
        .header("x-request-id", "mine")
        .send(server.address);
    assert_ne!(reply.header("x-request-id"), Some("mine"));
}

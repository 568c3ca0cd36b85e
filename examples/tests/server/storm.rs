//! With `FORWARD_URL`, to a service that misbehaves: what it is spared, and what the jobs are.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use webhook_verify::{Provider, Secret, Verifier};

use crate::support::delivery::{Delivery, every_provider};
use crate::support::metrics::Metrics;
use crate::support::process::{Server, Setup};
use crate::support::upstream::{Arrived, RESET, Upstream};
use crate::support::wait::until;

const SECRET: &str = "whsec_YW5vdGhlciBzZWNyZXQgZm9yIHRoZSB3YXkgb3V0";
const OK: &str = "200 OK\r\ncontent-length: 2\r\n\r\nok";
const DOWN: &str = "503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// Opens when so many requests have failed.
const OPENS_AT: usize = 10;

/// Breakers as the metrics show them.
const CLOSED: f64 = 0.0;
const OPEN: f64 = 2.0;

fn forwarding_to(upstream: &Upstream) -> Setup {
    every_provider()
        .with("FORWARD_URL", &upstream.url())
        .with("FORWARD_SECRET", SECRET)
        .with("JOB_BACKOFF", "1ms")
}

/// One of the numbers that are kept for each host, of which there is one.
fn of_upstream(server: &Server, name: &str) -> f64 {
    Metrics::of(server).sum(&format!("retry_client_{name}"), &[])
}

fn deliver(server: &Server, event: &str) -> String {
    let reply = Delivery::new(Provider::GitHub, event).send(server);
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()["job_id"]
        .as_str()
        .expect("a job id")
        .to_owned()
}

/// Many different ones, as they come in an hour of much business.
fn deliver_many(server: &Server, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| deliver(server, &format!("evt_{n}")))
        .collect()
}

fn until_breaker_is(server: &Server, state: f64) {
    until("the breaker", || {
        (of_upstream(server, "breaker_state") == state).then_some(())
    });
}

/// The job, once it waits for its next attempt; and for how long it does from its first failure.
fn waiting(server: &Server, id: &str) -> (Value, Duration) {
    let job = until("a failure", || {
        let job = server.api(&format!("/api/jobs/{id}")).json();
        (job["status"] == "retrying").then_some(job)
    });
    let wait = moment(&job["run_at"]) - moment(&job["errors"][0]["at"]);
    (job, wait.try_into().expect("later"))
}

fn moment(text: &Value) -> OffsetDateTime {
    let text = text.as_str().expect("a time");
    OffsetDateTime::parse(text, &Rfc3339).expect("a time")
}

/// An answer that wants to be asked again as this header says.
fn later(header: &str) -> String {
    format!("503 Service Unavailable\r\n{header}\r\ncontent-length: 0\r\n\r\n")
}

/// A date as HTTP writes it, so many seconds from now.
fn date(seconds: u64) -> String {
    httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds))
}

fn verify(arrived: &Arrived) {
    let scheme = Provider::StandardWebhooks;
    let receiver = Verifier::new(scheme, Secret::new(SECRET)).expect("a good secret");
    let headers = arrived.headers();
    let verified = receiver.verify(&headers, &arrived.body);
    verified.expect("a good signature");
}

#[test]
fn a_request_that_is_reset_is_sent_again_at_once_with_the_same_key() {
    let upstream = Upstream::answering(&[RESET, OK]);
    // So long that it is not the job that comes again.
    let server = forwarding_to(&upstream).with("JOB_BACKOFF", "1h").start();
    let id = deliver(&server, "evt_1");
    let (first, second) = (upstream.next(), upstream.next());
    assert_eq!(first.body, second.body);
    for arrived in [&first, &second] {
        assert_eq!(arrived.header("idempotency-key"), id);
        assert_eq!(arrived.header("x-webhook-attempt"), "1");
        verify(arrived);
    }
    let job = server.ended(&id);
    assert_eq!(
        (&job["status"], &job["attempts"]),
        (&"done".into(), &1.into())
    );
    assert_eq!(of_upstream(&server, "retries_total"), 1.0);
    assert_eq!(of_upstream(&server, "wait_seconds_count"), 1.0);
    assert_eq!(of_upstream(&server, "requests_total"), 1.0);
}

#[test]
fn a_request_is_sent_twice_at_most_and_then_it_is_the_job_that_waits() {
    let upstream = Upstream::always(RESET);
    let server = forwarding_to(&upstream).with("JOB_BACKOFF", "1h").start();
    let (job, wait) = waiting(&server, &deliver(&server, "evt_1"));
    assert_eq!(upstream.drain().len(), 2);
    assert!(wait >= Duration::from_secs(1800), "{wait:?}");
    assert_eq!(job["errors"][0]["category"], "external_api");
    let message = job["errors"][0]["message"].as_str().expect("a text");
    assert!(message.contains("2 attempts"), "{message}");
}

/// One request of three fails: too few for the breaker, too many for the budget.
#[test]
fn what_may_be_sent_again_at_once_is_bounded_for_all_jobs_together() {
    const ROUNDS: usize = 16;
    let upstream = Upstream::answering(&[OK, DOWN, OK].repeat(ROUNDS));
    let server = forwarding_to(&upstream).start();
    for id in 0..2 * ROUNDS {
        let job = server.ended(&deliver(&server, &format!("evt_{id}")));
        assert_eq!(job["status"], "done");
    }
    let ended_by = |outcome| {
        let labels = [("outcome", outcome)];
        Metrics::of(&server).sum("retry_client_requests_total", &labels) as usize
    };
    let retries = of_upstream(&server, "retries_total") as usize;
    // Ten, one for ten requests, and one in ten seconds.
    assert!((10..ROUNDS).contains(&retries), "{retries}");
    assert_eq!(ended_by("budget_spent"), ROUNDS - retries);
    assert_eq!(ended_by("ok"), 2 * ROUNDS);
    assert_eq!(of_upstream(&server, "breaker_state"), CLOSED);
}

/// 40 deliveries to a service that is down: a few requests find out, and the rest is spared.
#[test]
fn a_storm_of_503_opens_the_breaker_and_recovery_closes_it_and_no_job_dies_of_it() {
    const WORKERS: usize = 4;
    const JOBS: usize = 40;
    let upstream = Upstream::always(DOWN);
    let server = forwarding_to(&upstream)
        .with("WORKER_CONCURRENCY", &WORKERS.to_string())
        .with("JOB_MAX_ATTEMPTS", "3")
        .with("JOB_BACKOFF", "1s")
        .start();
    let jobs = deliver_many(&server, JOBS);
    until_breaker_is(&server, OPEN);
    let attempts = |outcome: &str| {
        let count = Metrics::of(&server).value("job_attempts_total", &[("outcome", outcome)]);
        count.expect("it is shown from the start") as usize
    };
    until("the rest to be postponed", || {
        (attempts("postponed") >= JOBS - OPENS_AT).then_some(())
    });
    server.line("what the breaker does", |line| {
        line["level"] == "WARN" && line["message"] == "a circuit breaker has changed"
    });
    let arrived = upstream.drain().len();
    assert!(
        (OPENS_AT..2 * OPENS_AT).contains(&arrived),
        "{arrived} requests reached a service that was down"
    );

    upstream.change_to(OK);
    for id in &jobs {
        assert_eq!(server.ended(id)["status"], "done");
    }
    until_breaker_is(&server, CLOSED);
    assert_eq!((attempts("done"), attempts("dead")), (JOBS, 0));
    // Those that were under way meanwhile may have come twice.
    let delivered = upstream.drain();
    assert!(delivered.len() <= JOBS + WORKERS, "{}", delivered.len());
    for id in &jobs {
        let arrived = delivered
            .iter()
            .any(|sent| sent.header("idempotency-key") == id);
        assert!(arrived, "{id}");
    }
}

#[test]
fn the_breaker_is_open_for_as_long_as_the_service_asks() {
    let upstream = Upstream::always(&later("retry-after: 600"));
    let server = forwarding_to(&upstream).start();
    let jobs = deliver_many(&server, 40);
    let postponed = until("the rest to be postponed", || {
        let all = jobs
            .iter()
            .map(|id| server.api(&format!("/api/jobs/{id}")).json());
        let mut all = all.filter(|job| job["status"] == "scheduled");
        all.next()
    });
    let wait = moment(&postponed["run_at"]) - OffsetDateTime::now_utc();
    assert!(wait > time::Duration::seconds(500), "{wait}");
    assert_eq!(postponed["attempts"], 0, "it was not tried");
    assert_eq!(of_upstream(&server, "breaker_state"), OPEN);
    assert!(upstream.drain().len() < OPENS_AT + 16);
}

#[test]
fn a_time_to_come_back_is_kept_to_in_each_of_its_forms() {
    let clock_of_an_hour_ago = |seconds: u64| {
        httpdate::fmt_http_date(
            SystemTime::now() - Duration::from_secs(3600) + Duration::from_secs(seconds),
        )
    };
    let forms = [
        "retry-after: 100".to_owned(),
        "retry-after-ms: 100000".to_owned(),
        format!("retry-after: {}", date(101)),
        // The clock of the service is an hour behind, and it counts by that.
        format!(
            "date: {}\r\nretry-after: {}",
            clock_of_an_hour_ago(0),
            clock_of_an_hour_ago(100)
        ),
        "ratelimit: \"a\";r=0;t=100".to_owned(),
    ];
    for form in forms {
        let upstream = Upstream::answering(&[&later(&form)]);
        let server = forwarding_to(&upstream).start();
        let (_, wait) = waiting(&server, &deliver(&server, "evt_1"));
        // No earlier, and spread over half as much again.
        let expected = Duration::from_secs(99)..=Duration::from_secs(152);
        assert!(expected.contains(&wait), "{form}: {wait:?}");
    }
}

/// A static `Retry-After` must not use up in minutes the attempts that are to last for hours.
#[test]
fn a_time_to_come_back_makes_no_wait_shorter() {
    let upstream = Upstream::answering(&[&later("retry-after: 20")]);
    let server = forwarding_to(&upstream).with("JOB_BACKOFF", "1h").start();
    let (_, wait) = waiting(&server, &deliver(&server, "evt_1"));
    assert!(wait >= Duration::from_secs(1800), "{wait:?}");
}

#[test]
fn who_is_told_to_come_back_in_days_or_not_at_all_does_not() {
    for header in ["retry-after: 90000", "x-should-retry: false"] {
        let upstream = Upstream::answering(&[&later(header)]);
        let server = forwarding_to(&upstream).start();
        let job = server.ended(&deliver(&server, "evt_1"));
        assert_eq!(
            (&job["status"], &job["attempts"]),
            (&"dead".into(), &1.into())
        );
        let message = job["errors"][0]["message"].as_str().expect("a text");
        assert!(message.contains("the server asks for"), "{message}");
    }
}

#[test]
fn not_again_at_once_is_not_never() {
    let limited = "429 Too Many Requests\r\nx-envoy-ratelimited: true\r\ncontent-length: 0\r\n\r\n";
    let upstream = Upstream::answering(&[limited]);
    let server = forwarding_to(&upstream).with("JOB_BACKOFF", "1h").start();
    let (job, _) = waiting(&server, &deliver(&server, "evt_1"));
    assert_eq!(job["errors"][0]["category"], "rate_limit");
}

#[test]
fn what_proxies_say_of_a_service_that_is_down_may_pass() {
    for status in ["501 Not Implemented", "520 Unknown", "599 Timeout"] {
        let upstream = Upstream::answering(&[&format!("{status}\r\ncontent-length: 0\r\n\r\n")]);
        let server = forwarding_to(&upstream).with("JOB_BACKOFF", "1h").start();
        let (job, _) = waiting(&server, &deliver(&server, "evt_1"));
        assert_eq!(job["attempts"], 1, "{status}");
    }
}

/// Who says that nothing is left is not asked until there is, so that it never has to refuse.
#[test]
fn requests_are_paced_by_what_the_service_says_is_left() {
    let last = "200 OK\r\nratelimit: \"a\";r=0;t=2\r\ncontent-length: 0\r\n\r\n";
    let upstream = Upstream::answering(&[last, OK]);
    let server = forwarding_to(&upstream).start();
    server.ended(&deliver(&server, "evt_1"));
    upstream.next();
    let answered = SystemTime::now();
    let second = deliver(&server, "evt_2");
    upstream.next();
    let waited = answered.elapsed().expect("time goes on");
    assert!(waited >= Duration::from_millis(1500), "{waited:?}");
    let job = server.ended(&second);
    assert_eq!(
        (&job["status"], &job["attempts"]),
        (&"done".into(), &1.into())
    );
}

#[test]
fn an_answer_whose_end_never_comes_has_been_given_all_the_same() {
    let endless = "200 OK\r\ncontent-length: 1000\r\n\r\nhalf";
    let upstream = Upstream::answering(&[endless]);
    let server = forwarding_to(&upstream)
        .with("FORWARD_TIMEOUT", "1s")
        .start();
    let job = server.ended(&deliver(&server, "evt_1"));
    assert_eq!(job["status"], "done");
}

//! `/metrics` and `/api/metrics`: what happens is counted, and shown to those who may see it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;

use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider};
use crate::support::http::Request;
use crate::support::metrics::{Metrics, Series};
use crate::support::process::{API_KEY, Server, Setup};
use crate::support::wait::until;

const MANUAL: &str = include_str!("../../../docs/server.md");

/// A server to which everything has happened that is counted.
fn experienced() -> Server {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", nobody.local_addr().expect("an address"));
    drop(nobody);
    let server = every_provider()
        .with("FORWARD_URL", &url)
        .with("JOB_MAX_ATTEMPTS", "1")
        .start();
    let delivery = Delivery::new(Provider::Stripe, "evt_1");
    let id = delivery.send(&server).json()["job_id"].to_string();
    server.ended(id.trim_matches('"'));
    server
}

#[test]
fn metrics_need_one_of_the_keys() {
    const METRICS_KEY: &str = "a-key-that-opens-what-is-counted-only";
    let server = Setup::new().with("METRICS_API_KEY", METRICS_KEY).start();
    for path in ["/metrics", "/api/metrics"] {
        let refused = server.get(path);
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (401, "ERR_UNAUTHORIZED")
        );
        assert_eq!(server.api_with("wrong", path).status, 401);
        assert_eq!(server.api_with(API_KEY, path).status, 200);
        assert_eq!(server.api_with(METRICS_KEY, path).status, 200);
    }
    let jobs = server.api_with(METRICS_KEY, "/api/jobs");
    assert_eq!(jobs.status, 401, "it opens nothing else");
    let posted = Request::new("POST", "/metrics").send(server.address);
    assert_eq!(
        (posted.status, posted.header("allow")),
        (405, Some("GET, HEAD"))
    );
}

#[test]
fn a_key_that_production_would_not_take_for_the_api_is_not_taken_for_the_metrics_either() {
    let output = every_provider()
        .with("ENVIRONMENT", "production")
        .with("STORE", "file")
        .with("METRICS_API_KEY", "short")
        .run();
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("METRICS_API_KEY"), "{said}");
    assert!(!said.contains("short"), "{said}");
}

#[test]
fn deliveries_are_counted_by_provider_and_verdict() {
    let server = every_provider().start();
    let delivery = Delivery::new(Provider::Stripe, "evt_1");
    assert_eq!(delivery.send(&server).status, 202);
    assert_eq!(delivery.send(&server).status, 200);
    assert_eq!(delivery.send(&server).status, 200);
    for path in ["/webhooks/github", "/webhooks/nobody"] {
        Request::new("POST", path).send(server.address);
    }
    let metrics = Metrics::of(&server);
    let count = |provider, outcome| {
        let labels = [("provider", provider), ("outcome", outcome)];
        metrics.value("webhook_deliveries_total", &labels)
    };
    assert_eq!(count("stripe", "accepted"), Some(1.0));
    assert_eq!(count("stripe", "duplicate"), Some(2.0));
    assert_eq!(count("github", "ERR_BAD_SIGNATURE"), Some(1.0));
    assert_eq!(count("unknown", "ERR_UNKNOWN_PROVIDER"), Some(1.0));
}

#[test]
fn requests_are_counted_by_what_they_asked_for_and_not_by_what_they_sent() {
    let server = every_provider().start();
    let before = Metrics::of(&server).series.len();
    for n in 0..50 {
        for path in [
            format!("/nowhere/{n}"),
            format!("/webhooks/nobody-{n}"),
            format!("/api/jobs/{n}"),
        ] {
            Request::new(&format!("BREW{n}"), &path).send(server.address);
            server.api(&path);
        }
    }
    let metrics = Metrics::of(&server);
    let asked = |method, status| {
        let labels = [("route", "none"), ("method", method), ("status", status)];
        metrics.value("http_requests_total", &labels)
    };
    assert_eq!(asked("GET", "404"), Some(50.0));
    assert_eq!(asked("other", "404"), Some(50.0));
    let added = metrics.series.len() - before;
    assert!(
        added < 100,
        "{added} series were added by 300 different requests"
    );
}

#[test]
fn jobs_are_counted_by_how_their_attempts_end_and_by_where_they_stand() {
    let server = experienced();
    let metrics = until("the backlog", || {
        let metrics = Metrics::of(&server);
        (metrics.value("jobs", &[("state", "dead")]) == Some(1.0)).then_some(metrics)
    });
    let attempts = |outcome| metrics.value("job_attempts_total", &[("outcome", outcome)]);
    assert_eq!(attempts("dead"), Some(1.0));
    assert_eq!(attempts("done"), Some(0.0), "shown before it happens");
    assert_eq!(
        metrics.value("job_failures_total", &[("category", "external_api")]),
        Some(1.0)
    );
    assert_eq!(metrics.value("job_wait_seconds_count", &[]), Some(1.0));
    assert_eq!(metrics.value("jobs", &[("state", "ready")]), Some(0.0));
    assert_eq!(
        metrics.value("job_oldest_ready_age_seconds", &[]),
        Some(0.0)
    );
    let enqueued = [("operation", "enqueue"), ("outcome", "ok")];
    assert_eq!(
        metrics.value("store_operation_duration_seconds_count", &enqueued),
        Some(1.0)
    );
}

#[test]
fn connections_are_counted_while_they_are_open() {
    let server = Setup::new().start();
    let open = |wanted: f64| {
        until("the connections", || {
            let open = Metrics::of(&server).value("http_connections", &[]);
            (open == Some(wanted)).then_some(())
        });
    };
    let held = [(); 3].map(|()| crate::support::http::connect(server.address));
    // One more: that which asks.
    open(4.0);
    drop(held);
    open(1.0);
}

/// The rules of the text format, and those for names: <https://prometheus.io/docs/practices/naming/>.
#[test]
fn the_text_keeps_to_the_format_and_the_names_to_the_conventions() {
    let server = experienced();
    let reply = server.api("/metrics");
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let text = String::from_utf8(reply.body).expect("text");
    let metrics = Metrics::parse(&text);
    for (name, kind) in &metrics.kinds {
        assert!(
            metrics.helps.contains(name),
            "nobody knows what {name} means"
        );
        assert_eq!(
            kind == "counter",
            name.ends_with("_total"),
            "{name} is a {kind}"
        );
        assert!(
            kind != "histogram" || name.ends_with("_seconds"),
            "{name} is of no base unit"
        );
        for unit in ["_ms", "_millis", "_milliseconds", "_minutes", "_kb"] {
            assert!(!name.contains(unit), "{name} is of no base unit");
        }
        if kind == "histogram" {
            check_histogram(&metrics, name);
        }
    }
    let started = metrics.value("process_start_time_seconds", &[]);
    assert!(
        started.is_some_and(|seconds| seconds > 1.7e9),
        "{started:?}"
    );
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(metrics.value("build_info", &version), Some(1.0));
}

/// Buckets hold what is below them too, and the last holds all.
fn check_histogram(metrics: &Metrics, name: &str) {
    let mut buckets: BTreeMap<Series, Vec<(f64, f64)>> = BTreeMap::new();
    for (series, value) in &metrics.series {
        if series.name == format!("{name}_bucket") {
            let (count, bound) = series.without("le");
            let bound = bound.parse().expect("a bound");
            buckets.entry(count).or_default().push((bound, *value));
        }
    }
    assert!(!buckets.is_empty(), "{name}");
    for (mut series, mut buckets) in buckets {
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(
            buckets.is_sorted_by_key(|&(_, count)| count),
            "{series:?} {buckets:?}"
        );
        let (bound, all) = buckets.last().expect("one at least");
        assert!(bound.is_infinite(), "{series:?}");
        series.name = format!("{name}_count");
        assert_eq!(metrics.series.get(&series), Some(all), "{series:?}");
    }
}

#[test]
fn the_json_says_what_the_text_says() {
    let server = experienced();
    // Between the two nothing is counted but the asking itself, which is left out.
    let of_others = |metrics: Metrics| {
        let asked = |series: &Series| {
            series.name.starts_with("http_") || series.name.starts_with("store_operation")
        };
        let series = metrics.series.into_iter();
        series
            .filter(|(series, _)| !asked(series))
            .collect::<BTreeMap<_, _>>()
    };
    until("the backlog", || {
        let metrics = Metrics::of(&server);
        (metrics.value("jobs", &[("state", "dead")]) == Some(1.0)).then_some(())
    });
    let text = String::from_utf8(server.api("/metrics").body).expect("text");
    let text = Metrics::parse(&text);
    let json = Metrics::from_json(&server.api("/api/metrics").json());
    assert_eq!(text.kinds, json.kinds);
    assert_eq!(text.helps, json.helps);
    assert_eq!(of_others(text), of_others(json));
}

#[test]
fn every_metric_is_in_the_manual() {
    let (_, section) = MANUAL
        .split_once("## Metrics")
        .expect("a section on metrics");
    let (section, _) = section.split_once("\n## ").expect("more after it");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: BTreeSet<_> = rows
        .filter_map(|row| row.split(['`', '{']).next())
        .collect();
    let metrics = Metrics::of(&experienced());
    let shown = metrics.kinds.keys().map(String::as_str);
    // The server does not ask `jobstore` for metrics; where all features of all crates are built, they are there.
    let shown: BTreeSet<_> = shown
        .filter(|name| !name.starts_with("jobstore_"))
        .collect();
    assert_eq!(documented, shown);
}

#[test]
fn whoever_collects_metrics_is_not_logged_but_who_tries_keys_is() {
    let server = Setup::new().start();
    server.api("/metrics");
    let refused = server.get("/metrics");
    let request_id = refused.header("x-request-id").expect("an id");
    server.line("the line of the refusal", |line| {
        line["request_id"] == request_id && line["route"] == "/metrics"
    });
    let lines = server.log();
    assert_eq!(lines.matches("/metrics").count(), 1, "{lines}");
}

#[test]
fn a_depth_that_is_not_known_is_not_shown_as_the_last_one() {
    let data = tempfile::tempdir().expect("a folder");
    let server = every_provider()
        .with("STORE", "file")
        .with("DATA_DIR", data.path().to_str().expect("a plain path"))
        .start();
    let ready = || Metrics::of(&server).value("jobs", &[("state", "ready")]);
    until("the backlog", || (ready() == Some(0.0)).then_some(()));

    // What a careless person with a shell does to a file.
    for file in ["jobs.db", "jobs.db-wal"] {
        std::fs::write(data.path().join(file), "").expect("the file is ours");
    }
    until("the depth to be unknown", || {
        ready().is_some_and(f64::is_nan).then_some(())
    });
    let json = server.api("/api/metrics").json();
    let families = json["metrics"].as_array().expect("a list");
    let jobs = families.iter().find(|family| family["name"] == "jobs");
    assert!(jobs.expect("jobs are shown")["samples"][0]["value"].is_null());
    let failed = [("operation", "queues"), ("outcome", "error")];
    let failed = Metrics::of(&server).value("store_operation_duration_seconds_count", &failed);
    assert!(failed.is_some_and(|times| times >= 1.0), "{failed:?}");
}

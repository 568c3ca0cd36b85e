//! Jobs in Redis, which is killed, comes back, and is shared.

use std::collections::{BTreeMap, BTreeSet};

use redis_fixture::{Options, Server as Redis};
use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider};
use crate::support::process::{Server, Setup};
use crate::support::upstream::Upstream;
use crate::support::wait::until;

const OK: &str = "200 OK\r\ncontent-length: 2\r\n\r\nok";
const BUSY: &str = "503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// Fewer than the requests after which the circuit breaker looks at them, each sent twice.
const DELIVERIES: usize = 4;

fn on(redis: &Redis) -> Setup {
    every_provider()
        .with("STORE", "redis")
        .with("REDIS_URL", &redis.url())
}

/// Delivers an event. Gives the status of the answer, and the job that it names.
fn deliver(server: &Server, event: &str) -> (u16, String) {
    let reply = Delivery::new(Provider::Stripe, event).send(server);
    assert!(matches!(reply.status, 200 | 202), "{reply:?}");
    let job = reply.json()["job_id"]
        .as_str()
        .expect("a job id")
        .to_owned();
    (reply.status, job)
}

#[test]
fn what_was_accepted_survives_a_kill_of_redis_and_is_delivered() {
    let mut redis = Redis::start_with(Options::new().append_only());
    let upstream = Upstream::always(BUSY);
    let server = on(&redis)
        .with("FORWARD_URL", &upstream.url())
        .with("JOB_BACKOFF", "2s")
        .with("JOB_LEASE", "2s")
        .start();
    let mut jobs = BTreeMap::new();
    for number in 0..DELIVERIES {
        let event = format!("evt_{number}");
        let (status, job) = deliver(&server, &event);
        assert_eq!(status, 202);
        jobs.insert(event, job);
    }

    redis.kill();
    let refused = Delivery::new(Provider::Stripe, "evt_refused").send(&server);
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.code(), "ERR_STORE_UNAVAILABLE");
    assert_eq!(refused.header("retry-after"), Some("1"));
    // A verdict holds for a second.
    let unready = until("a failing check", || {
        Some(server.get("/health/ready")).filter(|reply| reply.status == 503)
    });
    assert_eq!(unready.json()["details"][0]["field"], "store");
    assert_eq!(server.get("/health/live").status, 200);

    upstream.change_to(OK);
    redis.restart();
    until("readiness", || {
        (server.get("/health/ready").status == 200).then_some(())
    });
    for (event, job) in &jobs {
        assert_eq!(deliver(&server, event), (200, job.clone()), "{event}");
    }
    let (_, job) = deliver(&server, "evt_refused");
    jobs.insert("evt_refused".to_owned(), job);
    for (event, job) in &jobs {
        assert_eq!(server.ended(job)["status"], "done", "{event}");
    }
    let arrived = upstream.drain();
    let arrived: BTreeSet<_> = arrived.iter().map(|it| it.header("webhook-id")).collect();
    let owed: BTreeSet<_> = jobs.values().map(String::as_str).collect();
    assert_eq!(arrived, owed);
}

/// Its connections stay open, and nothing is answered on them.
#[test]
fn a_redis_that_stands_still_holds_nobody_up_for_long() {
    let mut redis = Redis::start();
    let server = on(&redis).start();
    redis.pause();
    let refused = Delivery::new(Provider::Stripe, "evt_1").send(&server);
    assert_eq!(refused.code(), "ERR_STORE_UNAVAILABLE");
    assert_eq!(server.get("/health/ready").status, 503);
    redis.resume();
    until("readiness", || {
        (server.get("/health/ready").status == 200).then_some(())
    });
    let (_, job) = deliver(&server, "evt_1");
    assert_eq!(server.ended(&job)["status"], "done");
}

#[test]
fn servers_that_share_a_store_share_the_jobs() {
    let redis = Redis::start_with(Options::new().append_only());
    let (one, other) = (on(&redis).start(), on(&redis).start());
    let (status, job) = deliver(&one, "evt_1");
    assert_eq!(status, 202);
    assert_eq!(deliver(&other, "evt_1"), (200, job.clone()));
    assert_eq!(other.ended(&job)["status"], "done");
}

#[test]
fn servers_with_other_prefixes_know_nothing_of_each_other() {
    let redis = Redis::start();
    let one = on(&redis).start();
    let other = on(&redis).with("REDIS_PREFIX", "others").start();
    assert_eq!(deliver(&one, "evt_1").0, 202);
    let (status, job) = deliver(&other, "evt_1");
    assert_eq!(status, 202);
    assert_eq!(one.api(&format!("/api/jobs/{job}")).status, 404);
}

#[test]
fn a_server_of_redis_that_drops_jobs_to_make_room_is_not_ready() {
    let redis = Redis::start();
    let server = on(&redis).start();
    redis.config_set("maxmemory-policy", "allkeys-lru");
    until("a failing check", || {
        (server.get("/health/ready").status == 503).then_some(())
    });
    let warning = server.line("a warning", |line| {
        let error = line["error"].as_str().unwrap_or_default();
        error.contains("maxmemory-policy is allkeys-lru")
    });
    assert_eq!(warning["message"], "the store fails its check");
    redis.config_set("maxmemory-policy", "noeviction");
    until("readiness", || {
        (server.get("/health/ready").status == 200).then_some(())
    });
}

#[test]
fn the_first_line_says_which_redis_and_no_password() {
    let redis = Redis::start_with(Options::new().password("opensesame"));
    let server = on(&redis).start();
    let first = server.line("the first line", |line| line["message"] == "listening");
    let store = format!("redis at 127.0.0.1:{} under webhooks", redis.port());
    assert_eq!(first["store"], store);
    assert_eq!(deliver(&server, "evt_1").0, 202);
    assert!(!server.log().contains("opensesame"));
}

#[test]
fn a_redis_that_cannot_be_used_is_a_failure_that_says_why() {
    let alone = Redis::start();
    let locked = Redis::start_with(Options::new().password("opensesame"));
    let wrong = locked.url().replace("opensesame", "openbarley");
    for (setup, why) in [
        (
            every_provider()
                .with("STORE", "redis")
                .with("REDIS_URL", "redis://127.0.0.1:1"),
            "cannot connect to redis at 127.0.0.1:1 under webhooks",
        ),
        (on(&locked).with("REDIS_URL", &wrong), "cannot connect to"),
        (
            on(&alone).with("REDIS_DURABILITY", "2"),
            "it has 0 replicas",
        ),
    ] {
        let output = setup.run();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(said.contains(why), "{said}");
        assert!(!said.contains("openbarley"), "{said}");
    }
}

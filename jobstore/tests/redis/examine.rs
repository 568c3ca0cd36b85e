//! Looking for what is not as it should be.

use std::time::Duration;

use jobstore::{Category, Event, Finding, Retry, Severity, Status, Store};
use redis_fixture::{Options, Server};

use crate::world::{claim, claim_one, enqueue, finish, job, open, run};

/// Jobs of every kind of place.
async fn fill(store: &impl Store) {
    let keyed = |number: u32| {
        let job = job().tag("vip").batch("may").subject("ada");
        job.dedupe(format!("{number}"), Duration::from_secs(60))
    };
    for number in 0..6 {
        enqueue(store, keyed(number)).await;
    }
    enqueue(store, job().delay(Duration::from_secs(60))).await;
    finish(store, &claim_one(store).await).await;
    let failed = claim_one(store).await;
    let fail = Event::Fail {
        fence: failed.fence,
        category: Category::ExternalApi,
        message: "503".into(),
        retry: Retry::Never,
    };
    let _dead = store.apply(failed.id, fail).await.unwrap();
    claim_one(store).await;
}

fn faults(findings: &[Finding]) -> Vec<String> {
    let records = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let mut faults: Vec<_> = records
        .map(|finding| {
            let what = finding.subject.split(' ').next().unwrap_or_default();
            format!("{what} {}", finding.fault)
        })
        .collect();
    faults.sort();
    faults.dedup();
    faults
}

#[test]
fn a_store_that_is_well_has_no_faults() {
    let server = Server::start_with(Options::new().append_only());
    run(async {
        let store = open(&server.url()).await;
        fill(&store).await;
        assert_eq!(store.examine(true).await.unwrap(), []);
    });
}

#[test]
fn what_is_damaged_is_found_and_mended() {
    let server = Server::start_with(Options::new().append_only());
    run(async {
        let store = open(&server.url()).await;
        fill(&store).await;
        let waiting = claim(&store, 0).await;
        assert_eq!(waiting, []);
        let due = server.cli(&["ZRANGE", "{app}:due:2:queue", "0", "0"]);
        let locks = server.cli(&["KEYS", "{app}:key:*"]);
        let lock = locks.lines().next().unwrap();
        let ghost = "00000000-0000-7000-8000-000000000000";
        server.cli(&["ZREM", "{app}:due:2:queue", &due]);
        server.cli(&["ZREM", "{app}:in:tag:vip", &due]);
        server.cli(&["ZADD", "{app}:leases", "7", ghost]);
        server.cli(&["RPUSH", &format!("{{app}}:log:{ghost}"), "1 1 1 info text"]);
        server.cli(&["PERSIST", lock]);
        server.cli(&["HSET", "{app}", "queue queue", "0 8 0 0 0 0 0"]);

        let found = store.examine(false).await.unwrap();
        assert_eq!(
            faults(&found),
            [
                "dedupe would never be let go",
                "index names a job that does not belong there",
                "job is missing from an index",
                "job is not where it is looked for",
                "log belongs to no job",
                "queue is counted wrong",
                "the is counted wrong",
            ]
        );
        assert!(found.iter().all(|finding| !finding.mended), "{found:?}");
        let mended = store.examine(true).await.unwrap();
        assert!(mended.iter().all(|finding| finding.mended), "{mended:?}");
        assert_eq!(store.examine(false).await.unwrap(), []);

        let queues = store.queues().await.unwrap();
        assert_eq!(queues[0].tally.of(Status::Ready), 3);
        let claimed = claim(&store, 10).await;
        assert!(claimed.iter().any(|job| job.id.to_string() == due));
    });
}

/// Half a step leaves jobs so. Whoever comes by the wrong entry puts it right, and need not wait for the doctor.
#[test]
fn a_job_that_is_looked_for_in_the_wrong_place_is_put_where_it_belongs() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        enqueue(&store, job()).await;
        let held = claim_one(&store).await.id.to_string();
        let until = server.cli(&["ZSCORE", "{app}:leases", &held]);
        server.cli(&["ZREM", "{app}:leases", &held]);
        server.cli(&["ZADD", "{app}:due:2:queue", "1", &held]);
        assert_eq!(claim(&store, 10).await, [], "it is held");
        assert_eq!(server.cli(&["ZSCORE", "{app}:leases", &held]), until);
        assert_eq!(server.cli(&["ZCARD", "{app}:due:2:queue"]), "0");

        enqueue(&store, job()).await;
        let waits = server.cli(&["ZRANGE", "{app}:due:2:queue", "0", "0"]);
        server.cli(&["ZREM", "{app}:due:2:queue", &waits]);
        server.cli(&["ZADD", "{app}:leases", "1", &waits]);
        assert_eq!(store.reap(10).await.unwrap(), []);
        assert_eq!(claim_one(&store).await.id.to_string(), waits);
    });
}

#[test]
fn settings_that_lose_jobs_are_found() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        server.config_set("maxmemory-policy", "volatile-lru");
        let found = store.examine(false).await.unwrap();
        let subjects: Vec<_> = found.iter().map(|found| found.subject.as_str()).collect();
        assert_eq!(subjects, ["maxmemory-policy", "appendonly"]);
        server.config_set("maxmemory-policy", "noeviction");
        server.config_set("appendonly", "yes");
        server.config_set("appendfsync", "everysec");
        let found = store.examine(false).await.unwrap();
        let severities: Vec<_> = found.iter().map(|found| found.severity).collect();
        assert_eq!(severities, [Severity::Note, Severity::Note]);
        assert_eq!(found[1].subject, "aof-load-truncated");
    });
}

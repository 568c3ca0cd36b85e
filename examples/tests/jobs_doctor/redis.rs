//! Jobs in Redis, over real servers.

use std::fs;

use fred::clients::Client;
use fred::interfaces::ClientLike as _;
use fred::types::Builder;
use fred::types::config::Config;
use jobstore::{Jobs, Redis};
use redis_fixture::{Cluster, Options, Sentinel, Server};

use crate::{Said, fill, run, run_in};

const PREFIX: &str = "app";

/// The first key by this pattern.
fn key(server: &Server, pattern: &str) -> String {
    let keys = server.cli(&["KEYS", pattern]);
    keys.lines().next().expect("there is one").to_owned()
}

async fn fill_redis(url: &str) {
    let config = Config::from_url(url).expect("the fixture's URLs are fred's");
    let client: Client = Builder::from_config(config)
        .build()
        .expect("it is complete");
    client.init().await.expect("the server is there");
    let store = Redis::open(client, PREFIX).await.expect("it is fit");
    fill(&Jobs::new(store)).await;
}

fn examine(url: &str, more: &[&str]) -> Said {
    let said = run(&[&["--store", url, "--prefix", PREFIX], more].concat());
    assert_eq!(said.complaint, "");
    said
}

#[tokio::test]
async fn a_store_in_good_order_is_said_to_be() {
    let server = Server::start_with(Options::new().append_only());
    fill_redis(&server.url()).await;
    let said = examine(&server.url(), &[]);
    assert_eq!(
        said.report,
        "What is answered with Ok is lost when the server that keeps it ends before writing it down.\n\
         note: queue mail: 1 waiting, 1 running, 0 dead; workers are at it\n\
         Nothing is wrong.\n"
    );
    assert_eq!(said.status, Some(0));
}

/// What was seen to go wrong with queues in Redis: a job that no list names, a list that names no job, a key
/// that never goes, a count that is off.
#[tokio::test]
async fn damage_is_found_and_mended_when_that_is_asked_for() {
    let server = Server::start_with(Options::new().append_only());
    fill_redis(&server.url()).await;
    let due = key(&server, "{app}:due:*");
    let waiting = server.cli(&["ZRANGE", &due, "0", "0"]);
    let ghost = "00000000-0000-7000-8000-000000000000";
    server.cli(&["ZREM", &due, &waiting]);
    server.cli(&["ZADD", "{app}:leases", "7", ghost]);
    server.cli(&["PERSIST", &key(&server, "{app}:key:*")]);
    server.cli(&["HSET", "{app}", "queue mail", "0 9 1 0 0 0 0"]);

    let faults = [
        format!("error: job {waiting}: is not where it is looked for"),
        format!("error: index :leases {ghost}: names a job that does not belong there"),
        "would never be let go".to_owned(),
        "error: queue mail: is counted wrong".to_owned(),
    ];
    let said = examine(&server.url(), &[]);
    assert_eq!(said.status, Some(1), "{said:?}");
    for fault in &faults {
        assert!(said.report.contains(fault), "{fault}: {}", said.report);
    }
    assert!(!said.report.contains("(mended)"), "{said:?}");

    let said = examine(&server.url(), &["--fix"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    for fault in &faults {
        let mended = |line: &str| line.contains(fault) && line.ends_with("(mended)");
        assert!(said.report.lines().any(mended), "{fault}: {}", said.report);
    }
    let said = examine(&server.url(), &[]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.report.ends_with("Nothing is wrong.\n"), "{said:?}");
    assert_eq!(server.cli(&["ZRANGE", &due, "0", "0"]), waiting);
}

#[tokio::test]
async fn settings_that_lose_jobs_are_told_beside_what_else_there_is() {
    let server = Server::start();
    fill_redis(&server.url()).await;
    server.config_set("maxmemory-policy", "allkeys-lru");
    let said = examine(&server.url(), &["--fix"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    for line in [
        "error: maxmemory-policy: is allkeys-lru, so jobs may be dropped; set it to noeviction",
        "warning: appendonly: is no, ",
        "note: queue mail: 1 waiting, 1 running, 0 dead; workers are at it",
    ] {
        assert!(said.report.contains(line), "{line}: {}", said.report);
    }

    server.config_set("maxmemory-policy", "noeviction");
    server.config_set("appendonly", "yes");
    server.config_set("appendfsync", "no");
    let said = examine(&server.url(), &[]);
    assert_eq!(said.status, Some(1), "{said:?}");
    let line = "warning: appendfsync: is no, so a power cut loses ";
    assert!(said.report.contains(line), "{said:?}");
    server.config_set("appendfsync", "everysec");
    let said = examine(&server.url(), &[]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let line = "note: appendfsync: is everysec, so a power cut loses the last second";
    assert!(said.report.contains(line), "{said:?}");
}

#[tokio::test]
async fn a_server_with_a_password_and_tls_is_examined() {
    let options = Options::new().append_only().password("opensesame").tls();
    let server = Server::start_with(options);
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("authority.pem");
    fs::write(&authority, server.authority()).expect("it can be written");
    let environment = [
        ("JOBS_STORE", &*server.url()),
        ("SSL_CERT_FILE", authority.to_str().expect("a plain path")),
    ];
    // It is connected to, and is empty.
    let said = run_in(&environment, &["--prefix", PREFIX]);
    assert_eq!(said.status, Some(1), "{said:?}");
    let complaint =
        "the store app in Redis cannot be opened: there is none, or it was never used\n";
    assert_eq!(said.complaint, complaint);
    // An authority that the machine does not know.
    let said = run_in(&environment[..1], &["--prefix", PREFIX]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.complaint.contains("ertificate"), "{said:?}");
    assert!(!said.complaint.contains("opensesame"), "{said:?}");
}

#[tokio::test]
async fn the_primary_behind_sentinels_is_examined() {
    let sentinel = Sentinel::start();
    fill_redis(&sentinel.url()).await;
    let said = examine(&sentinel.url(), &[]);
    let line = "note: queue mail: 1 waiting, 1 running, 0 dead; workers are at it";
    assert!(said.report.contains(line), "{said:?}");
}

#[tokio::test]
async fn the_master_that_has_the_store_is_examined() {
    let mut cluster = Cluster::start();
    fill_redis(&cluster.url()).await;
    let owner = cluster.owner("{app}");
    cluster.masters()[owner].config_set("maxmemory-policy", "allkeys-lru");
    let said = examine(&cluster.url(), &[]);
    let line = "note: queue mail: 1 waiting, 1 running, 0 dead; workers are at it";
    assert!(said.report.contains(line), "{said:?}");
    assert!(
        said.report.contains("error: maxmemory-policy: "),
        "{said:?}"
    );
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_away() {
    let said = run(&["--store", "redis://127.0.0.1:1", "--prefix", PREFIX]);
    assert_eq!((said.status, &*said.report), (Some(1), ""));
    let complaint = "the store app in Redis cannot be opened: ";
    assert!(said.complaint.starts_with(complaint), "{said:?}");
}

//! Servers that die, hang, forget, or hold what does not belong there.

use std::time::{Duration, Instant};

use fred::prelude::*;
use jobstore::{Event, Progress, Query, Redis, Status, Store as _, StoreError};
use redis_fixture::{Options, Server};

use crate::{
    client,
    world::{
        claim, claim_of, claim_one, enqueue, find, finish, is_corrupt, is_unavailable, job, open,
        recover, run,
    },
};

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let mut server = Server::start_with(Options::new().append_only());
    run(async {
        let store = open(&server.url()).await;
        let mut ids = Vec::new();
        for number in 0..20 {
            ids.push(enqueue(&store, job().payload(format!("{number}"))).await);
        }
        let held = claim(&store, 10).await;
        for job in &held[..5] {
            finish(&store, job).await;
        }
        server.kill();
        assert!(is_unavailable(&store.enqueue(job()).await.unwrap_err()));
        server.restart();
        recover(&store).await;
        for (number, id) in ids.into_iter().enumerate() {
            let job = find(&store, id).await;
            let status = match number {
                0..5 => Status::Done,
                5..10 => Status::Running,
                _ => Status::Ready,
            };
            assert_eq!(job.status, status, "{number}");
            assert_eq!(job.payload.as_bytes(), format!("{number}").as_bytes());
        }
        for job in &held[5..] {
            finish(&store, job).await;
        }
        let examined = store.examine(false).await.unwrap();
        assert_eq!(examined, [], "appendfsync is always");
    });
}

#[test]
fn scripts_that_were_forgotten_are_sent_again() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        for _ in 0..3 {
            server.flush_scripts();
            enqueue(&store, job()).await;
            let held = claim_one(&store).await;
            server.flush_scripts();
            finish(&store, &held).await;
        }
        let done = Query::default().status(Status::Done);
        assert_eq!(store.list(&done).await.unwrap().jobs.len(), 3);
    });
}

#[test]
fn a_server_that_hangs_keeps_nobody_longer_than_the_client_waits() {
    const PATIENCE: Duration = Duration::from_millis(200);
    let mut server = Server::start();
    run(async {
        let client = client::builder(client::config(&server.url()))
            .with_performance_config(|config| config.default_command_timeout = PATIENCE)
            .build()
            .unwrap();
        client.init().await.unwrap();
        let store = Redis::open(client, "app").await.unwrap();
        enqueue(&store, job()).await;
        server.pause();
        let began = Instant::now();
        let error = store.claim(&claim_of(1)).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        assert!(began.elapsed() < PATIENCE * 20, "{:?}", began.elapsed());
        server.resume();
        recover(&store).await;
        // Whether the claim was made nobody knows; but the job is there.
        let jobs = store.list(&Query::default()).await.unwrap().jobs;
        assert_eq!(jobs.len(), 1);
    });
}

#[test]
fn what_does_not_belong_there_is_found_and_left_alone() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let id = enqueue(&store, job()).await;
        let key = format!("{{app}}:job:{id}");
        server.cli(&["HSET", &key, "line", "not a line"]);
        assert!(is_corrupt(&store.get(id).await.unwrap_err()));
        server.cli(&["DEL", &key]);
        server.cli(&["SET", &key, "something else"]);
        assert!(is_corrupt(&store.get(id).await.unwrap_err()));
        assert_eq!(server.cli(&["GET", &key]), "something else");
    });
}

#[test]
fn an_index_that_names_no_job_holds_nobody_up() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let ghost = "00000000-0000-7000-8000-000000000000";
        for set in ["{app}:due:2:queue", "{app}:leases"] {
            server.cli(&["ZADD", set, "0", ghost]);
        }
        let id = enqueue(&store, job()).await;
        assert_eq!(store.reap(10).await.unwrap(), []);
        let held = claim(&store, 1).await;
        assert_eq!(held.iter().map(|job| job.id).collect::<Vec<_>>(), [id]);
        assert_eq!(claim(&store, 10).await, []);
        assert_eq!(server.cli(&["ZCARD", "{app}:due:2:queue"]), "0");
    });
}

#[test]
fn a_server_without_room_refuses_and_keeps_what_it_has() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let held = enqueue(&store, job()).await;
        let fence = claim_one(&store).await.fence;
        let id = enqueue(&store, job()).await;
        server.config_set("maxmemory", "1");
        let error = store.enqueue(job()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        let progress = Progress::so_far(7);
        let event = Event::Progress { fence, progress };
        let error = store.apply(held, event).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(store.check().await.is_err());
        server.config_set("maxmemory", "0");
        assert_eq!(claim_one(&store).await.id, id);
        assert_eq!(claim(&store, 1).await, []);
    });
}

#[test]
fn what_cannot_be_told_in_the_trail_is_not_done() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let id = enqueue(&store, job()).await;
        let keyed = || job().dedupe("key", Duration::from_secs(60));
        server.cli(&["RENAME", "{app}:audit", "{app}:aside"]);
        server.cli(&["SET", "{app}:audit", "something else"]);
        assert!(is_corrupt(&store.enqueue(keyed()).await.unwrap_err()));
        assert!(is_corrupt(&store.claim(&claim_of(1)).await.unwrap_err()));
        assert_eq!(find(&store, id).await.status, Status::Ready);
        assert_eq!(server.cli(&["KEYS", "{app}:key:*"]), "");

        server.cli(&["RENAME", "{app}:aside", "{app}:audit"]);
        assert_ne!(enqueue(&store, keyed()).await, id);
        assert_eq!(claim(&store, 10).await.len(), 2);
    });
}

#[test]
fn what_is_in_the_way_of_one_job_harms_no_other() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        server.cli(&["SET", "{app}:in:tag:blocked", "something else"]);
        let blocked = || job().tag("blocked");
        assert!(is_corrupt(&store.enqueue(blocked()).await.unwrap_err()));
        let together = store.enqueue_all(vec![job(), blocked(), job()]).await;
        assert!(is_corrupt(&together.unwrap_err()));
        let id = enqueue(&store, job()).await;
        let claimed = claim(&store, 10).await;
        assert_eq!(claimed.last().map(|job| job.id), Some(id));
        server.cli(&["DEL", "{app}:in:tag:blocked"]);
        for job in &claimed {
            finish(&store, job).await;
        }
        // What was begun can be made whole.
        store.examine(true).await.unwrap();
        let left = store.examine(false).await.unwrap();
        let settings = ["appendonly"];
        let subjects: Vec<_> = left.iter().map(|found| found.subject.as_str()).collect();
        assert_eq!(subjects, settings, "{left:?}");
    });
}

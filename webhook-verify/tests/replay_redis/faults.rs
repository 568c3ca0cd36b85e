//! Servers that die, hang, forget, or hold what does not belong there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fred::prelude::*;
use redis_fixture::{Options, Server};
use webhook_verify::replay::redis::ANSWER_WITHIN;
use webhook_verify::replay::{Claimed, Redis, Settled, Store as _, StoreError};

use crate::client::{self, PATIENCE, connect};
use crate::world::{
    claim, finish, fresh, is_done, is_in_flight, is_unavailable, key, recover, route, run,
};

#[test]
fn scripts_that_were_flushed_are_loaded_again() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        let claim = fresh(&store, "evt_1").await;
        server.flush_scripts();
        assert_eq!(store.commit(&claim).await.unwrap(), Settled::Accepted);
        server.flush_scripts();
        assert!(is_done(&store, "evt_1").await);
    });
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let mut server = Server::start_with(Options::new().append_only());
    run(async {
        let client = connect(&server.url()).await;
        let store = Redis::new(client.clone(), "log").unwrap();
        finish(&store, "done").await;
        let held = fresh(&store, "held").await;
        kill(&mut server, &client).await;
        let error = claim(&store, "new").await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");

        server.restart();
        recover(&store).await;
        assert!(is_done(&store, "done").await);
        assert!(is_in_flight(&store, "held").await);
        assert_eq!(store.commit(&held).await.unwrap(), Settled::Accepted);
        // It was not kept for later and made after all.
        let _ = fresh(&store, "new").await;
    });
}

#[test]
fn nobody_waits_for_a_connection_that_is_known_to_be_down() {
    let mut server = Server::start();
    run(async {
        let client = connect(&server.url()).await;
        let store = Redis::new(client.clone(), "log").unwrap();
        kill(&mut server, &client).await;
        let began = Instant::now();
        let error = claim(&store, "evt_1").await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        assert!(began.elapsed() < PATIENCE / 2);
    });
}

/// Kills the server, and waits until the client has noticed.
async fn kill(server: &mut Server, client: &Client) {
    server.kill();
    while client.is_connected() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn while_a_server_is_killed_nothing_is_claimed_twice() {
    const DELIVERIES: usize = 300;
    const TASKS: usize = 3;
    let mut server = Server::start_with(Options::new().append_only());
    run(async {
        let client = connect(&server.url()).await;
        let progress = Arc::new(Progress::default());
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..TASKS {
            let store = Redis::new(client.clone(), "log").unwrap();
            let progress = Arc::clone(&progress);
            tasks.spawn(async move {
                let mut granted = Vec::new();
                for number in 0..DELIVERIES {
                    // Each begins elsewhere.
                    let number = (number + task * DELIVERIES / TASKS) % DELIVERIES;
                    if is_granted(&store, &number.to_string(), &progress).await {
                        granted.push(number);
                    }
                }
                granted
            });
        }
        for quarter in 1..4 {
            while progress.answers.load(Ordering::Relaxed) < quarter * TASKS * DELIVERIES / 4 {
                tokio::task::yield_now().await;
            }
            server.kill();
            server.restart();
        }
        let mut granted = tasks.join_all().await.concat();
        let claims = granted.len();
        granted.sort_unstable();
        granted.dedup();
        assert_eq!(granted.len(), claims, "a delivery was claimed twice");
        // A claim is lost if the server dies between making it and answering: one a task at most.
        assert!(claims >= DELIVERIES - 3 * TASKS, "{claims}");
        assert!(progress.failures.load(Ordering::Relaxed) > 0);
    });
}

#[derive(Default)]
struct Progress {
    answers: AtomicUsize,
    failures: AtomicUsize,
}

/// Tries to claim until there is an answer.
async fn is_granted(store: &Redis<Client>, id: &str, progress: &Progress) -> bool {
    loop {
        match claim(store, id).await {
            Ok(claimed) => {
                progress.answers.fetch_add(1, Ordering::Relaxed);
                return matches!(claimed, Claimed::Fresh(_));
            }
            Err(error) => assert!(is_unavailable(&error), "{error:?}"),
        }
        progress.failures.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_server_that_hangs_is_waited_for_as_long_as_the_client_says() {
    const PATIENCE: Duration = Duration::from_millis(200);
    let mut server = Server::start();
    run(async {
        let client = client::builder(client::config(&server.url()))
            .with_performance_config(|config| config.default_command_timeout = PATIENCE)
            .build()
            .unwrap();
        client.init().await.unwrap();
        let store = Redis::new(client, "log").unwrap();
        finish(&store, "evt_0").await;
        server.pause();
        let began = Instant::now();
        let error = claim(&store, "evt_1").await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        let waited = began.elapsed();
        assert!((PATIENCE..ANSWER_WITHIN).contains(&waited), "{waited:?}");

        // It reads its mail when it wakes up: the claim was made for nobody.
        server.resume();
        assert!(is_in_flight(&store, "evt_1").await);
    });
}

#[test]
fn a_password_that_is_wrong_makes_the_store_unavailable_and_is_not_told() {
    let server = Server::start_with(Options::new().password("swordfish"));
    run(async {
        let url = server.url().replace("swordfish", "marlin");
        let client = client::builder(client::config(&url)).build().unwrap();
        let refused = client.init().await.unwrap_err();
        assert_eq!(*refused.kind(), ErrorKind::Auth);
        let store = Redis::new(client, "log").unwrap();
        let error = claim(&store, "evt_1").await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        let told = format!("{error} {error:?} {store:?}");
        assert!(!told.contains("marlin"), "{told}");
    });
}

#[test]
fn what_is_not_an_entry_is_reported_and_left_alone() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        let entry = |id: &str| format!("log:/route id:{id}");
        server.cli(&["SET", &entry("text"), "x"]);
        server.cli(&["HSET", &entry("half"), "fence", "1"]);
        server.cli(&[
            "HSET",
            &entry("state"),
            "fence",
            "1",
            "state",
            "gone",
            "at",
            "1",
            "keep_until",
            "9",
        ]);
        server.cli(&[
            "HSET",
            &entry("time"),
            "fence",
            "1",
            "state",
            "done",
            "at",
            "-1",
            "keep_until",
            "9",
        ]);
        for id in ["text", "half", "state", "time"] {
            let before = server.cli(&["DUMP", &entry(id)]);
            let errors = [
                claim(&store, id).await.map(drop),
                store.forget(&route(), &key(id)).await.map(drop),
            ];
            for error in errors {
                assert!(
                    matches!(error, Err(StoreError::Corrupt(_))),
                    "{id}: {error:?}"
                );
            }
            assert_eq!(server.cli(&["DUMP", &entry(id)]), before);
        }
        let _ = fresh(&store, "evt_1").await;
    });
}

#[test]
fn without_room_a_claim_fails_and_is_not_made() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        server.config_set("maxmemory", "1");
        let error = claim(&store, "evt_1").await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        server.config_set("maxmemory", "0");
        let _ = fresh(&store, "evt_1").await;
    });
}

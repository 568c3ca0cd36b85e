//! Servers that die, hang, forget, or hold what does not belong there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fred::prelude::*;
use ratelimit::redis::ANSWER_WITHIN;
use ratelimit::{Ask, Quota, Redis, Rule, Store as _};
use redis_fixture::{Options, Server};

use crate::client::{self, PATIENCE, connect};
use crate::world::{TEN, is_corrupt, is_unavailable, recover, remaining, run, spend, take};

#[test]
fn scripts_that_were_flushed_are_loaded_again() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        for left in [9, 8, 7] {
            server.flush_scripts();
            let decision = take(&store, &TEN, "a", 1).await.unwrap();
            assert_eq!(decision.remaining(), left);
        }
        server.flush_scripts();
        let changed = Rule::new("ten", Quota::per_day(12));
        assert_eq!(remaining(&store, &changed, "a").await, 7);
    });
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let mut server = Server::start_with(Options::new().append_only());
    run(async {
        let client = connect(&server.url()).await;
        let store = Redis::new(client.clone(), "app").unwrap();
        spend(&store, &TEN, "a", 7).await;
        kill(&mut server, &client).await;
        let error = take(&store, &TEN, "a", 1).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");

        server.restart();
        recover(&store).await;
        // Nor was it kept for later and taken after all.
        assert_eq!(remaining(&store, &TEN, "a").await, 3);
    });
}

#[test]
fn nobody_waits_for_a_connection_that_is_known_to_be_down() {
    let mut server = Server::start();
    run(async {
        let client = connect(&server.url()).await;
        let store = Redis::new(client.clone(), "app").unwrap();
        kill(&mut server, &client).await;
        let began = Instant::now();
        let error = take(&store, &TEN, "a", 1).await.unwrap_err();
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
fn while_a_server_is_killed_nobody_gets_more_than_the_quota() {
    const TAKES: usize = 300;
    const TASKS: usize = 3;
    const KILLS: usize = 3;
    let rule = &Rule::new("fixed", Quota::per_day(400));
    let mut server = Server::start_with(Options::new().append_only());
    run(async {
        let client = connect(&server.url()).await;
        let answers = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..TASKS {
            let store = Redis::new(client.clone(), "app").unwrap();
            let (answers, rule) = (Arc::clone(&answers), rule.clone());
            tasks.spawn(async move {
                let mut allowed = 0;
                for _ in 0..TAKES {
                    let decision = loop {
                        match take(&store, &rule, "a", 1).await {
                            Ok(decision) => break decision,
                            Err(error) => assert!(is_unavailable(&error), "{error:?}"),
                        }
                        tokio::task::yield_now().await;
                    };
                    answers.fetch_add(1, Ordering::Relaxed);
                    allowed += usize::from(decision.is_allowed());
                }
                allowed
            });
        }
        for quarter in 1..=KILLS {
            while answers.load(Ordering::Relaxed) < quarter * TASKS * TAKES / 8 {
                tokio::task::yield_now().await;
            }
            server.kill();
            server.restart();
        }
        let allowed: usize = tasks.join_all().await.into_iter().sum();
        // What was taken in a step whose answer was lost is nobody's: one a task and kill at most.
        assert!((400 - TASKS * KILLS..=400).contains(&allowed), "{allowed}");
    });
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
        let store = Redis::new(client, "app").unwrap();
        spend(&store, &TEN, "a", 1).await;
        server.pause();
        let began = Instant::now();
        let error = take(&store, &TEN, "a", 1).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        let waited = began.elapsed();
        assert!((PATIENCE..ANSWER_WITHIN).contains(&waited), "{waited:?}");

        // It reads its mail when it wakes up: the token was taken for nobody, and not twice.
        server.resume();
        assert_eq!(remaining(&store, &TEN, "a").await, 8);
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
        let store = Redis::new(client, "app").unwrap();
        let error = take(&store, &TEN, "a", 1).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        let told = format!("{error} {error:?} {store:?}");
        assert!(!told.contains("marlin"), "{told}");
    });
}

#[test]
fn what_is_not_a_bucket_is_reported_and_left_alone() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        server.cli(&["LPUSH", "app:{list} ten", "1"]);
        let far = "9007199254740992 0 10/d";
        let texts = [
            "",
            "x",
            "1 0",
            "-1 0 10/d",
            "1 9 10/d",
            "1 0 10/fortnight",
            far,
        ];
        let keys: Vec<_> = (0..texts.len()).map(|place| place.to_string()).collect();
        for (key, text) in keys.iter().zip(texts) {
            server.cli(&["SET", &format!("app:{{{key}}} ten"), text]);
        }
        for key in keys.iter().map(String::as_str).chain(["list"]) {
            let before = server.cli(&["DUMP", &format!("app:{{{key}}} ten")]);
            let asks = [Ask::one(&TEN, key)];
            for error in [
                store.take_all(&asks).await.map(drop),
                store.refund_all(&asks).await,
                store.charge_all(&asks).await,
            ] {
                assert!(error.as_ref().is_err_and(is_corrupt), "{key}: {error:?}");
            }
            let after = server.cli(&["DUMP", &format!("app:{{{key}}} ten")]);
            assert_eq!(after, before);
            // The way out.
            store.reset(&TEN, key).await.unwrap();
            spend(&store, &TEN, key, 1).await;
        }
    });
}

#[test]
fn without_room_nothing_is_taken() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        server.config_set("maxmemory", "1");
        let error = take(&store, &TEN, "a", 1).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        server.config_set("maxmemory", "0");
        assert_eq!(remaining(&store, &TEN, "a").await, 10);
    });
}

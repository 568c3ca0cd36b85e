//! Takes that are asked for at the same time, and travel together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fred::interfaces::ClientLike as _;
use ratelimit::{Ask, Quota, Redis, Rule, Store as _};
use redis_fixture::Server;

use crate::client::{self, connect};
use crate::world::{HUNDRED, TEN, is_corrupt, is_unavailable, remaining, run, spend, take};

#[test]
fn each_is_decided_by_itself() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let takes = (0..300).map(|number| {
            let (store, key) = (&store, (number % 10).to_string());
            async move {
                let asks = [Ask::one(&HUNDRED, &key), Ask::one(&TEN, &key)];
                let verdict = store.take_all(&asks[number % 2..]).await.unwrap();
                let rules: Vec<_> = verdict.decisions().map(|(rule, _)| rule.name()).collect();
                assert_eq!(rules, ["hundred", "ten"][number % 2..]);
                verdict.is_allowed()
            }
        });
        let answers = futures_util::future::join_all(takes).await;
        let allowed = answers.iter().filter(|&&is_allowed| is_allowed).count();
        assert_eq!(allowed, 100);
        for key in 0..10 {
            let key = key.to_string();
            assert_eq!(remaining(&store, &TEN, &key).await, 0);
            let of_both = if key.parse::<u32>().unwrap() % 2 == 0 {
                10
            } else {
                0
            };
            assert_eq!(remaining(&store, &HUNDRED, &key).await, 100 - of_both);
        }
        let calls: usize = calls(&server);
        assert!(calls < 150, "{calls}");
    });
}

#[test]
fn one_that_cannot_be_made_is_no_reason_to_fail_the_others() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        server.cli(&["LPUSH", "app:{list} ten", "1"]);
        server.cli(&["SET", "app:{text} ten", "x"]);
        let before = Rule::new("ten", Quota::per_day(20));
        spend(&store, &before, "changed", 5).await;
        let keys = ["a", "list", "b", "text", "c", "changed", "d"];
        let takes = (0..20).flat_map(|_| keys.map(|key| (key, take(&store, &TEN, key, 1))));
        let (keys, takes): (Vec<_>, Vec<_>) = takes.unzip();
        let answers = futures_util::future::join_all(takes).await;
        let mut allowed = 0;
        for (key, answer) in keys.into_iter().zip(answers) {
            match (key, answer) {
                ("list" | "text", Err(error)) => assert!(is_corrupt(&error), "{error:?}"),
                (_, answer) => allowed += u32::from(answer.unwrap().is_allowed()),
            }
        }
        assert_eq!(allowed, 5 * 10);
    });
}

#[test]
fn who_goes_away_leaves_the_others_their_answers() {
    let server = Server::start();
    run(async {
        let store = Arc::new(Redis::new(connect(&server.url()).await, "app").unwrap());
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { take(&*store, &HUNDRED, "a", 1).await })
            })
            .collect();
        for (number, task) in tasks.into_iter().enumerate() {
            if number % 2 == 0 {
                task.abort();
            } else {
                let decision = task.await.unwrap().unwrap();
                assert!(decision.is_allowed());
            }
        }
    });
}

#[test]
fn who_waits_behind_a_server_that_hangs_waits_no_longer_than_the_first() {
    const PATIENCE: Duration = Duration::from_millis(300);
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
        let takes = (0..2_000).map(|_| take(&store, &TEN, "a", 1));
        for answer in futures_util::future::join_all(takes).await {
            assert!(is_unavailable(&answer.unwrap_err()));
        }
        let waited = began.elapsed();
        assert!((PATIENCE..PATIENCE * 5).contains(&waited), "{waited:?}");
        server.resume();
    });
}

#[test]
fn when_a_runtime_has_ended_another_can_ask() {
    let server = Server::start();
    let store = run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let takes = (0..50).map(|_| take(&store, &TEN, "a", 1));
        let first = tokio::time::timeout(Duration::ZERO, futures_util::future::join_all(takes));
        drop(first.await);
        store
    });
    // The connection went with its runtime; what matters is that there is an answer.
    run(async {
        let answer = take(&store, &TEN, "a", 1).await;
        assert!(answer.is_err_and(|error| is_unavailable(&error)));
    });
}

#[test]
fn who_asks_while_the_runtime_shuts_down_is_not_left_hanging() {
    let server = Server::start();
    let store = run(async { Redis::new(connect(&server.url()).await, "app").unwrap() });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let gone = runtime.handle().clone();
    drop(runtime);
    let _inside = gone.enter();
    let answer = futures_util::FutureExt::now_or_never(take(&store, &TEN, "a", 1));
    let error = answer.expect("it is answered at once").unwrap_err();
    assert!(is_unavailable(&error), "{error:?}");
}

#[test]
fn outside_of_a_runtime_there_is_an_error_and_no_panic() {
    let server = Server::start();
    let store = run(async { Redis::new(connect(&server.url()).await, "app").unwrap() });
    let answer = futures_util::FutureExt::now_or_never(take(&store, &TEN, "a", 1));
    let error = answer.expect("it is answered at once").unwrap_err();
    assert!(is_unavailable(&error), "{error:?}");
}

fn calls(server: &Server) -> usize {
    let stats = server.cli(&["INFO", "commandstats"]);
    let calls = stats
        .lines()
        .find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
    let calls = calls.unwrap().split(',').next().unwrap();
    calls.parse().unwrap()
}

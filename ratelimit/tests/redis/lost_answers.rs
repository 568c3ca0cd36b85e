//! Steps that are made, and whose answers never arrive.

use fred::interfaces::ClientLike as _;
use ratelimit::{Ask, Redis, Store as _};
use redis_fixture::Server;

use crate::client::connect;
use crate::line::Line;
use crate::world::{HUNDRED, TEN, is_unavailable, recover, remaining, run, spend, take};

#[test]
fn what_was_taken_for_nobody_is_taken_once() {
    let server = Server::start();
    run(async {
        let line = Line::to(&server).await;
        let store = Redis::new(connect(&line.url()).await, "app").unwrap();
        spend(&store, &TEN, "a", 1).await;
        line.lose_the_next_answer();
        let error = take(&store, &TEN, "a", 1).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        recover(&store).await;
        assert_eq!(remaining(&store, &TEN, "a").await, 8);
    });
}

#[test]
fn a_charge_in_flight_while_the_client_connects_anew_is_not_made_again() {
    let mut server = Server::start();
    run(async {
        let client = connect(&server.url()).await;
        let store = Redis::new(client.clone(), "app").unwrap();
        let asks = [Ask::one(&TEN, "a")];
        store.charge_all(&asks).await.unwrap();
        server.pause();
        let (charged, connected, ()) = tokio::join!(
            store.charge_all(&asks),
            client.force_reconnection(),
            async {
                // Then it looks at its old connection no more.
                while client.is_connected() {
                    tokio::task::yield_now().await;
                }
                server.resume();
            }
        );
        connected.unwrap();
        let error = charged.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        assert_eq!(remaining(&store, &TEN, "a").await, 8);
    });
}

#[test]
fn who_asks_again_for_the_same_request_is_given_the_first_answer_and_charged_once() {
    let server = Server::start();
    run(async {
        let line = Line::to(&server).await;
        let store = Redis::new(connect(&line.url()).await, "app").unwrap();
        let asks = [Ask::one(&TEN, "a"), Ask::one(&HUNDRED, "a")];
        spend(&store, &TEN, "a", 1).await;
        line.lose_the_next_answer();
        let error = store.once("req_1").take_all(&asks).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        recover(&store).await;
        // Others come in between.
        spend(&store, &TEN, "a", 8).await;
        for _ in 0..3 {
            let verdict = store.once("req_1").take_all(&asks).await.unwrap();
            assert!(verdict.is_allowed());
            let left: Vec<_> = verdict
                .decisions()
                .map(|(_, decision)| decision.remaining())
                .collect();
            assert_eq!(left, [8, 99]);
        }
        assert_eq!(remaining(&store, &TEN, "a").await, 0);
        assert_eq!(remaining(&store, &HUNDRED, "a").await, 99);
    });
}

#[test]
fn a_refusal_is_given_again_too() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        spend(&store, &TEN, "a", 10).await;
        let asks = [Ask::one(&TEN, "a")];
        let first = store.once("req_1").take_all(&asks).await.unwrap();
        assert!(!first.is_allowed());
        store.reset(&TEN, "a").await.unwrap();
        let again = store.once("req_1").take_all(&asks).await.unwrap();
        assert_eq!(again.retry_after(), first.retry_after());
        assert_eq!(remaining(&store, &TEN, "a").await, 10);
        let other = store.once("req_2").take_all(&asks).await.unwrap();
        assert!(other.is_allowed());
    });
}

#[test]
fn what_differs_in_anything_is_another_question() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let once = store.once("req_1");
        let ask = |key, tokens| Ask {
            rule: &TEN,
            key,
            tokens,
        };
        for asks in [
            &[ask("a", 1)][..],
            &[ask("a", 2)],
            &[ask("b", 1)],
            &[ask("a", 1), ask("a", 1)],
        ] {
            assert!(once.take_all(asks).await.unwrap().is_allowed());
        }
        assert_eq!(remaining(&store, &TEN, "a").await, 5);
        assert_eq!(remaining(&store, &TEN, "b").await, 9);
        let other = Redis::new(connect(&server.url()).await, "other").unwrap();
        assert!(
            other
                .once("req_1")
                .take_all(&[ask("a", 1)])
                .await
                .unwrap()
                .is_allowed()
        );
        assert_eq!(remaining(&other, &TEN, "a").await, 9);
    });
}

#[test]
fn refunds_and_charges_are_made_once_too() {
    let server = Server::start();
    run(async {
        let line = Line::to(&server).await;
        let store = Redis::new(connect(&line.url()).await, "app").unwrap();
        spend(&store, &TEN, "a", 5).await;
        let asks = [Ask::one(&TEN, "a")];
        for refunds in [true, false] {
            let settle = async || match refunds {
                true => store.once("req_1").refund_all(&asks).await,
                false => store.once("req_1").charge_all(&asks).await,
            };
            line.lose_the_next_answer();
            let error = settle().await.unwrap_err();
            assert!(is_unavailable(&error), "{error:?}");
            recover(&store).await;
            for _ in 0..3 {
                settle().await.unwrap();
            }
            let left = if refunds { 6 } else { 5 };
            assert_eq!(remaining(&store, &TEN, "a").await, left);
        }
    });
}

#[test]
fn what_is_remembered_is_forgotten_by_itself() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let asks = [Ask::one(&TEN, "a")];
        let verdict = store.once("req_1").take_all(&asks).await.unwrap();
        assert!(verdict.is_allowed());
        let keys = server.cli(&["KEYS", "app:{a}[?]*"]);
        assert_eq!(keys.lines().count(), 1, "{keys}");
        let left: u64 = server.cli(&["PTTL", &keys]).parse().unwrap();
        assert!((50_000..=60_000).contains(&left), "{left}");
        // Nor does it tell of whom it was.
        assert!(!keys.contains("req_1"), "{keys}");
    });
}

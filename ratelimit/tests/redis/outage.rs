//! What holds while a server is away.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use fred::interfaces::ClientLike as _;
use ratelimit::{Fallback, Local, Memory, Redis, Store as _, WhenDown, WhenFull};
use redis_fixture::{Options, Server};

use crate::client::{self, connect};
use crate::world::{HUNDRED, TEN, is_unavailable, recover, remaining, run, spend, take};

const PAUSE: Duration = Duration::from_millis(50);

fn half() -> WhenDown {
    WhenDown::Local(Local {
        memory: Memory::for_keys(1_000, WhenFull::Refuse),
        one_in: NonZeroU32::new(2).expect("it is not zero"),
    })
}

#[test]
fn a_process_by_itself_allows_its_share_of_what_was_left_until_the_server_is_back() {
    let mut server = Server::start_with(Options::new().append_only());
    run(async {
        let redis = Redis::new(connect(&server.url()).await, "app").unwrap();
        let store = Fallback::new(redis.clone(), half(), PAUSE);
        spend(&store, &HUNDRED, "a", 40).await;
        spend(&store, &TEN, "b", 10).await;
        server.kill();
        let mut allowed = 0;
        for _ in 0..50 {
            allowed += u32::from(take(&store, &HUNDRED, "a", 1).await.unwrap().is_allowed());
        }
        assert_eq!(allowed, 30);
        assert!(!take(&store, &TEN, "b", 1).await.unwrap().is_allowed());
        assert!(store.is_down());
        assert!(store.answered_without() >= 51);

        server.restart();
        recover(&redis).await;
        while store.is_down() {
            take(&store, &HUNDRED, "a", 0).await.unwrap();
            tokio::task::yield_now().await;
        }
        assert_eq!(remaining(&store, &HUNDRED, "a").await, 60);
    });
}

#[test]
fn a_server_that_hangs_is_waited_for_once_in_a_pause() {
    const PATIENCE: Duration = Duration::from_millis(200);
    let mut server = Server::start();
    run(async {
        let client = client::builder(client::config(&server.url()))
            .with_performance_config(|config| config.default_command_timeout = PATIENCE)
            .build()
            .unwrap();
        client.init().await.unwrap();
        let redis = Redis::new(client, "app").unwrap();
        let store = Fallback::new(redis, half(), Duration::from_secs(3_600));
        spend(&store, &TEN, "a", 1).await;
        server.pause();
        let began = Instant::now();
        for _ in 0..1_000 {
            assert!(take(&store, &TEN, "a", 0).await.is_ok());
        }
        let waited = began.elapsed();
        assert!((PATIENCE..PATIENCE * 10).contains(&waited), "{waited:?}");
        server.resume();
    });
}

#[test]
fn who_denies_says_that_the_limiter_is_unavailable() {
    let mut server = Server::start();
    run(async {
        let redis = Redis::new(connect(&server.url()).await, "app").unwrap();
        let store = Fallback::new(redis, WhenDown::Deny, PAUSE);
        spend(&store, &TEN, "a", 1).await;
        server.kill();
        for _ in 0..3 {
            let error = take(&store, &TEN, "a", 1).await.unwrap_err();
            assert!(is_unavailable(&error), "{error:?}");
        }
        assert!(store.check().await.is_err());
    });
}

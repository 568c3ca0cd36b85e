//! Clocks, ends and settings of a server.

use std::time::Duration;

use fred::prelude::*;
use ratelimit::{Ask, Quota, Redis, Rule, Store as _, redis};
use redis_fixture::{Cluster, Server};

use crate::client::connect;
use crate::world::{HUNDRED, TEN, is_unavailable, remaining, run, spend, take};

#[test]
fn tokens_come_back_by_the_time_of_the_server() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let rule = Rule::new("fast", Quota::per_second(20).with_burst(1));
        let began = micros_of(&server);
        let mut allowed = 0;
        while allowed < 5 {
            allowed += u64::from(take(&store, &rule, "a", 1).await.unwrap().is_allowed());
        }
        // The first is there, and each of the others takes a twentieth of a second.
        assert!(micros_of(&server) - began >= 200_000);
    });
}

#[test]
fn every_key_ends_by_itself_and_no_earlier_than_it_may() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let ends_within = |shortest: u64, longest: u64| {
            let left = server.cli(&["PTTL", "app:{a} ten"]).parse().unwrap();
            assert!((shortest..=longest).contains(&left), "{left}");
        };
        let token = 8_640_000;
        spend(&store, &TEN, "a", 1).await;
        ends_within(token - 10_000, token + 1_001);
        let asks = [Ask::one(&TEN, "a"), Ask::one(&TEN, "a")];
        store.charge_all(&asks).await.unwrap();
        ends_within(3 * token - 10_000, 3 * token + 1_001);
        store.refund_all(&asks).await.unwrap();
        ends_within(token - 10_000, token + 1_001);
        store.check().await.unwrap();
        let keys = server.cli(&["KEYS", "*"]);
        assert_eq!(keys.lines().count(), 2, "{keys}");
        for key in keys.lines() {
            assert_ne!(server.cli(&["PTTL", key]), "-1", "{key}");
        }
    });
}

#[test]
fn what_is_full_takes_no_room() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        for number in 0..100 {
            assert_eq!(remaining(&store, &TEN, &number.to_string()).await, 10);
        }
        spend(&store, &TEN, "a", 2).await;
        let ask = Ask {
            rule: &TEN,
            key: "a",
            tokens: 2,
        };
        store.refund_all(&[ask]).await.unwrap();
        spend(&store, &TEN, "b", 2).await;
        store.reset(&TEN, "b").await.unwrap();
        assert_eq!(server.cli(&["DBSIZE"]), "0");
    });
}

#[test]
fn a_bucket_takes_about_two_hundred_bytes() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        spend(&store, &TEN, "203.0.113.7", 1).await;
        let usage = server.cli(&["MEMORY", "USAGE", "app:{203.0.113.7} ten"]);
        let usage: u64 = usage.parse().unwrap();
        assert!(usage < 220, "{usage}");
    });
}

#[test]
fn a_policy_that_drops_keys_is_found_by_the_check() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        store.check().await.unwrap();
        server.config_set("maxmemory-policy", "volatile-lru");
        let error = store.check().await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        assert!(
            error
                .to_string()
                .contains("volatile-lru; set it to noeviction"),
            "{error}"
        );
    });
}

#[test]
fn a_policy_of_one_master_is_found_by_the_check_of_a_cluster() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "app").unwrap();
        store.check().await.unwrap();
        for master in cluster.masters() {
            master.config_set("maxmemory-policy", "volatile-ttl");
            assert!(store.check().await.is_err());
            master.config_set("maxmemory-policy", "noeviction");
        }
        store.check().await.unwrap();
    });
}

#[test]
fn a_server_that_cannot_be_written_to_is_found_by_the_check() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        server.config_set("maxmemory", "1");
        assert!(is_unavailable(&store.check().await.unwrap_err()));
        assert!(take(&store, &TEN, "a", 1).await.is_err());
    });
}

#[test]
fn a_user_needs_no_more_rights_than_are_documented() {
    let server = Server::start();
    let rights = "+evalsha +eval +time +get +set +del +info";
    let mut user = vec!["ACL", "SETUSER", "app", "on", ">swordfish", "~app:*"];
    user.extend(rights.split(' '));
    assert_eq!(server.cli(&user), "OK");
    run(async {
        let url = server.url().replace("redis://", "redis://app:swordfish@");
        let store = Redis::new(connect(&url).await, "app").unwrap();
        let asks = [Ask::one(&TEN, "a"), Ask::one(&HUNDRED, "a")];
        assert!(
            store
                .once("req_1")
                .take_all(&asks)
                .await
                .unwrap()
                .is_allowed()
        );
        store.charge_all(&asks).await.unwrap();
        store.refund_all(&asks).await.unwrap();
        let changed = Rule::new("ten", Quota::per_day(11));
        assert_eq!(remaining(&store, &changed, "a").await, 9);
        store.reset(&TEN, "a").await.unwrap();
        store.check().await.unwrap();
        let elsewhere = Redis::new(connect(&url).await, "other").unwrap();
        assert!(is_unavailable(&elsewhere.check().await.unwrap_err()));
    });
}

#[test]
fn a_prefix_that_is_none_is_refused() {
    let refused = Redis::new(Client::default(), "my app").unwrap_err();
    assert_eq!(refused, redis::InvalidPrefix);
}

#[test]
fn a_client_that_was_never_connected_does_not_keep_anybody_waiting() {
    run(async {
        let store = Redis::new(Client::default(), "app").unwrap();
        let taken = tokio::time::timeout(Duration::from_secs(5), take(&store, &TEN, "a", 1)).await;
        let error = taken.expect("it fails at once").unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
    });
}

fn micros_of(server: &Server) -> u64 {
    let time = server.cli(&["TIME"]);
    let mut parts = time.lines().map(|part| part.parse::<u64>().unwrap());
    let (secs, micros) = (parts.next().unwrap(), parts.next().unwrap());
    secs * 1_000_000 + micros
}

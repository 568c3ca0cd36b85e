//! Clocks, ends and settings of a server.

use std::time::Duration;

use fred::prelude::*;
use redis_fixture::{Cluster, Server};
use webhook_verify::UnixTime;
use webhook_verify::replay::{Claimed, Redis, Settled, Store as _, redis};

use crate::client::connect;
use crate::world::{KEEP, LEASE, claim, fresh, is_unavailable, key, route, run, windows};

#[test]
fn the_time_is_that_of_the_server() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        let before = time_of(&server);
        let until = fresh(&store, "evt_1").await.until;
        let now = store.now();
        let after = time_of(&server);
        let (earliest, latest) = (before.saturating_add(LEASE), after.saturating_add(LEASE));
        assert!(
            (earliest..=latest).contains(&until),
            "{until:?} {earliest:?}"
        );
        // Carried on by the clock of this process, which may be off by a little.
        let soon = after.saturating_add(Duration::from_secs(1));
        assert!((before..=soon).contains(&now), "{now:?} {before:?}");
        assert!(store.now() >= now);
    });
}

#[test]
fn a_lease_ends_by_the_time_of_the_server() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        let windows = windows(Duration::from_millis(50), KEEP);
        let (route, key) = (route(), key("evt_1"));
        let claim = || store.claim(&route, &key, windows);
        let Claimed::Fresh(first) = claim().await.unwrap() else {
            panic!("the log is empty");
        };
        let second = loop {
            match claim().await.unwrap() {
                Claimed::Fresh(second) => break second,
                held => assert_eq!(held, Claimed::InFlight { until: first.until }),
            }
        };
        assert!(time_of(&server) >= first.until);
        assert!(second.fence > first.fence);
        assert_eq!(store.commit(&first).await.unwrap(), Settled::NotHeld);
    });
}

#[test]
fn every_key_ends_by_itself_and_no_earlier_than_it_may() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        let ends_within = |longest: Duration| {
            let left = server
                .cli(&["PTTL", "log:/route id:evt_1"])
                .parse()
                .unwrap();
            let shortest = longest - Duration::from_secs(10);
            assert!(
                (shortest..=longest).contains(&Duration::from_millis(left)),
                "{left}"
            );
        };
        let claim = fresh(&store, "evt_1").await;
        ends_within(LEASE + KEEP);
        assert_eq!(store.commit(&claim).await.unwrap(), Settled::Accepted);
        ends_within(KEEP);
        let _ = store.forget(&route(), &key("evt_1")).await.unwrap();
        ends_within(KEEP);
        store.check().await.unwrap();
        let keys = server.cli(&["KEYS", "*"]);
        for key in keys.lines() {
            assert_ne!(server.cli(&["PTTL", key]), "-1", "{key}");
        }
        assert_eq!(keys.lines().count(), 2, "{keys}");
    });
}

#[test]
fn a_claim_from_before_everything_was_lost_settles_nothing() {
    let server = Server::start();
    run(async {
        let lost = Redis::new(connect(&server.url()).await, "log").unwrap();
        let stale = fresh(&lost, "evt_1").await;
        server.flush_all();
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        let claim = fresh(&store, "evt_1").await;
        assert!(claim.fence > stale.fence);
        assert_eq!(lost.commit(&stale).await.unwrap(), Settled::NotHeld);
        assert_eq!(store.commit(&claim).await.unwrap(), Settled::Accepted);
    });
}

#[test]
fn a_policy_that_drops_keys_is_found_by_the_check() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        store.check().await.unwrap();
        server.config_set("maxmemory-policy", "allkeys-lru");
        let error = store.check().await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        assert!(
            error
                .to_string()
                .contains("allkeys-lru; set it to noeviction"),
            "{error}"
        );
    });
}

#[test]
fn a_policy_of_one_master_is_found_by_the_check_of_a_cluster() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "log").unwrap();
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
        let store = Redis::new(connect(&server.url()).await, "log").unwrap();
        server.config_set("maxmemory", "1");
        assert!(is_unavailable(&store.check().await.unwrap_err()));
        assert!(claim(&store, "evt_1").await.is_err());
    });
}

#[test]
fn a_user_needs_no_more_rights_than_are_documented() {
    let server = Server::start();
    let rights = "+evalsha +eval +time +hmget +hset +pexpire +info";
    let mut user = vec!["ACL", "SETUSER", "app", "on", ">swordfish", "~log:*"];
    user.extend(rights.split(' '));
    assert_eq!(server.cli(&user), "OK");
    run(async {
        let url = server.url().replace("redis://", "redis://app:swordfish@");
        let store = Redis::new(connect(&url).await, "log").unwrap();
        let claim = fresh(&store, "evt_1").await;
        assert_eq!(store.commit(&claim).await.unwrap(), Settled::Accepted);
        store.check().await.unwrap();
        let elsewhere = Redis::new(connect(&url).await, "other").unwrap();
        assert!(is_unavailable(&elsewhere.check().await.unwrap_err()));
    });
}

#[test]
fn a_prefix_that_is_none_is_refused() {
    let client = Client::default();
    let refused = Redis::new(client, "my app").unwrap_err();
    assert_eq!(refused, redis::InvalidPrefix);
}

fn time_of(server: &Server) -> UnixTime {
    let time = server.cli(&["TIME"]);
    let mut parts = time.lines().map(|part| part.parse::<u64>().unwrap());
    let (secs, micros) = (parts.next().unwrap(), parts.next().unwrap());
    UnixTime::from_micros(secs * 1_000_000 + micros)
}

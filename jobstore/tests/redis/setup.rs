//! Rights, room and ends.

use std::time::Duration;

use fred::prelude::*;
use jobstore::{
    AuditQuery, By, Query, Redis, Retention, Store as _,
    store::redis::{OpenError, Options},
};
use redis_fixture::Server;

use crate::{
    client::connect,
    world::{claim_one, enqueue, find, finish, is_unavailable, job, open, open_with, recover, run},
};

#[test]
fn a_policy_that_drops_keys_is_found_by_the_check() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        store.check().await.unwrap();
        server.config_set("maxmemory-policy", "volatile-lru");
        let error = store.check().await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        let said = error.to_string();
        assert!(
            said.contains("volatile-lru; set it to noeviction"),
            "{said}"
        );
    });
}

#[test]
fn a_user_needs_no_more_rights_than_are_documented() {
    let server = Server::start();
    let rights = "+evalsha +eval +info +subscribe +unsubscribe +publish +time +get +set +del \
                  +exists +type +scan +pexpire +pttl +hget +hset +hsetnx +hmget +hgetall +hdel \
                  +hincrby +hkeys +hlen +zadd +zrem +zcard +zscore +zscan +zrange \
                  +zrangebyscore +zrevrangebylex +rpush +ltrim +lrange +llen +xadd +xdel +xrange \
                  +xrevrange";
    let mut user = vec![
        "ACL",
        "SETUSER",
        "app",
        "on",
        ">swordfish",
        "~{app}*",
        "&{app}*",
    ];
    user.extend(rights.split_whitespace());
    assert_eq!(server.cli(&user), "OK");
    run(async {
        let url = server.url().replace("redis://", "redis://app:swordfish@");
        let store = open(&url).await;
        let keyed = job().tag("a").dedupe("key", Duration::from_secs(60));
        let id = enqueue(&store, keyed).await;
        finish(&store, &claim_one(&store).await).await;
        store.check().await.unwrap();
        store.examine(true).await.unwrap();
        store.list(&Query::default().tag("a")).await.unwrap();
        store.audit(&AuditQuery::default()).await.unwrap();
        store.log(id, 0, 1).await.unwrap();
        store.queues().await.unwrap();
        store.pause("queue", Some(&By::new("ada"))).await.unwrap();
        let all = Retention::all(jobstore::Keep::for_ever().age(Duration::ZERO));
        store.prune(&all, 10).await.unwrap();
        store.erase("nobody", &By::new("ada"), 10).await.unwrap();
        let elsewhere = Redis::open(connect(&url).await, "other").await.unwrap();
        assert!(is_unavailable(&elsewhere.check().await.unwrap_err()));
    });
}

#[test]
fn a_prefix_that_is_none_is_refused() {
    run(async {
        let refused = Redis::open(Client::default(), "my app").await.unwrap_err();
        assert!(matches!(refused, OpenError::Prefix(_)), "{refused:?}");
    });
}

#[test]
fn a_client_that_was_never_connected_does_not_keep_anybody_waiting() {
    run(async {
        let opened = Redis::open(Client::default(), "app");
        let opened = tokio::time::timeout(Duration::from_secs(5), opened).await;
        let refused = opened.expect("it fails at once").unwrap_err();
        assert!(matches!(refused, OpenError::Unavailable(_)), "{refused:?}");
    });
}

#[test]
fn dedupe_keys_end_by_themselves_and_no_earlier_than_they_may() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let window = Duration::from_secs(3_600);
        enqueue(&store, job().dedupe("a secret", window)).await;
        let key = server.cli(&["KEYS", "{app}:key:*"]);
        assert!(!key.contains("secret"), "{key}");
        let left: u64 = server.cli(&["PTTL", &key]).parse().unwrap();
        assert!((3_600_000..=3_660_000).contains(&left), "{left}");
        enqueue(&store, job().dedupe("for ever", Duration::MAX)).await;
        let keys = server.cli(&["KEYS", "{app}:key:*"]);
        let ends: Vec<_> = keys.lines().map(|key| server.cli(&["PTTL", key])).collect();
        assert!(ends.contains(&"-1".into()), "{ends:?}");
    });
}

#[test]
fn an_emptied_store_takes_no_room_but_for_its_trail() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let by = By::new("ada");
        for _ in 0..10 {
            enqueue(&store, job().tag("a").batch("b").subject("c")).await;
        }
        finish(&store, &claim_one(&store).await).await;
        assert_eq!(store.erase("c", &by, 100).await.unwrap(), 10);
        let keys = server.cli(&["KEYS", "*"]);
        let mut keys: Vec<_> = keys.lines().collect();
        keys.sort_unstable();
        assert_eq!(keys, ["{app}", "{app}:attention", "{app}:audit"]);
    });
}

#[test]
fn the_trail_is_bounded() {
    let server = Server::start();
    run(async {
        let store = open_with(&server, Options::new().entries(500)).await;
        for _ in 0..10 {
            store.enqueue_all(vec![job(); 200]).await.unwrap();
        }
        let (mut kept, mut query) = (0, AuditQuery::default());
        loop {
            let page = store.audit(&query).await.unwrap();
            kept += page.entries.len();
            query.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert!((500..1_000).contains(&kept), "{kept}");
    });
}

#[test]
fn a_job_takes_about_a_kilobyte() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let used = || -> u64 {
            let info = server.cli(&["INFO", "memory"]);
            let mut lines = info.lines();
            let used = lines.find_map(|line| line.strip_prefix("used_memory:"));
            used.unwrap().trim().parse().unwrap()
        };
        store
            .enqueue_all(vec![job().payload([7; 100].to_vec()); 1_000])
            .await
            .unwrap();
        let before = used();
        for _ in 0..9 {
            let jobs = vec![job().payload([7; 100].to_vec()); 1_000];
            store.enqueue_all(jobs).await.unwrap();
        }
        let each = (used() - before) / 9_000;
        assert!((400..1_200).contains(&each), "{each} bytes");
        println!("{each} bytes for a job with a payload of 100");
    });
}

#[test]
fn the_time_is_that_of_the_server() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        recover(&store).await;
        let id = enqueue(&store, job()).await;
        let time = server.cli(&["TIME"]);
        let secs: i64 = time.lines().next().unwrap().parse().unwrap();
        let created = find(&store, id).await.created_at.as_micros() / 1_000_000;
        assert!((secs - 5..=secs).contains(&created), "{created} at {secs}");
        assert!((store.now().as_micros() / 1_000_000 - secs).abs() < 5);
    });
}

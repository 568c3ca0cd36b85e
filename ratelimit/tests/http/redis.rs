//! Servers that share their limits in Redis.

use std::time::Duration;

use fred::prelude::*;
use ratelimit::http::{ByAddress, Charge, ForwardedIn, Gate};
use ratelimit::{Quota, Redis, Rule};
use redis_fixture::Cluster;
use tokio::time::timeout;

use crate::exchange::{PATIENCE, ask};
use crate::limits::{everybody, proxies};
use crate::server::Server;

/// A client that is connected, connects anew when it is parted, and does not wait for long.
async fn connect(url: &str) -> Client {
    let config = Config::from_url(url).expect("the fixture's URLs are fred's");
    let mut builder = Builder::from_config(config);
    builder
        .with_performance_config(|config| config.default_command_timeout = Duration::from_secs(5))
        .set_policy(ReconnectPolicy::new_constant(0, 20));
    let client = builder.build().expect("the configuration is complete");
    client.init().await.expect("the server can be reached");
    client
}

/// So many requests a day: none comes back while a test lasts.
fn rule(name: &'static str, tokens: u64) -> Rule {
    Rule::new(name, Quota::per_day(tokens))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_share_what_may_pass_and_let_nobody_pass_without_redis() {
    let mut redis = redis_fixture::Server::start();
    let store = Redis::new(connect(&redis.url()).await, "app").expect("a prefix");
    let gate = || {
        let charges = [Charge::new(rule("all", 3), everybody())];
        Gate::new(store.clone(), charges).expect("few")
    };
    let servers = [
        Server::start(gate(), None).await,
        Server::start(gate(), None).await,
    ];
    let mut statuses = Vec::new();
    for turn in 0..5 {
        let answer = ask(servers[turn % 2].address, "GET /", &[]).await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);

    redis.kill();
    let answer = ask(servers[0].address, "GET /", &[]).await;
    assert_eq!(
        (answer.status, answer.field("retry-after")),
        (503, Some("1"))
    );
    assert_eq!(servers[0].reached() + servers[1].reached(), 3);

    // It comes back without anything in it.
    redis.restart();
    let back = async { while ask(servers[0].address, "GET /", &[]).await.status == 503 {} };
    timeout(PATIENCE, back).await.expect("it comes back");
    assert_eq!(servers[0].reached(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_networks_of_a_client_are_asked_at_once_in_a_cluster() {
    let cluster = Cluster::start();
    let store = Redis::new(connect(&cluster.url()).await, "app").expect("a prefix");
    let store = store.by_subject(|key| key.split_once(' ').map_or(key, |(widest, _)| widest));
    let [by_64, by_48] = ByAddress::tiers(proxies(ForwardedIn::XForwardedFor), [64, 48]);
    let charges = [
        Charge::new(rule("client", 1), by_64),
        Charge::new(rule("site", 2), by_48),
    ];
    let server = Server::start(Gate::new(store, charges).expect("few"), None).await;
    for (address, status) in [
        ("2001:db8:1:1::1", 200),
        ("2001:db8:1:1::2", 429),
        ("2001:db8:1:2::1", 200),
        ("2001:db8:1:3::1", 429),
        ("2001:db8:2:1::1", 200),
        ("192.0.2.1", 200),
        ("192.0.2.1", 429),
    ] {
        let from = format!("x-forwarded-for: {address}");
        let answer = ask(server.address, "GET /", &[&from]).await;
        assert_eq!(answer.status, status, "{address}: {answer:?}");
    }
}

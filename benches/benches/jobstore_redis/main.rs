//! How many jobs a second come in and are worked off in Redis, beside other queues on the same server.
//!
//! Each has a key by which a repetition is recognised and carries the same 100 bytes; each keeps the jobs that are
//! done. They are worked off by the worker of each, with a handler that does nothing. The server writes an append-only
//! file, once synced each second and once before each answer. All take turns in each round, and the best round of
//! each counts: compare the ratios of one table. There are fewer than 8,000 jobs, because `apalis-redis` cannot fetch
//! from a queue in which more are due.
//!
//! `cargo bench -p benches --bench jobstore_redis --features redis-queues` (`ROUNDS=9` to measure longer).

mod apalis;
mod bull;
mod limit;
#[path = "../jobstore/load.rs"]
mod load;
mod ours;
#[path = "../jobstore/table.rs"]
mod table;

use std::env;
use std::time::Duration;

use fred::clients::Client;
use fred::interfaces::ClientLike;
use fred::prelude::{Builder, Config};
use redis_fixture::{Options, Server};

use apalis::Apalis;
use bull::Bull;
use ours::Ours;
use table::Table;

/// How many come at once, and how many are worked on at once.
const AT_ONCE: usize = 64;

fn main() {
    // `cargo test --benches` passes this; there is nothing to test here, only to measure.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let rounds = number("ROUNDS", 3);
    let jobs = number("JOBS", 5_000);
    let server = Server::start_with(Options::new().append_only());
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async {
        for (fsync, at_once, jobs) in [
            ("everysec", AT_ONCE, jobs),
            ("everysec", 1, jobs / 5),
            ("always", AT_ONCE, jobs),
            ("always", 1, jobs / 5),
        ] {
            server.config_set("appendfsync", fsync);
            compare(&server, fsync, at_once, rounds, jobs).await;
        }
    });
}

async fn compare(server: &Server, fsync: &str, at_once: usize, rounds: usize, jobs: usize) {
    println!("\n{at_once} at once, appendfsync {fsync}");
    let mut incoming = Table::new("enqueue", "jobstore");
    let mut outgoing = Table::new("work off", "jobstore");
    for round in 1..=rounds {
        eprintln!("{round}/{rounds}");
        server.flush_all();
        let limit = limit::rate(&connect(server).await, server, at_once, jobs).await;
        incoming.add("a script that does nothing", limit);

        server.flush_all();
        let ours = Ours::new(connect(server).await).await;
        incoming.add("jobstore", ours.enqueue(at_once, jobs).await);
        outgoing.add("jobstore", ours.work_off(at_once, jobs).await);

        server.flush_all();
        let bull = Bull::new(server.url()).await;
        incoming.add("bullmq-official", bull.enqueue(at_once, jobs).await);
        outgoing.add("bullmq-official", bull.work_off(at_once, jobs).await);

        server.flush_all();
        let apalis = Apalis::new(server).await;
        incoming.add("apalis-redis", apalis.enqueue(at_once, jobs).await);
        outgoing.add("apalis-redis", apalis.work_off(at_once, jobs).await);
    }
    incoming.print();
    outgoing.print();
}

async fn connect(server: &Server) -> Client {
    let config = Config::from_url(&server.url()).expect("the fixture's URLs are fred's");
    let client = Builder::from_config(config)
        .with_connection_config(|config| config.tcp.nodelay = Some(true))
        .build();
    let client = client.expect("the configuration is complete");
    client.init().await.expect("the server can be reached");
    client
}

/// Waits until it is so. The rate of asking is low enough to take little from what is measured.
async fn until(is_so: impl AsyncFn() -> bool) {
    while !is_so().await {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn number(variable: &str, default: usize) -> usize {
    match env::var(variable) {
        Err(_) => default,
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is {text:?}, and should be a whole number")),
    }
}

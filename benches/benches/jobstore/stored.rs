//! What many stored jobs cost those who claim, and what room they take.

use std::fs;
use std::path::Path;

use fred::clients::Client;
use fred::interfaces::ClientLike;
use fred::prelude::{Builder, Config};
use jobstore::{Memory, Redis, Store, store::file::Options};
use redis_fixture::Server;

use crate::{file, work};

/// How many jobs there are at first.
const FEW: usize = 1_000;
/// How many are claimed and completed one by one to learn how long it takes.
const CLAIMS: usize = 500;

pub(crate) async fn compare(rounds: usize, jobs: usize) {
    println!(
        "\nclaim and complete one by one, median, beside {FEW} and beside {jobs} jobs that wait; bytes that each takes"
    );
    let cost = Cost { rounds, jobs };
    memory(&cost).await;
    let disk = tempfile::tempdir().expect("there is room");
    in_file("in a file", disk.path(), &cost).await;
    if let Some(dir) = file::in_memory() {
        in_file("where a sync takes no time", dir.path(), &cost).await;
    }
    redis(&cost).await;
}

async fn memory(cost: &Cost) {
    let store = Memory::with_capacity(usize::MAX);
    let micros = cost.micros(&store).await;
    cost.print("in memory", micros, store.bytes() as u64);
}

async fn in_file(name: &str, dir: &Path, cost: &Cost) {
    let store = file::open(dir, "stored", Options::DEFAULT_MAX_BATCH);
    let micros = cost.micros(&store).await;
    // Whoever closes a file last copies its log into it.
    drop(store);
    let file = fs::metadata(dir.join("stored")).expect("it was just written");
    cost.print(name, micros, file.len());
}

async fn redis(cost: &Cost) {
    let server = Server::start();
    let store = Redis::open(connect(&server).await, "jobs").await;
    let store = store.expect("the server is fit");
    let before = used(&server);
    let micros = cost.micros(&store).await;
    cost.print("in Redis", micros, used(&server) - before);
}

/// How much is measured.
struct Cost {
    rounds: usize,
    jobs: usize,
}

impl Cost {
    /// The least medians beside few jobs and beside many, in microseconds. Leaves so many jobs that wait.
    async fn micros(&self, store: &impl Store) -> [f64; 2] {
        let claims = self.rounds * CLAIMS;
        work::fill(store, 0, FEW + claims).await;
        let few = self.least(store).await;
        work::fill(store, FEW + claims, self.jobs + claims - FEW).await;
        [few, self.least(store).await]
    }

    async fn least(&self, store: &impl Store) -> f64 {
        let mut least = f64::INFINITY;
        for _ in 0..self.rounds {
            least = least.min(work::median_micros(store, CLAIMS).await);
        }
        least
    }

    /// The few jobs that are done are counted as what they were.
    fn print(&self, name: &str, [few, many]: [f64; 2], bytes: u64) {
        let ratio = many / few;
        let each = bytes / (self.jobs + 2 * self.rounds * CLAIMS) as u64;
        println!("{name:<28}{few:>8.1} us {many:>8.1} us {ratio:>6.2} {each:>6} bytes");
    }
}

async fn connect(server: &Server) -> Client {
    let config = Config::from_url(&server.url()).expect("the fixture's URLs are fred's");
    let client = Builder::from_config(config).build();
    let client = client.expect("the configuration is complete");
    client.init().await.expect("the server can be reached");
    client
}

/// How many bytes the server has taken for what it keeps.
fn used(server: &Server) -> u64 {
    let info = server.cli(&["INFO", "memory"]);
    let used = info
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    let used = used.and_then(|bytes| bytes.trim().parse().ok());
    used.expect("every server says so")
}

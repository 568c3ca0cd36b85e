//! What many stored jobs cost those who claim.

use jobstore::{Memory, Store, store::file::Options};

use crate::{file, work};

/// How many jobs there are at first.
const FEW: usize = 1_000;
/// How many are claimed and completed one by one to learn how long it takes.
const CLAIMS: usize = 500;

pub(crate) async fn compare(rounds: usize, jobs: usize) {
    println!(
        "\nclaim and complete one by one, median, beside {FEW} and beside {jobs} jobs that wait"
    );
    report(
        "in memory",
        &Memory::with_capacity(usize::MAX),
        rounds,
        jobs,
    )
    .await;
    let dir = tempfile::tempdir().expect("there is room");
    let store = file::open(dir.path(), "stored", Options::DEFAULT_MAX_BATCH);
    report("in a file", &store, rounds, jobs).await;
}

async fn report(name: &str, store: &impl Store, rounds: usize, jobs: usize) {
    work::fill(store, 0, FEW + rounds * CLAIMS).await;
    let few = least(store, rounds).await;
    work::fill(store, FEW + rounds * CLAIMS, jobs + rounds * CLAIMS).await;
    let many = least(store, rounds).await;
    let ratio = many / few;
    println!("{name:<12}{few:>8.1} us {many:>8.1} us {ratio:>8.2}");
}

/// The least median of several rounds, in microseconds.
async fn least(store: &impl Store, rounds: usize) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..rounds {
        least = least.min(work::median_micros(store, CLAIMS).await);
    }
    least
}

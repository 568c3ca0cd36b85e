//! How many jobs a second come in and are worked off, in memory and in a file, beside what neither can do without.
//!
//! In memory the limit is a digest of each payload and a place in two maps; in a file it is one sync of the disk, and
//! beside it stands the same store with one commit for each job. Then the same claims are made beside few jobs and
//! beside many. The best round of each counts. Every answer is checked, and so is at the end that each acknowledged
//! job is there and that each was completed once.
//!
//! `cargo bench -p benches --bench jobstore` (`ROUNDS=9 JOBS=200000 STORED=1000000` to measure longer).

mod file;
mod load;
mod memory;
mod stored;
mod table;
mod work;

use std::env;

fn main() {
    // `cargo test --benches` passes this; there is nothing to test here, only to measure.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let rounds = number("ROUNDS", 3);
    let jobs = number("JOBS", 50_000);
    let stored = number("STORED", 100_000);
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async {
        memory::compare(rounds, jobs).await;
        file::compare(rounds, jobs).await;
        file::bytes_a_job(jobs).await;
        stored::compare(rounds, stored).await;
    });
}

fn number(variable: &str, default: usize) -> usize {
    match env::var(variable) {
        Err(_) => default,
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is {text:?}, and should be a whole number")),
    }
}

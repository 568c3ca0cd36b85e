//! How many jobs a second come in and are worked off, in memory and in a file, beside what neither can do without.
//!
//! In memory the limit is a digest of each payload and a place in two maps; in a file it is one sync of the disk, and
//! beside it stand the same store with one commit for each job, the same where a sync takes no time, and
//! `apalis-sqlite`. Then the same claims are made beside few jobs and beside many, also in Redis. The best round of
//! each counts. Every answer is checked, and so is at the end that each acknowledged job is there and that each was
//! completed once.
//!
//! `cargo bench -p benches --bench jobstore` (`ROUNDS=9 JOBS=200000 STORED=1000000` to measure longer; `-- memory`,
//! `file`, `beside` or `stored` for a part of it).

mod beside;
mod file;
mod load;
mod memory;
mod serve;
mod stored;
mod table;
mod work;

use std::env;

/// As many at once as the aims are stated for.
const CALLERS: usize = 256;

fn main() {
    let mut arguments = env::args().skip(1);
    // `cargo test --benches` passes this; there is nothing to test here, only to measure.
    if arguments.any(|argument| argument == "--test") {
        return;
    }
    let rounds = number("ROUNDS", 3);
    let jobs = number("JOBS", 50_000);
    let stored = number("STORED", 100_000);
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async {
        if asked_for("memory") {
            memory::compare(rounds, jobs).await;
        }
        if asked_for("file") {
            file::compare(rounds, jobs).await;
        }
        if asked_for("beside") {
            beside::compare(rounds, jobs / 20).await;
        }
        if asked_for("stored") {
            stored::compare(rounds, stored).await;
        }
    });
}

/// Whether a part is to be measured: all are if none is named.
fn asked_for(part: &str) -> bool {
    let mut named = env::args()
        .skip(1)
        .filter(|name| !name.starts_with('-'))
        .peekable();
    named.peek().is_none() || named.any(|name| name == part)
}

fn number(variable: &str, default: usize) -> usize {
    match env::var(variable) {
        Err(_) => default,
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is {text:?}, and should be a whole number")),
    }
}

//! The store in a file, beside what the disk does.

use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use jobstore::{File, store::file::Options};
use tempfile::TempDir;

use crate::table::Table;
use crate::{CALLERS, load, work};

/// For how long a sync takes the rate is computed that the aim is stated for.
const AIMED_AT: Duration = Duration::from_micros(250);

const SYNC: &str = "fdatasync of 4 KiB more";
const ENQUEUE: &str = "enqueue, 256 callers";
const ENQUEUE_ALONE: &str = "enqueue, 256 callers, one commit each";
const ENQUEUE_UNSYNCED: &str = "enqueue, 256 callers, where a sync takes no time";

pub(crate) async fn compare(rounds: usize, jobs: usize) {
    let mut table = Table::new("in a file", SYNC);
    let mut busy = f64::INFINITY;
    for round in 1..=rounds {
        eprintln!("file {round}/{rounds}");
        let dir = tempfile::tempdir().expect("there is room");
        table.add(SYNC, syncs(dir.path()));
        let few = jobs / 20;
        let store = open(dir.path(), "together", Options::DEFAULT_MAX_BATCH);
        let before = writing();
        table.add(ENQUEUE, load::enqueue(&store, CALLERS, jobs).await);
        if let (Some(before), Some(after)) = (before, writing()) {
            busy = busy.min((after - before).as_secs_f64() / jobs as f64);
        }
        table.add(
            "claim and complete, 256 callers",
            work::work_off(&store, CALLERS).await,
        );

        let store = open(dir.path(), "each", NonZeroUsize::MIN);
        table.add(ENQUEUE_ALONE, load::enqueue(&store, CALLERS, few).await);

        let store = open(dir.path(), "one", Options::DEFAULT_MAX_BATCH);
        table.add("enqueue, one caller", load::enqueue(&store, 1, few).await);
        table.add(
            "claim and complete, one caller",
            work::work_off(&store, 1).await,
        );

        if let Some(dir) = in_memory() {
            let store = open(dir.path(), "unsynced", Options::DEFAULT_MAX_BATCH);
            table.add(ENQUEUE_UNSYNCED, load::enqueue(&store, CALLERS, jobs).await);
            table.add(
                "claim and complete, where a sync takes no time",
                work::work_off(&store, CALLERS).await,
            );
        }
    }
    table.print();
    let gain = table.rate(ENQUEUE) / table.rate(ENQUEUE_ALONE);
    println!("together {gain:.1} times one commit each");
    println!(
        "the thread that writes is on a processor for {:.1} us of each; where a sync takes {AIMED_AT:?}, that would \
         make {:.0}/s at most (computed)",
        busy * 1e6,
        CALLERS as f64 / (AIMED_AT.as_secs_f64() + CALLERS as f64 * busy)
    );
}

pub(crate) fn open(dir: &Path, name: &str, max_batch: NonZeroUsize) -> File {
    let options = Options::new().max_batch(max_batch);
    File::open_with(dir.join(name), options).expect("there is room")
}

/// A directory in memory, which only Linux has at a known place: a sync there takes no time.
pub(crate) fn in_memory() -> Option<TempDir> {
    tempfile::tempdir_in("/dev/shm").ok()
}

/// How long the threads that write have been on a processor so far. Only Linux tells.
fn writing() -> Option<Duration> {
    let mut total = Duration::ZERO;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let thread = thread.ok()?.path();
        let name = fs::read_to_string(thread.join("comm")).ok()?;
        if name.trim_end() == "jobstore-writer" {
            let times = fs::read_to_string(thread.join("schedstat")).ok()?;
            total += Duration::from_nanos(times.split(' ').next()?.parse().ok()?);
        }
    }
    Some(total)
}

/// How often a second the disk confirms that a little more of a file is kept.
fn syncs(dir: &Path) -> f64 {
    const SYNCS: usize = 500;
    let mut file = fs::File::create(dir.join("synced")).expect("there is room");
    let start = Instant::now();
    for _ in 0..SYNCS {
        file.write_all(&[7; 4096]).expect("there is room");
        file.sync_data().expect("the disk works");
    }
    SYNCS as f64 / start.elapsed().as_secs_f64()
}

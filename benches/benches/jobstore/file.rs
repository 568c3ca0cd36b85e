//! The store in a file, beside what the disk does.

use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use jobstore::{File, store::file::Options};

use crate::table::Table;
use crate::{load, work};

/// As many as the aims are stated for.
const CALLERS: usize = 256;

const SYNC: &str = "fdatasync of 4 KiB more";
const ENQUEUE: &str = "enqueue, 256 callers";
const ENQUEUE_ALONE: &str = "enqueue, 256 callers, one commit each";

pub(crate) async fn compare(rounds: usize, jobs: usize) {
    let mut table = Table::new("in a file", SYNC);
    for round in 1..=rounds {
        eprintln!("file {round}/{rounds}");
        let dir = tempfile::tempdir().expect("there is room");
        table.add(SYNC, syncs(dir.path()));
        let few = jobs / 20;
        let store = open(dir.path(), "together", Options::DEFAULT_MAX_BATCH);
        table.add(ENQUEUE, load::enqueue(&store, CALLERS, jobs).await);
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
    }
    table.print();
    let gain = table.rate(ENQUEUE) / table.rate(ENQUEUE_ALONE);
    println!("together {gain:.1} times one commit each");
}

/// How many bytes of the file a job takes that waits, with its key, its index entries and its audit entry.
pub(crate) async fn bytes_a_job(jobs: usize) {
    let dir = tempfile::tempdir().expect("there is room");
    let store = open(dir.path(), "stored", Options::DEFAULT_MAX_BATCH);
    work::fill(&store, 0, jobs).await;
    drop(store);
    let file = fs::metadata(dir.path().join("stored")).expect("it was just written");
    println!("{} bytes a job in the file", file.len() / jobs as u64);
}

pub(crate) fn open(dir: &Path, name: &str, max_batch: NonZeroUsize) -> File {
    let options = Options::new().max_batch(max_batch);
    File::open_with(dir.join(name), options).expect("there is room")
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

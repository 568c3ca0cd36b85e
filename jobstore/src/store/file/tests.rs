use std::{sync::Arc, thread};

use tempfile::TempDir;

use super::File;
use crate::ManualClock;

mod pair;
mod plans;
mod unreadable;

async fn fresh(clock: Arc<ManualClock>) -> (File, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let file = File::with_clock(dir.path().join("jobs.db"), clock).unwrap();
    (file, dir)
}

crate::conformance!(fresh);

#[test]
fn two_stores_create_one_file_at_once() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| File::open(&path).unwrap());
            }
        });
    }
}

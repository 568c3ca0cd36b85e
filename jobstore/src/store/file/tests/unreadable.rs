//! Jobs that somebody has changed by hand into what is no job any more.

use std::{sync::Arc, time::Duration};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{File, fresh};
use crate::{
    By, Claim, JobId, ManualClock, NewJob, Query, Severity, Store as _, StoreError, Timestamp,
    WorkerId,
};

const LEASE: Duration = Duration::from_secs(30);

/// A file with three jobs, of which the first is to be spoiled.
struct World {
    file: File,
    clock: Arc<ManualClock>,
    jobs: [JobId; 3],
    _dir: TempDir,
}

impl World {
    async fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::EPOCH));
        let (file, dir) = fresh(Arc::clone(&clock)).await;
        let mut jobs = [JobId::from_bytes([0; 16]); 3];
        for id in &mut jobs {
            let new = NewJob::new("queue", "kind").tag("vip");
            *id = file.enqueue(new).await.unwrap().first();
        }
        Self {
            file,
            clock,
            jobs,
            _dir: dir,
        }
    }

    fn spoil(&self, column: &str) {
        let connection = Connection::open(&self.file.inner.path).unwrap();
        let sql = format!("UPDATE jobs SET {column} = '[torn' WHERE id = ?1");
        let spoiled = connection.execute(&sql, [self.jobs[0].as_bytes()]);
        assert_eq!(spoiled, Ok(1));
    }

    async fn claim(&self, limit: usize) -> Vec<JobId> {
        let claim = Claim {
            queue: "queue".into(),
            worker: WorkerId::new("worker"),
            lease: LEASE,
            limit,
        };
        let claimed = self.file.claim(&claim).await.unwrap().jobs;
        claimed.into_iter().map(|job| job.id).collect()
    }
}

#[tokio::test]
async fn a_claim_passes_it_over() {
    let world = World::new().await;
    world.spoil("metadata");
    let [_, second, third] = world.jobs;
    assert_eq!(world.claim(1).await, [second]);
    assert_eq!(world.claim(10).await, [third]);
    assert_eq!(world.claim(10).await, []);
}

#[tokio::test]
async fn a_reap_passes_it_over() {
    let world = World::new().await;
    assert_eq!(world.claim(3).await, world.jobs);
    world.spoil("errors");
    world.clock.advance(LEASE);
    let [_, second, third] = world.jobs;
    assert_eq!(world.file.reap(1).await.unwrap(), [second]);
    assert_eq!(world.file.reap(10).await.unwrap(), [third]);
    assert_eq!(world.claim(10).await, [second, third]);
}

#[tokio::test]
async fn a_list_leaves_it_out_and_goes_on_behind_it() {
    for column in ["errors", "triage", "progress"] {
        let world = World::new().await;
        world.spoil(column);
        let [_, second, third] = world.jobs;
        let mut query = Query::default().limit(1);
        let mut listed = Vec::new();
        loop {
            let page = world.file.list(&query).await.unwrap();
            listed.extend(page.jobs.iter().map(|job| job.id));
            let Some(next) = page.next else { break };
            query = query.before(next);
        }
        assert_eq!(listed, [third, second], "{column}");
    }
}

#[tokio::test]
async fn it_is_found_and_can_be_deleted() {
    for column in ["metadata", "tags", "errors", "result"] {
        let world = World::new().await;
        world.spoil(column);
        let (file, first) = (&world.file, world.jobs[0]);
        let looked_at = file.get(first).await;
        assert!(matches!(looked_at, Err(StoreError::Corrupt(_))), "{column}");
        let found = file.examine(true).await.unwrap();
        let found = found
            .iter()
            .find(|finding| finding.subject == format!("job {first}"));
        let found = found.expect("it is found");
        assert_eq!((found.severity, found.mended), (Severity::Error, false));

        assert!(file.delete(first, &By::new("test")).await.unwrap());
        file.examine(true).await.unwrap();
        assert_eq!(file.examine(false).await.unwrap(), [], "{column}");
        assert_eq!(world.claim(10).await, world.jobs[1..]);
    }
}

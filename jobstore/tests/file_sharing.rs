//! One commit for many callers, and one file for many connections.

use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    path::Path,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use jobstore::{
    Applied, By, Claim, Event, File, JobId, ManualClock, NewJob, Status, Store, StoreError,
    Timestamp, WorkerId, store::file::Options,
};
use rusqlite::Connection;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Holds the lock that the writer needs, until it is dropped: what is asked meanwhile has to wait.
struct Lock(Connection);

impl Lock {
    fn take(path: &Path) -> Result<Self> {
        let sqlite = Connection::open(path)?;
        sqlite.busy_timeout(Duration::from_secs(5))?;
        sqlite.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Self(sqlite))
    }

    fn release(self) -> Result {
        Ok(self.0.execute_batch("COMMIT")?)
    }
}

/// Polls once, which is enough to hand the verb to the writer; it cannot be done yet.
fn hand_over<T>(verb: &mut Pin<Box<dyn Future<Output = T> + Send + '_>>) {
    let polled = verb.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(
        matches!(polled, Poll::Pending),
        "the writer did not wait for the lock"
    );
}

/// The times at which fifty jobs were written that were all waiting for the writer.
async fn times_of_fifty(max_batch: NonZeroUsize) -> Result<BTreeSet<Timestamp>> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = File::open_with(&path, Options::new().max_batch(max_batch))?;
    let lock = Lock::take(&path)?;
    let mut verbs = Vec::new();
    for _ in 0..50 {
        let mut verb = file.enqueue(NewJob::new("queue", "kind"));
        hand_over(&mut verb);
        verbs.push(verb);
    }
    lock.release()?;
    let mut times = BTreeSet::new();
    for verb in verbs {
        let job = file
            .get(verb.await?.accepted()?)
            .await?
            .ok_or("the job is gone")?;
        times.insert(job.created_at);
    }
    Ok(times)
}

#[tokio::test]
async fn what_waits_together_is_committed_together() -> Result {
    // The writer had taken the first alone, or a few, when it met the lock. The others share the next
    // commit, and a commit has one time.
    let times = times_of_fifty(Options::DEFAULT_MAX_BATCH).await?;
    assert!(times.len() <= 2, "{} commits for fifty jobs", times.len());
    Ok(())
}

#[tokio::test]
async fn a_batch_of_one_commits_each_alone() -> Result {
    assert_eq!(times_of_fifty(NonZeroUsize::MIN).await?.len(), 50);
    Ok(())
}

#[tokio::test]
async fn a_damaged_job_harms_no_other_in_its_batch() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = File::open(&path)?;
    let mut ids: Vec<JobId> = Vec::new();
    for _ in 0..10 {
        ids.push(
            file.enqueue(NewJob::new("queue", "kind"))
                .await?
                .accepted()?,
        );
    }
    let damaged = ids[4];
    Connection::open(&path)?.execute(
        "UPDATE jobs SET metadata = '{\"card\": 4242}' WHERE id = ?1",
        [damaged.as_bytes()],
    )?;

    let lock = Lock::take(&path)?;
    let mut verbs = Vec::new();
    for &id in &ids {
        let mut verb = file.apply(
            id,
            Event::Cancel {
                by: By::new("test"),
            },
        );
        hand_over(&mut verb);
        verbs.push((id, verb));
    }
    lock.release()?;
    for (id, verb) in verbs {
        match verb.await {
            Ok(applied) => assert_eq!(applied, Applied::Now(Status::Cancelled)),
            Err(error) => {
                assert_eq!(id, damaged, "{error}");
                assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
                assert!(!error.to_string().contains("4242"), "{error}");
            }
        }
    }
    assert!(matches!(
        file.get(damaged).await,
        Err(StoreError::Corrupt(_))
    ));
    file.check().await?;
    Ok(())
}

#[tokio::test]
async fn people_read_the_file_while_it_is_open() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = File::open(&path)?;
    let job = NewJob::new("mail", "mail.welcome").payload("hello");
    let id = file.enqueue(job).await?.accepted()?;
    let created = file.get(id).await?.ok_or("the job is gone")?.created_at;

    let row: (String, String, String, i64) = Connection::open(&path)?.query_row(
        "SELECT id, status, created_at, payload_bytes FROM readable_jobs",
        [],
        |row| row.try_into(),
    )?;
    assert_eq!((row.0, row.1, row.3), (id.to_string(), "ready".into(), 5));
    let shown: Timestamp = row.2.parse()?;
    assert!(
        created.since(shown) < Duration::from_millis(1),
        "{shown} for {created}"
    );
    Ok(())
}

#[tokio::test]
async fn a_job_deleted_by_hand_takes_its_payload_along() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = File::open(&path)?;
    let first = file
        .enqueue(NewJob::new("queue", "kind").payload("old"))
        .await?
        .accepted()?;
    Connection::open(&path)?.execute("DELETE FROM jobs", [])?;
    let second = file
        .enqueue(NewJob::new("queue", "kind").payload("new"))
        .await?
        .accepted()?;
    assert!(file.get(first).await?.is_none());
    let payload = file.get(second).await?.map(|job| job.payload);
    assert_eq!(payload, Some("new".into()));
    Ok(())
}

#[tokio::test]
async fn who_asks_in_vain_again_and_again_costs_no_commit() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = File::with_clock(&path, ManualClock::at(Timestamp::EPOCH))?;
    let claim = Claim {
        queue: "queue".into(),
        worker: WorkerId::new("worker"),
        lease: Duration::from_secs(30),
        limit: 10,
    };
    let _ = file.claim(&claim).await?;
    let other = Connection::open(&path)?;
    // It changes whenever somebody else commits.
    let version = || other.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
    let before = version()?;
    for _ in 0..100 {
        let _ = file.claim(&claim).await?;
        let _ = file.reap(10).await?;
    }
    assert_eq!(version()?, before);
    let _ = file.enqueue(NewJob::new("queue", "kind")).await?;
    assert_ne!(version()?, before);
    Ok(())
}

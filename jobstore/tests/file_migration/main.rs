//! A file of an older version becomes one of this version when it is opened, and keeps all it holds.

use std::{path::Path, time::Duration};

use jobstore::{
    Answer, Applied, AuditQuery, By, Category, Claim, Enqueued, Event, Fence, File, Fingerprint,
    Job, JobDigest, JobId, ManualClock, NewJob, Priority, Query, Replay, Replayed, Status, Store,
    Timestamp, WorkerId,
};
use rusqlite::{Connection, params};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// What was enqueued under the dedupe key that the file remembers.
fn welcome() -> NewJob {
    NewJob::new("mail", "welcome")
        .payload("Ada")
        .dedupe("welcome:ada", Duration::from_secs(3_600))
}

/// A file that version 1 has left: jobs in every status, a dedupe key, and a gap where a job was.
fn version_1(path: &Path) -> Result {
    let sqlite = Connection::open(path)?;
    sqlite.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL")?;
    sqlite.execute_batch(include_str!("version_1.sql"))?;
    sqlite.execute(
        "INSERT INTO dedupe_keys VALUES (1, 'mail', 'welcome:ada', ?1, ?2, 3600000000)",
        params![JobDigest::of(&welcome()).0, id(1).to_string()],
    )?;
    sqlite.pragma_update(None, "application_id", i32::from_be_bytes(*b"jobs"))?;
    sqlite.pragma_update(None, "user_version", 1)?;
    Ok(())
}

fn id(number: u8) -> JobId {
    let text = format!("018bcfe5-687a-7000-8000-{number:012}");
    text.parse().expect("it is written as an id is")
}

/// The file that version 1 has left, opened.
fn opened(path: &Path) -> Result<File> {
    version_1(path)?;
    Ok(File::with_clock(path, ManualClock::at(Timestamp::EPOCH))?)
}

async fn job(file: &File, number: u8) -> Result<Job> {
    let job = file.get(id(number)).await?;
    job.ok_or_else(|| format!("job {number} is lost").into())
}

fn at(micros: i64) -> Option<Timestamp> {
    Timestamp::from_micros(micros)
}

#[tokio::test]
async fn every_job_is_kept_as_it_was() -> Result {
    let dir = tempfile::tempdir()?;
    let file = opened(&dir.path().join("jobs.db"))?;
    let page = file.list(&Query::default()).await?;
    let ids: Vec<_> = page.jobs.iter().map(|job| job.id).collect();
    assert_eq!(ids, [8, 7, 6, 5, 4, 2, 1].map(id));

    let ready = job(&file, 1).await?;
    assert_eq!(ready.status, Status::Ready);
    assert_eq!(ready.payload, "Ada".into());
    assert_eq!(ready.metadata["a"], "b");
    assert_eq!(ready.triggered_by, "person:ada");
    assert_eq!(ready.dedupe_key.as_deref(), Some("welcome:ada"));
    assert_eq!(ready.priority, Priority::Normal);
    assert_eq!(Some(ready.created_at), at(1_000_000));
    assert_eq!(ready.max_lost, NewJob::DEFAULT_MAX_LOST);
    assert_eq!(ready.max_interrupted, NewJob::DEFAULT_MAX_INTERRUPTED);

    let scheduled = job(&file, 2).await?;
    assert_eq!(scheduled.status, Status::Scheduled);
    assert_eq!(Some(scheduled.run_at), at(9_000_000_000_000_000));

    let running = job(&file, 4).await?;
    let lease = running.lease.ok_or("the lease is gone")?;
    assert_eq!((running.fence, running.lost), (Fence::new(3), 2));
    assert_eq!(
        (lease.worker.as_str(), Some(lease.until)),
        ("worker", at(9_000_000))
    );
    assert_eq!(running.payload, vec![0, 0xff].into());

    let retrying = job(&file, 5).await?;
    assert_eq!(
        (retrying.status, retrying.errors.len()),
        (Status::Retrying, 1)
    );
    assert_eq!(retrying.errors[0].message, "too slow");

    let done = job(&file, 6).await?;
    let result = done.result.map(Answer::into_value);
    assert_eq!(result, Some(serde_json::json!({"n": 3})));
    assert_eq!(done.ended_at, at(1_000_009));
    assert_eq!(job(&file, 8).await?.status, Status::Cancelled);
    Ok(())
}

#[tokio::test]
async fn a_repetition_is_still_recognised() -> Result {
    let dir = tempfile::tempdir()?;
    let file = opened(&dir.path().join("jobs.db"))?;
    let repeated = file.enqueue(welcome()).await?;
    let status = Some(Status::Ready);
    assert_eq!(repeated, Enqueued::Duplicate { id: id(1), status });
    let changed = file.enqueue(welcome().payload("Eve")).await?;
    assert_eq!(changed, Enqueued::Conflict { id: id(1), status });
    Ok(())
}

#[tokio::test]
async fn the_failures_of_before_are_found_by_their_cause() -> Result {
    let dir = tempfile::tempdir()?;
    let file = opened(&dir.path().join("jobs.db"))?;
    let cause = Fingerprint::of("fetch", Category::ExternalApi, "503");
    let page = file.list(&Query::default().fingerprint(cause)).await?;
    assert_eq!(
        page.jobs.iter().map(|job| job.id).collect::<Vec<_>>(),
        [id(7)]
    );
    Ok(())
}

#[tokio::test]
async fn work_goes_on_where_it_was() -> Result {
    let dir = tempfile::tempdir()?;
    let file = opened(&dir.path().join("jobs.db"))?;
    assert_eq!(
        Some(file.now()),
        at(5_000_000),
        "time goes on from the file"
    );

    let event = Event::Complete {
        fence: Fence::new(3),
        result: None,
    };
    assert_eq!(file.apply(id(4), event).await?, Applied::Now(Status::Done));
    let claim = Claim {
        queue: "mail".into(),
        worker: WorkerId::new("new"),
        lease: Duration::from_secs(30),
        limit: 10,
    };
    let claimed = file.claim(&claim).await?;
    assert_eq!(
        claimed.jobs.iter().map(|job| job.id).collect::<Vec<_>>(),
        [id(1)]
    );
    assert_eq!(claimed.next_due, at(9_000_000_000_000_000));

    let replayed = file.replay(id(7), &Replay::new(By::new("ada"))).await?;
    let Replayed::Created(new) = replayed else {
        return Err(format!("the dead job is not replayed: {replayed:?}").into());
    };
    assert!(new > id(8), "{new} does not follow");
    let trail = file.audit(&AuditQuery::default()).await?;
    assert_eq!(trail.entries.len(), 4);
    Ok(())
}

#[tokio::test]
async fn the_counts_are_those_of_the_jobs_and_nothing_is_wrong() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = opened(&path)?;
    let queues = file.queues().await?;
    let counts: Vec<_> = queues
        .iter()
        .map(|queue| {
            (
                queue.queue.as_str(),
                queue.tally.unfinished(),
                queue.tally.total(),
            )
        })
        .collect();
    assert_eq!(counts, [("feed", 1, 4), ("mail", 3, 3)]);
    assert_eq!(file.examine(false).await?, []);
    drop(file);

    let sqlite = Connection::open(&path)?;
    let version: i64 = sqlite.pragma_query_value(None, "user_version", |row| row.get(0))?;
    assert_eq!(version, 2);
    let old: i64 = sqlite.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'old%' OR name = 'clock'",
        [],
        |row| row.get(0),
    )?;
    assert_eq!(old, 0);
    Ok(())
}

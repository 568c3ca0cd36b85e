//! Opening a file: what is there again, and what is refused.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use jobstore::{
    Answer, Applied, Category, Claim, Enqueued, Event, File, Job, ManualClock, NewJob, Query,
    Retry, Store, Timestamp, WorkerId, store::file::Problem,
};
use rusqlite::Connection;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[tokio::test]
async fn everything_is_there_after_reopening() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = File::open(&path)?;
    let repeated = || {
        NewJob::new("queue", "kind")
            .payload(vec![0, 1, 0xff])
            .dedupe("key", Duration::MAX)
    };
    let first = file.enqueue(repeated()).await?.accepted()?;
    let later = NewJob::new("queue", "later").delay(Duration::from_secs(60));
    let _ = file.enqueue(later).await?;
    let claimed = claim(&file).await?;
    let event = Event::Fail {
        fence: claimed.fence,
        category: Category::ExternalApi,
        message: "503".into(),
        retry: Retry::After(Duration::ZERO),
    };
    assert!(matches!(file.apply(first, event).await?, Applied::Now(_)));
    let claimed = claim(&file).await?;
    let before = everything(&file).await?;
    drop(file);

    let file = File::open(&path)?;
    assert_eq!(everything(&file).await?, before);
    assert!(matches!(
        file.enqueue(repeated()).await?,
        Enqueued::Duplicate { id, .. } if id == first
    ));
    let result = Some(Answer::new(
        serde_json::json!({"sum": 0.1 + 0.2, "deep": [[null]]}),
    )?);
    let event = Event::Complete {
        fence: claimed.fence,
        result: result.clone(),
    };
    let _ = file.apply(first, event).await?;
    drop(file);

    let job = File::open(&path)?.get(first).await?;
    assert_eq!(job.and_then(|job| job.result), result);
    Ok(())
}

#[tokio::test]
async fn dropping_the_store_keeps_what_was_handed_over() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let file = File::open(&path)?;
    for _ in 0..100 {
        let mut enqueue = file.enqueue(NewJob::new("queue", "kind"));
        let _ = enqueue
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
    }
    drop(file);

    let page = File::open(&path)?
        .list(&Query::default().limit(200))
        .await?;
    assert_eq!(page.jobs.len(), 100);
    Ok(())
}

#[tokio::test]
async fn time_and_ids_go_on_when_the_clock_is_set_back() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    let clock = Arc::new(ManualClock::at(
        Timestamp::EPOCH + Duration::from_secs(5_000),
    ));
    let file = File::with_clock(&path, clock)?;
    let first = file
        .enqueue(NewJob::new("queue", "kind"))
        .await?
        .accepted()?;
    let latest = file.now();
    drop(file);

    let file = File::with_clock(&path, ManualClock::at(Timestamp::EPOCH))?;
    assert_eq!(file.now(), latest);
    let second = file
        .enqueue(NewJob::new("queue", "kind"))
        .await?
        .accepted()?;
    assert!(second > first, "{second} does not follow {first}");
    assert_eq!(
        file.get(second).await?.map(|job| job.created_at),
        Some(latest)
    );
    Ok(())
}

#[test]
fn a_newer_file_is_refused_and_left_alone() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    drop(File::open(&path)?);
    Connection::open(&path)?.pragma_update(None, "user_version", 99)?;
    let before = fs::read(&path)?;

    let (problem, text) = refused(&path);
    assert!(
        matches!(
            problem,
            Problem::TooNew {
                found: 99,
                known: 2
            }
        ),
        "{text}"
    );
    assert!(text.contains("needs an update"), "{text}");
    assert_eq!(fs::read(&path)?, before);
    Ok(())
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("other.db");
    Connection::open(&path)?.execute_batch("CREATE TABLE jobs (id)")?;
    let before = fs::read(&path)?;

    let (problem, text) = refused(&path);
    assert!(matches!(problem, Problem::Foreign), "{text}");
    assert_eq!(fs::read(&path)?, before);
    Ok(())
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.json");
    let text = r#"{"jobs": []}"#.repeat(1_000);
    fs::write(&path, &text)?;

    let (problem, why) = refused(&path);
    assert!(matches!(problem, Problem::NotADatabase), "{why}");
    assert_eq!(fs::read_to_string(&path)?, text);
    Ok(())
}

#[test]
fn a_place_for_no_file_is_refused() -> Result {
    let dir = tempfile::tempdir()?;
    let (problem, text) = refused(dir.path());
    assert!(matches!(problem, Problem::Directory), "{text}");

    let (problem, text) = refused(&dir.path().join("none/jobs.db"));
    assert!(matches!(problem, Problem::Io(_)), "{text}");
    assert!(text.contains("none/jobs.db"), "{text}");

    let (problem, text) = refused(Path::new(":memory:"));
    assert!(matches!(problem, Problem::NoLog(_)), "{text}");
    Ok(())
}

/// Where nobody can create a file, not even the owner of the machine.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_takes_no_file_is_refused() {
    let (problem, text) = refused(Path::new("/proc/jobs.db"));
    assert!(matches!(problem, Problem::Sqlite(_)), "{text}");
    assert!(text.contains("unable to open"), "{text}");
}

#[test]
fn a_file_left_empty_by_a_crash_is_opened_as_a_new_one() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    fs::File::create(&path)?;
    File::open(&path)?;
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_alone() -> Result {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempfile::tempdir()?;
    let file = File::open(dir.path().join("jobs.db"))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(dir.path())? {
        let entry = entry?;
        assert_eq!(
            entry.metadata()?.permissions().mode() & 0o777,
            0o600,
            "{entry:?}"
        );
        names.push(PathBuf::from(entry.file_name()));
    }
    names.sort();
    assert_eq!(
        names,
        ["jobs.db", "jobs.db-shm", "jobs.db-wal"].map(PathBuf::from)
    );
    drop(file);
    Ok(())
}

#[test]
fn the_file_says_what_it_is() -> Result {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("jobs.db");
    drop(File::open(&path)?);
    let sqlite = Connection::open(&path)?;
    let number = |name| sqlite.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    assert_eq!(
        number("application_id")?,
        i64::from(u32::from_be_bytes(*b"jobs"))
    );
    assert_eq!(number("user_version")?, 2);
    assert_eq!(number("page_size")?, 4_096);
    assert_eq!(number("auto_vacuum")?, 2);
    let journal: String = sqlite.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    assert_eq!(journal, "wal");
    Ok(())
}

fn refused(path: &Path) -> (Problem, String) {
    let error = File::open(path).expect_err("the file is refused");
    let text = error.to_string();
    (error.problem, text)
}

async fn claim(file: &File) -> Result<Job> {
    let claim = Claim {
        queue: "queue".into(),
        worker: WorkerId::new("worker"),
        lease: Duration::from_secs(30),
        limit: 1,
    };
    Ok(file
        .claim(&claim)
        .await?
        .jobs
        .pop()
        .ok_or("no job is due")?)
}

async fn everything(file: &File) -> Result<Vec<Option<Job>>> {
    let mut jobs = Vec::new();
    for job in file.list(&Query::default()).await?.jobs {
        jobs.push(file.get(job.id).await?);
    }
    Ok(jobs)
}

//! What an examination of a file finds, and what it puts right.

use std::path::{Path, PathBuf};

use jobstore::{
    By, Claim, Event, Fence, File, Finding, JobId, Level, Logged, NewJob, Severity, Status, Store,
    WorkerId,
};
use rusqlite::Connection;
use tempfile::TempDir;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// A file with a job of each kind that an examination looks at.
struct Subject {
    file: File,
    path: PathBuf,
    running: JobId,
    cancelled: JobId,
    _dir: TempDir,
}

impl Subject {
    async fn fresh() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("jobs.db");
        let file = File::open(&path)?;
        let job = NewJob::new("mail", "welcome")
            .payload("Ada")
            .tag("vip")
            .batch("night");
        let running = file.enqueue(job.clone()).await?.accepted()?;
        let claim = Claim {
            queue: "mail".into(),
            worker: WorkerId::new("worker"),
            lease: DAY,
            limit: 1,
        };
        let fence = file
            .claim(&claim)
            .await?
            .jobs
            .first()
            .map_or(Fence::NONE, |job| job.fence);
        let line = Logged {
            level: Level::Info,
            text: "begun".into(),
        };
        let _ = file.apply(running, Event::Log { fence, line }).await?;
        let keyed = job.dedupe("welcome:ada", DAY);
        let cancelled = file.enqueue(keyed).await?.accepted()?;
        let by = By::new("test");
        let _ = file.apply(cancelled, Event::Cancel { by }).await?;
        Ok(Self {
            file,
            path,
            running,
            cancelled,
            _dir: dir,
        })
    }

    /// Somebody changes the file by hand.
    fn damage(&self, sql: &str) -> Result {
        by_hand(&self.path, sql)
    }

    /// What is found, in words, when it is mended, and that nothing is left then.
    async fn mended(&self) -> Result<Vec<String>> {
        let seen = self.file.examine(false).await?;
        let mended = self.file.examine(true).await?;
        assert_eq!(words(&seen), words(&mended));
        assert!(seen.iter().all(|finding| !finding.mended));
        assert!(mended.iter().all(|finding| finding.mended), "{mended:?}");
        assert_eq!(self.file.examine(false).await?, []);
        Ok(words(&mended))
    }
}

fn by_hand(path: &Path, sql: &str) -> Result {
    Ok(Connection::open(path)?.execute_batch(sql)?)
}

fn words(findings: &[Finding]) -> Vec<String> {
    let words = |finding: &Finding| format!("{}: {}", finding.subject, finding.fault);
    findings.iter().map(words).collect()
}

#[tokio::test]
async fn in_a_file_that_nobody_has_touched_nothing_is_found() -> Result {
    let subject = Subject::fresh().await?;
    assert_eq!(subject.file.examine(false).await?, []);
    assert_eq!(subject.file.examine(true).await?, []);
    Ok(())
}

#[tokio::test]
async fn counts_are_put_right() -> Result {
    let subject = Subject::fresh().await?;
    let sql = format!("DELETE FROM jobs WHERE id = x'{}'", hex(subject.running));
    subject.damage(&sql)?;
    let found = subject.mended().await?;
    let counts = [
        "the counts of queues: 1 are not what there is",
        "the counts of batches: 1 are not what there is",
    ];
    assert_eq!(found, counts);
    let queues = subject.file.queues().await?;
    assert_eq!(queues[0].tally.of(Status::Running), 0);
    assert_eq!(queues[0].tally.total(), 1);
    assert_eq!(subject.file.batch("night").await?.total(), 1);
    Ok(())
}

/// Counts are held back until the commit, so whoever mends them has to know of those.
#[tokio::test]
async fn counts_that_are_right_stay_so_while_others_write() -> Result {
    let subject = Subject::fresh().await?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (one, other) = (subject.file.clone(), subject.file.clone());
        tasks.spawn(async move { one.enqueue(NewJob::new("mail", "more")).await.map(drop) });
        tasks.spawn(async move {
            let found = other.examine(true).await;
            found.map(|found| assert_eq!(found, []))
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    assert_eq!(subject.file.examine(false).await?, []);
    Ok(())
}

#[tokio::test]
async fn what_belongs_to_no_job_is_deleted() -> Result {
    let subject = Subject::fresh().await?;
    subject.damage(
        "INSERT INTO payloads VALUES (99, x'00');
         INSERT INTO log_lines VALUES (99, 1, 0, 1, 'info', 'lost');
         INSERT INTO tags VALUES ('lost', 1);
         DELETE FROM tags WHERE tag = 'vip'",
    )?;
    let found = subject.mended().await?;
    let orphans = [
        "payloads: 1 belong to no job",
        "log lines: 1 belong to no job",
        "tags: 1 are of no job that has them",
        "tags: 2 of jobs are not found",
    ];
    assert_eq!(found, orphans);
    Ok(())
}

#[tokio::test]
async fn a_key_that_outlived_its_release_is_freed() -> Result {
    let subject = Subject::fresh().await?;
    subject.damage("UPDATE jobs SET at_death = 'release' WHERE status = 'cancelled'")?;
    let found = subject.mended().await?;
    assert_eq!(
        found,
        ["dedupe keys: 1 are held by jobs that have let them go"]
    );
    let job = NewJob::new("mail", "welcome").dedupe("welcome:ada", DAY);
    assert_ne!(
        subject.file.enqueue(job).await?.accepted()?,
        subject.cancelled
    );
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_mended_is_told_again() -> Result {
    let subject = Subject::fresh().await?;
    subject.damage(
        "DELETE FROM payloads;
         PRAGMA ignore_check_constraints = ON;
         UPDATE jobs SET lease_until = NULL WHERE status = 'running'",
    )?;
    for mend in [true, false] {
        let found = subject.file.examine(mend).await?;
        assert!(
            found
                .iter()
                .all(|finding| finding.severity == Severity::Error)
        );
        assert!(found.iter().all(|finding| !finding.mended));
        let found = words(&found);
        let jobs = "jobs: 1 have a status that contradicts their lease or their end";
        assert!(found.iter().any(|finding| finding == jobs), "{found:?}");
        assert!(
            found
                .iter()
                .any(|finding| finding == "payloads: 2 are missing"),
            "{found:?}"
        );
    }
    Ok(())
}

fn hex(id: JobId) -> String {
    id.to_string().replace('-', "")
}

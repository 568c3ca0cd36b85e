//! The doctor of jobs as its users meet it: a file, a report and an exit status.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use jobstore::{File, Jobs, NewJob, WorkerId};
use rusqlite::Connection;
use tempfile::TempDir;

/// A file with a job that is due, for whose queue a worker has asked.
struct Patient {
    folder: TempDir,
}

impl Patient {
    async fn new() -> Self {
        let patient = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let jobs = Jobs::new(File::open(patient.path()).expect("a file"));
        for _ in 0..2 {
            let enqueued = jobs.enqueue(NewJob::new("mail", "mail.welcome")).await;
            let _ = enqueued.expect("it is taken");
        }
        let (worker, lease) = (WorkerId::new("worker"), Duration::from_secs(3_600));
        let claimed = jobs.claim("mail", &worker, lease, 1).await;
        assert_eq!(claimed.expect("it answers").jobs.len(), 1);
        patient
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("jobs.db")
    }

    fn damage(&self, sql: &str) {
        let file = Connection::open(self.path()).expect("it is a file of SQLite");
        file.execute_batch(sql).expect("it can be damaged");
    }

    fn examine(&self, more: &[&str]) -> (Option<i32>, String) {
        let store = format!("file:{}", self.path().display());
        let (status, report, complaint) = run(&[&["--store", &store], more].concat());
        assert_eq!(complaint, "");
        (status, report)
    }
}

/// The exit status, and what is written to standard output and to standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(executable())
        .env_clear()
        .args(arguments)
        .output()
        .expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// Examples lie beside the tests: `target/<profile>/deps/<test>` and `target/<profile>/examples/..`.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2);
    let folder = profile.expect("a test lies in target/<profile>/deps");
    let doctor = folder.join("examples").join("jobs_doctor");
    assert!(
        doctor.exists(),
        "there is no {doctor:?}; `cargo test -p examples` without a target selection builds it",
    );
    doctor
}

#[tokio::test]
async fn a_store_in_good_order_is_said_to_be() {
    let (status, report) = Patient::new().await.examine(&[]);
    assert_eq!(
        report,
        "What is answered with Ok is lost when the disk is.\n\
         note: queue mail: 1 waiting, 1 running, 0 dead; workers are at it\n\
         Nothing is wrong.\n"
    );
    assert_eq!(status, Some(0));
}

#[tokio::test]
async fn damage_is_found_and_mended_when_that_is_asked_for() {
    let patient = Patient::new().await;
    patient.damage("DELETE FROM jobs WHERE status = 'ready'");
    let (status, report) = patient.examine(&[]);
    assert_eq!(status, Some(1), "{report}");
    assert!(
        report.contains("the counts of queues: 1 are not what there is"),
        "{report}"
    );

    let (status, report) = patient.examine(&["--fix"]);
    assert_eq!(status, Some(0), "{report}");
    assert!(report.contains("(mended)"), "{report}");
    let (status, report) = patient.examine(&[]);
    assert_eq!(status, Some(0), "{report}");
    assert!(report.ends_with("Nothing is wrong.\n"), "{report}");
}

#[tokio::test]
async fn that_nobody_works_is_said() {
    let patient = Patient::new().await;
    // An hour ago, both of it.
    patient
        .damage("UPDATE jobs SET run_at = run_at - 3600000000; UPDATE queues SET asked_at = NULL");
    let (status, report) = patient.examine(&["--fix"]);
    assert_eq!(status, Some(1), "{report}");
    assert!(
        report.contains("and no worker has ever asked for it"),
        "{report}"
    );
}

#[test]
fn a_file_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("jobs.db");
    let (status, report, complaint) = run(&["--store", &format!("file:{}", path.display())]);
    assert_eq!((status, &*report), (Some(1), ""));
    assert!(
        complaint.contains("jobs.db cannot be opened: "),
        "{complaint}"
    );
    assert!(!path.exists());
}

#[test]
fn another_place_is_not_understood() {
    let (status, _, complaint) = run(&["--store", "jobs.db"]);
    assert_eq!(status, Some(2));
    assert!(complaint.contains("file:./data/jobs.db"), "{complaint}");
}

//! Jobs in a file.

use std::path::PathBuf;

use jobstore::{File, Jobs};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{Said, fill, run};

/// A file with jobs.
struct Patient {
    folder: TempDir,
}

impl Patient {
    async fn new() -> Self {
        let patient = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        fill(&Jobs::new(File::open(patient.path()).expect("a file"))).await;
        patient
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("jobs.db")
    }

    fn damage(&self, sql: &str) {
        let file = Connection::open(self.path()).expect("it is a file of SQLite");
        file.execute_batch(sql).expect("it can be damaged");
    }

    fn examine(&self, more: &[&str]) -> Said {
        let store = format!("file:{}", self.path().display());
        let said = run(&[&["--store", &store], more].concat());
        assert_eq!(said.complaint, "");
        said
    }
}

#[tokio::test]
async fn a_store_in_good_order_is_said_to_be() {
    let said = Patient::new().await.examine(&[]);
    assert_eq!(
        said.report,
        "What is answered with Ok is lost when the disk is.\n\
         note: queue mail: 1 waiting, 1 running, 0 dead; workers are at it\n\
         Nothing is wrong.\n"
    );
    assert_eq!(said.status, Some(0));
}

#[tokio::test]
async fn damage_is_found_and_mended_when_that_is_asked_for() {
    let patient = Patient::new().await;
    patient.damage("DELETE FROM jobs WHERE status = 'ready'");
    let said = patient.examine(&[]);
    assert_eq!(said.status, Some(1), "{said:?}");
    let found = "the counts of queues: 1 are not what there is";
    assert!(said.report.contains(found), "{said:?}");

    let said = patient.examine(&["--fix"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.report.contains("(mended)"), "{said:?}");
    let said = patient.examine(&[]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.report.ends_with("Nothing is wrong.\n"), "{said:?}");
}

#[tokio::test]
async fn that_nobody_works_is_said() {
    let patient = Patient::new().await;
    // An hour ago, both of it.
    patient
        .damage("UPDATE jobs SET run_at = run_at - 3600000000; UPDATE queues SET asked_at = NULL");
    let said = patient.examine(&["--fix"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    let found = "and no worker has ever asked for it";
    assert!(said.report.contains(found), "{said:?}");
}

#[test]
fn a_file_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("jobs.db");
    let said = run(&["--store", &format!("file:{}", path.display())]);
    assert_eq!((said.status, &*said.report), (Some(1), ""));
    let complaint = "jobs.db cannot be opened: ";
    assert!(said.complaint.contains(complaint), "{said:?}");
    assert!(!path.exists());
}

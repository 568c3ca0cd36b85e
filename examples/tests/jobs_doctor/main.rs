//! The doctor of jobs as its users meet it: a store, a report and an exit status.

mod file;
mod redis;

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use jobstore::{Jobs, NewJob, WorkerId};

/// Two jobs: one that runs for the next hour, and one that is due, for whose queue a worker has asked.
async fn fill(jobs: &Jobs) {
    for key in ["1", "2"] {
        let job = NewJob::new("mail", "mail.welcome").dedupe(key, Duration::from_secs(3_600));
        let _ = jobs.enqueue(job).await.expect("it is taken");
    }
    let (worker, lease) = (WorkerId::new("worker"), Duration::from_secs(3_600));
    let claimed = jobs.claim("mail", &worker, lease, 1).await;
    assert_eq!(claimed.expect("it answers").jobs.len(), 1);
}

/// What the program said and how it ended.
#[derive(Debug)]
struct Said {
    status: Option<i32>,
    report: String,
    /// What it wrote to standard error.
    complaint: String,
}

fn run(arguments: &[&str]) -> Said {
    run_in(&[], arguments)
}

/// Runs it with these variables, and no others, in its environment.
fn run_in(environment: &[(&str, &str)], arguments: &[&str]) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(executable())
        .env_clear()
        .envs(environment.iter().copied())
        .args(arguments)
        .output()
        .expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said {
        status: status.code(),
        report: text(stdout),
        complaint: text(stderr),
    }
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

#[test]
fn another_place_is_not_understood() {
    let said = run(&["--store", "jobs.db"]);
    assert_eq!(said.status, Some(2));
    assert!(said.complaint.contains("file:./data/jobs.db"), "{said:?}");
    assert!(said.complaint.contains("redis://"), "{said:?}");
}

#[test]
fn a_prefix_belongs_to_redis_and_redis_needs_one() {
    let said = run(&["--store", "redis://127.0.0.1:1"]);
    assert_eq!(said.status, Some(2));
    assert!(said.complaint.contains("--prefix is missing"), "{said:?}");
    let said = run(&["--store", "file:jobs.db", "--prefix", "app"]);
    assert_eq!(said.status, Some(2));
    assert!(said.complaint.contains("--prefix is for Redis"), "{said:?}");
}

#[test]
fn a_password_is_not_repeated() {
    for url in [
        "redis:/:opensesame@127.0.0.1:1",
        "reddis://:opensesame@127.0.0.1:1",
        "redis://:opensesame@127.0.0.1:port",
        "redis://:opensesame@127.0.0.1:1",
    ] {
        let said = run(&["--store", url, "--prefix", "app"]);
        assert!(matches!(said.status, Some(1 | 2)), "{said:?}");
        assert!(!said.complaint.contains("opensesame"), "{said:?}");
    }
    let said = run_in(&[("JOBS_STORE", "redis://:opensesame@x")], &["--help"]);
    assert!(!said.report.contains("opensesame"), "{said:?}");
}

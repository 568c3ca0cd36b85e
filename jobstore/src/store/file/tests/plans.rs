//! How SQLite finds what is asked for: by an index, so that a million jobs take no longer than a few.

use super::super::{claim, open, reader, retire};
use crate::{Fingerprint, JobId, Query, Status, Timestamp};

/// The steps of SQLite's plan for a statement.
fn plan(sql: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let connection = open::writer(&dir.path().join("jobs.db")).unwrap();
    let mut explain = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    explain
        .raw_query()
        .mapped(|row| row.get("detail"))
        .collect::<Result<_, _>>()
        .unwrap()
}

#[track_caller]
fn uses(sql: &str, index: &str) {
    let plan = plan(sql);
    let first = plan.first().unwrap();
    assert!(first.contains(index), "{index} is not used: {plan:#?}");
    let slow = |step: &&String| step.contains("TEMP B-TREE") || step.starts_with("SCAN");
    assert_eq!(plan.iter().find(slow), None, "{plan:#?}");
}

#[test]
fn a_claim_reads_only_what_is_due() {
    let waiting = "waiting_jobs (queue=? AND priority=? AND run_at<?)";
    uses(&claim::due_sql(), waiting);
    let later = "waiting_jobs (queue=? AND priority=? AND run_at>?)";
    uses(claim::FIRST_AFTER, later);
}

#[test]
fn a_reap_reads_only_leases_that_are_over() {
    uses(&claim::over_sql(), "running_jobs (lease_until<?)");
}

#[test]
fn a_prune_reads_only_what_has_to_go() {
    let ended = "ended_jobs (queue=? AND status=? AND whole=? AND ended_at<?)";
    uses(retire::OLDEST, ended);
}

#[test]
fn a_list_reads_only_what_it_shows() {
    let of = |query: Query| reader::listing(&query, 51).0;
    uses(
        &of(Query::default().status(Status::Dead)),
        "rare_jobs (status=?)",
    );
    uses(
        &of(Query::default().subject("ada")),
        "jobs_of_subjects (subject=?)",
    );
    uses(
        &of(Query::default().batch("night")),
        "jobs_of_batches (batch=?)",
    );
    uses(
        &of(Query::default().tag("vip")),
        "tags USING PRIMARY KEY (tag=?)",
    );
    let parent = JobId::from_bytes([0; 16]);
    uses(
        &of(Query::default().parent(parent)),
        "jobs_of_parents (parent=?)",
    );
    let cause: Fingerprint = "0123456789abcdef".parse().unwrap();
    uses(
        &of(Query::default().fingerprint(cause)),
        "failed_jobs (fingerprint=?)",
    );
    let late = Query::default().since(Timestamp::EPOCH);
    uses(&of(late), "INTEGER PRIMARY KEY (rowid>?)");
}

//! Whether the file is as it should be.

use std::path::Path;

use rusqlite::{Connection, Result, Row};

use super::{cell, filesystem, open, rows};
use crate::{Finding, Severity};

/// What may be wrong between the rows of the file.
struct Check {
    subject: &'static str,
    fault: &'static str,
    remedy: &'static str,
    /// How many rows it is wrong with.
    count: &'static str,
    /// What puts it right, where that can be done without knowing more.
    mend: Option<&'static str>,
}

const CHECKS: [Check; 9] = [
    Check {
        subject: "jobs",
        fault: "have a status that contradicts their lease or their end",
        remedy: "somebody has changed them by hand: cancel or delete them",
        count: "SELECT count(*) FROM jobs
            WHERE (status = 'running') <> (lease_until IS NOT NULL)
                OR (status IN ('done', 'dead', 'cancelled')) <> (ended_at IS NOT NULL)",
        mend: None,
    },
    Check {
        subject: "payloads",
        fault: "are missing",
        remedy: "the jobs cannot be run: delete them, and enqueue them again",
        count: "SELECT count(*) FROM jobs LEFT JOIN payloads USING (seq)
            WHERE whole AND payload IS NULL",
        mend: None,
    },
    Check {
        subject: "payloads",
        fault: "belong to no job",
        remedy: MENDED,
        count: "SELECT count(*) FROM payloads WHERE seq NOT IN (SELECT seq FROM jobs WHERE whole)",
        mend: Some("DELETE FROM payloads WHERE seq NOT IN (SELECT seq FROM jobs WHERE whole)"),
    },
    Check {
        subject: "log lines",
        fault: "belong to no job",
        remedy: MENDED,
        count: "SELECT count(*) FROM log_lines WHERE seq NOT IN (SELECT seq FROM jobs)",
        mend: Some("DELETE FROM log_lines WHERE seq NOT IN (SELECT seq FROM jobs)"),
    },
    Check {
        subject: "tags",
        fault: "are of no job that has them",
        remedy: MENDED,
        count: "SELECT count(*) FROM (SELECT tag, seq FROM tags
            EXCEPT SELECT value, seq FROM jobs, json_each(iif(json_valid(tags), tags, NULL)))",
        mend: Some(
            "DELETE FROM tags WHERE (tag, seq) IN (SELECT tag, seq FROM tags
                EXCEPT SELECT value, seq FROM jobs, json_each(iif(json_valid(tags), tags, NULL)))",
        ),
    },
    Check {
        subject: "tags",
        fault: "of jobs are not found",
        remedy: MENDED,
        count: "SELECT count(*) FROM (SELECT value, seq FROM jobs, json_each(iif(json_valid(tags), tags, NULL))
            EXCEPT SELECT tag, seq FROM tags)",
        mend: Some("INSERT OR IGNORE INTO tags SELECT value, seq FROM jobs, json_each(iif(json_valid(tags), tags, NULL))"),
    },
    Check {
        subject: "dedupe keys",
        fault: "are held by jobs that have let them go",
        remedy: MENDED,
        count: "SELECT count(*) FROM dedupe_keys JOIN jobs ON jobs.id = job
            WHERE at_death = 'release' AND (status = 'dead' OR status = 'cancelled')",
        mend: Some(
            "DELETE FROM dedupe_keys WHERE job IN (SELECT id FROM jobs
                WHERE at_death = 'release' AND (status = 'dead' OR status = 'cancelled'))",
        ),
    },
    Check {
        subject: "the counts of queues",
        fault: "are not what there is",
        remedy: MENDED,
        count: "SELECT count(*) FROM (
            SELECT queue, status, count(*) AS jobs FROM jobs GROUP BY queue, status) AS found
            FULL JOIN tallies USING (queue, status) WHERE jobs IS NOT count",
        mend: Some(
            "DELETE FROM tallies;
            INSERT INTO tallies SELECT queue, status, count(*) FROM jobs GROUP BY queue, status",
        ),
    },
    Check {
        subject: "the counts of batches",
        fault: "are not what there is",
        remedy: MENDED,
        count: "SELECT count(*) FROM (
            SELECT batch, status, count(*) AS jobs FROM jobs WHERE batch IS NOT NULL
            GROUP BY batch, status) AS found
            FULL JOIN batches USING (batch, status) WHERE jobs IS NOT count",
        mend: Some(
            "DELETE FROM batches;
            INSERT INTO batches SELECT batch, status, count(*) FROM jobs
            WHERE batch IS NOT NULL GROUP BY batch, status",
        ),
    },
];

/// What the store does about it.
const MENDED: &str = "it is put right when mending is asked for";

/// What is wrong with the rows.
pub(super) fn records(connection: &Connection, mend: bool) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for check in &CHECKS {
        let count: i64 = connection.query_row(check.count, [], |row| row.get(0))?;
        if count == 0 {
            continue;
        }
        let mend = check.mend.filter(|_| mend);
        if let Some(sql) = mend {
            connection.execute_batch(sql)?;
        }
        let fault = format!("{count} {}", check.fault);
        let finding = Finding::new(Severity::Error, check.subject, fault, check.remedy);
        findings.push(finding.mended(mend.is_some()));
    }
    findings.extend(unreadable(connection)?);
    Ok(findings)
}

/// The jobs that no worker gets, because what is kept of them is not what a store writes. Those whose
/// payload is missing have been found before.
fn unreadable(connection: &Connection) -> Result<Vec<Finding>> {
    /// So many are told of at once; the others when these are gone.
    const MOST: usize = 100;

    let mut select = connection.prepare(&format!(
        "SELECT {} FROM jobs LEFT JOIN payloads USING (seq) WHERE NOT whole OR payload IS NOT NULL",
        rows::WHOLE
    ))?;
    let unreadable = |row: &Row<'_>| match rows::kept(row) {
        Err(error) if cell::is_unreadable(&error) => cell::id(row, 2).map(Some),
        kept => kept.map(|_| None),
    };
    select
        .query_map([], unreadable)?
        .filter_map(Result::transpose)
        .take(MOST)
        .map(|id| {
            let (subject, fault) = (format!("job {}", id?), "cannot be read");
            Ok(Finding::new(Severity::Error, subject, fault, "delete it"))
        })
        .collect()
}

/// What is wrong with the file, or with what it lies on.
pub(super) fn file(connection: &Connection, path: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if let Err(problem) = open::check_sqlite(rusqlite::version_number()) {
        let remedy = "build the program with a later one";
        let fault = problem.to_string();
        findings.push(Finding::new(Severity::Error, "SQLite", fault, remedy));
    }
    if let Ok(Some(name)) = filesystem::network(path) {
        let fault = format!("is a network file system ({name}), where locks do not hold");
        let remedy = "stop the processes, and move the file to a local disk";
        findings.push(Finding::new(
            Severity::Error,
            "the file system",
            fault,
            remedy,
        ));
    }
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if journal != "wal" {
        let fault = format!("is of kind {journal}, and a write-ahead log is expected");
        let remedy = "stop the processes, and open the file again";
        findings.push(Finding::new(Severity::Error, "the journal", fault, remedy));
    }
    findings.extend(pages(connection)?);
    Ok(findings)
}

/// Lets SQLite look at every page.
fn pages(connection: &Connection) -> Result<Vec<Finding>> {
    connection
        .prepare("PRAGMA quick_check(10)")?
        .query_map([], |row| row.get::<_, String>(0))?
        .filter(|verdict| !matches!(verdict.as_deref(), Ok("ok")))
        .map(|verdict| {
            let remedy = "stop the processes, and take what can be read with `sqlite3 .recover`";
            Ok(Finding::new(Severity::Error, "the file", verdict?, remedy))
        })
        .collect()
}

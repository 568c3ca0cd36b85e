//! The threads that read: beside the writer, and never in its way.

use async_channel::{Receiver, Sender};
use rusqlite::{Connection, Result, params_from_iter, types::Value};

use super::rows;
use crate::{Backlog, Page, Query, Status, Summary};

/// How many questions may wait for a thread. Whoever asks later waits to get in line, so memory is
/// bounded.
const LINE: usize = 1_024;

/// A question that somebody waits for; it answers by itself.
pub(super) type Question = Box<dyn FnOnce(&Connection) + Send>;

/// Where questions are put, and where a reader takes them.
pub(super) fn line() -> (Sender<Question>, Receiver<Question>) {
    async_channel::bounded(LINE)
}

/// Serves until every sender is gone and every question is answered.
pub(super) fn run(connection: &Connection, questions: &Receiver<Question>) {
    while let Ok(question) = questions.recv_blocking() {
        question(connection);
    }
}

/// Proves that the file can be read.
pub(super) fn probe(connection: &Connection) -> Result<()> {
    connection
        .prepare_cached("SELECT latest_at FROM clock")?
        .query_row([], |_| Ok(()))
}

/// One page of jobs, newest first.
pub(super) fn list(connection: &Connection, query: &Query) -> Result<Page> {
    let limit = query.limit.clamp(1, Query::MAX_LIMIT);
    let (sql, values) = listing(query, limit + 1);
    let mut jobs: Vec<Summary> = connection
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), rows::summary)?
        .collect::<Result<_>>()?;
    let more = jobs.len() > limit;
    jobs.truncate(limit);
    Ok(Page {
        next: jobs.last().filter(|_| more).map(|job| job.id),
        jobs,
    })
}

/// How much work is owed. One statement, so that all of it is of one moment; and each count is that of
/// an index which holds few other jobs, so that it takes no longer for all that was ever done.
pub(super) fn backlog(connection: &Connection) -> Result<Backlog> {
    connection
        .prepare_cached(
            "WITH waiting AS (
                SELECT count(*) AS jobs, min(run_at) AS first_due
                FROM jobs INDEXED BY waiting_jobs WHERE lease_until IS NULL AND ended_at IS NULL
            ), rare AS (
                SELECT count(*) FILTER (WHERE status = 'scheduled') AS scheduled,
                    count(*) FILTER (WHERE status = 'retrying') AS retrying,
                    count(*) FILTER (WHERE status = 'dead') AS dead
                FROM jobs INDEXED BY rare_jobs
                WHERE status = 'scheduled' OR status = 'retrying' OR status = 'dead'
                    OR status = 'cancelled'
            ), running AS (
                SELECT count(*) AS jobs
                FROM jobs INDEXED BY running_jobs WHERE lease_until IS NOT NULL
            )
            SELECT scheduled, waiting.jobs - scheduled - retrying, running.jobs, retrying, dead,
                first_due
            FROM waiting, rare, running",
        )?
        .query_row([], |row| {
            let count = |column| row.get(column).map(i64::cast_unsigned);
            Ok(Backlog {
                scheduled: count(0)?,
                ready: count(1)?,
                running: count(2)?,
                retrying: count(3)?,
                dead: count(4)?,
                first_due: rows::optional(row, 5, rows::time)?,
            })
        })
}

/// The statement for a list, and its values. There are as many statements as combinations of
/// conditions.
fn listing(query: &Query, limit: usize) -> (String, Vec<Value>) {
    let columns = rows::SUMMARY;
    // Literals, because an index of some jobs serves only a statement that says which it wants.
    let mut sql = match query.status {
        None => format!("SELECT {columns} FROM jobs WHERE TRUE"),
        // Left to itself, SQLite would look for the few that run among all that ever did.
        Some(Status::Running) => format!(
            "SELECT {columns} FROM jobs INDEXED BY running_jobs WHERE lease_until IS NOT NULL"
        ),
        Some(status) => format!("SELECT {columns} FROM jobs WHERE status = '{status}'"),
    };
    let mut values = Vec::new();
    if let Some(queue) = &query.queue {
        sql.push_str(" AND queue = ?");
        values.push(Value::from(queue.clone()));
    }
    if let Some(kind) = &query.kind {
        sql.push_str(" AND kind = ?");
        values.push(Value::from(kind.clone()));
    }
    if let Some(before) = query.before {
        // The job itself may have been pruned, so its place is found by what is older.
        sql.push_str(" AND seq <= (SELECT seq FROM jobs WHERE id < ? ORDER BY id DESC LIMIT 1)");
        values.push(Value::from(before.to_string()));
    }
    sql.push_str(" ORDER BY seq DESC LIMIT ?");
    values.push(Value::from(limit as i64));
    (sql, values)
}

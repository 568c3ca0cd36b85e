//! The threads that read: beside the writer, and never in its way.

use std::collections::BTreeMap;

use async_channel::{Receiver, Sender};
use rusqlite::{Connection, Result, Row, params_from_iter, types::Value};

use super::{cell, claim, rows};
use crate::{JobId, Page, Query, QueueState, Status, Summary, Timestamp};

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
        .prepare_cached("SELECT at FROM latest")?
        .query_row([], |_| Ok(()))
}

/// One page of jobs, newest first.
pub(super) fn list(connection: &Connection, query: &Query) -> Result<Page> {
    let limit = query.limit.clamp(1, Query::MAX_LIMIT);
    let (sql, values) = listing(query, limit + 1);
    let mut rows: Vec<(JobId, Option<Summary>)> = connection
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), readable)?
        .collect::<Result<_>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(Page {
        next: rows.last().filter(|_| more).map(|(id, _)| *id),
        jobs: rows.into_iter().filter_map(|(_, job)| job).collect(),
    })
}

/// A job of a list; only its id if it cannot be read, so that it hides no other. An examination names it.
fn readable(row: &Row<'_>) -> Result<(JobId, Option<Summary>)> {
    let id = cell::id(row, 0)?;
    match rows::summary(row) {
        Err(error) if cell::is_unreadable(&error) => Ok((id, None)),
        summary => Ok((id, Some(summary?))),
    }
}

/// The statement for a list, and its values. There are as many statements as combinations of
/// conditions.
pub(super) fn listing(query: &Query, limit: usize) -> (String, Vec<Value>) {
    let (from, order) = source(query);
    let mut sql = format!("SELECT {} FROM {from} WHERE TRUE", rows::SUMMARY);
    let mut values = Vec::new();
    for (condition, value) in conditions(query) {
        sql.push_str(" AND ");
        sql.push_str(&condition);
        values.extend(value);
    }
    sql.push_str(&format!(" ORDER BY {order} DESC LIMIT ?"));
    values.push(Value::from(cell::limit(limit)));
    (sql, values)
}

/// Where the jobs of a list are looked for, and the column that is in their order.
fn source(query: &Query) -> (&'static str, &'static str) {
    if query.tag.is_some() {
        return ("tags CROSS JOIN jobs USING (seq)", "tags.seq");
    }
    // Left to itself, SQLite would look for the few that run among all that ever did.
    if query.status == Some(Status::Running) {
        return ("jobs INDEXED BY running_jobs", "seq");
    }
    ("jobs", "seq")
}

/// The conditions of a list, with the value that each may have.
fn conditions(query: &Query) -> Vec<(String, Option<Value>)> {
    let text = |column: &str, value: &Option<String>| {
        let value = value.clone()?;
        Some((format!("{column} = ?"), Some(Value::from(value))))
    };
    let blob = |condition: &str, id: Option<JobId>| {
        let value = Value::from(id?.as_bytes().to_vec());
        Some((condition.to_owned(), Some(value)))
    };
    let time = |condition: &str, time: Option<Timestamp>| {
        let value = Value::from(time?.as_micros());
        Some((condition.to_owned(), Some(value)))
    };
    // Literals, because an index of some jobs serves only a statement that says which it wants.
    let status = query.status.map(|status| match status {
        Status::Running => ("lease_until IS NOT NULL".into(), None),
        status => (format!("status = '{status}'"), None),
    });
    let fingerprint = query.fingerprint.map(|print| print.to_string());
    [
        text("tag", &query.tag),
        status,
        text("queue", &query.queue),
        text("kind", &query.kind),
        text("subject", &query.subject),
        text("batch", &query.batch),
        blob("parent = ?", query.parent),
        text("fingerprint", &fingerprint),
        blob(FROM_ID, query.since.map(first_id)),
        time("created_at >= ?", query.since),
        time("created_at < ?", query.until),
        blob(BEFORE_ID, query.before),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The places of the jobs with this id or a later one. None of these ids need be there: jobs may have
/// been deleted.
const FROM_ID: &str = "jobs.seq >= (SELECT seq FROM jobs WHERE id >= ? ORDER BY id LIMIT 1)";

/// The places of the jobs with an earlier id.
const BEFORE_ID: &str = "jobs.seq <= (SELECT seq FROM jobs WHERE id < ? ORDER BY id DESC LIMIT 1)";

/// Before every id that is made at `time` or later: ids begin with their time in milliseconds, and are
/// never behind it. So a list that ends at a time need not look at what is older.
fn first_id(time: Timestamp) -> JobId {
    let millis = time.as_micros().cast_unsigned() / 1_000;
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    JobId::from_bytes(bytes)
}

/// Every queue that holds a job or is paused, all of one moment.
pub(super) fn queues(connection: &Connection, now: Timestamp) -> Result<Vec<QueueState>> {
    let moment = connection.unchecked_transaction()?;
    let mut queues = BTreeMap::new();
    count(&moment, &mut queues)?;
    attend(&moment, &mut queues)?;
    for (queue, state) in &mut queues {
        state.due_since = claim::due_since(&moment, queue, now)?;
        state.next_due = claim::next_due(&moment, queue, now)?;
    }
    moment.commit()?;
    Ok(queues.into_values().collect())
}

fn count(connection: &Connection, queues: &mut BTreeMap<String, QueueState>) -> Result<()> {
    let mut select = connection.prepare_cached("SELECT queue, status, count FROM tallies")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let queue: String = row.get(0)?;
        let state = queues
            .entry(queue)
            .or_insert_with_key(|queue| QueueState::new(queue.as_str()));
        *state.tally.of_mut(cell::parse(row, 1)?) = cell::count(row, 2)?;
    }
    Ok(())
}

/// Adds who asked for the queues, and those that are paused and hold no job.
fn attend(connection: &Connection, queues: &mut BTreeMap<String, QueueState>) -> Result<()> {
    let mut select = connection.prepare_cached("SELECT queue, asked_at, pause FROM queues")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let queue: String = row.get(0)?;
        let paused = cell::optional(row, 2, cell::from_json)?;
        if paused.is_none() && !queues.contains_key(&queue) {
            continue;
        }
        let state = queues
            .entry(queue)
            .or_insert_with_key(|queue| QueueState::new(queue.as_str()));
        state.asked_at = cell::optional(row, 1, cell::time)?;
        state.paused = paused;
    }
    Ok(())
}

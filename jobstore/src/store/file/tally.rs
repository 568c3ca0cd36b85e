//! How many jobs there are: counted while a transaction runs, written once at its end.

use std::collections::HashMap;

use rusqlite::{Connection, Result, params};

use super::cell;
use crate::{Job, Status, Tally};

/// What has changed in the counts of queues and batches.
#[derive(Debug, Default)]
pub(super) struct Changes {
    queues: HashMap<String, Counts>,
    batches: HashMap<String, Counts>,
}

/// By how much each count has changed, in the order of [`Status::ALL`].
type Counts = [i64; Status::ALL.len()];

impl Changes {
    /// A job has come in, as it is.
    pub(super) fn added(&mut self, job: &Job) {
        self.count(&job.queue, job.batch.as_deref(), job.status, 1);
    }

    /// A job of this queue, batch and status is gone.
    pub(super) fn removed(&mut self, queue: &str, batch: Option<&str>, status: Status) {
        self.count(queue, batch, status, -1);
    }

    /// A job was of this status before.
    pub(super) fn moved(&mut self, before: Status, job: &Job) {
        if job.status != before {
            self.removed(&job.queue, job.batch.as_deref(), before);
            self.added(job);
        }
    }

    fn count(&mut self, queue: &str, batch: Option<&str>, status: Status, by: i64) {
        count(&mut self.queues, queue, status, by);
        if let Some(batch) = batch {
            count(&mut self.batches, batch, status, by);
        }
    }

    pub(super) fn write(&self, connection: &Connection) -> Result<()> {
        write(connection, "tallies", "queue", &self.queues)?;
        write(connection, "batches", "batch", &self.batches)
    }
}

/// A name is copied only where it is new.
fn count(counts: &mut HashMap<String, Counts>, name: &str, status: Status, by: i64) {
    if let Some(counts) = counts.get_mut(name) {
        counts[status as usize] += by;
        return;
    }
    let mut new = Counts::default();
    new[status as usize] = by;
    counts.insert(name.to_owned(), new);
}

/// Names come from callers: a count of zero is not kept.
fn write(
    connection: &Connection,
    table: &str,
    column: &str,
    changes: &HashMap<String, Counts>,
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut add = connection.prepare_cached(&format!(
        "INSERT INTO {table} VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET count = count + excluded.count"
    ))?;
    let mut drop_zero = connection.prepare_cached(&format!(
        "DELETE FROM {table} WHERE {column} = ?1 AND status = ?2 AND count = 0"
    ))?;
    for (name, counts) in changes {
        for (status, by) in Status::ALL.into_iter().zip(counts) {
            if *by != 0 {
                add.execute(params![name, status.name(), by])?;
            }
            if *by < 0 {
                drop_zero.execute(params![name, status.name()])?;
            }
        }
    }
    Ok(())
}

/// How many jobs of a batch there are.
pub(super) fn batch(connection: &Connection, batch: &str) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut select =
        connection.prepare_cached("SELECT status, count FROM batches WHERE batch = ?1")?;
    let mut rows = select.query([batch])?;
    while let Some(row) = rows.next()? {
        *tally.of_mut(cell::parse(row, 0)?) = cell::count(row, 1)?;
    }
    Ok(tally)
}

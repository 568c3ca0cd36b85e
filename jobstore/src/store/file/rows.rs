//! Jobs as rows, and back.

use rusqlite::{
    Connection, OptionalExtension as _, Result, Row, params, params_from_iter,
    types::{FromSqlError, Type, Value},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Fence, InvalidJob, Job, JobId, Lease, Payload, Summary, Timestamp, WorkerId};

pub(super) fn insert(connection: &Connection, job: &Job) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO jobs (id, queue, kind, status, triggered_by, metadata, dedupe_key, attempts,
                max_attempts, lost, created_at, run_at, fence, errors)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            job.id.to_string(),
            job.queue,
            job.kind,
            job.status.name(),
            job.triggered_by,
            json(&job.metadata)?,
            job.dedupe_key,
            job.attempts,
            job.max_attempts,
            job.lost,
            job.created_at.as_micros(),
            job.run_at.as_micros(),
            fence_to_sql(job.fence),
            json(&job.errors)?,
        ])?;
    connection
        .prepare_cached("INSERT INTO payloads (seq, payload) VALUES (last_insert_rowid(), ?1)")?
        .execute([job.payload.as_bytes()])?;
    Ok(())
}

/// The whole job.
pub(super) fn get(connection: &Connection, id: JobId) -> Result<Option<Job>> {
    connection
        .prepare_cached("SELECT payload, jobs.* FROM jobs JOIN payloads USING (seq) WHERE id = ?1")?
        .query_row([id.to_string()], job)
        .optional()
}

/// The columns of [`job`] with blanks for what [`Job::apply`] does not look at, however large it is.
/// A job read so is good for that, and for writing back what has changed.
pub(super) const BARE: &str = "x'', seq, id, queue, kind, status, '', '{}', NULL, attempts, \
     max_attempts, lost, created_at, run_at, started_at, ended_at, fence, lease_worker, \
     lease_until, errors, result";

/// The job by the columns of [`BARE`].
pub(super) fn get_bare(connection: &Connection, id: JobId) -> Result<Option<Job>> {
    connection
        .prepare_cached(&format!("SELECT {BARE} FROM jobs WHERE id = ?1"))?
        .query_row([id.to_string()], job)
        .optional()
}

/// Writes the columns in which `after` differs from `before`; indexes of the others are not touched.
pub(super) fn update(connection: &Connection, before: &Job, after: &Job) -> Result<()> {
    let (columns, mut values) = differences(before, after)?;
    if columns.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE jobs SET {} = ? WHERE id = ?",
        columns.join(" = ?, ")
    );
    values.push(after.id.to_string().into());
    connection
        .prepare_cached(&sql)?
        .execute(params_from_iter(values))?;
    Ok(())
}

/// What may change in the life of a job, where it did: names of columns and their values.
fn differences(before: &Job, after: &Job) -> Result<(Vec<&'static str>, Vec<Value>)> {
    let mut columns = Vec::new();
    let mut values = Vec::new();
    let mut set = |column, value| {
        columns.push(column);
        values.push(value);
    };
    if after.status != before.status {
        set("status", after.status.name().to_owned().into());
    }
    if after.attempts != before.attempts {
        set("attempts", after.attempts.into());
    }
    if after.lost != before.lost {
        set("lost", after.lost.into());
    }
    if after.run_at != before.run_at {
        set("run_at", after.run_at.as_micros().into());
    }
    if after.started_at != before.started_at {
        set(
            "started_at",
            after.started_at.map(Timestamp::as_micros).into(),
        );
    }
    if after.ended_at != before.ended_at {
        set("ended_at", after.ended_at.map(Timestamp::as_micros).into());
    }
    if after.fence != before.fence {
        set("fence", fence_to_sql(after.fence).into());
    }
    if after.lease != before.lease {
        let lease = after.lease.as_ref();
        set(
            "lease_worker",
            lease.map(|lease| lease.worker.as_str().to_owned()).into(),
        );
        set(
            "lease_until",
            lease.map(|lease| lease.until.as_micros()).into(),
        );
    }
    if after.errors != before.errors {
        set("errors", json(&after.errors)?.into());
    }
    if after.result != before.result {
        set(
            "result",
            after.result.as_ref().map(json).transpose()?.into(),
        );
    }
    Ok((columns, values))
}

/// Reads `payload, jobs.*`: the columns after the payload are in the order of the schema.
pub(super) fn job(row: &Row<'_>) -> Result<Job> {
    let fence = Fence::new(row.get::<_, i64>(16)?.cast_unsigned());
    let lease = optional(row, 18, |row, until| {
        Ok(Lease {
            fence,
            worker: WorkerId::new(text(row, 17)?),
            until: time(row, until)?,
        })
    })?;
    Ok(Job {
        payload: Payload::from(row.get_ref(0)?.as_blob()?.to_vec()),
        id: parse(row, 2)?,
        queue: row.get(3)?,
        kind: row.get(4)?,
        status: parse(row, 5)?,
        triggered_by: row.get(6)?,
        metadata: from_json(row, 7)?,
        dedupe_key: row.get(8)?,
        attempts: row.get(9)?,
        max_attempts: row.get(10)?,
        lost: row.get(11)?,
        created_at: time(row, 12)?,
        run_at: time(row, 13)?,
        started_at: optional(row, 14, time)?,
        ended_at: optional(row, 15, time)?,
        fence,
        lease,
        errors: from_json(row, 19)?,
        result: optional(row, 20, from_json)?,
    })
}

/// The columns that [`summary`] reads.
pub(super) const SUMMARY: &str = "id, queue, kind, status, triggered_by, attempts, max_attempts, \
     created_at, run_at, started_at, ended_at, errors -> '$[#-1]'";

/// Reads the columns of [`SUMMARY`].
pub(super) fn summary(row: &Row<'_>) -> Result<Summary> {
    Ok(Summary {
        id: parse(row, 0)?,
        queue: row.get(1)?,
        kind: row.get(2)?,
        status: parse(row, 3)?,
        triggered_by: row.get(4)?,
        attempts: row.get(5)?,
        max_attempts: row.get(6)?,
        created_at: time(row, 7)?,
        run_at: time(row, 8)?,
        started_at: optional(row, 9, time)?,
        ended_at: optional(row, 10, time)?,
        last_error: optional(row, 11, from_json)?,
    })
}

pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    let micros = row.get(column)?;
    Timestamp::from_micros(micros).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

/// `None` where the column is NULL, else what `read` reads.
pub(super) fn optional<'a, T>(
    row: &'a Row<'_>,
    column: usize,
    read: impl FnOnce(&'a Row<'_>, usize) -> Result<T>,
) -> Result<Option<T>> {
    if row.get_ref(column)?.data_type() == Type::Null {
        return Ok(None);
    }
    read(row, column).map(Some)
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str> {
    row.get_ref(column)?
        .as_str()
        .map_err(|error| unreadable(column, error))
}

/// Reads a text that has a form, such as an id.
pub(super) fn parse<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T> {
    text(row, column)?
        .parse()
        .map_err(|_| unreadable(column, FromSqlError::InvalidType))
}

fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    // The error of the parser is left out: it may quote what it read.
    serde_json::from_str(text(row, column)?)
        .map_err(|_| unreadable(column, FromSqlError::InvalidType))
}

/// Refuses a value that is nested so deep that the parser would not read it back.
pub(super) fn check_depth(result: &serde_json::Value) -> Result<(), InvalidJob> {
    // The parser of serde_json stops at 128 levels.
    const DEEPEST: usize = 127;

    if is_deeper(result, DEEPEST) {
        return Err(InvalidJob {
            field: "result",
            problem: format!("is nested deeper than {DEEPEST} levels"),
        });
    }
    Ok(())
}

fn is_deeper(value: &serde_json::Value, levels: usize) -> bool {
    use serde_json::Value as Json;

    match value {
        Json::Array(_) | Json::Object(_) if levels == 0 => true,
        Json::Array(items) => items.iter().any(|item| is_deeper(item, levels - 1)),
        Json::Object(map) => map.values().any(|item| is_deeper(item, levels - 1)),
        _ => false,
    }
}

fn unreadable(column: usize, error: FromSqlError) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Fences count up from zero by one, so they never reach the half that SQLite would show as negative.
const fn fence_to_sql(fence: Fence) -> i64 {
    fence.get().cast_signed()
}

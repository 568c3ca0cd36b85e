//! Jobs as rows, and back.

use rusqlite::{
    Connection, OptionalExtension as _, Result, Row, params, params_from_iter,
    types::{FromSqlError, Value},
};

use super::cell;
use crate::{AtDeath, Fence, Job, JobId, Lease, Payload, Priority, Summary, Timestamp, WorkerId};

/// A job, and where it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) seq: i64,
    pub(super) job: Job,
}

/// Writes a job that is not there yet. One that has just come in has no lease, no end and no errors.
pub(super) fn insert(connection: &Connection, seq: i64, job: &Job) -> Result<()> {
    let whole = !job.payload.is_empty();
    connection
        .prepare_cached(
            "INSERT INTO jobs (seq, id, queue, kind, status, priority, whole, triggered_by, attempts,
                max_attempts, lost, max_lost, interrupted, max_interrupted, replays, log_lines, fence,
                created_at, run_at, dedupe_key, at_death, metadata, tags, subject, batch, parent,
                replay_of, replayed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
        )?
        .execute(params![
            seq,
            job.id.as_bytes(),
            job.queue,
            job.kind,
            job.status.name(),
            job.priority.rank(),
            whole,
            job.triggered_by,
            job.attempts,
            job.max_attempts,
            job.lost,
            job.max_lost,
            job.interrupted,
            job.max_interrupted,
            job.replays,
            cell::number(job.log_lines),
            cell::number(job.fence.get()),
            job.created_at.as_micros(),
            job.run_at.as_micros(),
            job.dedupe_key,
            (job.at_death == AtDeath::Release).then_some(RELEASE),
            (!job.metadata.is_empty()).then(|| cell::json(&job.metadata)).transpose()?,
            (!job.tags.is_empty()).then(|| cell::json(&job.tags)).transpose()?,
            job.subject,
            job.batch,
            job.parent.as_ref().map(JobId::as_bytes),
            job.replay_of.as_ref().map(JobId::as_bytes),
            job.replayed_at.map(Timestamp::as_micros),
        ])?;
    if whole {
        connection
            .prepare_cached("INSERT INTO payloads VALUES (?1, ?2)")?
            .execute(params![seq, job.payload.as_bytes()])?;
    }
    for tag in &job.tags {
        connection
            .prepare_cached("INSERT INTO tags VALUES (?1, ?2)")?
            .execute(params![tag, seq])?;
    }
    Ok(())
}

/// How [`AtDeath::Release`] is written; to keep the key is NULL.
const RELEASE: &str = "release";

/// The columns of [`kept`], of `jobs LEFT JOIN payloads USING (seq)`. A payload that should be there
/// and is not reads as NULL, which is an error.
pub(super) const WHOLE: &str = "CASE WHEN whole THEN payload ELSE x'' END, seq, id, queue, kind, status, \
     priority, payload_gone, triggered_by, metadata, tags, subject, batch, parent, replay_of, replays, \
     replayed_at, dedupe_key, at_death, attempts, max_attempts, lost, max_lost, interrupted, \
     max_interrupted, created_at, run_at, started_at, ended_at, fence, lease_worker, lease_until, \
     errors, fingerprint, triage, progress, log_lines, result";

/// The columns of [`kept`] with blanks for what [`Job::apply`] and its consequences do not look at,
/// however large it is. A job read so is good for that, and for writing back what has changed.
pub(super) const BARE: &str = "x'', seq, id, queue, kind, status, \
     priority, payload_gone, '', NULL, NULL, NULL, batch, NULL, NULL, replays, \
     replayed_at, dedupe_key, at_death, attempts, max_attempts, lost, max_lost, interrupted, \
     max_interrupted, created_at, run_at, started_at, ended_at, fence, lease_worker, lease_until, \
     errors, fingerprint, triage, progress, log_lines, result";

/// As [`BARE`], with blanks for all that is JSON too: enough to delete a job that cannot be read.
const OUTLINE: &str = "x'', seq, id, queue, kind, status, \
     priority, payload_gone, '', NULL, NULL, NULL, batch, NULL, NULL, replays, \
     replayed_at, dedupe_key, at_death, attempts, max_attempts, lost, max_lost, interrupted, \
     max_interrupted, created_at, run_at, started_at, ended_at, fence, lease_worker, lease_until, \
     NULL, NULL, NULL, NULL, log_lines, NULL";

/// The whole job.
pub(super) fn get(connection: &Connection, id: JobId) -> Result<Option<Kept>> {
    connection
        .prepare_cached(&format!(
            "SELECT {WHOLE} FROM jobs LEFT JOIN payloads USING (seq) WHERE id = ?1"
        ))?
        .query_row([id.as_bytes()], kept)
        .optional()
}

/// The job by the columns of [`BARE`].
pub(super) fn get_bare(connection: &Connection, id: JobId) -> Result<Option<Kept>> {
    get_columns(connection, BARE, id)
}

/// The job by the columns of [`OUTLINE`].
pub(super) fn get_outline(connection: &Connection, id: JobId) -> Result<Option<Kept>> {
    get_columns(connection, OUTLINE, id)
}

fn get_columns(connection: &Connection, columns: &str, id: JobId) -> Result<Option<Kept>> {
    connection
        .prepare_cached(&format!("SELECT {columns} FROM jobs WHERE id = ?1"))?
        .query_row([id.as_bytes()], kept)
        .optional()
}

/// Reads the columns of [`WHOLE`].
pub(super) fn kept(row: &Row<'_>) -> Result<Kept> {
    let fence = Fence::new(cell::count(row, 29)?);
    let lease = cell::optional(row, 31, |row, until| {
        Ok(Lease {
            fence,
            worker: WorkerId::new(cell::text(row, 30)?),
            until: cell::time(row, until)?,
        })
    })?;
    let job = Job {
        payload: payload(row, 0)?,
        id: cell::id(row, 2)?,
        queue: row.get(3)?,
        kind: row.get(4)?,
        status: cell::parse(row, 5)?,
        priority: priority(row, 6)?,
        payload_gone: row.get::<_, Option<bool>>(7)?.unwrap_or_default(),
        triggered_by: row.get(8)?,
        metadata: cell::optional(row, 9, cell::from_json)?.unwrap_or_default(),
        tags: cell::optional(row, 10, cell::from_json)?.unwrap_or_default(),
        subject: row.get(11)?,
        batch: row.get(12)?,
        parent: cell::optional(row, 13, cell::id)?,
        replay_of: cell::optional(row, 14, cell::id)?,
        replays: row.get(15)?,
        replayed_at: cell::optional(row, 16, cell::time)?,
        dedupe_key: row.get(17)?,
        at_death: at_death(row, 18)?,
        attempts: row.get(19)?,
        max_attempts: row.get(20)?,
        lost: row.get(21)?,
        max_lost: row.get(22)?,
        interrupted: row.get(23)?,
        max_interrupted: row.get(24)?,
        created_at: cell::time(row, 25)?,
        run_at: cell::time(row, 26)?,
        started_at: cell::optional(row, 27, cell::time)?,
        ended_at: cell::optional(row, 28, cell::time)?,
        fence,
        lease,
        errors: cell::optional(row, 32, cell::from_json)?.unwrap_or_default(),
        fingerprint: cell::optional(row, 33, cell::parse)?,
        triage: cell::optional(row, 34, cell::from_json)?,
        progress: cell::optional(row, 35, cell::from_json)?,
        log_lines: cell::count(row, 36)?,
        result: cell::optional(row, 37, cell::from_json)?,
    };
    Ok(Kept {
        seq: row.get(1)?,
        job,
    })
}

fn payload(row: &Row<'_>, column: usize) -> Result<Payload> {
    let bytes = row.get_ref(column)?.as_blob();
    let bytes = bytes.map_err(|error| cell::unreadable(column, error))?;
    Ok(Payload::from(bytes.to_vec()))
}

fn at_death(row: &Row<'_>, column: usize) -> Result<AtDeath> {
    let written = cell::optional(row, column, cell::text)?;
    Ok(written.map_or(AtDeath::Keep, |_| AtDeath::Release))
}

fn priority(row: &Row<'_>, column: usize) -> Result<Priority> {
    Priority::from_rank(row.get(column)?)
        .ok_or_else(|| cell::unreadable(column, FromSqlError::InvalidType))
}

/// The columns that [`summary`] reads.
pub(super) const SUMMARY: &str = "id, queue, kind, status, priority, triggered_by, attempts, \
     max_attempts, replays, created_at, run_at, started_at, ended_at, \
     iif(json_valid(errors), errors -> '$[#-1]', errors), fingerprint, triage, progress, at_death";

/// Reads the columns of [`SUMMARY`].
pub(super) fn summary(row: &Row<'_>) -> Result<Summary> {
    Ok(Summary {
        id: cell::id(row, 0)?,
        queue: row.get(1)?,
        kind: row.get(2)?,
        status: cell::parse(row, 3)?,
        priority: priority(row, 4)?,
        triggered_by: row.get(5)?,
        attempts: row.get(6)?,
        max_attempts: row.get(7)?,
        replays: row.get(8)?,
        created_at: cell::time(row, 9)?,
        run_at: cell::time(row, 10)?,
        started_at: cell::optional(row, 11, cell::time)?,
        ended_at: cell::optional(row, 12, cell::time)?,
        last_error: cell::optional(row, 13, cell::from_json)?,
        fingerprint: cell::optional(row, 14, cell::parse)?,
        triage: cell::optional(row, 15, cell::from_json)?,
        progress: cell::optional(row, 16, cell::from_json)?,
        at_death: at_death(row, 17)?,
    })
}

/// Writes the columns in which `after` differs from `before`; indexes of the others are not touched.
pub(super) fn update(connection: &Connection, before: &Job, after: &Kept) -> Result<()> {
    let (columns, mut values) = differences(before, &after.job)?;
    if columns.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE jobs SET {} = ? WHERE seq = ?",
        columns.join(" = ?, ")
    );
    values.push(after.seq.into());
    connection
        .prepare_cached(&sql)?
        .execute(params_from_iter(values))?;
    Ok(())
}

/// What may change in the life of a job, where it did: names of columns and their values.
fn differences(before: &Job, after: &Job) -> Result<(Vec<&'static str>, Vec<Value>)> {
    let mut changed = Changed::default();
    changed.set("status", &before.status, &after.status, |status| {
        Ok(status.name().to_owned().into())
    })?;
    let numbers = [
        ("attempts", before.attempts, after.attempts),
        ("max_attempts", before.max_attempts, after.max_attempts),
        ("lost", before.lost, after.lost),
        ("interrupted", before.interrupted, after.interrupted),
        ("replays", before.replays, after.replays),
    ];
    for (column, before, after) in numbers {
        changed.set(column, &before, &after, |&number| Ok(number.into()))?;
    }
    let fences = [before, after].map(|job| job.fence.get());
    for (column, [before, after]) in [
        ("fence", fences),
        ("log_lines", [before.log_lines, after.log_lines]),
    ] {
        changed.set(column, &before, &after, |&n| Ok(cell::number(n).into()))?;
    }
    let ends = |job: &Job| job.lease.as_ref().map(|lease| lease.until);
    for (column, before, after) in [
        ("run_at", Some(before.run_at), Some(after.run_at)),
        ("started_at", before.started_at, after.started_at),
        ("ended_at", before.ended_at, after.ended_at),
        ("replayed_at", before.replayed_at, after.replayed_at),
        ("lease_until", ends(before), ends(after)),
    ] {
        changed.set(column, &before, &after, |time| {
            Ok(time.map(Timestamp::as_micros).into())
        })?;
    }
    let worker = |job: &Job| job.lease.as_ref().map(|lease| lease.worker.clone());
    changed.set("lease_worker", &worker(before), &worker(after), |worker| {
        Ok(worker
            .as_ref()
            .map(|worker| worker.as_str().to_owned())
            .into())
    })?;
    changed.set("errors", &before.errors, &after.errors, |errors| {
        Ok(cell::json(errors)?.into())
    })?;
    let fingerprint = (&before.fingerprint, &after.fingerprint);
    changed.set("fingerprint", fingerprint.0, fingerprint.1, |print| {
        Ok(print.map(|print| print.to_string()).into())
    })?;
    changed.set("triage", &before.triage, &after.triage, optional_json)?;
    changed.set("progress", &before.progress, &after.progress, optional_json)?;
    changed.set("result", &before.result, &after.result, optional_json)?;
    Ok((changed.columns, changed.values))
}

fn optional_json<T: serde::Serialize>(value: &Option<T>) -> Result<Value> {
    Ok(value.as_ref().map(cell::json).transpose()?.into())
}

/// What is to be written of a job.
#[derive(Default)]
struct Changed {
    columns: Vec<&'static str>,
    values: Vec<Value>,
}

impl Changed {
    fn set<T: PartialEq>(
        &mut self,
        column: &'static str,
        before: &T,
        after: &T,
        value: impl FnOnce(&T) -> Result<Value>,
    ) -> Result<()> {
        if before != after {
            self.columns.push(column);
            self.values.push(value(after)?);
        }
        Ok(())
    }
}

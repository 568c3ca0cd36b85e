//! The audit trail as rows.

use rusqlite::{Connection, Result, Row, params};

use super::cell;
use crate::{Actor, AuditEntry, AuditPage, AuditQuery, Fence, Timestamp};

pub(super) fn write(connection: &Connection, seq: i64, entry: &AuditEntry) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
        .execute(params![
            seq,
            entry.job.as_bytes(),
            entry.at.as_micros(),
            entry.actor.as_str(),
            entry.action.name(),
            entry.before.map(|status| status.name()),
            entry.after.map(|status| status.name()),
            cell::number(entry.fence.get()),
            (!entry.reason.is_empty()).then_some(&entry.reason),
        ])?;
    Ok(())
}

/// Deletes up to `limit` entries from before `cutoff`, and returns how many. Times rise as entries do,
/// so only the oldest are looked at.
pub(super) fn prune(connection: &Connection, cutoff: Timestamp, limit: usize) -> Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM audit WHERE seq IN (
                 SELECT seq FROM (SELECT seq, at FROM audit ORDER BY seq LIMIT ?2) WHERE at < ?1)",
        )?
        .execute(params![cutoff.as_micros(), cell::limit(limit)])
}

/// One page, newest first.
pub(super) fn page(connection: &Connection, query: &AuditQuery) -> Result<AuditPage> {
    let limit = query.limit.clamp(1, AuditQuery::MAX_LIMIT);
    let before = query.before.map_or(i64::MAX, cell::number);
    let of_job = query.job.map_or("TRUE", |_| "job = ?3");
    let sql = format!(
        "SELECT seq, job, at, actor, action, before, after, fence, reason FROM audit
         WHERE seq < ?1 AND {of_job} ORDER BY seq DESC LIMIT ?2"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let rest = cell::limit(limit + 1);
    let rows = match &query.job {
        Some(job) => select.query_map(params![before, rest, job.as_bytes()], entry)?,
        None => select.query_map(params![before, rest], entry)?,
    };
    let mut entries: Vec<AuditEntry> = rows.collect::<Result<_>>()?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    Ok(AuditPage {
        next: entries.last().filter(|_| more).map(|entry| entry.seq),
        entries,
    })
}

fn entry(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        seq: cell::count(row, 0)?,
        job: cell::id(row, 1)?,
        at: cell::time(row, 2)?,
        actor: Actor::new(cell::text(row, 3)?),
        action: cell::parse(row, 4)?,
        before: cell::optional(row, 5, cell::parse)?,
        after: cell::optional(row, 6, cell::parse)?,
        fence: Fence::new(cell::count(row, 7)?),
        reason: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
    })
}

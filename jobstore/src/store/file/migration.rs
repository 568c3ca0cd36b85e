//! The versions of the file, and how an older one becomes the newest.

use rusqlite::{Connection, Result, params};

use super::{cell, keys};
use crate::{Failure, Fingerprint, JobId};

/// The version of the files that this store writes.
pub(super) const VERSION: usize = 2;

const SCHEMA: &str = include_str!("schema.sql");

/// Brings a file of `version` to [`VERSION`]; 0 is an empty one.
pub(super) fn migrate(sql: &Connection, version: usize) -> Result<()> {
    match version {
        0 => sql.execute_batch(SCHEMA),
        1 => from_1(sql),
        _ => Ok(()),
    }
}

/// Version 1 had no priorities, lineage, logs, triage, audit trail or tallies, and kept ids and dedupe
/// keys as text. What it did not know is as it is for a job that says nothing about it.
fn from_1(sql: &Connection) -> Result<()> {
    sql.execute_batch(include_str!("from_1/make_room.sql"))?;
    sql.execute_batch(SCHEMA)?;
    sql.execute_batch(include_str!("from_1/fill.sql"))?;
    make_fingerprints(sql)?;
    copy_keys(sql)?;
    sql.execute_batch("DROP TABLE old_dedupe_keys")
}

fn make_fingerprints(sql: &Connection) -> Result<()> {
    let mut select =
        sql.prepare("SELECT seq, kind, errors -> '$[#-1]' FROM jobs WHERE errors IS NOT NULL")?;
    let mut rows = select.query([])?;
    let mut update = sql.prepare("UPDATE jobs SET fingerprint = ?2 WHERE seq = ?1")?;
    while let Some(row) = rows.next()? {
        let last: Failure = cell::from_json(row, 2)?;
        let fingerprint = Fingerprint::of(cell::text(row, 1)?, last.category, &last.message);
        update.execute(params![row.get::<_, i64>(0)?, fingerprint.to_string()])?;
    }
    Ok(())
}

fn copy_keys(sql: &Connection) -> Result<()> {
    let mut select =
        sql.prepare("SELECT queue, key, digest, job_id, until FROM old_dedupe_keys")?;
    let mut rows = select.query([])?;
    let mut insert = sql.prepare("INSERT INTO dedupe_keys VALUES (?1, ?2, ?3, ?4)")?;
    while let Some(row) = rows.next()? {
        let place = keys::place(cell::text(row, 0)?, cell::text(row, 1)?);
        let digest: [u8; 16] = row.get(2)?;
        let job: JobId = cell::parse(row, 3)?;
        let until: i64 = row.get(4)?;
        insert.execute(params![place, digest, job.as_bytes(), until])?;
    }
    Ok(())
}

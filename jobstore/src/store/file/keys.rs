//! Dedupe keys: what is remembered under them, and for how long.

use rusqlite::{Connection, OptionalExtension as _, Result, params};
use sha2::{Digest as _, Sha256};

use super::cell;
use crate::{Enqueued, Job, JobDigest, JobId, NewJob, Remembered, Repetition, Timestamp};

/// What a new job with a dedupe key is looked up by. Made before the writer has the job, because it
/// takes a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    place: [u8; 16],
    digest: JobDigest,
}

impl Key {
    /// The key of `job`, if it has one.
    pub(super) fn of(job: &NewJob) -> Option<Self> {
        let dedupe = job.dedupe.as_ref()?;
        Some(Self {
            place: place(&job.queue, &dedupe.key),
            digest: JobDigest::of(job),
        })
    }

    /// Remembers that `job` has this key, or answers what it is a repetition of.
    pub(super) fn take(
        &self,
        connection: &Connection,
        job: JobId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Enqueued>> {
        // Most keys are new, and then there is nothing to look up.
        if self.write(connection, ON_NEW, job, until)? {
            return Ok(None);
        }
        let repeated = self.repetition(connection, now)?;
        if repeated.is_none() {
            self.write(connection, ON_OLD, job, until)?;
        }
        Ok(repeated)
    }

    /// Says whether it was written.
    fn write(
        &self,
        connection: &Connection,
        sql: &str,
        job: JobId,
        until: Timestamp,
    ) -> Result<bool> {
        let row = params![self.place, self.digest.0, job.as_bytes(), until.as_micros()];
        Ok(connection.prepare_cached(sql)?.execute(row)? > 0)
    }

    /// The answer to a job of this key, if it is a repetition.
    fn repetition(&self, connection: &Connection, now: Timestamp) -> Result<Option<Enqueued>> {
        let found = connection
            .prepare_cached(
                "SELECT digest, until, job, status
                 FROM dedupe_keys LEFT JOIN jobs ON jobs.id = job WHERE key = ?1",
            )?
            .query_row([self.place], |row| {
                let remembered = Remembered {
                    digest: JobDigest(row.get(0)?),
                    until: cell::time(row, 1)?,
                };
                let status = cell::optional(row, 3, cell::parse)?;
                Ok((remembered, cell::id(row, 2)?, status))
            })
            .optional()?;
        let Some((remembered, id, status)) = found else {
            return Ok(None);
        };
        Ok(match remembered.compare(self.digest, now) {
            Repetition::No => None,
            Repetition::Same => Some(Enqueued::Duplicate { id, status }),
            Repetition::Different => Some(Enqueued::Conflict { id, status }),
        })
    }
}

/// Writes a key that nobody has.
const ON_NEW: &str = "INSERT INTO dedupe_keys VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

/// Writes a key that somebody had.
const ON_OLD: &str = "INSERT OR REPLACE INTO dedupe_keys VALUES (?1, ?2, ?3, ?4)";

/// Forgets the key of `job`, if it has one that is still its own.
pub(super) fn free(connection: &Connection, job: &Job) -> Result<()> {
    let Some(key) = &job.dedupe_key else {
        return Ok(());
    };
    connection
        .prepare_cached("DELETE FROM dedupe_keys WHERE key = ?1 AND job = ?2")?
        .execute(params![place(&job.queue, key), job.id.as_bytes()])?;
    Ok(())
}

/// Forgets up to `limit` keys whose window is over.
pub(super) fn forget(connection: &Connection, now: Timestamp, limit: usize) -> Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM dedupe_keys WHERE key IN (
                 SELECT key FROM dedupe_keys WHERE until <= ?1 ORDER BY until LIMIT ?2)",
        )?
        .execute(params![now.as_micros(), cell::limit(limit)])?;
    Ok(())
}

/// Where a key is kept: half of a SHA-256 of the queue and the key. Nobody can make two meet with less
/// than 2^64 work.
pub(super) fn place(queue: &str, key: &str) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::new()
        .chain_update((queue.len() as u64).to_be_bytes())
        .chain_update(queue)
        .chain_update(key)
        .finalize()
        .into();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_cannot_move_from_the_queue_to_the_key() {
        assert_ne!(place("ab", "c"), place("a", "bc"));
        assert_eq!(place("ab", "c"), place("ab", "c"));
    }
}

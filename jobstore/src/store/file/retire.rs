//! Jobs that are let go.

use rusqlite::{Connection, Result, params};

use super::{cell, keys, rows, trail, transaction::Transaction};
use crate::{AuditEntry, By, JobId, Pruned, Retention, Status, Timestamp};

impl Transaction<'_> {
    /// Deletes a job with all that belongs to it. Says whether there was one.
    pub(super) fn delete(&mut self, id: JobId, by: &By) -> Result<bool> {
        let Some(kept) = rows::get_outline(self.connection, id)? else {
            return Ok(false);
        };
        keys::free(self.connection, &kept.job)?;
        // Tags that cannot be read are found by nobody; those that are in the index go with a mending.
        self.connection
            .prepare_cached("UPDATE jobs SET tags = NULL WHERE seq = ?1 AND NOT json_valid(tags)")?
            .execute([kept.seq])?;
        self.forget(&[kept.seq])?;
        self.tell(&AuditEntry::deleted(&kept.job, by, self.now))?;
        Ok(true)
    }

    /// Deletes jobs that carry data of `subject`.
    pub(super) fn erase(&mut self, subject: &str, by: &By, limit: usize) -> Result<usize> {
        let jobs: Vec<JobId> = self
            .connection
            .prepare_cached("SELECT id FROM jobs WHERE subject = ?1 ORDER BY seq LIMIT ?2")?
            .query_map(params![subject, cell::limit(limit)], |row| cell::id(row, 0))?
            .collect::<Result<_>>()?;
        for &id in &jobs {
            self.delete(id, by)?;
        }
        Ok(jobs.len())
    }

    /// Lets go what `retention` does not keep.
    pub(super) fn prune(&mut self, retention: &Retention, limit: usize) -> Result<Pruned> {
        let mut pruned = Pruned::default();
        for status in Retention::STATUSES {
            let Some(keep) = retention.rule(status) else {
                continue;
            };
            if let Some(age) = keep.age {
                let rest = limit - pruned.total();
                pruned.jobs += self.forget_old(status, self.now - age, rest)?;
            }
            if let Some(newest) = keep.newest {
                pruned.jobs += self.forget_excess(status, newest, limit - pruned.total())?;
            }
            if let Some(age) = keep.payload_age {
                let rest = limit - pruned.total();
                pruned.payloads += self.drop_payloads(status, self.now - age, rest)?;
            }
        }
        if let Some(age) = retention.audit_age() {
            let rest = limit - pruned.total();
            pruned.audit = trail::prune(self.connection, self.now - age, rest)?;
        }
        Ok(pruned)
    }

    fn forget_old(&mut self, status: Status, cutoff: Timestamp, limit: usize) -> Result<usize> {
        let mut old = Vec::new();
        for (queue, _) in self.queues_with(status)? {
            let ended = Ended { queue, status };
            old.extend(ended.oldest(self.connection, Some(cutoff), limit)?);
        }
        // The longest ended first, of whichever queue.
        old.sort_unstable();
        old.truncate(limit);
        self.forget(&seqs(old))
    }

    fn forget_excess(&mut self, status: Status, newest: usize, limit: usize) -> Result<usize> {
        let mut forgotten = 0;
        for (queue, count) in self.queues_with(status)? {
            let excess = count.saturating_sub(newest).min(limit - forgotten);
            let ended = Ended { queue, status };
            let oldest = ended.oldest(self.connection, None, excess)?;
            forgotten += self.forget(&seqs(oldest))?;
        }
        Ok(forgotten)
    }

    fn drop_payloads(&mut self, status: Status, cutoff: Timestamp, limit: usize) -> Result<usize> {
        let mut old = Vec::new();
        for (queue, _) in self.queues_with(status)? {
            let ended = Ended { queue, status };
            old.extend(ended.oldest_like(self.connection, true, Some(cutoff), limit)?);
        }
        old.sort_unstable();
        old.truncate(limit);
        let mut drop_payload = self
            .connection
            .prepare_cached("DELETE FROM payloads WHERE seq = ?1")?;
        let mut tell = self
            .connection
            .prepare_cached("UPDATE jobs SET whole = 0, payload_gone = 1 WHERE seq = ?1")?;
        for (_, seq) in &old {
            drop_payload.execute([seq])?;
            tell.execute([seq])?;
        }
        Ok(old.len())
    }

    /// Deletes the jobs at these places; triggers see to what belongs to them. Returns how many.
    fn forget(&mut self, seqs: &[i64]) -> Result<usize> {
        let mut delete = self
            .connection
            .prepare_cached("DELETE FROM jobs WHERE seq = ?1 RETURNING queue, batch, status")?;
        for seq in seqs {
            let (queue, batch, status) = delete.query_row([seq], |row| {
                let status: Status = cell::parse(row, 2)?;
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    status,
                ))
            })?;
            self.tallies.removed(&queue, batch.as_deref(), status);
        }
        Ok(seqs.len())
    }

    /// The queues that have jobs of `status`, and how many.
    fn queues_with(&mut self, status: Status) -> Result<Vec<(String, usize)>> {
        self.settle()?;
        self.connection
            .prepare_cached("SELECT queue, count FROM tallies WHERE status = ?1 ORDER BY queue")?
            .query_map([status.name()], |row| {
                Ok((
                    row.get(0)?,
                    usize::try_from(cell::count(row, 1)?).unwrap_or(usize::MAX),
                ))
            })?
            .collect()
    }
}

/// When a job ended, and where it is.
type Place = (i64, i64);

fn seqs(places: Vec<Place>) -> Vec<i64> {
    places.into_iter().map(|(_, seq)| seq).collect()
}

/// The jobs of one queue that ended in one status.
struct Ended {
    queue: String,
    status: Status,
}

impl Ended {
    /// Those that ended first and before `cutoff`, whether they have a payload or not.
    fn oldest(
        &self,
        connection: &Connection,
        cutoff: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Place>> {
        let mut oldest = self.oldest_like(connection, false, cutoff, limit)?;
        oldest.extend(self.oldest_like(connection, true, cutoff, limit)?);
        oldest.sort_unstable();
        oldest.truncate(limit);
        Ok(oldest)
    }

    /// Of those that have a payload, or of those that have none.
    fn oldest_like(
        &self,
        connection: &Connection,
        whole: bool,
        cutoff: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Place>> {
        connection
            .prepare_cached(OLDEST)?
            .query_map(
                params![
                    self.queue,
                    self.status.name(),
                    whole,
                    cutoff.map_or(i64::MAX, Timestamp::as_micros),
                    cell::limit(limit)
                ],
                |row| row.try_into(),
            )?
            .collect()
    }
}

pub(super) const OLDEST: &str = "SELECT ended_at, seq FROM jobs
     WHERE queue = ?1 AND status = ?2 AND whole = ?3 AND ended_at < ?4
     ORDER BY ended_at, seq LIMIT ?5";

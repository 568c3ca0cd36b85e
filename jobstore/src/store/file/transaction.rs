//! The verbs of the store, inside a transaction that somebody else begins and commits.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{clock::FileClock, rows};
use crate::{
    Applied, Claim, Claimed, Clock as _, Dedupe, Enqueued, Event, IdSource, Job, JobDigest, JobId,
    NewJob, Remembered, Repetition, Status, Timestamp, store::entropy::random,
};

/// A write transaction that has begun: nobody else can write, and its time stands still.
#[derive(Debug)]
pub(super) struct Transaction<'a> {
    connection: &'a Connection,
    ids: &'a mut IdSource,
    now: Timestamp,
    claimable: bool,
}

impl<'a> Transaction<'a> {
    /// The transaction that has just begun on `connection`. Because nobody else can write any more, its
    /// time and its ids follow all that are in the file: both rise in the order of the commits,
    /// whichever process makes them.
    pub(super) fn begun(
        connection: &'a Connection,
        clock: &FileClock,
        ids: &'a mut IdSource,
    ) -> Result<Self> {
        let (latest, newest) = connection
            .prepare_cached(
                "SELECT latest_at, (SELECT id FROM jobs ORDER BY seq DESC LIMIT 1) FROM clock",
            )?
            .query_row([], |row| {
                Ok((rows::time(row, 0)?, rows::optional(row, 1, rows::parse)?))
            })?;
        clock.catch_up(latest);
        if let Some(newest) = newest {
            ids.follow(newest);
        }
        Ok(Self {
            connection,
            ids,
            now: clock.now(),
            claimable: false,
        })
    }

    /// Whether a job may be claimable that was not before.
    pub(super) const fn claimable(&self) -> bool {
        self.claimable
    }

    /// The last writes, before the commit: the time, and a few dedupe keys whose window is over. At
    /// most one key is added by a verb and two are dropped for it, so none stays for ever.
    pub(super) fn finish(self, verbs: usize) -> Result<()> {
        self.tick()?;
        self.connection
            .prepare_cached(
                "DELETE FROM dedupe_keys WHERE seq IN (
                     SELECT seq FROM dedupe_keys WHERE until <= ?1 ORDER BY until LIMIT ?2)",
            )?
            .execute(params![self.now.as_micros(), sql_limit(2 * verbs)])?;
        Ok(())
    }

    /// Writes the time.
    pub(super) fn tick(&self) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE clock SET latest_at = ?1")?
            .execute([self.now.as_micros()])?;
        Ok(())
    }

    /// Takes in a job. `digest` is that of a job which has a dedupe key.
    pub(super) fn enqueue(&mut self, new: &NewJob, digest: Option<JobDigest>) -> Result<Enqueued> {
        let dedupe = new.dedupe.as_ref().zip(digest);
        if let Some((dedupe, digest)) = dedupe
            && let Some(repeated) = self.repetition(&new.queue, &dedupe.key, digest)?
        {
            return Ok(repeated);
        }
        let id = self.ids.next(self.now, random);
        rows::insert(self.connection, &Job::new(new.clone(), id, self.now))?;
        if let Some((dedupe, digest)) = dedupe {
            self.remember(&new.queue, dedupe, digest, id)?;
        }
        self.claimable = true;
        Ok(Enqueued::Created(id))
    }

    /// The answer to a job whose key is remembered.
    fn repetition(&self, queue: &str, key: &str, digest: JobDigest) -> Result<Option<Enqueued>> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT digest, until, job_id, status FROM dedupe_keys
                 LEFT JOIN jobs ON jobs.id = job_id
                 WHERE dedupe_keys.queue = ?1 AND key = ?2",
            )?
            .query_row([queue, key], |row| {
                let remembered = Remembered {
                    digest: JobDigest(row.get(0)?),
                    until: rows::time(row, 1)?,
                };
                Ok((
                    remembered,
                    rows::parse(row, 2)?,
                    rows::optional(row, 3, rows::parse)?,
                ))
            })
            .optional()?;
        let Some((remembered, id, status)) = found else {
            return Ok(None);
        };
        Ok(match remembered.compare(digest, self.now) {
            Repetition::No => None,
            Repetition::Same => Some(Enqueued::Duplicate { id, status }),
            Repetition::Different => Some(Enqueued::Conflict { id, status }),
        })
    }

    fn remember(&self, queue: &str, dedupe: &Dedupe, digest: JobDigest, id: JobId) -> Result<()> {
        let until = self.now + dedupe.window;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO dedupe_keys (queue, key, digest, job_id, until)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                queue,
                dedupe.key,
                digest.0,
                id.to_string(),
                until.as_micros()
            ])?;
        Ok(())
    }

    /// Leases due jobs.
    pub(super) fn claim(&mut self, claim: &Claim) -> Result<Claimed> {
        // What is read and written by one statement after the other must not be by one inside the
        // other: the index that says what is due changes with each claim.
        let mut claimed = self.due(claim)?;
        for job in &mut claimed.jobs {
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            let applied = self.change(job, event)?;
            debug_assert_eq!(
                applied,
                Applied::Now(Status::Running),
                "a due job can be claimed"
            );
        }
        Ok(claimed)
    }

    /// The jobs to claim, not claimed yet.
    fn due(&self, claim: &Claim) -> Result<Claimed> {
        let now = self.now.as_micros();
        let jobs: Vec<Job> = self
            .connection
            .prepare_cached(
                "SELECT payload, jobs.* FROM jobs JOIN payloads USING (seq)
                 WHERE queue = ?1 AND lease_until IS NULL AND ended_at IS NULL AND run_at <= ?2
                 ORDER BY run_at, seq LIMIT ?3",
            )?
            .query_map(params![claim.queue, now, sql_limit(claim.limit)], rows::job)?
            .collect::<Result<_>>()?;
        // Who got all that was asked for comes again without being told when.
        let next_due = if jobs.len() < claim.limit {
            self.next_due(&claim.queue)?
        } else {
            None
        };
        Ok(Claimed { jobs, next_due })
    }

    /// When the next job of this queue is due that is not due yet.
    fn next_due(&self, queue: &str) -> Result<Option<Timestamp>> {
        self.connection
            .prepare_cached(
                "SELECT run_at FROM jobs
                 WHERE queue = ?1 AND lease_until IS NULL AND ended_at IS NULL AND run_at > ?2
                 ORDER BY run_at LIMIT 1",
            )?
            .query_row(params![queue, self.now.as_micros()], |row| {
                rows::time(row, 0)
            })
            .optional()
    }

    /// Applies `event` to the job of this id.
    pub(super) fn apply(&mut self, id: JobId, event: &Event) -> Result<Applied> {
        match rows::get_bare(self.connection, id)? {
            Some(mut job) => self.change(&mut job, event.clone()),
            None => Ok(Applied::Unknown),
        }
    }

    /// Expires leases that have run out.
    pub(super) fn reap(&mut self, limit: usize) -> Result<Vec<JobId>> {
        let over: Vec<Job> = self
            .connection
            .prepare_cached(&format!(
                "SELECT {} FROM jobs WHERE lease_until <= ?1 ORDER BY lease_until, seq LIMIT ?2",
                rows::BARE
            ))?
            .query_map(params![self.now.as_micros(), sql_limit(limit)], rows::job)?
            .collect::<Result<_>>()?;
        let mut reaped = Vec::with_capacity(over.len());
        for mut job in over {
            let applied = self.change(&mut job, Event::Expire)?;
            debug_assert!(
                matches!(applied, Applied::Now(_)),
                "a lease that is over expires"
            );
            reaped.push(job.id);
        }
        Ok(reaped)
    }

    /// Deletes jobs that ended before `before`, the longest ended first and dead ones last.
    pub(super) fn prune(&self, before: Timestamp, limit: usize) -> Result<usize> {
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM jobs WHERE seq IN (
                 SELECT seq FROM jobs WHERE (status = 'dead') = ?1 AND ended_at < ?2
                 ORDER BY ended_at, seq LIMIT ?3)",
        )?;
        let mut pruned = 0;
        for dead in [false, true] {
            let rest = sql_limit(limit - pruned);
            pruned += statement.execute(params![dead, before.as_micros(), rest])?;
        }
        Ok(pruned)
    }

    /// Decides, and writes what was decided.
    fn change(&mut self, job: &mut Job, event: Event) -> Result<Applied> {
        let before = job.clone();
        if let Err(refused) = job.apply(event, self.now) {
            return Ok(Applied::Refused(refused));
        }
        rows::update(self.connection, &before, job)?;
        self.claimable |= job.status.is_waiting();
        Ok(Applied::Now(job.status))
    }
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

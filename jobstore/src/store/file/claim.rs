//! Jobs that are handed out, and taken back.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{
    attention, cell,
    rows::{self, Kept},
    transaction::Transaction,
};
use crate::{Applied, Claim, Claimed, Event, JobId, Priority, Status, Timestamp};

impl Transaction<'_> {
    /// Leases due jobs.
    pub(super) fn claim(&mut self, claim: &Claim) -> Result<Claimed> {
        let mut claimed = Claimed {
            paused: attention::asked(self.connection, &claim.queue, self.now)?,
            ..Claimed::default()
        };
        if claimed.paused {
            return Ok(claimed);
        }
        // What is read and written by one statement after the other must not be by one inside the
        // other: the index that says what is due changes with each claim.
        for mut kept in self.due(&claim.queue, claim.limit)? {
            let event = Event::Claim {
                worker: claim.worker.clone(),
                lease: claim.lease,
            };
            let applied = self.change(&mut kept, event)?;
            debug_assert_eq!(
                applied,
                Applied::Now(Status::Running),
                "a due job can be claimed"
            );
            claimed.jobs.push(kept.job);
        }
        // Who got all that was asked for comes again without being told when.
        if claimed.jobs.len() < claim.limit {
            claimed.next_due = next_due(self.connection, &claim.queue, self.now)?;
        }
        Ok(claimed)
    }

    /// The jobs to claim. One statement for each priority: in the index, those that are due come first
    /// within each.
    fn due(&self, queue: &str, limit: usize) -> Result<Vec<Kept>> {
        let mut due = Vec::new();
        let mut select = self.connection.prepare_cached(&due_sql())?;
        for priority in Priority::ALL {
            let rest = limit - due.len();
            if rest == 0 {
                break;
            }
            let now = self.now.as_micros();
            let of = params![queue, priority.rank(), now];
            due.extend(readable(select.query_map(of, rows::kept)?, rest)?);
        }
        Ok(due)
    }

    /// Expires leases that have run out.
    pub(super) fn reap(&mut self, limit: usize) -> Result<Vec<JobId>> {
        let mut select = self.connection.prepare_cached(&over_sql())?;
        let over = select.query_map([self.now.as_micros()], rows::kept)?;
        let over = readable(over, limit)?;
        let mut reaped = Vec::with_capacity(over.len());
        for mut kept in over {
            let applied = self.change(&mut kept, Event::Expire)?;
            debug_assert!(
                matches!(applied, Applied::Now(_)),
                "a lease that is over expires"
            );
            reaped.push(kept.job.id);
        }
        Ok(reaped)
    }
}

/// Up to `limit` of these jobs. One that cannot be read stays where it is: nobody could run it, and those
/// behind it do not have to wait for it. An examination finds it.
fn readable(jobs: impl Iterator<Item = Result<Kept>>, limit: usize) -> Result<Vec<Kept>> {
    jobs.filter(|kept| !kept.as_ref().is_err_and(cell::is_unreadable))
        .take(limit)
        .collect()
}

pub(super) fn due_sql() -> String {
    format!(
        "SELECT {} FROM jobs LEFT JOIN payloads USING (seq)
         WHERE queue = ?1 AND priority = ?2 AND lease_until IS NULL AND ended_at IS NULL
             AND run_at <= ?3
         ORDER BY run_at, seq",
        rows::WHOLE
    )
}

pub(super) fn over_sql() -> String {
    format!(
        "SELECT {} FROM jobs WHERE lease_until <= ?1 ORDER BY lease_until, seq",
        rows::BARE
    )
}

/// Since when the job of this queue that is due longest has been due.
pub(super) fn due_since(
    connection: &Connection,
    queue: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let first = first_after(connection, queue, -1)?;
    Ok(first.filter(|first| *first <= now))
}

/// When the next job of this queue is due that is not due yet.
pub(super) fn next_due(
    connection: &Connection,
    queue: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    first_after(connection, queue, now.as_micros())
}

pub(super) const FIRST_AFTER: &str = "SELECT run_at FROM jobs
     WHERE queue = ?1 AND priority = ?2 AND lease_until IS NULL AND ended_at IS NULL AND run_at > ?3
     ORDER BY run_at LIMIT 1";

/// When the first job of this queue is due whose time is later than `micros`.
fn first_after(connection: &Connection, queue: &str, micros: i64) -> Result<Option<Timestamp>> {
    let mut select = connection.prepare_cached(FIRST_AFTER)?;
    let mut first = None;
    for priority in Priority::ALL {
        let found = select
            .query_row(params![queue, priority.rank(), micros], |row| {
                cell::time(row, 0)
            })
            .optional()?;
        first = first.into_iter().chain(found).min();
    }
    Ok(first)
}

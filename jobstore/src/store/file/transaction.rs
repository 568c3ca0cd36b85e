//! A transaction that somebody else begins and commits, and what every verb in it does.

use std::mem;

use rusqlite::{Connection, Result, params};

use super::{
    cell,
    clock::FileClock,
    keys, log,
    rows::{self, Kept},
    tally, trail,
};
use crate::{
    Applied, AuditEntry, Change, Clock as _, Event, IdSource, Job, JobId, Timestamp,
    store::entropy::random,
};

/// A write transaction that has begun: nobody else can write, and its time stands still.
#[derive(Debug)]
pub(super) struct Transaction<'a> {
    pub(super) connection: &'a Connection,
    pub(super) now: Timestamp,
    pub(super) tallies: tally::Changes,
    ids: &'a mut IdSource,
    latest: Latest,
    claimable: bool,
}

/// Where the file stands.
#[derive(Clone, Copy, Debug)]
struct Latest {
    at: Timestamp,
    id: Option<JobId>,
    /// The `seq` of the newest job.
    job: i64,
    /// The `seq` of the newest entry of the audit trail.
    entry: i64,
}

impl Latest {
    fn read(connection: &Connection) -> Result<Self> {
        connection
            .prepare_cached("SELECT at, id, job, entry FROM latest")?
            .query_row([], |row| {
                Ok(Self {
                    at: cell::time(row, 0)?,
                    id: cell::optional(row, 1, cell::id)?,
                    job: row.get(2)?,
                    entry: row.get(3)?,
                })
            })
    }
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
        let latest = Latest::read(connection)?;
        clock.catch_up(latest.at);
        if let Some(newest) = latest.id {
            ids.follow(newest);
        }
        Ok(Self {
            connection,
            now: clock.now(),
            tallies: tally::Changes::default(),
            ids,
            latest,
            claimable: false,
        })
    }

    /// Whether a job may be claimable that was not before.
    pub(super) const fn claimable(&self) -> bool {
        self.claimable
    }

    /// A job may be claimable that was not before.
    pub(super) const fn rouse(&mut self) {
        self.claimable = true;
    }

    /// The last writes, before the commit: the counts, the time, and a few dedupe keys whose window is
    /// over. `verbs` is how many shared the transaction.
    pub(super) fn finish(mut self, verbs: usize) -> Result<()> {
        self.settle()?;
        self.tick()?;
        // At most one key is added by a verb and two are dropped for it, so none stays for ever.
        keys::forget(self.connection, self.now, 2 * verbs)
    }

    /// Writes the counts, for whoever reads them.
    pub(super) fn settle(&mut self) -> Result<()> {
        mem::take(&mut self.tallies).write(self.connection)
    }

    /// Writes where the file stands.
    pub(super) fn tick(&self) -> Result<()> {
        let Latest { id, job, entry, .. } = &self.latest;
        self.connection
            .prepare_cached("UPDATE latest SET at = ?1, id = ?2, job = ?3, entry = ?4")?
            .execute(params![
                self.now.as_micros(),
                id.as_ref().map(JobId::as_bytes),
                job,
                entry
            ])?;
        Ok(())
    }

    /// An id that no job has had.
    pub(super) fn next_id(&mut self) -> JobId {
        let id = self.ids.next(self.now, random);
        self.latest.id = Some(id);
        id
    }

    /// Takes in a job that is not there yet, with the newest id.
    pub(super) fn keep(&mut self, job: &Job) -> Result<()> {
        self.latest.job += 1;
        rows::insert(self.connection, self.latest.job, job)?;
        self.tallies.added(job);
        self.claimable = true;
        Ok(())
    }

    /// Writes an entry of the audit trail.
    pub(super) fn tell(&mut self, entry: &AuditEntry) -> Result<()> {
        self.latest.entry += 1;
        trail::write(self.connection, self.latest.entry, entry)
    }

    /// Applies `event` to the job of this id.
    pub(super) fn apply(&mut self, id: JobId, event: &Event) -> Result<Applied> {
        match rows::get_bare(self.connection, id)? {
            Some(mut kept) => self.change(&mut kept, event.clone()),
            None => Ok(Applied::Unknown),
        }
    }

    /// Decides, and writes what was decided.
    pub(super) fn change(&mut self, kept: &mut Kept, event: Event) -> Result<Applied> {
        let before = kept.job.clone();
        let change = match kept.job.apply(event, self.now) {
            Ok(change) => change,
            Err(refused) => return Ok(Applied::Refused(refused)),
        };
        rows::update(self.connection, &before, kept)?;
        self.tallies.moved(before.status, &kept.job);
        self.follow(kept, change)?;
        self.claimable |= kept.job.status.is_waiting();
        Ok(Applied::Now(kept.job.status))
    }

    /// Writes what a change of a job brings with it.
    fn follow(&mut self, kept: &Kept, change: Change) -> Result<()> {
        if change.frees_key {
            keys::free(self.connection, &kept.job)?;
        }
        if let Some(line) = change.line {
            log::write(self.connection, kept.seq, &line)?;
        }
        if let Some(entry) = change.audit {
            self.tell(&entry)?;
        }
        Ok(())
    }
}

//! The verbs of the store, inside a transaction that somebody else begins and commits.

use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension as _, Result, Row, params};

use super::clock::FileClock;
use crate::replay::claim::{Claim, Claimed, Forgotten, Settled};
use crate::replay::clock::{Clock as _, micros};
use crate::replay::entry::{Entry, State};
use crate::replay::key::ReplayKey;
use crate::replay::route::Route;
use crate::replay::windows::Windows;
use crate::unix_time::UnixTime;

/// A write transaction that has begun: nobody else can write, and its time stands still.
pub(super) struct Transaction<'a> {
    connection: &'a Connection,
    now: UnixTime,
    /// The highest so far.
    fence: u64,
}

impl<'a> Transaction<'a> {
    /// The transaction that has just begun on `connection`. Because nobody else can write any more, its
    /// time and its fences follow all that are in the file, whichever process wrote them.
    pub(super) fn begun(connection: &'a Connection, clock: &FileClock) -> Result<Self> {
        let (latest, fence) = connection
            .prepare_cached("SELECT latest_at, fence FROM clock")?
            .query_row([], |row| Ok((time(row, 0)?, number(row, 1)?)))?;
        clock.catch_up(latest);
        Ok(Self {
            connection,
            now: clock.now(),
            fence,
        })
    }

    pub(super) fn claim(
        &mut self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
    ) -> Result<Claimed> {
        let kept = self.get(route, key)?;
        let entry = match Entry::claim(kept, self.fence + 1, windows, self.now) {
            Ok(entry) => entry,
            Err(held) => return Ok(held.into()),
        };
        self.fence = entry.fence;
        self.put(route, key, &entry)?;
        Ok(Claimed::Fresh(Claim::new(route, key, &entry, windows)))
    }

    pub(super) fn commit(&self, claim: &Claim) -> Result<Settled> {
        let kept = self.get(&claim.route, &claim.key)?;
        let Some(entry) = Entry::commit(kept, claim.fence, claim.keep, self.now) else {
            return Ok(Settled::NotHeld);
        };
        self.put(&claim.route, &claim.key, &entry)?;
        Ok(Settled::Accepted)
    }

    pub(super) fn release(&self, claim: &Claim) -> Result<Settled> {
        let kept = self.get(&claim.route, &claim.key)?;
        let settled = Entry::release(kept, claim.fence, self.now);
        if settled == Settled::Accepted {
            self.delete(&claim.route, &claim.key)?;
        }
        Ok(settled)
    }

    pub(super) fn forget(&self, route: &Route, key: &ReplayKey) -> Result<Forgotten> {
        let forgotten = Entry::forget(self.get(route, key)?, self.now);
        if forgotten == Forgotten::Forgotten {
            self.delete(route, key)?;
        }
        Ok(forgotten)
    }

    /// Writes the time and the fence.
    pub(super) fn tick(&self) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE clock SET latest_at = ?1, fence = ?2")?
            .execute([integer(micros(self.now)), integer(self.fence)])?;
        Ok(())
    }

    /// The last writes, before the commit: the time, and a few deliveries that are no longer to be kept.
    /// At most one is added by a verb and two are dropped for it, so none stays for ever.
    pub(super) fn finish(self, verbs: usize) -> Result<()> {
        self.tick()?;
        self.connection
            .prepare_cached(
                "DELETE FROM deliveries WHERE (route, key) IN (
                     SELECT route, key FROM deliveries WHERE keep_until <= ?1
                     ORDER BY keep_until LIMIT ?2)",
            )?
            .execute([integer(micros(self.now)), integer(2 * verbs as u64)])?;
        Ok(())
    }

    fn get(&self, route: &Route, key: &ReplayKey) -> Result<Option<Entry>> {
        self.connection
            .prepare_cached(
                "SELECT fence, lease_until, done_at, keep_until FROM deliveries
                 WHERE route = ?1 AND key = ?2",
            )?
            .query_row([route.as_str(), key.as_str()], entry)
            .optional()
    }

    fn put(&self, route: &Route, key: &ReplayKey, entry: &Entry) -> Result<()> {
        let (lease_until, done_at) = match entry.state {
            State::InFlight { until } => (Some(until), None),
            State::Done { at } => (None, Some(at)),
        };
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                route.as_str(),
                key.as_str(),
                integer(entry.fence),
                lease_until.map(|until| integer(micros(until))),
                done_at.map(|at| integer(micros(at))),
                integer(micros(entry.keep_until))
            ])?;
        Ok(())
    }

    fn delete(&self, route: &Route, key: &ReplayKey) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM deliveries WHERE route = ?1 AND key = ?2")?
            .execute([route.as_str(), key.as_str()])?;
        Ok(())
    }
}

fn entry(row: &Row<'_>) -> Result<Entry> {
    let state = match row.get::<_, Option<i64>>(1)? {
        Some(_) => State::InFlight {
            until: time(row, 1)?,
        },
        None => State::Done { at: time(row, 2)? },
    };
    Ok(Entry {
        fence: number(row, 0)?,
        state,
        keep_until: time(row, 3)?,
    })
}

fn time(row: &Row<'_>, column: usize) -> Result<UnixTime> {
    number(row, column).map(UnixTime::from_micros)
}

fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    let number = u64::try_from(row.get::<_, i64>(column)?);
    number.map_err(|error| Error::FromSqlConversionFailure(column, Type::Integer, error.into()))
}

/// A number as SQLite can hold it. The last microsecond that it can is in the year 294247.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

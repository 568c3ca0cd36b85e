//! The verbs of the store, inside a transaction that somebody else begins and commits.

use std::vec::Vec;

use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension as _, Result, Row, params};

use super::owned_ask::OwnedAsk;
use crate::bucket::Bucket;
use crate::kept::Kept;
use crate::quota::Quota;
use crate::time::Time;
use crate::verdict::{Ask, Verdict};

/// A write transaction that has begun: nobody else can write, and its time stands still.
pub(super) struct Transaction<'a> {
    connection: &'a Connection,
    now: Time,
}

/// What there was to decide by, for whoever asked to decide it again.
pub(super) struct Before {
    pub(super) now: Time,
    pub(super) buckets: Vec<Bucket>,
}

/// What was found in the file.
struct Found {
    kept: Option<Kept>,
    /// The same bucket, under the quota that its rule has now.
    bucket: Bucket,
}

impl<'a> Transaction<'a> {
    /// The transaction that has just begun on `connection`, at this time.
    pub(super) const fn begun(connection: &'a Connection, now: Time) -> Self {
        Self { connection, now }
    }

    pub(super) fn take(&self, asks: &[OwnedAsk]) -> Result<Before> {
        let asks: Vec<_> = asks.iter().map(OwnedAsk::borrowed).collect();
        let found = asks.iter().map(|ask| self.get(ask));
        let found = found.collect::<Result<Vec<_>>>()?;
        let buckets: Vec<_> = found.iter().map(|found| found.bucket).collect();
        let mut given = buckets.iter();
        let bucket = |_: &Ask<'_>| *given.next().unwrap_or(&Bucket::FULL);
        let verdict = Verdict::decide(&asks, self.now, bucket)
            .expect("no more are handed over than can be asked");
        let is_allowed = verdict.is_allowed();
        for ((ask, found), (_, decision)) in asks.iter().zip(&found).zip(verdict.decisions()) {
            let after = match is_allowed {
                true => decision.bucket(),
                // Nothing is taken, and a clock that was set back closes nothing for long.
                false => found.bucket.refund(ask.rule.quota(), self.now, 0),
            };
            self.put(ask, found, after)?;
        }
        let now = self.now;
        Ok(Before { now, buckets })
    }

    pub(super) fn refund(&self, asks: &[OwnedAsk]) -> Result<()> {
        self.change(asks, Bucket::refund)
    }

    pub(super) fn charge(&self, asks: &[OwnedAsk]) -> Result<()> {
        self.change(asks, Bucket::charge)
    }

    /// Fills a bucket, also one that cannot be read.
    pub(super) fn reset(&self, rule: &str, key: &str) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM buckets WHERE rule = ?1 AND key = ?2")?
            .execute([rule, key])?;
        Ok(())
    }

    /// Writes something, to see that it can be written.
    pub(super) fn check(&self) -> Result<()> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO checks VALUES (1, ?1)")?
            .execute([integer(self.now.as_micros())])?;
        Ok(())
    }

    /// The last write, before the commit: a few buckets that are full are deleted. At most as many are
    /// added by a verb as it asks, and twice that are dropped, so none stays for ever.
    pub(super) fn finish(self, asks: usize) -> Result<()> {
        self.connection
            .prepare_cached(
                "DELETE FROM buckets WHERE (rule, key) IN (
                     SELECT rule, key FROM buckets WHERE full_at < ?1
                     ORDER BY full_at LIMIT ?2)",
            )?
            .execute([integer(self.now.as_micros()), integer(2 * asks as u64)])?;
        Ok(())
    }

    /// Changes one bucket after the other: one may be there twice.
    fn change(
        &self,
        asks: &[OwnedAsk],
        change: impl Fn(Bucket, Quota, Time, u64) -> Bucket,
    ) -> Result<()> {
        for ask in asks.iter().map(OwnedAsk::borrowed) {
            let found = self.get(&ask)?;
            let after = change(found.bucket, ask.rule.quota(), self.now, ask.tokens);
            self.put(&ask, &found, after)?;
        }
        Ok(())
    }

    fn get(&self, ask: &Ask<'_>) -> Result<Found> {
        let kept = self
            .connection
            .prepare_cached(
                "SELECT full_at, left_over, quota FROM buckets WHERE rule = ?1 AND key = ?2",
            )?
            .query_row([ask.rule.name(), ask.key], kept)
            .optional()?;
        let bucket = match kept {
            None => Bucket::FULL,
            Some(kept) if kept.quota() == ask.rule.quota() => kept.bucket(),
            Some(kept) => kept.migrated(ask.rule, self.now).bucket(),
        };
        Ok(Found { kept, bucket })
    }

    /// Writes only what has changed, so that a refusal costs no sync.
    fn put(&self, ask: &Ask<'_>, found: &Found, after: Bucket) -> Result<()> {
        let quota = ask.rule.quota();
        if after.is_full(quota, self.now) {
            return match found.kept {
                Some(kept) if !kept.is_full(self.now) => self.reset(ask.rule.name(), ask.key),
                _ => Ok(()),
            };
        }
        if found.kept == Some(Kept::new(after, quota)) {
            return Ok(());
        }
        let (full_at, left_over) = after.to_parts(quota);
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO buckets VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                ask.rule.name(),
                ask.key,
                integer(full_at),
                left_over,
                alloc::format!("{quota}"),
            ])?;
        Ok(())
    }
}

fn kept(row: &Row<'_>) -> Result<Kept> {
    let full_at: i64 = row.get(0)?;
    let micros = u64::try_from(full_at).map_err(|_| Error::IntegralValueOutOfRange(0, full_at))?;
    let left_over: u32 = row.get(1)?;
    let quota: Result<Quota, _> = row.get_ref(2)?.as_str()?.parse();
    let quota =
        quota.map_err(|error| Error::FromSqlConversionFailure(2, Type::Text, error.into()))?;
    Kept::from_parts(quota, micros, left_over)
        .ok_or(Error::IntegralValueOutOfRange(1, left_over.into()))
}

/// A number as SQLite can hold it. The last microsecond that it can is in the year 294247.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

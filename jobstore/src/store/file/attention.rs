//! Which queues are served: when they were asked for, and which are paused.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{cell, transaction::Transaction};
use crate::{By, Pause, Timestamp};

/// How exactly it is remembered when a queue was asked for: so that an empty claim costs no commit.
const GRAIN: Duration = Duration::from_secs(60);

/// Of how many queues.
const MAX_ASKED: i64 = 1_024;

/// A worker asks for jobs of `queue`. Says whether the queue is paused.
pub(super) fn asked(connection: &Connection, queue: &str, now: Timestamp) -> Result<bool> {
    let known = connection
        .prepare_cached("SELECT asked_at, pause IS NOT NULL FROM queues WHERE queue = ?1")?
        .query_row([queue], |row| {
            Ok((cell::optional(row, 0, cell::time)?, row.get(1)?))
        })
        .optional()?;
    let (asked_at, paused) = known.unwrap_or_default();
    if asked_at.is_none_or(|at| now >= at + GRAIN) {
        note(connection, queue, now)?;
    }
    Ok(paused)
}

/// Names come from callers: what was asked for longest ago is forgotten.
fn note(connection: &Connection, queue: &str, now: Timestamp) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO queues (queue, asked_at) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at",
        )?
        .execute(params![queue, now.as_micros()])?;
    connection
        .prepare_cached(
            "DELETE FROM queues WHERE queue IN (
                 SELECT queue FROM queues WHERE pause IS NULL
                 ORDER BY asked_at DESC LIMIT -1 OFFSET ?1)",
        )?
        .execute([MAX_ASKED])?;
    Ok(())
}

impl Transaction<'_> {
    /// Stops a queue from being claimed from, or lets it be.
    pub(super) fn pause(&mut self, queue: &str, by: Option<&By>) -> Result<()> {
        let pause = by.map(|by| Pause {
            since: self.now,
            by: by.clone(),
        });
        let json = pause.as_ref().map(cell::json).transpose()?;
        let sql = if json.is_some() {
            "INSERT INTO queues (queue, pause) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET pause = excluded.pause"
        } else {
            "UPDATE queues SET pause = ?2 WHERE queue = ?1"
        };
        self.connection
            .prepare_cached(sql)?
            .execute(params![queue, json])?;
        self.rouse();
        Ok(())
    }
}

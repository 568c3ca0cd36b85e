//! The thread that writes: many verbs, one commit.

use std::{iter, num::NonZeroUsize, sync::Arc};

use async_channel::{Receiver, Sender};
use futures_channel::oneshot;
use rusqlite::{Connection, TransactionBehavior};

use super::{clock::FileClock, health::Health, transaction::Transaction};
use crate::{IdSource, StoreError};

/// How many verbs may wait to be written. Whoever comes later waits to get in line, so memory is
/// bounded.
const LINE: usize = 1_024;

/// A verb that somebody waits for.
pub(super) type Call = Box<dyn Verb>;

/// Where verbs are handed to the writer, and where it takes them.
pub(super) fn line() -> (Sender<Call>, Receiver<Call>) {
    async_channel::bounded(LINE)
}

/// A verb, and the caller who waits for its answer.
pub(super) trait Verb: Send {
    /// Carries the verb out. It may be done again from the start, in another transaction.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()>;

    /// Answers: with what the last run found, or with why it is not kept.
    fn answer(self: Box<Self>, kept: Result<(), StoreError>);
}

/// Makes a [`Verb`] of a closure.
pub(super) struct Asked<T, F> {
    verb: F,
    found: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Asked<T, F> {
    pub(super) const fn new(verb: F, reply: oneshot::Sender<Result<T, StoreError>>) -> Self {
        Self {
            verb,
            found: None,
            reply,
        }
    }
}

impl<T, F> Verb for Asked<T, F>
where
    T: Send,
    F: FnMut(&mut Transaction<'_>) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()> {
        self.found = Some((self.verb)(transaction)?);
        Ok(())
    }

    fn answer(self: Box<Self>, kept: Result<(), StoreError>) {
        let answer = match (kept, self.found) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(found)) => Ok(found),
            // A verb is only kept after it has run.
            (Ok(()), None) => return,
        };
        // A caller who has gone does not change what was done.
        let _ = self.reply.send(answer);
    }
}

/// Owns the connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) calls: Receiver<Call>,
    pub(super) max_batch: NonZeroUsize,
    pub(super) ids: IdSource,
    pub(super) clock: Arc<FileClock>,
    pub(super) health: Arc<Health>,
    /// Rung when a job may have become claimable.
    pub(super) changed: Arc<event_listener::Event>,
}

impl Writer {
    /// Catches up with the file.
    pub(super) fn look(&mut self) -> rusqlite::Result<()> {
        let sql = self.connection.transaction()?;
        Transaction::begun(&sql, &self.clock, &mut self.ids)?;
        sql.commit()
    }

    /// Serves until every sender is gone and every call is answered.
    pub(super) fn run(mut self) {
        while let Ok(first) = self.calls.recv_blocking() {
            // What arrived while the last batch was being written is the next one: the busier the
            // store, the more verbs share the cost of one sync.
            let arrived = iter::from_fn(|| self.calls.try_recv().ok());
            let batch = iter::once(first)
                .chain(arrived)
                .take(self.max_batch.get())
                .collect();
            self.serve(batch);
        }
    }

    /// Commits the batch, and only then answers it.
    fn serve(&mut self, mut batch: Vec<Call>) {
        while !batch.is_empty() {
            if self.health.check().is_err() {
                return answer_all(batch, || self.health.check());
            }
            match self.commit(&mut batch) {
                Ok(claimable) => {
                    if claimable {
                        self.changed.notify(usize::MAX);
                    }
                    return answer_all(batch, || Ok(()));
                }
                Err(Broken::Transaction(error)) => {
                    let error = Arc::new(error);
                    return answer_all(batch, || Err(self.health.diagnose(&error)));
                }
                // One verb cannot be done: the others start over without it.
                Err(Broken::Verb(at, error)) => {
                    let error = self.health.diagnose(&Arc::new(error));
                    batch.remove(at).answer(Err(error));
                }
            }
        }
    }

    /// Runs the batch in one transaction. Says whether a job may have become claimable.
    fn commit(&mut self, batch: &mut [Call]) -> Result<bool, Broken> {
        let changes = self.connection.total_changes();
        let sql = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut transaction = Transaction::begun(&sql, &self.clock, &mut self.ids)?;
        for (at, call) in batch.iter_mut().enumerate() {
            call.run(&mut transaction)
                .map_err(|error| Broken::Verb(at, error))?;
        }
        let claimable = transaction.claimable();
        // A batch that found nothing to do costs no sync.
        if sql.total_changes() != changes {
            transaction.finish(batch.len())?;
        }
        sql.commit()?;
        Ok(claimable)
    }
}

fn answer_all(batch: Vec<Call>, kept: impl Fn() -> Result<(), StoreError>) {
    for call in batch {
        call.answer(kept());
    }
}

/// Why a batch was rolled back.
enum Broken {
    /// The verb at this place failed.
    Verb(usize, rusqlite::Error),
    /// What all of them share failed.
    Transaction(rusqlite::Error),
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self::Transaction(error)
    }
}

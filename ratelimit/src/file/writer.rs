//! The thread that writes: many verbs, one commit.

use core::iter;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use async_channel::{Receiver, Sender};
use futures_channel::oneshot;
use rusqlite::{Connection, TransactionBehavior};

use super::Clock;
use super::failure::Failure;
use super::transaction::Transaction;
use crate::store::StoreError;
use crate::verdict::MAX_ASKS;

/// How many verbs may wait to be written. Whoever comes later waits to get in line, so memory is
/// bounded.
const LINE: usize = 1_024;

/// How many verbs share one commit at most.
const MAX_BATCH: usize = 256;

/// A verb that somebody waits for.
pub(super) type Call = Box<dyn Verb>;

/// Where verbs are handed to the writer, and where it takes them.
pub(super) fn line() -> (Sender<Call>, Receiver<Call>) {
    async_channel::bounded(LINE)
}

/// A verb, and the caller who waits for its answer.
pub(super) trait Verb: Send {
    /// Carries the verb out, inside the transaction of its batch.
    fn run(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()>;

    /// Answers: with what was found, or with why it is not kept.
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
    F: FnMut(&Transaction<'_>) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
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

/// Owns the connection.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) calls: Receiver<Call>,
    pub(super) clock: Box<Clock>,
    pub(super) failure: Arc<Failure>,
}

impl Writer {
    /// Serves until every sender is gone and every call is answered.
    pub(super) fn run(mut self) {
        while let Ok(first) = self.calls.recv_blocking() {
            let arrived = iter::from_fn(|| self.calls.try_recv().ok());
            let batch = iter::once(first).chain(arrived).take(MAX_BATCH).collect();
            self.serve(batch);
        }
    }

    /// Commits the batch, and only then answers it. It is kept or refused as a whole: what SQLite cannot
    /// do for one verb, no caller has brought about.
    fn serve(&mut self, mut batch: Vec<Call>) {
        if self.failure.is_set() {
            return answer_all(batch, || Err(self.failure.stopped()));
        }
        match self.commit(&mut batch).map_err(Arc::new) {
            Ok(()) => answer_all(batch, || Ok(())),
            Err(error) => answer_all(batch, || Err(self.failure.diagnose(&error))),
        }
    }

    fn commit(&mut self, batch: &mut [Call]) -> rusqlite::Result<()> {
        let changes = self.connection.total_changes();
        let sql = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let transaction = Transaction::begun(&sql, (self.clock)());
        for call in batch.iter_mut() {
            call.run(&transaction)?;
        }
        // A batch in which everything was refused costs no sync.
        if sql.total_changes() != changes {
            transaction.finish(batch.len() * MAX_ASKS)?;
        }
        sql.commit()
    }
}

fn answer_all(batch: Vec<Call>, kept: impl Fn() -> Result<(), StoreError>) {
    for call in batch {
        call.answer(kept());
    }
}

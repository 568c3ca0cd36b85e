//! Jobs in one SQLite file.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use async_channel::Sender;
use futures_channel::oneshot;
use rusqlite::Connection;

use self::{
    clock::FileClock,
    health::Health,
    reader::Question,
    transaction::Transaction,
    writer::{Asked, Call, Writer},
};
pub use self::{
    open::{OpenError, Problem},
    options::Options,
};
use crate::{Clock, IdSource, StoreError};

mod attention;
mod cell;
mod claim;
mod clock;
mod enqueue;
mod examine;
mod filesystem;
mod health;
mod keys;
mod log;
mod migration;
mod open;
mod options;
mod reader;
mod retire;
mod rows;
mod tally;
mod trail;
mod transaction;
mod verbs;
mod writer;

/// A store in one SQLite file. Cheap to clone; clones share the connections.
///
/// **What an `Ok` survives:** the end of the process by whatever signal, a crash of the operating system
/// and a power cut, as long as the disk keeps what it has confirmed as synced.
///
/// # One commit for many
///
/// One thread writes. What arrives while it waits for the disk shares the next commit, and every
/// caller is answered only after the commit that holds its step: the busier the store, the less of a
/// sync each step costs. Two more threads read, beside the writer and without waiting for it. Dropping
/// the last clone waits until everything that was handed over is kept.
///
/// # Who else may use the file
///
/// A new file belongs to its owner alone, because payloads hold other people's data. Who may open it then:
/// other processes that run this store, and people with the `sqlite3` shell: `SELECT * FROM
/// readable_jobs` shows what there is with readable ids and times, `readable_audit` what happened. All of them on this machine; a network file
/// system is refused. [`listen`](crate::Store::listen) hears only this process, so workers in another one
/// notice a new job when they next look. Space that pruned jobs leave is used again; `PRAGMA
/// incremental_vacuum` in the shell gives it back to the file system.
///
/// # Time
///
/// The file remembers the time of its newest write, and time goes on from there: if the clock of the
/// machine is set back, leases and delays stand still until it has caught up. If the clock was far ahead
/// by mistake, stop the processes and let time start anew: `UPDATE latest SET at = 0`.
///
/// # When the disk fails
///
/// After an error of the disk (a full one included), nobody knows what is on it. The store then refuses
/// every verb with [`StoreError::Unavailable`] until the file is opened again; what was answered with
/// `Ok` before is there.
///
/// # A job that cannot be read
///
/// Whoever has changed a row by hand may have made one that is no job any more. To look at it is
/// [`StoreError::Corrupt`]; [`claim`](crate::Store::claim) and [`reap`](crate::Store::reap) pass it over, so that it
/// holds up no other. [`examine`](crate::Store::examine) names it, and it can be deleted.
///
/// ```
/// use jobstore::{File, Jobs, NewJob};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jobs.db");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let jobs = Jobs::new(File::open(&path)?);
/// let id = jobs.enqueue(NewJob::new("mail", "mail.welcome")).await?.accepted()?;
/// drop(jobs);
///
/// let jobs = Jobs::new(File::open(&path)?);
/// assert_eq!(jobs.get(id).await?.map(|job| job.kind), Some("mail.welcome".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct File {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    calls: Sender<Call>,
    questions: Sender<Question>,
    threads: Vec<JoinHandle<()>>,
    clock: Arc<FileClock>,
    health: Arc<Health>,
    changed: Arc<event_listener::Event>,
}

impl File {
    /// How many threads read.
    const READERS: usize = 2;

    /// Opens the store in the file at `path`, which is created if there is none; its directory must
    /// exist. Waits for the disk, so call it before a runtime starts, or where waiting is allowed.
    ///
    /// # Errors
    ///
    /// See [`Problem`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with(path, Options::new())
    }

    /// As [`open`](Self::open), with the time read from `clock`.
    ///
    /// # Errors
    ///
    /// See [`Problem`].
    pub fn with_clock(
        path: impl AsRef<Path>,
        clock: impl Clock + 'static,
    ) -> Result<Self, OpenError> {
        Self::open_with(path, Options::new().clock(clock))
    }

    /// As [`open`](Self::open), with these options.
    ///
    /// # Errors
    ///
    /// See [`Problem`].
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let inner = Inner::open(path, options).map_err(|problem| OpenError {
            path: path.to_owned(),
            problem,
        })?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Hands a verb to the writer, and waits until it is kept.
    async fn write<T: Send + 'static>(
        &self,
        verb: impl FnMut(&mut Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.health.check()?;
        let (reply, answer) = oneshot::channel();
        let call = Box::new(Asked::new(verb, reply));
        self.inner.calls.send(call).await.map_err(gone)?;
        answer.await.map_err(gone)?
    }

    /// Hands a question to a reader, and waits for the answer.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.health.check()?;
        let (reply, answer) = oneshot::channel();
        let health = Arc::clone(&self.inner.health);
        let question = Box::new(move |connection: &Connection| {
            let found = question(connection).map_err(|error| health.diagnose(&Arc::new(error)));
            // A caller who has gone needs no answer.
            let _ = reply.send(found);
        });
        self.inner.questions.send(question).await.map_err(gone)?;
        answer.await.map_err(gone)?
    }
}

impl Inner {
    fn open(path: &Path, options: Options) -> Result<Self, Problem> {
        let (calls, called) = writer::line();
        let (questions, asked) = reader::line();
        let mut inner = Self {
            path: path.to_owned(),
            calls,
            questions,
            threads: Vec::new(),
            clock: Arc::new(FileClock::new(options.clock)),
            health: Arc::default(),
            changed: Arc::default(),
        };
        let mut writer = Writer {
            connection: open::writer(path)?,
            calls: called,
            max_batch: options.max_batch,
            ids: IdSource::default(),
            clock: Arc::clone(&inner.clock),
            health: Arc::clone(&inner.health),
            changed: Arc::clone(&inner.changed),
        };
        // From here on the clock is not behind the file.
        writer.look()?;
        inner.start("jobstore-writer", move || writer.run())?;
        for _ in 0..File::READERS {
            let connection = open::reader(path)?;
            let asked = asked.clone();
            inner.start("jobstore-reader", move || reader::run(&connection, &asked))?;
        }
        Ok(inner)
    }

    fn start(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Problem> {
        let thread = thread::Builder::new().name(name.into()).spawn(run)?;
        self.threads.push(thread);
        Ok(())
    }
}

/// Waits until every verb that was handed over is kept.
impl Drop for Inner {
    fn drop(&mut self) {
        self.calls.close();
        self.questions.close();
        for thread in self.threads.drain(..) {
            // A thread that panicked has told so already, and its callers have their errors.
            let _ = thread.join();
        }
    }
}

/// The error of a caller whose thread is gone.
fn gone<E>(_: E) -> StoreError {
    StoreError::Unavailable("the thread of the store has stopped".into())
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

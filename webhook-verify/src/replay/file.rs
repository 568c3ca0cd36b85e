//! A replay log in one SQLite file.

use core::fmt;
use std::boxed::Box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use async_channel::Sender;
use async_trait::async_trait;
use futures_channel::oneshot;

use self::clock::FileClock;
use self::failure::Failure;
pub use self::open::{OpenError, Problem};
use self::transaction::Transaction;
use self::writer::{Asked, Call, Writer};
use super::claim::{Claim, Claimed, Forgotten, Settled};
use super::clock::{Clock, SystemClock};
use super::key::ReplayKey;
use super::route::Route;
use super::store::{Store, StoreError};
use super::windows::Windows;
use crate::unix_time::UnixTime;

mod clock;
mod failure;
mod filesystem;
mod open;
#[cfg(test)]
mod tests;
mod transaction;
mod writer;

/// A store in one SQLite file, for the processes of one machine. Cheap to clone; clones share the
/// connection.
///
/// **What an `Ok` survives:** the end of the process by whatever signal, a crash of the operating system
/// and a power cut, as long as the disk keeps what it has confirmed as synced.
///
/// One thread writes. What arrives while it waits for the disk shares the next commit, and each caller is
/// answered after the commit that holds its step. Dropping the last clone waits until everything that was
/// handed over is kept.
///
/// A new file belongs to its owner alone. Other processes that run this store may use it at the same
/// time, and people may look with the `sqlite3` shell: `SELECT * FROM readable_deliveries`. A network
/// file system is refused, because locks do not hold there. What is no longer to be kept is deleted as
/// new deliveries come; the file grows with what is to be kept, by a few hundred bytes a delivery.
///
/// The file remembers the time of its newest write, and time goes on from there: if the clock of the
/// machine is set back, leases and keeping stand still until it has caught up. If the clock was far ahead
/// by mistake, stop the processes and let time start anew: `UPDATE clock SET latest_at = 0`.
///
/// After an error of the disk (a full one included), nobody knows what is on it. The store then refuses
/// every verb with [`StoreError::Unavailable`] until the file is opened again; what was answered with
/// `Ok` before is there.
///
/// ```
/// use webhook_verify::replay::{Claimed, File, ReplayKey, ReplayLog, Route, Windows};
/// # use webhook_verify::{Provider, Secret, Verifier};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("replay.db");
/// # let verifier = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let windows = Windows::standard(&verifier)?;
/// let open = || {
///     let route = Route::new("/webhooks/github").expect("it is short and visible");
///     File::open(&path).map(|file| ReplayLog::new(file, route, windows))
/// };
/// let key: ReplayKey = "unsigned-id:72d3162e".parse()?;
///
/// let log = open()?;
/// let Claimed::Fresh(claim) = log.claim(&key).await? else {
///     unreachable!("the file is new");
/// };
/// let _ = log.commit(&claim).await?;
/// drop(log);
///
/// assert!(matches!(open()?.claim(&key).await?, Claimed::Done { .. }));
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
    thread: Option<JoinHandle<()>>,
    clock: Arc<FileClock>,
    failure: Arc<Failure>,
}

impl File {
    /// Opens the store in the file at `path`, which is created if there is none; its directory must
    /// exist. Waits for the disk, so call it before a runtime starts, or where waiting is allowed.
    ///
    /// # Errors
    ///
    /// See [`Problem`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::with_clock(path, SystemClock::default())
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
        let path = path.as_ref();
        let inner = Inner::open(path, Box::new(clock)).map_err(|problem| OpenError {
            path: path.into(),
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
        let (reply, answer) = oneshot::channel();
        let call = Box::new(Asked::new(verb, reply));
        let stopped = || self.inner.failure.stopped();
        let handed_over = self.inner.calls.send(call).await;
        handed_over.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

impl Inner {
    fn open(path: &Path, clock: Box<dyn Clock>) -> Result<Self, Problem> {
        let (calls, called) = writer::line();
        let clock = Arc::new(FileClock::new(clock));
        let failure = Arc::new(Failure::default());
        let mut writer = Writer {
            connection: open::connection(path)?,
            calls: called,
            clock: Arc::clone(&clock),
            failure: Arc::clone(&failure),
        };
        // From here on the clock is not behind the file.
        writer.look()?;
        let thread = thread::Builder::new()
            .name("replay-writer".into())
            .spawn(move || writer.run())?;
        Ok(Self {
            path: path.into(),
            calls,
            thread: Some(thread),
            clock,
            failure,
        })
    }
}

/// Waits until every verb that was handed over is kept.
impl Drop for Inner {
    fn drop(&mut self) {
        self.calls.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so already, and its callers have their errors.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for File {
    async fn claim(
        &self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
    ) -> Result<Claimed, StoreError> {
        let (route, key) = (route.clone(), key.clone());
        self.write(move |transaction| transaction.claim(&route, &key, windows))
            .await
    }

    async fn commit(&self, claim: &Claim) -> Result<Settled, StoreError> {
        let claim = claim.clone();
        self.write(move |transaction| transaction.commit(&claim))
            .await
    }

    async fn release(&self, claim: &Claim) -> Result<Settled, StoreError> {
        let claim = claim.clone();
        self.write(move |transaction| transaction.release(&claim))
            .await
    }

    async fn forget(&self, route: &Route, key: &ReplayKey) -> Result<Forgotten, StoreError> {
        let (route, key) = (route.clone(), key.clone());
        self.write(move |transaction| transaction.forget(&route, &key))
            .await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.write(|transaction| transaction.tick()).await
    }

    fn now(&self) -> UnixTime {
        self.inner.clock.now()
    }
}

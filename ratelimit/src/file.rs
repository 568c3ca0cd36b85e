//! Buckets in one SQLite file.

use core::fmt;
use std::boxed::Box;
use std::path::{Path, PathBuf};
use std::string::String;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use async_channel::Sender;
use async_trait::async_trait;
use futures_channel::oneshot;

use self::failure::Failure;
pub use self::open::{OpenError, Problem};
use self::owned_ask::OwnedAsk;
use self::transaction::Transaction;
use self::writer::{Asked, Call, Writer};
use crate::bucket::Bucket;
use crate::rule::Rule;
use crate::store::{Store, StoreError};
use crate::time::Time;
use crate::verdict::{Ask, Verdict};

mod failure;
mod filesystem;
mod open;
mod owned_ask;
#[cfg(test)]
mod tests;
mod transaction;
mod writer;

/// The buckets of any number of rules and keys in one SQLite file, for the processes of one machine: quotas
/// of hours and days, which a restart must not fill. Cheap to clone; clones share the connection.
///
/// **What an `Ok` survives:** the end of the process by whatever signal, a crash of the operating system
/// and a power cut, as long as the disk keeps what it has confirmed as synced. A crash loses nothing that
/// was answered; what was not answered yet has happened or has not.
///
/// One thread writes. What arrives while it waits for the disk shares the next commit, and each caller is
/// answered after the commit that holds its step, which takes as long as the disk does: for a limit on
/// what happens often, ask [`Memory`](crate::Memory) first. A refusal changes nothing and waits for no
/// disk. Dropping the last clone waits until everything that was handed over is kept.
///
/// A new file belongs to its owner alone. Other processes that run this store may use it at the same
/// time, and people may look with the `sqlite3` shell: `SELECT * FROM readable_buckets`. A network file
/// system is refused, because locks do not hold there. Buckets that are full are deleted as others change;
/// until then one takes a few hundred bytes, and there are as many as there are keys.
///
/// The time is the clock of the machine, so it goes on while the process is not there or the machine sleeps.
/// If the clock is set back, nobody is granted anything by that, and no bucket is closed for longer than two
/// bursts take to come back. If it is set ahead, every bucket fills up by as much.
///
/// A bucket is kept with the quota that it belongs to. When a rule with another comes, what becomes of it is
/// [said by the rule](Rule::migrating).
///
/// After an error of the disk (a full one included), nobody knows what is on it. The store then refuses
/// every verb with [`StoreError::Unavailable`] until the file is opened again. If opening finds it
/// [damaged](Problem::Damaged), move it away.
///
/// ```
/// use ratelimit::{Ask, File, Quota, Rule, Store};
///
/// static REPORTS: Rule = Rule::new("reports", Quota::per_day(2));
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("limits.db");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let asks = [Ask::one(&REPORTS, "alice")];
/// let limiter = File::open(&path)?;
/// assert!(limiter.take_all(&asks).await?.is_allowed());
/// assert!(limiter.take_all(&asks).await?.is_allowed());
/// drop(limiter);
///
/// let limiter = File::open(&path)?;
/// assert!(!limiter.take_all(&asks).await?.is_allowed());
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
    failure: Arc<Failure>,
}

/// What time it is.
type Clock = dyn Fn() -> Time + Send + Sync;

impl File {
    /// Opens the store in the file at `path`, which is created if there is none; its directory must
    /// exist. Waits for the disk, so call it before a runtime starts, or where waiting is allowed.
    ///
    /// # Errors
    ///
    /// See [`Problem`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with_clock(path, system_time)
    }

    /// As [`open`](Self::open), with another clock than the machine's, for tests.
    ///
    /// # Errors
    ///
    /// See [`Problem`].
    pub fn open_with_clock(
        path: impl AsRef<Path>,
        clock: impl Fn() -> Time + Send + Sync + 'static,
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
        verb: impl FnMut(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
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
    fn open(path: &Path, clock: Box<Clock>) -> Result<Self, Problem> {
        let (calls, called) = writer::line();
        let failure = Arc::new(Failure::default());
        let writer = Writer {
            connection: open::connection(path)?,
            calls: called,
            clock,
            failure: Arc::clone(&failure),
        };
        let thread = thread::Builder::new()
            .name("ratelimit-writer".into())
            .spawn(move || writer.run())?;
        Ok(Self {
            path: path.into(),
            calls,
            thread: Some(thread),
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
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        let owned = OwnedAsk::all(asks)?;
        let before = self.write(move |sql| sql.take(&owned)).await?;
        // Decided as it was by the writer, about the rules of the caller.
        let mut buckets = before.buckets.into_iter();
        let bucket = |_: &Ask<'_>| buckets.next().unwrap_or(Bucket::FULL);
        Ok(Verdict::decide(asks, before.now, bucket)?)
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        let owned = OwnedAsk::all(asks)?;
        self.write(move |sql| sql.refund(&owned)).await
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        let owned = OwnedAsk::all(asks)?;
        self.write(move |sql| sql.charge(&owned)).await
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        let (rule, key) = (String::from(rule.name()), String::from(key));
        self.write(move |sql| sql.reset(&rule, &key)).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.write(|sql| sql.check()).await
    }
}

/// The time of the machine since 1970; that itself, if it is earlier.
fn system_time() -> Time {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Time::EPOCH.saturating_add(since)
}

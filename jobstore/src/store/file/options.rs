//! How a file is opened.

use std::num::NonZeroUsize;

use crate::{Clock, SystemClock};

/// How a [`File`](super::File) is opened.
///
/// ```
/// use std::num::NonZeroUsize;
/// use jobstore::{File, NewJob, Store, store::file::Options};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jobs.db");
/// // Every verb commits alone: slower when many callers come at once, for comparison.
/// let file = File::open_with(&path, Options::new().max_batch(NonZeroUsize::MIN))?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// file.enqueue(NewJob::new("mail", "mail.welcome")).await
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Options {
    pub(super) max_batch: NonZeroUsize,
    pub(super) clock: Box<dyn Clock>,
}

impl Options {
    /// How many verbs share one commit at most when nothing else is said.
    pub const DEFAULT_MAX_BATCH: NonZeroUsize = NonZeroUsize::new(256).unwrap();

    /// The clock of this machine, and [`DEFAULT_MAX_BATCH`](Self::DEFAULT_MAX_BATCH).
    #[must_use]
    pub fn new() -> Self {
        Self {
            max_batch: Self::DEFAULT_MAX_BATCH,
            clock: Box::new(SystemClock::default()),
        }
    }

    /// How many verbs share one commit at most. A verb never waits for others to come: what shares
    /// a commit is what arrived while the one before was being written.
    #[must_use]
    pub const fn max_batch(mut self, verbs: NonZeroUsize) -> Self {
        self.max_batch = verbs;
        self
    }

    /// Where the store reads the time.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }
}

/// As [`Options::new`].
impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

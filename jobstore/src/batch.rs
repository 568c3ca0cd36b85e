//! Jobs that are counted together.

use crate::{Jobs, Progress, StoreError, Tally};

/// The jobs of one batch: those that were enqueued with [`NewJob::batch`](crate::NewJob::batch) of its name. Cheap
/// to clone.
///
/// ```
/// use jobstore::{Batch, Jobs, Memory, NewJob, Progress};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let jobs = Jobs::new(Memory::new());
/// let night = Batch::new(jobs.clone(), "import.2026-03-29");
/// let rows = ["Ada", "Bob"].map(|name| NewJob::new("rows", "row.import").payload(name));
/// let rows = rows.map(|row| row.batch(night.name()));
/// let _ = jobs.enqueue_all(rows.into()).await?;
/// assert_eq!(night.progress().await?, Progress::of(0, 2));
/// # Ok::<(), jobstore::StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batch {
    jobs: Jobs,
    name: String,
}

impl Batch {
    /// The batch of this name, whether there are jobs of it or not.
    #[must_use]
    pub fn new(jobs: Jobs, name: impl Into<String>) -> Self {
        Self {
            jobs,
            name: name.into(),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many jobs of it there are in each status. Those that were deleted count no more.
    ///
    /// # Errors
    ///
    /// See [`Store::batch`](crate::Store::batch).
    pub async fn tally(&self) -> Result<Tally, StoreError> {
        self.jobs.batch(&self.name).await
    }

    /// How many of its jobs have ended, however they did.
    ///
    /// # Errors
    ///
    /// See [`Store::batch`](crate::Store::batch).
    pub async fn progress(&self) -> Result<Progress, StoreError> {
        let tally = self.tally().await?;
        Ok(Progress::of(
            tally.total() - tally.unfinished(),
            tally.total(),
        ))
    }

    /// Waits until all of its jobs have ended, and says how. It looks each `every` so long, at least a
    /// millisecond; a batch without jobs has ended.
    ///
    /// Needs a tokio runtime with time enabled.
    ///
    /// # Errors
    ///
    /// See [`Store::batch`](crate::Store::batch).
    #[cfg(feature = "worker")]
    pub async fn finished(&self, every: std::time::Duration) -> Result<Tally, StoreError> {
        let pause = every.max(SHORTEST_PAUSE);
        loop {
            let tally = self.tally().await?;
            if tally.unfinished() == 0 {
                return Ok(tally);
            }
            tokio::time::sleep(pause).await;
        }
    }
}

#[cfg(feature = "worker")]
const SHORTEST_PAUSE: std::time::Duration = std::time::Duration::from_millis(1);

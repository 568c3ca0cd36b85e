//! Running jobs: claims, heartbeats, outcomes, retries and the end of a shift.
//!
//! A [`Worker`] serves one queue of a store. It claims due jobs up to its concurrency, runs its
//! [`Handler`] for each, keeps their leases alive, and writes down what became of them:
//!
//! ```
//! use std::time::Duration;
//! use jobstore::{Category, Job, Jobs, Memory, NewJob, Status, Worker};
//! use jobstore::worker::{Context, Failed};
//!
//! async fn greet(job: Job, _context: Context) -> Result<Option<serde_json::Value>, Failed> {
//!     let name = str::from_utf8(job.payload.as_bytes())
//!         .map_err(|error| Failed::for_good(error).category(Category::Validation))?;
//!     Ok(Some(format!("Hello, {name}!").into()))
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let jobs = Jobs::new(Memory::new());
//! let id = jobs.enqueue(NewJob::new("mail", "mail.welcome").payload("Ada")).await?.accepted()?;
//!
//! let done = async {
//!     while jobs.get(id).await.is_ok_and(|job| job.is_some_and(|job| !job.status.is_final())) {
//!         tokio::task::yield_now().await;
//!     }
//! };
//! Worker::new(jobs.clone(), "mail", greet)
//!     .concurrency(4)
//!     .timeout(Duration::from_secs(10))
//!     .run(done)
//!     .await;
//!
//! let job = jobs.get(id).await?.expect("nobody pruned it");
//! assert_eq!(job.status, Status::Done);
//! assert_eq!(job.result.expect("it answered").value(), "Hello, Ada!");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{fmt, sync::Arc, time::Duration};

use ratelimit::Quota;
use retry::{Backoff, Jitter};

#[cfg(feature = "tower")]
pub use self::tower::Tower;
pub use self::{
    context::{Context, LeaseLost, NotEnqueued},
    drain::Drained,
    failed::Failed,
    handler::Handler,
    kinds::Kinds,
    typed::{Typed, typed},
};
use self::{shift::Shift, watch::Observer};
use crate::{ByType, Classify, Jobs, Retention, Run};

mod attempt;
pub(crate) mod chance;
mod context;
mod drain;
mod failed;
mod handler;
mod health;
mod hold;
mod holds;
mod house;
mod kinds;
mod link;
#[cfg(feature = "metrics")]
mod meter;
mod outbox;
mod pace;
mod shift;
mod signal;
#[cfg(feature = "tower")]
mod tower;
mod typed;
mod unwind;
mod watch;

/// Runs the jobs of one queue.
///
/// For several queues run several workers side by side, each with a concurrency, a rate and a handler of its
/// own, so that none holds up another:
///
/// ```
/// use jobstore::{Job, Jobs, Memory, Worker, worker::{Context, Drained}};
/// use tokio::sync::watch;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let jobs = Jobs::new(Memory::new());
/// let nothing = |_: Job, _: Context| async { Ok(None) };
/// let mail = Worker::new(jobs.clone(), "mail", nothing).concurrency(32);
/// let reports = Worker::new(jobs, "reports", nothing).concurrency(2);
///
/// let (stop, stopped) = watch::channel(false);
/// let shutdown = || {
///     let mut stopped = stopped.clone();
///     // Whoever would say so being gone is as good as being told.
///     async move { drop(stopped.wait_for(|&stop| stop).await) }
/// };
/// let serve = async { tokio::join!(mail.run(shutdown()), reports.run(shutdown())) };
/// let (drained, _) = tokio::join!(serve, async { stop.send(true) });
/// assert_eq!(drained, (Drained::default(), Drained::default()));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # What it promises
///
/// * A job runs **at least once**, and while its lease lasts on one worker only. Make handlers
///   repeatable, or pass [`Context::fence`] on to what they write to.
/// * The lease is renewed each third of its length. When it is lost, or when the store was out of reach
///   until it is over by this worker's own clock, the handler's future is dropped at once and
///   [`Context::lease_lost`] resolves; that counts neither as an attempt nor as a failure.
/// * That clock stands still while the machine is suspended (on Linux, a laptop or a virtual machine). A
///   worker that was suspended for longer than a lease goes on with its handlers when it resumes, beside
///   those who have got the jobs since, until a heartbeat tells it so: after a third of the lease at most,
///   or where the store is out of reach, after what was left of it. What it writes for those jobs is
///   refused; what its handlers write elsewhere is for the fence to stop.
/// * A panic or an overlong attempt is a failure of that attempt, and touches no other.
/// * An outcome that the store does not take is written again until the lease is over. Outcomes and
///   heartbeats of many jobs travel in one call; what fails in company is tried alone.
/// * While the store fails, claiming and reaping pause with a growing delay. The log says when that
///   starts and when it ends, not each try.
#[derive(Clone)]
pub struct Worker<H> {
    jobs: Jobs,
    queue: String,
    handler: H,
    concurrency: usize,
    prefetch: usize,
    rate: Option<Quota>,
    lease: Duration,
    timeout: Duration,
    backoff: Backoff,
    classify: Arc<dyn Classify>,
    drain_within: Duration,
    poll_every: Duration,
    reap_every: Duration,
    retention: Retention,
    observers: Vec<Observer>,
}

impl<H: Handler> Worker<H> {
    /// A worker for this queue. If nothing else is said:
    ///
    /// * concurrency: 16
    /// * prefetch: none
    /// * rate: any
    /// * lease: 30 s
    /// * timeout: 5 min
    /// * backoff: [`BACKOFF`]
    /// * classify: [`ByType`]
    /// * drain within: 20 s
    /// * poll every: 1 s
    /// * reap every: 5 s
    /// * retention: everything
    #[must_use]
    pub fn new(jobs: Jobs, queue: impl Into<String>, handler: H) -> Self {
        Self {
            jobs,
            queue: queue.into(),
            handler,
            concurrency: 16,
            prefetch: 0,
            rate: None,
            lease: Duration::from_secs(30),
            timeout: Duration::from_secs(5 * 60),
            backoff: BACKOFF,
            classify: Arc::new(ByType),
            drain_within: Duration::from_secs(20),
            poll_every: Duration::from_secs(1),
            reap_every: Duration::from_secs(5),
            retention: Retention::default(),
            observers: Vec::new(),
        }
    }

    /// How many jobs run at once, from 1 to 100,000. The next one is claimed while what became of one is being
    /// written, so for a moment the worker may hold leases of more, of which it runs no more.
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = jobs.clamp(1, MOST_AT_ONCE);
        self
    }

    /// How many jobs the worker claims beyond those that it can run, so that the next one is there when one
    /// ends. For many short jobs on a store that is far away. Their leases are renewed like those of jobs
    /// that run, and what has not begun when the worker is told to stop is given back. Until then no other
    /// worker gets them, idle as it may be.
    #[must_use]
    pub const fn prefetch(mut self, jobs: usize) -> Self {
        self.prefetch = if jobs < MOST_AT_ONCE {
            jobs
        } else {
            MOST_AT_ONCE
        };
        self
    }

    /// How many jobs are begun in a period, such as `Quota::per_minute(100)`: each attempt takes one token of
    /// that quota. What waits for a token waits in the store, so with a rate nothing is claimed ahead. Each
    /// worker counts by itself, and begins with all tokens; for a limit that several share, have the handler
    /// ask a `ratelimit` store and postpone what is refused.
    #[must_use]
    pub const fn rate(mut self, quota: Quota) -> Self {
        self.rate = Some(quota);
        self
    }

    /// How long the store waits for a sign of life before it takes this worker for gone; from 100 ms to
    /// a day, and moved into that range. Heartbeats go out each third of it, so it bounds how late a
    /// crash is noticed, not how long a job may take.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.clamp(SHORTEST_LEASE, LONGEST_LEASE);
        self
    }

    /// How long one attempt may take. After that its handler is dropped and the attempt has failed.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(LONGEST_WAIT);
        self
    }

    /// How long to wait between attempts; [`BACKOFF`] if nothing else is said. How often to retry is not
    /// asked of it: each job brings its own `max_attempts`.
    #[must_use]
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Who finds the category of an error that a handler fails with by `?`, and of one of a service's layers.
    /// What the handler says itself ([`Failed::category`]) stands, and what `classify` has no answer for is
    /// answered by [`ByType`].
    ///
    /// ```
    /// use std::error::Error;
    /// use jobstore::{Category, Job, Jobs, Memory, NewJob, Status, Worker};
    /// use jobstore::worker::{Context, Failed};
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// #[error("the card was declined")]
    /// struct Declined;
    ///
    /// async fn charge(_: Job, _: Context) -> Result<Option<serde_json::Value>, Failed> {
    ///     Err(Declined)?
    /// }
    ///
    /// fn category(error: &(dyn Error + 'static)) -> Option<Category> {
    ///     error.is::<Declined>().then_some(Category::Validation)
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
    /// let jobs = Jobs::new(Memory::new());
    /// let id = jobs.enqueue(NewJob::new("cards", "charge").max_attempts(1)).await?.accepted()?;
    /// # let dead = async {
    /// #     while jobs.get(id).await.is_ok_and(|job| job.is_some_and(|job| !job.status.is_final())) {
    /// #         tokio::task::yield_now().await;
    /// #     }
    /// # };
    /// Worker::new(jobs.clone(), "cards", charge).classify(category).run(dead).await;
    ///
    /// let job = jobs.get(id).await?.expect("nobody pruned it");
    /// assert_eq!(job.status, Status::Dead);
    /// assert_eq!(job.errors[0].category, Category::Validation);
    /// # Ok::<(), Box<dyn Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn Error>>(())
    /// ```
    #[must_use]
    pub fn classify(mut self, classify: impl Classify + 'static) -> Self {
        self.classify = Arc::new(classify);
        self
    }

    /// How long jobs that run when the worker is told to stop may go on. What is left then is stopped
    /// and given back, and the attempt does not count.
    #[must_use]
    pub fn drain_within(mut self, drain: Duration) -> Self {
        self.drain_within = drain.min(LONGEST_WAIT);
        self
    }

    /// How long the worker waits at most before it looks for due jobs again. It is told at once of what
    /// happens in its own process; this is for jobs that other processes enqueue. At least 1 ms.
    #[must_use]
    pub fn poll_every(mut self, interval: Duration) -> Self {
        self.poll_every = interval.clamp(SHORTEST_WAIT, LONGEST_WAIT);
        self
    }

    /// How often the worker frees jobs whose lease has run out, of all queues. At least 1 ms.
    #[must_use]
    pub fn reap_every(mut self, interval: Duration) -> Self {
        self.reap_every = interval.clamp(SHORTEST_WAIT, LONGEST_WAIT);
        self
    }

    /// What is kept of the jobs of all queues that have ended; the worker lets the rest go, once a minute.
    #[must_use]
    pub const fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Tells each run to `observer` once it is over, on the task that ran it: do not block or panic there.
    ///
    /// ```
    /// use std::{sync::{Arc, Mutex, PoisonError}, time::Duration};
    /// use jobstore::{History, Job, Jobs, Memory, Run, Worker, worker::Context};
    ///
    /// let history = Arc::new(Mutex::new(History::new(Duration::from_secs(60), 60, 100)));
    /// let kept = Arc::clone(&history);
    /// Worker::new(Jobs::new(Memory::new()), "mail", |_: Job, _: Context| async { Ok(None) })
    ///     .observe(move |run: &Run| {
    ///         kept.lock().unwrap_or_else(PoisonError::into_inner).ran(run.clone());
    ///     });
    /// ```
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(&Run) + Send + Sync + 'static) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Serves the queue until `shutdown` resolves; then claims nothing more, waits for what runs, and
    /// says how it ended.
    ///
    /// Needs a tokio runtime with time enabled; handlers run as tasks of it, and one that blocks its
    /// thread instead of awaiting cannot be stopped by anything here. Dropping the future stops all
    /// handlers at once, and their jobs are claimable again when their leases have run out.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Drained {
        let shift = Arc::new(Shift::new(self));
        tokio::select! {
            biased;
            drained = shift.serve(shutdown) => drained,
            never = shift.keep_house() => match never {},
            never = shift.link.keep_carrying() => match never {},
            never = shift.holds.keep_renewing(&shift.link) => match never {},
        }
    }
}

/// Leaves out the handler: closures have nothing to show.
impl<H> fmt::Debug for Worker<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("queue", &self.queue)
            .field("concurrency", &self.concurrency)
            .field("lease", &self.lease)
            .field("timeout", &self.timeout)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}

/// How long a worker waits between attempts if nothing else is said: 15 s, then each time four times as long,
/// 6 h at most; between half of that and all of it, so that jobs which failed together come back apart.
///
/// The [seven attempts](crate::NewJob::DEFAULT_MAX_ATTEMPTS) that a job has are spread over 2 h 50 min to
/// 5 h 41 min, so that it outlives a deployment that went wrong, or an outage of what it calls; each attempt
/// more adds 3 to 6 hours. For what has to be done within seconds or never, say less.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{NewJob, worker::BACKOFF};
///
/// let waits = NewJob::DEFAULT_MAX_ATTEMPTS - 1;
/// let span = |random| (0..waits).filter_map(|n| BACKOFF.delay(n, random)).sum::<Duration>();
/// assert_eq!(span(0).as_secs() / 60, 170);
/// assert_eq!(span(u64::MAX).as_secs() / 60, 341);
/// ```
pub const BACKOFF: Backoff = Backoff::exponential()
    .base(Duration::from_secs(15))
    .factor(4)
    .cap(Duration::from_secs(6 * 60 * 60))
    .jitter(Jitter::Equal)
    .retries(u32::MAX);

const MOST_AT_ONCE: usize = 100_000;
const SHORTEST_LEASE: Duration = Duration::from_millis(100);
const LONGEST_LEASE: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_WAIT: Duration = Duration::from_millis(1);
/// No wait is longer than a year, so that adding one to the current time cannot overflow.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

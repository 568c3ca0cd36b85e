//! Enqueueing what is due by schedules.

use std::time::Duration;

use crate::{Enqueued, InvalidSchedule, JobId, Jobs, Schedule, StoreError, Timestamp};

#[cfg(feature = "worker")]
mod run;

/// Enqueues the jobs of [schedules](Schedule) when they are due.
///
/// It keeps no record of its own: which occurrence has its job is known by the dedupe keys of the store. So
/// any number of processes may run a scheduler with the same schedules, each occurrence makes one job, and
/// when all but one are gone, the last one goes on.
///
/// When it starts it looks back, and what was missed since is treated as the schedule says
/// ([`Missed`](crate::Missed)). Occurrences older than that are gone: nobody makes up for them.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{Jobs, ManualClock, Memory, NewJob, Schedule, Scheduler, Timestamp};
/// # use std::sync::Arc;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let now: Timestamp = "2026-03-29T10:07:30Z".parse()?;
/// # let clock = Arc::new(ManualClock::at(now));
/// # let store = Memory::with_clock(Arc::clone(&clock));
/// let jobs = Jobs::new(store);
/// let hour = Duration::from_secs(3_600);
/// let sweep = Schedule::every("sweep", hour, NewJob::new("files", "file.sweep"))?;
/// let mut one = Scheduler::new(jobs.clone()).with(sweep.clone())?;
/// let mut other = Scheduler::new(jobs).with(sweep)?;
///
/// // The occurrence of 10 o'clock was missed, and is made up for by one of them.
/// let (first, second) = (one.tick().await?, other.tick().await?);
/// assert_eq!((first.created.len(), second.created.len()), (1, 0));
/// assert_eq!(first.next.unwrap().to_string(), "2026-03-29T11:00:00Z");
///
/// clock.advance(hour);
/// let (first, second) = (one.tick().await?, other.tick().await?);
/// assert_eq!((first.created.len(), second.created.len()), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Scheduler {
    jobs: Jobs,
    schedules: Vec<Followed>,
    look_back: Duration,
}

/// A schedule, and until when what is due has been enqueued.
#[derive(Debug)]
struct Followed {
    schedule: Schedule,
    seen: Option<Timestamp>,
}

/// What one look at the schedules did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// The jobs that were made.
    pub created: Vec<JobId>,
    /// How many occurrences had their job already.
    pub repeated: usize,
    /// When something is due next.
    pub next: Option<Timestamp>,
}

impl Scheduler {
    /// A scheduler without schedules, that looks back for a day.
    #[must_use]
    pub const fn new(jobs: Jobs) -> Self {
        Self {
            jobs,
            schedules: Vec::new(),
            look_back: DAY,
        }
    }

    /// How long ago an occurrence may have been that nobody enqueued, for it still to be made up for; at
    /// most a year.
    ///
    /// Processes that share schedules should agree on it. An occurrence is remembered for a day longer, so
    /// a process that looks back further by up to a day makes no second job.
    #[must_use]
    pub fn look_back(mut self, look_back: Duration) -> Self {
        self.look_back = look_back.min(LONGEST_LOOK_BACK);
        self
    }

    /// With this schedule too.
    ///
    /// # Errors
    ///
    /// If there is one of that name: their occurrences could not be told apart.
    pub fn with(mut self, schedule: Schedule) -> Result<Self, InvalidSchedule> {
        let mut others = self.schedules.iter();
        if others.any(|other| other.schedule.name() == schedule.name()) {
            let problem = "there are two of that name";
            return Err(InvalidSchedule::new(schedule.name(), problem));
        }
        self.schedules.push(Followed {
            schedule,
            seen: None,
        });
        Ok(self)
    }

    /// Enqueues what is due now, by the clock of the store, and says when to come back. To come earlier or
    /// later than that does no harm.
    ///
    /// # Errors
    ///
    /// See [`Store::enqueue_all`](crate::Store::enqueue_all). What was not enqueued is at the next tick.
    pub async fn tick(&mut self) -> Result<Ticked, StoreError> {
        let now = self.jobs.store().now();
        let window = self.look_back + DAY;
        let mut ticked = Ticked::default();
        for Followed { schedule, seen } in &mut self.schedules {
            let earliest = now - self.look_back;
            let due = schedule.due(seen.map_or(earliest, |seen| seen.max(earliest)), now);
            for times in due.chunks(STEP) {
                let jobs = times.iter().map(|&time| schedule.job(time, window));
                for enqueued in self.jobs.enqueue_all(jobs.collect()).await? {
                    ticked.count(enqueued);
                }
            }
            *seen = Some(now);
            let next = schedule.next(now);
            ticked.next = [ticked.next, next].into_iter().flatten().min();
        }
        Ok(ticked)
    }
}

impl Ticked {
    fn count(&mut self, enqueued: Enqueued) {
        match enqueued {
            Enqueued::Created(id) => self.created.push(id),
            // A conflict is an occurrence that was enqueued before the schedule was given another payload.
            Enqueued::Duplicate { .. } | Enqueued::Conflict { .. } => self.repeated += 1,
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_LOOK_BACK: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How many jobs are enqueued in one step.
const STEP: usize = 500;

//! Jobs that are due again and again.

use std::time::Duration;

use crate::{NewJob, Timestamp};

#[cfg(feature = "cron")]
mod cron;

/// A job that is to be done at certain times, again and again.
///
/// Pure: it says when; a [`Scheduler`](crate::Scheduler) enqueues. What it enqueues is the job given here,
/// with its occurrence in the metadata ([`SCHEDULED_FOR`](Self::SCHEDULED_FOR)), `triggered_by` set to
/// `schedule:<name>`, and a dedupe key of the name and the occurrence, so that any number of processes may
/// have the same schedule, and each occurrence makes one job.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{NewJob, Schedule, Timestamp};
///
/// let sweep = Schedule::every("sweep", Duration::from_secs(900), NewJob::new("files", "file.sweep"))?;
/// let now: Timestamp = "2026-03-29T10:07:30Z".parse().unwrap();
/// assert_eq!(sweep.next(now).unwrap().to_string(), "2026-03-29T10:15:00Z");
/// # Ok::<(), jobstore::InvalidSchedule>(())
/// ```
#[derive(Clone, Debug)]
pub struct Schedule {
    name: String,
    times: Times,
    job: NewJob,
    missed: Missed,
    starting: Timestamp,
}

/// What becomes of occurrences that nobody enqueued in time, because nothing ran that could.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Missed {
    /// They are left out.
    Skip,
    /// The latest is made up for.
    #[default]
    Latest,
    /// The latest of them are made up for, up to so many.
    All {
        /// How many.
        max: usize,
    },
}

/// The times at which something is due: whole seconds.
#[derive(Clone, Debug)]
enum Times {
    /// Multiples of so many microseconds.
    Every(i64),
    #[cfg(feature = "cron")]
    Cron(Box<cron::Cron>),
}

impl Schedule {
    /// The key of the metadata under which a job finds which occurrence it stands for, in RFC 3339. It may
    /// run later than that.
    pub const SCHEDULED_FOR: &'static str = "scheduled_for";

    /// How late an occurrence may be enqueued and is not yet missed.
    pub const ON_TIME: Duration = Duration::from_secs(60);

    /// Due at each multiple of `interval` since the epoch: each hour is each full hour, in UTC. The
    /// interval is cut to whole seconds. Of what is missed, the latest is made up for.
    ///
    /// # Errors
    ///
    /// Says what of the name, the interval or the job is wrong.
    pub fn every(
        name: impl Into<String>,
        interval: Duration,
        job: NewJob,
    ) -> Result<Self, InvalidSchedule> {
        let name = name.into();
        let seconds = i64::try_from(interval.as_secs()).ok();
        let micros = seconds.and_then(|seconds| seconds.checked_mul(1_000_000));
        match micros.filter(|&micros| (1..=Timestamp::MAX.as_micros()).contains(&micros)) {
            Some(micros) => Self::new(name, Times::Every(micros), job),
            None => Err(InvalidSchedule::new(
                name,
                "its interval is not within a second and eight thousand years",
            )),
        }
    }

    /// Due when the clock on the wall of `zone` shows what `expression` says. Of what is missed, the latest
    /// is made up for.
    ///
    /// An expression has five fields: minute, hour, day of the month, month, day of the week; a field of
    /// seconds in front makes it six, and a year behind that seven. `*`, lists, ranges, steps, names
    /// (`MON`, `JAN`), `L`, `W`, `#` and nicknames such as `@daily` are known. Where both a day of the month
    /// and a day of the week are given, either will do, as in Vixie cron.
    ///
    /// The zone is one of the [IANA database], such as `Europe/Berlin`: the one of the machine, or where
    /// there is none, one that is compiled in. Where clocks are changed:
    ///
    /// * a time that is skipped is due when the gap ends, if the expression names it (`30 2 * * *`); an
    ///   expression with `*` in its minutes or hours goes on behind the gap;
    /// * a time that comes twice is due the first time; an expression with `*` in its minutes or hours is
    ///   due both times.
    ///
    /// [IANA database]: https://www.iana.org/time-zones
    ///
    /// # Errors
    ///
    /// Says what of the name, the expression, the zone or the job is wrong. An expression that no time
    /// meets is.
    ///
    /// # Example
    ///
    /// ```
    /// use jobstore::{NewJob, Schedule, Timestamp};
    ///
    /// let report = NewJob::new("reports", "report.daily");
    /// let daily = Schedule::cron("daily-report", "30 6 * * MON-FRI", "Europe/Berlin", report)?;
    /// let friday: Timestamp = "2026-03-27T12:00:00Z".parse().unwrap();
    /// // On the Sunday between, clocks go forward.
    /// assert_eq!(daily.next(friday).unwrap().to_string(), "2026-03-30T04:30:00Z");
    /// # Ok::<(), jobstore::InvalidSchedule>(())
    /// ```
    #[cfg(feature = "cron")]
    pub fn cron(
        name: impl Into<String>,
        expression: &str,
        zone: &str,
        job: NewJob,
    ) -> Result<Self, InvalidSchedule> {
        let name = name.into();
        match cron::Cron::new(expression, zone) {
            Ok(cron) => Self::new(name, Times::Cron(Box::new(cron)), job),
            Err(problem) => Err(InvalidSchedule::new(name, problem)),
        }
    }

    fn new(name: String, times: Times, job: NewJob) -> Result<Self, InvalidSchedule> {
        let schedule = Self {
            name,
            times,
            job,
            missed: Missed::default(),
            starting: Timestamp::EPOCH,
        };
        // The name goes where names go, and what is added to the job counts towards its limits.
        let named = NewJob::new(&schedule.name, "kind").validate();
        let problem = match (
            named,
            schedule.job(Timestamp::MAX, Duration::ZERO).validate(),
        ) {
            (Err(name), _) => format!("its name {}", name.problem),
            (_, Err(job)) => job.to_string(),
            (Ok(()), Ok(())) => return Ok(schedule),
        };
        Err(InvalidSchedule::new(schedule.name, problem))
    }

    /// What becomes of occurrences that nobody enqueued in time.
    #[must_use]
    pub const fn missed(mut self, missed: Missed) -> Self {
        self.missed = missed;
        self
    }

    /// There is no occurrence before this time. A schedule that is new looks like one that was missed; this
    /// tells them apart.
    #[must_use]
    pub const fn starting(mut self, time: Timestamp) -> Self {
        self.starting = time;
        self
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first occurrence after `time`; `None` if there is none.
    #[must_use]
    pub fn next(&self, time: Timestamp) -> Option<Timestamp> {
        if time < self.starting {
            return self.times.next(self.starting - TICK);
        }
        self.times.next(time)
    }

    /// What is to be enqueued at `now` by somebody who has enqueued what was due until `seen`, the oldest
    /// first: all that is on time, and of what is missed as much as [`Missed`] says.
    pub(crate) fn due(&self, seen: Timestamp, now: Timestamp) -> Vec<Timestamp> {
        let mut due = Vec::new();
        let mut missed = 0;
        let mut until = now;
        while let Some(time) = self.times.last(until)
            && time > seen
            && time >= self.starting
        {
            let on_time = now.since(time) <= Self::ON_TIME;
            let made_up_for = match self.missed {
                Missed::Skip => false,
                Missed::Latest => due.is_empty(),
                Missed::All { max } => missed < max,
            };
            if !on_time && !made_up_for {
                break;
            }
            due.push(time);
            missed += usize::from(!on_time);
            until = time - TICK;
        }
        due.reverse();
        due
    }

    /// The job that stands for the occurrence at `time`, known as that for so long.
    pub(crate) fn job(&self, time: Timestamp, window: Duration) -> NewJob {
        let name = &self.name;
        let job = self.job.clone();
        job.triggered_by(format!("schedule:{name}"))
            .metadata(Self::SCHEDULED_FOR, time.to_string())
            .run_at(time)
            .dedupe(format!("schedule:{name}:{time}"), window)
    }
}

impl Times {
    /// The first after `time`.
    fn next(&self, time: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(interval) => {
                let before = time.as_micros().div_euclid(*interval);
                Timestamp::from_micros(before.checked_add(1)?.checked_mul(*interval)?)
            }
            #[cfg(feature = "cron")]
            Self::Cron(cron) => cron.next(time),
        }
    }

    /// The last until `time`, which may be it.
    fn last(&self, time: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(interval) => {
                let micros = time.as_micros();
                Timestamp::from_micros(micros - micros.rem_euclid(*interval))
            }
            #[cfg(feature = "cron")]
            Self::Cron(cron) => cron.last(time),
        }
    }
}

/// What is wrong with a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schedule {schedule:?}: {problem}")]
pub struct InvalidSchedule {
    /// Which one.
    pub schedule: String,
    /// What is wrong with it.
    pub problem: String,
}

impl InvalidSchedule {
    pub(crate) fn new(schedule: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            schedule: schedule.into(),
            problem: problem.into(),
        }
    }
}

/// The smallest step of time.
const TICK: Duration = Duration::from_micros(1);

#[cfg(test)]
mod tests;

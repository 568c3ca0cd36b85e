//! What is wrong with a store, and why nothing is running.

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;

use crate::{
    Clock, Durability, Finding, Jobs, Query, Severity, Status, StoreError, SystemClock, Timestamp,
};

mod diagnosis;

pub use diagnosis::{Diagnosis, Why};

/// Examines a store: whether it can be reached, whether what it keeps is as it should be, whether clocks
/// agree, and for each queue, why its jobs do not run.
///
/// ```
/// use jobstore::{Jobs, Memory, NewJob, doctor::{Doctor, Why}};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let jobs = Jobs::new(Memory::new());
/// let _ = jobs.enqueue(NewJob::new("mail", "mail.welcome")).await?;
/// let report = Doctor::new(jobs).examine().await;
/// assert!(matches!(report.diagnoses[0].why, Why::Unattended { asked_at: None, .. }));
/// assert!(report.to_string().contains("no worker has ever asked"));
/// # Ok::<(), jobstore::StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Doctor {
    jobs: Jobs,
    clock: Arc<dyn Clock>,
    mend: bool,
}

/// What an examination found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// When it was, by the clock of the store.
    pub at: Timestamp,
    /// What an `Ok` of the store survives.
    pub durability: Durability,
    /// What is not as it should be, the worst first.
    pub findings: Vec<Finding>,
    /// How each queue is, by name; none if the store cannot be reached.
    pub diagnoses: Vec<Diagnosis>,
}

impl Doctor {
    /// How far the clocks of this machine and of the store may be apart.
    pub const CLOCKS_AGREE: Duration = Duration::from_secs(5);

    /// One that looks and changes nothing.
    #[must_use]
    pub fn new(jobs: Jobs) -> Self {
        Self {
            jobs,
            clock: Arc::new(SystemClock::default()),
            mend: false,
        }
    }

    /// Mends what can be mended without losing anything: indexes and counts are made anew from the jobs,
    /// and jobs whose workers are gone are freed.
    #[must_use]
    pub const fn mend(mut self) -> Self {
        self.mend = true;
        self
    }

    /// Compares the time of the store with this clock, not with that of the machine.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Looks at everything. Takes its time with a large store.
    ///
    /// That the store cannot be reached is what it reports then.
    pub async fn examine(&self) -> Report {
        let mut report = Report {
            at: self.jobs.store().now(),
            durability: self.jobs.store().durability(),
            findings: Vec::new(),
            diagnoses: Vec::new(),
        };
        // What fails its check for a setting can still be looked at, and mended.
        let checked = self.jobs.store().check().await;
        match (checked, self.look(&mut report).await) {
            (_, Err(error)) => report.findings.push(unreachable(&error)),
            (Err(error), Ok(())) => report.findings.push(unfit(&error)),
            (Ok(()), Ok(())) => {}
        }
        report
            .findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        report
    }

    async fn look(&self, report: &mut Report) -> Result<(), StoreError> {
        report
            .findings
            .extend(self.jobs.store().examine(self.mend).await?);
        report.findings.extend(self.abandoned().await?);
        report.findings.extend(self.clocks());
        let queues = self.jobs.queues().await?;
        let now = self.jobs.store().now();
        let diagnoses = queues.into_iter().map(|queue| Diagnosis::of(queue, now));
        report.diagnoses = diagnoses.collect();
        Ok(())
    }

    /// Whether the store and this machine agree on the time.
    fn clocks(&self) -> Option<Finding> {
        let (store, machine) = (self.jobs.store().now(), self.clock.now());
        let (apart, behind) = if store > machine {
            (store.since(machine), "the clock of this machine is")
        } else {
            (machine.since(store), "the clock of the store is")
        };
        (apart > Self::CLOCKS_AGREE).then(|| {
            let fault = format!("{behind} {} behind", whole(apart));
            let remedy =
                "set it: until then jobs are due, and leases run out, at other times than expected";
            Finding::new(Severity::Warning, "the time", fault, remedy)
        })
    }

    /// Jobs that run though their lease is over, so that nobody seems to look after them.
    async fn abandoned(&self) -> Result<Option<Finding>, StoreError> {
        let count = if self.mend {
            self.free().await?
        } else {
            self.count_abandoned().await?
        };
        let fault = format!("{count} have run out, and nobody has freed their jobs");
        let remedy = "start a worker, of whichever queue, or have it mended";
        let finding = Finding::new(Severity::Warning, "leases", fault, remedy).mended(self.mend);
        Ok((count > 0).then_some(finding))
    }

    async fn free(&self) -> Result<usize, StoreError> {
        let mut freed = 0;
        loop {
            let ids = self.jobs.store().reap(Query::MAX_LIMIT).await?;
            freed += ids.len();
            if ids.len() < Query::MAX_LIMIT {
                return Ok(freed);
            }
        }
    }

    /// Of the newest that run: workers free the others within seconds, so these will do to tell.
    async fn count_abandoned(&self) -> Result<usize, StoreError> {
        let running = Query::default()
            .status(Status::Running)
            .limit(Query::MAX_LIMIT);
        let now = self.jobs.store().now();
        let mut count = 0;
        for job in self.jobs.list(&running).await?.jobs {
            let job = self.jobs.get(job.id).await?;
            let lease = job.and_then(|job| job.lease);
            count += usize::from(lease.is_some_and(|lease| lease.until + REAPED_WITHIN < now));
        }
        Ok(count)
    }
}

fn unreachable(error: &StoreError) -> Finding {
    let remedy = "nothing else can be said until that is mended";
    Finding::new(Severity::Error, "the store", error.to_string(), remedy)
}

fn unfit(error: &StoreError) -> Finding {
    let remedy = "until that is mended, whoever asks whether it works is told that it does not";
    Finding::new(Severity::Error, "the store", error.to_string(), remedy)
}

impl Report {
    /// How bad the worst is that was found, and not mended; `None` if nothing was.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        let open = self.findings.iter().filter(|finding| !finding.mended);
        let findings = open.map(|finding| finding.severity);
        findings
            .chain(self.diagnoses.iter().map(Diagnosis::severity))
            .max()
    }

    /// Whether nobody has to do anything: there is nothing but notes.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.worst().is_none_or(|worst| worst == Severity::Note)
    }
}

/// For people: a line for each finding and each queue.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "What is answered with Ok is {}.", self.durability)?;
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        for diagnosis in &self.diagnoses {
            writeln!(f, "{diagnosis}")?;
        }
        let verdict = match (self.worst(), self.findings.is_empty()) {
            (Some(Severity::Error), _) => "Somebody has to do something.",
            (Some(Severity::Warning), _) => "Somebody should have a look.",
            (_, true) => "Nothing is wrong.",
            (_, false) => "Nothing else is wrong.",
        };
        f.write_str(verdict)
    }
}

/// A duration in whole seconds, as people read it.
fn whole(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match () {
        () if seconds < 120 => format!("{seconds} s"),
        () if minutes < 120 => format!("{minutes} min"),
        () if hours < 48 => format!("{hours} h"),
        () => format!("{days} days"),
    }
}

/// What is over for longer than this, no worker looks after: one reaps each few seconds.
const REAPED_WITHIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;

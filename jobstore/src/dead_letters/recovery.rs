//! Dead letters that come back to life by themselves.

use std::{sync::Arc, time::Duration};

use retry::{Admission, Backoff, Breaker, BreakerPolicy};

use super::{DeadLetters, Filter};
use crate::{
    AtDeath, By, Category, JobId, Jobs, Query, Replay, Replayed, Status, StoreError, Summary,
    Timestamp,
};

#[cfg(feature = "worker")]
mod run;
#[cfg(test)]
mod tests;

/// Replays dead jobs whose reason may have passed by itself, a few at a time, for as long as that works.
///
/// Each replay is watched until it ends. What becomes of them decides, by a circuit breaker, whether there are
/// more: while the far side is still down, one is tried now and then, and when it is back, so are the jobs. The
/// breaker is for all that one recovery looks after: give jobs that depend on another far side a recovery of their
/// own.
///
/// If nothing else is said:
///
/// * timeouts, failures of other services and rate limits are recovered, once they have been dead for five
///   minutes, rate limits for a quarter of an hour;
/// * five at a time, the newest first;
/// * a line is replayed up to three times, by anybody, and not twice within ten minutes;
/// * when half of the last ten have died again, at least two of them, nothing is tried for five minutes, then
///   one; each time that dies as well, it waits twice as long, for an hour at most.
///
/// What somebody has [flagged](DeadLetters::flag) is left to them, and so are jobs whose dedupe key
/// [was released](crate::AtDeath::Release) when they died: their sender may have sent the same again since, so that
/// to replay them could be to do it twice. Several processes may run the same
/// recovery: a job is replayed by one of them.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{Category, Jobs, Memory, dead_letters::{Filter, Recovery}};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let jobs = Jobs::new(Memory::new());
/// let mut recovery = Recovery::new(jobs, Filter::default().queue("mail"))
///     .recover(Category::Timeout, Duration::from_secs(30))
///     .leave(Category::RateLimit)
///     .at_once(2);
/// let step = recovery.step().await?;
/// assert!(step.started.is_empty() && !step.held);
/// # Ok::<(), jobstore::StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Recovery {
    letters: DeadLetters,
    filter: Filter,
    /// How long jobs of a category have been dead before they are tried.
    rests: Vec<(Category, Duration)>,
    replay: Replay,
    at_once: usize,
    breaker: Arc<Breaker>,
    under_way: Vec<(JobId, Admission<Arc<Breaker>>)>,
    /// Where the next look begins; at the newest, if nowhere.
    before: Option<JobId>,
}

/// What one step of a recovery did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What was replayed, each with the job that was made of it.
    pub started: Vec<(JobId, JobId)>,
    /// How many of those that were started earlier are done.
    pub done: usize,
    /// How many of them are dead again.
    pub dead: usize,
    /// How many are under way.
    pub under_way: usize,
    /// Whether more are held back because too many died again.
    pub held: bool,
}

impl Recovery {
    /// A recovery of what `filter` lets through.
    #[must_use]
    pub fn new(jobs: Jobs, filter: Filter) -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let policy = BreakerPolicy::usual()
            .over_calls(10)
            .failures(50, 2)
            .cooldown(Backoff::exponential().base(minutes(5)).cap(minutes(60)))
            .probes(1)
            .probe_timeout(minutes(24 * 60));
        let by = By::new("system:recovery").because("its reason may have passed");
        Self {
            letters: DeadLetters::new(jobs),
            filter,
            rests: vec![
                (Category::Timeout, minutes(5)),
                (Category::ExternalApi, minutes(5)),
                (Category::RateLimit, minutes(15)),
            ],
            replay: Replay::new(by).cap(3).cooldown(minutes(10)),
            at_once: 5,
            breaker: Arc::new(Breaker::new(policy)),
            under_way: Vec::new(),
            before: None,
        }
    }

    /// Recovers jobs that died of `category`, once they have been dead for so long.
    #[must_use]
    pub fn recover(mut self, category: Category, rest: Duration) -> Self {
        self = self.leave(category);
        self.rests.push((category, rest));
        self
    }

    /// Leaves jobs that died of `category` to people.
    #[must_use]
    pub fn leave(mut self, category: Category) -> Self {
        self.rests.retain(|(known, _)| *known != category);
        self
    }

    /// How many are under way at once, at least 1.
    #[must_use]
    pub fn at_once(mut self, jobs: usize) -> Self {
        self.at_once = jobs.max(1);
        self
    }

    /// By whom, how often and how soon after another a job is replayed. A cooldown of less than a second
    /// counts as one: it is what keeps two processes from replaying one job both.
    #[must_use]
    pub fn replay(mut self, replay: Replay) -> Self {
        let cooldown = replay.cooldown.max(Duration::from_secs(1));
        self.replay = replay.cooldown(cooldown);
        self
    }

    /// When to hold back, and for how long.
    #[must_use]
    pub fn policy(mut self, policy: BreakerPolicy) -> Self {
        self.breaker = Arc::new(Breaker::new(policy));
        self
    }

    /// Looks at what is under way, and starts more if there is room and reason.
    ///
    /// One step looks at no more than two thousand dead jobs, and the next goes on where it stopped.
    ///
    /// # Errors
    ///
    /// See [`Store`](crate::Store). What was done until then is done, and the next step goes on.
    pub async fn step(&mut self) -> Result<Step, StoreError> {
        let mut step = Step::default();
        self.settle(&mut step).await?;
        self.start(&mut step).await?;
        step.under_way = self.under_way.len();
        Ok(step)
    }

    /// Tells the breaker of those that have ended.
    async fn settle(&mut self, step: &mut Step) -> Result<(), StoreError> {
        let mut at = 0;
        while let Some((id, _)) = self.under_way.get(at) {
            let job = self.letters.jobs.get(*id).await?;
            let status = job.map_or(Status::Cancelled, |job| job.status);
            if !status.is_final() {
                at += 1;
                continue;
            }
            let (_, admission) = self.under_way.swap_remove(at);
            match status {
                Status::Done => {
                    step.done += 1;
                    admission.succeed(self.elapsed());
                }
                Status::Dead => {
                    step.dead += 1;
                    admission.fail(self.elapsed(), None);
                }
                // Called off or deleted: that says nothing about the far side.
                _ => drop(admission),
            }
        }
        Ok(())
    }

    async fn start(&mut self, step: &mut Step) -> Result<(), StoreError> {
        if self.under_way.len() >= self.at_once {
            return Ok(());
        }
        let mut filter = self.filter.clone().limit(Query::MAX_LIMIT);
        filter.query.before = self.before.or(filter.query.before);
        let page = self.letters.list(&filter).await?;
        let now = self.now();
        let mut ripe = page.jobs;
        ripe.retain(|job| self.is_ripe(job, now));
        for job in ripe {
            if self.under_way.len() >= self.at_once {
                return Ok(());
            }
            let Ok(admission) = Breaker::admit_by(Arc::clone(&self.breaker), self.elapsed()) else {
                step.held = true;
                return Ok(());
            };
            // Whoever stops here goes on behind it.
            self.before = Some(job.id);
            let replayed = self.letters.jobs.replay(job.id, &self.replay).await?;
            if let Replayed::Created(new) = replayed {
                step.started.push((job.id, new));
                self.under_way.push((new, admission));
            }
        }
        self.before = page.next;
        Ok(())
    }

    /// Whether it is time to try this one.
    fn is_ripe(&self, job: &Summary, now: Timestamp) -> bool {
        let Some(error) = &job.last_error else {
            return false;
        };
        let mut rests = self.rests.iter();
        let rest = rests.find(|(category, _)| *category == error.category);
        job.triage.is_none()
            && job.at_death == AtDeath::Keep
            && job.replays < self.replay.cap
            && rest.is_some_and(|(_, rest)| error.at + *rest <= now)
    }

    fn now(&self) -> Timestamp {
        self.letters.jobs.store().now()
    }

    /// The time as the breaker wants it.
    fn elapsed(&self) -> Duration {
        self.now().since(Timestamp::EPOCH)
    }
}

//! Dead letters as work: what died, of what, who looks at it, what came of it, and running it again.
//!
//! ```
//! use std::time::Duration;
//! use jobstore::{By, Category, Jobs, Memory, NewJob, Replay, Retry, WorkerId};
//! use jobstore::dead_letters::{DeadLetters, Filter};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let jobs = Jobs::new(Memory::new());
//! for order in 1..=3 {
//!     let _ = jobs.enqueue(NewJob::new("orders", "order.ship").payload(order.to_string())).await?;
//!     let worker = WorkerId::new("worker");
//!     let job = jobs.claim("orders", &worker, Duration::from_secs(30), 1).await?.jobs.remove(0);
//!     let message = format!("order {order}: no answer from the carrier");
//!     let _ = jobs.fail(&job, Category::ExternalApi, message, Retry::Never).await?;
//! }
//!
//! // Three jobs, one cause.
//! let letters = DeadLetters::new(jobs.clone());
//! let found = letters.groups(&Filter::default()).await?;
//! assert_eq!((found.groups.len(), found.groups[0].count), (1, 3));
//!
//! // What would happen, then that it does: one each ten seconds, the oldest first.
//! let replay = Replay::new(By::new("person:ada").because("the carrier is back"));
//! let cause = Filter::default().fingerprint(found.groups[0].fingerprint);
//! let plan = letters.plan(&cause, &replay, Duration::from_secs(10)).await?;
//! assert_eq!((plan.jobs.len(), plan.refused.len()), (3, 0));
//! assert_eq!(plan.jobs[2].delay, Duration::from_secs(20));
//! let replays = letters.replay(&plan).await?;
//! assert_eq!(replays.created.len(), 3);
//!
//! // They are dealt with, and each names the job that was made of it.
//! assert!(letters.list(&Filter::default()).await?.jobs.is_empty());
//! let (old, new) = replays.created[0];
//! let line = letters.line(old).await?;
//! assert_eq!(line.last().map(|job| job.id), Some(new));
//! # Ok::<(), jobstore::StoreError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::time::Duration;

use crate::{
    Applied, By, Event, Job, JobId, Jobs, Page, Query, Replay, Replayed, StoreError, Summary,
};

mod filter;
mod group;
mod plan;
#[cfg(feature = "recovery")]
mod recovery;

#[cfg(feature = "recovery")]
pub use self::recovery::{Recovery, Step};
pub use self::{
    filter::{Filter, Stage},
    group::{Group, Groups},
    plan::{Plan, Planned, Replays},
};

/// The dead jobs of a store, to be worked through. Cheap to clone.
///
/// A dead job is open until somebody resolves it, or replays it, which does that too. Errors of all methods
/// are those of the [`Store`](crate::Store).
#[derive(Clone, Debug)]
pub struct DeadLetters {
    jobs: Jobs,
}

impl DeadLetters {
    /// How far a line is followed, each way.
    pub const LONGEST_LINE: usize = 100;

    /// The dead jobs of this store.
    #[must_use]
    pub const fn new(jobs: Jobs) -> Self {
        Self { jobs }
    }

    /// One page of those that `filter` lets through, newest first.
    ///
    /// One call looks at no more than two thousand jobs, so that a filter which hardly any job passes does
    /// not hold the caller up: a page may be short, or empty, and still have a `next`.
    ///
    /// # Errors
    ///
    /// See [`Store::list`](crate::Store::list).
    pub async fn list(&self, filter: &Filter) -> Result<Page, StoreError> {
        let limit = filter.query.limit.clamp(1, Query::MAX_LIMIT);
        self.take(filter, limit, PAGES_OF_A_LIST).await
    }

    /// What they died of: all that `filter` lets through, by what their failures have in common.
    ///
    /// Reads all of them, a page at a time; what it keeps is bounded ([`Groups::MAX`]).
    ///
    /// # Errors
    ///
    /// See [`Store::list`](crate::Store::list).
    pub async fn groups(&self, filter: &Filter) -> Result<Groups, StoreError> {
        let mut groups = Groups::default();
        let mut query = filter.page();
        loop {
            let page = self.jobs.list(&query).await?;
            let found = page.jobs.iter().filter(|job| filter.matches(job));
            found.for_each(|job| groups.add(job));
            if page.next.is_none() {
                return Ok(groups.sorted());
            }
            query.before = page.next;
        }
    }

    /// Marks a dead job for a person: `assignee` may be empty, and the reason of `by` is the note that
    /// they find. A job that was resolved is open again.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`](crate::Store::apply).
    pub async fn flag(
        &self,
        id: JobId,
        assignee: impl Into<String>,
        by: By,
    ) -> Result<Applied, StoreError> {
        let assignee = assignee.into();
        self.jobs
            .store()
            .apply(id, Event::Flag { by, assignee })
            .await
    }

    /// Says what came of a dead job, in the reason of `by`.
    ///
    /// # Errors
    ///
    /// See [`Store::apply`](crate::Store::apply).
    pub async fn resolve(&self, id: JobId, by: By) -> Result<Applied, StoreError> {
        self.jobs.store().apply(id, Event::Resolve { by }).await
    }

    /// Says the same of the newest that `filter` lets through, as many as its limit and
    /// [`Plan::MAX`] allow, and returns how many there were.
    ///
    /// # Errors
    ///
    /// See [`Store::apply_all`](crate::Store::apply_all); some of them may be resolved then.
    pub async fn resolve_all(&self, filter: &Filter, by: &By) -> Result<usize, StoreError> {
        let limit = filter.query.limit.clamp(1, Plan::MAX);
        let found = self.take(filter, limit, usize::MAX).await?;
        let resolve = |job: Summary| (job.id, Event::Resolve { by: by.clone() });
        let events = found.jobs.into_iter().map(resolve).collect();
        let applied = self.jobs.store().apply_all(events).await?;
        let resolved = |applied: &&Applied| matches!(applied, Applied::Now(_));
        Ok(applied.iter().filter(resolved).count())
    }

    /// What a replay of the newest that `filter` lets through would do, as many as its limit and
    /// [`Plan::MAX`] allow. Nothing is changed.
    ///
    /// The oldest of them would start first, after the delay that `replay` says, and each of the others
    /// `every` so long after the one before.
    ///
    /// # Errors
    ///
    /// See [`Store::list`](crate::Store::list).
    pub async fn plan(
        &self,
        filter: &Filter,
        replay: &Replay,
        every: Duration,
    ) -> Result<Plan, StoreError> {
        let limit = filter.query.limit.clamp(1, Plan::MAX);
        let found = self.take(filter, limit, usize::MAX).await?;
        let mut plan = Plan::new(replay.clone(), every, found.next.is_some());
        for summary in found.jobs.into_iter().rev() {
            // Whatever happened to it since it was listed, it is judged as it is.
            if let Some(job) = self.jobs.get(summary.id).await? {
                plan.add(
                    summary,
                    job.may_be_replayed(replay, self.jobs.store().now()),
                );
            }
        }
        Ok(plan)
    }

    /// Replays what was planned. Each job is judged anew: what was replayed by somebody else in the
    /// meantime, say, is refused.
    ///
    /// # Errors
    ///
    /// See [`Store::replay`](crate::Store::replay). What was replayed until then stays so, and is resolved:
    /// another plan leaves it out.
    pub async fn replay(&self, plan: &Plan) -> Result<Replays, StoreError> {
        let mut replays = Replays::default();
        for planned in &plan.jobs {
            let (id, replay) = (planned.job.id, plan.replay_of(planned));
            match self.jobs.replay(id, &replay).await? {
                Replayed::Created(new) => replays.created.push((id, new)),
                Replayed::Refused(reason) => replays.refused.push((id, reason)),
                Replayed::Unknown => replays.gone.push(id),
            }
        }
        Ok(replays)
    }

    /// The line of a job, oldest first: what it is a replay of, and what that is a replay of; the job; then
    /// the job that was made of it when it was dead, and of that one.
    ///
    /// Where one was replayed more than once, the line goes on with the latest; where one was deleted, the
    /// line ends. At most [`LONGEST_LINE`](Self::LONGEST_LINE) each way.
    ///
    /// # Errors
    ///
    /// See [`Store::get`](crate::Store::get).
    pub async fn line(&self, id: JobId) -> Result<Vec<Summary>, StoreError> {
        let Some(job) = self.jobs.get(id).await? else {
            return Ok(Vec::new());
        };
        let mut line = self.follow(job.replay_of, |job| job.replay_of).await?;
        line.reverse();
        line.push(Summary::from(&job));
        line.extend(self.follow(job.replayed_as(), Job::replayed_as).await?);
        Ok(line)
    }

    /// The jobs from `first` on, as long as there is a next one.
    async fn follow(
        &self,
        first: Option<JobId>,
        next: impl Fn(&Job) -> Option<JobId>,
    ) -> Result<Vec<Summary>, StoreError> {
        let mut found = Vec::new();
        let mut following = first;
        while found.len() < Self::LONGEST_LINE
            && let Some(id) = following
            && let Some(job) = self.jobs.get(id).await?
        {
            following = next(&job);
            found.push(Summary::from(&job));
        }
        Ok(found)
    }

    /// The newest `limit` that `filter` lets through, out of no more than so many pages.
    async fn take(&self, filter: &Filter, limit: usize, pages: usize) -> Result<Page, StoreError> {
        let mut query = filter.page();
        let mut taken = Page {
            jobs: Vec::new(),
            next: None,
        };
        for _ in 0..pages {
            let page = self.jobs.list(&query).await?;
            for job in page.jobs.into_iter().filter(|job| filter.matches(job)) {
                if taken.jobs.len() == limit {
                    taken.next = taken.jobs.last().map(|job| job.id);
                    return Ok(taken);
                }
                taken.jobs.push(job);
            }
            taken.next = page.next;
            if page.next.is_none() {
                break;
            }
            query.before = page.next;
        }
        Ok(taken)
    }
}

/// How many pages of the store one list looks at.
const PAGES_OF_A_LIST: usize = 10;

#[cfg(test)]
mod tests;

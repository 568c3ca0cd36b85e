//! Which dead letters are meant.

use crate::{Category, Fingerprint, JobId, Query, Status, Summary};

/// Which dead jobs are meant: those for which every condition holds. If nothing else is said, all that are
/// open, the newest fifty of them.
///
/// ```
/// use jobstore::{Category, Query, dead_letters::Filter};
///
/// let timeouts = Filter::new(Query::default().queue("mail").limit(100)).category(Category::Timeout);
/// assert_eq!(timeouts.query.limit, 100);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What holds for any list of jobs. Whatever it says of the status, dead ones are meant.
    pub query: Query,
    /// Only those that died of this.
    pub category: Option<Category>,
    /// How far people are with them.
    pub stage: Stage,
    /// Only those that this person shall look at.
    pub assignee: Option<String>,
}

/// How far people are with a dead job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Not resolved.
    #[default]
    Open,
    /// Marked for a person, and not resolved.
    Flagged,
    /// Resolved, by a person or by a replay.
    Resolved,
    /// Any of them.
    Any,
}

impl Filter {
    /// Those of this query that are open.
    #[must_use]
    pub fn new(query: Query) -> Self {
        Self {
            query,
            ..Self::default()
        }
    }

    /// Only those of this queue.
    #[must_use]
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.query = self.query.queue(queue);
        self
    }

    /// Only those whose failure has this fingerprint: one of the [`Groups`](super::Groups).
    #[must_use]
    pub fn fingerprint(mut self, fingerprint: Fingerprint) -> Self {
        self.query = self.query.fingerprint(fingerprint);
        self
    }

    /// Only those that died of this.
    #[must_use]
    pub const fn category(mut self, category: Category) -> Self {
        self.category = Some(category);
        self
    }

    /// How far people are with them.
    #[must_use]
    pub const fn stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    /// Only those that this person shall look at.
    #[must_use]
    pub fn assignee(mut self, assignee: impl Into<String>) -> Self {
        self.assignee = Some(assignee.into());
        self
    }

    /// Only those older than this one.
    #[must_use]
    pub fn before(mut self, id: JobId) -> Self {
        self.query = self.query.before(id);
        self
    }

    /// How many at most.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.query = self.query.limit(limit);
        self
    }

    /// Whether `job` is one of those that are meant, as far as a store cannot tell.
    pub(super) fn matches(&self, job: &Summary) -> bool {
        let triage = job.triage.as_ref();
        let resolved = triage.is_some_and(|triage| triage.resolution.is_some());
        let of_stage = match self.stage {
            Stage::Open => !resolved,
            Stage::Flagged => triage.is_some() && !resolved,
            Stage::Resolved => resolved,
            Stage::Any => true,
        };
        let died_of = job.last_error.as_ref().map(|error| error.category);
        of_stage
            && (self.category.is_none() || self.category == died_of)
            && self
                .assignee
                .as_ref()
                .is_none_or(|wanted| triage.is_some_and(|triage| triage.assignee == *wanted))
    }

    /// The query for the first page of the store to look through.
    pub(super) fn page(&self) -> Query {
        let query = self.query.clone();
        query.status(Status::Dead).limit(Query::MAX_LIMIT)
    }
}

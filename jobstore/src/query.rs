//! Looking at jobs.

use serde::Serialize;

use crate::{JobId, Status, Summary};

/// Which jobs to list: the newest first, those for which every condition holds.
///
/// ```
/// use jobstore::{Query, Status};
///
/// let dead = Query::default().status(Status::Dead).queue("mail").limit(20);
/// assert_eq!(dead.limit, 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Only jobs of this status.
    pub status: Option<Status>,
    /// Only jobs of this queue.
    pub queue: Option<String>,
    /// Only jobs of this kind.
    pub kind: Option<String>,
    /// Only jobs older than this one: the `next` of the page before.
    pub before: Option<JobId>,
    /// How many at most, from 1 to [`MAX_LIMIT`](Self::MAX_LIMIT); a store moves it into that range.
    pub limit: usize,
}

impl Query {
    /// The largest page.
    pub const MAX_LIMIT: usize = 200;

    /// Only jobs of this status.
    #[must_use]
    pub const fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Only jobs of this queue.
    #[must_use]
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = Some(queue.into());
        self
    }

    /// Only jobs of this kind.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Only jobs older than this one.
    #[must_use]
    pub const fn before(mut self, id: JobId) -> Self {
        self.before = Some(id);
        self
    }

    /// How many at most.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

/// The newest fifty.
impl Default for Query {
    fn default() -> Self {
        Self {
            status: None,
            queue: None,
            kind: None,
            before: None,
            limit: 50,
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// The jobs, newest first.
    pub jobs: Vec<Summary>,
    /// Where the next page starts ([`Query::before`]); `None` on the last page.
    pub next: Option<JobId>,
}

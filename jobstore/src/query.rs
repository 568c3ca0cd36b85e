//! Looking at jobs.

use serde::Serialize;

use crate::{Fingerprint, Job, JobId, Status, Summary, Timestamp};

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
    /// Only jobs that have this tag.
    pub tag: Option<String>,
    /// Only jobs that carry data of this subject.
    pub subject: Option<String>,
    /// Only jobs of this batch.
    pub batch: Option<String>,
    /// Only jobs that this job's handler enqueued.
    pub parent: Option<JobId>,
    /// Only jobs whose latest failure has this fingerprint.
    pub fingerprint: Option<Fingerprint>,
    /// Only jobs that were enqueued at this time or later.
    pub since: Option<Timestamp>,
    /// Only jobs that were enqueued before this time.
    pub until: Option<Timestamp>,
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

    /// Only jobs that have this tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Only jobs that carry data of this subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Only jobs of this batch.
    #[must_use]
    pub fn batch(mut self, batch: impl Into<String>) -> Self {
        self.batch = Some(batch.into());
        self
    }

    /// Only jobs that this job's handler enqueued.
    #[must_use]
    pub const fn parent(mut self, parent: JobId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Only jobs whose latest failure has this fingerprint.
    #[must_use]
    pub const fn fingerprint(mut self, fingerprint: Fingerprint) -> Self {
        self.fingerprint = Some(fingerprint);
        self
    }

    /// Only jobs that were enqueued at this time or later.
    #[must_use]
    pub const fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Only jobs that were enqueued before this time.
    #[must_use]
    pub const fn until(mut self, time: Timestamp) -> Self {
        self.until = Some(time);
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

    /// Whether `job` is one of those that are asked for.
    #[must_use]
    pub fn matches(&self, job: &Job) -> bool {
        fn is<T: PartialEq>(wanted: Option<&T>, value: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == value)
        }
        fn has<T: PartialEq>(wanted: Option<&T>, value: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| value == Some(wanted))
        }
        is(self.status.as_ref(), &job.status)
            && is(self.queue.as_ref(), &job.queue)
            && is(self.kind.as_ref(), &job.kind)
            && has(self.subject.as_ref(), job.subject.as_ref())
            && has(self.batch.as_ref(), job.batch.as_ref())
            && has(self.parent.as_ref(), job.parent.as_ref())
            && has(self.fingerprint.as_ref(), job.fingerprint.as_ref())
            && self.tag.as_ref().is_none_or(|tag| job.tags.contains(tag))
            && self.since.is_none_or(|since| job.created_at >= since)
            && self.until.is_none_or(|until| job.created_at < until)
            && self.before.is_none_or(|before| job.id < before)
    }
}

/// The newest fifty.
impl Default for Query {
    fn default() -> Self {
        Self {
            status: None,
            queue: None,
            kind: None,
            tag: None,
            subject: None,
            batch: None,
            parent: None,
            fingerprint: None,
            since: None,
            until: None,
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

//! What a caller asks for.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Serialize;

use crate::{AtDeath, Dedupe, JobId, Payload, Priority, Timestamp};

/// A job that is to be enqueued.
///
/// ```
/// use std::time::Duration;
/// use jobstore::NewJob;
///
/// let job = NewJob::new("mail", "mail.welcome")
///     .payload(r#"{"to":"ada@example.com"}"#)
///     .triggered_by("person:ada")
///     .max_attempts(3)
///     .delay(Duration::from_secs(60))
///     .dedupe("welcome:ada", Duration::from_secs(86_400));
/// assert!(job.validate().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    pub(crate) queue: String,
    pub(crate) kind: String,
    pub(crate) payload: Payload,
    pub(crate) triggered_by: String,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) priority: Priority,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) subject: Option<String>,
    pub(crate) batch: Option<String>,
    pub(crate) parent: Option<JobId>,
    pub(crate) max_attempts: u32,
    pub(crate) max_lost: u32,
    pub(crate) max_interrupted: u32,
    pub(crate) start: Start,
    pub(crate) dedupe: Option<Dedupe>,
}

impl NewJob {
    /// The longest payload, in bytes.
    pub const MAX_PAYLOAD: usize = 16 * 1024 * 1024;
    /// The longest queue, kind, tag, batch and metadata key, in bytes.
    pub const MAX_NAME: usize = 128;
    /// The longest dedupe key, subject, metadata value and `triggered_by`, in bytes.
    pub const MAX_TEXT: usize = 1_024;
    /// How many metadata entries a job may have.
    pub const MAX_METADATA: usize = 32;
    /// How many tags a job may have.
    pub const MAX_TAGS: usize = 16;
    /// Attempts that a job gets when nothing else is said.
    pub const DEFAULT_MAX_ATTEMPTS: u32 = 7;
    /// Lost leases that a job survives when nothing else is said, less one.
    pub const DEFAULT_MAX_LOST: u32 = 10;
    /// Interruptions that a job survives when nothing else is said, less one.
    pub const DEFAULT_MAX_INTERRUPTED: u32 = 100;

    /// A job of this `kind` for this `queue`: empty, to be run at once, with
    /// [`DEFAULT_MAX_ATTEMPTS`](Self::DEFAULT_MAX_ATTEMPTS).
    #[must_use]
    pub fn new(queue: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            queue: queue.into(),
            kind: kind.into(),
            payload: Payload::default(),
            triggered_by: String::new(),
            metadata: BTreeMap::new(),
            priority: Priority::Normal,
            tags: BTreeSet::new(),
            subject: None,
            batch: None,
            parent: None,
            max_attempts: Self::DEFAULT_MAX_ATTEMPTS,
            max_lost: Self::DEFAULT_MAX_LOST,
            max_interrupted: Self::DEFAULT_MAX_INTERRUPTED,
            start: Start::Now,
            dedupe: None,
        }
    }

    /// The bytes that the job carries.
    #[must_use]
    pub fn payload(mut self, payload: impl Into<Payload>) -> Self {
        self.payload = payload.into();
        self
    }

    /// `payload` as JSON. The worker's `typed` reads it back.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON; a map whose keys are no strings cannot.
    pub fn json<T: Serialize + ?Sized>(self, payload: &T) -> Result<Self, InvalidJob> {
        match serde_json::to_vec(payload) {
            Ok(json) => Ok(self.payload(json)),
            Err(error) => Err(InvalidJob::new("payload", format!("is no JSON: {error}"))),
        }
    }

    /// Who or what asks for it.
    #[must_use]
    pub fn triggered_by(mut self, who: impl Into<String>) -> Self {
        self.triggered_by = who.into();
        self
    }

    /// Adds a small fact for people and handlers.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Which due job of the queue comes first.
    #[must_use]
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// A word to find it by.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.insert(tag.into());
        self
    }

    /// Whose data it carries: what is deleted together when they ask for it.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The batch it belongs to: jobs that are counted together.
    #[must_use]
    pub fn batch(mut self, batch: impl Into<String>) -> Self {
        self.batch = Some(batch.into());
        self
    }

    /// The job whose handler enqueues it.
    #[must_use]
    pub const fn parent(mut self, parent: JobId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// After so many workers vanished with it the job is dead; at least 1.
    #[must_use]
    pub const fn max_lost(mut self, losses: u32) -> Self {
        self.max_lost = losses;
        self
    }

    /// After so many workers that shut down gave it back the job is dead; at least 1.
    #[must_use]
    pub const fn max_interrupted(mut self, interruptions: u32) -> Self {
        self.max_interrupted = interruptions;
        self
    }

    /// After so many failed attempts the job is dead; at least 1.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Not before this much time has passed since it was enqueued, by the clock of the store.
    #[must_use]
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.start = Start::After(delay);
        self
    }

    /// Not before this time.
    #[must_use]
    pub const fn run_at(mut self, time: Timestamp) -> Self {
        self.start = Start::At(time);
        self
    }

    /// Recognise a repetition: within `window` of this enqueue, the same `key` in the same queue
    /// makes no second job. The window is independent of how long the job itself is kept.
    #[must_use]
    pub fn dedupe(mut self, key: impl Into<String>, window: Duration) -> Self {
        self.dedupe = Some(Dedupe {
            key: key.into(),
            window,
            at_death: AtDeath::Keep,
        });
        self
    }

    /// Frees the key given to [`dedupe`](Self::dedupe) if the job dies or is called off, so that a
    /// repetition is a new job then.
    #[must_use]
    pub fn release_key_at_death(mut self) -> Self {
        if let Some(dedupe) = &mut self.dedupe {
            dedupe.at_death = AtDeath::Release;
        }
        self
    }

    /// The queue it is for, which is also the scope of its dedupe key.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.queue
    }

    /// How a repetition of it is to be recognised, if at all.
    #[must_use]
    pub const fn dedupe_by(&self) -> Option<&Dedupe> {
        self.dedupe.as_ref()
    }

    /// Checks the limits of each part. Stores call it before they accept a job.
    ///
    /// # Errors
    ///
    /// The first part that is outside of its limits.
    pub fn validate(&self) -> Result<(), InvalidJob> {
        name("queue", &self.queue)?;
        name("kind", &self.kind)?;
        InvalidJob::at_most("payload", self.payload.len(), Self::MAX_PAYLOAD, "bytes")?;
        InvalidJob::at_most(
            "triggered_by",
            self.triggered_by.len(),
            Self::MAX_TEXT,
            "bytes",
        )?;
        InvalidJob::at_most(
            "metadata",
            self.metadata.len(),
            Self::MAX_METADATA,
            "entries",
        )?;
        for (key, value) in &self.metadata {
            name("metadata key", key)?;
            InvalidJob::at_most("metadata value", value.len(), Self::MAX_TEXT, "bytes")?;
        }
        InvalidJob::at_most("tags", self.tags.len(), Self::MAX_TAGS, "entries")?;
        for tag in &self.tags {
            name("tag", tag)?;
        }
        if let Some(batch) = &self.batch {
            name("batch", batch)?;
        }
        if let Some(subject) = &self.subject {
            text("subject", subject)?;
        }
        if let Some(dedupe) = &self.dedupe {
            text("dedupe key", &dedupe.key)?;
        }
        at_least_1("max_attempts", self.max_attempts)?;
        at_least_1("max_lost", self.max_lost)?;
        at_least_1("max_interrupted", self.max_interrupted)
    }
}

/// When a new job may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Now,
    After(Duration),
    At(Timestamp),
}

impl Start {
    pub(crate) fn time(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Now => now,
            Self::After(delay) => now + delay,
            Self::At(time) => time,
        }
    }
}

/// Part of a job is outside of its limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the job's {field} {problem}")]
pub struct InvalidJob {
    /// Which part.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl InvalidJob {
    pub(crate) fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self {
            field,
            problem: problem.into(),
        }
    }

    /// Refuses what is more than is allowed.
    pub(crate) fn at_most(
        field: &'static str,
        size: usize,
        max: usize,
        unit: &'static str,
    ) -> Result<(), Self> {
        if size <= max {
            return Ok(());
        }
        let problem = format!("has {size} {unit}, at most {max} are allowed");
        Err(Self::new(field, problem))
    }
}

fn at_least_1(field: &'static str, cap: u32) -> Result<(), InvalidJob> {
    if cap > 0 {
        return Ok(());
    }
    Err(InvalidJob::new(field, "is 0, so it could never run"))
}

fn text(field: &'static str, text: &str) -> Result<(), InvalidJob> {
    InvalidJob::at_most(field, text.len(), NewJob::MAX_TEXT, "bytes")?;
    if text.is_empty() {
        return Err(InvalidJob::new(field, "is empty"));
    }
    Ok(())
}

/// Names end up in logs, metrics and keys of backends, so they are plain.
fn name(field: &'static str, text: &str) -> Result<(), InvalidJob> {
    InvalidJob::at_most(field, text.len(), NewJob::MAX_NAME, "bytes")?;
    if text.is_empty() {
        return Err(InvalidJob::new(field, "is empty"));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InvalidJob::new(
            field,
            "has a character that is not visible ASCII",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(job: NewJob) -> Option<&'static str> {
        job.validate().err().map(|invalid| invalid.field)
    }

    #[test]
    fn each_part_has_its_limit() {
        let job = || NewJob::new("queue", "kind");
        assert_eq!(field(job()), None);
        assert_eq!(field(NewJob::new("", "kind")), Some("queue"));
        assert_eq!(field(NewJob::new("queue", "a b")), Some("kind"));
        assert_eq!(field(NewJob::new("q".repeat(129), "kind")), Some("queue"));
        assert_eq!(
            field(job().payload(vec![0; NewJob::MAX_PAYLOAD + 1])),
            Some("payload")
        );
        assert_eq!(
            field(job().triggered_by("x".repeat(1_025))),
            Some("triggered_by")
        );
        assert_eq!(field(job().metadata("a\nb", "")), Some("metadata key"));
        assert_eq!(
            field(job().metadata("a", "x".repeat(1_025))),
            Some("metadata value")
        );
        assert_eq!(field(job().dedupe("", Duration::ZERO)), Some("dedupe key"));
        assert_eq!(field(job().max_attempts(0)), Some("max_attempts"));
        assert_eq!(field(job().max_lost(0)), Some("max_lost"));
        assert_eq!(field(job().max_interrupted(0)), Some("max_interrupted"));
        assert_eq!(field(job().tag("a b")), Some("tag"));
        assert_eq!(field(job().batch("")), Some("batch"));
        assert_eq!(field(job().subject("")), Some("subject"));
        let tagged = (0..17).fold(job(), |job, n| job.tag(format!("t{n}")));
        assert_eq!(field(tagged), Some("tags"));
        let crowded = (0..33).fold(job(), |job, n| job.metadata(format!("k{n}"), ""));
        assert_eq!(field(crowded), Some("metadata"));
    }

    #[test]
    fn the_problem_says_what_is_allowed() {
        let invalid = NewJob::new("q".repeat(129), "kind").validate().unwrap_err();
        assert_eq!(
            invalid.to_string(),
            "the job's queue has 129 bytes, at most 128 are allowed"
        );
    }
}

//! The audit trail: who did what to which job, when and why.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Actor, By, Fence, Job, JobId, Status, Timestamp};

/// One entry of the audit trail, written in the same step as the change it tells of.
///
/// Heartbeats, progress and log lines leave no entry: they change nothing about what will happen to a
/// job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The place in the trail of the store: later entries have higher numbers. 0 until a store has
    /// taken it in.
    pub seq: u64,
    /// The job.
    pub job: JobId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// The status before; `None` if there was no job yet.
    pub before: Option<Status>,
    /// The status after; `None` if there is no job any more.
    pub after: Option<Status>,
    /// The fence of the job's latest claim at that moment.
    pub fence: Fence,
    /// Why, for people; may be empty.
    pub reason: String,
}

impl AuditEntry {
    /// `job` as it is now is what was enqueued.
    #[must_use]
    pub fn enqueued(job: &Job) -> Self {
        Self {
            before: None,
            ..Self::of(
                job,
                Action::Enqueue,
                Actor::new(&job.triggered_by),
                job.created_at,
            )
        }
    }

    /// `job` as it is now is what was deleted.
    #[must_use]
    pub fn deleted(job: &Job, by: &By, now: Timestamp) -> Self {
        Self {
            after: None,
            reason: by.reason.clone(),
            ..Self::of(job, Action::Delete, by.actor.clone(), now)
        }
    }

    /// An action that leaves the status of `job` as it is.
    pub(crate) fn of(job: &Job, action: Action, actor: Actor, at: Timestamp) -> Self {
        Self {
            seq: 0,
            job: job.id,
            at,
            actor,
            action,
            before: Some(job.status),
            after: Some(job.status),
            fence: job.fence,
            reason: String::new(),
        }
    }
}

/// What was done to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Action {
    /// It was taken in.
    Enqueue,
    /// A worker took it.
    Claim,
    /// Its handler succeeded.
    Complete,
    /// Its handler failed.
    Fail,
    /// Its worker gave it back unharmed.
    Release,
    /// Its worker gave it back to be run later.
    Postpone,
    /// Its lease ran out.
    Expire,
    /// Somebody called it off.
    Cancel,
    /// Somebody wanted it to be run again, now.
    Revive,
    /// Somebody marked it for a person.
    Flag,
    /// Somebody said what came of it.
    Resolve,
    /// Somebody made a new job of it.
    Replay,
    /// Somebody deleted it.
    Delete,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 13] = [
        Self::Enqueue,
        Self::Claim,
        Self::Complete,
        Self::Fail,
        Self::Release,
        Self::Postpone,
        Self::Expire,
        Self::Cancel,
        Self::Revive,
        Self::Flag,
        Self::Resolve,
        Self::Replay,
        Self::Delete,
    ];

    /// The name used in text, JSON and stored rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enqueue => "enqueue",
            Self::Claim => "claim",
            Self::Complete => "complete",
            Self::Fail => "fail",
            Self::Release => "release",
            Self::Postpone => "postpone",
            Self::Expire => "expire",
            Self::Cancel => "cancel",
            Self::Revive => "revive",
            Self::Flag => "flag",
            Self::Resolve => "resolve",
            Self::Replay => "replay",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Action {
    type Err = BadAction;

    fn from_str(text: &str) -> Result<Self, BadAction> {
        let mut all = Self::ALL.into_iter();
        all.find(|action| action.name() == text).ok_or(BadAction)
    }
}

/// The text names no action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an action of the audit trail, such as enqueue, claim or cancel")]
pub struct BadAction;

/// Which entries of the audit trail to show: the newest first.
///
/// ```
/// use jobstore::AuditQuery;
///
/// let latest = AuditQuery::default().limit(20);
/// assert_eq!(latest.job, None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only entries of this job.
    pub job: Option<JobId>,
    /// Only entries before this place: the `next` of the page before.
    pub before: Option<u64>,
    /// How many at most, from 1 to [`MAX_LIMIT`](Self::MAX_LIMIT); a store moves it into that range.
    pub limit: usize,
}

impl AuditQuery {
    /// The largest page.
    pub const MAX_LIMIT: usize = 200;

    /// Only entries of this job.
    #[must_use]
    pub const fn job(mut self, id: JobId) -> Self {
        self.job = Some(id);
        self
    }

    /// Only entries before this place.
    #[must_use]
    pub const fn before(mut self, seq: u64) -> Self {
        self.before = Some(seq);
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
impl Default for AuditQuery {
    fn default() -> Self {
        Self {
            job: None,
            before: None,
            limit: 50,
        }
    }
}

/// One page of the audit trail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the next page starts ([`AuditQuery::before`]); `None` on the last page.
    pub next: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_has_one_name_in_text_and_json() {
        for action in Action::ALL {
            assert_eq!(action.name().parse(), Ok(action));
            let json = serde_json::to_string(&action).unwrap();
            assert_eq!(json, format!("\"{action}\""));
        }
        assert_eq!("Claim".parse::<Action>(), Err(BadAction));
    }
}

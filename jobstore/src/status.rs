//! The states of a job.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Where a job is in its life.
///
/// Which status may follow which is decided in [`Job::apply`](crate::Job::apply), and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits for the time it was scheduled for; may be claimed once that has come.
    Scheduled,
    /// May be claimed now.
    Ready,
    /// A worker holds the lease and runs it.
    Running,
    /// Failed, and waits for its next attempt; may be claimed once its backoff is over.
    Retrying,
    /// Succeeded. Final.
    Done,
    /// Out of attempts, or failed in a way that no further attempt can mend; a person must look. Final.
    Dead,
    /// Called off before it was done. Final.
    Cancelled,
}

impl Status {
    /// Every status, in the order of a job's life.
    pub const ALL: [Self; 7] = [
        Self::Scheduled,
        Self::Ready,
        Self::Running,
        Self::Retrying,
        Self::Done,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The name used in text, JSON and stored rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a job that enters a store at `now` to be run at `run_at`.
    pub(crate) fn entering(run_at: Timestamp, now: Timestamp) -> Self {
        if run_at > now {
            Self::Scheduled
        } else {
            Self::Ready
        }
    }

    /// Whether nothing will happen to the job any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Dead | Self::Cancelled)
    }

    /// Whether a worker may claim the job, now or once it is due.
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Scheduled | Self::Ready | Self::Retrying)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Status {
    type Err = BadStatus;

    fn from_str(text: &str) -> Result<Self, BadStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == text)
            .ok_or(BadStatus)
    }
}

/// The text names no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a status: scheduled, ready, running, retrying, done, dead or cancelled are")]
pub struct BadStatus;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_one_name_in_text_and_json() {
        for status in Status::ALL {
            assert_eq!(status.name().parse(), Ok(status));
            let json = serde_json::to_string(&status).unwrap();
            assert_eq!(json, format!("\"{status}\""));
        }
        assert_eq!("Done".parse::<Status>(), Err(BadStatus));
    }

    #[test]
    fn a_status_is_waiting_or_running_or_final() {
        for status in Status::ALL {
            let kinds = [
                status.is_waiting(),
                status == Status::Running,
                status.is_final(),
            ];
            assert_eq!(kinds.into_iter().filter(|&k| k).count(), 1, "{status}");
        }
    }
}

//! One run of a job, once it is over.

use std::{fmt, time::Duration};

use serde::Serialize;

use crate::{Category, JobId, Timestamp};

/// How one attempt at a job went: what a worker tells those who watch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The job.
    pub job: JobId,
    /// Its queue.
    pub queue: String,
    /// Its kind.
    pub kind: String,
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What kind of failure it was, if it was one.
    pub category: Option<Category>,
    /// From when the job was due until its handler began.
    pub waited: Duration,
    /// For how long its handler ran.
    pub took: Duration,
    /// When it ended, by the clock of the store.
    pub at: Timestamp,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The handler succeeded.
    Done,
    /// It failed, and is tried again.
    Retrying,
    /// It failed, and the job is dead.
    Dead,
    /// The handler gave the job back to be run later.
    Postponed,
    /// The worker stopped, and gave the job back.
    Released,
    /// The lease was lost: what came of it is not known here.
    Lost,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::Retrying,
        Self::Dead,
        Self::Postponed,
        Self::Released,
        Self::Lost,
    ];

    /// The name used in text, JSON and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retrying => "retrying",
            Self::Dead => "dead",
            Self::Postponed => "postponed",
            Self::Released => "released",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_has_one_name_in_text_and_json() {
        for outcome in Outcome::ALL {
            let json = serde_json::to_string(&outcome).unwrap();
            assert_eq!(json, format!("\"{outcome}\""));
        }
    }
}

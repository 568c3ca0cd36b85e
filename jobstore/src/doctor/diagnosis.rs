//! Why the jobs of a queue do not run.

use std::{fmt, time::Duration};

use serde::Serialize;

use super::whole;
use crate::{Pause, QueueState, Severity, Tally, Timestamp};

/// How a queue is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Its name.
    pub queue: String,
    /// How many jobs of it there are in each status.
    pub tally: Tally,
    /// Why no more of them run than do.
    pub why: Why,
}

/// Why no more jobs of a queue run than do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// All jobs have ended.
    NothingOwed,
    /// None is due before this time.
    NothingDue {
        /// When the next is.
        until: Timestamp,
    },
    /// All that are due are leased to workers.
    AllHeld,
    /// Somebody has paused it.
    Paused {
        /// Who, since when, and why.
        pause: Pause,
        /// How long the first job has been waiting for that.
        waiting: Duration,
    },
    /// Jobs are due, and no worker asks for them.
    Unattended {
        /// When one last did, to the minute, as far as the store knows.
        asked_at: Option<Timestamp>,
        /// How long the first job has been waiting.
        waiting: Duration,
    },
    /// Jobs are due, and workers ask for them: they have more to do than they can, or are about to.
    Behind {
        /// How long the first job has been waiting.
        waiting: Duration,
    },
}

impl Diagnosis {
    /// How long workers may need to get to a job that is due.
    pub const PROMPT: Duration = Duration::from_secs(60);

    pub(super) fn of(state: QueueState, now: Timestamp) -> Self {
        let waiting = state.due_since.map(|since| now.since(since));
        let attended = state
            .asked_at
            .is_some_and(|asked_at| now.since(asked_at) <= ASKED_WITHIN);
        let why = match (state.paused, waiting) {
            (Some(pause), waiting) => Why::Paused {
                pause,
                waiting: waiting.unwrap_or_default(),
            },
            (None, Some(waiting)) if attended => Why::Behind { waiting },
            (None, Some(waiting)) => Why::Unattended {
                asked_at: state.asked_at,
                waiting,
            },
            (None, None) if state.tally.running > 0 => Why::AllHeld,
            (None, None) => match state.next_due {
                Some(until) => Why::NothingDue { until },
                None => Why::NothingOwed,
            },
        };
        Self {
            queue: state.queue,
            tally: state.tally,
            why,
        }
    }

    /// How bad it is: that jobs wait for more than a [while](Self::PROMPT) is a warning, and an error if no
    /// worker will come for them.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match &self.why {
            Why::Unattended { waiting, .. } if *waiting > Self::PROMPT => Severity::Error,
            Why::Behind { waiting } | Why::Paused { waiting, .. } if *waiting > Self::PROMPT => {
                Severity::Warning
            }
            _ => Severity::Note,
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queue, tally, why } = self;
        write!(f, "{}: queue {queue}: ", self.severity())?;
        let waits = tally.unfinished() - tally.running;
        write!(
            f,
            "{waits} waiting, {} running, {} dead; ",
            tally.running, tally.dead
        )?;
        match why {
            Why::NothingOwed => f.write_str("all have ended"),
            Why::NothingDue { until } => write!(f, "nothing is due until {until}"),
            Why::AllHeld => f.write_str("all that are due are being run"),
            Why::Paused { pause, .. } => {
                let by = &pause.by;
                write!(f, "paused by {} since {}", by.actor, pause.since)?;
                if !by.reason.is_empty() {
                    write!(f, ", because: {}", by.reason)?;
                }
                Ok(())
            }
            Why::Unattended { asked_at, waiting } => {
                write!(f, "the first has been due for {}, and ", whole(*waiting))?;
                match asked_at {
                    Some(at) => write!(f, "no worker has asked for it since {at}"),
                    None => f.write_str("no worker has ever asked for it"),
                }
            }
            Why::Behind { waiting } if *waiting > Self::PROMPT => {
                let waiting = whole(*waiting);
                write!(
                    f,
                    "workers are behind: the first has been due for {waiting}"
                )
            }
            Why::Behind { .. } => f.write_str("workers are at it"),
        }
    }
}

/// A store knows to the minute when a worker asked, and one asks each few seconds.
const ASKED_WITHIN: Duration = Duration::from_secs(3 * 60);

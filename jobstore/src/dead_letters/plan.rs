//! Replaying many jobs, with a look at it before.

use std::time::Duration;

use crate::{JobId, NoReplay, Replay, Summary};

/// What a replay of many jobs would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Those that would be replayed, in the order of their start.
    pub jobs: Vec<Planned>,
    /// Those that would not, and why.
    pub refused: Vec<(Summary, NoReplay)>,
    /// Whether there are more, beyond the limit.
    pub more: bool,
    replay: Replay,
    every: Duration,
}

/// A job that would be replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The dead job.
    pub job: Summary,
    /// How long the new job would wait for its turn.
    pub delay: Duration,
}

impl Plan {
    /// How many jobs one plan holds at most.
    pub const MAX: usize = 1_000;

    pub(super) const fn new(replay: Replay, every: Duration, more: bool) -> Self {
        Self {
            jobs: Vec::new(),
            refused: Vec::new(),
            more,
            replay,
            every,
        }
    }

    /// Enters the next job, which may be replayed or not.
    pub(super) fn add(&mut self, job: Summary, verdict: Result<(), NoReplay>) {
        if let Err(reason) = verdict {
            self.refused.push((job, reason));
            return;
        }
        let before = u32::try_from(self.jobs.len()).unwrap_or(u32::MAX);
        let delay = self.every.saturating_mul(before);
        let delay = self.replay.delay.saturating_add(delay);
        self.jobs.push(Planned { job, delay });
    }

    /// How this one is replayed.
    pub(super) fn replay_of(&self, planned: &Planned) -> Replay {
        self.replay.clone().delay(planned.delay)
    }
}

/// What became of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replays {
    /// The jobs that were replayed, each with the job that was made of it.
    pub created: Vec<(JobId, JobId)>,
    /// Those that were not, and why.
    pub refused: Vec<(JobId, NoReplay)>,
    /// Those that were deleted in the meantime.
    pub gone: Vec<JobId>,
}

//! How a store broke a law.

use crate::{Fence, JobId, Status};

/// The law that a history breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The history itself is wrong: an answer to a step that did not begin, or had its answer.
    #[error("step {0} was answered and not asked")]
    NeverAsked(u64),
    /// A job that was acknowledged is not there.
    #[error("job {job} was acknowledged under the key {key}, and is lost")]
    Lost {
        /// Its dedupe key.
        key: String,
        /// The job.
        job: JobId,
    },
    /// One key stands for two jobs.
    #[error("the key {key} stands for two jobs, {} and {}", jobs[0], jobs[1])]
    TwoJobs {
        /// The dedupe key.
        key: String,
        /// The jobs.
        jobs: [JobId; 2],
    },
    /// One fence was given to two claims.
    #[error("fence {fence} of job {job} was given out twice")]
    TwoHolders {
        /// The job.
        job: JobId,
        /// The fence.
        fence: Fence,
    },
    /// A later claim got a lower fence.
    #[error("the fence of job {job} fell from {} to {}", fences[0], fences[1])]
    FenceFell {
        /// The job.
        job: JobId,
        /// The fences, in the order in which they were given out.
        fences: [Fence; 2],
    },
    /// A write was acknowledged whose fence was not the newest.
    #[error("job {job} was written with fence {fence} after fence {newer} was given out")]
    StaleWrite {
        /// The job.
        job: JobId,
        /// The fence that wrote.
        fence: Fence,
        /// The fence that was known to be given out by then.
        newer: Fence,
    },
    /// A job was claimed that had ended.
    #[error("job {job} was claimed after it was {status}")]
    ClaimedAfterItsEnd {
        /// The job.
        job: JobId,
        /// How it had ended.
        status: Status,
    },
    /// Something was acknowledged of a job that had ended.
    #[error("job {job} was {} and then {}", ends[0], ends[1])]
    EndedTwice {
        /// The job.
        job: JobId,
        /// How it had ended, and what was acknowledged then.
        ends: [Status; 2],
    },
    /// An acknowledged end is not how the job ended.
    #[error("job {job} was acknowledged as {told} and is {status:?} now")]
    Undone {
        /// The job.
        job: JobId,
        /// What was acknowledged.
        told: Status,
        /// What it is; `None` if there is no such job.
        status: Option<Status>,
    },
    /// Everything is done, and the job is not.
    #[error("job {job} is {status} for ever")]
    NeverEnded {
        /// The job.
        job: JobId,
        /// Its status.
        status: Status,
    },
}

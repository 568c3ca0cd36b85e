//! Ways in which stores are wrong; most of them are ways in which some store has been.

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A repetition is a new job.
    ForgetsKeys,
    /// A key is free as soon as its job has ended.
    FreesKeysOfEndedJobs,
    /// The key is looked up in one step and written in another.
    LooksUpKeysBeforehand,
    /// Queues that differ in case are the same.
    FoldsCaseOfQueues,
    /// Keys that differ in case are the same.
    FoldsCaseOfKeys,
    /// Whatever comes under a known key is a repetition.
    ComparesKeysOnly,
    /// Jobs without a key have the same key.
    TakesNoKeyForAKey,
    /// A job that is refused has taken its key.
    KeepsKeysOfInvalidJobs,
    /// Any fence is good.
    IgnoresFences,
    /// Every claim has the same fence.
    StartsFencesAgain,
    /// The answer is decided by what was read in an earlier step.
    DecidesBeforehand,
    /// Of what happens to a job in one instant only the first counts.
    TakesTheTimeForAnIdentity,
    /// What was claimed last is handed out once more.
    ClaimsTwice,
    /// A claim takes jobs for ever, and then says for how long.
    ClaimsInTwoSteps,
    /// The oldest comes first, not the earliest due.
    ClaimsByAge,
    /// Nothing can be claimed once there are thousands of jobs.
    WedgesOnLongQueues,
    /// A lease beyond what a number holds ends at once.
    WrapsLongLeases,
    /// A heartbeat is answered and forgotten.
    ForgetsHeartbeats,
    /// What has ended is reaped, too.
    ReapsWhatHasEnded,
    /// A lost worker is a failed attempt.
    TakesLossesForFailures,
    /// `max_attempts` is its own choice.
    TriesTwentyFiveTimes,
    /// What waits for its retry counts as ended.
    PrunesRetrying,
    /// As much as there is, not as much as was asked for.
    IgnoresLimits,
    /// The id of a new job is lower than that of the one before.
    NamesJobsBackwards,
    /// The lease was read in another step than the rest.
    ReadsInTwoSteps,
    /// An empty result is none.
    ForgetsEmptyResults,
    /// A long result is none.
    ForgetsLongResults,
    /// Times lose their microseconds.
    KeepsMilliseconds,
    /// Its time is not that of its clock.
    RunsAhead,
    /// Payloads are made UTF-8.
    KeepsText,
    /// A page starts after so many jobs, not after a certain one.
    PagesByCount,
    /// What waits for its retry counts as ready.
    TakesRetriesForReady,
    /// Of jobs that come together, those before a bad one are taken in.
    TakesWhatComesTogetherApart,
    /// Of events that come together, none after a refused one is answered.
    StopsAtTheFirstRefusal,
    /// No cap of replays is kept.
    ReplaysWithoutEnd,
    /// A deleted job's key stays taken.
    LeavesKeysOfDeletedJobs,
    /// A subject is all whose name begins so.
    ErasesByPrefix,
    /// A paused queue is served.
    IgnoresPauses,
    /// The audit trail has no reasons in it.
    TellsNoReasons,
    /// The audit trail goes with the jobs.
    ForgetsTheTrail,
    /// What is urgent waits for its turn.
    IgnoresPriorities,
    /// The key of a dead job is kept, whatever was asked for.
    NeverReleasesKeys,
    /// A job may be interrupted for ever.
    CountsNoInterruptions,
    /// No queue says when anything is or was.
    TellsNoTimes,
    /// What has ended counts no more in its batch.
    ForgetsEndedJobsOfBatches,
    /// The first line of a log is line 0.
    CountsLinesFromNought,
    /// The log of a job that is gone can still be read.
    KeepsLogs,
    /// The audit trail does not say where jobs came from.
    ForgetsEnqueues,
    /// A replay does not know what it is one of.
    ForgetsLineage,
    /// Payloads stay as long as their records.
    KeepsPayloads,
    /// What no rule names is not kept.
    PrunesWhatNobodyNamed,
    /// The answers to what comes together are in another order.
    AnswersBackwards,
    /// Jobs are found whatever they are tagged with.
    IgnoresTags,
    /// Nobody who listens is told.
    WakesNobody,
    /// One of those who listen is told.
    WakesOne,
    /// Nobody is told of a job that is not due yet.
    WakesNobodyForLater,
    /// There is no telling a job that is not there from a lost lease.
    TakesUnknownForLost,
    /// To ask for a job that is not there is an error.
    FailsOnUnknown,
}

impl Flaw {
    /// Those that show in the answers to one caller, within what a random history asks.
    pub(super) const SEQUENTIAL: [Self; 15] = [
        Self::ForgetsKeys,
        Self::FreesKeysOfEndedJobs,
        Self::ComparesKeysOnly,
        Self::IgnoresFences,
        Self::StartsFencesAgain,
        Self::ClaimsByAge,
        Self::ForgetsHeartbeats,
        Self::TakesLossesForFailures,
        Self::TriesTwentyFiveTimes,
        Self::PrunesRetrying,
        Self::KeepsMilliseconds,
        Self::TakesRetriesForReady,
        Self::ReplaysWithoutEnd,
        Self::IgnoresPriorities,
        Self::NeverReleasesKeys,
    ];
}

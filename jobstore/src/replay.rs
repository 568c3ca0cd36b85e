//! Making a new job of one that has ended.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Action, AuditEntry, By, Fence, Job, JobId, Resolution, Status, Timestamp, Triage};

/// How a job is replayed: by whom, and what keeps it from being replayed without end.
///
/// A replay is a job of its own, with an id, attempts and an error history of its own, so that what
/// happened to the first one stays to be read. The two know of each other: [`Job::replay_of`].
///
/// Dedupe keys do not keep it from being done twice. Where the key of the first one
/// [was released](crate::AtDeath::Release), look for a later job of the same key before you replay it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Who wants it, and why.
    pub by: By,
    /// How often a job may be replayed, its replays and theirs counted together.
    pub cap: u32,
    /// How long after one replay the next may be.
    pub cooldown: Duration,
    /// How long from now the new job waits; several replays are spread by giving each a later start.
    pub delay: Duration,
}

impl Replay {
    /// The cap when nothing else is said.
    pub const DEFAULT_CAP: u32 = 5;
    /// The cooldown when nothing else is said.
    pub const DEFAULT_COOLDOWN: Duration = Duration::from_secs(60);

    /// A replay that starts at once, within [`DEFAULT_CAP`](Self::DEFAULT_CAP) and
    /// [`DEFAULT_COOLDOWN`](Self::DEFAULT_COOLDOWN).
    #[must_use]
    pub const fn new(by: By) -> Self {
        Self {
            by,
            cap: Self::DEFAULT_CAP,
            cooldown: Self::DEFAULT_COOLDOWN,
            delay: Duration::ZERO,
        }
    }

    /// How often a job may be replayed, its replays and theirs counted together.
    #[must_use]
    pub const fn cap(mut self, cap: u32) -> Self {
        self.cap = cap;
        self
    }

    /// How long after one replay the next may be.
    #[must_use]
    pub const fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// How long from now the new job waits.
    #[must_use]
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// What became of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Replayed {
    /// The new job.
    Created(JobId),
    /// There is none; the job is as it was.
    Refused(NoReplay),
    /// There is no job of that id.
    Unknown,
}

/// Why a job cannot be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NoReplay {
    /// It has not ended: cancel it, or revive it.
    #[error("a job that is {0} cannot be replayed, only one that has ended")]
    Status(Status),
    /// Its line has been replayed as often as it may be.
    #[error("it was replayed {0} times, which is as often as it may be")]
    Capped(u32),
    /// It was replayed a short while ago.
    #[error("it was replayed a short while ago and may be again from {0} on")]
    CoolingDown(Timestamp),
    /// Its payload is not kept any more.
    #[error("its payload is not kept any more")]
    PayloadGone,
}

impl Job {
    /// The new job that `replay` makes of this one, with the id `id`, and the entries for the audit
    /// trail: first that of this job, then that of the new one.
    ///
    /// The new job has no dedupe key: whoever replays wants it done again. A dead job is resolved by it,
    /// so that it does not wait for a person any longer; if the new one dies as well, that one does.
    ///
    /// # Errors
    ///
    /// Why there is none; this job is then unchanged.
    pub fn replay(
        &mut self,
        replay: &Replay,
        id: JobId,
        now: Timestamp,
    ) -> Result<(Self, [AuditEntry; 2]), NoReplay> {
        self.may_be_replayed(replay, now)?;
        self.replays += 1;
        self.replayed_at = Some(now);
        let told = AuditEntry {
            reason: replay.by.reason.clone(),
            ..AuditEntry::of(self, Action::Replay, replay.by.actor.clone(), now)
        };
        let new = self.again(replay, id, now);
        if self.status == Status::Dead {
            let by = replay.by.clone();
            Triage::resolve(&mut self.triage, Resolution::replayed(by, id, now));
        }
        let enqueued = AuditEntry::enqueued(&new);
        Ok((new, [told, enqueued]))
    }

    /// The job that was made of this one when it was replayed last, if it was dead.
    #[must_use]
    pub fn replayed_as(&self) -> Option<JobId> {
        self.triage.as_ref()?.resolution.as_ref()?.replayed_as
    }

    /// Whether `replay` would make a new job of this one at `now`.
    ///
    /// # Errors
    ///
    /// Why it would not.
    pub fn may_be_replayed(&self, replay: &Replay, now: Timestamp) -> Result<(), NoReplay> {
        if !self.status.is_final() {
            return Err(NoReplay::Status(self.status));
        }
        if self.payload_gone {
            return Err(NoReplay::PayloadGone);
        }
        if self.replays >= replay.cap {
            return Err(NoReplay::Capped(self.replays));
        }
        match self.replayed_at.map(|at| at + replay.cooldown) {
            Some(free) if now < free => Err(NoReplay::CoolingDown(free)),
            _ => Ok(()),
        }
    }

    /// What was asked for, asked for again.
    fn again(&self, replay: &Replay, id: JobId, now: Timestamp) -> Self {
        let run_at = now + replay.delay;
        Self {
            id,
            status: Status::entering(run_at, now),
            triggered_by: replay.by.actor.to_string(),
            dedupe_key: None,
            attempts: 0,
            lost: 0,
            interrupted: 0,
            created_at: now,
            run_at,
            started_at: None,
            ended_at: None,
            fence: Fence::NONE,
            lease: None,
            errors: Vec::new(),
            fingerprint: None,
            result: None,
            progress: None,
            log_lines: 0,
            triage: None,
            replay_of: Some(self.id),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, Event, IdSource, NewJob, Retry, WorkerId};

    const NOW: Timestamp = Timestamp::EPOCH;

    fn ids() -> impl FnMut() -> JobId {
        let mut source = IdSource::default();
        move || source.next(NOW, || [0; 10])
    }

    fn called_off(id: JobId) -> Job {
        let new = NewJob::new("mail", "welcome")
            .payload("Ada")
            .tag("vip")
            .dedupe("key", Duration::from_secs(60))
            .max_attempts(1);
        let mut job = Job::new(new, id, NOW);
        let claim = Event::Claim {
            worker: WorkerId::new("a"),
            lease: Duration::from_secs(30),
        };
        let _ = job.apply(claim, NOW).unwrap();
        let fence = job.fence;
        let _ = job
            .apply(Event::Cancel { by: By::new("ada") }, NOW)
            .unwrap();
        assert_eq!(job.fence, fence);
        job
    }

    /// Without a second attempt.
    fn failed(id: JobId) -> Job {
        let new = NewJob::new("mail", "welcome").max_attempts(1);
        let mut job = Job::new(new, id, NOW);
        let claim = Event::Claim {
            worker: WorkerId::new("a"),
            lease: Duration::from_secs(30),
        };
        let _ = job.apply(claim, NOW).unwrap();
        let fail = Event::Fail {
            fence: job.fence,
            category: Category::ExternalApi,
            message: "503".into(),
            retry: Retry::Never,
        };
        let _ = job.apply(fail, NOW).unwrap();
        job
    }

    fn replay() -> Replay {
        Replay::new(By::new("person:ada").because("mended"))
    }

    #[test]
    fn a_replay_asks_for_the_same_and_starts_anew() {
        let mut next = ids();
        let mut job = called_off(next());
        let (new, told) = job.replay(&replay(), next(), NOW).unwrap();
        assert_eq!(
            (new.status, new.attempts, new.fence),
            (Status::Ready, 0, Fence::NONE)
        );
        assert_eq!((&new.payload, &new.tags), (&job.payload, &job.tags));
        assert_eq!(
            (new.replay_of, new.dedupe_key.as_ref()),
            (Some(job.id), None)
        );
        assert_eq!((new.replays, job.replays), (1, 1));
        assert_eq!(told.each_ref().map(|entry| entry.job), [job.id, new.id]);
        assert_eq!(told[0].reason, "mended");
        assert_eq!(
            job.status,
            Status::Cancelled,
            "the first one stays as it ended"
        );
    }

    #[test]
    fn a_line_of_replays_ends_whichever_of_it_is_replayed() {
        let mut next = ids();
        let mut first = called_off(next());
        let replay = replay().cap(2).cooldown(Duration::ZERO);
        let (mut second, _) = first.replay(&replay, next(), NOW).unwrap();
        let cancel = Event::Cancel { by: By::new("ada") };
        let _ = second.apply(cancel, NOW).unwrap();
        second.replay(&replay, next(), NOW).unwrap();
        assert_eq!(
            second.replay(&replay, next(), NOW),
            Err(NoReplay::Capped(2))
        );
        let _ = first.replay(&replay, next(), NOW).unwrap();
        assert_eq!(first.replay(&replay, next(), NOW), Err(NoReplay::Capped(2)));
    }

    #[test]
    fn a_dead_job_is_resolved_by_its_replay() {
        let mut next = ids();
        let mut job = failed(next());
        let flag = Event::Flag {
            by: By::new("person:ada"),
            assignee: "person:bob".into(),
        };
        let _ = job.apply(flag, NOW).unwrap();
        let (new, _) = job.replay(&replay(), next(), NOW).unwrap();
        let triage = job.triage.unwrap();
        assert_eq!(
            triage.assignee, "person:bob",
            "whose it was stays to be read"
        );
        let resolution = triage.resolution.unwrap();
        assert_eq!(resolution.by.reason, "mended");
        assert_eq!(resolution.replayed_as, Some(new.id));
        assert_eq!(new.triage, None, "the new job waits for nobody");
    }

    #[test]
    fn what_did_not_die_needs_no_resolution() {
        let mut next = ids();
        let mut job = called_off(next());
        let _ = job.replay(&replay(), next(), NOW).unwrap();
        assert_eq!(job.triage, None);
    }

    #[test]
    fn between_two_replays_a_time_passes() {
        let mut next = ids();
        let mut job = called_off(next());
        let replay = replay();
        job.replay(&replay, next(), NOW).unwrap();
        let free = NOW + Replay::DEFAULT_COOLDOWN;
        let refused = job.replay(&replay, next(), NOW);
        assert_eq!(refused, Err(NoReplay::CoolingDown(free)));
        assert!(job.replay(&replay, next(), free).is_ok());
    }

    #[test]
    fn what_goes_on_or_has_no_payload_is_not_replayed() {
        let mut next = ids();
        let mut job = Job::new(NewJob::new("mail", "welcome"), next(), NOW);
        let refused = job.replay(&replay(), next(), NOW);
        assert_eq!(refused, Err(NoReplay::Status(Status::Ready)));
        let mut job = called_off(next());
        job.payload_gone = true;
        let refused = job.replay(&replay(), next(), NOW);
        assert_eq!(refused, Err(NoReplay::PayloadGone));
    }
}

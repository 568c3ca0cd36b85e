//! The state machine: the only place where the status of a job changes.

use crate::{
    Action, Actor, Answer, AtDeath, AuditEntry, By, Category, Event, Failure, Fence, Fingerprint,
    Job, Lease, LogLine, Progress, Resolution, Retry, Status, Timestamp, Triage, WorkerId,
    event::Logged, failure,
};

/// What a store has to write beside the job, in the same step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Change {
    /// The entry for the audit trail.
    pub audit: Option<AuditEntry>,
    /// The line for the job's log.
    pub line: Option<LogLine>,
    /// Whether the job's dedupe key is free from now on, if it is still the job's own.
    pub frees_key: bool,
}

/// Why an event was not applied; the job is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The fence is not that of the current lease: the job has moved on, and this worker must stop.
    #[error("the lease is lost: the job has moved on")]
    LeaseLost,
    /// It is too early: the job is not due, or its lease has not run out.
    #[error("it is too early for that")]
    TooEarly,
    /// A job of this status cannot do that.
    #[error("a job that is {0} cannot do that")]
    Status(Status),
    /// Its payload is not kept any more, so it cannot be run.
    #[error("its payload is not kept any more")]
    PayloadGone,
}

impl Job {
    /// Applies `event` at the time `now`, and says what else is to be written in the same step.
    ///
    /// # Errors
    ///
    /// Returns why the event does not apply; the job is then unchanged.
    ///
    /// # Example
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use jobstore::{Action, Event, IdSource, Job, NewJob, Refused, Status, Timestamp, WorkerId};
    /// # let now = Timestamp::EPOCH;
    /// # let id = IdSource::default().next(now, || [0; 10]);
    /// let mut job = Job::new(NewJob::new("mail", "mail.welcome"), id, now);
    /// let claim = Event::Claim { worker: WorkerId::new("a"), lease: Duration::from_secs(30) };
    /// let _ = job.apply(claim, now)?;
    /// let fence = job.fence;
    /// let change = job.apply(Event::Complete { fence, result: None }, now)?;
    /// assert_eq!(job.status, Status::Done);
    /// assert_eq!(change.audit.map(|entry| entry.action), Some(Action::Complete));
    ///
    /// let again = job.apply(Event::Complete { fence, result: None }, now);
    /// assert_eq!(again, Err(Refused::LeaseLost));
    /// # Ok::<(), Refused>(())
    /// ```
    pub fn apply(&mut self, event: Event, now: Timestamp) -> Result<Change, Refused> {
        let before = self.status;
        let (action, actor) = match event {
            Event::Heartbeat { fence, lease } => {
                return self.heartbeat(fence, now + lease);
            }
            Event::Progress { fence, progress } => return self.advance(fence, progress),
            Event::Log { fence, line } => return self.log(fence, line, now),
            Event::Claim { worker, lease } => {
                let actor = Actor::from(&worker);
                self.claim(worker, now + lease, now)?;
                (Action::Claim, By::from(actor))
            }
            Event::Complete { fence, result } => {
                (Action::Complete, self.complete(fence, result, now)?)
            }
            Event::Fail {
                fence,
                category,
                message,
                retry,
            } => (
                Action::Fail,
                self.fail(fence, category, message, retry, now)?,
            ),
            Event::Release { fence } => (Action::Release, self.release(fence, now)?),
            Event::Postpone { fence, delay } => {
                (Action::Postpone, self.postpone(fence, now + delay)?)
            }
            Event::Expire => (Action::Expire, self.expire(now)?),
            Event::Cancel { by } => {
                self.cancel(now)?;
                (Action::Cancel, by)
            }
            Event::Revive { by } => {
                self.revive(now)?;
                (Action::Revive, by)
            }
            Event::Flag { by, assignee } => {
                self.flag(by.clone(), assignee, now)?;
                (Action::Flag, by)
            }
            Event::Resolve { by } => {
                self.resolve(by.clone(), now)?;
                (Action::Resolve, by)
            }
        };
        let audit = AuditEntry {
            before: Some(before),
            reason: actor.reason,
            ..AuditEntry::of(self, action, actor.actor, now)
        };
        Ok(Change {
            audit: Some(audit),
            line: None,
            frees_key: self.frees_key(),
        })
    }

    /// Whether the dedupe key of the job, if it has one, ends with the job as it is now.
    fn frees_key(&self) -> bool {
        self.at_death == AtDeath::Release
            && self.dedupe_key.is_some()
            && matches!(self.status, Status::Dead | Status::Cancelled)
    }

    fn claim(&mut self, worker: WorkerId, until: Timestamp, now: Timestamp) -> Result<(), Refused> {
        if !self.status.is_waiting() {
            return Err(Refused::Status(self.status));
        }
        if now < self.run_at {
            return Err(Refused::TooEarly);
        }
        self.status = Status::Running;
        self.attempts = self.attempts.saturating_add(1);
        self.started_at = Some(now);
        self.progress = None;
        self.fence = self.fence.next(now);
        self.lease = Some(Lease {
            fence: self.fence,
            worker,
            until,
        });
        Ok(())
    }

    fn heartbeat(&mut self, fence: Fence, until: Timestamp) -> Result<Change, Refused> {
        let lease = self.held(fence)?;
        // A late heartbeat with a short lease must not take back what an earlier one was promised.
        lease.until = lease.until.max(until);
        Ok(Change::default())
    }

    fn advance(&mut self, fence: Fence, progress: Progress) -> Result<Change, Refused> {
        self.held(fence)?;
        let note = failure::cut(progress.note, Progress::MAX_NOTE);
        self.progress = Some(Progress { note, ..progress });
        Ok(Change::default())
    }

    fn log(&mut self, fence: Fence, line: Logged, now: Timestamp) -> Result<Change, Refused> {
        self.held(fence)?;
        self.log_lines = self.log_lines.saturating_add(1);
        let line = LogLine {
            number: self.log_lines,
            at: now,
            attempt: self.attempts,
            level: line.level,
            text: failure::cut(line.text, LogLine::MAX_TEXT),
        };
        Ok(Change {
            line: Some(line),
            ..Change::default()
        })
    }

    fn complete(
        &mut self,
        fence: Fence,
        result: Option<Answer>,
        now: Timestamp,
    ) -> Result<By, Refused> {
        let worker = self.give_up_lease(fence)?.worker;
        self.result = result;
        self.end(Status::Done, now);
        Ok(By::from(Actor::from(&worker)))
    }

    fn fail(
        &mut self,
        fence: Fence,
        category: Category,
        message: String,
        retry: Retry,
        now: Timestamp,
    ) -> Result<By, Refused> {
        let worker = self.give_up_lease(fence)?.worker;
        let by = By::from(Actor::from(&worker)).because(category.name());
        self.remember(worker, category, message, now);
        match retry {
            Retry::After(delay) if self.attempts < self.max_attempts => {
                self.status = Status::Retrying;
                self.run_at = now + delay;
            }
            Retry::After(_) | Retry::Never => self.end(Status::Dead, now),
        }
        Ok(by)
    }

    fn postpone(&mut self, fence: Fence, until: Timestamp) -> Result<By, Refused> {
        let worker = self.give_up_lease(fence)?.worker;
        self.attempts = self.attempts.saturating_sub(1);
        self.status = Status::Scheduled;
        self.run_at = until;
        Ok(By::from(Actor::from(&worker)))
    }

    fn release(&mut self, fence: Fence, now: Timestamp) -> Result<By, Refused> {
        let worker = self.give_up_lease(fence)?.worker;
        let by = By::from(Actor::from(&worker));
        self.attempts = self.attempts.saturating_sub(1);
        self.interrupted = self.interrupted.saturating_add(1);
        if self.interrupted < self.max_interrupted {
            self.status = Status::Ready;
            return Ok(by);
        }
        let message = failure::interrupted(self.interrupted);
        self.remember(worker, Category::Timeout, message, now);
        self.end(Status::Dead, now);
        Ok(by)
    }

    fn expire(&mut self, now: Timestamp) -> Result<By, Refused> {
        let Some(lease) = &self.lease else {
            return Err(Refused::Status(self.status));
        };
        if now < lease.until {
            return Err(Refused::TooEarly);
        }
        let worker = lease.worker.clone();
        let message = failure::lost(lease.until);
        self.lease = None;
        self.remember(worker, Category::Lost, message, now);
        self.lost = self.lost.saturating_add(1);
        self.attempts = self.attempts.saturating_sub(1);
        if self.lost >= self.max_lost {
            self.end(Status::Dead, now);
        } else {
            self.status = Status::Ready;
        }
        Ok(By::new("system:reaper"))
    }

    fn cancel(&mut self, now: Timestamp) -> Result<(), Refused> {
        if self.status.is_final() {
            return Err(Refused::Status(self.status));
        }
        self.lease = None;
        self.end(Status::Cancelled, now);
        Ok(())
    }

    fn revive(&mut self, now: Timestamp) -> Result<(), Refused> {
        match self.status {
            Status::Scheduled | Status::Retrying | Status::Dead | Status::Cancelled => {}
            Status::Ready | Status::Running | Status::Done => {
                return Err(Refused::Status(self.status));
            }
        }
        if self.payload_gone {
            return Err(Refused::PayloadGone);
        }
        if self.status.is_final() {
            // It gets one more attempt if there are none left, and is not held to how it died.
            self.max_attempts = self.max_attempts.max(self.attempts.saturating_add(1));
            self.lost = 0;
            self.interrupted = 0;
            self.ended_at = None;
            // Should it die again, that has not been looked at.
            if let Some(triage) = &mut self.triage {
                triage.resolution = None;
            }
        }
        self.status = Status::Ready;
        self.run_at = now;
        Ok(())
    }

    fn flag(&mut self, by: By, assignee: String, at: Timestamp) -> Result<(), Refused> {
        self.dead()?;
        self.triage = Some(Triage {
            at,
            by,
            assignee: failure::cut(assignee, Triage::MAX_ASSIGNEE),
            resolution: None,
        });
        Ok(())
    }

    fn resolve(&mut self, by: By, at: Timestamp) -> Result<(), Refused> {
        self.dead()?;
        Triage::resolve(&mut self.triage, Resolution::done(by, at));
        Ok(())
    }

    fn dead(&self) -> Result<(), Refused> {
        match self.status {
            Status::Dead => Ok(()),
            status => Err(Refused::Status(status)),
        }
    }

    /// The lease, if it is the one of this fence.
    fn held(&mut self, fence: Fence) -> Result<&mut Lease, Refused> {
        self.lease
            .as_mut()
            .filter(|lease| lease.fence == fence)
            .ok_or(Refused::LeaseLost)
    }

    fn give_up_lease(&mut self, fence: Fence) -> Result<Lease, Refused> {
        self.held(fence)?;
        self.lease.take().ok_or(Refused::LeaseLost)
    }

    fn remember(&mut self, worker: WorkerId, category: Category, message: String, at: Timestamp) {
        if self.errors.len() >= Failure::MAX_HISTORY {
            self.errors.remove(0);
        }
        let message = failure::cut(message, Failure::MAX_MESSAGE);
        self.fingerprint = Some(Fingerprint::of(&self.kind, category, &message));
        self.errors.push(Failure {
            attempt: self.attempts,
            at,
            worker,
            category,
            message,
        });
    }

    fn end(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.ended_at = Some(now);
    }
}

#[cfg(test)]
mod tests;

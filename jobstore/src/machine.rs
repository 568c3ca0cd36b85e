//! The state machine: the only place where the status of a job changes.

use std::time::Duration;

use serde_json::Value;

use crate::{Category, Failure, Fence, Job, Lease, Status, Timestamp, WorkerId, failure};

/// Something that happens to a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A worker takes it, for as long as the lease lasts.
    Claim {
        /// Who takes it.
        worker: WorkerId,
        /// For how long.
        lease: Duration,
    },
    /// The worker is alive and wants to keep it.
    Heartbeat {
        /// The fence of its claim.
        fence: Fence,
        /// How long the lease shall last from now on.
        lease: Duration,
    },
    /// The handler succeeded.
    Complete {
        /// The fence of the claim.
        fence: Fence,
        /// What the handler answered.
        result: Option<Value>,
    },
    /// The handler failed.
    Fail {
        /// The fence of the claim.
        fence: Fence,
        /// What kind of failure it was.
        category: Category,
        /// What went wrong, for people; cut to [`Failure::MAX_MESSAGE`].
        message: String,
        /// Whether and when to try again, as long as there are attempts left.
        retry: Retry,
    },
    /// The worker gives it back unharmed, because it shuts down: the attempt does not count.
    Release {
        /// The fence of the claim.
        fence: Fence,
    },
    /// The worker gives it back unharmed, to be claimed again after a delay, because it is known that
    /// trying now would fail: the attempt does not count.
    Postpone {
        /// The fence of the claim.
        fence: Fence,
        /// How long to wait.
        delay: Duration,
    },
    /// The lease ran out: its worker is taken to be gone. The attempt does not count, the loss does.
    Expire,
    /// Somebody calls it off. A worker that runs it finds its lease lost.
    Cancel,
}

/// Whether a failed job is to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// After this delay.
    After(Duration),
    /// Not at all: no further attempt could mend it.
    Never,
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
}

impl Job {
    /// Applies `event` at the time `now`.
    ///
    /// # Errors
    ///
    /// Returns why the event does not apply; the job is then unchanged.
    ///
    /// # Example
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use jobstore::{Event, IdSource, Job, NewJob, Refused, Status, Timestamp, WorkerId};
    /// # let now = Timestamp::EPOCH;
    /// # let id = IdSource::default().next(now, || [0; 10]);
    /// let mut job = Job::new(NewJob::new("mail", "mail.welcome"), id, now);
    /// let claim = Event::Claim { worker: WorkerId::new("a"), lease: Duration::from_secs(30) };
    /// job.apply(claim, now)?;
    /// let fence = job.fence;
    /// job.apply(Event::Complete { fence, result: None }, now)?;
    /// assert_eq!(job.status, Status::Done);
    ///
    /// let again = job.apply(Event::Complete { fence, result: None }, now);
    /// assert_eq!(again, Err(Refused::LeaseLost));
    /// # Ok::<(), Refused>(())
    /// ```
    pub fn apply(&mut self, event: Event, now: Timestamp) -> Result<(), Refused> {
        match event {
            Event::Claim { worker, lease } => self.claim(worker, now + lease, now),
            Event::Heartbeat { fence, lease } => self.heartbeat(fence, now + lease),
            Event::Complete { fence, result } => {
                self.give_up_lease(fence)?;
                self.result = result;
                self.end(Status::Done, now);
                Ok(())
            }
            Event::Fail {
                fence,
                category,
                message,
                retry,
            } => self.fail(fence, category, message, retry, now),
            Event::Release { fence } => {
                self.give_back(fence)?;
                self.status = Status::Ready;
                Ok(())
            }
            Event::Postpone { fence, delay } => {
                self.give_back(fence)?;
                self.status = Status::Scheduled;
                self.run_at = now + delay;
                Ok(())
            }
            Event::Expire => self.expire(now),
            Event::Cancel if self.status.is_final() => Err(Refused::Status(self.status)),
            Event::Cancel => {
                self.lease = None;
                self.end(Status::Cancelled, now);
                Ok(())
            }
        }
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
        self.fence = self.fence.next();
        self.lease = Some(Lease {
            fence: self.fence,
            worker,
            until,
        });
        Ok(())
    }

    fn heartbeat(&mut self, fence: Fence, until: Timestamp) -> Result<(), Refused> {
        let lease = self.held(fence)?;
        // A late heartbeat with a short lease must not take back what an earlier one was promised.
        lease.until = lease.until.max(until);
        Ok(())
    }

    fn fail(
        &mut self,
        fence: Fence,
        category: Category,
        message: String,
        retry: Retry,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let worker = self.give_up_lease(fence)?.worker;
        self.remember(worker, category, message, now);
        match retry {
            Retry::After(delay) if self.attempts < self.max_attempts => {
                self.status = Status::Retrying;
                self.run_at = now + delay;
            }
            Retry::After(_) | Retry::Never => self.end(Status::Dead, now),
        }
        Ok(())
    }

    fn expire(&mut self, now: Timestamp) -> Result<(), Refused> {
        let Some(lease) = &self.lease else {
            return Err(Refused::Status(self.status));
        };
        if now < lease.until {
            return Err(Refused::TooEarly);
        }
        let worker = lease.worker.clone();
        let message = format!("the lease ran out at {}", lease.until);
        self.lease = None;
        self.remember(worker, Category::Lost, message, now);
        self.lost = self.lost.saturating_add(1);
        self.attempts = self.attempts.saturating_sub(1);
        if self.lost >= Self::MAX_LOST {
            self.end(Status::Dead, now);
        } else {
            self.status = Status::Ready;
        }
        Ok(())
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

    /// Ends the lease as if it had never been, but for the fence.
    fn give_back(&mut self, fence: Fence) -> Result<(), Refused> {
        self.give_up_lease(fence)?;
        self.attempts = self.attempts.saturating_sub(1);
        Ok(())
    }

    fn remember(&mut self, worker: WorkerId, category: Category, message: String, at: Timestamp) {
        if self.errors.len() >= Failure::MAX_HISTORY {
            self.errors.remove(0);
        }
        self.errors.push(Failure {
            attempt: self.attempts,
            at,
            worker,
            category,
            message: failure::cut(message, Failure::MAX_MESSAGE),
        });
    }

    fn end(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.ended_at = Some(now);
    }
}

#[cfg(test)]
mod tests;

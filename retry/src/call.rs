//! One call, from its first attempt to its last.

use core::time::Duration;

use crate::backoff::nanos;
use crate::delays::Delays;
use crate::failure::{Failure, FailureKind};
use crate::hint::Hint;
use crate::history::History;
use crate::policy::Policy;
use crate::random::up_to;
use crate::reason::Reason;

/// One call, from its first attempt to its last: it is told what failed, and says what is next.
///
/// Pure: it has no clock and does not sleep, and what it draws from chance follows from its seed.
///
/// * **A hint only makes a wait longer.** It is never cut short, and jitter is only added to it, up to
///   half of it: a crowd that is told the same does not come back at once.
/// * **Never past the deadline.** A wait that leaves no time for an attempt is not begun.
/// * **Every failure counts** as an attempt, whoever asked for it to be made again.
/// * **Time does not go back.** If the clock of the host does, no time passes.
///
/// ```
/// use core::time::Duration;
/// use retry::{Backoff, Failure, Jitter, Next, Policy, Reason};
///
/// const SECOND: Duration = Duration::from_secs(1);
/// let policy = Policy::new(Backoff::exponential().jitter(Jitter::None)).deadline(60 * SECOND);
/// let mut call = policy.start(Duration::ZERO, 42);
///
/// // The first attempt fails when 2 s have passed.
/// let next = call.next(Failure::transient(), 2 * SECOND);
/// assert_eq!(next, Next::Wait(Duration::from_millis(500)));
///
/// // The server knows better when it is back.
/// let next = call.next(Failure::throttled().after(30 * SECOND), 3 * SECOND);
/// assert_eq!(next, Next::Wait(30 * SECOND));
///
/// // Nobody sleeps for 30 s of which 26 are left.
/// let next = call.next(Failure::throttled().after(30 * SECOND), 34 * SECOND);
/// assert_eq!(next, Next::GiveUp(Reason::DeadlineWouldPass));
/// assert_eq!(call.history().to_string(), "3 attempts in 34.0 s");
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    policy: Policy,
    delays: Delays,
    history: History,
    /// The wait that was asked for last, which counts when an attempt has followed it.
    wait: Duration,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// Wait for so long, then make another attempt.
    Wait(Duration),
    /// Leave it.
    GiveUp(Reason),
}

impl Call {
    pub(crate) const fn new(policy: Policy, now: Duration, seed: u64) -> Self {
        Self {
            policy,
            delays: policy.waits().delays(seed),
            history: History::new(now),
            wait: Duration::ZERO,
        }
    }

    /// What to do after an attempt that has failed `now`.
    pub fn next(&mut self, failure: Failure, now: Duration) -> Next {
        self.history.failed(self.wait, failure.hint(), now);
        match self.wait(failure) {
            Ok(wait) => {
                self.wait = wait;
                Next::Wait(wait)
            }
            Err(reason) => {
                self.wait = Duration::ZERO;
                Next::GiveUp(reason)
            }
        }
    }

    /// What an attempt may take that begins `now`, if there is a limit.
    pub fn attempt_timeout(&self, now: Duration) -> Option<Duration> {
        let elapsed = now.max(self.history.latest()) - self.history.began();
        self.policy.attempt_timeout_after(elapsed)
    }

    /// What has been so far.
    pub const fn history(&self) -> &History {
        &self.history
    }

    fn wait(&mut self, failure: Failure) -> Result<Duration, Reason> {
        match failure.kind() {
            FailureKind::Permanent => return Err(Reason::Permanent),
            FailureKind::NotRepeatable => return Err(Reason::NotRepeatable),
            FailureKind::Transient | FailureKind::Throttled => {}
        }
        let hint = match failure.hint() {
            Some(Hint::Stop) => return Err(Reason::ToldToStop),
            Some(Hint::Wait(hint)) => hint,
            None => Duration::ZERO,
        };
        let delay = self.delays.next().ok_or(Reason::RetriesSpent)?;
        if !self.policy.allows(hint) {
            return Err(Reason::HintTooLong);
        }
        let room = self.policy.room(self.history.elapsed());
        let spare = room.and_then(|room| room.checked_sub(hint.max(delay)));
        let spare = spare.ok_or(Reason::DeadlineWouldPass)?;
        Ok(delay.max(hint + self.spread(hint, spare)))
    }

    /// What is added to a hint, so that those who were told the same do not come back at once.
    fn spread(&mut self, hint: Duration, spare: Duration) -> Duration {
        if !self.policy.waits().has_jitter() {
            return Duration::ZERO;
        }
        let most = nanos((hint / 2).min(spare));
        Duration::from_nanos(up_to(most, self.delays.random().bits()))
    }
}

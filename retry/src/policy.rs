//! What is decided about a call before it is made.

use core::time::Duration;

use crate::backoff::Backoff;
use crate::call::Call;

/// How often a call is made, how long it may take in all, and what a server may ask of it.
///
/// If nothing else is said there is no deadline, attempts take as long as they take, and a server may
/// ask for a wait of up to the cap of the backoff.
///
/// ```
/// use core::time::Duration;
/// use retry::{Backoff, Policy};
///
/// const LOOKUP: Policy = Policy::new(Backoff::exponential().base(Duration::from_millis(100)))
///     .deadline(Duration::from_secs(10))
///     .attempt_timeout(Duration::from_secs(3))
///     .least_attempt(Duration::from_millis(50));
///
/// let call = LOOKUP.start(Duration::ZERO, 42);
/// // The last attempts have less time than the first.
/// assert_eq!(call.attempt_timeout(Duration::ZERO), Some(Duration::from_secs(3)));
/// assert_eq!(call.attempt_timeout(Duration::from_secs(8)), Some(Duration::from_secs(2)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    backoff: Backoff,
    deadline: Option<Duration>,
    attempt_timeout: Option<Duration>,
    least_attempt: Duration,
    longest_hint: Duration,
    is_repeated_within: bool,
}

impl Policy {
    /// A policy with such waits between attempts, and no limit to the time they take.
    #[must_use]
    pub const fn new(backoff: Backoff) -> Self {
        Self {
            backoff,
            deadline: None,
            attempt_timeout: None,
            least_attempt: Duration::ZERO,
            longest_hint: backoff.longest(),
            is_repeated_within: false,
        }
    }

    /// The time for all attempts and all waits together. No wait begins that would not leave time for
    /// an attempt before it has passed.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The time for each attempt, if the deadline leaves as much.
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// The least time that an attempt needs to have a chance: with less left before the deadline, none
    /// is made.
    #[must_use]
    pub const fn least_attempt(mut self, least: Duration) -> Self {
        self.least_attempt = least;
        self
    }

    /// The longest wait that a server may ask for. Who asks for more is not asked again: to come back
    /// earlier would only be refused.
    #[must_use]
    pub const fn longest_hint(mut self, longest: Duration) -> Self {
        self.longest_hint = longest;
        self
    }

    /// Makes a call again although somebody else does the same with what it is a part of. If nothing else is
    /// said, a runner makes one attempt of a call [within](crate::nesting) an attempt of another.
    #[cfg(feature = "std")]
    #[must_use]
    pub const fn even_if_nested(mut self) -> Self {
        self.is_repeated_within = true;
        self
    }

    /// Begins a call: `now` is the time of the host, since any moment that stays the same, and `seed`
    /// is what its jitter is drawn from.
    ///
    /// Calls that share a seed come back together, which is what jitter is there to prevent: take a
    /// fresh random number for each.
    pub const fn start(self, now: Duration, seed: u64) -> Call {
        Call::new(self, now, seed)
    }

    pub(crate) const fn waits(&self) -> Backoff {
        self.backoff
    }

    /// Whether it has a limit of time.
    #[cfg(feature = "std")]
    pub(crate) const fn is_timed(&self) -> bool {
        self.deadline.is_some() || self.attempt_timeout.is_some()
    }

    /// Whether it is for somebody else to make the call again.
    #[cfg(feature = "std")]
    pub(crate) fn leaves_it_to_others(&self) -> bool {
        !self.is_repeated_within && crate::nesting::is_nested()
    }

    /// What the deadline leaves once so much time has passed.
    fn left(&self, elapsed: Duration) -> Option<Duration> {
        Some(self.deadline?.saturating_sub(elapsed))
    }

    /// What an attempt may take that begins when so much time has passed.
    pub(crate) fn attempt_timeout_after(&self, elapsed: Duration) -> Option<Duration> {
        let left = self.left(elapsed);
        match (self.attempt_timeout, left) {
            (Some(timeout), Some(left)) => Some(timeout.min(left)),
            (timeout, left) => timeout.or(left),
        }
    }

    /// How long it can be waited once so much time has passed, for an attempt to have its time after
    /// that; `None` if there is no time even now.
    pub(crate) fn room(&self, elapsed: Duration) -> Option<Duration> {
        let Some(left) = self.left(elapsed) else {
            return Some(Duration::MAX);
        };
        let least = self.least_attempt.max(SOME_TIME);
        left.checked_sub(least)
    }

    /// Whether a server may ask for such a wait.
    pub(crate) fn allows(&self, hint: Duration) -> bool {
        hint <= self.longest_hint
    }
}

impl From<Backoff> for Policy {
    fn from(backoff: Backoff) -> Self {
        Self::new(backoff)
    }
}

/// An attempt that begins at the deadline has no time at all.
const SOME_TIME: Duration = Duration::from_nanos(1);

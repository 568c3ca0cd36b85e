//! What one call has been through.

use core::fmt;
use core::time::Duration;

use crate::hint::Hint;

/// What one call has been through, in a few numbers: nothing is allocated for it.
///
/// Times are those of the host, since whatever moment it counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    attempts: u32,
    waited: Duration,
    began: Duration,
    latest: Duration,
    hint: Option<Hint>,
}

impl History {
    pub(crate) const fn new(began: Duration) -> Self {
        Self {
            attempts: 0,
            waited: Duration::ZERO,
            began,
            latest: began,
            hint: None,
        }
    }

    pub(crate) fn failed(&mut self, waited: Duration, hint: Option<Hint>, now: Duration) {
        self.attempts = self.attempts.saturating_add(1);
        self.waited = self.waited.saturating_add(waited);
        // A clock that goes back does not give time back.
        self.latest = self.latest.max(now);
        self.hint = hint.or(self.hint);
    }

    /// How many attempts have failed.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// All waits between attempts together, as they were asked for.
    pub const fn waited(&self) -> Duration {
        self.waited
    }

    /// When the call began.
    pub const fn began(&self) -> Duration {
        self.began
    }

    /// When the latest attempt failed; when the call began, if none has.
    pub const fn latest(&self) -> Duration {
        self.latest
    }

    /// How long it was from the beginning of the call until its latest attempt failed.
    pub const fn elapsed(&self) -> Duration {
        self.latest.saturating_sub(self.began)
    }

    /// What the server said last about when to come back, if it said anything.
    pub const fn hint(&self) -> Option<Hint> {
        self.hint
    }
}

impl fmt::Display for History {
    /// `7 attempts in 31.2 s`, to a tenth of a second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.attempts == 1 { "" } else { "s" };
        let tenths = self.elapsed().as_millis() / 100;
        let (seconds, tenth) = (tenths / 10, tenths % 10);
        write!(
            f,
            "{} attempt{plural} in {seconds}.{tenth} s",
            self.attempts
        )
    }
}

//! How a request is doing.

use core::time::Duration;

use crate::random::fresh_seed;
use crate::{Call, Failure, History, Next, Policy};

/// How a request is doing. As long as nothing has failed there is no call to keep, no chance to draw, and no
/// clock to read unless a limit or a guard asks for it: its time counts from its first failure then.
pub(super) struct Course<'a> {
    policy: &'a Policy,
    began: Option<Duration>,
    call: Option<Call>,
}

impl<'a> Course<'a> {
    pub(super) const fn new(policy: &'a Policy, began: Option<Duration>) -> Self {
        Self {
            policy,
            began,
            call: None,
        }
    }

    /// What to do after an attempt that has failed now.
    pub(super) fn next(&mut self, failure: Failure, now: Duration) -> Next {
        let began = self.began.unwrap_or(now);
        let start = || self.policy.start(began, fresh_seed());
        self.call.get_or_insert_with(start).next(failure, now)
    }

    /// What an attempt may take that begins now, if there is a limit.
    pub(super) fn attempt_timeout(&self, now: Duration) -> Option<Duration> {
        let began = self.began.unwrap_or(now);
        match &self.call {
            Some(call) => call.attempt_timeout(now),
            None => self.policy.attempt_timeout_after(now.saturating_sub(began)),
        }
    }

    /// What has been so far.
    pub(super) fn history(&self) -> History {
        let nothing = || History::new(self.began.unwrap_or_default());
        let call = self.call.as_ref();
        call.map_or_else(nothing, |call| *call.history())
    }
}

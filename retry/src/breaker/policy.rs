//! When a breaker opens, and for how long.

use core::time::Duration;

use crate::backoff::Backoff;
use crate::jitter::Jitter;

/// When a [`Breaker`](crate::Breaker) opens, for how long, and what closes it again. If nothing else is said:
///
/// * it looks at the results of the last 30 seconds,
/// * and opens when half of at least 20 have failed; how long they took is of no importance;
/// * it is open for 5 seconds, twice as long each time that it opens again, and at most for a minute, of
///   which chance takes up to a half;
/// * or for as long as the server asked for, if that is longer, but for an hour at most;
/// * then three calls are made at once, as probes, and three that succeed close it. A probe of which
///   nothing is heard for 30 seconds is forgotten.
///
/// ```
/// use std::time::Duration;
/// use retry::{Backoff, Breaker, BreakerPolicy};
///
/// const PAYMENTS: BreakerPolicy = BreakerPolicy::usual()
///     .over_calls(50)
///     .failures(20, 10)
///     .slow_calls(Duration::from_secs(2), 80)
///     .cooldown(Backoff::exponential().base(Duration::from_secs(10)));
///
/// let breaker = Breaker::new(PAYMENTS);
/// # assert!(breaker.state().is_closed());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    pub(super) span: Span,
    pub(super) failure_percent: u8,
    pub(super) least_results: u32,
    pub(super) slow: Option<Slow>,
    pub(super) cooldown: Backoff,
    pub(super) longest_hint: Duration,
    pub(super) probes: u16,
    pub(super) probe_timeout: Duration,
}

/// Which results are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// So many, the last ones.
    Calls(u32),
    /// Those of the last so long.
    Time(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slow {
    pub(super) after: Duration,
    pub(super) percent: u8,
}

impl BreakerPolicy {
    /// What is usual, as listed [above](BreakerPolicy).
    #[must_use]
    pub const fn usual() -> Self {
        Self {
            span: Span::Time(Duration::from_secs(30)),
            failure_percent: 50,
            least_results: 20,
            slow: None,
            cooldown: Backoff::exponential()
                .base(Duration::from_secs(5))
                .cap(Duration::from_secs(60))
                .jitter(Jitter::Equal)
                .retries(u32::MAX),
            longest_hint: Duration::from_secs(3_600),
            probes: 3,
            probe_timeout: Duration::from_secs(30),
        }
    }

    /// Looks at the last results, whenever they were: at between nine tenths of so many and all of them,
    /// because a tenth of them is forgotten at a time. Up to ten are forgotten one by one; 0 count as 1.
    #[must_use]
    pub const fn over_calls(mut self, calls: u32) -> Self {
        self.span = Span::Calls(if calls == 0 { 1 } else { calls });
        self
    }

    /// Looks at the results of so long: of between nine tenths of it and all of it, because a tenth of it
    /// is forgotten at a time. Less than 10 ms counts as 10 ms.
    #[must_use]
    pub const fn over_time(mut self, time: Duration) -> Self {
        self.span = Span::Time(time);
        self
    }

    /// Opens when so many of a hundred have failed, of at least so many results. More than there are looked
    /// at count as those. 0 percent count as 1, or it would open when nothing fails.
    #[must_use]
    pub const fn failures(mut self, percent: u8, of_at_least: u32) -> Self {
        self.failure_percent = at_least_1(percent);
        self.least_results = of_at_least;
        self
    }

    /// Opens, too, when so many of a hundred took so long or longer, whether they failed or not. Then a
    /// probe that takes so long has failed.
    #[must_use]
    pub const fn slow_calls(mut self, after: Duration, percent: u8) -> Self {
        self.slow = Some(Slow {
            after,
            percent: at_least_1(percent),
        });
        self
    }

    /// How long it is open: a step further each time that it opens again, before it has been closed for as
    /// long as it was open before. How many retries there are in a backoff is of no importance here.
    #[must_use]
    pub const fn cooldown(mut self, cooldown: Backoff) -> Self {
        self.cooldown = cooldown.retries(u32::MAX);
        self
    }

    /// The longest that it stays open because the server asked for it. What asks for longer counts as this,
    /// so that no mistake of a server keeps calls from it for ever.
    #[must_use]
    pub const fn longest_hint(mut self, longest: Duration) -> Self {
        self.longest_hint = longest;
        self
    }

    /// How many calls there are at once while it is tried whether the far side is back, and how many have
    /// to succeed. One that fails is enough to open it again. 0 count as 1.
    #[must_use]
    pub const fn probes(mut self, probes: u16) -> Self {
        self.probes = if probes == 0 { 1 } else { probes };
        self
    }

    /// After how long others are sent if nothing was heard of the probes before.
    #[must_use]
    pub const fn probe_timeout(mut self, timeout: Duration) -> Self {
        self.probe_timeout = timeout;
        self
    }

    pub(super) fn is_slow(&self, took: Duration) -> bool {
        self.slow.is_some_and(|slow| took >= slow.after)
    }
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self::usual()
    }
}

const fn at_least_1(percent: u8) -> u8 {
    if percent == 0 { 1 } else { percent }
}

//! How long to wait before a call is made again.

use core::time::Duration;

use crate::delays::Delays;
use crate::jitter::Jitter;

/// A ladder of delays: each step is longer than the one before, up to a cap, and jitter spreads those
/// who wait.
///
/// Pure and exact: the delay is a function of the retry and a random number, in integers, and no
/// setting makes it panic, overflow or exceed the cap. The cap is applied before the jitter, so delays
/// stay spread where the ladder has reached it.
///
/// ```
/// use core::time::Duration;
/// use retry::{Backoff, Jitter};
///
/// const GENTLE: Backoff = Backoff::exponential()
///     .base(Duration::from_secs(1))
///     .factor(3)
///     .cap(Duration::from_secs(20))
///     .retries(5);
///
/// let exact = GENTLE.jitter(Jitter::None).delays(0).map(|delay| delay.as_secs());
/// assert!(exact.eq([1, 3, 9, 20, 20]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Backoff {
    base: u64,
    factor: u32,
    cap: u64,
    jitter: Jitter,
    retries: u32,
    growth: Growth,
}

/// What a step is a multiple of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Growth {
    /// Of the step before, whatever chance made of that one.
    OfStep,
    /// Of the delay before.
    OfDelay,
}

impl Backoff {
    /// Delays that grow by a factor. If nothing else is said:
    ///
    /// * base: 500 ms
    /// * factor: 2
    /// * cap: 60 s
    /// * jitter: full
    /// * retries: 6, so 7 calls in all
    #[must_use]
    pub const fn exponential() -> Self {
        Self {
            base: 500_000_000,
            factor: 2,
            cap: 60_000_000_000,
            jitter: Jitter::Full,
            retries: 6,
            growth: Growth::OfStep,
        }
    }

    /// Delays that do not grow. What else holds is as for [`exponential`](Backoff::exponential), jitter
    /// too; a delay above the cap raises the cap.
    ///
    /// ```
    /// use core::time::Duration;
    /// use retry::{Backoff, Jitter};
    ///
    /// const STEADY: Backoff = Backoff::constant(Duration::from_secs(2)).jitter(Jitter::None);
    /// assert!(STEADY.delays(0).all(|delay| delay == Duration::from_secs(2)));
    /// ```
    #[must_use]
    pub const fn constant(delay: Duration) -> Self {
        let backoff = Self::exponential().base(delay).factor(1);
        if backoff.base > backoff.cap {
            return backoff.cap(delay);
        }
        backoff
    }

    /// Delays of which each is drawn between the base and three times the delay before it, the
    /// "decorrelated jitter" of [Exponential Backoff And Jitter][aws]. What else holds is as for
    /// [`exponential`](Backoff::exponential).
    ///
    /// Where a client that just waited for long shall not come back soon: with full jitter any delay may
    /// be next to nothing, here none is below the base.
    ///
    /// [aws]: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    ///
    /// ```
    /// use core::time::Duration;
    /// use retry::Backoff;
    ///
    /// let base = Duration::from_millis(500);
    /// let mut before = base;
    /// for delay in Backoff::decorrelated().delays(42) {
    ///     assert!(base <= delay && delay <= before * 3);
    ///     before = delay;
    /// }
    /// ```
    #[must_use]
    pub const fn decorrelated() -> Self {
        let mut backoff = Self::exponential().factor(3);
        backoff.growth = Growth::OfDelay;
        backoff
    }

    /// The delay before the first retry, before jitter. A base above the cap waits for the cap.
    #[must_use]
    pub const fn base(mut self, base: Duration) -> Self {
        self.base = nanos(base);
        self
    }

    /// By what each delay is longer than the one before it. 0 counts as 1: delays never shrink.
    #[must_use]
    pub const fn factor(mut self, factor: u32) -> Self {
        self.factor = if factor == 0 { 1 } else { factor };
        self
    }

    /// The longest delay, after jitter too. More than `u64::MAX` nanoseconds, 584 years, counts as
    /// that.
    #[must_use]
    pub const fn cap(mut self, cap: Duration) -> Self {
        self.cap = nanos(cap);
        self
    }

    /// How much of each delay is left to chance.
    #[must_use]
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// How often a call is made again after the first time; 0 is never.
    #[must_use]
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The delay before a retry: `retry` is how many there were before it, `random` any 64 random bits.
    /// `None` when there are no retries left.
    ///
    /// [Decorrelated](Backoff::decorrelated) delays depend on the one before, which is not known here: it
    /// counts as the longest that it can have been. [`delays`](Backoff::delays) knows it.
    ///
    /// ```
    /// use core::time::Duration;
    /// use retry::Backoff;
    ///
    /// let backoff = Backoff::exponential();
    /// assert_eq!(backoff.delay(3, u64::MAX), Some(Duration::from_secs(4)));
    /// assert_eq!(backoff.delay(3, u64::MAX / 2), Some(Duration::from_secs(2)));
    /// assert_eq!(backoff.delay(6, 0), None);
    /// ```
    #[must_use]
    pub const fn delay(&self, retry: u32, random: u64) -> Option<Duration> {
        match self.delay_after(self.step(retry), retry, random) {
            Some(nanos) => Some(Duration::from_nanos(nanos)),
            None => None,
        }
    }

    /// The delays of one call, one after the other.
    ///
    /// Clients that share a seed come back together, which is what jitter is there to prevent: take a
    /// fresh random number for each call.
    #[must_use]
    pub const fn delays(self, seed: u64) -> Delays {
        Delays::new(self, seed)
    }

    pub(crate) const fn has_jitter(&self) -> bool {
        !matches!(self.jitter, Jitter::None)
    }

    pub(crate) const fn longest(&self) -> Duration {
        Duration::from_nanos(self.cap)
    }

    /// The delay before a retry, in nanoseconds, given the one before it.
    pub(crate) const fn delay_after(&self, before: u64, retry: u32, random: u64) -> Option<u64> {
        if retry >= self.retries {
            return None;
        }
        let (least, most) = match self.growth {
            Growth::OfStep => (0, self.step(retry)),
            Growth::OfDelay => (self.least(), self.grown(before, 1)),
        };
        Some(self.jitter.pick(least, most, random))
    }

    /// What counts as the delay before the first.
    pub(crate) const fn least(&self) -> u64 {
        self.grown(self.base, 0)
    }

    /// The delay before jitter that so many retries lead to.
    const fn step(&self, retry: u32) -> u64 {
        self.grown(self.base, retry)
    }

    /// `nanos * factor ^ times`, or the cap if that is less.
    const fn grown(&self, nanos: u64, times: u32) -> u64 {
        let growth = (self.factor as u128).saturating_pow(times);
        let grown = (nanos as u128).saturating_mul(growth);
        // What is below the cap fits 64 bits, because the cap does.
        if grown < self.cap as u128 {
            grown as u64
        } else {
            self.cap
        }
    }
}

/// Whole nanoseconds; more than 64 bits hold counts as the most they hold.
pub(crate) const fn nanos(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 {
        u64::MAX
    } else {
        nanos as u64
    }
}

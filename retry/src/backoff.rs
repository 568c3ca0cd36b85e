//! How long to wait before a call is made again.

use core::time::Duration;

use crate::{Delays, Jitter};

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
        }
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
        if retry >= self.retries {
            return None;
        }
        Some(Duration::from_nanos(
            self.jitter.pick(self.step(retry), random),
        ))
    }

    /// The delays of one call, one after the other.
    ///
    /// Clients that share a seed come back together, which is what jitter is there to prevent: take a
    /// fresh random number for each call.
    #[must_use]
    pub const fn delays(self, seed: u64) -> Delays {
        Delays::new(self, seed)
    }

    /// The delay before jitter: `base * factor ^ retry`, or the cap if that is less.
    const fn step(&self, retry: u32) -> u64 {
        let growth = (self.factor as u128).saturating_pow(retry);
        let step = (self.base as u128).saturating_mul(growth);
        // What is below the cap fits 64 bits, because the cap does.
        if step < self.cap as u128 {
            step as u64
        } else {
            self.cap
        }
    }
}

/// Whole nanoseconds; more than 64 bits hold counts as the most they hold.
const fn nanos(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 {
        u64::MAX
    } else {
        nanos as u64
    }
}

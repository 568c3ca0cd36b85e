//! What a limiter answers.

use core::fmt;
use core::time::Duration;

use crate::bucket::Bucket;
use crate::quota::Quota;
use crate::time::Time;

/// What a limiter answers: yes or no, and what there is to know beside it. Nothing is computed before
/// it is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    quota: Quota,
    now: Time,
    tokens: u64,
    /// What is missing from the bucket now that it is decided, in grains.
    debt: u128,
    is_allowed: bool,
    is_crowded_out: bool,
}

impl Decision {
    pub(crate) const fn allowed(quota: Quota, now: Time, tokens: u64, debt: u128) -> Self {
        Self {
            quota,
            now,
            tokens,
            debt,
            is_allowed: true,
            is_crowded_out: false,
        }
    }

    pub(crate) const fn refused(quota: Quota, now: Time, tokens: u64, debt: u128) -> Self {
        Self {
            quota,
            now,
            tokens,
            debt,
            is_allowed: false,
            is_crowded_out: false,
        }
    }

    /// There is no room for the bucket, nor for one that is shared.
    #[cfg(feature = "memory")]
    pub(crate) const fn crowded_out(quota: Quota, now: Time, tokens: u64) -> Self {
        Self {
            is_crowded_out: true,
            ..Self::refused(quota, now, tokens, quota.capacity())
        }
    }

    /// The same answer, when the tokens were not taken in the end because another rule refused.
    pub(crate) const fn untaken(self) -> Self {
        let taken = self.tokens as u128 * self.quota.grains_per_token() as u128;
        Self {
            debt: self.debt.saturating_sub(taken),
            ..self
        }
    }

    /// Whether it was refused because there was no room to keep the bucket.
    pub const fn is_crowded_out(&self) -> bool {
        self.is_crowded_out
    }

    /// Whether the tokens were taken; or would have been, if no other rule had refused that was asked
    /// together with this one.
    pub const fn is_allowed(&self) -> bool {
        self.is_allowed
    }

    /// The quota that was asked.
    pub const fn quota(&self) -> Quota {
        self.quota
    }

    /// The tokens that were asked for.
    pub const fn tokens(&self) -> u64 {
        self.tokens
    }

    /// The tokens that can be taken now, after this.
    pub const fn remaining(&self) -> u64 {
        let left = self.quota.capacity().saturating_sub(self.debt);
        // No more than the burst, which has 64 bits.
        (left / self.quota.grains_per_token() as u128) as u64
    }

    /// How long to wait before the same will be allowed, if nobody else takes anything: allowed then,
    /// and refused a microsecond sooner. None if it was allowed, or never will be: the tokens that
    /// were asked for are more than the burst.
    pub const fn retry_after(&self) -> Option<Duration> {
        if self.is_allowed || self.tokens > self.quota.burst() {
            return None;
        }
        Some(self.wait_for(self.tokens as u128))
    }

    /// How long until one more token can be taken than now; nothing if the bucket is full.
    pub const fn next_token_after(&self) -> Duration {
        let more = self.remaining() + 1;
        if more > self.quota.burst() {
            return Duration::ZERO;
        }
        self.wait_for(more as u128)
    }

    /// How long until the bucket is full.
    pub const fn reset_after(&self) -> Duration {
        self.quota.duration_of(self.debt)
    }

    /// The bucket after the decision, to be kept. A refusal leaves it as it was.
    pub const fn bucket(&self) -> Bucket {
        Bucket::owing(self.quota, self.now, self.debt)
    }

    /// The bucket after the decision, as if it had been made at another time, perhaps by another clock.
    #[cfg(any(feature = "fallback", feature = "leases"))]
    pub(crate) const fn bucket_at(&self, time: Time) -> Bucket {
        Bucket::owing(self.quota, time, self.debt)
    }

    /// How long until so many tokens have come back that they can be taken, a burst at a time at most.
    pub(crate) const fn wait_for(&self, tokens: u128) -> Duration {
        let needed = tokens.saturating_mul(self.quota.grains_per_token() as u128);
        let missing = self
            .debt
            .saturating_add(needed)
            .saturating_sub(self.quota.capacity());
        self.quota.duration_of(missing)
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("is_allowed", &self.is_allowed)
            .field("quota", &self.quota)
            .field("tokens", &self.tokens)
            .field("remaining", &self.remaining())
            .field("retry_after", &self.retry_after())
            .field("reset_after", &self.reset_after())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn an_answer_says_what_a_client_needs() {
        let quota = Quota::per_minute(6).with_burst(3);
        let start = Time::from_micros(1);
        let first = Bucket::FULL.take(quota, start, 2);
        assert!(first.is_allowed());
        assert_eq!(first.remaining(), 1);
        assert_eq!(first.retry_after(), None);
        assert_eq!(first.next_token_after(), Duration::from_secs(10));
        assert_eq!(first.reset_after(), Duration::from_secs(20));

        let second = first.bucket().take(quota, start, 3);
        assert!(!second.is_allowed());
        assert_eq!(second.remaining(), 1);
        assert_eq!(second.retry_after(), Some(Duration::from_secs(20)));
        assert_eq!(second.reset_after(), Duration::from_secs(20));
        assert_eq!(second.bucket(), first.bucket());
    }

    #[test]
    fn a_full_bucket_has_nothing_to_wait_for() {
        let look = Bucket::FULL.peek(Quota::per_second(2), Time::EPOCH);
        assert_eq!(look.next_token_after(), Duration::ZERO);
        assert_eq!(look.reset_after(), Duration::ZERO);
        assert_eq!(look.remaining(), 2);
    }

    #[test]
    fn debug_says_what_it_means_and_not_how_it_is_kept() {
        let look = Bucket::FULL.take(Quota::per_second(2), Time::EPOCH, 1);
        assert_eq!(
            format!("{look:?}"),
            "Decision { is_allowed: true, quota: Quota(2/s), tokens: 1, remaining: 1, \
             retry_after: None, reset_after: 500ms }"
        );
    }
}

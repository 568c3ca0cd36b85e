//! The state of a bucket, and what can be done to it.

use crate::decision::Decision;
use crate::quota::Quota;
use crate::time::Time;

/// The state of a bucket: one number, the moment at which it will be full again.
///
/// This is GCRA, the [generic cell rate algorithm](https://www.itu.int/rec/T-REC-I.371): taking a
/// token moves that moment away by the time which one token needs to come back, and a bucket which is
/// full has it in the past. The number is kept in *grains*, a unit that depends on the quota and in
/// which both a token and a microsecond are whole numbers, so nothing is ever rounded.
///
/// A bucket belongs to its quota: [`Migration`](crate::Migration) takes it to another.
///
/// ```
/// use std::time::Duration;
/// use ratelimit::{Bucket, Quota, Time};
///
/// const TWO: Quota = Quota::per_second(2);
/// let start = Time::from_micros(1_000);
///
/// let first = Bucket::FULL.take(TWO, start, 1);
/// assert!(first.is_allowed());
/// assert_eq!(first.remaining(), 1);
///
/// let second = first.bucket().take(TWO, start, 1);
/// let third = second.bucket().take(TWO, start, 1);
/// assert!(second.is_allowed() && !third.is_allowed());
///
/// // Not a microsecond sooner, and not one later.
/// assert_eq!(third.retry_after(), Some(Duration::from_millis(500)));
/// let then = start.saturating_add(Duration::from_millis(500));
/// assert!(third.bucket().take(TWO, then, 1).is_allowed());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// When it is full: grains since the epoch of the store.
    full_at: u128,
}

impl Bucket {
    /// A full bucket: what a key has which was never seen, or not for long enough.
    pub const FULL: Self = Self { full_at: 0 };

    /// Takes tokens, all that are asked for or none. To take none is to look.
    ///
    /// If the clock of the store was set back, a refusal leaves no more owed than twice the burst, as
    /// [`charge`](Bucket::charge) does: a bucket must not stay closed until the clock has caught up.
    #[must_use]
    pub const fn take(self, quota: Quota, now: Time, tokens: u64) -> Decision {
        let before = self.debt(quota, now);
        let after = before.saturating_add(grains(quota, tokens));
        if after <= quota.capacity() {
            Decision::allowed(quota, now, tokens, after)
        } else {
            Decision::refused(quota, now, tokens, at_most_owed(quota, before))
        }
    }

    /// Looks, and takes nothing.
    #[must_use]
    pub const fn peek(self, quota: Quota, now: Time) -> Decision {
        self.take(quota, now, 0)
    }

    /// Gives tokens back. The bucket never holds more than its burst.
    #[must_use]
    pub const fn refund(self, quota: Quota, now: Time, tokens: u64) -> Self {
        self.repaid(quota, now, grains(quota, tokens))
    }

    /// Takes tokens whether or not they are there, for what has been used already. What is missing
    /// has to come back before anything else is allowed.
    ///
    /// No more is owed than twice the burst: a single mistake must not close a bucket for ever.
    #[must_use]
    pub const fn charge(self, quota: Quota, now: Time, tokens: u64) -> Self {
        let debt = self.debt(quota, now).saturating_add(grains(quota, tokens));
        Self::owing(quota, now, at_most_owed(quota, debt))
    }

    /// The bucket as if no more were missing from it than it holds: for a store whose clock was set
    /// back since it last looked, and whose buckets would otherwise stay closed until then.
    #[must_use]
    pub const fn clamped(self, quota: Quota, now: Time) -> Self {
        let debt = self.debt(quota, now);
        let capacity = quota.capacity();
        Self::owing(quota, now, if debt < capacity { debt } else { capacity })
    }

    /// Whether it holds its burst, so that it need not be kept.
    pub const fn is_full(self, quota: Quota, now: Time) -> bool {
        self.debt(quota, now) == 0
    }

    /// When it is full, to be stored: whole microseconds since the epoch of the store, and the grains
    /// that are left over, of which there are fewer than 2^16.
    ///
    /// ```
    /// use ratelimit::{Bucket, Quota, Time};
    ///
    /// let thrice = Quota::per_second(3);
    /// let bucket = Bucket::FULL.take(thrice, Time::from_micros(5), 1).bucket();
    ///
    /// // A third of a second is 333333 microseconds and a third.
    /// assert_eq!(bucket.to_parts(thrice), (333_338, 1));
    /// assert_eq!(Bucket::from_parts(thrice, 333_338, 1), bucket);
    /// ```
    pub const fn to_parts(self, quota: Quota) -> (u64, u32) {
        let in_a_micro = quota.grains_per_micro();
        // So it is with most quotas, and a division is a good part of a decision.
        if in_a_micro == 1 && self.full_at <= u64::MAX as u128 {
            return (self.full_at as u64, 0);
        }
        // Most moments have 64 bits, of which a division takes a fraction of the time.
        if self.full_at <= u64::MAX as u128 {
            let full_at = self.full_at as u64;
            return (full_at / in_a_micro, (full_at % in_a_micro) as u32);
        }
        let in_a_micro = in_a_micro as u128;
        let micros = self.full_at / in_a_micro;
        if micros > u64::MAX as u128 {
            return (u64::MAX, 0);
        }
        (micros as u64, (self.full_at % in_a_micro) as u32)
    }

    /// What [`to_parts`](Bucket::to_parts) took apart.
    pub const fn from_parts(quota: Quota, micros: u64, left_over: u32) -> Self {
        let full_at = micros as u128 * quota.grains_per_micro() as u128 + left_over as u128;
        Self { full_at }
    }

    /// The bucket of which so many grains are given back.
    pub(crate) const fn repaid(self, quota: Quota, now: Time, grains: u128) -> Self {
        let debt = at_most_owed(quota, self.debt(quota, now));
        Self::owing(quota, now, debt.saturating_sub(grains))
    }

    /// The bucket from which so much is missing.
    pub(crate) const fn owing(quota: Quota, now: Time, debt: u128) -> Self {
        Self {
            full_at: in_grains(quota, now).saturating_add(debt),
        }
    }

    /// How much is missing, in grains.
    pub(crate) const fn debt(self, quota: Quota, now: Time) -> u128 {
        self.full_at.saturating_sub(in_grains(quota, now))
    }
}

/// A debt, or twice what the bucket holds if that is less.
pub(crate) const fn at_most_owed(quota: Quota, debt: u128) -> u128 {
    let most = 2 * quota.capacity();
    if debt < most { debt } else { most }
}

/// Tokens in grains. Both factors have 64 bits.
pub(crate) const fn grains(quota: Quota, tokens: u64) -> u128 {
    tokens as u128 * quota.grains_per_token() as u128
}

/// A moment in grains since the epoch.
const fn in_grains(quota: Quota, time: Time) -> u128 {
    time.as_micros() as u128 * quota.grains_per_micro() as u128
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn quotas() -> impl Strategy<Value = Quota> {
        let period = prop_oneof![1..50_u64, 1..10_000_000_u64, 1..90_000_000_000_u64];
        let burst = prop_oneof![1..20_u64, 1..1_000_000_u64];
        (1..60_000_u64, period, burst).prop_filter_map("can be had", |(tokens, period, burst)| {
            let quota = Quota::new(tokens, Duration::from_micros(period)).ok()?;
            quota.try_with_burst(burst).ok()
        })
    }

    /// What can happen: the time that passes, and the tokens that are asked for.
    fn history() -> impl Strategy<Value = Vec<(u64, u64)>> {
        let pause = prop_oneof![
            Just(0),
            0..1_000_u64,
            0..10_000_000_u64,
            0..100_000_000_000_u64
        ];
        let tokens = prop_oneof![0..4_u64, 0..1_000_u64, any::<u64>()];
        proptest::collection::vec((pause, tokens), 1..60)
    }

    /// A bucket as one would explain it: tokens, as a fraction over the period, that come back as time
    /// passes. Its numbers have nothing in common with grains.
    struct Plain {
        quota: Quota,
        /// Tokens times the microseconds of the period.
        level: u128,
        now: Time,
    }

    impl Plain {
        fn full(quota: Quota) -> Self {
            Self {
                quota,
                level: Self::of(quota, quota.burst()),
                now: Time::EPOCH,
            }
        }

        fn of(quota: Quota, tokens: u64) -> u128 {
            u128::from(tokens) * quota.period().as_micros()
        }

        fn take(&mut self, now: Time, tokens: u64) -> bool {
            let passed = u128::from(now.as_micros() - self.now.as_micros());
            let full = Self::of(self.quota, self.quota.burst());
            self.level = full.min(self.level + passed * u128::from(self.quota.tokens()));
            self.now = now;
            match self.level.checked_sub(Self::of(self.quota, tokens)) {
                Some(rest) => {
                    self.level = rest;
                    true
                }
                None => false,
            }
        }

        fn remaining(&self) -> u128 {
            self.level / self.quota.period().as_micros()
        }
    }

    proptest! {
        #[test]
        fn it_is_exactly_a_bucket_of_fractions(quota in quotas(), history in history()) {
            let mut plain = Plain::full(quota);
            let mut bucket = Bucket::FULL;
            let mut now = Time::EPOCH;
            for (pause, tokens) in history {
                now = now.saturating_add(Duration::from_micros(pause));
                let decision = bucket.take(quota, now, tokens);
                prop_assert_eq!(decision.is_allowed(), plain.take(now, tokens));
                prop_assert_eq!(u128::from(decision.remaining()), plain.remaining());
                bucket = decision.bucket();
            }
        }

        #[test]
        fn the_hint_is_tight(quota in quotas(), history in history()) {
            let mut bucket = Bucket::FULL;
            let mut now = Time::EPOCH;
            for (pause, tokens) in history {
                now = now.saturating_add(Duration::from_micros(pause));
                let decision = bucket.take(quota, now, tokens);
                bucket = decision.bucket();
                match decision.retry_after() {
                    Some(wait) => {
                        prop_assert!(!decision.is_allowed() && tokens <= quota.burst());
                        let then = now.saturating_add(wait);
                        prop_assert!(bucket.take(quota, then, tokens).is_allowed());
                        let sooner = Time::from_micros(then.as_micros() - 1);
                        prop_assert!(!bucket.take(quota, sooner, tokens).is_allowed());
                    }
                    None => prop_assert!(decision.is_allowed() || tokens > quota.burst()),
                }
            }
        }

        #[test]
        fn a_refusal_changes_nothing(quota in quotas(), history in history()) {
            let mut bucket = Bucket::FULL;
            let mut now = Time::EPOCH;
            for (pause, tokens) in history {
                now = now.saturating_add(Duration::from_micros(pause));
                let decision = bucket.take(quota, now, tokens);
                if !decision.is_allowed() {
                    let later = now.saturating_add(SECOND);
                    let same = |bucket: Bucket| bucket.peek(quota, later).remaining();
                    prop_assert_eq!(same(decision.bucket()), same(bucket));
                }
                bucket = decision.bucket();
            }
        }

        #[test]
        fn time_that_goes_back_grants_nothing(
            quota in quotas(),
            taken in 0..100_u64,
            now in 0..u64::MAX / 2,
            back in 0..u64::MAX / 2,
        ) {
            let now = Time::from_micros(now);
            let earlier = Time::from_micros(now.as_micros().saturating_sub(back));
            let bucket = Bucket::FULL.charge(quota, now, taken);
            let remaining = bucket.peek(quota, now).remaining();
            prop_assert!(bucket.peek(quota, earlier).remaining() <= remaining);
            let clamped = bucket.clamped(quota, earlier).peek(quota, earlier);
            prop_assert!(clamped.reset_after() <= quota.time_to_refill());
            let refused = bucket.take(quota, earlier, quota.burst() + 1).bucket();
            prop_assert!(refused.debt(quota, earlier) <= 2 * quota.capacity());
            let refunded = bucket.refund(quota, earlier, 0);
            prop_assert!(refunded.debt(quota, earlier) <= 2 * quota.capacity());
        }

        #[test]
        fn what_is_stored_is_read(quota in quotas(), tokens in 0..100_u64, now in 0..u64::MAX / 2) {
            let bucket = Bucket::FULL.charge(quota, Time::from_micros(now), tokens);
            let (micros, left_over) = bucket.to_parts(quota);
            prop_assert!(left_over < 1 << 16);
            prop_assert_eq!(Bucket::from_parts(quota, micros, left_over), bucket);
        }

        #[test]
        fn what_is_given_back_was_taken(quota in quotas(), tokens in 0..100_u64, back in 0..100_u64) {
            let now = Time::from_micros(7);
            let burst = quota.burst();
            let bucket = Bucket::FULL.charge(quota, now, tokens.min(burst));
            let remaining = bucket.refund(quota, now, back).peek(quota, now).remaining();
            prop_assert_eq!(remaining, burst.min(burst - tokens.min(burst) + back));
        }
    }

    #[test]
    fn a_cost_that_overflows_is_refused_for_ever() {
        let quota = Quota::per_hour(1).with_burst(1_000);
        for tokens in [1_001, 5_000_000, 5_124_097, u64::MAX] {
            let decision = Bucket::FULL.take(quota, Time::EPOCH, tokens);
            assert!(!decision.is_allowed(), "{tokens}");
            assert_eq!(decision.retry_after(), None);
            assert_eq!(decision.remaining(), 1_000);
        }
        let wide = Quota::per_hour(1).with_burst(10_000);
        assert!(Bucket::FULL.take(wide, Time::EPOCH, 10_000).is_allowed());
    }

    #[test]
    fn asking_often_does_not_slow_the_refill() {
        let quota = Quota::per_hour(1);
        let mut bucket = Bucket::FULL;
        let mut granted = 0;
        let mut micros = 0;
        while micros <= 9 * 3_600_000_000 {
            let decision = bucket.take(quota, Time::from_micros(micros), 1);
            granted += u32::from(decision.is_allowed());
            bucket = decision.bucket();
            micros += 7_000_000;
        }
        assert_eq!(
            granted, 9,
            "each grant waits for the next poll, and nothing more is lost"
        );
    }

    #[test]
    fn a_fast_rate_is_not_rounded() {
        for (tokens, of_them) in [(300_000_000, 3), (600_000_000, 3), (2_000_000_000, 1)] {
            let quota = Quota::per_second(tokens);
            let all = Bucket::FULL.take(quota, Time::EPOCH, tokens).bucket();
            let in_a_while = Time::from_micros(of_them);
            let back = all.peek(quota, in_a_while).remaining();
            assert_eq!(back, tokens / 1_000_000 * of_them);
        }
    }

    #[test]
    fn what_is_owed_is_bounded() {
        let quota = Quota::per_second(10);
        let bucket = Bucket::FULL.charge(quota, Time::EPOCH, u64::MAX);
        let hint = bucket.take(quota, Time::EPOCH, 1).retry_after();
        assert_eq!(hint, Some(Duration::from_millis(1_100)));
    }
}

//! What becomes of a bucket when its quota changes.

use crate::bucket::{Bucket, at_most_owed};
use crate::quota::Quota;
use crate::time::Time;

/// What becomes of a bucket when its quota changes.
///
/// The state of a bucket means something under its own quota only: taken over as a number, a faster
/// rate would keep the waiting times of the slower one.
///
/// ```
/// use ratelimit::{Bucket, Migration, Quota, Time};
///
/// let (old, new) = (Quota::per_minute(10), Quota::per_minute(100));
/// let now = Time::EPOCH;
/// let bucket = Bucket::FULL.take(old, now, 4).bucket();
///
/// let remaining = |migration: Migration| {
///     migration.apply(bucket, old, new, now).peek(new, now).remaining()
/// };
/// assert_eq!(remaining(Migration::AsIs), 6);
/// assert_eq!(remaining(Migration::Additive), 96);
/// assert_eq!(remaining(Migration::Proportional), 60);
/// assert_eq!(remaining(Migration::Reset), 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Migration {
    /// The tokens that are there stay, up to the new burst: a higher quota has to fill first. Nobody
    /// gains anything by a change, so this is the rule to take when in doubt.
    AsIs,
    /// The tokens that are missing stay missing: a higher quota is felt at once.
    Additive,
    /// The bucket is as full as it was, in proportion.
    Proportional,
    /// The bucket is full.
    Reset,
}

impl Migration {
    /// The bucket under the new quota. What is less than a grain of it is rounded against whoever
    /// takes the tokens.
    #[must_use]
    pub const fn apply(self, bucket: Bucket, old: Quota, new: Quota, now: Time) -> Bucket {
        let missing = bucket.debt(old, now);
        let missing_tokens = share_of(missing, old.grains_per_token() as u128);
        let debt = match self {
            Self::Reset => 0,
            Self::Additive => missing_tokens.rounded_up(new.grains_per_token() as u128),
            Self::Proportional => share_of(missing, old.capacity()).rounded_up(new.capacity()),
            Self::AsIs => {
                let left = old.capacity().saturating_sub(missing);
                let kept = share_of(left, old.grains_per_token() as u128)
                    .rounded_down(new.grains_per_token() as u128);
                new.capacity().saturating_sub(kept)
            }
        };
        Bucket::owing(new, now, at_most_owed(new, debt))
    }
}

/// A part of a whole, to be taken of another whole. A whole has at most 64 bits.
struct Share {
    part: u128,
    whole: u128,
}

const fn share_of(part: u128, whole: u128) -> Share {
    Share { part, whole }
}

impl Share {
    const fn rounded_down(&self, other: u128) -> u128 {
        let of_rest = (self.part % self.whole) * other / self.whole;
        (self.part / self.whole)
            .saturating_mul(other)
            .saturating_add(of_rest)
    }

    const fn rounded_up(&self, other: u128) -> u128 {
        let of_rest = ((self.part % self.whole) * other).div_ceil(self.whole);
        (self.part / self.whole)
            .saturating_mul(other)
            .saturating_add(of_rest)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const ALL: [Migration; 4] = [
        Migration::AsIs,
        Migration::Additive,
        Migration::Proportional,
        Migration::Reset,
    ];
    const NOW: Time = Time::from_micros(1_000);

    fn quotas() -> impl Strategy<Value = Quota> {
        (1..60_000_u64, 1..90_000_000_000_u64, 1..1_000_u64).prop_filter_map(
            "can be had",
            |(tokens, period, burst)| {
                let quota = Quota::new(tokens, Duration::from_micros(period)).ok()?;
                quota.try_with_burst(burst).ok()
            },
        )
    }

    fn remaining(migration: Migration, taken: u64, old: Quota, new: Quota) -> u64 {
        let bucket = Bucket::FULL.take(old, NOW, taken).bucket();
        migration
            .apply(bucket, old, new, NOW)
            .peek(new, NOW)
            .remaining()
    }

    #[test]
    fn a_faster_rate_is_felt_at_once_and_not_after_the_old_debt() {
        let (old, new) = (Quota::per_hour(1), Quota::per_second(1));
        let empty = Bucket::FULL.take(old, NOW, 1).bucket();
        for migration in [
            Migration::AsIs,
            Migration::Additive,
            Migration::Proportional,
        ] {
            let bucket = migration.apply(empty, old, new, NOW);
            let wait = bucket.take(new, NOW, 1).retry_after();
            assert_eq!(wait, Some(Duration::from_secs(1)), "{migration:?}");
        }
    }

    #[test]
    fn a_lower_quota_is_never_overdrawn_by_what_is_left_of_the_higher() {
        let (old, new) = (Quota::per_minute(100), Quota::per_minute(10));
        for (migration, left) in ALL.into_iter().zip([10, 6, 9, 10]) {
            assert_eq!(remaining(migration, 4, old, new), left, "{migration:?}");
        }
        for (migration, left) in ALL.into_iter().zip([5, 0, 0, 10]) {
            assert_eq!(remaining(migration, 95, old, new), left, "{migration:?}");
        }
    }

    proptest! {
        #[test]
        fn to_the_same_quota_nothing_changes(quota in quotas(), taken in 0..1_000_u64, later: u32) {
            let bucket = Bucket::FULL.take(quota, NOW, taken).bucket();
            let now = NOW.saturating_add(Duration::from_micros(later.into()));
            for migration in [Migration::AsIs, Migration::Additive, Migration::Proportional] {
                let migrated = migration.apply(bucket, quota, quota, now);
                prop_assert_eq!(migrated.debt(quota, now), bucket.debt(quota, now));
            }
        }

        #[test]
        fn nobody_gains_by_a_change_as_is(old in quotas(), new in quotas(), taken in 0..1_000_u64) {
            let before = Bucket::FULL.take(old, NOW, taken).remaining();
            prop_assert!(remaining(Migration::AsIs, taken, old, new) <= before);
        }

        #[test]
        fn an_empty_bucket_stays_empty(old in quotas(), new in quotas()) {
            let left = remaining(Migration::Proportional, old.burst(), old, new);
            prop_assert_eq!(left, 0);
            prop_assert_eq!(remaining(Migration::AsIs, old.burst(), old, new), 0);
            prop_assert_eq!(remaining(Migration::Reset, old.burst(), old, new), new.burst());
        }

        #[test]
        fn no_more_is_owed_than_a_bucket_may_owe(old in quotas(), new in quotas(), taken: u64) {
            let bucket = Bucket::FULL.charge(old, NOW, taken);
            for migration in ALL {
                let migrated = migration.apply(bucket, old, new, NOW);
                prop_assert!(migrated.debt(new, NOW) <= 2 * new.capacity());
            }
        }
    }
}

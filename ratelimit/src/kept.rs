//! What a store keeps of a bucket.

#[cfg(feature = "redis")]
use alloc::format;
#[cfg(feature = "redis")]
use alloc::string::String;

use crate::bucket::Bucket;
use crate::quota::Quota;
use crate::rule::Rule;
use crate::time::Time;

/// A bucket, and the quota that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    bucket: Bucket,
    quota: Quota,
}

impl Kept {
    #[cfg(feature = "file")]
    pub(crate) const fn new(bucket: Bucket, quota: Quota) -> Self {
        Self { bucket, quota }
    }

    /// The bucket of these [parts](Bucket::to_parts), if a quota can have them.
    pub(crate) fn from_parts(quota: Quota, micros: u64, left_over: u32) -> Option<Self> {
        if u64::from(left_over) >= quota.grains_per_micro() {
            return None;
        }
        let bucket = Bucket::from_parts(quota, micros, left_over);
        Some(Self { bucket, quota })
    }

    /// Reads what the scripts write.
    #[cfg(feature = "redis")]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (micros, rest) = text.split_once(' ')?;
        let (left_over, quota) = rest.split_once(' ')?;
        let (micros, left_over) = (micros.parse().ok()?, left_over.parse().ok()?);
        Self::from_parts(quota.parse().ok()?, micros, left_over)
    }

    pub(crate) const fn quota(&self) -> Quota {
        self.quota
    }

    /// The bucket under the quota that the rule has now. One that is full is as if it were not kept.
    pub(crate) fn migrated(self, rule: &Rule, now: Time) -> Self {
        let quota = rule.quota();
        let bucket = match self.bucket.is_full(self.quota, now) {
            true => Bucket::FULL,
            false => rule.migration().apply(self.bucket, self.quota, quota, now),
        };
        Self { bucket, quota }
    }

    #[cfg(feature = "file")]
    pub(crate) const fn is_full(&self, now: Time) -> bool {
        self.bucket.is_full(self.quota, now)
    }

    #[cfg(feature = "file")]
    pub(crate) const fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// What the scripts read.
    #[cfg(feature = "redis")]
    pub(crate) fn text(&self) -> String {
        let (micros, left_over) = self.bucket.to_parts(self.quota);
        format!("{micros} {left_over} {}", self.quota)
    }

    /// For how long it is to be kept: milliseconds, with a second to spare, as in the scripts.
    #[cfg(feature = "redis")]
    pub(crate) fn millis(&self, now: Time) -> u64 {
        let full_in = self.bucket.peek(self.quota, now).reset_after();
        full_in.as_millis() as u64 + 1_001
    }
}

#[cfg(all(test, feature = "redis"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let quota = Quota::per_second(3).with_burst(5);
        let now = Time::from_micros(1_700_000_000_123_457);
        let bucket = Bucket::FULL.take(quota, now, 4).bucket();
        let kept = Kept { bucket, quota };
        assert_eq!(kept.text(), "1700000001456790 1 3/s burst 5");
        assert_eq!(Kept::parse(&kept.text()), Some(kept));
        assert_eq!(kept.millis(now), 1_333 + 1_001);
    }

    #[test]
    fn what_is_not_written_by_a_limiter_is_not_read() {
        for text in [
            "",
            "1",
            "1 0",
            "1 0 ",
            "x 0 1/s",
            "-1 0 1/s",
            "1 x 1/s",
            "1 0 1/fortnight",
            "1 1 1/s",
            "99999999999999999999 0 1/s",
        ] {
            assert_eq!(Kept::parse(text), None, "{text:?}");
        }
    }
}

//! Buckets that are known from elsewhere.

use super::Memory;
use crate::bucket::Bucket;
use crate::rule::Rule;
use crate::time::Time;

impl Memory {
    /// Makes the bucket of a key what it is elsewhere at this time, if there is room for one of its own.
    pub(crate) fn put(&self, rule: &Rule, key: &str, bucket: impl Fn(Time) -> Bucket) {
        let now = self.now();
        let _no_room = self.with_own_bucket(rule, key, now, |_| (bucket(now), ()));
    }
}

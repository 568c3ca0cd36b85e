//! Memory as one of several stores.

use alloc::boxed::Box;

use async_trait::async_trait;

use super::Memory;
use crate::bucket::Bucket;
use crate::rule::Rule;
use crate::store::{Store, StoreError};
use crate::time::Time;
use crate::verdict::{Ask, Verdict};

/// **What an `Ok` survives:** nothing; when the process ends, every bucket is full.
#[async_trait]
impl Store for Memory {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        Ok(Self::take_all(self, asks)?)
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.change_all(asks, |bucket, ask, now| {
            bucket.refund(ask.rule.quota(), now, ask.tokens)
        })
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.change_all(asks, |bucket, ask, now| {
            bucket.charge(ask.rule.quota(), now, ask.tokens)
        })
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        Self::reset(self, rule, key);
        Ok(())
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Memory {
    /// Changes several buckets at one moment.
    fn change_all(
        &self,
        asks: &[Ask<'_>],
        change: impl Fn(Bucket, &Ask<'_>, Time) -> Bucket,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let (mut held, addresses) = self.hold(asks)?;
        for (ask, address) in asks.iter().zip(addresses) {
            // Where there is no room for a bucket there is none to change.
            let _no_room = held.update(ask.rule, address, now, |bucket| {
                (change(bucket, ask, now), ())
            });
        }
        Ok(())
    }
}

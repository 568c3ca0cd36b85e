//! What a law works with.

use alloc::sync::Arc;
use core::time::Duration;

use super::clock::ManualClock;
use crate::decision::Decision;
use crate::quota::Quota;
use crate::rule::Rule;
use crate::store::Store;
use crate::verdict::{Ask, Verdict};

/// The smallest step of time.
pub(super) const TICK: Duration = Duration::from_micros(1);
pub(super) const SECOND: Duration = Duration::from_secs(1);

pub(super) static ONE: Rule = Rule::new("one", Quota::per_second(1));
pub(super) static TWO: Rule = Rule::new("two", Quota::per_second(2));
/// Its tokens come back after thirds of a second, which are not whole microseconds.
pub(super) static THREE: Rule = Rule::new("three", Quota::per_second(3));
pub(super) static HOURLY: Rule = Rule::new("hourly", Quota::per_hour(1_000));

/// A fresh store in virtual time. A verb that fails ends the law.
#[derive(Clone, Debug)]
pub struct World {
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
}

impl World {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<ManualClock>) -> Self {
        Self { store, clock }
    }

    pub(super) fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub(super) fn clock(&self) -> &ManualClock {
        &self.clock
    }

    pub(super) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(super) async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Verdict<'a> {
        let verdict = self.store.take_all(asks).await;
        verdict.expect("take_all answers")
    }

    pub(super) async fn take(&self, rule: &Rule, key: &str, tokens: u64) -> Decision {
        let verdict = self.take_all(&[Ask { rule, key, tokens }]).await;
        let mut decisions = verdict.decisions();
        let (asked, decision) = decisions.next().expect("one was asked");
        assert_eq!((asked, decisions.len()), (rule, 0));
        *decision
    }

    pub(super) async fn remaining(&self, rule: &Rule, key: &str) -> u64 {
        self.take(rule, key, 0).await.remaining()
    }

    /// Takes what must be there.
    pub(super) async fn spend(&self, rule: &Rule, key: &str, tokens: u64) {
        let decision = self.take(rule, key, tokens).await;
        assert!(decision.is_allowed(), "{decision:?}");
    }

    pub(super) async fn refund(&self, rule: &Rule, key: &str, tokens: u64) {
        let refunded = self.store.refund_all(&[Ask { rule, key, tokens }]).await;
        refunded.expect("refund_all answers");
    }

    pub(super) async fn charge(&self, rule: &Rule, key: &str, tokens: u64) {
        let charged = self.store.charge_all(&[Ask { rule, key, tokens }]).await;
        charged.expect("charge_all answers");
    }

    pub(super) async fn reset(&self, rule: &Rule, key: &str) {
        let reset = self.store.reset(rule, key).await;
        reset.expect("reset answers");
    }
}

//! Limiters whose clock stands still.

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;
use ratelimit::http::{Charge, ForwardedIn, Gate, Identify, Proxies};
use ratelimit::{
    Ask, Memory, Quota, Rule, Store, StoreError, Time, TooManyAsks, Verdict, WhenFull,
};

/// A limiter in which nothing ever comes back.
pub(crate) fn memory() -> Memory {
    Memory::for_keys(1_000, WhenFull::Share).with_clock(|| Time::from_micros(1))
}

/// So many requests a minute.
pub(crate) fn per_minute(name: &'static str, tokens: u64, by: impl Identify) -> Charge {
    Charge::new(Rule::new(name, Quota::per_minute(tokens)), by)
}

pub(crate) fn gate(charges: impl IntoIterator<Item = Charge>) -> Gate {
    Gate::new(memory(), charges).expect("few")
}

/// One bucket for all.
pub(crate) fn everybody() -> impl Identify {
    |_: &Parts| "everybody"
}

/// This machine is a proxy of ours.
pub(crate) fn proxies(field: ForwardedIn) -> Arc<Proxies> {
    let here = "127.0.0.0/8".parse().expect("a network");
    Arc::new(Proxies::within([here], field))
}

/// A store that cannot say, for this reason.
#[derive(Debug)]
pub(crate) struct Failing(pub(crate) fn() -> StoreError);

/// It cannot be reached.
pub(crate) const DOWN: Failing =
    Failing(|| StoreError::Unavailable("connection to 10.0.0.5 refused".into()));

/// The keys are in several places, which the host ought to have known.
pub(crate) const MISUSED: Failing = Failing(|| StoreError::Scattered);

#[async_trait]
impl Store for Failing {
    async fn take_all<'a>(&self, _: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        Err(self.0())
    }

    async fn refund_all(&self, _: &[Ask<'_>]) -> Result<(), StoreError> {
        Err(self.0())
    }

    async fn charge_all(&self, _: &[Ask<'_>]) -> Result<(), StoreError> {
        Err(self.0())
    }

    async fn reset(&self, _: &Rule, _: &str) -> Result<(), StoreError> {
        Err(self.0())
    }

    async fn check(&self) -> Result<(), StoreError> {
        Err(self.0())
    }
}

#[test]
fn a_gate_has_no_more_rules_than_can_be_asked_at_once() {
    let charges = |count| (0..count).map(|_| per_minute("one", 1, everybody()));
    assert!(Gate::new(memory(), charges(8)).is_ok());
    let refused = Gate::new(memory(), charges(9)).map(drop);
    assert_eq!(refused, Err(TooManyAsks { given: 9 }));
}

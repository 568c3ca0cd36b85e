//! What the tests have in common with each other and with a host.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ratelimit::{Ask, Decision, Quota, Rule, Store, StoreError};

/// Takes long enough to come back that no test sees it.
pub(crate) static TEN: Rule = Rule::new("ten", Quota::per_day(10));
pub(crate) static HUNDRED: Rule = Rule::new("hundred", Quota::per_day(100));

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a test that talks to a server.
pub(crate) fn run<T>(task: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads can be started");
    runtime
        .block_on(async { tokio::time::timeout(PATIENCE, task).await })
        .expect("nothing waits for ever")
}

/// A prefix that no other test has.
pub(crate) fn fresh_prefix() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("test:{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) async fn take(
    store: &impl Store,
    rule: &Rule,
    key: &str,
    tokens: u64,
) -> Result<Decision, StoreError> {
    let verdict = store.take_all(&[Ask { rule, key, tokens }]).await?;
    let (_, decision) = verdict.decisions().next().expect("one was asked");
    Ok(*decision)
}

/// Takes what must be there.
pub(crate) async fn spend(store: &impl Store, rule: &Rule, key: &str, tokens: u64) {
    let decision = take(store, rule, key, tokens).await.unwrap();
    assert!(decision.is_allowed(), "{decision:?}");
}

pub(crate) async fn remaining(store: &impl Store, rule: &Rule, key: &str) -> u64 {
    take(store, rule, key, 0).await.unwrap().remaining()
}

/// Waits until the store works again.
pub(crate) async fn recover(store: &impl Store) {
    while let Err(error) = store.check().await {
        assert!(is_unavailable(&error), "{error:?}");
        tokio::task::yield_now().await;
    }
}

pub(crate) fn is_unavailable(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_))
}

pub(crate) fn is_corrupt(error: &StoreError) -> bool {
    matches!(error, StoreError::Corrupt(_))
}

//! What the tests have in common with each other and with a host.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use webhook_verify::replay::{
    Claim, Claimed, ReplayKey, Route, Settled, Store, StoreError, Windows,
};
use webhook_verify::{Provider, Secret, Verifier};

pub(crate) const LEASE: Duration = Duration::from_secs(30);
pub(crate) const KEEP: Duration = Duration::from_secs(3_600);

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

pub(crate) fn windows(lease: Duration, keep: Duration) -> Windows {
    let verifier = Verifier::new(Provider::GitHub, Secret::new("a secret of good length"));
    Windows::new(lease, keep, &verifier.unwrap()).unwrap()
}

pub(crate) fn route() -> Route {
    Route::new("/route").unwrap()
}

pub(crate) fn key(id: &str) -> ReplayKey {
    format!("id:{id}").parse().unwrap()
}

pub(crate) async fn claim(store: &impl Store, id: &str) -> Result<Claimed, StoreError> {
    store.claim(&route(), &key(id), windows(LEASE, KEEP)).await
}

/// Claims, as often as it takes to get an answer.
pub(crate) async fn claim_at_last(store: &impl Store, id: &str) -> Claimed {
    loop {
        match claim(store, id).await {
            Ok(claimed) => return claimed,
            Err(error) => assert!(is_unavailable(&error), "{error:?}"),
        }
        tokio::task::yield_now().await;
    }
}

/// Claims what must be free.
pub(crate) async fn fresh(store: &impl Store, id: &str) -> Claim {
    match claim(store, id).await.unwrap() {
        Claimed::Fresh(claim) => claim,
        held => panic!("{id} is not free: {held:?}"),
    }
}

/// Claims what must be free, and commits it.
pub(crate) async fn finish(store: &impl Store, id: &str) {
    let claim = fresh(store, id).await;
    assert_eq!(store.commit(&claim).await.unwrap(), Settled::Accepted);
}

pub(crate) async fn is_done(store: &impl Store, id: &str) -> bool {
    matches!(claim(store, id).await.unwrap(), Claimed::Done { .. })
}

pub(crate) async fn is_in_flight(store: &impl Store, id: &str) -> bool {
    matches!(claim(store, id).await.unwrap(), Claimed::InFlight { .. })
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

//! What a law works with.

use core::time::Duration;
use std::sync::Arc;

use crate::replay::{
    Claim, Claimed, Clock, Forgotten, ManualClock, ReplayKey, Route, Settled, Store, Windows,
};
use crate::unix_time::UnixTime;

/// The lease of claims.
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// For how long what is done is kept.
pub(super) const KEEP: Duration = Duration::from_secs(3_600);
/// The smallest step of time.
pub(super) const TICK: Duration = Duration::from_micros(1);
/// Both.
pub(super) const WINDOWS: Windows = Windows::unchecked(LEASE, KEEP);

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

    /// The time of the clock, which is that of the store.
    pub(super) fn now(&self) -> UnixTime {
        self.clock.now()
    }

    pub(super) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(super) async fn claim_at(&self, route: &Route, key: &ReplayKey) -> Claimed {
        let claimed = self.store.claim(route, key, WINDOWS).await;
        claimed.expect("claim answers")
    }

    pub(super) async fn claim(&self, id: &str) -> Claimed {
        self.claim_at(&route("/route"), &key(id)).await
    }

    /// Claims what must be free.
    pub(super) async fn claim_fresh(&self, id: &str) -> Claim {
        match self.claim(id).await {
            Claimed::Fresh(claim) => claim,
            held => panic!("{id} is not free: {held:?}"),
        }
    }

    pub(super) async fn commit(&self, claim: &Claim) -> Settled {
        self.store.commit(claim).await.expect("commit answers")
    }

    pub(super) async fn release(&self, claim: &Claim) -> Settled {
        self.store.release(claim).await.expect("release answers")
    }

    /// Claims what must be free, and commits it.
    pub(super) async fn finish(&self, id: &str) {
        let _ = self.finished(id).await;
    }

    /// As [`finish`](Self::finish), with the claim that was committed.
    pub(super) async fn finished(&self, id: &str) -> Claim {
        let claim = self.claim_fresh(id).await;
        assert_eq!(self.commit(&claim).await, Settled::Accepted);
        claim
    }

    pub(super) async fn forget(&self, id: &str) -> Forgotten {
        let forgotten = self.store.forget(&route("/route"), &key(id)).await;
        forgotten.expect("forget answers")
    }

    pub(super) async fn is_free(&self, id: &str) -> bool {
        matches!(self.claim(id).await, Claimed::Fresh(_))
    }
}

pub(super) fn route(text: &str) -> Route {
    Route::new(text).expect("a route of a law is one")
}

/// The key of a signed id.
pub(super) fn key(id: &str) -> ReplayKey {
    let text = std::format!("id:{id}");
    text.parse().expect("a key of a law is one")
}

//! What a host calls.

use std::sync::Arc;

use super::claim::{Claim, Claimed, Forgotten, Settled};
use super::key::ReplayKey;
use super::route::Route;
use super::store::{Store, StoreError};
use super::windows::Windows;

/// What has been seen on one route. Cheap to clone; logs of several routes can share one store.
///
/// The [module](super) has an example.
#[derive(Clone, Debug)]
pub struct ReplayLog {
    store: Arc<dyn Store>,
    route: Route,
    windows: Windows,
}

impl ReplayLog {
    /// The log of `route` in `store`.
    pub fn new(store: impl Store + 'static, route: Route, windows: Windows) -> Self {
        Self {
            store: Arc::new(store),
            route,
            windows,
        }
    }

    /// Claims a delivery: after it was verified, and before anything is done about it.
    ///
    /// # Errors
    ///
    /// See [`Store::claim`]. The delivery must not be worked off then.
    pub async fn claim(&self, key: &ReplayKey) -> Result<Claimed, StoreError> {
        self.store.claim(&self.route, key, self.windows).await
    }

    /// The work is done: from now on the delivery is known. Answer the provider after it.
    ///
    /// # Errors
    ///
    /// See [`Store::commit`]. Try again, or answer 5xx: the work will then be done a second time.
    pub async fn commit(&self, claim: &Claim) -> Result<Settled, StoreError> {
        self.store.commit(claim).await
    }

    /// The work failed: the provider's next attempt is fresh.
    ///
    /// # Errors
    ///
    /// See [`Store::release`]. The next attempt is then fresh when the lease is over.
    pub async fn release(&self, claim: &Claim) -> Result<Settled, StoreError> {
        self.store.release(claim).await
    }

    /// Forgets a delivery that is done, for a person who has the provider send it again: a redelivery
    /// by hand bears the id of the first, and would be swallowed.
    ///
    /// # Errors
    ///
    /// See [`Store::forget`].
    pub async fn forget(&self, key: &ReplayKey) -> Result<Forgotten, StoreError> {
        self.store.forget(&self.route, key).await
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The route.
    pub const fn route(&self) -> &Route {
        &self.route
    }

    /// The windows.
    pub const fn windows(&self) -> Windows {
        self.windows
    }
}

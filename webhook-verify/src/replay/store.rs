//! The contract of a store.

use core::error::Error;
use core::fmt::Debug;
use std::boxed::Box;
use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use super::claim::{Claim, Claimed, Forgotten, Settled};
use super::key::ReplayKey;
use super::route::Route;
use super::windows::Windows;
use crate::unix_time::UnixTime;

/// Remembers what is in flight and what is done. What may happen to a key is decided by
/// [`Entry`](super::Entry); a store makes each decision atomic.
///
/// # Contract
///
/// * Each verb is one atomic step. Of any number who claim a free key at once, one gets it.
/// * `Ok` means that the step is kept, to the degree that the store's own documentation states.
/// * The store owns the clock, which never runs backwards. Verbs take no time from the caller.
/// * Fences only grow, for as long as the store keeps anything.
/// * What is kept is kept to its end: nothing is dropped early, unless the host has asked for it by name.
/// * Dropping the future of a verb does not undo a step that was already handed over. A claim that
///   nobody got to know of runs out with its lease.
/// * A refusal is a value; `Err` means that the store itself failed, and then the step either happened
///   or did not. To commit or release again is safe.
///
/// The laws in the `conformance` feature test it; a store is right when it passes them.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Claims a key, if it is free.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`], or a failure of the store.
    async fn claim(
        &self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
    ) -> Result<Claimed, StoreError>;

    /// Makes a key done, if the claim still holds it.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn commit(&self, claim: &Claim) -> Result<Settled, StoreError>;

    /// Makes a key free again, if the claim still holds it and was not committed.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn release(&self, claim: &Claim) -> Result<Settled, StoreError>;

    /// Makes a key free again that is not in flight.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn forget(&self, route: &Route, key: &ReplayKey) -> Result<Forgotten, StoreError>;

    /// Proves that the store can be read and written now.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    async fn check(&self) -> Result<(), StoreError>;

    /// The store's clock.
    fn now(&self) -> UnixTime;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn claim(
        &self,
        route: &Route,
        key: &ReplayKey,
        windows: Windows,
    ) -> Result<Claimed, StoreError> {
        (**self).claim(route, key, windows).await
    }

    async fn commit(&self, claim: &Claim) -> Result<Settled, StoreError> {
        (**self).commit(claim).await
    }

    async fn release(&self, claim: &Claim) -> Result<Settled, StoreError> {
        (**self).release(claim).await
    }

    async fn forget(&self, route: &Route, key: &ReplayKey) -> Result<Forgotten, StoreError> {
        (**self).forget(route, key).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        (**self).check().await
    }

    fn now(&self) -> UnixTime {
        (**self).now()
    }
}

/// The store failed: nobody knows whether the delivery came before. Answer 503 and do not work it off.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room, and nothing that may be dropped.
    #[error("the replay log is full: it remembers {0} deliveries")]
    Full(usize),
    /// The store could not be reached, read or written.
    #[error("the replay log is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// What was read back is not what a store writes.
    #[error("the replay log is corrupt: {0}")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
}

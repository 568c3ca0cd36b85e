//! The contract of a store.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::error::Error;
use core::fmt::Debug;

use async_trait::async_trait;
use thiserror::Error;

use crate::rule::Rule;
use crate::verdict::{Ask, TooManyAsks, Verdict};

/// Keeps the buckets of any number of rules and keys, for one process or for many. What may be taken is
/// decided by [`Verdict::decide`]; a store makes each decision atomic.
///
/// # Contract
///
/// * Each verb is one atomic step, on all the buckets it is about. Of any number who take at once, as many
///   get something as there are tokens.
/// * A bucket belongs to the name of a rule and to a key, both compared byte by byte.
/// * The store owns the clock. Verbs take no time from the caller. A clock that is set back grants nothing,
///   and closes no bucket for longer than two bursts take to come back.
/// * `Ok` means that the step is kept, to the degree that the store's own documentation states.
/// * A refusal is a value; `Err` means that the store cannot say, and then the step either happened or did
///   not. Dropping the future of a verb does not undo a step that was already handed over.
///
/// The laws in the `conformance` feature test it; a store is right when it passes them.
///
/// ```
/// use ratelimit::{Ask, Memory, Quota, Rule, Store, StoreError, WhenFull};
///
/// static UPLOAD: Rule = Rule::new("upload", Quota::per_hour(1_000));
///
/// async fn upload(limiter: &dyn Store, user: &str, megabytes: u64) -> Result<bool, StoreError> {
///     let cost = Ask { rule: &UPLOAD, key: user, tokens: megabytes };
///     let verdict = limiter.take_all(&[cost]).await?;
///     Ok(verdict.is_allowed())
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let limiter = Memory::for_keys(10_000, WhenFull::Refuse);
/// assert!(upload(&limiter, "alice", 800).await?);
/// assert!(!upload(&limiter, "alice", 800).await?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Takes tokens from several buckets: from all of them, or from none. To take none is to look.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooMany`], or a failure of the store.
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError>;

    /// Gives tokens back that were taken and not needed. A bucket never holds more than its burst.
    ///
    /// # Errors
    ///
    /// As [`take_all`](Store::take_all).
    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError>;

    /// Takes tokens whether or not they are there, for what has been used already:
    /// [`Bucket::charge`](crate::Bucket::charge).
    ///
    /// # Errors
    ///
    /// As [`take_all`](Store::take_all).
    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError>;

    /// Fills a bucket.
    ///
    /// # Errors
    ///
    /// A failure of the store.
    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError>;

    /// Proves that the store can be read and written now.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    async fn check(&self) -> Result<(), StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        (**self).take_all(asks).await
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        (**self).refund_all(asks).await
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        (**self).charge_all(asks).await
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        (**self).reset(rule, key).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        (**self).check().await
    }
}

/// The store cannot say: nobody knows what is left. Answer 503, unless the host has chosen otherwise.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// More was asked at once than can be.
    #[error(transparent)]
    TooMany(#[from] TooManyAsks),
    /// The buckets that were asked at once are not in one place, so they cannot change together.
    #[error("the keys that are asked at once are not kept in one place")]
    Scattered,
    /// The store could not be reached, read or written.
    #[error("the limiter is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// What was read back is not what a store writes.
    #[error("the limiter is corrupt: {0}")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
}

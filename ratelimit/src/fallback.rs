//! What holds while a store cannot be reached.

use alloc::boxed::Box;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use thiserror::Error;

pub use self::local::Local;
use crate::bucket::Bucket;
use crate::clock::Clock;
use crate::rule::Rule;
use crate::store::{Store, StoreError};
use crate::time::Time;
use crate::verdict::{Ask, Verdict};

mod local;
#[cfg(test)]
mod tests;

/// A store, and what holds while it cannot be reached, which the host chooses by name.
///
/// When the store says [`StoreError::Unavailable`], it is left alone for a pause, and so nobody waits for a
/// server that hangs; after the pause one caller tries it again, and all others do once it has answered. What
/// is allowed without the store is not charged to it later. Other errors are none of an outage, and are the
/// caller's.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::time::Duration;
///
/// use ratelimit::{Ask, Fallback, Local, Memory, Quota, Rule, Store, WhenDown, WhenFull};
/// # use async_trait::async_trait;
/// # use ratelimit::{StoreError, Verdict};
/// # #[derive(Debug)]
/// # struct Broken;
/// # #[async_trait]
/// # impl Store for Broken {
/// #     async fn take_all<'a>(&self, _: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> { Err(down()) }
/// #     async fn refund_all(&self, _: &[Ask<'_>]) -> Result<(), StoreError> { Err(down()) }
/// #     async fn charge_all(&self, _: &[Ask<'_>]) -> Result<(), StoreError> { Err(down()) }
/// #     async fn reset(&self, _: &Rule, _: &str) -> Result<(), StoreError> { Err(down()) }
/// #     async fn check(&self) -> Result<(), StoreError> { Err(down()) }
/// # }
/// # fn down() -> StoreError { StoreError::Unavailable("the server is gone".into()) }
///
/// static API: Rule = Rule::new("api", Quota::per_minute(100));
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let redis = Broken;
/// // There are four of us, so each allows a quarter.
/// let share = Local {
///     memory: Memory::for_keys(10_000, WhenFull::Refuse),
///     one_in: NonZeroU32::new(4).expect("it is not zero"),
/// };
/// let limiter = Fallback::new(redis, WhenDown::Local(share), Duration::from_secs(1));
///
/// let mut allowed = 0;
/// for _ in 0..100 {
///     let verdict = limiter.take_all(&[Ask::one(&API, "alice")]).await?;
///     allowed += u32::from(verdict.is_allowed());
/// }
/// assert_eq!(allowed, 25);
/// assert!(limiter.is_down());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Fallback<S> {
    store: S,
    when_down: WhenDown,
    pause: Duration,
    clock: Clock,
    /// Until when the store is left alone; none if it has answered the last time.
    down_until: Mutex<Option<Time>>,
    answered_without: AtomicU64,
}

/// What holds while the store cannot be reached.
#[derive(Debug)]
pub enum WhenDown {
    /// Nothing is allowed: every verb fails with [`StoreError::Unavailable`], to be answered with 503.
    Deny,
    /// Everything is allowed that costs no more than a burst. Whoever can bring the store down has no limit.
    Allow,
    /// This process allows its share of every quota by itself.
    Local(Local),
}

impl<S: Store> Fallback<S> {
    /// Asks the store, and leaves it alone for a pause when it has failed.
    pub fn new(store: S, when_down: WhenDown, pause: Duration) -> Self {
        Self {
            store,
            when_down,
            pause,
            clock: Clock::monotonic(),
            down_until: Mutex::new(None),
            answered_without: AtomicU64::new(0),
        }
    }

    /// With another clock than the system's monotonic one, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        self.clock = Clock::given(clock);
        self
    }

    /// Whether the store did not answer when it was last asked.
    pub fn is_down(&self) -> bool {
        self.down_until.lock().is_some()
    }

    /// How many questions were answered without the store so far, for a counter that an operator sees.
    pub fn answered_without(&self) -> u64 {
        self.answered_without.load(Ordering::Relaxed)
    }

    /// Whether to ask the store now. When a pause is over, that is for one caller to find out.
    fn may_ask(&self) -> bool {
        let mut down_until = self.down_until.lock();
        let now = self.clock.now();
        match *down_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                *down_until = Some(now.saturating_add(self.pause));
                true
            }
        }
    }

    /// Asks the store, unless it is left alone. None if it cannot be reached and something else holds.
    async fn ask<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Option<T>, StoreError> {
        let outcome = if self.may_ask() {
            let outcome = answer.await;
            let is_down = matches!(outcome, Err(StoreError::Unavailable(_)));
            let until = is_down.then(|| self.clock.now().saturating_add(self.pause));
            *self.down_until.lock() = until;
            outcome
        } else {
            Err(StoreError::Unavailable(LeftAlone.into()))
        };
        match (outcome, &self.when_down) {
            (Err(StoreError::Unavailable(_)), WhenDown::Allow | WhenDown::Local(_)) => {
                self.answered_without.fetch_add(1, Ordering::Relaxed);
                Ok(None)
            }
            (outcome, _) => outcome.map(Some),
        }
    }
}

impl<S: Store> fmt::Debug for Fallback<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fallback")
            .field("store", &self.store)
            .field("when_down", &self.when_down)
            .field("is_down", &self.is_down())
            .field("answered_without", &self.answered_without())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<S: Store> Store for Fallback<S> {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        let answer = self.ask(self.store.take_all(asks)).await?;
        match (answer, &self.when_down) {
            (Some(verdict), WhenDown::Local(local)) => {
                local.learn(asks, &verdict);
                Ok(verdict)
            }
            (Some(verdict), _) => Ok(verdict),
            (None, WhenDown::Local(local)) => Ok(local.take_all(asks)?),
            (None, _) => Ok(Verdict::decide(asks, Time::EPOCH, |_| Bucket::FULL)?),
        }
    }

    /// Without the store, tokens are given back where they were taken: here, or nowhere.
    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        let answer = self.ask(self.store.refund_all(asks)).await?;
        if let (None, WhenDown::Local(local)) = (answer, &self.when_down) {
            local.refund_all(asks);
        }
        Ok(())
    }

    /// Without the store, tokens are charged here, or nowhere.
    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        let answer = self.ask(self.store.charge_all(asks)).await?;
        if let (None, WhenDown::Local(local)) = (answer, &self.when_down) {
            local.charge_all(asks);
        }
        Ok(())
    }

    /// Fills a bucket in the store, and here; which is never done without the store.
    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        self.store.reset(rule, key).await?;
        if let WhenDown::Local(local) = &self.when_down {
            local.reset(rule, key);
        }
        Ok(())
    }

    /// Proves that the store itself can be read and written now.
    async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }
}

/// The store was not asked.
#[derive(Debug, Error)]
#[error("it has failed a moment ago, and is left alone")]
struct LeftAlone;

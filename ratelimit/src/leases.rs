//! Tokens that a process takes in advance.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;

use self::slots::{Order, Slots, Step};
use crate::clock::Clock;
use crate::rule::Rule;
use crate::store::{Store, StoreError};
use crate::time::Time;
use crate::verdict::{Ask, TooManyAsks, Verdict};

mod slots;
#[cfg(test)]
mod tests;

/// A store that is asked less often: a key that is asked much has tokens taken for it in advance, and is
/// answered from those, without waiting for anything.
///
/// **What it costs:** every token is taken from the store before somebody is allowed anything by it, so in
/// the long run nobody gets more than the quota. But it may be used later than it was taken. In any span of
/// time, all processes together allow at most as many more than the quota as they held of the key when it
/// began, and a process holds at most [`most`](LeaseTerms::most) of a key and rule.
///
/// A key that is asked once in a [term](LeaseTerms::term) costs what it would without leases, and nothing is
/// held of it. When it is asked again within the term, one token more than needed is taken, then two, then
/// four: a key that is asked all the time is soon asked for in full batches. Of all who need more of a key,
/// one asks and the others wait.
///
/// A refusal too is answered without the store, for as long as by its last answer nothing can have come back,
/// but not for longer than a term. So what others give back, or reset, is noticed after a term.
///
/// What is held and not used is to be given back: call [`give_back_idle`](Leases::give_back_idle) once a
/// term, and [`give_back_all`](Leases::give_back_all) at the end. What a process holds that is killed is lost
/// to everybody until it would have come back. A call that is dropped while the store is asked may lose what
/// was taken for it, likewise.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use ratelimit::{Ask, LeaseTerms, Leases, Memory, Quota, Rule, Store, WhenFull};
///
/// static API: Rule = Rule::new("api", Quota::per_hour(1_000));
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// // In earnest this is a store that many processes share.
/// let shared = Arc::new(Memory::for_keys(10_000, WhenFull::Refuse));
/// let terms = LeaseTerms { most: 100, term: Duration::from_secs(1), keys: 10_000 };
/// let limiter = Leases::new(Arc::clone(&shared), terms);
///
/// for _ in 0..50 {
///     assert!(limiter.take_all(&[Ask::one(&API, "alice")]).await?.is_allowed());
/// }
/// assert!(limiter.held() > 0);
///
/// limiter.give_back_all().await?;
/// assert_eq!(limiter.held(), 0);
/// assert_eq!(shared.peek(&API, "alice").remaining(), 950);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Leases<S> {
    store: S,
    slots: Mutex<Slots>,
    clock: Clock,
}

/// How much a process may take in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTerms {
    /// How many tokens of one key and rule it may hold. Never more than the burst.
    pub most: u64,
    /// For how long an answer of the store is good: after that it is asked again, and what is held and was
    /// not used is given back.
    pub term: Duration,
    /// For how many keys and rules. The store is asked for the others each time.
    pub keys: usize,
}

impl<S: Store> Leases<S> {
    /// Asks the store for all that is not held.
    pub fn new(store: S, terms: LeaseTerms) -> Self {
        Self {
            store,
            slots: Mutex::new(Slots::new(terms)),
            clock: Clock::monotonic(),
        }
    }

    /// With another clock than the system's monotonic one, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        self.clock = Clock::given(clock);
        self
    }

    /// How many tokens are held, of all keys and rules.
    pub fn held(&self) -> u64 {
        self.slots.lock().held()
    }

    /// Gives back what is held of keys for which the store was not asked within a term.
    ///
    /// # Errors
    ///
    /// The store has failed. What it could not be told is lost to everybody until it would have come back:
    /// nobody gets more for it.
    pub async fn give_back_idle(&self) -> Result<(), StoreError> {
        let idle = self.slots.lock().idle(self.clock.now());
        self.give_back(idle).await
    }

    /// Gives back all that is held, for the end of the process.
    ///
    /// # Errors
    ///
    /// As [`give_back_idle`](Leases::give_back_idle).
    pub async fn give_back_all(&self) -> Result<(), StoreError> {
        let all = self.slots.lock().all();
        self.give_back(all).await
    }

    async fn give_back(&self, ids: Vec<u64>) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        for id in ids {
            let Some(held) = self.slots.lock().take(id) else {
                continue;
            };
            let ask = Ask {
                rule: &held.rule,
                key: &held.key,
                tokens: held.tokens,
            };
            // One failure is no reason to keep the others.
            outcome = self.store.refund_all(&[ask]).await.and(outcome);
        }
        outcome
    }

    /// Asks the store, and answers if its answer is enough for that.
    async fn ask<'a>(
        &self,
        order: Order<'a>,
        asks: &[Ask<'a>],
    ) -> Result<Option<Verdict<'a>>, StoreError> {
        let asking = Asking {
            slots: &self.slots,
            order,
        };
        let sent_at = self.clock.now();
        let said = self.store.take_all(&asking.order.asks).await?;
        let mut slots = self.slots.lock();
        let now = self.clock.now();
        slots.hear(&asking.order, &said, sent_at, now);
        // Before anybody else uses what was taken.
        Ok(slots.answer(asks, asking.order.ids(), now))
    }
}

/// Somebody asks the store for these keys. Whatever becomes of that, those who wait go on.
struct Asking<'l, 'a> {
    slots: &'l Mutex<Slots>,
    order: Order<'a>,
}

impl Drop for Asking<'_, '_> {
    fn drop(&mut self) {
        self.slots.lock().let_others_ask(&self.order);
    }
}

impl<S: Store> fmt::Debug for Leases<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leases")
            .field("store", &self.store)
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<S: Store> Store for Leases<S> {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        TooManyAsks::check(asks)?;
        let mut is_exact = false;
        loop {
            let step = self.slots.lock().step(asks, self.clock.now(), is_exact);
            match step {
                Step::Answer(verdict) => return Ok(verdict),
                Step::Wait(answered) => answered.await,
                Step::Ask(order) => {
                    if let Some(verdict) = self.ask(order, asks).await? {
                        return Ok(verdict);
                    }
                    // It was too much. No more than what is needed is asked for then.
                    is_exact = true;
                }
                Step::Pass => return self.store.take_all(asks).await,
            }
        }
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.store.refund_all(asks).await?;
        self.slots.lock().forget(asks);
        Ok(())
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.store.charge_all(asks).await?;
        self.slots.lock().forget(asks);
        Ok(())
    }

    /// Fills the bucket. What is held of it is given up, so that it is not there twice.
    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        self.slots.lock().give_up(rule, key);
        self.store.reset(rule, key).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }
}

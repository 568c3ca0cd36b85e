//! How much may be repeated at all.

use core::fmt;
use core::time::Duration;

use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};

use account::{Account, Terms};

pub use guard::{BudgetedAttempt, Withdrawal};
#[cfg(feature = "std")]
pub use hosts::{Budgets, HostBudget};

mod account;
mod guard;
#[cfg(feature = "std")]
mod hosts;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

/// A share of the calls that may be made again: what keeps retries and hedges from making an outage worse.
///
/// The limit on the retries of one call does not limit those of a thousand: when all of them fail, a
/// server that is down already gets seven times its load. A budget is shared by the calls to one server.
/// Each call [deposits](Budget::deposit) a part of a retry, and each retry or hedge
/// [withdraws](Budget::withdraw) a whole one, if it is there. If nothing else is said:
///
/// * one retry for ten calls, so that the server gets 1.1 times its load at most;
/// * but one in ten seconds, for whoever makes fewer calls than one a second;
/// * up to 100 are saved for later, and a new budget has saved as many.
///
/// So there are at most 100 retries more than a tenth of the calls, or more than one in ten seconds. A
/// ratio for each client is how the [SRE book][sre] does it, where it is a tenth, too. It is kept in whole
/// numbers in one word: no share is rounded, and no two threads withdraw the same retry.
///
/// `now` is the time since a moment of the host's choice, which is the same each time. What happens before
/// what is known already happens at that time.
///
/// [sre]: https://sre.google/sre-book/handling-overload/
///
/// ```
/// use core::time::Duration;
/// use retry::Budget;
///
/// let budget = Budget::new();
/// // A thousand calls in a second. All of them fail, and want to be made again.
/// let retries = (0..1_000).filter(|call| {
///     let now = Duration::from_millis(*call);
///     budget.deposit(now);
///     budget.withdraw(now)
/// });
/// assert_eq!(retries.count(), 100 + 99);
/// ```
pub struct Budget {
    terms: Terms,
    /// An [`Account`], as a word. No other memory depends on it, so nothing is ordered by it.
    account: AtomicU64,
}

impl Budget {
    /// A budget on the terms that are usual.
    #[must_use]
    pub fn new() -> Self {
        Self::on(Terms::USUAL)
    }

    /// How many retries are earned by how many calls. Calls that are none, 0, earn nothing.
    ///
    /// ```
    /// use core::time::Duration;
    /// use retry::Budget;
    ///
    /// let now = Duration::ZERO;
    /// let budget = Budget::new().ratio(17, 50).at_least(0, Duration::from_secs(1));
    /// while budget.withdraw(now) {}
    /// let retries = (0..5_000).filter(|_| {
    ///     budget.deposit(now);
    ///     budget.withdraw(now)
    /// });
    /// assert_eq!(retries.count(), 1_700);
    /// ```
    #[must_use]
    pub fn ratio(self, retries: u8, calls: u8) -> Self {
        Self::on(self.terms.ratio(retries, calls))
    }

    /// How many retries are there in each period, however few calls there are. They are not added to those
    /// that the calls of the period earn, but are there before: calls that earn no more earn nothing.
    ///
    /// Periods shorter than a millisecond count as one.
    #[must_use]
    pub fn at_least(self, retries: u16, period: Duration) -> Self {
        Self::on(self.terms.at_least(retries, period))
    }

    /// How many retries are saved for later at most, and how many there are at the beginning. Where none,
    /// 0, can be saved, there are none.
    #[must_use]
    pub fn saved(self, retries: u16) -> Self {
        Self::on(self.terms.saved(retries))
    }

    fn on(terms: Terms) -> Self {
        Self {
            terms,
            account: AtomicU64::new(Account::full(terms).to_word()),
        }
    }

    /// Earns a part of a retry: for each call once, however often it is made again.
    ///
    /// A call that says nothing about the server, because it was cancelled, or because it was wrong and was
    /// answered so (404), is better not deposited: somebody who makes many of them could pay for retries
    /// with them.
    pub fn deposit(&self, now: Duration) {
        self.change(now, |account| Some(account.deposit(self.terms)));
    }

    /// Takes a retry, if there is one. A retry or a hedge must not be made without.
    #[must_use = "what is not withdrawn must not be repeated"]
    pub fn withdraw(&self, now: Duration) -> bool {
        self.change(now, |account| account.withdraw(self.terms))
    }

    /// Gives back a retry that was not made after all.
    pub fn refund(&self) {
        self.update(|account| Some(account.refund(self.terms)));
    }

    /// How many retries there are.
    pub fn left(&self, now: Duration) -> u32 {
        let account = Account::from_word(self.account.load(Relaxed));
        account.at(self.terms, now).retries(self.terms)
    }

    /// Whether it is as good as new.
    #[cfg(feature = "std")]
    pub(crate) fn is_full(&self, now: Duration) -> bool {
        let account = Account::from_word(self.account.load(Relaxed));
        account.at(self.terms, now).is_full(self.terms)
    }

    fn change(&self, now: Duration, change: impl Fn(Account) -> Option<Account>) -> bool {
        self.update(|account| change(account.at(self.terms, now)))
    }

    /// Changes the account in one step, whatever others do meanwhile. Whether it could be changed.
    fn update(&self, change: impl Fn(Account) -> Option<Account>) -> bool {
        let changed = self.account.fetch_update(Relaxed, Relaxed, |word| {
            change(Account::from_word(word)).map(Account::to_word)
        });
        changed.is_ok()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = Account::from_word(self.account.load(Relaxed));
        f.debug_struct("Budget")
            .field("terms", &self.terms)
            .field("retries", &account.retries(self.terms))
            .finish()
    }
}

//! A budget that a runner asks before each retry.

#[cfg(feature = "std")]
use alloc::sync::Arc;
use core::ops::Deref;
use core::time::Duration;

use crate::failure::{Failure, FailureKind};
use crate::guard::Guard;
use crate::reason::Reason;

use super::Budget;

/// A retry that was withdrawn and not made yet. Dropped, it is given back.
#[derive(Debug)]
#[must_use = "it is given back when it is dropped"]
pub struct Withdrawal<B: Deref<Target = Budget>> {
    budget: B,
    is_made: bool,
}

/// An attempt of a call that shares a [`Budget`] with others.
#[derive(Debug)]
pub struct BudgetedAttempt {
    is_first: bool,
}

impl<B: Deref<Target = Budget>> Withdrawal<B> {
    /// Takes a retry, if there is one.
    pub fn take(budget: B, now: Duration) -> Option<Self> {
        if !budget.withdraw(now) {
            return None;
        }
        let is_made = false;
        Some(Self { budget, is_made })
    }

    /// The retry is made now.
    pub fn spend(mut self) {
        self.is_made = true;
    }
}

impl<B: Deref<Target = Budget>> Drop for Withdrawal<B> {
    fn drop(&mut self) {
        if !self.is_made {
            self.budget.refund();
        }
    }
}

/// Every call deposits once, when its first attempt has ended, unless it was
/// [wrong](FailureKind::Permanent). In a tuple it comes last: what others refuse has then cost nothing.
impl Guard for &Budget {
    type Leave = Withdrawal<Self>;
    type Admission = BudgetedAttempt;

    fn retry(&self, now: Duration) -> Result<Self::Leave, Reason> {
        Withdrawal::take(*self, now).ok_or(Reason::BudgetSpent)
    }

    fn admit(&self, leave: Option<Self::Leave>, _: Duration) -> Result<BudgetedAttempt, Reason> {
        Ok(BudgetedAttempt::with(leave))
    }

    fn report(&self, attempt: BudgetedAttempt, outcome: Result<(), Failure>, now: Duration) {
        if attempt.is_worth_something(outcome) {
            self.deposit(now);
        }
    }
}

/// The same, for what has to own it.
#[cfg(feature = "std")]
impl Guard for Arc<Budget> {
    type Leave = Withdrawal<Self>;
    type Admission = BudgetedAttempt;

    fn retry(&self, now: Duration) -> Result<Self::Leave, Reason> {
        Withdrawal::take(Self::clone(self), now).ok_or(Reason::BudgetSpent)
    }

    fn admit(&self, leave: Option<Self::Leave>, _: Duration) -> Result<BudgetedAttempt, Reason> {
        Ok(BudgetedAttempt::with(leave))
    }

    fn report(&self, attempt: BudgetedAttempt, outcome: Result<(), Failure>, now: Duration) {
        if attempt.is_worth_something(outcome) {
            self.deposit(now);
        }
    }
}

impl BudgetedAttempt {
    fn with<B: Deref<Target = Budget>>(leave: Option<Withdrawal<B>>) -> Self {
        let is_first = leave.is_none();
        if let Some(leave) = leave {
            leave.spend();
        }
        Self { is_first }
    }

    fn is_worth_something(&self, outcome: Result<(), Failure>) -> bool {
        let was_wrong = outcome.is_err_and(|failure| failure.kind() == FailureKind::Permanent);
        self.is_first && !was_wrong
    }
}

#[cfg(all(test, feature = "std", not(loom)))]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn budget() -> Arc<Budget> {
        let budget = Budget::new().ratio(1, 1).saved(3);
        Arc::new(budget.at_least(0, Duration::from_secs(1)))
    }

    #[test]
    fn a_retry_that_is_cancelled_before_it_is_made_is_given_back() {
        let budget = budget();
        let leave = budget.retry(NOW).expect("three are saved");
        assert_eq!(budget.left(NOW), 2);
        drop(leave);
        assert_eq!(budget.left(NOW), 3);
        let leave = budget.retry(NOW).expect("three are saved");
        budget.admit(Some(leave), NOW).expect("never refused");
        assert_eq!(budget.left(NOW), 2);
    }

    #[test]
    fn who_gets_no_retry_has_none_to_give_back() {
        let budget = budget();
        while budget.withdraw(NOW) {}
        assert_eq!(budget.retry(NOW).err(), Some(Reason::BudgetSpent));
        assert_eq!(budget.left(NOW), 0);
    }

    #[test]
    fn a_call_deposits_once_however_often_it_is_made() {
        let budget = budget();
        while budget.withdraw(NOW) {}
        let first = budget.admit(None, NOW).expect("never refused");
        budget.report(first, Err(Failure::transient()), NOW);
        assert_eq!(budget.left(NOW), 1);
        let leave = budget.retry(NOW).expect("just deposited");
        let second = budget.admit(Some(leave), NOW).expect("never refused");
        budget.report(second, Ok(()), NOW);
        assert_eq!(budget.left(NOW), 0);
        assert_eq!(budget.retry(NOW).err(), Some(Reason::BudgetSpent));
    }

    #[test]
    fn calls_that_are_wrong_pay_for_no_retry() {
        let budget = budget();
        while budget.withdraw(NOW) {}
        for _ in 0..100 {
            let call = (&*budget).admit(None, NOW).expect("never refused");
            (&*budget).report(call, Err(Failure::permanent()), NOW);
        }
        assert_eq!(budget.left(NOW), 0);
    }
}

//! A budget for each host, and one for all of them.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;
use std::collections::HashMap;

use crate::failure::Failure;
use crate::guard::Guard;
use crate::reason::Reason;
use crate::sync::Mutex;

use super::{Budget, BudgetedAttempt, Withdrawal};

/// A [`Budget`] for each host, so that one that is down does not use up the retries of the others, and one for
/// all of them, so that no number of hosts makes the number of retries any larger.
///
/// There are budgets for so many hosts. One that is as good as new is given up for another host; when all
/// are in use, the hosts for which there is none share one.
///
/// ```
/// use std::time::Duration;
/// use retry::{Budget, Budgets, Guard};
///
/// let budgets = Budgets::new(1_000, || Budget::new().saved(5), Budget::new().saved(8));
/// let now = Duration::from_secs(100);
///
/// let down = budgets.of("down.example", now);
/// let retries = (0..100).filter(|_| down.retry(now).map(std::mem::forget).is_ok());
/// assert_eq!(retries.count(), 5);
///
/// let other = budgets.of("other.example", now);
/// let retries = (0..100).filter(|_| other.retry(now).map(std::mem::forget).is_ok());
/// assert_eq!(retries.count(), 3, "which is what is left for all of them");
/// ```
pub struct Budgets {
    hosts: Mutex<Hosts>,
    capacity: usize,
    each: Box<dyn Fn() -> Budget + Send + Sync>,
    crowd: Arc<Budget>,
    all: Arc<Budget>,
}

struct Hosts {
    budgets: HashMap<Box<str>, Arc<Budget>>,
    next_sweep: Duration,
}

/// The budget of a host, and that of all of them: a retry is withdrawn from both, or from none.
#[derive(Clone, Debug)]
pub struct HostBudget {
    own: Arc<Budget>,
    all: Arc<Budget>,
}

impl Budgets {
    /// Budgets for so many hosts, of which each is made by a function, and one for all.
    #[must_use]
    pub fn new(
        hosts: usize,
        each: impl Fn() -> Budget + Send + Sync + 'static,
        all: Budget,
    ) -> Self {
        Self {
            hosts: Mutex::new(Hosts {
                budgets: HashMap::new(),
                next_sweep: Duration::ZERO,
            }),
            capacity: hosts,
            crowd: Arc::new(each()),
            each: Box::new(each),
            all: Arc::new(all),
        }
    }

    /// The budget of a host.
    pub fn of(&self, host: &str, now: Duration) -> HostBudget {
        HostBudget {
            own: self.own(host, now),
            all: Arc::clone(&self.all),
        }
    }

    /// How many hosts have a budget of their own.
    pub fn len(&self) -> usize {
        self.hosts.lock().budgets.len()
    }

    /// Whether no host has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn own(&self, host: &str, now: Duration) -> Arc<Budget> {
        let mut hosts = self.hosts.lock();
        if let Some(budget) = hosts.budgets.get(host) {
            return Arc::clone(budget);
        }
        if hosts.budgets.len() >= self.capacity {
            hosts.sweep(now);
        }
        if hosts.budgets.len() >= self.capacity {
            return Arc::clone(&self.crowd);
        }
        let budget = Arc::new((self.each)());
        hosts.budgets.insert(host.into(), Arc::clone(&budget));
        budget
    }
}

impl Hosts {
    /// Gives up what is as good as new and in nobody's hands. All budgets are looked at, so it is not done for
    /// every host that somebody invents.
    fn sweep(&mut self, now: Duration) {
        if now < self.next_sweep {
            return;
        }
        self.next_sweep = now.saturating_add(BETWEEN_SWEEPS);
        self.budgets
            .retain(|_, budget| Arc::strong_count(budget) > 1 || !budget.is_full(now));
    }
}

impl Guard for HostBudget {
    type Leave = (Withdrawal<Arc<Budget>>, Withdrawal<Arc<Budget>>);
    type Admission = (BudgetedAttempt, BudgetedAttempt);

    fn retry(&self, now: Duration) -> Result<Self::Leave, Reason> {
        // If the second has none, the first gets back its own when it is dropped.
        Ok((self.own.retry(now)?, self.all.retry(now)?))
    }

    fn admit(&self, leave: Option<Self::Leave>, now: Duration) -> Result<Self::Admission, Reason> {
        let (own, all) = leave.unzip();
        Ok((self.own.admit(own, now)?, self.all.admit(all, now)?))
    }

    fn report(&self, attempt: Self::Admission, outcome: Result<(), Failure>, now: Duration) {
        self.own.report(attempt.0, outcome, now);
        self.all.report(attempt.1, outcome, now);
    }
}

impl fmt::Debug for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budgets")
            .field("hosts", &self.len())
            .field("capacity", &self.capacity)
            .field("all", &self.all)
            .finish_non_exhaustive()
    }
}

const BETWEEN_SWEEPS: Duration = Duration::from_secs(10);

#[cfg(all(test, not(loom)))]
mod tests {
    use alloc::format;

    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn budgets(hosts: usize) -> Budgets {
        Budgets::new(hosts, || Budget::new().saved(2), Budget::new().saved(1_000))
    }

    /// Takes all that a host has.
    fn drain(budgets: &Budgets, host: &str) -> usize {
        let budget = budgets.of(host, NOW);
        let retries = (0..100).filter(|_| budget.retry(NOW).map(core::mem::forget).is_ok());
        retries.count()
    }

    #[test]
    fn one_host_does_not_use_up_the_retries_of_another() {
        let budgets = budgets(10);
        assert_eq!(drain(&budgets, "a"), 2);
        assert_eq!(drain(&budgets, "a"), 0);
        assert_eq!(drain(&budgets, "b"), 2);
    }

    #[test]
    fn what_all_of_them_have_not_got_costs_the_host_nothing() {
        let budgets = Budgets::new(10, || Budget::new().saved(2), Budget::new().saved(0));
        let budget = budgets.of("a", NOW);
        assert_eq!(budget.retry(NOW).err(), Some(Reason::BudgetSpent));
        assert_eq!(budget.own.left(NOW), 2);
    }

    #[test]
    fn hosts_that_somebody_invents_share_what_one_has() {
        let budgets = budgets(3);
        for host in 0..3 {
            assert_eq!(drain(&budgets, &format!("{host}")), 2);
        }
        let crowd: usize = (3..1_000)
            .map(|host| drain(&budgets, &format!("{host}")))
            .sum();
        assert_eq!((crowd, budgets.len()), (2, 3));
    }

    #[test]
    fn a_budget_that_is_spent_or_in_use_is_not_given_up() {
        let budgets = budgets(3);
        drain(&budgets, "spent");
        let in_use = budgets.of("used", NOW);
        budgets.of("idle", NOW);
        budgets.of("new", NOW);
        assert_eq!(budgets.len(), 3);
        assert_eq!(drain(&budgets, "spent"), 0);
        assert!(Arc::ptr_eq(&in_use.own, &budgets.of("used", NOW).own));
    }

    #[test]
    fn a_call_deposits_for_its_host_and_for_all() {
        let budgets = Budgets::new(
            10,
            || Budget::new().ratio(1, 1).saved(2),
            Budget::new().ratio(1, 1).saved(2),
        );
        drain(&budgets, "a");
        let budget = budgets.of("a", NOW);
        for _ in 0..2 {
            let attempt = budget.admit(None, NOW).expect("never refused");
            budget.report(attempt, Ok(()), NOW);
        }
        // The first of each was covered by what time had brought.
        assert_eq!((budget.own.left(NOW), budget.all.left(NOW)), (1, 1));
    }
}

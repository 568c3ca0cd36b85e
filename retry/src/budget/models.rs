//! Every order in which threads can come to a budget, by loom. Run by `make loom`.

use core::time::Duration;

use loom::sync::Arc;
use loom::thread;

use super::*;

const NOW: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(2);

/// So many are saved, and one comes each second.
fn budget(saved: u16) -> Arc<Budget> {
    let budget = Budget::new().ratio(1, 2).saved(saved);
    Arc::new(budget.at_least(1, Duration::from_secs(1)))
}

#[test]
fn a_retry_is_withdrawn_once() {
    loom::model(|| {
        let budget = budget(1);
        let other = Arc::clone(&budget);
        let there = thread::spawn(move || other.withdraw(NOW));
        let here = budget.withdraw(NOW);
        assert_ne!(here, there.join().expect("no panic"));
    });
}

#[test]
fn what_a_period_brings_is_brought_once() {
    loom::model(|| {
        let budget = budget(2);
        assert!(budget.withdraw(NOW) && budget.withdraw(NOW));
        let other = Arc::clone(&budget);
        let there = thread::spawn(move || other.withdraw(LATER));
        let here = budget.withdraw(LATER);
        assert_ne!(here, there.join().expect("no panic"));
        assert_eq!(budget.left(LATER), 0);
    });
}

#[test]
fn no_deposit_and_no_refund_is_lost() {
    loom::model(|| {
        let budget = budget(4);
        while budget.withdraw(NOW) {}
        let other = Arc::clone(&budget);
        let there = thread::spawn(move || {
            // The first two are covered by what the period brought.
            for _ in 0..3 {
                other.deposit(NOW);
            }
        });
        budget.refund();
        budget.deposit(NOW);
        there.join().expect("no panic");
        assert_eq!(budget.left(NOW), 2);
    });
}

#[test]
fn a_thread_that_comes_late_does_not_bring_a_period_back() {
    loom::model(|| {
        let budget = budget(2);
        assert!(budget.withdraw(NOW) && budget.withdraw(NOW));
        let other = Arc::clone(&budget);
        let there = thread::spawn(move || u32::from(other.withdraw(LATER)));
        let here = u32::from(budget.withdraw(NOW));
        let taken = here + there.join().expect("no panic");
        assert_eq!(taken + budget.left(LATER), 1);
    });
}

//! What guards are asked and told.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future;
use std::time::Duration;

use retry::{Failure, Guard, Reason, retry};
use tokio::time;

use crate::flaky::Flaky;
use crate::{EXACT, SECOND};

/// Allows so many retries and attempts, and writes down what it is asked and told.
#[derive(Default)]
struct Ledger {
    retries: u32,
    attempts: u32,
    said: RefCell<Vec<String>>,
}

impl Ledger {
    fn write(&self, line: impl Into<String>) -> usize {
        let mut said = self.said.borrow_mut();
        said.push(line.into());
        said.iter()
            .filter(|other| **other == said[said.len() - 1])
            .count()
    }
}

/// What the ledger gives out. Dropped, it is crossed out.
struct Slip<'a>(&'a Ledger, &'static str);

impl Drop for Slip<'_> {
    fn drop(&mut self) {
        self.0.write(format!("{} ends", self.1));
    }
}

impl<'a> Guard for &'a Ledger {
    type Leave = Slip<'a>;
    type Admission = Slip<'a>;

    fn retry(&self, _: Duration) -> Result<Slip<'a>, Reason> {
        match self.write("retry") as u32 > self.retries {
            true => Err(Reason::BudgetSpent),
            false => Ok(Slip(self, "leave")),
        }
    }

    fn admit(&self, leave: Option<Slip<'a>>, _: Duration) -> Result<Slip<'a>, Reason> {
        drop(leave);
        match self.write("admit") as u32 > self.attempts {
            true => Err(Reason::BreakerOpen),
            false => Ok(Slip(self, "attempt")),
        }
    }

    fn report(&self, _: Slip<'a>, outcome: Result<(), Failure>, _: Duration) {
        self.write(match outcome {
            Ok(()) => "worked",
            Err(_) => "failed",
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_guard_is_asked_before_the_wait_and_before_the_attempt() {
    let ledger = Ledger {
        retries: 9,
        attempts: 9,
        ..Ledger::default()
    };
    let flaky = Flaky::failing(1);
    assert_eq!(
        retry(EXACT, || flaky.call()).guard(&ledger).await,
        Ok("done")
    );
    let expected = [
        "admit",
        "failed",
        "attempt ends",
        "retry",
        "leave ends",
        "admit",
        "worked",
        "attempt ends",
    ];
    assert_eq!(*ledger.said.borrow(), expected);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_retry_that_the_budget_refuses() {
    let ledger = Ledger {
        retries: 1,
        attempts: 9,
        ..Ledger::default()
    };
    let flaky = Flaky::failing(9);
    let gave_up = retry(EXACT, || flaky.call())
        .guard(&ledger)
        .await
        .expect_err("it never works");
    assert_eq!(gave_up.reason(), Reason::BudgetSpent);
    assert_eq!(gave_up.error(), Some(&"busy"));
    assert_eq!(*flaky.calls.borrow(), [0, 1]);
    assert_eq!(gave_up.elapsed(), SECOND);
    assert_eq!(gave_up.history().waited(), SECOND);
    assert_eq!(flaky.began.elapsed(), SECOND);
}

/// An open breaker is no failure that is worth another attempt.
#[tokio::test(start_paused = true)]
async fn what_an_open_breaker_refuses_is_not_made_again() {
    let ledger = Ledger::default();
    let flaky = Flaky::failing(0);
    let gave_up = retry(EXACT, || flaky.call())
        .guard(&ledger)
        .await
        .expect_err("it is refused");
    assert_eq!(gave_up.reason(), Reason::BreakerOpen);
    assert_eq!(gave_up.error(), None);
    assert_eq!(gave_up.attempts(), 0);
    assert!(flaky.calls.borrow().is_empty());
    assert_eq!(*ledger.said.borrow(), ["admit"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_guard_gave_to_a_call_that_is_dropped_it_gets_back() {
    let ledger = Ledger {
        retries: 9,
        attempts: 9,
        ..Ledger::default()
    };
    let flaky = Flaky::failing(9);
    let call = retry(EXACT, || flaky.call()).guard(&ledger);
    assert!(time::timeout(SECOND / 2, call.into_future()).await.is_err());
    assert_eq!(
        *ledger.said.borrow(),
        ["admit", "failed", "attempt ends", "retry", "leave ends"]
    );

    let ledger = Ledger {
        attempts: 1,
        ..Ledger::default()
    };
    let call = retry(EXACT, future::pending::<Result<Infallible, &str>>).guard(&ledger);
    assert!(time::timeout(SECOND, call.into_future()).await.is_err());
    assert_eq!(*ledger.said.borrow(), ["admit", "attempt ends"]);
}

#[tokio::test(start_paused = true)]
async fn the_first_of_two_guards_gets_back_what_it_gave_when_the_second_refuses() {
    let allows = Ledger {
        retries: 9,
        attempts: 9,
        ..Ledger::default()
    };
    let refuses = Ledger {
        retries: 0,
        attempts: 9,
        ..Ledger::default()
    };
    let flaky = Flaky::failing(9);
    let call = retry(EXACT, || flaky.call()).guard((&allows, &refuses));
    assert_eq!(
        call.await.expect_err("it never works").reason(),
        Reason::BudgetSpent
    );
    let expected = ["admit", "failed", "attempt ends", "retry", "leave ends"];
    assert_eq!(*allows.said.borrow(), expected);
    assert_eq!(*refuses.said.borrow(), expected[..4]);
}

//! Closures that are called until they work, in virtual time.
#![cfg(feature = "tokio")]

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{self, Ready};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use retry::{Backoff, Failure, Guard, Hint, Jitter, Policy, Reason, Timer, Tokio, blocking, retry};
use tokio::time::{self, Instant};

const SECOND: Duration = Duration::from_secs(1);
const EXACT: Backoff = Backoff::exponential().base(SECOND).jitter(Jitter::None);

/// Fails so often, then works, and remembers when it was called.
struct Flaky {
    failures: u32,
    began: Instant,
    calls: RefCell<Vec<u64>>,
}

impl Flaky {
    fn failing(failures: u32) -> Self {
        Self {
            failures,
            began: Instant::now(),
            calls: RefCell::default(),
        }
    }

    async fn call(&self) -> Result<&'static str, &'static str> {
        let mut calls = self.calls.borrow_mut();
        calls.push(self.began.elapsed().as_secs());
        match calls.len() as u32 > self.failures {
            true => Ok("done"),
            false => Err("busy"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_called_until_it_works() {
    let flaky = Flaky::failing(3);
    assert_eq!(retry(EXACT, || flaky.call()).await, Ok("done"));
    assert_eq!(*flaky.calls.borrow(), [0, 1, 3, 7]);
}

/// One library calls first and sleeps then: what was signed before the sleep is stale after it.
#[tokio::test(start_paused = true)]
async fn it_is_called_after_the_wait_and_not_before_it() {
    let made_at = RefCell::new(Vec::new());
    let began = Instant::now();
    let gave_up = retry(EXACT.retries(2), || {
        // Not in the future: when the closure itself is called.
        made_at.borrow_mut().push(began.elapsed().as_secs());
        async { Err::<Infallible, _>("busy") }
    })
    .await
    .expect_err("it never works");
    assert_eq!(*made_at.borrow(), [0, 1, 3]);
    assert_eq!(gave_up.reason(), Reason::RetriesSpent);
    assert_eq!(gave_up.attempts(), 3);
    assert_eq!(
        gave_up.to_string(),
        "busy (3 attempts in 3.0 s; no retries are left)"
    );
}

/// One library tells its callback of the wait that the server asked for, and waits for another.
#[tokio::test(start_paused = true)]
async fn the_wait_that_is_told_is_the_wait_that_is_waited() {
    let flaky = Flaky::failing(2);
    let told = RefCell::new(Vec::new());
    let answer = retry(EXACT, || flaky.call())
        .classify(|_| Failure::throttled().after(30 * SECOND))
        .on_retry(|retrying| {
            assert_eq!(retrying.error, Some(&"busy"));
            assert_eq!(retrying.failure.hint(), Some(Hint::Wait(30 * SECOND)));
            told.borrow_mut()
                .push((retrying.history.attempts(), retrying.wait));
        })
        .await;
    assert_eq!(answer, Ok("done"));
    assert_eq!(*told.borrow(), [(1, 30 * SECOND), (2, 30 * SECOND)]);
    assert_eq!(*flaky.calls.borrow(), [0, 30, 60]);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_would_come_again_ends_it() {
    let flaky = Flaky::failing(3);
    let gave_up = retry(EXACT, || flaky.call())
        .when(|error| *error != "busy")
        .await
        .expect_err("it is busy");
    assert_eq!(gave_up.reason(), Reason::Permanent);
    assert_eq!(gave_up.into_error(), Some("busy"));
    assert_eq!(*flaky.calls.borrow(), [0]);
}

#[tokio::test(start_paused = true)]
async fn nobody_sleeps_past_the_deadline() {
    let began = Instant::now();
    let policy = Policy::new(EXACT).deadline(5 * SECOND);
    let gave_up = retry(policy, || async {
        time::sleep(SECOND / 2).await;
        Err::<Infallible, _>("busy")
    })
    .await
    .expect_err("it never works");
    // After 0.5, 2 and 4.5 s: the next wait would be 4 s.
    assert_eq!(gave_up.reason(), Reason::DeadlineWouldPass);
    assert_eq!(gave_up.error(), Some(&"busy"));
    assert_eq!(gave_up.elapsed(), began.elapsed());
    assert_eq!(began.elapsed(), 4_500 * SECOND / 1_000);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_dropped_before_the_wait() {
    let under_way = Rc::new(());
    let told = Cell::new(0);
    let policy = Policy::new(EXACT.retries(1))
        .attempt_timeout(3 * SECOND)
        .deadline(6 * SECOND);
    let began = Instant::now();
    let gave_up = retry(policy, || {
        let held = Rc::clone(&under_way);
        async move {
            let answer: Result<Infallible, &str> = future::pending().await;
            drop(held);
            answer
        }
    })
    .on_retry(|retrying| {
        assert_eq!(retrying.error, None);
        assert_eq!(Rc::strong_count(&under_way), 1, "the attempt is gone");
        told.set(told.get() + 1);
    })
    .await
    .expect_err("it never ends");
    assert_eq!(told.get(), 1);
    assert_eq!(gave_up.error(), None);
    assert_eq!(gave_up.reason(), Reason::RetriesSpent);
    // 3 s, a wait of one, and the 2 s that are left.
    assert_eq!(began.elapsed(), 6 * SECOND);
    assert_eq!(
        gave_up.to_string(),
        "no answer (2 attempts in 6.0 s; no retries are left)"
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_error_of_the_operation_outlives_attempts_that_time_out() {
    let calls = Cell::new(0);
    let policy = Policy::new(EXACT.retries(1)).attempt_timeout(SECOND);
    let gave_up = retry(policy, || async {
        calls.set(calls.get() + 1);
        if calls.get() == 2 {
            future::pending::<()>().await;
        }
        Err::<Infallible, _>("reset")
    })
    .await
    .expect_err("it never works");
    assert_eq!(gave_up.error(), Some(&"reset"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_not_made_again() {
    let flaky = Flaky::failing(9);
    let call = retry(EXACT, || flaky.call());
    assert!(time::timeout(2 * SECOND, call.into_future()).await.is_err());
    time::sleep(60 * SECOND).await;
    assert_eq!(*flaky.calls.borrow(), [0, 1]);
}

/// One library draws the jitter of all calls from copies of one generator: they are all the same.
#[tokio::test(start_paused = true)]
async fn each_call_has_jitter_of_its_own() {
    let mut waits = Vec::new();
    for _ in 0..100 {
        let flaky = Flaky::failing(1);
        let call = retry(EXACT.jitter(Jitter::Full), || flaky.call());
        let answer = call.on_retry(|retrying| waits.push(retrying.wait)).await;
        assert_eq!(answer, Ok("done"));
    }
    waits.sort();
    waits.dedup();
    assert_eq!(waits.len(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_seed_makes_a_call_the_same_again() {
    let mut waits = Vec::new();
    for _ in 0..2 {
        let flaky = Flaky::failing(4);
        let call = retry(EXACT.jitter(Jitter::Full), || flaky.call()).seed(42);
        let answer = call.on_retry(|retrying| waits.push(retrying.wait)).await;
        assert_eq!(answer, Ok("done"));
    }
    let (first, second) = waits.split_at(4);
    assert_eq!(first, second);
}

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

#[test]
fn a_call_that_works_at_once_allocates_nothing_and_reads_no_clock() {
    struct NoClock;

    impl Timer for NoClock {
        type Sleep = Ready<()>;

        fn now(&self) -> Duration {
            unreachable!("nobody needs to know")
        }

        fn sleep(&self, _: Duration) -> Ready<()> {
            unreachable!("nobody sleeps")
        }
    }

    let cost = measure(|| {
        let answer = blocking(EXACT, || Ok::<_, &str>("done"))
            .timer(NoClock)
            .run();
        assert_eq!(answer, Ok("done"));
    });
    assert_eq!(cost.count_total, 0);
}

#[test]
fn limits_and_failures_allocate_nothing_either() {
    let mut future = Box::pin(async {
        let policy = Policy::new(EXACT)
            .deadline(60 * SECOND)
            .attempt_timeout(SECOND);
        let mut failures = 3;
        retry(policy, || {
            failures -= 1;
            future::ready(if failures == 0 {
                Ok("done")
            } else {
                Err("busy")
            })
        })
        .timer(|_| future::ready(()))
        .await
    });
    let mut answer = None;
    let mut context = Context::from_waker(Waker::noop());
    let cost = measure(|| answer = Some(future.as_mut().poll(&mut context)));
    assert_eq!(answer, Some(Poll::Ready(Ok("done"))));
    assert_eq!(cost.count_total, 0);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_tokio_is_that_of_its_runtime() {
    let began = Tokio.now();
    Tokio.sleep(90 * SECOND).await;
    assert_eq!(Tokio.now() - began, 90 * SECOND);
}

#[test]
fn a_thread_that_waits_does_so_by_its_timer() {
    struct Virtual<'a>(&'a Cell<Duration>);

    impl Timer for Virtual<'_> {
        type Sleep = Ready<()>;

        fn now(&self) -> Duration {
            self.0.get()
        }

        fn sleep(&self, wait: Duration) -> Ready<()> {
            self.0.set(self.0.get() + wait);
            future::ready(())
        }
    }

    let now = Cell::new(Duration::ZERO);
    let policy = Policy::new(EXACT).deadline(10 * SECOND);
    let gave_up = blocking(policy, || {
        now.set(now.get() + SECOND);
        Err::<Infallible, _>("busy")
    })
    .timer(Virtual(&now))
    .run()
    .expect_err("it never works");
    // It fails after 1, 3 and 6 s, and the next wait would end at 10.
    assert_eq!(gave_up.reason(), Reason::DeadlineWouldPass);
    assert_eq!(gave_up.elapsed(), 6 * SECOND);
    assert_eq!(now.get(), 6 * SECOND);
}

//! When attempts are made, and when no more are.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future;
use std::rc::Rc;

use retry::{Failure, Hint, Jitter, Policy, Reason, Timer, Tokio, retry};
use tokio::time::{self, Instant};

use crate::flaky::Flaky;
use crate::{EXACT, SECOND};

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

#[tokio::test(start_paused = true)]
async fn the_time_of_tokio_is_that_of_its_runtime() {
    let began = Tokio.now();
    Tokio.sleep(90 * SECOND).await;
    assert_eq!(Tokio.now() - began, 90 * SECOND);
}

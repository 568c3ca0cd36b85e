//! Layers of which each repeats its calls.
#![cfg(all(feature = "std", not(loom)))]

use std::cell::Cell;
use std::future::{self, Future};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use retry::{Backoff, Policy, Reason, nesting, retry};

const POLICY: Policy = Policy::new(Backoff::exponential().retries(6));

/// Runs what never waits.
fn run<T>(program: impl Future<Output = T>) -> T {
    match pin!(program).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits"),
    }
}

fn at_once(_: Duration) -> future::Ready<()> {
    future::ready(())
}

/// A call of a call of a call, each of which is repeated by such a policy, and how often the last is made.
fn attempts(policies: [Policy; 3]) -> u32 {
    let count = Cell::new(0);
    let [outer, middle, inner] = policies;
    let query = || async {
        count.set(count.get() + 1);
        Err::<(), _>(Reason::Permanent)
    };
    let inner = || async {
        retry(inner, query)
            .timer(at_once)
            .await
            .map_err(|error| error.reason())
    };
    let middle = || async {
        retry(middle, inner)
            .timer(at_once)
            .await
            .map_err(|error| error.reason())
    };
    let gave_up = run(retry(outer, middle).timer(at_once).into_future());
    let gave_up = gave_up.expect_err("it never works");
    assert_eq!(gave_up.reason(), Reason::RetriesSpent);
    count.get()
}

/// 7 * 7 * 7 = 343 elsewhere.
#[test]
fn three_layers_that_repeat_make_seven_attempts() {
    assert_eq!(attempts([POLICY; 3]), 7);
}

#[test]
fn a_policy_can_insist() {
    assert_eq!(attempts([POLICY, POLICY, POLICY.even_if_nested()]), 49);
    assert_eq!(attempts([POLICY, POLICY.even_if_nested(), POLICY]), 49);
    assert_eq!(attempts([POLICY.even_if_nested(), POLICY, POLICY]), 7);
}

#[test]
fn an_inner_layer_says_why_it_gave_up() {
    let query = || async { Err::<(), _>("down") };
    let gave_up = run(nesting::within(async {
        retry(POLICY, query).timer(at_once).await
    }));
    let gave_up = gave_up.expect_err("it never works");
    assert_eq!(gave_up.reason(), Reason::Nested);
    assert_eq!(gave_up.error(), Some(&"down"));
    assert_eq!(gave_up.attempts(), 1);
}

#[test]
fn what_comes_after_an_attempt_is_not_within_it() {
    let answer = run(async {
        let first = retry(POLICY, || async { Ok::<_, ()>(1) })
            .timer(at_once)
            .await;
        assert!(!nesting::is_nested());
        first
    });
    assert_eq!(answer, Ok(1));
    let calls = Cell::new(0);
    let query = || async {
        calls.set(calls.get() + 1);
        Err::<(), _>("down")
    };
    assert!(run(retry(POLICY, query).timer(at_once).into_future()).is_err());
    assert_eq!(calls.get(), 7);
}

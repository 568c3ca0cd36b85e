//! What a call costs beside the operation itself.

use std::future::{self, Ready};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use retry::{Policy, Timer, blocking, retry};

use crate::{EXACT, SECOND};

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

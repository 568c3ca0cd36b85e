//! Every order in which threads can come to a breaker, by loom. Run by `make loom`.

use loom::sync::Arc;
use loom::thread;

use crate::backoff::Backoff;
use crate::jitter::Jitter;

use super::*;

const START: Duration = Duration::from_secs(1_000);
const LATER: Duration = Duration::from_secs(1_010);

/// Opens when half of two have failed, for ten seconds, and closes after one probe.
fn policy() -> BreakerPolicy {
    let cooldown = Backoff::exponential()
        .base(Duration::from_secs(10))
        .factor(1);
    BreakerPolicy::usual()
        .over_time(Duration::from_secs(10))
        .failures(50, 2)
        .cooldown(cooldown.jitter(Jitter::None))
        .probes(1)
        .probe_timeout(Duration::from_secs(10))
}

fn breaker(policy: BreakerPolicy) -> Arc<Breaker> {
    Arc::new(Breaker::new(policy).seeded(1))
}

/// One that has opened at the start.
fn open() -> Arc<Breaker> {
    let breaker = breaker(policy());
    for _ in 0..2 {
        breaker.admit(START).expect("closed").fail(START, None);
    }
    breaker
}

fn succeed(breaker: &Breaker, now: Duration) -> bool {
    let call = breaker.admit(now);
    call.is_ok_and(|call| {
        call.succeed(now);
        true
    })
}

#[test]
fn no_result_is_lost_where_one_bucket_follows_another() {
    loom::model(|| {
        let breaker = breaker(policy().failures(100, 100));
        succeed(&breaker, START);
        let other = Arc::clone(&breaker);
        let next = START + Duration::from_secs(1);
        let there = thread::spawn(move || succeed(&other, next));
        succeed(&breaker, next);
        succeed(&breaker, START);
        there.join().expect("no panic");
        assert_eq!(breaker.counts().results, 4);
    });
}

#[test]
fn no_result_is_lost_where_a_number_of_calls_is_full() {
    loom::model(|| {
        // Two in a bucket.
        let breaker = breaker(policy().over_calls(20).failures(100, 20));
        succeed(&breaker, START);
        let other = Arc::clone(&breaker);
        let there = thread::spawn(move || {
            let call = other.admit(START).expect("closed");
            call.fail(START, None);
            succeed(&other, START);
        });
        succeed(&breaker, START);
        succeed(&breaker, START);
        there.join().expect("no panic");
        let counts = breaker.counts();
        assert_eq!((counts.results, counts.failed), (5, 1));
    });
}

#[test]
fn one_of_those_who_come_when_it_is_over_is_the_probe() {
    loom::model(|| {
        let breaker = open();
        let other = Arc::clone(&breaker);
        let there = thread::spawn(move || other.admit(LATER).map(std::mem::forget).is_ok());
        let here = breaker.admit(LATER).map(std::mem::forget).is_ok();
        assert_ne!(here, there.join().expect("no panic"));
    });
}

#[test]
fn a_success_of_before_closes_nothing_and_is_counted_nowhere() {
    loom::model(|| {
        let breaker = breaker(policy());
        let (other, late) = (Arc::clone(&breaker), Arc::clone(&breaker));
        let late = Breaker::admit_by(late, START).expect("closed");
        let there = thread::spawn(move || late.succeed(LATER));
        for _ in 0..2 {
            // The success may come in time, and then one more is needed.
            while let Ok(call) = breaker.admit(START) {
                call.fail(START, None);
            }
        }
        let probe = breaker.admit(LATER).expect("half open");
        assert!(probe.is_probe());
        probe.succeed(LATER);
        there.join().expect("no panic");
        assert_eq!(other.state(), BreakerState::Closed);
        assert_eq!(other.counts(), Counts::default());
    });
}

#[test]
fn a_failure_of_before_does_not_open_it_again() {
    loom::model(|| {
        let breaker = breaker(policy().failures(50, 1));
        let late = Breaker::admit_by(Arc::clone(&breaker), START).expect("closed");
        let there = thread::spawn(move || late.fail(START, None));
        // Whichever of the two comes first opens it.
        let call = breaker.admit(START).ok();
        if let Some(call) = call {
            call.fail(START, None);
        }
        if let Ok(probe) = breaker.admit(LATER) {
            probe.succeed(LATER);
        }
        there.join().expect("no panic");
        assert_eq!(breaker.state(), BreakerState::Closed);
    });
}

#[test]
fn a_probe_that_is_dropped_wedges_nothing() {
    loom::model(|| {
        let breaker = open();
        let other = Arc::clone(&breaker);
        let there = thread::spawn(move || drop(other.admit(LATER)));
        drop(breaker.admit(LATER));
        there.join().expect("no panic");
        assert!(succeed(&breaker, LATER));
        assert_eq!(breaker.state(), BreakerState::Closed);
    });
}

#[test]
fn two_failures_at_once_open_it_once() {
    loom::model(|| {
        let breaker = breaker(policy());
        let other = Arc::clone(&breaker);
        let fail = |breaker: &Breaker| {
            if let Ok(call) = breaker.admit(START) {
                call.fail(START, None);
            }
        };
        let there = thread::spawn(move || fail(&other));
        fail(&breaker);
        there.join().expect("no panic");
        assert_eq!(breaker.state(), BreakerState::Open { until: LATER });
        assert!(!succeed(&breaker, START));
    });
}

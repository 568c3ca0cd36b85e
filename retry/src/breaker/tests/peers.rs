//! What went wrong in comparable libraries.

use super::*;

/// `failsafe` 1.3 and `recloser` 1.4 let all calls through when they are half open.
#[test]
fn a_half_open_breaker_is_no_flood() {
    let breaker = open(STRICT);
    let later = START + SECOND * 10;
    let admitted: Vec<_> = (0..10_000)
        .filter_map(|_| breaker.admit(later).ok())
        .collect();
    assert_eq!(admitted.len(), 2);
    assert!(admitted.iter().all(Admission::is_probe));
}

/// Nor when probes come and go: only those that succeed make room for a closed breaker.
#[test]
fn probes_that_succeed_are_not_followed_by_more_than_are_missing() {
    let breaker = open(STRICT.probes(3));
    let later = START + SECOND * 10;
    succeed(&breaker, later);
    let admitted: Vec<_> = (0..10).filter_map(|_| breaker.admit(later).ok()).collect();
    assert_eq!(admitted.len(), 2);
}

/// In `failsafe` any success closes it, also one of a call that began before it opened.
#[test]
fn a_success_from_before_it_opened_does_not_close_it() {
    let breaker = Breaker::new(STRICT.probes(1));
    let before = breaker.admit(START).expect("closed");
    (0..4).for_each(|_| fail(&breaker, START));
    let later = START + SECOND * 10;
    let probe = breaker.admit(later).expect("half open");
    before.succeed(later);
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    probe.fail(later, None);
    assert_eq!(opens_at(&breaker), later + SECOND * 10);
}

/// In `tower-resilience` results of calls that began before count towards what the probes decide.
#[test]
fn a_failure_from_before_it_opened_does_not_open_it_again() {
    let breaker = Breaker::new(STRICT.probes(1));
    let before = [(); 4].map(|()| breaker.admit(START).expect("closed"));
    (0..4).for_each(|_| fail(&breaker, START));
    let later = START + SECOND * 10;
    let probe = breaker.admit(later).expect("half open");
    let [first, second, ..] = before;
    first.fail(later, None);
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    probe.succeed(later);
    second.fail(later, None);
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert_eq!(breaker.counts(), Counts::default());
}

#[test]
fn a_late_success_is_not_in_the_counts_of_another_time() {
    let breaker = Breaker::new(STRICT.probes(1));
    let before = [(); 10].map(|()| breaker.admit(START).expect("closed"));
    (0..4).for_each(|_| fail(&breaker, START));
    succeed(&breaker, START + SECOND * 10);
    for late in before {
        late.succeed(START + SECOND * 10);
    }
    assert_eq!(breaker.counts(), Counts::default());
}

/// A probe that was interrupted left `rezilience` half open for ever.
#[test]
fn a_probe_that_is_cancelled_lets_another_go() {
    let breaker = open(STRICT);
    let later = START + SECOND * 10;
    for _ in 0..100 {
        drop([(); 2].map(|()| breaker.admit(later).expect("half open")));
    }
    succeed(&breaker, later);
    succeed(&breaker, later);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

/// One that never said anything left OmniRoute half open for six days.
#[test]
fn a_probe_of_which_nothing_is_heard_is_forgotten() {
    let breaker = open(STRICT.probe_timeout(SECOND * 30));
    let later = START + SECOND * 10;
    let hang = [(); 2].map(|()| breaker.admit(later).expect("half open"));
    assert!(breaker.admit(later + SECOND * 29).is_err());

    let much_later = later + SECOND * 30;
    succeed(&breaker, much_later);
    let [first, second] = hang;
    // What is heard of them after all neither decides anything nor makes room for more.
    first.fail(much_later, None);
    drop(second);
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    let last = breaker.admit(much_later).expect("one is missing");
    assert!(breaker.admit(much_later).is_err());
    last.succeed(much_later);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

/// In resilience4j a result that was neither good nor bad used up a probe.
#[test]
fn no_number_of_results_that_say_nothing_wedges_it() {
    let breaker = open(STRICT.probe_timeout(Duration::MAX));
    let later = START + SECOND * 10;
    for _ in 0..1_000 {
        drop(breaker.admit(later).expect("half open"));
    }
    succeed(&breaker, later);
    drop(breaker.admit(later).expect("half open"));
    succeed(&breaker, later);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

/// In `tower-resilience` the window of calls does not slide: it is emptied when it is full, and so what
/// failed around its end is never seen together.
#[test]
fn the_window_of_calls_slides() {
    let breaker = Breaker::new(STRICT.over_calls(10).failures(60, 10));
    (0..7).for_each(|_| succeed(&breaker, START));
    (0..5).for_each(|_| fail(&breaker, START));
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, START);
    assert!(!breaker.state().is_closed());
}

/// Whoever retries asks once for each attempt, and what is refused by a breaker says nothing about the
/// far side.
#[test]
fn what_it_refuses_does_not_count() {
    let breaker = open(STRICT.probes(1));
    for second in 0..10 {
        assert!(breaker.admit(START + SECOND * second).is_err());
    }
    assert_eq!(opens_at(&breaker), START + SECOND * 10);
    succeed(&breaker, START + SECOND * 10);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

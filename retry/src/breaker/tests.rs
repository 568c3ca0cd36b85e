use std::sync::Arc;
use std::vec::Vec;

use crate::backoff::Backoff;
use crate::jitter::Jitter;

use super::*;

mod model;
mod peers;

const START: Duration = Duration::from_secs(1_000);
const SECOND: Duration = Duration::from_secs(1);

/// Opens when half of four have failed, for ten seconds, and closes after two probes.
const STRICT: BreakerPolicy = BreakerPolicy::usual()
    .failures(50, 4)
    .cooldown(TEN_SECONDS)
    .probes(2);

const TEN_SECONDS: Backoff = Backoff::exponential()
    .base(Duration::from_secs(10))
    .factor(1)
    .jitter(Jitter::None);

fn succeed(breaker: &Breaker, now: Duration) {
    breaker.admit(now).expect("admitted").succeed(now);
}

fn fail(breaker: &Breaker, now: Duration) {
    breaker.admit(now).expect("admitted").fail(now, None);
}

/// A breaker that has opened at the start.
fn open(policy: BreakerPolicy) -> Breaker {
    let breaker = Breaker::new(policy).seeded(1);
    while breaker.state().is_closed() {
        fail(&breaker, START);
    }
    breaker
}

/// Until when it is open.
fn opens_at(breaker: &Breaker) -> Duration {
    match breaker.state() {
        BreakerState::Open { until } => until,
        state => panic!("it is {state:?}"),
    }
}

#[test]
fn it_opens_when_enough_have_failed_and_not_before() {
    let breaker = Breaker::new(STRICT);
    for _ in 0..3 {
        fail(&breaker, START);
        assert_eq!(breaker.state(), BreakerState::Closed);
    }
    fail(&breaker, START);
    assert_eq!(opens_at(&breaker), START + SECOND * 10);
    let refused = breaker.admit(START + SECOND).expect_err("open");
    assert_eq!(refused.retry_after, Some(SECOND * 9));
}

#[test]
fn it_stays_closed_as_long_as_fewer_fail() {
    let breaker = Breaker::new(STRICT);
    for _ in 0..1_000 {
        succeed(&breaker, START);
        succeed(&breaker, START);
        fail(&breaker, START);
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    let counts = breaker.counts();
    assert_eq!(
        (counts.results, counts.failed, counts.slow),
        (3_000, 1_000, 0)
    );
}

#[test]
fn it_closes_when_all_probes_have_succeeded() {
    let breaker = open(STRICT);
    let later = START + SECOND * 10;
    succeed(&breaker, later);
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    succeed(&breaker, later);
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert_eq!(breaker.counts(), Counts::default());
}

#[test]
fn one_probe_that_fails_is_enough() {
    let breaker = open(STRICT);
    let later = START + SECOND * 10;
    succeed(&breaker, later);
    fail(&breaker, later);
    assert_eq!(opens_at(&breaker), later + SECOND * 10);
}

#[test]
fn calls_that_take_too_long_open_it_though_they_succeed() {
    let breaker = Breaker::new(STRICT.slow_calls(SECOND, 75));
    let call = |took: Duration| {
        let call = breaker.admit(START).expect("closed");
        call.succeed(START + took);
    };
    call(SECOND / 2);
    call(SECOND);
    call(SECOND * 2);
    assert_eq!(breaker.counts().slow, 2);
    call(SECOND);
    assert!(breaker.admit(START + SECOND * 2).is_err());
}

#[test]
fn a_probe_that_takes_too_long_has_failed() {
    let breaker = open(STRICT.slow_calls(SECOND, 75));
    let later = START + SECOND * 10;
    let probe = breaker.admit(later).expect("half open");
    probe.succeed(later + SECOND);
    assert_eq!(opens_at(&breaker), later + SECOND * 11);
}

#[test]
fn results_of_long_ago_are_forgotten_bucket_by_bucket() {
    let breaker = Breaker::new(STRICT.over_time(SECOND * 10).failures(50, 100));
    for second in 0..10 {
        fail(&breaker, START + SECOND * second);
        succeed(&breaker, START + SECOND * second);
    }
    assert_eq!(breaker.counts().results, 20);
    for second in 10..15 {
        succeed(&breaker, START + SECOND * second);
    }
    let counts = breaker.counts();
    assert_eq!((counts.results, counts.failed), (15, 5));
    succeed(&breaker, START + SECOND * 1_000);
    assert_eq!(breaker.counts().results, 1);
}

#[test]
fn the_last_calls_are_looked_at_one_by_one_if_they_are_few() {
    let breaker = Breaker::new(STRICT.over_calls(5).failures(60, 5));
    for _ in 0..20 {
        fail(&breaker, START);
        succeed(&breaker, START);
        succeed(&breaker, START);
    }
    assert_eq!(breaker.counts().results, 5);
    // Two of the last five, and then three of them.
    fail(&breaker, START);
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, START);
    assert!(!breaker.state().is_closed());
}

#[test]
fn of_more_calls_a_tenth_is_forgotten_at_a_time() {
    let breaker = Breaker::new(STRICT.over_calls(100).failures(100, 1_000));
    for results in 1..=1_000 {
        succeed(&breaker, START);
        let counted = breaker.counts().results;
        assert!(
            counted <= 100 && counted >= results.min(91),
            "{counted} of {results}"
        );
    }
    // A hundred failures are all there is, though a thousand were asked for.
    for _ in 0..99 {
        fail(&breaker, START);
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, START);
    assert!(!breaker.state().is_closed());
}

/// It looks when a tenth of the calls is full, whoever fills it; else calls of which each tenth succeeds
/// would never be enough.
#[test]
fn a_success_may_be_the_last_that_is_missing() {
    let breaker = Breaker::new(STRICT.over_calls(10).failures(50, 10));
    for _ in 0..9 {
        fail(&breaker, START);
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    succeed(&breaker, START);
    assert!(!breaker.state().is_closed());
}

#[test]
fn it_is_open_for_longer_each_time_but_not_for_longer_than_the_cap() {
    let growing = Backoff::exponential().jitter(Jitter::None);
    let growing = growing.base(SECOND).cap(SECOND * 5);
    let breaker = open(STRICT.cooldown(growing));
    let mut now = START;
    for seconds in [1, 2, 4, 5, 5] {
        assert_eq!(opens_at(&breaker), now + SECOND * seconds);
        now += SECOND * seconds;
        fail(&breaker, now);
    }
}

#[test]
fn who_opens_soon_after_it_closed_is_open_for_longer() {
    let growing = Backoff::exponential().base(SECOND).jitter(Jitter::None);
    let breaker = open(STRICT.cooldown(growing).probes(1));
    let closed = START + SECOND;
    succeed(&breaker, closed);
    let soon = closed + SECOND / 2;
    (0..4).for_each(|_| fail(&breaker, soon));
    assert_eq!(opens_at(&breaker), soon + SECOND * 2);

    succeed(&breaker, soon + SECOND * 2);
    let much_later = soon + SECOND * 100;
    (0..4).for_each(|_| fail(&breaker, much_later));
    assert_eq!(opens_at(&breaker), much_later + SECOND);
}

#[test]
fn breakers_that_opened_together_do_not_probe_together() {
    let ends: Vec<_> = (0..100)
        .map(|seed| {
            let breaker = Breaker::new(BreakerPolicy::usual()).seeded(seed);
            (0..20).for_each(|_| fail(&breaker, START));
            opens_at(&breaker) - START
        })
        .collect();
    let (first, last) = (ends.iter().min(), ends.iter().max());
    assert!(first > Some(&Duration::from_millis(2_499)), "{first:?}");
    assert!(first < Some(&Duration::from_millis(2_800)), "{first:?}");
    assert!(last <= Some(&Duration::from_secs(5)), "{last:?}");
    assert!(last > Some(&Duration::from_millis(4_700)), "{last:?}");
}

#[test]
fn it_is_open_at_least_as_long_as_the_server_asks() {
    let breaker = Breaker::new(STRICT);
    let call = breaker.admit(START).expect("closed");
    call.fail(START, Some(SECOND * 120));
    (0..3).for_each(|_| fail(&breaker, START + SECOND));
    let until = opens_at(&breaker);
    // And up to a tenth longer, by chance.
    assert!(
        until >= START + SECOND * 120 && until <= START + SECOND * 132,
        "{until:?}"
    );
}

#[test]
fn what_the_server_asked_for_is_over_when_it_is_back() {
    let breaker = open(STRICT.probes(1));
    let later = START + SECOND * 10;
    let probe = breaker.admit(later).expect("half open");
    probe.fail(later, Some(SECOND * 60));
    let until = opens_at(&breaker);
    assert!(until >= later + SECOND * 60, "{until:?}");
    succeed(&breaker, until);
    let soon = until + SECOND;
    (0..4).for_each(|_| fail(&breaker, soon));
    assert_eq!(opens_at(&breaker), soon + SECOND * 10);
}

#[test]
fn no_hint_keeps_it_open_for_ever() {
    let breaker = Breaker::new(STRICT);
    for _ in 0..4 {
        let call = breaker.admit(START).expect("closed");
        call.fail(START, Some(Duration::MAX));
    }
    assert!(opens_at(&breaker) <= START + SECOND * 3_960);
}

#[test]
fn who_forces_it_has_the_last_word() {
    let breaker = Breaker::new(STRICT);
    breaker.force_open(START);
    let refused = breaker
        .admit(START + SECOND * 1_000_000)
        .expect_err("forced");
    assert_eq!(refused.retry_after, None);

    breaker.force_closed(START);
    (0..1_000).for_each(|_| fail(&breaker, START));
    assert_eq!(breaker.state(), BreakerState::ForcedClosed);
    assert_eq!(breaker.counts(), Counts::default());

    breaker.reset(START);
    assert_eq!(breaker.state(), BreakerState::Closed);
    (0..4).for_each(|_| fail(&breaker, START));
    assert_eq!(opens_at(&breaker), START + SECOND * 10);
}

#[test]
fn a_call_that_began_before_it_was_forced_does_not_change_that() {
    let breaker = open(STRICT);
    let probe = breaker.admit(START + SECOND * 10).expect("half open");
    breaker.force_closed(START + SECOND * 11);
    probe.fail(START + SECOND * 12, None);
    assert_eq!(breaker.state(), BreakerState::ForcedClosed);
}

#[test]
fn changes_are_told_in_the_order_of_their_numbers() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let breaker = Breaker::new(STRICT.probes(1));
    let breaker = breaker.on_change(move |transition| telling.lock().push(transition));
    (0..4).for_each(|_| fail(&breaker, START));
    let later = START + SECOND * 10;
    succeed(&breaker, later);

    let told = told.lock();
    let open = BreakerState::Open { until: later };
    let states: Vec<_> = told.iter().map(|told| (told.from, told.to)).collect();
    assert_eq!(
        states,
        [
            (BreakerState::Closed, open),
            (open, BreakerState::HalfOpen),
            (BreakerState::HalfOpen, BreakerState::Closed),
        ]
    );
    assert!(told.is_sorted_by(|a, b| a.number < b.number));
}

#[test]
fn it_may_be_asked_from_where_it_tells_of_a_change() {
    let breaker = Arc::new(Breaker::new(STRICT));
    let slot = Arc::new(Mutex::new(None::<Arc<Breaker>>));
    let asked = Arc::clone(&slot);
    let telling = Breaker::new(STRICT).on_change(move |transition| {
        let asked = asked.lock().clone().expect("set before");
        assert_eq!(asked.state(), transition.to);
    });
    let telling = Arc::new(telling);
    *slot.lock() = Some(Arc::clone(&telling));
    (0..4).for_each(|_| fail(&telling, START));
    assert!(breaker.admit(START).is_ok());
    assert!(telling.admit(START).is_err());
}

#[test]
fn time_that_goes_back_forgets_nothing() {
    let breaker = Breaker::new(STRICT.over_time(SECOND * 10).failures(50, 1_000));
    fail(&breaker, START);
    for second in 1..20 {
        succeed(&breaker, START - SECOND * second);
        fail(&breaker, START - SECOND * second);
    }
    let counts = breaker.counts();
    assert_eq!((counts.results, counts.failed), (39, 20));
}

#[test]
fn an_admission_may_hold_the_breaker_itself() {
    let breaker = Arc::new(open(STRICT));
    let later = START + SECOND * 10;
    let probe = Breaker::admit_by(Arc::clone(&breaker), later).expect("half open");
    std::thread::spawn(move || probe.succeed(later))
        .join()
        .expect("no panic");
    succeed(&breaker, later);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn threads_lose_no_result() {
    let breaker = Breaker::new(STRICT.over_time(SECOND * 1_000).failures(90, 10));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for millis in 0..10_000 {
                    let now = START + Duration::from_millis(millis * 30);
                    match millis % 4 {
                        0 => fail(&breaker, now),
                        _ => succeed(&breaker, now),
                    }
                }
            });
        }
    });
    let counts = breaker.counts();
    assert_eq!((counts.results, counts.failed), (40_000, 10_000));
}

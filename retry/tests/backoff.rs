//! What holds for every backoff, and what went wrong in comparable libraries.

use std::{collections::HashSet, time::Duration};

use proptest::prelude::*;
use retry::{Backoff, Jitter};

fn any_duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::MAX),
        (0_u64..100_000).prop_map(Duration::from_millis),
        (any::<u64>(), 0_u32..1_000_000_000).prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
    ]
}

fn any_jitter() -> impl Strategy<Value = Jitter> {
    prop_oneof![Just(Jitter::Full), Just(Jitter::Equal), Just(Jitter::None)]
}

fn any_growth() -> impl Strategy<Value = Backoff> {
    prop_oneof![
        Just(Backoff::exponential()),
        Just(Backoff::decorrelated()),
        Just(Backoff::constant(Duration::from_secs(1))),
    ]
}

prop_compose! {
    fn any_backoff()(
        growth in any_growth(),
        base in any_duration(),
        factor in prop_oneof![0_u32..5, any::<u32>()],
        cap in any_duration(),
        jitter in any_jitter(),
    ) -> (Backoff, Duration) {
        let backoff = growth
            .base(base)
            .factor(factor)
            .cap(cap)
            .jitter(jitter)
            .retries(u32::MAX);
        (backoff, cap)
    }
}

fn any_retry() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..100, 1_000_u32..1_100, any::<u32>()]
}

proptest! {
    #[test]
    fn no_delay_is_longer_than_the_cap(
        (backoff, cap) in any_backoff(),
        retry in any_retry(),
        random in any::<u64>(),
    ) {
        if let Some(delay) = backoff.delay(retry, random) {
            prop_assert!(delay <= cap, "{delay:?} > {cap:?}");
        }
    }

    #[test]
    fn no_delay_of_a_call_is_longer_than_the_cap((backoff, cap) in any_backoff(), seed: u64) {
        for delay in backoff.delays(seed).take(200) {
            prop_assert!(delay <= cap, "{delay:?} > {cap:?}");
        }
    }

    #[test]
    fn the_delays_of_a_call_never_pass_what_is_known_without_them(
        (backoff, _) in any_backoff(),
        seed: u64,
    ) {
        for (retry, delay) in (0..).zip(backoff.delays(seed).take(200)) {
            prop_assert!(delay <= backoff.delay(retry, u64::MAX).unwrap());
        }
    }

    #[test]
    fn a_decorrelated_delay_is_between_the_base_and_three_times_the_one_before(
        base in any_duration(),
        cap in any_duration(),
        seed: u64,
    ) {
        let least = base.min(cap);
        let mut before = base;
        let backoff = Backoff::decorrelated().base(base).cap(cap).retries(100);
        for delay in backoff.delays(seed) {
            // A base beyond 584 years counts as that.
            prop_assert!(delay >= least.min(Duration::from_nanos(u64::MAX)));
            prop_assert!(delay <= before.saturating_mul(3));
            before = delay;
        }
    }

    #[test]
    fn the_ladder_never_goes_down(
        (backoff, _) in any_backoff(),
        retry in 0_u32..5_000,
        random in any::<u64>(),
    ) {
        let (this, next) = (backoff.delay(retry, random), backoff.delay(retry + 1, random));
        prop_assert!(this <= next, "{this:?} > {next:?}");
    }

    #[test]
    fn jitter_only_shortens_and_equal_jitter_by_half_at_most(
        (backoff, _) in any_backoff(),
        retry in 0_u32..5_000,
        random in any::<u64>(),
    ) {
        let delay = |jitter| backoff.jitter(jitter).delay(retry, random).unwrap();
        let whole = delay(Jitter::None);
        prop_assert!(delay(Jitter::Full) <= whole);
        prop_assert!(delay(Jitter::Equal) <= whole);
        prop_assert!(delay(Jitter::Equal) >= whole / 2);
    }

    #[test]
    fn there_are_exactly_as_many_delays_as_retries(retries in 0_u32..1_000, seed in any::<u64>()) {
        let backoff = Backoff::exponential().retries(retries);
        prop_assert_eq!(backoff.delays(seed).count(), usize::try_from(retries).unwrap());
        prop_assert_eq!(backoff.delay(retries, seed), None);
    }

    #[test]
    fn a_seed_gives_the_same_delays_again(seed in any::<u64>()) {
        let backoff = Backoff::exponential();
        prop_assert!(backoff.delays(seed).eq(backoff.delays(seed)));
    }
}

#[test]
fn the_default_ladder_is_half_a_second_doubled_six_times() {
    let exact = Backoff::exponential().jitter(Jitter::None).delays(0);
    assert!(
        exact
            .map(|delay| delay.as_millis())
            .eq([500, 1_000, 2_000, 4_000, 8_000, 16_000])
    );
}

/// The cap is applied before the jitter. The other way round, everyone who has reached it waits for
/// exactly as long as everyone else.
#[test]
fn delays_at_the_cap_are_still_spread() {
    let cap = Duration::from_secs(60);
    let backoff = Backoff::exponential().retries(20);
    let last: Vec<_> = (0..1_000)
        .filter_map(|seed| backoff.delays(seed).last())
        .collect();
    let distinct: HashSet<_> = last.iter().collect();
    assert!(distinct.len() > 990, "{} distinct delays", distinct.len());
    assert!(last.iter().any(|delay| *delay < cap / 10));
    assert!(last.iter().any(|delay| *delay > cap * 9 / 10));
}

/// A generator that is cloned and never moved on gives every call the same jitter.
#[test]
fn calls_that_failed_together_do_not_come_back_together() {
    const CLIENTS: u64 = 10_000;
    const SLOTS: usize = 50;
    // Neighbouring seeds are the hardest case for a weak generator.
    for retry in 0..6 {
        let mut arrivals = [0_u64; SLOTS];
        for seed in 0..CLIENTS {
            let delay = Backoff::exponential().delays(seed).nth(retry).unwrap();
            let longest = Duration::from_millis(500 << retry).as_nanos();
            let slot = delay.as_nanos() * SLOTS as u128 / (longest + 1);
            arrivals[usize::try_from(slot).unwrap()] += 1;
        }
        let fair = CLIENTS / SLOTS as u64;
        let peak = arrivals.into_iter().max().unwrap();
        assert!(
            peak < fair * 3 / 2,
            "retry {retry}: {peak} in one slot, {fair} would be fair"
        );
    }
}

/// Seconds and their fraction must not be scaled apart: then whole seconds get no jitter to speak of.
#[test]
fn whole_seconds_have_jitter_too() {
    let backoff = Backoff::exponential().base(Duration::from_secs(1));
    let whole = (0..1_000)
        .filter_map(|seed| backoff.delays(seed).next())
        .filter(|delay| delay.subsec_nanos() == 0)
        .count();
    assert_eq!(whole, 0);
}

#[test]
fn decorrelated_delays_fill_their_range() {
    let base = Duration::from_millis(500);
    let second = |seed| Backoff::decorrelated().delays(seed).nth(1).unwrap();
    let (short, long): (Vec<_>, Vec<_>) =
        (0..10_000).map(second).partition(|delay| *delay < base * 3);
    assert!(short.iter().all(|delay| *delay >= base));
    assert!(short.iter().any(|delay| *delay < base * 11 / 10));
    assert!(long.iter().all(|delay| *delay <= base * 9));
    assert!(long.iter().any(|delay| *delay > base * 8));
    assert!(long.len() > 2_000 && short.len() > 2_000);
}

/// Negative delays after a thousand retries, in one library, by an overflow.
#[test]
fn decorrelated_delays_reach_the_cap_and_stay_there() {
    let exact = Backoff::decorrelated().jitter(Jitter::None).retries(2_000);
    let seconds: Vec<_> = exact.delays(7).map(|delay| delay.as_millis()).collect();
    assert_eq!(seconds[..6], [1_500, 4_500, 13_500, 40_500, 60_000, 60_000]);
    assert!(seconds[4..].iter().all(|delay| *delay == 60_000));
}

#[test]
fn a_constant_delay_is_its_own_and_has_jitter() {
    for delay in [Duration::from_millis(5), Duration::from_secs(3_600)] {
        let backoff = Backoff::constant(delay);
        assert!(backoff.jitter(Jitter::None).delays(0).eq([delay; 6]));
        let spread: HashSet<_> = (0..1_000)
            .filter_map(|seed| backoff.delays(seed).last())
            .collect();
        assert!(spread.len() > 990);
        assert!(spread.iter().all(|waited| *waited <= delay));
    }
}

#[test]
fn a_base_above_the_cap_waits_for_the_cap() {
    let backoff = Backoff::exponential()
        .base(Duration::from_secs(90))
        .cap(Duration::from_secs(60))
        .jitter(Jitter::None);
    assert_eq!(backoff.delay(0, 0), Some(Duration::from_secs(60)));
}

#[test]
fn an_overflowing_step_waits_for_the_cap_and_does_not_end_the_retries() {
    let backoff = Backoff::exponential()
        .factor(u32::MAX)
        .jitter(Jitter::None)
        .retries(u32::MAX);
    for retry in [3, 64, 1_024, u32::MAX - 1] {
        assert_eq!(backoff.delay(retry, 0), Some(Duration::from_secs(60)));
    }
}

#[test]
fn a_base_of_zero_does_not_wait_and_still_ends() {
    let backoff = Backoff::exponential().base(Duration::ZERO).retries(1_000);
    assert_eq!(backoff.delays(7).sum::<Duration>(), Duration::ZERO);
}

#[test]
fn a_factor_of_zero_does_not_shrink_the_delays() {
    let backoff = Backoff::exponential().factor(0).jitter(Jitter::None);
    assert!(
        backoff
            .delays(0)
            .all(|delay| delay == Duration::from_millis(500))
    );
}

#[test]
fn a_backoff_without_a_cap_cannot_overflow() {
    let backoff = Backoff::exponential()
        .cap(Duration::MAX)
        .jitter(Jitter::None)
        .retries(u32::MAX);
    // Powers of two are what wrapping and truncation would turn into nothing.
    let fits = Duration::from_nanos(1 << 63);
    for base in [fits, fits * 2, Duration::MAX] {
        for retry in 1..200 {
            let delay = backoff.base(base).delay(retry, 0);
            assert_eq!(delay, Some(Duration::from_nanos(u64::MAX)), "retry {retry}");
        }
    }
}

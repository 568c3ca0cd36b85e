use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::Vec;
use std::{format, thread};

use proptest::prelude::*;

use super::*;
use crate::Quota;

static ONE: Rule = Rule::new("one", Quota::per_second(1));
static TWO: Rule = Rule::new("two", Quota::per_second(2));
static THREE: Rule = Rule::new("three", Quota::per_second(3));

fn memory() -> (Memory, Arc<AtomicU64>) {
    let time = Arc::new(AtomicU64::new(1));
    let clock = Arc::clone(&time);
    let memory = Memory::for_keys(1_000, WhenFull::Refuse)
        .with_clock(move || Time::from_micros(clock.load(Ordering::Relaxed)));
    (memory, time)
}

#[test]
fn keys_and_rules_do_not_share() {
    let (memory, _) = memory();
    assert!(memory.take(&ONE, "a", 1).is_allowed());
    assert!(!memory.take(&ONE, "a", 1).is_allowed());
    assert!(memory.take(&ONE, "b", 1).is_allowed());
    assert!(memory.take(&TWO, "a", 1).is_allowed());
    // Where a name ends and a key begins is no matter of chance.
    let odd = Rule::new("onea", Quota::per_second(1));
    assert!(memory.take(&odd, "", 1).is_allowed());
}

#[test]
fn what_one_rule_refuses_is_taken_from_none() {
    let (memory, _) = memory();
    let asks = [
        Ask::one(&THREE, "a"),
        Ask::one(&ONE, "a"),
        Ask::one(&TWO, "a"),
    ];
    assert!(memory.take_all(&asks).expect("few").is_allowed());

    let verdict = memory.take_all(&asks).expect("few");
    let remaining: Vec<_> = verdict
        .decisions()
        .map(|(rule, decision)| (rule.name(), decision.is_allowed(), decision.remaining()))
        .collect();
    assert_eq!(
        remaining,
        [("three", true, 2), ("one", false, 0), ("two", true, 1)]
    );
    assert_eq!(
        verdict.retry_after(),
        Some(core::time::Duration::from_secs(1))
    );
    assert_eq!(verdict.tightest().map(|(rule, _)| rule.name()), Some("one"));
    assert_eq!(memory.peek(&THREE, "a").remaining(), 2);
    assert_eq!(memory.peek(&TWO, "a").remaining(), 1);
}

#[test]
fn a_bucket_that_is_asked_for_twice_is_asked_twice() {
    let (memory, _) = memory();
    let twice = [Ask::one(&TWO, "a"), Ask::one(&TWO, "a")];
    let thrice = [
        Ask::one(&TWO, "b"),
        Ask::one(&TWO, "b"),
        Ask::one(&TWO, "b"),
    ];
    assert!(memory.take_all(&twice).expect("few").is_allowed());
    assert_eq!(memory.peek(&TWO, "a").remaining(), 0);
    assert!(!memory.take_all(&thrice).expect("few").is_allowed());
    assert_eq!(memory.peek(&TWO, "b").remaining(), 2);
}

#[test]
fn a_rule_in_shadow_counts_and_refuses_nothing() {
    let (memory, _) = memory();
    let shadow = ONE.clone().in_shadow();
    let asks = [Ask::one(&shadow, "a"), Ask::one(&TWO, "a")];
    assert!(memory.take_all(&asks).expect("few").is_allowed());
    let verdict = memory.take_all(&asks).expect("few");
    assert!(verdict.is_allowed());
    assert_eq!(verdict.refusals().count(), 0);
    assert_eq!(verdict.shadow_refusals().count(), 1);
    assert_eq!(verdict.retry_after(), None);

    let refused = memory.take_all(&asks).expect("few");
    assert_eq!(refused.refusals().count(), 1);
}

#[test]
fn more_rules_than_can_be_locked_are_refused_by_type() {
    let (memory, _) = memory();
    let asks = [Ask::one(&TWO, "a"); MAX_ASKS + 1];
    let refused = memory.take_all(&asks).expect_err("one too many");
    assert_eq!(
        refused,
        TooManyAsks {
            given: MAX_ASKS + 1
        }
    );
    assert!(memory.is_empty());
}

#[test]
fn what_is_given_back_can_be_taken_again() {
    let (memory, _) = memory();
    memory.take(&THREE, "a", 3);
    memory.refund(&THREE, "a", 2);
    assert_eq!(memory.peek(&THREE, "a").remaining(), 2);
    memory.refund(&THREE, "a", 200);
    assert_eq!(memory.peek(&THREE, "a").remaining(), 3);
    memory.charge(&THREE, "a", 4);
    assert!(
        !memory
            .peek(&THREE, "a")
            .bucket()
            .is_full(THREE.quota(), Time::from_micros(1))
    );
    memory.reset(&THREE, "a");
    assert_eq!(memory.peek(&THREE, "a").remaining(), 3);
}

#[test]
fn who_finds_no_room_is_refused_or_shares_as_was_agreed() {
    for (when_full, allowed) in [(WhenFull::Refuse, 0), (WhenFull::Share, 2)] {
        let memory = Memory::for_keys(1, when_full).with_clock(|| Time::from_micros(1));
        let mut crowd = (0..10_000_u32).map(|key| alloc::format!("{key}"));
        while !memory
            .take(&ONE, &crowd.next().expect("soon full"), 0)
            .is_crowded_out()
            && memory.len() < 126
        {
            memory.take(&ONE, &crowd.next().expect("soon full"), 1);
        }
        let late: Vec<_> = crowd
            .take(10)
            .map(|key| memory.take(&TWO, &key, 1))
            .collect();
        let taken = late.iter().filter(|decision| decision.is_allowed()).count();
        assert_eq!(taken, allowed, "{when_full:?}");
        let is_refused = when_full == WhenFull::Refuse;
        assert!(
            late.iter()
                .all(|decision| decision.is_crowded_out() == is_refused)
        );
        assert_eq!(memory.len(), 126);
    }
}

#[test]
fn n_threads_get_exactly_the_burst() {
    let rule = Rule::new("race", Quota::per_hour(1_000));
    let other = Rule::new("other", Quota::per_hour(3_000));
    let memory = Memory::for_keys(100, WhenFull::Refuse);
    let allowed: usize = thread::scope(|scope| {
        let run = || {
            let asks = [Ask::one(&rule, "a"), Ask::one(&other, "a")];
            let take = |_: &u32| memory.take_all(&asks).expect("few").is_allowed();
            (0..1_000_u32).filter(take).count()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    assert_eq!(allowed, 1_000);
    assert_eq!(memory.peek(&other, "a").remaining(), 2_000);
}

proptest! {
    #[test]
    fn several_rules_are_asked_as_one_would_ask_each_and_take_back(
        steps in proptest::collection::vec(
            (0..400_000_u64, proptest::collection::vec((0..3_usize, 0..2_usize, 0..4_u64), 1..5)),
            1..40,
        ),
    ) {
        let (memory, time) = memory();
        let (alone, alone_time) = self::memory();
        let rules = [ONE.clone(), TWO.clone(), THREE.clone()];
        for (pause, asked) in steps {
            time.fetch_add(pause, Ordering::Relaxed);
            alone_time.fetch_add(pause, Ordering::Relaxed);
            let asks: Vec<_> = asked
                .iter()
                .map(|&(rule, key, tokens)| Ask { rule: &rules[rule], key: ["a", "b"][key], tokens })
                .collect();
            let verdict = memory.take_all(&asks).expect("few");

            let mut taken = Vec::new();
            for ask in &asks {
                if alone.take(ask.rule, ask.key, ask.tokens).is_allowed() {
                    taken.push(ask);
                }
            }
            prop_assert_eq!(verdict.is_allowed(), taken.len() == asks.len());
            if !verdict.is_allowed() {
                taken.iter().for_each(|ask| alone.refund(ask.rule, ask.key, ask.tokens));
            }
            for rule in &rules {
                for key in ["a", "b"] {
                    prop_assert_eq!(memory.peek(rule, key), alone.peek(rule, key));
                }
            }
        }
    }
}

#[test]
fn buckets_that_are_moved_by_others_all_the_time_give_no_token_away() {
    // One shard, in which some keys stay and others come, fill up, and are cleared away.
    static STAYS: Rule = Rule::new("stays", Quota::per_hour(1).with_burst(BURST));
    static GOES: Rule = Rule::new("goes", Quota::per_second(1_000_000));
    const STAYING: usize = 2;
    const BURST: u64 = 30_000;
    let time = Arc::new(AtomicU64::new(1));
    let clock = Arc::clone(&time);
    let memory = Memory::for_keys(80, WhenFull::Refuse)
        .with_clock(move || Time::from_micros(clock.load(Ordering::Relaxed)));
    let taken: Vec<AtomicU64> = (0..STAYING).map(|_| AtomicU64::new(0)).collect();
    thread::scope(|scope| {
        for thread in 0..4 {
            let (memory, taken, time) = (&memory, &taken, &time);
            scope.spawn(move || {
                for round in 0..20_000_usize {
                    let key = round % STAYING;
                    let is_allowed = memory.take(&STAYS, &format!("{key}"), 1).is_allowed();
                    taken[key].fetch_add(u64::from(is_allowed), Ordering::Relaxed);
                    let passer_by = format!("{thread} {}", round % 60);
                    memory.take(&GOES, &passer_by, 1);
                    time.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    for (key, taken) in taken.iter().enumerate() {
        assert_eq!(taken.load(Ordering::Relaxed), BURST, "{key}");
        assert_eq!(memory.peek(&STAYS, &format!("{key}")).remaining(), 0);
    }
}

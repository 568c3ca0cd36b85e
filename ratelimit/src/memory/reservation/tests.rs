use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::Vec;
use std::{format, mem, thread};

use proptest::prelude::*;

use super::*;
use crate::{Migration, Quota, WhenFull};

const SECOND: u64 = 1_000_000;

/// A token a second, and 10 at once.
static TEN: Rule = Rule::new("ten", Quota::per_second(1).with_burst(10));

struct World {
    memory: Memory,
    time: Arc<AtomicU64>,
}

impl World {
    fn new(keys: usize, when_full: WhenFull) -> Self {
        let time = Arc::new(AtomicU64::new(1));
        let clock = Arc::clone(&time);
        let memory = Memory::for_keys(keys, when_full)
            .with_clock(move || Time::from_micros(clock.load(Ordering::Relaxed)));
        Self { memory, time }
    }

    fn pass(&self, micros: u64) {
        self.time.fetch_add(micros, Ordering::Relaxed);
    }

    fn reserve(&self, tokens: u64) -> Reservation<'_> {
        match self.memory.reserve(&TEN, "a", tokens) {
            Reserved::Granted(reservation) => reservation,
            Reserved::Refused(decision) => panic!("{decision:?}"),
        }
    }

    fn remaining(&self) -> u64 {
        self.memory.peek(&TEN, "a").remaining()
    }
}

fn world() -> World {
    World::new(1_000, WhenFull::Refuse)
}

#[test]
fn what_was_not_needed_is_given_back_and_what_was_needed_beyond_is_charged() {
    let world = world();
    assert_eq!(world.reserve(6).commit(2).remaining(), 8);
    assert_eq!(world.reserve(6).commit(6).remaining(), 2);
    assert_eq!(world.reserve(1).commit(2).remaining(), 0);
    assert_eq!(world.remaining(), 0);
    // Two beyond what was there are owed.
    world.pass(SECOND);
    assert_eq!(world.reserve(1).commit(3).remaining(), 0);
    world.pass(3 * SECOND);
    assert_eq!(world.remaining(), 1);
}

#[test]
fn no_number_of_tokens_overflows() {
    let world = world();
    for tokens in [11, 5_124_097, u64::MAX] {
        let refused = world.memory.reserve(&TEN, "a", tokens);
        assert!(matches!(refused, Reserved::Refused(decision) if decision.retry_after().is_none()));
    }
    assert_eq!(world.reserve(1).commit(u64::MAX).remaining(), 0);
    // Twice the burst is owed, and no more.
    world.pass(20 * SECOND);
    assert_eq!(world.remaining(), 10);
}

#[test]
fn nobody_else_has_what_is_reserved() {
    let world = world();
    let reservation = world.reserve(7);
    assert_eq!(world.remaining(), 3);
    let refused = world.memory.reserve(&TEN, "a", 4);
    assert!(matches!(refused, Reserved::Refused(decision) if decision.remaining() == 3));
    assert_eq!(world.remaining(), 3);
    reservation.cancel();
    assert_eq!(world.remaining(), 10);
}

#[test]
fn who_forgets_to_settle_has_used_nothing_and_who_never_drops_all() {
    let world = world();
    drop(world.reserve(7));
    assert_eq!(world.remaining(), 10);
    mem::forget(world.reserve(7));
    assert_eq!(world.remaining(), 3);
    world.pass(7 * SECOND);
    assert_eq!(world.remaining(), 10);
}

#[test]
fn what_came_back_by_itself_is_not_given_back_once_more() {
    let world = world();
    let reservation = world.reserve(10);
    world.pass(10 * SECOND);
    assert_eq!(reservation.expires_after(), Duration::ZERO);
    // Ten are there again, and taken; had nothing been reserved, there were no more.
    assert!(world.memory.take(&TEN, "a", 10).is_allowed());
    reservation.cancel();
    assert_eq!(world.remaining(), 0);
}

#[test]
fn a_reservation_expires_token_by_token() {
    for seconds in 0..=12 {
        let world = world();
        world.memory.take(&TEN, "a", 4);
        let reservation = world.reserve(6);
        assert_eq!(reservation.expires_after(), Duration::from_secs(10));
        world.pass(seconds * SECOND);
        let back = seconds.min(10);
        assert!(world.memory.take(&TEN, "a", back).is_allowed());
        reservation.cancel();
        // The four that were taken before came back first.
        let given = 6.min(10_u64.saturating_sub(seconds));
        assert_eq!(world.remaining(), given, "after {seconds} s");
    }
}

#[test]
fn who_shares_a_bucket_is_given_back_nothing_from_ones_own() {
    let world = World::new(1, WhenFull::Share);
    let own = world.reserve(10);
    // The bucket of its own is filled, forgotten, and its place taken by others.
    world.memory.reset(&TEN, "a");
    let filler = Rule::new("filler", Quota::per_hour(1));
    for key in 0..1_000 {
        world.memory.take(&filler, &format!("{key}"), 1);
    }
    assert!(world.memory.take(&TEN, "b", 10).is_allowed());
    own.cancel();
    assert_eq!(world.memory.peek(&TEN, "b").remaining(), 0);

    world.pass(10 * SECOND);
    let shared = world.reserve(10);
    assert_eq!(world.memory.peek(&TEN, "b").remaining(), 0);
    assert_eq!(shared.commit(1).remaining(), 9);
}

#[test]
fn who_finds_no_room_reserves_nothing() {
    let world = World::new(1, WhenFull::Refuse);
    for key in 0..1_000 {
        world.memory.take(&TEN, &format!("{key}"), 1);
    }
    let refused = world.memory.reserve(&TEN, "a", 1);
    assert!(matches!(refused, Reserved::Refused(decision) if decision.is_crowded_out()));
}

#[test]
fn a_change_of_the_quota_gives_nothing_away() {
    let world = world();
    let reservation = world.reserve(10);
    let changed = TEN.clone().changed_to(Quota::per_hour(20), Migration::AsIs);
    assert_eq!(world.memory.peek(&changed, "a").remaining(), 0);
    reservation.cancel();
    assert_eq!(world.memory.peek(&changed, "a").remaining(), 0);
}

#[test]
fn n_threads_reserve_exactly_what_there_is() {
    let world = World::new(100, WhenFull::Refuse);
    let rule = Rule::new("race", Quota::per_hour(1_000));
    let used: u64 = thread::scope(|scope| {
        let run = || {
            let reserve = |number: u64| match world.memory.reserve(&rule, "a", 3) {
                Reserved::Granted(reservation) => {
                    reservation.commit(number % 3);
                    number % 3
                }
                Reserved::Refused(_) => 0,
            };
            (0..1_000).map(reserve).sum::<u64>()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    let left = world.memory.peek(&rule, "a").remaining();
    assert_eq!(used + left, 1_000);
    assert!(left < 12, "so many can be reserved at once: {left}");
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Take(u64),
    Reserve(u64),
    /// Which of those that are reserved, and how many tokens of it were used.
    Commit(usize, u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..4 * SECOND).prop_map(Step::Wait),
        (1..6_u64).prop_map(Step::Take),
        (1..11_u64).prop_map(Step::Reserve),
        (0..6_usize, 0..11_u64).prop_map(|(which, used)| Step::Commit(which, used)),
    ];
    proptest::collection::vec(step, 1..60)
}

/// What was used: when it was admitted, and how much it was in the end.
type Used = Vec<(Time, u64)>;

/// Runs a history with no more than so many reservations at a time. All are settled in the end.
fn run(steps: Vec<Step>, at_a_time: usize) -> Used {
    let world = world();
    let mut used = Vec::new();
    let mut held: Vec<(usize, Reservation<'_>)> = Vec::new();
    for step in steps {
        let now = world.memory.now();
        match step {
            Step::Wait(micros) => world.pass(micros),
            Step::Take(tokens) => {
                if world.memory.take(&TEN, "a", tokens).is_allowed() {
                    used.push((now, tokens));
                }
            }
            Step::Reserve(tokens) if held.len() < at_a_time => {
                if let Reserved::Granted(it) = world.memory.reserve(&TEN, "a", tokens) {
                    held.push((used.len(), it));
                    used.push((now, 0));
                }
            }
            Step::Commit(which, tokens) if which < held.len() => {
                let (entry, reservation) = held.swap_remove(which);
                let tokens = tokens.min(reservation.tokens());
                used[entry].1 = tokens;
                reservation.commit(tokens);
            }
            Step::Reserve(_) | Step::Commit(..) => {}
        }
    }
    used
}

proptest! {
    #[test]
    fn no_more_is_used_than_the_quota_allows(steps in steps()) {
        let used = run(steps, usize::MAX);
        let mut sum = 0;
        for (time, tokens) in used {
            sum += tokens;
            let allowed = 10 * SECOND + time.as_micros();
            prop_assert!(sum * SECOND <= allowed, "{sum} at {time:?}");
        }
    }

    #[test]
    fn one_at_a_time_is_as_if_what_was_used_had_been_known_before(steps in steps()) {
        let mut bucket = Bucket::FULL;
        for (time, tokens) in run(steps, 1) {
            let decision = bucket.take(TEN.quota(), time, tokens);
            prop_assert!(decision.is_allowed(), "{decision:?}");
            bucket = decision.bucket();
        }
    }
}

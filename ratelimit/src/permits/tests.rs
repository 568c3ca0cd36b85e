use std::collections::BTreeMap;
use std::string::ToString;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::vec::Vec;
use std::{mem, thread};

use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1_000_000;

static TWO: Concurrency = Concurrency::new("two", 2, Duration::from_secs(10));
static ONE: Concurrency = Concurrency::new("one", 1, Duration::from_secs(10));

struct World {
    permits: Permits,
    time: Arc<AtomicU64>,
}

impl World {
    fn new(capacity: usize, when_full: WhenFull) -> Self {
        let time = Arc::new(AtomicU64::new(1));
        let clock = Arc::clone(&time);
        let permits = Permits::with_room_for(capacity, when_full)
            .with_clock(move || Time::from_micros(clock.load(Ordering::Relaxed)));
        Self { permits, time }
    }

    fn pass(&self, micros: u64) {
        self.time.fetch_add(micros, Ordering::Relaxed);
    }

    fn admit(&self, rule: &Concurrency, key: &str) -> Permit {
        match self.permits.take(rule, key) {
            Admission::Admitted(permit) => permit,
            Admission::Refused(busy) => panic!("{busy:?}"),
        }
    }

    fn refuse(&self, rule: &Concurrency, key: &str) -> Busy {
        match self.permits.take(rule, key) {
            Admission::Admitted(permit) => panic!("{permit:?}"),
            Admission::Refused(busy) => busy,
        }
    }
}

fn world() -> World {
    World::new(1_000, WhenFull::Refuse)
}

#[test]
fn who_has_all_permits_gets_another_when_one_is_given_back() {
    let world = world();
    let first = world.admit(&TWO, "a");
    world.pass(3 * SECOND);
    let second = world.admit(&TWO, "a");
    let expected = Busy {
        in_flight: 2,
        at_once: 2,
        free_after: Duration::from_secs(7),
        is_crowded_out: false,
    };
    assert_eq!(world.refuse(&TWO, "a"), expected);

    drop(second);
    let third = world.admit(&TWO, "a");
    world.refuse(&TWO, "a");
    drop((first, third));
    assert!(world.permits.is_empty());
}

#[test]
fn keys_and_rules_do_not_share() {
    let world = world();
    let _held = [
        world.admit(&ONE, "a"),
        world.admit(&ONE, "b"),
        world.admit(&TWO, "a"),
    ];
    world.refuse(&ONE, "a");
    assert_eq!(world.permits.in_flight(&TWO, "a"), 1);
    assert_eq!(world.permits.in_flight(&TWO, "b"), 0);
}

#[test]
fn work_that_hangs_locks_nobody_out_for_longer_than_its_lease() {
    let world = world();
    let hanging = world.admit(&ONE, "a");
    mem::forget(world.admit(&ONE, "b"));
    world.pass(10 * SECOND - 1);
    assert_eq!(world.refuse(&ONE, "a").free_after, Duration::from_micros(1));
    world.pass(1);
    assert_eq!(hanging.expires_after(), Duration::ZERO);
    let _next = [world.admit(&ONE, "a"), world.admit(&ONE, "b")];

    // What it had is not its own any more, and it gives back nothing.
    drop(hanging);
    assert_eq!(world.permits.in_flight(&ONE, "a"), 1);
    world.refuse(&ONE, "a");
}

#[test]
fn a_lease_can_be_renewed_while_it_lasts() {
    let world = world();
    let mut permit = world.admit(&ONE, "a");
    for _ in 0..5 {
        world.pass(9 * SECOND);
        assert!(permit.renew());
        assert_eq!(permit.expires_after(), Duration::from_secs(10));
        world.refuse(&ONE, "a");
    }
    world.pass(10 * SECOND);
    assert!(!permit.renew(), "somebody else may run by now");
    let _other = world.admit(&ONE, "a");
    drop(permit);
    world.refuse(&ONE, "a");
}

#[test]
fn a_limit_that_is_lowered_waits_until_there_are_fewer() {
    let world = world();
    let _held: Vec<_> = (0..4)
        .map(|_| {
            world.pass(SECOND);
            let four = Concurrency::new("rule", 4, Duration::from_secs(10));
            world.admit(&four, "a")
        })
        .collect();
    let after = |at_once| {
        let rule = Concurrency::new("rule", at_once, Duration::from_secs(10));
        world.refuse(&rule, "a").free_after
    };
    assert_eq!(after(4), Duration::from_secs(7));
    assert_eq!(after(1), Duration::from_secs(10));
    assert_eq!(after(0), Duration::MAX);
}

#[test]
fn invented_keys_take_no_more_room_than_there_is() {
    let world = World::new(100, WhenFull::Refuse);
    let mut held = Vec::new();
    for key in 0..10_000_u32 {
        match world.permits.take(&ONE, &key.to_string()) {
            Admission::Admitted(permit) => held.push(permit),
            Admission::Refused(busy) => {
                assert!(busy.is_crowded_out);
                assert_eq!(busy.free_after, Duration::from_secs(10));
            }
        }
    }
    assert_eq!((held.len(), world.permits.len()), (100, 100));
    // One whose limit is reached is told so, room or no room.
    assert!(!world.refuse(&ONE, "0").is_crowded_out);
    held.truncate(99);
    drop(world.admit(&ONE, "another"));

    world.pass(10 * SECOND);
    assert_eq!(world.permits.len(), 0, "nobody has to drop anything");
    let _new: Vec<_> = (0..100)
        .map(|key| world.admit(&ONE, &key.to_string()))
        .collect();
}

#[test]
fn those_for_whom_there_is_no_room_share_as_was_agreed() {
    let world = World::new(1, WhenFull::Share);
    let own = world.admit(&TWO, "a");
    // Who is known and finds no room for more has no part in what others share.
    assert!(world.refuse(&TWO, "a").is_crowded_out);
    let shared = [world.admit(&TWO, "b"), world.admit(&TWO, "c")];
    let busy = world.refuse(&TWO, "d");
    assert_eq!((busy.in_flight, busy.is_crowded_out), (2, false));
    assert_eq!(world.permits.len(), 3);

    drop(shared);
    let mut again = world.admit(&TWO, "d");
    world.pass(9 * SECOND);
    assert!(again.renew());
    drop(own);
    drop(world.admit(&TWO, "d"));
    assert_eq!(world.permits.len(), 1);
}

#[test]
fn of_n_threads_never_more_run_than_may() {
    let permits = Permits::with_room_for(100, WhenFull::Refuse);
    let three = Concurrency::new("three", 3, Duration::from_secs(3_600));
    let running = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let _permit = loop {
                        match permits.take(&three, "a") {
                            Admission::Admitted(permit) => break permit,
                            Admission::Refused(_) => thread::yield_now(),
                        }
                    };
                    assert!(running.fetch_add(1, Ordering::SeqCst) < 3);
                    running.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert!(permits.is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    Take(u64, usize),
    Drop(usize),
    Renew(usize),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..4_u64, 1..4_usize).prop_map(|(key, at_once)| Step::Take(key, at_once)),
        1 => (0..8_usize).prop_map(Step::Drop),
        1 => (0..8_usize).prop_map(Step::Renew),
        1 => (0..8 * SECOND).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..80)
}

proptest! {
    #[test]
    fn it_is_a_list_of_who_runs_until_when(steps in steps(), capacity in 1..6_usize) {
        let world = World::new(capacity, WhenFull::Refuse);
        // By number: whose it is and when it ends.
        let mut model: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
        let mut held: Vec<(usize, Permit)> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            let now = world.time.load(Ordering::Relaxed);
            model.retain(|_, (_, end)| *end > now);
            match step {
                Step::Wait(micros) => world.pass(micros),
                Step::Take(key, at_once) => {
                    let rule = Concurrency::new("rule", at_once, Duration::from_secs(10));
                    let mut ends: Vec<_> = model
                        .values()
                        .filter_map(|(of, end)| (*of == key).then_some(*end))
                        .collect();
                    ends.sort_unstable();
                    let is_busy = ends.len() >= at_once;
                    match world.permits.take(&rule, &key.to_string()) {
                        Admission::Admitted(permit) => {
                            prop_assert!(!is_busy && model.len() < capacity);
                            model.insert(number, (key, now + 10 * SECOND));
                            held.push((number, permit));
                        }
                        Admission::Refused(busy) => {
                            prop_assert_eq!(busy.in_flight, ends.len());
                            prop_assert_eq!(busy.is_crowded_out, !is_busy);
                            prop_assert!(is_busy || model.len() == capacity);
                            let free = if is_busy {
                                ends[ends.len() - at_once]
                            } else {
                                *model.values().map(|(_, end)| end).min().expect("no room")
                            };
                            prop_assert_eq!(busy.free_after, Duration::from_micros(free - now));
                        }
                    }
                }
                Step::Drop(which) if which < held.len() => {
                    model.remove(&held.swap_remove(which).0);
                }
                Step::Renew(which) if which < held.len() => {
                    let (number, permit) = &mut held[which];
                    let end = model.get_mut(number).map(|(_, end)| *end = now + 10 * SECOND);
                    prop_assert_eq!(permit.renew(), end.is_some());
                }
                Step::Drop(_) | Step::Renew(_) => {}
            }
        }
        let now = world.time.load(Ordering::Relaxed);
        model.retain(|_, (_, end)| *end > now);
        prop_assert_eq!(world.permits.len(), model.len());
        drop(held);
        prop_assert!(world.permits.is_empty());
    }
}

use std::vec::Vec;

use super::*;
use crate::Quota;

use world::World;

mod model;
mod world;

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(1_000);

/// A token a second, and two at once.
static TWO: Rule = Rule::new("two", Quota::per_second(1).with_burst(2));
static OTHER: Rule = Rule::new("other", Quota::per_second(1).with_burst(2));

#[test]
fn who_comes_first_is_served_first_each_at_an_instant_of_its_own() {
    let mut world = World::new(100);
    let tasks: Vec<_> = (0..12).map(|_| world.arrive(&TWO, "a", 1, LONG)).collect();
    assert_eq!(world.queue.waiting(), 10);
    world.pass(LONG);
    for (place, task) in tasks.into_iter().enumerate() {
        let at = 1_000 * (place as u64).saturating_sub(1);
        assert_eq!(world.taken(task), Some(at));
        let polls = world.tasks[task].polls;
        assert!(polls <= 3, "arrived, became the first, had slept: {polls}");
    }
    assert_eq!(world.queue.waiting(), 0);
}

#[test]
fn who_wants_much_is_not_overtaken_by_who_wants_little() {
    let mut world = World::new(100);
    let first = world.arrive(&TWO, "a", 1, LONG);
    let much = world.arrive(&TWO, "a", 2, LONG);
    let little = world.arrive(&TWO, "a", 1, LONG);
    world.pass(LONG);
    assert_eq!(world.taken(first), Some(0));
    assert_eq!(world.taken(much), Some(1_000));
    assert_eq!(world.taken(little), Some(2_000));
}

#[test]
fn keys_and_rules_do_not_wait_for_each_other() {
    let mut world = World::new(100);
    for _ in 0..5 {
        world.arrive(&TWO, "a", 2, LONG);
    }
    let others = [
        world.arrive(&TWO, "b", 2, LONG),
        world.arrive(&OTHER, "a", 2, LONG),
    ];
    assert_eq!(others.map(|task| world.taken(task)), [Some(0), Some(0)]);
}

#[test]
fn whose_turn_comes_too_late_is_told_at_once() {
    let mut world = World::new(100);
    world.arrive(&TWO, "a", 2, LONG);
    world.arrive(&TWO, "a", 2, LONG);
    let in_time = world.arrive(&TWO, "a", 1, 3 * SECOND);
    let late = world.arrive(&TWO, "a", 1, 4 * SECOND - Duration::from_micros(1));
    let ready_after = 4 * SECOND;
    assert_eq!(world.turn(late), Some(Turn::TooLate { ready_after }));
    let alone = world.arrive(&TWO, "b", 2, LONG);
    let alone_late = world.arrive(&TWO, "b", 1, Duration::ZERO);
    assert_eq!(world.taken(alone), Some(0));
    assert_eq!(
        world.turn(alone_late),
        Some(Turn::TooLate {
            ready_after: SECOND
        })
    );
    world.pass(LONG);
    assert_eq!(world.taken(in_time), Some(3_000));
}

#[test]
fn more_than_the_burst_is_never_there_whether_others_wait_or_not() {
    let mut world = World::new(100);
    let alone = world.arrive(&TWO, "a", 3, LONG);
    world.arrive(&TWO, "a", 2, LONG);
    world.arrive(&TWO, "a", 2, LONG);
    let behind = world.arrive(&TWO, "a", u64::MAX, LONG);
    for task in [alone, behind] {
        assert_eq!(world.turn(task), Some(Turn::Never));
    }
}

#[test]
fn no_more_wait_than_there_is_room_for() {
    let mut world = World::new(2);
    for _ in 0..2 {
        world.arrive(&TWO, "a", 2, LONG);
    }
    let second = world.arrive(&OTHER, "a", 2, LONG);
    assert_eq!(
        world.taken(second),
        Some(0),
        "who need not wait needs no room"
    );
    world.arrive(&OTHER, "a", 2, LONG);
    let third = world.arrive(&OTHER, "a", 1, LONG);
    assert_eq!(world.turn(third), Some(Turn::NoRoom));
    assert_eq!(world.queue.waiting(), 2);
    world.cancel(1);
    world.arrive(&OTHER, "a", 1, LONG);
    assert_eq!(world.queue.waiting(), 2);
}

#[test]
fn who_leaves_has_taken_nothing_and_those_behind_move_up() {
    for leaves in 1..5 {
        let mut world = World::new(100);
        let tasks: Vec<_> = (0..6).map(|_| world.arrive(&TWO, "a", 2, LONG)).collect();
        world.pass(SECOND);
        world.cancel(tasks[leaves]);
        world.pass(LONG);
        let stayed = tasks.iter().filter(|task| **task != leaves);
        let taken: Vec<_> = stayed
            .map(|task| world.taken(*task).expect("served"))
            .collect();
        assert_eq!(taken, [0, 2_000, 4_000, 6_000, 8_000], "{leaves} left");
    }
}

#[test]
fn who_leaves_in_the_moment_it_is_woken_passes_its_turn_on() {
    let mut world = World::new(100);
    let tasks: Vec<_> = (0..4).map(|_| world.arrive(&TWO, "a", 2, LONG)).collect();
    // The first two of those who wait go at once; the second is woken by the first, and never polled.
    world.tasks[tasks[1]].future = None;
    assert!(world.tasks[tasks[2]].flag.is_up());
    world.tasks[tasks[2]].future = None;
    world.run();
    world.pass(LONG);
    assert_eq!(world.taken(tasks[3]), Some(2_000));
}

#[test]
fn a_line_that_everybody_left_admits_the_next_at_once() {
    let mut world = World::new(100);
    let tasks: Vec<_> = (0..4).map(|_| world.arrive(&TWO, "a", 2, LONG)).collect();
    for &task in &tasks[1..] {
        world.cancel(task);
    }
    assert_eq!(world.queue.waiting(), 0);
    world.pass(2 * SECOND);
    let next = world.arrive(&TWO, "a", 2, Duration::ZERO);
    assert_eq!(world.taken(next), Some(2_000));
}

#[test]
fn who_takes_without_waiting_delays_the_first_but_never_beyond_its_patience() {
    let mut world = World::new(100);
    world.arrive(&TWO, "a", 2, LONG);
    let first = world.arrive(&TWO, "a", 2, 3 * SECOND);
    let second = world.arrive(&TWO, "a", 1, 6 * SECOND);
    world.pass(SECOND);
    assert!(world.queue.limiter().take(&TWO, "a", 1).is_allowed());
    world.pass(2 * SECOND);
    assert_eq!(world.taken(first), Some(3_000));
    for _ in 0..3 {
        world.pass(SECOND / 2);
        world.queue.limiter().charge(&TWO, "a", 1);
        world.pass(SECOND / 2);
    }
    let late = Turn::TooLate {
        ready_after: SECOND,
    };
    assert_eq!(world.tasks[second].turn, Some((late, 6_000_000)));
}

#[test]
fn who_stands_behind_somebody_that_is_not_polled_goes_when_its_patience_ends() {
    let mut world = World::new(100);
    world.arrive(&TWO, "a", 2, LONG);
    let asleep = world.arrive(&TWO, "a", 1, LONG);
    let behind = world.arrive(&TWO, "a", 1, 5 * SECOND);
    let kept = world.tasks[asleep].future.take();
    world.pass(LONG);
    let (turn, at) = world.tasks[behind].turn.expect("it is over");
    assert_eq!(
        (turn, at),
        (
            Turn::TooLate {
                ready_after: Duration::ZERO
            },
            5_000_000
        )
    );
    drop(kept);
    assert_eq!(world.queue.waiting(), 0);
}

#[test]
fn patience_without_end_does_not_overflow() {
    let mut world = World::new(100);
    world.arrive(&TWO, "a", 2, Duration::MAX);
    let tasks: Vec<_> = (0..3)
        .map(|_| world.arrive(&TWO, "a", 1, Duration::MAX))
        .collect();
    world.pass(LONG);
    assert_eq!(world.taken(tasks[2]), Some(3_000));
}

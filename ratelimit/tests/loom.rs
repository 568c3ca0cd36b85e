//! Every order in which a few threads can take the locks. Run by `make loom`.
#![cfg(loom)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use loom::future::block_on;
use loom::sync::atomic::AtomicBool;
use loom::thread;
use ratelimit::{
    Admission, Ask, Concurrency, Memory, Migration, Permits, Queue, Quota, Reserved, Rule, Time,
    Turn, WhenFull,
};

static ONE: Rule = Rule::new("one", Quota::per_second(1));
static TWO: Rule = Rule::new("two", Quota::per_hour(2));

/// Several shards, in which the keys of a test are spread. In a model a shard has three slots.
const SPREAD: usize = 5;
const SLOTS: usize = 3;

fn memory(keys: usize, when_full: WhenFull) -> Arc<Memory> {
    Arc::new(Memory::for_keys(keys, when_full).with_clock(|| Time::from_micros(1)))
}

#[test]
fn two_who_take_all_in_opposite_order_do_not_wait_for_each_other() {
    loom::model(|| {
        let memory = memory(SPREAD, WhenFull::Refuse);
        let keys = ["a", "b", "c", "d"];
        let take = |memory: &Memory, keys: [&str; 4]| {
            let asks = keys.map(|key| Ask::one(&TWO, key));
            memory.take_all(&asks).expect("few").is_allowed()
        };
        let other = Arc::clone(&memory);
        let opposite = thread::spawn(move || {
            take(&other, ["d", "c", "b", "a"]) & take(&other, ["c", "d", "a", "b"])
        });
        let here = take(&memory, keys);
        let there = opposite.join().expect("no panic");
        assert!(!(here && there), "only two of the three can be");
        let left = keys.map(|key| memory.peek(&TWO, key).remaining());
        assert_eq!(left, [0; 4]);
    });
}

#[test]
fn what_is_taken_in_a_race_is_taken_once() {
    loom::model(|| {
        let memory = memory(1, WhenFull::Refuse);
        let other = Arc::clone(&memory);
        let there = thread::spawn(move || other.take(&TWO, "a", 2).is_allowed());
        let here = memory.take(&TWO, "a", 2).is_allowed();
        assert_ne!(here, there.join().expect("no panic"));
    });
}

#[test]
fn a_bucket_is_taken_over_once() {
    loom::model(|| {
        let memory = memory(1, WhenFull::Refuse);
        memory.take(&TWO, "a", 1);
        let four = TWO
            .clone()
            .changed_to(Quota::per_hour(4), Migration::Additive);
        let (other, rule) = (Arc::clone(&memory), four.clone());
        let there = thread::spawn(move || other.take(&rule, "a", 2).is_allowed());
        let here = memory.take(&four, "a", 2).is_allowed();
        assert_ne!(here, there.join().expect("no panic"));
        assert_eq!(memory.peek(&four, "a").remaining(), 1);
    });
}

#[test]
fn those_who_share_a_bucket_lock_it_last() {
    loom::model(|| {
        let memory = memory(1, WhenFull::Share);
        for key in 0..SLOTS {
            memory.take(&ONE, &key.to_string(), 1);
        }
        let other = Arc::clone(&memory);
        let there = thread::spawn(move || {
            let asks = [
                Ask::one(&ONE, "0"),
                Ask::one(&TWO, "x"),
                Ask::one(&TWO, "y"),
            ];
            other.take_all(&asks).expect("few").is_allowed()
        });
        let here = memory.take(&TWO, "z", 1).is_allowed();
        assert!(here && !there.join().expect("no panic"));
        assert_eq!(memory.peek(&TWO, "x").remaining(), 1);
    });
}

#[test]
fn a_reservation_gives_back_what_it_took() {
    loom::model(|| {
        let memory = memory(1, WhenFull::Refuse);
        let other = Arc::clone(&memory);
        let there = thread::spawn(move || match other.reserve(&TWO, "a", 2) {
            Reserved::Granted(reservation) => {
                reservation.commit(1);
                true
            }
            Reserved::Refused(_) => false,
        });
        let here = memory.take(&TWO, "a", 1).is_allowed();
        let used = u64::from(here) + u64::from(there.join().expect("no panic"));
        assert!(used > 0);
        assert_eq!(memory.peek(&TWO, "a").remaining(), 2 - used);
    });
}

#[test]
fn one_permit_is_held_once() {
    static ALONE: Concurrency = Concurrency::new("alone", 1, Duration::from_secs(60));
    loom::model(|| {
        let permits = Permits::with_room_for(1, WhenFull::Refuse);
        let permits = permits.with_clock(|| Time::from_micros(1));
        let running = Arc::new(AtomicBool::new(false));
        let run = |permits: &Permits, running: &AtomicBool| {
            let Admission::Admitted(_permit) = permits.take(&ALONE, "a") else {
                return false;
            };
            assert!(!running.swap(true, Relaxed));
            running.store(false, Relaxed);
            true
        };
        let (other, others) = (permits.clone(), Arc::clone(&running));
        let there = thread::spawn(move || run(&other, &others));
        let here = run(&permits, &running);
        assert!(here | there.join().expect("no panic"));
        assert!(permits.is_empty());
    });
}

/// A queue before a bucket that is empty, in a time that passes when somebody sleeps until its turn.
fn queue() -> Arc<Queue> {
    let time = Arc::new(AtomicU64::new(1));
    let clock = Arc::clone(&time);
    let memory = Memory::for_keys(1, WhenFull::Refuse)
        .with_clock(move || Time::from_micros(clock.load(Relaxed)));
    memory.take(&ONE, "a", 1);
    let sleep = move |duration: Duration| {
        let time = Arc::clone(&time);
        let mut was_polled = false;
        std::future::poll_fn(move |context| {
            if duration > Duration::from_secs(100) {
                return Poll::Pending;
            }
            if was_polled {
                time.fetch_add(duration.as_micros() as u64, Relaxed);
                return Poll::Ready(());
            }
            was_polled = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
    };
    Arc::new(Queue::new(memory, 10, sleep))
}

/// Somebody whose patience is longer than any sleep that ends.
async fn wait(queue: &Queue) {
    let turn = queue
        .until_ready(&ONE, "a", 1, Duration::from_secs(1_000))
        .await;
    assert!(matches!(turn, Turn::Taken(_)), "{turn:?}");
}

#[test]
fn nobody_who_waits_is_forgotten() {
    loom::model(|| {
        let queue = queue();
        let other = Arc::clone(&queue);
        let there = thread::spawn(move || block_on(wait(&other)));
        block_on(wait(&queue));
        there.join().expect("no panic");
        assert_eq!(queue.waiting(), 0);
    });
}

#[test]
fn who_is_behind_somebody_that_gives_up_is_not_forgotten() {
    loom::model(|| {
        let queue = queue();
        let other = Arc::clone(&queue);
        let there = thread::spawn(move || {
            let mut given_up = pin!(wait(&other));
            let mut context = Context::from_waker(Waker::noop());
            let _pending = given_up.as_mut().poll(&mut context);
        });
        block_on(wait(&queue));
        there.join().expect("no panic");
        assert_eq!(queue.waiting(), 0);
    });
}

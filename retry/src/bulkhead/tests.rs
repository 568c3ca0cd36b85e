use alloc::boxed::Box;
use alloc::sync::Arc;
use core::future::Future;
use core::pin::Pin;
use core::task::Waker;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;

type Entry<'b> = Pin<Box<dyn Future<Output = Option<Permit<&'b Bulkhead>>> + Send + 'b>>;

fn enter(bulkhead: &Bulkhead) -> Entry<'_> {
    Box::pin(bulkhead.enter())
}

fn poll<'b>(entry: &mut Entry<'b>) -> Poll<Option<Permit<&'b Bulkhead>>> {
    let mut context = Context::from_waker(Waker::noop());
    entry.as_mut().poll(&mut context)
}

/// The permit of somebody who need not wait.
fn permit<'b>(entry: &mut Entry<'b>) -> Permit<&'b Bulkhead> {
    match poll(entry) {
        Poll::Ready(Some(permit)) => permit,
        entry => panic!("{entry:?}"),
    }
}

#[test]
fn no_more_run_at_once_than_may() {
    let bulkhead = Bulkhead::new(2, 0);
    let _first = bulkhead.try_enter().expect("nobody is there");
    let second = bulkhead.try_enter().expect("one is there");
    assert!(bulkhead.try_enter().is_none());
    drop(second);
    assert_eq!(bulkhead.in_flight(), 1);
    assert!(bulkhead.try_enter().is_some());
}

#[test]
fn who_finds_no_place_is_told_at_once() {
    let bulkhead = Bulkhead::new(1, 1);
    let _running = bulkhead.try_enter().expect("nobody is there");
    let mut waits = enter(&bulkhead);
    assert!(poll(&mut waits).is_pending());
    assert!(matches!(poll(&mut enter(&bulkhead)), Poll::Ready(None)));
    drop(waits);
    assert!(poll(&mut enter(&bulkhead)).is_pending());
}

#[test]
fn who_came_first_is_let_in_first() {
    let bulkhead = Bulkhead::new(1, 10);
    let running = bulkhead.try_enter().expect("nobody is there");
    let mut line = [(); 3].map(|()| enter(&bulkhead));
    for entry in &mut line {
        assert!(poll(entry).is_pending());
    }
    drop(running);
    // Not who comes now, though the permit has not been claimed.
    assert!(bulkhead.try_enter().is_none());
    let mut late = enter(&bulkhead);
    assert!(poll(&mut late).is_pending());
    // Nor who looks first.
    assert!(poll(&mut line[2]).is_pending());
    for entry in &mut line {
        drop(permit(entry));
    }
    drop(permit(&mut late));
}

#[test]
fn who_gives_up_makes_room_for_those_behind() {
    let bulkhead = Bulkhead::new(1, 10);
    let running = bulkhead.try_enter().expect("nobody is there");
    let (mut first, mut second) = (enter(&bulkhead), enter(&bulkhead));
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    drop(first);
    drop(running);
    drop(permit(&mut second));
}

#[test]
fn a_permit_that_was_given_and_not_claimed_goes_on_to_the_next() {
    let bulkhead = Bulkhead::new(1, 10);
    let running = bulkhead.try_enter().expect("nobody is there");
    let (mut first, mut second) = (enter(&bulkhead), enter(&bulkhead));
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    drop(running);
    drop(first);
    drop(permit(&mut second));
    assert_eq!((bulkhead.in_flight(), bulkhead.waiting()), (0, 0));
}

#[test]
fn who_is_let_in_is_woken_once() {
    struct Count(core::sync::atomic::AtomicUsize);

    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
        }
    }

    let count = Arc::new(Count(0.into()));
    let waker = Waker::from(Arc::clone(&count));
    let woken = || count.0.load(core::sync::atomic::Ordering::Relaxed);
    let bulkhead = Bulkhead::new(2, 10);
    let running = [(); 2].map(|()| bulkhead.try_enter().expect("two may"));
    let mut entry = enter(&bulkhead);
    for _ in 0..3 {
        let polled = entry.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
    }
    assert_eq!(woken(), 0);
    drop(running);
    assert_eq!(woken(), 1);
    assert_eq!(bulkhead.in_flight(), 1);
}

#[test]
fn a_permit_may_hold_the_bulkhead_itself() {
    let bulkhead = Arc::new(Bulkhead::new(1, 0));
    let permit = Bulkhead::try_enter_by(Arc::clone(&bulkhead)).expect("nobody is there");
    let there = std::thread::spawn(move || drop(permit));
    there.join().expect("no panic");
    assert_eq!(bulkhead.in_flight(), 0);
}

proptest! {
    /// Beside a plain list of who waits and a plain count of who runs.
    #[test]
    fn a_bulkhead_does_as_a_plain_one(
        at_once in 1_usize..4,
        places in 0_usize..5,
        steps in prop::collection::vec((0_u8..4, any::<usize>()), 0..200),
    ) {
        let bulkhead = Bulkhead::new(at_once, places);
        let (mut permits, mut line) = (Vec::new(), Vec::new());
        for (step, which) in steps {
            match step {
                0 => {
                    let mut entry = enter(&bulkhead);
                    match poll(&mut entry) {
                        Poll::Ready(Some(permit)) => {
                            prop_assert!(permits.len() < at_once && line.is_empty());
                            permits.push(permit);
                        }
                        Poll::Ready(None) => {
                            prop_assert_eq!((permits.len(), line.len()), (at_once, places));
                        }
                        Poll::Pending => line.push(entry),
                    }
                }
                1 if !permits.is_empty() => {
                    drop(permits.swap_remove(which % permits.len()));
                    if !line.is_empty() {
                        permits.push(permit(&mut line.remove(0)));
                    }
                }
                2 if !line.is_empty() => drop(line.remove(which % line.len())),
                3 if !line.is_empty() => {
                    let place = which % line.len();
                    prop_assert!(poll(&mut line[place]).is_pending());
                }
                _ => {}
            }
            prop_assert_eq!(bulkhead.in_flight(), permits.len());
            prop_assert_eq!(bulkhead.waiting(), line.len());
        }
    }
}

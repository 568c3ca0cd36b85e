//! Every order in which threads can come to a bulkhead, by loom. Run by `make loom`.

use alloc::sync::Arc;
use core::pin::pin;
use core::task::Waker;

use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};
use loom::thread;

use super::*;

/// Runs alone, or finds that somebody else does.
fn run(running: &AtomicBool) {
    assert!(!running.swap(true, Relaxed));
    running.store(false, Relaxed);
}

async fn enter_and_run(bulkhead: &Bulkhead, running: &AtomicBool) {
    let _permit = bulkhead.enter().await.expect("a place for everybody");
    run(running);
}

#[test]
fn nobody_who_waits_is_forgotten_and_one_runs_at_a_time() {
    loom::model(|| {
        let shared = Arc::new((Bulkhead::new(1, 2), AtomicBool::new(false)));
        let others = Arc::clone(&shared);
        let there = thread::spawn(move || block_on(enter_and_run(&others.0, &others.1)));
        block_on(enter_and_run(&shared.0, &shared.1));
        there.join().expect("no panic");
        assert_eq!((shared.0.in_flight(), shared.0.waiting()), (0, 0));
    });
}

#[test]
fn who_is_behind_somebody_that_gives_up_is_not_forgotten() {
    loom::model(|| {
        let shared = Arc::new((Bulkhead::new(1, 2), AtomicBool::new(false)));
        let permit = shared.0.try_enter().expect("nobody is there");
        let others = Arc::clone(&shared);
        let there = thread::spawn(move || {
            let mut given_up = pin!(enter_and_run(&others.0, &others.1));
            let mut context = Context::from_waker(Waker::noop());
            let _pending = given_up.as_mut().poll(&mut context);
        });
        let last = Arc::clone(&shared);
        let behind = thread::spawn(move || block_on(enter_and_run(&last.0, &last.1)));
        drop(permit);
        there.join().expect("no panic");
        behind.join().expect("no panic");
        assert_eq!((shared.0.in_flight(), shared.0.waiting()), (0, 0));
    });
}

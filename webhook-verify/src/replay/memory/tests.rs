use core::time::Duration;
use std::format;

use super::*;

const LEASE: Duration = Duration::from_secs(10);
const KEEP: Duration = Duration::from_secs(100);

mod laws {
    use super::*;

    crate::replay_conformance!(|clock| async move { Memory::with_clock(clock) });
}

mod laws_behind_an_arc {
    use super::*;

    crate::replay_conformance!(|clock| async move { Arc::new(Memory::with_clock(clock)) });
}

mod laws_when_the_oldest_is_forgotten {
    use super::*;

    crate::replay_conformance!(|clock| async move {
        Memory::with(100_000, WhenFull::ForgetOldestDone, clock)
    });
}

/// A small state, driven by hand.
struct Small {
    state: State,
    now: UnixTime,
}

impl Small {
    fn new(when_full: WhenFull) -> Self {
        Self {
            state: State::new(3, when_full),
            now: UnixTime::from_secs(1_700_000_000),
        }
    }

    fn claim(&mut self, number: u32) -> Result<Claimed, StoreError> {
        let route = Route::new("/").unwrap();
        let windows = Windows::unchecked(LEASE, KEEP);
        self.state.claim(&route, &key(number), windows, self.now)
    }

    fn finish(&mut self, number: u32) {
        let Ok(Claimed::Fresh(claim)) = self.claim(number) else {
            panic!("{number} is not free");
        };
        assert_eq!(self.state.commit(&claim, self.now), Settled::Accepted);
    }

    fn is_done(&mut self, number: u32) -> bool {
        matches!(self.claim(number), Ok(Claimed::Done { .. }))
    }

    fn advance(&mut self, by: Duration) {
        self.now = self.now.saturating_add(by);
    }
}

fn key(number: u32) -> ReplayKey {
    format!("id:{number}").parse().unwrap()
}

#[test]
fn a_full_store_refuses_and_forgets_nothing() {
    let mut small = Small::new(WhenFull::Refuse);
    for number in 0..3 {
        small.finish(number);
    }
    assert!(matches!(small.claim(3), Err(StoreError::Full(3))));
    assert!((0..3).all(|number| small.is_done(number)));
    small.advance(KEEP);
    assert!(matches!(small.claim(3), Ok(Claimed::Fresh(_))));
    assert_eq!(small.state.len(), 1);
}

#[test]
fn a_full_store_takes_a_key_over_that_it_knows() {
    let mut small = Small::new(WhenFull::Refuse);
    for number in 0..3 {
        let _ = small.claim(number).unwrap();
    }
    small.advance(LEASE);
    assert!(matches!(small.claim(1), Ok(Claimed::Fresh(_))));
}

#[test]
fn a_full_store_forgets_what_was_done_first() {
    let mut small = Small::new(WhenFull::ForgetOldestDone);
    for number in [2, 0, 1] {
        small.finish(number);
        small.advance(Duration::from_secs(1));
    }
    small.finish(3);
    assert!([0, 1, 3].into_iter().all(|number| small.is_done(number)));
    assert_eq!(small.state.len(), 3);
    assert!(matches!(small.claim(2), Ok(Claimed::Fresh(_))));
}

#[test]
fn what_is_in_flight_is_never_forgotten() {
    let mut small = Small::new(WhenFull::ForgetOldestDone);
    for number in 0..3 {
        let _ = small.claim(number).unwrap();
    }
    assert!(matches!(small.claim(3), Err(StoreError::Full(3))));
    assert!(matches!(small.claim(0), Ok(Claimed::InFlight { .. })));
}

#[test]
fn what_was_abandoned_makes_room_when_it_ends() {
    let mut small = Small::new(WhenFull::Refuse);
    for number in 0..3 {
        let _ = small.claim(number).unwrap();
    }
    small.advance(LEASE + KEEP);
    assert!(matches!(small.claim(3), Ok(Claimed::Fresh(_))));
    assert_eq!(small.state.len(), 1);
}

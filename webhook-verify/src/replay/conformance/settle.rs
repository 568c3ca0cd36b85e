//! How a claim ends.

use super::world::{TICK, World};
use crate::replay::{Claimed, Settled};

/// A failed attempt does not swallow the next one.
pub async fn what_was_released_is_fresh_again(world: World) {
    for _ in 0..3 {
        let claim = world.claim_fresh("evt_1").await;
        assert_eq!(world.release(&claim).await, Settled::Accepted);
    }
    world.finish("evt_1").await;
}

/// Who did not hear the answer may ask again; the first time counts.
pub async fn to_commit_twice_is_to_commit_once(world: World) {
    let claim = world.finished("evt_1").await;
    let at = world.now();
    world.advance(TICK);
    assert_eq!(world.commit(&claim).await, Settled::Accepted);
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
}

/// A release that comes late does not undo the commit.
pub async fn what_is_done_cannot_be_released(world: World) {
    let claim = world.finished("evt_1").await;
    let at = world.now();
    assert_eq!(world.release(&claim).await, Settled::NotHeld);
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
}

/// Who has let go holds nothing.
pub async fn what_was_released_cannot_be_committed(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    assert_eq!(world.release(&claim).await, Settled::Accepted);
    assert_eq!(world.commit(&claim).await, Settled::NotHeld);
    assert!(world.is_free("evt_1").await);
}

/// Only the first of two releases has released anything.
pub async fn to_release_twice_is_not_accepted(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    assert_eq!(world.release(&claim).await, Settled::Accepted);
    assert_eq!(world.release(&claim).await, Settled::NotHeld);
    let next = world.claim_fresh("evt_1").await;
    assert_eq!(world.release(&claim).await, Settled::NotHeld);
    let until = next.until;
    assert_eq!(world.claim("evt_1").await, Claimed::InFlight { until });
}

/// What ends for one key ends for no other.
pub async fn a_claim_settles_its_own_key_only(world: World) {
    let one = world.claim_fresh("evt_1").await;
    let two = world.claim_fresh("evt_2").await;
    assert_eq!(world.commit(&one).await, Settled::Accepted);
    let until = two.until;
    assert_eq!(world.claim("evt_2").await, Claimed::InFlight { until });
    // A fence is good for the key that it was given for.
    let mut mixed = two.clone();
    mixed.fence = one.fence;
    assert_eq!(world.commit(&mixed).await, Settled::NotHeld);
    assert_eq!(world.release(&mixed).await, Settled::NotHeld);
    assert_eq!(world.release(&two).await, Settled::Accepted);
}

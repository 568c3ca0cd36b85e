//! For how long things are remembered.

use std::format;

use super::world::{KEEP, LEASE, TICK, World};
use crate::replay::{Claimed, Settled};

/// What is done is known to the end of its keeping, and not beyond.
pub async fn what_is_done_is_forgotten_on_time(world: World) {
    world.finish("evt_1").await;
    let at = world.now();
    world.advance(KEEP - TICK);
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
    world.advance(TICK);
    assert!(world.is_free("evt_1").await);
}

/// Slow work is remembered no shorter than quick work.
pub async fn keeping_starts_with_the_commit(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    world.advance(3 * LEASE);
    let at = world.now();
    assert_eq!(world.commit(&claim).await, Settled::Accepted);
    world.advance(KEEP - TICK);
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
    world.advance(TICK);
    assert!(world.is_free("evt_1").await);
}

/// Neither a claim nor a second commit makes what is done stay longer.
pub async fn a_repetition_does_not_prolong_keeping(world: World) {
    let claim = world.finished("evt_1").await;
    for _ in 0..4 {
        world.advance(KEEP / 4 - TICK);
        assert!(!world.is_free("evt_1").await);
        assert_eq!(world.commit(&claim).await, Settled::Accepted);
    }
    world.advance(4 * TICK);
    assert!(world.is_free("evt_1").await);
}

/// What nobody settled is kept as long as if it had been done when the lease ended; then its holder is
/// too late.
pub async fn what_is_abandoned_cannot_be_settled_once_it_is_forgotten(world: World) {
    let early = world.claim_fresh("early").await;
    let late = world.claim_fresh("late").await;
    world.advance(LEASE + KEEP - TICK);
    assert_eq!(world.commit(&early).await, Settled::Accepted);
    world.advance(TICK);
    assert_eq!(world.commit(&late).await, Settled::NotHeld);
    assert_eq!(world.release(&late).await, Settled::NotHeld);
}

/// A holder from before stays locked out, also of a store that had nothing left in it.
pub async fn a_fence_is_not_used_again_after_all_is_forgotten(world: World) {
    let stale = world.claim_fresh("evt_1").await;
    world.advance(LEASE + KEEP);
    // The second of them is claimed when nothing of the first is left.
    for _ in 0..2 {
        let claim = world.claim_fresh("evt_1").await;
        assert!(claim.fence > stale.fence);
        assert_eq!(world.commit(&stale).await, Settled::NotHeld);
        assert_eq!(world.release(&claim).await, Settled::Accepted);
    }
}

/// A thousand are not too many, and each is remembered.
pub async fn many_are_remembered(world: World) {
    const MANY: usize = 1_000;
    for number in 0..MANY {
        world.finish(&format!("evt_{number}")).await;
    }
    let at = world.now();
    for number in 0..MANY {
        let claimed = world.claim(&format!("evt_{number}")).await;
        assert_eq!(claimed, Claimed::Done { at });
    }
    world.advance(KEEP);
    for number in 0..MANY {
        let id = format!("evt_{number}");
        assert!(world.is_free(&id).await, "{id} has stayed");
    }
}

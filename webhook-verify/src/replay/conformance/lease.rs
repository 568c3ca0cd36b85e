//! Holders that die, and holders that are slow.

use std::format;

use super::world::{LEASE, TICK, World};
use crate::replay::{Claimed, Settled};

/// A key is held to the end of its lease and not beyond.
pub async fn a_lease_ends_on_time(world: World) {
    let until = world.claim_fresh("evt_1").await.until;
    world.advance(LEASE - TICK);
    assert_eq!(world.claim("evt_1").await, Claimed::InFlight { until });
    world.advance(TICK);
    assert_eq!(world.now(), until);
    assert!(world.is_free("evt_1").await);
}

/// Once another has claimed the key, the first can neither commit nor release.
pub async fn a_stale_holder_settles_nothing(world: World) {
    let stale = world.claim_fresh("evt_1").await;
    world.advance(LEASE);
    let claim = world.claim_fresh("evt_1").await;
    assert_eq!(world.commit(&stale).await, Settled::NotHeld);
    assert_eq!(world.release(&stale).await, Settled::NotHeld);
    let until = claim.until;
    assert_eq!(world.claim("evt_1").await, Claimed::InFlight { until });
    assert_eq!(world.commit(&claim).await, Settled::Accepted);
}

/// Nor when the other has finished.
pub async fn a_stale_holder_does_not_undo_what_is_done(world: World) {
    let stale = world.claim_fresh("evt_1").await;
    world.advance(LEASE);
    world.finish("evt_1").await;
    let at = world.now();
    world.advance(TICK);
    assert_eq!(world.release(&stale).await, Settled::NotHeld);
    assert_eq!(world.commit(&stale).await, Settled::NotHeld);
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
}

/// The work is done, if late: it would be done again otherwise.
pub async fn until_somebody_else_claims_it_the_holder_may_commit(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    world.advance(10 * LEASE);
    // Others come and go meanwhile.
    for number in 0..20 {
        world.finish(&format!("other_{number}")).await;
    }
    assert_eq!(world.commit(&claim).await, Settled::Accepted);
    let at = world.now();
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
}

/// To let go late is no different.
pub async fn until_somebody_else_claims_it_the_holder_may_release(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    world.advance(LEASE);
    assert_eq!(world.release(&claim).await, Settled::Accepted);
    assert!(world.is_free("evt_1").await);
}

/// Each claim has a higher fence than all before, whichever key it is for and however the last ended.
pub async fn fences_only_grow(world: World) {
    let mut highest = 0;
    for round in 0..20 {
        let id = format!("evt_{}", round % 3);
        let claim = world.claim_fresh(&id).await;
        assert!(claim.fence > highest, "{} after {highest}", claim.fence);
        highest = claim.fence;
        match round % 2 {
            0 => assert_eq!(world.release(&claim).await, Settled::Accepted),
            _ => world.advance(LEASE),
        }
    }
}

//! What people have forgotten.

use super::world::{KEEP, LEASE, World, key, route};
use crate::replay::{Claimed, Forgotten, Settled};

/// A redelivery by hand is worked off again.
pub async fn what_was_forgotten_is_fresh_again(world: World) {
    world.finish("evt_1").await;
    assert_eq!(world.forget("evt_1").await, Forgotten::Forgotten);
    assert_eq!(world.forget("evt_1").await, Forgotten::Unknown);
    world.finish("evt_1").await;
    let at = world.now();
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
}

/// Nobody is let in beside somebody who works.
pub async fn what_is_in_flight_is_not_forgotten(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    let until = claim.until;
    assert_eq!(world.forget("evt_1").await, Forgotten::InFlight { until });
    assert_eq!(world.claim("evt_1").await, Claimed::InFlight { until });
    assert_eq!(world.commit(&claim).await, Settled::Accepted);
}

/// What was forgotten is nobody's any more.
pub async fn what_has_lapsed_is_forgotten_and_its_holder_locked_out(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    world.advance(LEASE);
    assert_eq!(world.forget("evt_1").await, Forgotten::Forgotten);
    assert_eq!(world.commit(&claim).await, Settled::NotHeld);
    assert_eq!(world.release(&claim).await, Settled::NotHeld);
    assert!(world.is_free("evt_1").await);
}

/// There is nothing to forget of what never came, was released, or is over.
pub async fn what_is_not_there_is_unknown(world: World) {
    assert_eq!(world.forget("evt_1").await, Forgotten::Unknown);
    let claim = world.claim_fresh("evt_1").await;
    assert_eq!(world.release(&claim).await, Settled::Accepted);
    assert_eq!(world.forget("evt_1").await, Forgotten::Unknown);
    world.finish("evt_1").await;
    world.advance(KEEP);
    assert_eq!(world.forget("evt_1").await, Forgotten::Unknown);
}

/// The neighbours stay.
pub async fn only_what_was_named_is_forgotten(world: World) {
    world.finish("evt_1").await;
    world.finish("evt_2").await;
    let elsewhere = world.store().forget(&route("/other"), &key("evt_1")).await;
    assert_eq!(elsewhere.expect("forget answers"), Forgotten::Unknown);
    assert_eq!(world.forget("evt_2").await, Forgotten::Forgotten);
    let at = world.now();
    assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
}

//! Who gets a key.

use std::string::String;
use std::vec::Vec;

use super::world::{KEEP, LEASE, World, key, route};
use crate::id::MAX_ID_LEN;
use crate::replay::{Claimed, ReplayKey, Route};

/// A free key goes to who asks, with a lease from now.
pub async fn the_first_claim_is_fresh(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    assert_eq!(claim.route, route("/route"));
    assert_eq!(claim.key, key("evt_1"));
    assert_eq!(claim.until, world.now().saturating_add(LEASE));
    assert_eq!(claim.keep, KEEP);
}

/// Who comes while it is worked on learns until when.
pub async fn what_is_in_flight_is_told_until_when(world: World) {
    let until = world.claim_fresh("evt_1").await.until;
    world.advance(LEASE / 2);
    for _ in 0..3 {
        assert_eq!(world.claim("evt_1").await, Claimed::InFlight { until });
    }
}

/// Who comes when it is done learns since when.
pub async fn what_is_done_is_told_since_when(world: World) {
    let claim = world.claim_fresh("evt_1").await;
    world.advance(LEASE / 3);
    let at = world.now();
    let _ = world.commit(&claim).await;
    world.advance(LEASE);
    for _ in 0..3 {
        assert_eq!(world.claim("evt_1").await, Claimed::Done { at });
    }
}

/// The same key on another route is another delivery, also if the routes differ in case only or one
/// begins like the other.
pub async fn routes_share_nothing(world: World) {
    world.finish("evt_1").await;
    for other in ["/Route", "/route/", "/rout", "/route2", "/route%", "/_oute"] {
        let claimed = world.claim_at(&route(other), &key("evt_1")).await;
        assert!(matches!(claimed, Claimed::Fresh(_)), "{other}: {claimed:?}");
    }
}

/// Keys are compared byte by byte, with their kind, and apart from the route.
pub async fn keys_share_nothing(world: World) {
    world.finish("evt_1").await;
    for other in [
        "id:EVT_1",
        "id:evt_1.",
        "id:evt_",
        "id:evt_12",
        "id:evt%1",
        "id:*",
        "unsigned-id:evt_1",
        "unsigned-id:id:evt_1",
        "id:id:evt_1",
        "id:'evt_1'",
        "id:0",
        "id:00",
        "id:0.0",
    ] {
        let key: ReplayKey = other.parse().expect("a key");
        let claimed = world.claim_at(&route("/route"), &key).await;
        assert!(matches!(claimed, Claimed::Fresh(_)), "{other}: {claimed:?}");
    }
    // What stands on the boundary belongs to one side of it.
    let claimed = world.claim_at(&route("/routeid:"), &key("evt_1")).await;
    assert!(matches!(claimed, Claimed::Fresh(_)), "{claimed:?}");
}

/// A route and an id of the greatest length count to the last byte, and every visible byte may be in them.
pub async fn the_longest_route_and_key_are_kept_whole(world: World) {
    let visible = || (b'!'..=b'~').cycle().map(char::from);
    let long_route: String = visible().take(Route::MAX_LEN - 1).collect();
    let long_id: String = visible().take(MAX_ID_LEN - 1).collect();
    let mut claims = Vec::new();
    for last in ['a', 'b'] {
        for end in ['a', 'b'] {
            let route = route(&std::format!("{long_route}{last}"));
            let key = key(&std::format!("{long_id}{end}"));
            match world.claim_at(&route, &key).await {
                Claimed::Fresh(claim) => claims.push(claim),
                held => panic!("{route} {key} is not free: {held:?}"),
            }
        }
    }
    for claim in claims {
        let again = world.claim_at(&claim.route, &claim.key).await;
        let until = claim.until;
        assert_eq!(again, Claimed::InFlight { until });
    }
}

/// A store that works says so, and its time is that of its clock.
pub async fn a_healthy_store_says_so(world: World) {
    world.store().check().await.expect("the store is healthy");
    assert_eq!(world.store().now(), world.now());
    assert!(world.is_free("evt_1").await);
}

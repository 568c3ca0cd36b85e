//! What is given back, and what has been used already.

use super::world::{HOURLY, ONE, SECOND, THREE, TWO, World};
use crate::verdict::Ask;

/// A refund is felt at once.
pub async fn what_is_given_back_can_be_taken_again(world: World) {
    world.spend(&THREE, "a", 3).await;
    world.refund(&THREE, "a", 2).await;
    assert_eq!(world.remaining(&THREE, "a").await, 2);
    world.spend(&THREE, "a", 2).await;
    assert!(!world.take(&THREE, "a", 1).await.is_allowed());
}

/// More than was taken cannot be given back.
pub async fn what_is_given_back_makes_no_bucket_fuller_than_full(world: World) {
    for tokens in [1, 200, u64::MAX] {
        for key in ["a", "unknown"] {
            world.refund(&THREE, key, tokens).await;
            assert_eq!(world.remaining(&THREE, key).await, 3);
            world.spend(&THREE, key, 3).await;
            let refused = world.take(&THREE, key, 1).await;
            assert!(!refused.is_allowed(), "{refused:?}");
            world.refund(&THREE, key, 3).await;
        }
    }
}

/// What was not there is missing until it has come back.
pub async fn what_has_been_used_is_owed(world: World) {
    world.charge(&TWO, "a", 3).await;
    let look = world.take(&TWO, "a", 1).await;
    assert!(!look.is_allowed());
    assert_eq!(look.retry_after(), Some(SECOND));
    world.advance(SECOND);
    assert_eq!(world.remaining(&TWO, "a").await, 1);
    world.refund(&TWO, "a", 1).await;
    assert_eq!(world.remaining(&TWO, "a").await, 2);
}

/// A single mistake does not close a bucket for ever.
pub async fn what_is_owed_is_bounded(world: World) {
    for tokens in [4, 1_000, u64::MAX] {
        world.charge(&TWO, "a", tokens).await;
        let look = world.take(&TWO, "a", 1).await;
        assert_eq!(look.retry_after(), Some(SECOND * 3 / 2), "{tokens}");
    }
    world.advance(SECOND * 2);
    world.spend(&TWO, "a", 2).await;
}

/// All of them, each by what was said of it, also if one is there twice.
pub async fn several_are_settled_at_once(world: World) {
    let ask = |rule, tokens| Ask {
        rule,
        key: "a",
        tokens,
    };
    let asks = [ask(&THREE, 2), ask(&HOURLY, 30), ask(&HOURLY, 40)];
    let charged = world.store().charge_all(&asks).await;
    charged.expect("charge_all answers");
    assert_eq!(world.remaining(&THREE, "a").await, 1);
    assert_eq!(world.remaining(&HOURLY, "a").await, 930);
    let asks = [ask(&THREE, 1), ask(&HOURLY, 5), ask(&HOURLY, 6)];
    let refunded = world.store().refund_all(&asks).await;
    refunded.expect("refund_all answers");
    assert_eq!(world.remaining(&THREE, "a").await, 2);
    assert_eq!(world.remaining(&HOURLY, "a").await, 941);
}

/// Whatever was taken or is owed; and the neighbours stay as they are.
pub async fn a_bucket_that_was_reset_is_full(world: World) {
    world.charge(&ONE, "a", 2).await;
    world.charge(&TWO, "a", 4).await;
    world.charge(&ONE, "b", 2).await;
    world.reset(&ONE, "a").await;
    world.reset(&ONE, "unknown").await;
    assert_eq!(world.remaining(&ONE, "a").await, 1);
    assert_eq!(world.remaining(&TWO, "a").await, 0);
    assert_eq!(world.remaining(&ONE, "b").await, 0);
    world.spend(&ONE, "a", 1).await;
}

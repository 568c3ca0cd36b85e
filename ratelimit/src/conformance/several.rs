//! Several rules at once.

use alloc::vec::Vec;

use super::world::{ONE, SECOND, THREE, TWO, World};
use crate::quota::Quota;
use crate::rule::Rule;
use crate::store::StoreError;
use crate::verdict::{Ask, MAX_ASKS, TooManyAsks};

/// All or nothing, whichever of them it is that refuses.
pub async fn what_one_rule_refuses_is_taken_from_none(world: World) {
    let asks = [&THREE, &ONE, &TWO].map(|rule| Ask::one(rule, "a"));
    assert!(world.take_all(&asks).await.is_allowed());
    for shift in 0..3 {
        let mut asks = asks;
        asks.rotate_left(shift);
        assert!(!world.take_all(&asks).await.is_allowed());
        assert_eq!(world.remaining(&THREE, "a").await, 2);
        assert_eq!(world.remaining(&TWO, "a").await, 1);
    }
    world.advance(SECOND);
    assert!(world.take_all(&asks).await.is_allowed());
}

/// What each rule says is said in the order of the questions, and when to come back is when the last of
/// those that refuse would allow it.
pub async fn the_verdict_says_who_refused_and_when_to_come_back(world: World) {
    world.spend(&ONE, "a", 1).await;
    world.spend(&TWO, "a", 2).await;
    let asks = [&THREE, &ONE, &TWO].map(|rule| Ask::one(rule, "a"));
    let verdict = world.take_all(&asks).await;
    let said: Vec<_> = verdict
        .decisions()
        .map(|(rule, decision)| (rule.name(), decision.is_allowed(), decision.remaining()))
        .collect();
    assert_eq!(
        said,
        [("three", true, 3), ("one", false, 0), ("two", false, 0)]
    );
    assert_eq!(verdict.retry_after(), Some(SECOND));
    world.advance(SECOND);
    assert!(world.take_all(&asks).await.is_allowed());
}

/// The second question finds what the first has left.
pub async fn a_bucket_that_is_asked_twice_is_asked_twice(world: World) {
    let twice = [Ask::one(&TWO, "a"); 2];
    let thrice = [Ask::one(&TWO, "b"); 3];
    assert!(world.take_all(&twice).await.is_allowed());
    assert_eq!(world.remaining(&TWO, "a").await, 0);
    assert!(!world.take_all(&thrice).await.is_allowed());
    assert_eq!(world.remaining(&TWO, "b").await, 2);
}

/// It counts what it would have refused as refused, and stands in nobody's way.
pub async fn a_rule_in_shadow_counts_and_refuses_nothing(world: World) {
    let shadow = ONE.clone().in_shadow();
    let asks = [Ask::one(&shadow, "a"), Ask::one(&TWO, "a")];
    assert!(world.take_all(&asks).await.is_allowed());
    assert_eq!(world.remaining(&shadow, "a").await, 0);

    let verdict = world.take_all(&asks).await;
    assert!(verdict.is_allowed());
    assert_eq!(verdict.shadow_refusals().count(), 1);
    assert_eq!(verdict.retry_after(), None);
    assert_eq!(world.remaining(&TWO, "a").await, 0);

    // What another rule refuses is not taken from one in shadow either.
    world.reset(&shadow, "a").await;
    let refused = world.take_all(&asks).await;
    assert_eq!(refused.refusals().count(), 1);
    assert_eq!(world.remaining(&shadow, "a").await, 1);
}

/// The most that can be asked at once.
pub async fn as_many_as_can_be_asked_are_asked(world: World) {
    let names = ["0", "1", "2", "3", "4", "5", "6", "7"];
    let rules = names.map(|name| Rule::new(name, Quota::per_second(2)));
    let asks: Vec<_> = rules.iter().map(|rule| Ask::one(rule, "a")).collect();
    assert_eq!(asks.len(), MAX_ASKS);
    assert!(world.take_all(&asks).await.is_allowed());
    world.spend(&rules[7], "a", 1).await;
    assert!(!world.take_all(&asks).await.is_allowed());
    for rule in &rules[..7] {
        assert_eq!(world.remaining(rule, "a").await, 1);
    }
}

/// One more is a fault of the host, and takes nothing.
pub async fn one_more_is_refused_by_type(world: World) {
    let asks = [Ask::one(&TWO, "a"); MAX_ASKS + 1];
    let refusals = [
        world.store().take_all(&asks).await.map(drop),
        world.store().refund_all(&asks).await,
        world.store().charge_all(&asks).await,
    ];
    let given = MAX_ASKS + 1;
    for refused in refusals {
        assert!(
            matches!(refused, Err(StoreError::TooMany(it)) if it == TooManyAsks { given }),
            "{refused:?}"
        );
    }
    assert_eq!(world.remaining(&TWO, "a").await, 2);
}

/// Where no rule is asked, none refuses.
pub async fn to_ask_nobody_is_allowed(world: World) {
    let verdict = world.take_all(&[]).await;
    assert!(verdict.is_allowed());
    assert_eq!(verdict.decisions().len(), 0);
    let settled = [
        world.store().refund_all(&[]).await,
        world.store().charge_all(&[]).await,
    ];
    assert!(settled.iter().all(Result::is_ok), "{settled:?}");
}

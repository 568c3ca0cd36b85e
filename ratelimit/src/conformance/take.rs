//! Who gets what.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use super::world::{HOURLY, ONE, SECOND, THREE, TICK, TWO, World};
use crate::quota::Quota;
use crate::rule::Rule;

/// A bucket that was never asked is full.
pub async fn the_first_take_is_allowed(world: World) {
    let first = world.take(&THREE, "a", 1).await;
    assert!(first.is_allowed());
    assert_eq!((first.tokens(), first.remaining()), (1, 2));
    assert_eq!(first.quota(), THREE.quota());
    assert_eq!(first.retry_after(), None);
    assert_eq!(first.reset_after(), Duration::from_micros(333_334));
}

/// One after another, as many are allowed as the burst has.
pub async fn a_burst_is_allowed_and_no_more(world: World) {
    let rule = Rule::new("burst", Quota::per_minute(1).with_burst(50));
    for left in (0..50).rev() {
        let decision = world.take(&rule, "a", 1).await;
        assert!(
            decision.is_allowed() && decision.remaining() == left,
            "{decision:?}"
        );
    }
    assert!(!world.take(&rule, "a", 1).await.is_allowed());
}

/// Whoever is refused, however often, has not taken anything from anybody.
pub async fn a_refusal_changes_nothing(world: World) {
    world.spend(&THREE, "a", 2).await;
    let before = world.take(&THREE, "a", 2).await;
    for _ in 0..10 {
        assert_eq!(world.take(&THREE, "a", 2).await, before);
    }
    assert_eq!(world.remaining(&THREE, "a").await, 1);
    world.spend(&THREE, "a", 1).await;
}

/// Allowed at the instant that the refusal names, and refused a microsecond sooner.
pub async fn the_hint_is_tight(world: World) {
    for rule in [
        &ONE,
        &TWO,
        &THREE,
        &Rule::new("minute", Quota::per_minute(7)),
    ] {
        world.spend(rule, "a", rule.quota().burst()).await;
        for tokens in 1..=rule.quota().burst() {
            let refused = world.take(rule, "a", tokens).await;
            let wait = refused.retry_after().expect("it will be allowed again");
            world.advance(wait - TICK);
            assert!(
                !world.take(rule, "a", tokens).await.is_allowed(),
                "{refused:?}"
            );
            world.advance(TICK);
            assert!(
                world.take(rule, "a", tokens).await.is_allowed(),
                "{refused:?}"
            );
        }
    }
}

/// One by one, at thirds of a second which no microsecond hits, and after an hour not one is missing.
pub async fn tokens_come_back_evenly(world: World) {
    world.spend(&THREE, "a", 3).await;
    for (wait, remaining) in [
        (333_333, 0),
        (1, 1),
        (333_332, 1),
        (1, 2),
        (333_332, 2),
        (1, 3),
    ] {
        world.advance(Duration::from_micros(wait));
        assert_eq!(world.remaining(&THREE, "a").await, remaining);
    }
    world.spend(&THREE, "a", 3).await;
    for _ in 0..400 {
        world.advance(SECOND);
        world.spend(&THREE, "a", 3).await;
        assert_eq!(world.remaining(&THREE, "a").await, 0);
    }
}

/// What comes back between two questions is a fraction of a token, and is kept.
pub async fn asking_often_does_not_slow_the_refill(world: World) {
    let rule = Rule::new("hourly", Quota::per_hour(1));
    let mut granted = 0;
    let poll = Duration::from_millis(7_919);
    let polls = Duration::from_secs(5 * 3_600).as_micros() / poll.as_micros();
    for _ in 0..=polls {
        granted += u32::from(world.take(&rule, "a", 1).await.is_allowed());
        world.advance(poll);
    }
    assert_eq!(granted, 5);
}

/// More than one token in a microsecond come back as they should, and each of them counts.
pub async fn a_fast_rate_is_not_rounded(world: World) {
    for tokens in [300_000_000, 600_000_000, 2_000_000_000] {
        let rule = Rule::named(format!("{tokens}"), Quota::per_second(tokens));
        world.spend(&rule, "a", tokens).await;
        for micros in [1, 3] {
            world.advance(Duration::from_micros(micros));
            let back = tokens / 1_000_000 * micros;
            assert_eq!(world.remaining(&rule, "a").await, back);
            world.spend(&rule, "a", back - 1).await;
            assert_eq!(world.remaining(&rule, "a").await, 1);
            world.spend(&rule, "a", 1).await;
        }
    }
}

/// A pause of any length fills a bucket, and no more.
pub async fn a_bucket_never_holds_more_than_its_burst(world: World) {
    world.spend(&TWO, "a", 1).await;
    world.advance(SECOND * 100_000);
    assert_eq!(world.remaining(&TWO, "a").await, 2);
    world.spend(&TWO, "a", 2).await;
    assert!(!world.take(&TWO, "a", 1).await.is_allowed());
}

/// No cost is so high that it is cheap.
pub async fn a_cost_above_the_burst_is_refused_for_ever(world: World) {
    let rule = Rule::new("rows", Quota::per_hour(1).with_burst(1_000));
    for tokens in [1_001, 5_000_000, 5_124_097, 1 << 53, u64::MAX / 3, u64::MAX] {
        let refused = world.take(&rule, "a", tokens).await;
        assert!(!refused.is_allowed(), "{tokens}");
        assert_eq!(refused.retry_after(), None);
        assert_eq!(refused.remaining(), 1_000);
    }
    world.spend(&rule, "a", 1_000).await;
}

/// To ask for no token takes none, and says what is there.
pub async fn to_ask_for_none_is_to_look(world: World) {
    for _ in 0..5 {
        let look = world.take(&TWO, "a", 0).await;
        assert!(look.is_allowed());
        assert_eq!(look.remaining(), 2);
    }
    world.spend(&TWO, "a", 2).await;
    let look = world.take(&TWO, "a", 0).await;
    assert!(look.is_allowed());
    assert_eq!(look.remaining(), 0);
    assert_eq!(look.next_token_after(), SECOND / 2);
}

/// Keys are compared byte by byte, whatever is in them.
pub async fn keys_do_not_share(world: World) {
    let long = "k".repeat(2_000);
    let longer = format!("{long}k");
    let keys = [
        "a", "A", "a ", " a", "", " ", "a:", ":a", "{a}", "{}", "{", "}", "a}", "#a", "a\0", "\0",
        "a\n", "%61", "*", "a*", "\u{e9}", "e\u{301}", "a b", "a one", "one", &long, &longer,
    ];
    for key in keys {
        assert_eq!(world.remaining(&ONE, key).await, 1, "{key:?}");
        world.spend(&ONE, key, 1).await;
    }
    for key in keys {
        assert!(!world.take(&ONE, key, 1).await.is_allowed(), "{key:?}");
    }
}

/// Every rule has a bucket of its own for a key, and where a name ends and a key begins is no matter of
/// chance.
pub async fn rules_do_not_share(world: World) {
    let quota = Quota::per_second(1);
    let names = [
        "one", "One", "onea", "", "one:a", "one a", "{one}", "#one", "\u{e9}",
    ];
    for name in names {
        let rule = Rule::named(name, quota);
        for key in ["", "a", ":a", " a", "aa"] {
            assert_eq!(world.remaining(&rule, key).await, 1, "{name:?} {key:?}");
            world.spend(&rule, key, 1).await;
        }
    }
}

/// Several hundred are not too many, and each is remembered.
pub async fn many_keys_are_kept_apart(world: World) {
    let key = |number: u64| -> String { format!("key {number}") };
    for number in 0..500 {
        world.spend(&HOURLY, &key(number), 1 + number % 7).await;
    }
    for number in 0..500 {
        let left = 999 - number % 7;
        assert_eq!(world.remaining(&HOURLY, &key(number)).await, left);
    }
}

/// A store that works says so, and asking costs nobody anything.
pub async fn a_healthy_store_says_so(world: World) {
    world.store().check().await.expect("the store is healthy");
    assert_eq!(world.remaining(&ONE, "a").await, 1);
}

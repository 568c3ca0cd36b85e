//! Quotas that change while buckets are kept.

use ratelimit::{Ask, Migration, Quota, Redis, Rule, Store as _};
use redis_fixture::Server;

use crate::client::connect;
use crate::world::{is_corrupt, remaining, run, spend, take};

#[test]
fn a_bucket_becomes_what_the_rule_says() {
    let server = Server::start();
    run(async {
        let old = Rule::new("api", Quota::per_day(10));
        let new = Quota::per_day(100);
        for (migration, left) in [
            (Migration::AsIs, 6),
            (Migration::Additive, 96),
            (Migration::Proportional, 60),
            (Migration::Reset, 100),
        ] {
            let store = Redis::new(connect(&server.url()).await, "app").unwrap();
            let made_anew = Rule::new("api", new).migrating(migration);
            let changed = old.clone().changed_to(new, migration);
            for rule in [made_anew, changed] {
                store.reset(&old, "a").await.unwrap();
                spend(&store, &old, "a", 4).await;
                assert_eq!(remaining(&store, &rule, "a").await, left, "{migration:?}");
                spend(&store, &rule, "a", 1).await;
                assert_eq!(remaining(&store, &rule, "a").await, left - 1);
            }
        }
    });
}

#[test]
fn a_faster_rate_is_felt_at_once_and_not_after_the_old_debt() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        spend(&store, &Rule::new("api", Quota::per_day(1)), "a", 1).await;
        let rule = Rule::new("api", Quota::per_second(1));
        let refused = take(&store, &rule, "a", 1).await.unwrap();
        let wait = refused.retry_after().expect("it will be allowed again");
        assert!(wait.as_secs() <= 1, "{wait:?}");
    });
}

#[test]
fn several_rules_change_in_one_call() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let named = |name, tokens| Rule::new(name, Quota::per_day(tokens));
        for name in ["one", "two", "three"] {
            spend(&store, &named(name, 20), "a", 5).await;
        }
        let rules = [
            named("one", 30),
            named("two", 20),
            named("three", 10),
            named("four", 5),
        ];
        let asks: Vec<_> = rules.iter().map(|rule| Ask::one(rule, "a")).collect();
        let verdict = store.take_all(&asks).await.unwrap();
        let left: Vec<_> = verdict
            .decisions()
            .map(|(_, decision)| decision.remaining())
            .collect();
        assert_eq!(left, [14, 14, 9, 4]);
    });
}

#[test]
fn old_processes_and_new_ones_win_nothing_by_turns() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let old = Rule::new("api", Quota::per_day(10));
        let new = Rule::new(
            "api",
            Quota::new(7, Quota::per_day(1).period() / 2).unwrap(),
        );
        let mut allowed = 0;
        for turn in 0..40 {
            let rule = if turn % 2 == 0 { &old } else { &new };
            allowed += u32::from(take(&store, rule, "a", 1).await.unwrap().is_allowed());
        }
        assert!((6..=10).contains(&allowed), "{allowed}");
    });
}

#[test]
fn two_quotas_for_one_bucket_in_one_call_are_a_fault_of_the_host() {
    let server = Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let one = Rule::new("api", Quota::per_day(10));
        let other = Rule::new("api", Quota::per_day(11));
        let asks = [Ask::one(&one, "a"), Ask::one(&other, "a")];
        let error = store.take_all(&asks).await.unwrap_err();
        assert!(is_corrupt(&error), "{error:?}");
    });
}

//! The rule is written twice, in Rust and in Lua. Random histories get the same answers from both: of every
//! quota that can be had, with the dearest costs, and when the clock is set forward and back.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use fred::clients::Client;
use proptest::prelude::*;
use ratelimit::{Ask, Bucket, Quota, Redis, Rule, Store as _, Time, Verdict};
use redis_fixture::Server;

use crate::client::connect;
use crate::world::{fresh_prefix, run};

/// Microseconds since 1970, with digits in every place.
const START: u64 = 1_700_000_000_123_457;
const LONGEST: u64 = Quota::LONGEST_REFILL.as_micros() as u64;

/// A rule by its place, and a cost.
type Asked = (usize, Cost);

#[derive(Clone, Copy, Debug)]
enum Cost {
    Tokens(u64),
    /// In parts of 2^16 of the burst.
    Part(u16),
}

#[derive(Clone, Debug)]
enum Step {
    Take(Vec<Asked>),
    Refund(Vec<Asked>),
    Charge(Vec<Asked>),
    Reset(usize),
    /// Microseconds.
    Advance(u64),
    /// In parts of 2^16 of the time since a bucket was last seen to be full.
    SetBack(u16),
}

fn quota() -> impl Strategy<Value = Quota> {
    let tokens = prop_oneof![1..10_u64, 1..100_000_u64, 1..4_000_000_000_u64];
    let period = prop_oneof![
        1..100_u64,
        Just(1_000_000),
        Just(86_400_000_000),
        1..10_000_000_000_u64,
        1..=LONGEST,
        Just(LONGEST),
    ];
    let burst = prop_oneof![
        Just(0),
        1..10_u64,
        1..1_000_000_u64,
        any::<u64>(),
        Just(u64::MAX)
    ];
    (tokens, period, burst).prop_filter_map("can be had", |(tokens, period, burst)| {
        let quota = Quota::new(tokens, Duration::from_micros(period)).ok()?;
        // As much as there can be, if it is too much.
        let refill = quota.period().as_micros() as u64;
        let most = u128::from(quota.tokens()) * u128::from(LONGEST) / u128::from(refill);
        let burst = match burst {
            0 => quota.burst(),
            burst => burst.min(u64::try_from(most).unwrap_or(u64::MAX)),
        };
        quota.try_with_burst(burst).ok()
    })
}

fn step() -> impl Strategy<Value = Step> {
    let cost = prop_oneof![
        4 => Just(Cost::Tokens(1)),
        1 => Just(Cost::Tokens(0)),
        1 => any::<u64>().prop_map(Cost::Tokens),
        2 => (0..1_000_u64).prop_map(Cost::Tokens),
        4 => any::<u16>().prop_map(Cost::Part),
        1 => Just(Cost::Part(u16::MAX)),
    ];
    let asks = || prop::collection::vec((0..3_usize, cost.clone()), 1..=8);
    let pause = prop_oneof![
        Just(1),
        0..1_000_u64,
        0..10_000_000_u64,
        0..100_000_000_000_u64,
        0..2 * LONGEST
    ];
    prop_oneof![
        8 => asks().prop_map(Step::Take),
        2 => asks().prop_map(Step::Refund),
        2 => asks().prop_map(Step::Charge),
        1 => (0..3_usize).prop_map(Step::Reset),
        6 => pause.prop_map(Step::Advance),
        2 => any::<u16>().prop_map(Step::SetBack),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_writings_of_the_rule_answer_alike(
        quotas in [quota(), quota(), quota()],
        shadow in 0..6_usize,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
        let names = ["one", "two", "three"];
        let rules: Vec<_> = (0..3)
            .map(|place| {
                let rule = Rule::new(names[place], quotas[place]);
                if place == shadow { rule.in_shadow() } else { rule }
            })
            .collect();
        run(async {
            let client = connect(&SERVER.url()).await;
            let mut twins = Twins::new(client);
            for (number, step) in steps.iter().enumerate() {
                twins.make(&rules, step, number).await;
            }
        });
    }
}

/// The core with a map around it, and a limiter in Redis.
struct Twins {
    buckets: HashMap<String, Bucket>,
    redis: Redis<Client>,
    clock: Arc<AtomicU64>,
}

impl Twins {
    fn new(client: Client) -> Self {
        let clock = Arc::new(AtomicU64::new(START));
        let time = Arc::clone(&clock);
        let redis = Redis::new(client, &fresh_prefix())
            .unwrap()
            .with_clock(move || Time::from_micros(time.load(Ordering::Relaxed)));
        Self {
            buckets: HashMap::new(),
            redis,
            clock,
        }
    }

    async fn make(&mut self, rules: &[Rule], step: &Step, number: usize) {
        let now = Time::from_micros(self.clock.load(Ordering::Relaxed));
        match step {
            Step::Take(asked) => self.take(&asks(rules, asked), now, number).await,
            Step::Refund(asked) => {
                let asks = asks(rules, asked);
                self.redis.refund_all(&asks).await.unwrap();
                self.settle(&asks, |bucket, quota, tokens| {
                    bucket.refund(quota, now, tokens)
                });
            }
            Step::Charge(asked) => {
                let asks = asks(rules, asked);
                self.redis.charge_all(&asks).await.unwrap();
                self.settle(&asks, |bucket, quota, tokens| {
                    bucket.charge(quota, now, tokens)
                });
            }
            Step::Reset(place) => {
                let rule = &rules[*place];
                self.redis.reset(rule, "a").await.unwrap();
                self.buckets.remove(rule.name());
            }
            Step::Advance(by) => {
                self.clock.fetch_add(*by, Ordering::Relaxed);
            }
            Step::SetBack(part) => {
                let since = now.as_micros() - self.last_full(rules, now);
                let by = u128::from(since) * u128::from(*part) / u128::from(u16::MAX);
                self.clock.fetch_sub(by as u64, Ordering::Relaxed);
            }
        }
    }

    async fn take(&mut self, asks: &[Ask<'_>], now: Time, number: usize) {
        let redis = self.redis.take_all(asks).await.unwrap();
        let core = Verdict::decide(asks, now, |ask| self.bucket(ask.rule)).unwrap();
        let said = [&core, &redis].map(|verdict| {
            let decisions = verdict.decisions().map(|(_, decision)| *decision);
            (verdict.is_allowed(), decisions.collect::<Vec<_>>())
        });
        assert_eq!(said[0], said[1], "step {number}");
        if core.is_allowed() {
            for (rule, decision) in core.decisions() {
                self.buckets.insert(rule.name().into(), decision.bucket());
            }
            return;
        }
        // Nothing was taken; what is owed is bounded, as by any refusal.
        self.settle(asks, |bucket, quota, _| {
            bucket.take(quota, now, u64::MAX).bucket()
        });
    }

    fn settle(&mut self, asks: &[Ask<'_>], change: impl Fn(Bucket, Quota, u64) -> Bucket) {
        for ask in asks {
            let bucket = change(self.bucket(ask.rule), ask.rule.quota(), ask.tokens);
            self.buckets.insert(ask.rule.name().into(), bucket);
        }
    }

    fn bucket(&self, rule: &Rule) -> Bucket {
        let bucket = self.buckets.get(rule.name());
        bucket.copied().unwrap_or(Bucket::FULL)
    }

    /// When a bucket that is full now was last seen to be so, in microseconds. Before that Redis need not
    /// remember it.
    fn last_full(&self, rules: &[Rule], now: Time) -> u64 {
        let full_at = rules.iter().filter_map(|rule| {
            let bucket = self.bucket(rule);
            let (micros, left_over) = bucket.to_parts(rule.quota());
            let is_full = bucket.is_full(rule.quota(), now);
            is_full.then_some(micros + u64::from(left_over > 0))
        });
        full_at.max().unwrap_or(0).max(START / 2)
    }
}

fn asks<'a>(rules: &'a [Rule], asked: &[Asked]) -> Vec<Ask<'a>> {
    let ask = |&(place, cost): &Asked| {
        let rule = &rules[place];
        let tokens = match cost {
            Cost::Tokens(tokens) => tokens,
            Cost::Part(part) => {
                let burst = u128::from(rule.quota().burst());
                (burst * u128::from(part) / u128::from(u16::MAX)) as u64
            }
        };
        Ask {
            rule,
            key: "a",
            tokens,
        }
    };
    asked.iter().map(ask).collect()
}

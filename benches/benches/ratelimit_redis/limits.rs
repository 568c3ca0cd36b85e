//! Ours.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use fred::interfaces::ClientLike;
use ratelimit::{Ask, LeaseTerms, Leases, Quota, Redis, Rule, Store};
use redis_fixture::Server;

use crate::KEYS;
use crate::callers::{self, Measure};

const MANY: u64 = 100_000_000;

/// Quotas that nobody here uses up.
pub(crate) static THREE: [Rule; 3] = [
    Rule::new("day", Quota::per_day(MANY)),
    Rule::new("hour", Quota::per_hour(MANY)),
    Rule::new("minute", Quota::per_minute(MANY)),
];

/// One that everybody has used up.
static ONE: Rule = Rule::new("one", Quota::per_day(1));

const HOT: &str = "everybody";

const TERMS: LeaseTerms = LeaseTerms {
    most: 1_000,
    term: Duration::from_secs(1),
    keys: 1_000,
};

/// A limiter whose buckets are all full.
pub(crate) struct Limits<'s, C: ClientLike> {
    store: Redis<C>,
    server: &'s Server,
}

impl<'s, C: ClientLike + 'static> Limits<'s, C> {
    pub(crate) fn new(client: C, server: &'s Server) -> Self {
        Self {
            store: Redis::new(client, "limits").expect("it is a prefix"),
            server,
        }
    }

    /// Takes one token by each rule from one key after the other, all of which are there.
    pub(crate) async fn allow(&self, rules: &'static [Rule], calls: usize) -> Measure {
        let measure = self.ask(rules, calls, true).await;
        self.has_taken(&user(0), calls.div_ceil(KEYS)).await;
        measure
    }

    /// Asks for tokens that are not there.
    pub(crate) async fn refuse(&self, calls: usize) -> Measure {
        let rules = slice::from_ref(&ONE);
        self.ask(rules, KEYS, true).await;
        self.ask(rules, calls, false).await
    }

    /// Takes all tokens from one key.
    pub(crate) async fn hot(&self, calls: usize) -> Measure {
        let measure = self.ask_hot(&self.store, calls).await;
        self.has_taken(HOT, calls).await;
        measure
    }

    /// Takes all tokens from one key, by leases.
    pub(crate) async fn hot_by_leases(&self, calls: usize) -> Measure {
        let leases = Arc::new(Leases::new(self.store.clone(), TERMS));
        let measure = self.ask_hot(&leases, calls).await;
        leases.give_back_all().await.expect("the store is there");
        self.has_taken(HOT, calls).await;
        measure
    }

    async fn ask(&self, rules: &'static [Rule], calls: usize, is_allowed: bool) -> Measure {
        let store = self.store.clone();
        let call = move |place: usize| {
            let store = store.clone();
            async move {
                let key = user(place);
                let asks = |rule| Ask::one(rule, &key);
                let verdict = match rules {
                    [one, two, three] => store.take_all(&[one, two, three].map(asks)).await,
                    [one, ..] => store.take_all(&[asks(one)]).await,
                    [] => unreachable!("there is always a rule"),
                };
                let verdict = verdict.expect("the store is there");
                assert_eq!(verdict.decisions().len(), rules.len());
                assert_eq!(verdict.is_allowed(), is_allowed, "{verdict:?}");
            }
        };
        callers::make(self.server, calls, call).await
    }

    async fn ask_hot<S: Store + Clone + 'static>(&self, store: &S, calls: usize) -> Measure {
        let store = store.clone();
        let call = move |_| {
            let store = store.clone();
            async move {
                let asks = [Ask::one(&THREE[0], HOT)];
                let verdict = store.take_all(&asks).await;
                let verdict = verdict.expect("the store is there");
                assert!(verdict.is_allowed(), "{verdict:?}");
            }
        };
        callers::make(self.server, calls, call).await
    }

    /// Makes sure that so many tokens of the day are gone, but for what comes back within a minute.
    async fn has_taken(&self, key: &str, tokens: usize) {
        let rule = &THREE[0];
        let asks = [Ask {
            rule,
            key,
            tokens: 0,
        }];
        let verdict = self.store.take_all(&asks).await.expect("it is there");
        let (_, decision) = verdict.decisions().next().expect("one was asked");
        let taken = MANY - decision.remaining();
        let tokens = tokens as u64;
        let came_back = MANY / 24 / 60;
        assert!(taken <= tokens, "{taken} of {tokens}");
        assert!(taken + came_back >= tokens, "{taken} of {tokens}");
    }
}

fn user(place: usize) -> String {
    format!("user:{}", place % KEYS)
}

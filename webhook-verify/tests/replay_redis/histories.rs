//! The rule is written twice, in Rust and in Lua. Random histories get the same answers from both, also when
//! the clock is set back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use fred::clients::Client;
use proptest::prelude::*;
use redis_fixture::Server;
use webhook_verify::UnixTime;
use webhook_verify::replay::{
    Claim, Claimed, Clock, Forgotten, ManualClock, Memory, Redis, ReplayKey, Route, Settled, Store,
};

use crate::client::connect;
use crate::world::{fresh_prefix, run, windows};

/// Microseconds since the epoch.
const START: u64 = 1_700_000_000_123_457;
/// Microseconds. Redis drops what has been kept for as long by its own clock, which no test outlasts.
const LEASE: u64 = 1_000_000_000;
const KEEP: u64 = 5_000_000_000;

#[derive(Clone, Copy, Debug)]
enum Step {
    Claim {
        route: usize,
        key: usize,
    },
    Commit {
        claim: usize,
    },
    Release {
        claim: usize,
    },
    Forget {
        route: usize,
        key: usize,
    },
    /// Microseconds.
    Advance(u64),
    SetBack(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let place = (0..2_usize, 0..3_usize);
    prop_oneof![
        4 => place.clone().prop_map(|(route, key)| Step::Claim { route, key }),
        2 => (0..6_usize).prop_map(|claim| Step::Commit { claim }),
        1 => (0..6_usize).prop_map(|claim| Step::Release { claim }),
        1 => place.prop_map(|(route, key)| Step::Forget { route, key }),
        3 => prop_oneof![Just(1), Just(LEASE - 1), Just(LEASE), Just(KEEP), 0..2 * KEEP]
            .prop_map(Step::Advance),
        1 => (0..2 * KEEP).prop_map(Step::SetBack),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_writings_of_the_rule_answer_alike(steps in prop::collection::vec(step(), 1..80)) {
        static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
        run(async {
            let client = connect(&SERVER.url()).await;
            let mut twins = Twins::new(client).await;
            for (number, step) in steps.iter().enumerate() {
                twins.take(*step, number).await;
            }
        });
    }
}

/// A store in memory, a log in Redis, and their clocks.
struct Twins {
    memory: Memory,
    redis: Redis<Client>,
    /// That of the store in memory stands still where that of Redis is set back.
    steady: Arc<ManualClock>,
    unsteady: Arc<Unsteady>,
    /// What both have granted, newest last.
    claims: Vec<(Claim, Claim)>,
}

impl Twins {
    async fn new(client: Client) -> Self {
        let steady = Arc::new(ManualClock::at(UnixTime::from_micros(START)));
        let unsteady = Arc::new(Unsteady(AtomicU64::new(START)));
        let redis = Redis::with_clock(client, &fresh_prefix(), Arc::clone(&unsteady)).unwrap();
        // So that both have seen the clock where it stands at first.
        redis.check().await.unwrap();
        Self {
            memory: Memory::with_clock(Arc::clone(&steady)),
            redis,
            steady,
            unsteady,
            claims: Vec::new(),
        }
    }

    async fn take(&mut self, step: Step, number: usize) {
        match step {
            Step::Claim { route, key } => self.claim(route, key, number).await,
            Step::Commit { claim } => self.settle(claim, number, true).await,
            Step::Release { claim } => self.settle(claim, number, false).await,
            Step::Forget { route, key } => self.forget(route, key, number).await,
            Step::Advance(by) => {
                self.unsteady.0.fetch_add(by, Ordering::Relaxed);
            }
            Step::SetBack(by) => {
                self.unsteady.0.fetch_sub(by, Ordering::Relaxed);
            }
        }
    }

    async fn claim(&mut self, route: usize, key: usize, number: usize) {
        let (route, key) = place(route, key);
        let windows = windows(Duration::from_micros(LEASE), Duration::from_micros(KEEP));
        self.observe();
        let memory = self.memory.claim(&route, &key, windows).await.unwrap();
        let redis = self.redis.claim(&route, &key, windows).await.unwrap();
        match (memory, redis) {
            (Claimed::Fresh(memory), Claimed::Fresh(redis)) => {
                assert_eq!(memory.until, redis.until, "step {number}");
                let highest = self.claims.iter().map(|(_, claim)| claim.fence).max();
                assert!(Some(redis.fence) > highest, "step {number}");
                self.claims.push((memory, redis));
            }
            (memory, redis) => assert_eq!(memory, redis, "step {number}"),
        }
    }

    /// Commits or releases one of the latest claims.
    async fn settle(&self, back: usize, number: usize, commits: bool) {
        let Some((memory, redis)) = self.claims.iter().rev().nth(back) else {
            return;
        };
        self.observe();
        let answers: [Settled; 2] = if commits {
            [
                self.memory.commit(memory).await.unwrap(),
                self.redis.commit(redis).await.unwrap(),
            ]
        } else {
            [
                self.memory.release(memory).await.unwrap(),
                self.redis.release(redis).await.unwrap(),
            ]
        };
        assert_eq!(answers[0], answers[1], "step {number}");
    }

    async fn forget(&self, route: usize, key: usize, number: usize) {
        let (route, key) = place(route, key);
        self.observe();
        let memory: Forgotten = self.memory.forget(&route, &key).await.unwrap();
        let redis = self.redis.forget(&route, &key).await.unwrap();
        assert_eq!(memory, redis, "step {number}");
    }

    /// Both are about to read their clocks: moves the steady one to where the other is, unless that is
    /// behind it.
    fn observe(&self) {
        let ahead = self.unsteady.now().since_epoch();
        let behind = self.steady.now().since_epoch();
        self.steady.advance(ahead.saturating_sub(behind));
    }
}

/// A clock that can be set back, as the one of a server can.
#[derive(Debug)]
struct Unsteady(AtomicU64);

impl Clock for Unsteady {
    fn now(&self) -> UnixTime {
        UnixTime::from_micros(self.0.load(Ordering::Relaxed))
    }
}

fn place(route: usize, key: usize) -> (Route, ReplayKey) {
    let route = Route::new(&format!("/{route}")).unwrap();
    (route, crate::world::key(&key.to_string()))
}

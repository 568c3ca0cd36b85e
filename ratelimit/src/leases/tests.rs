use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use core::time::Duration;

use async_trait::async_trait;
use proptest::prelude::*;

use super::*;
use crate::{Memory, Quota, WhenFull};

const SECOND: Duration = Duration::from_secs(1);
const TERMS: LeaseTerms = LeaseTerms {
    most: 64,
    term: SECOND,
    keys: 1_000,
};

static DAILY: Rule = Rule::new("daily", Quota::per_day(10_000));
static HOURLY: Rule = Rule::new("hourly", Quota::per_hour(5_000));
static FEW: Rule = Rule::new("few", Quota::per_hour(10));

/// A store that counts how often it is asked, can fail, and lets others go first.
#[derive(Debug)]
struct Shared {
    memory: Memory,
    calls: AtomicUsize,
    fails: AtomicBool,
}

impl Shared {
    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::Relaxed)
    }

    async fn step(&self) -> Result<&Memory, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        if self.fails.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("it fails".into()));
        }
        Ok(&self.memory)
    }
}

#[async_trait]
impl Store for Shared {
    async fn take_all<'a>(&self, asks: &[Ask<'a>]) -> Result<Verdict<'a>, StoreError> {
        Ok(self.step().await?.take_all(asks)?)
    }

    async fn refund_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.step().await?.refund_all(asks).await
    }

    async fn charge_all(&self, asks: &[Ask<'_>]) -> Result<(), StoreError> {
        self.step().await?.charge_all(asks).await
    }

    async fn reset(&self, rule: &Rule, key: &str) -> Result<(), StoreError> {
        Store::reset(self.step().await?, rule, key).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.step().await?.check().await
    }
}

/// A store, and processes that share it.
struct World {
    shared: Arc<Shared>,
    processes: Vec<Leases<Arc<Shared>>>,
    time: Arc<AtomicU64>,
}

impl World {
    fn new(processes: usize, terms: LeaseTerms) -> Self {
        let time = Arc::new(AtomicU64::new(1_000_000));
        let clock = || {
            let time = Arc::clone(&time);
            move || Time::from_micros(time.load(Ordering::Relaxed))
        };
        let shared = Arc::new(Shared {
            memory: Memory::for_keys(1_000, WhenFull::Refuse).with_clock(clock()),
            calls: AtomicUsize::new(0),
            fails: AtomicBool::new(false),
        });
        let process = |_| Leases::new(Arc::clone(&shared), terms).with_clock(clock());
        Self {
            processes: (0..processes).map(process).collect(),
            shared,
            time,
        }
    }

    fn advance(&self, by: Duration) {
        self.time
            .fetch_add(by.as_micros() as u64, Ordering::Relaxed);
    }

    async fn take(&self, process: usize, rule: &Rule, key: &str, tokens: u64) -> bool {
        let asks = [Ask { rule, key, tokens }];
        let verdict = self.processes[process].take_all(&asks).await;
        verdict.expect("the store works").is_allowed()
    }

    fn left(&self, rule: &Rule, key: &str) -> u64 {
        self.shared.memory.peek(rule, key).remaining()
    }
}

fn run<T>(task: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("it can be made").block_on(task)
}

/// Where nothing is held, and no answer is good for longer than an instant, it is a store like any other.
mod without_holding {
    use super::*;

    crate::store_conformance!(async |clock| {
        let local = Arc::clone(&clock);
        let memory = Memory::for_keys(1_000, WhenFull::Refuse).with_clock(move || clock.now());
        let terms = LeaseTerms {
            most: 0,
            term: Duration::ZERO,
            keys: 1_000,
        };
        Leases::new(memory, terms).with_clock(move || local.now())
    });
}

#[test]
fn a_key_that_is_asked_once_costs_what_it_would_without() {
    run(async {
        let world = World::new(1, TERMS);
        for number in 0..100 {
            assert!(world.take(0, &DAILY, &format!("{number}"), 3).await);
        }
        assert_eq!(world.shared.calls(), 100);
        assert_eq!(world.processes[0].held(), 0);
        assert_eq!(world.left(&DAILY, "7"), 9_997);
        // Nor when it is asked again after a term.
        world.advance(SECOND * 2);
        assert!(world.take(0, &DAILY, "7", 1).await);
        assert_eq!(world.processes[0].held(), 0);
    });
}

#[test]
fn a_key_that_is_asked_much_is_asked_for_in_batches() {
    run(async {
        let world = World::new(1, TERMS);
        for _ in 0..1_000 {
            assert!(world.take(0, &DAILY, "a", 1).await);
        }
        let calls = world.shared.calls();
        assert!(calls <= 1_000 / 64 + 8, "{calls}");
        let held = world.processes[0].held();
        assert!(held <= 64, "{held}");
        assert_eq!(world.left(&DAILY, "a"), 10_000 - 1_000 - held);
    });
}

#[test]
fn who_is_refused_is_refused_without_the_store_until_something_can_have_come_back() {
    run(async {
        let world = World::new(1, TERMS);
        let rule = Rule::new("slow", Quota::per_second(2));
        assert!(world.take(0, &rule, "a", 2).await);
        assert!(!world.take(0, &rule, "a", 1).await);
        world.shared.calls();
        for _ in 0..1_000 {
            assert!(!world.take(0, &rule, "a", 1).await);
        }
        assert_eq!(world.shared.calls(), 0);
        world.advance(SECOND / 2 - Duration::from_micros(1));
        assert!(!world.take(0, &rule, "a", 1).await);
        world.advance(Duration::from_micros(1));
        assert!(
            world.take(0, &rule, "a", 1).await,
            "the hint is as tight as ever"
        );
    });
}

#[test]
fn what_others_give_back_is_noticed_after_a_term() {
    run(async {
        let world = World::new(2, TERMS);
        assert!(world.take(0, &FEW, "a", 10).await);
        assert!(!world.take(0, &FEW, "a", 1).await);
        world.processes[1].reset(&FEW, "a").await.expect("it works");
        assert!(!world.take(0, &FEW, "a", 1).await);
        world.advance(SECOND + Duration::from_micros(1));
        assert!(world.take(0, &FEW, "a", 1).await);
        // What one does itself it notices at once.
        assert!(!world.take(0, &FEW, "a", 10).await);
        world.processes[0].reset(&FEW, "a").await.expect("it works");
        assert!(world.take(0, &FEW, "a", 10).await);
    });
}

#[test]
fn what_is_held_is_given_back_when_it_is_idle_and_at_the_end() {
    run(async {
        let world = World::new(1, TERMS);
        let process = &world.processes[0];
        for _ in 0..40 {
            assert!(world.take(0, &DAILY, "a", 1).await);
            assert!(world.take(0, &HOURLY, "b", 2).await);
        }
        assert!(process.held() > 0);
        process.give_back_idle().await.expect("it works");
        assert!(process.held() > 0, "it was asked for a moment ago");
        world.advance(SECOND + Duration::from_micros(1));
        assert!(world.take(0, &HOURLY, "c", 1).await);
        process.give_back_idle().await.expect("it works");
        assert_eq!(process.held(), 0);
        assert_eq!(world.left(&DAILY, "a"), 9_960);
        assert_eq!(
            world.left(&HOURLY, "b"),
            4_921,
            "80 less one that came back"
        );

        for _ in 0..40 {
            assert!(world.take(0, &DAILY, "a", 1).await);
        }
        assert!(process.held() > 0);
        process.give_back_all().await.expect("it works");
        assert_eq!(process.held(), 0);
        assert_eq!(world.left(&DAILY, "a"), 9_920);
    });
}

#[test]
fn several_rules_are_asked_as_one() {
    run(async {
        let world = World::new(1, TERMS);
        let mut allowed = 0;
        for _ in 0..50 {
            let asks = [Ask::one(&DAILY, "a"), Ask::one(&FEW, "a")];
            let verdict = world.processes[0].take_all(&asks).await.expect("it works");
            allowed += u64::from(verdict.is_allowed());
            if !verdict.is_allowed() {
                let refused: Vec<_> = verdict.refusals().map(|(rule, _)| rule.name()).collect();
                assert_eq!(refused, ["few"]);
            }
        }
        assert_eq!(allowed, 10);
        assert!(world.shared.calls() < 20);
        world.processes[0].give_back_all().await.expect("it works");
        assert_eq!(world.left(&DAILY, "a"), 9_990);
    });
}

#[test]
fn of_all_who_wait_for_a_key_one_asks() {
    run(async {
        let world = World::new(1, TERMS);
        for _ in 0..200 {
            assert!(world.take(0, &DAILY, "a", 1).await);
        }
        world.shared.calls();
        let takes = (0..500).map(|_| world.take(0, &DAILY, "a", 1));
        let allowed = futures_util::future::join_all(takes).await;
        assert!(allowed.into_iter().all(|allowed| allowed));
        let calls = world.shared.calls();
        assert!(calls <= 500 / 64 + 2, "{calls}");
    });
}

#[test]
fn who_goes_away_or_fails_leaves_nobody_waiting() {
    run(async {
        let world = World::new(1, TERMS);
        {
            let mut gone = core::pin::pin!(world.take(0, &DAILY, "a", 1));
            assert!(futures_util::poll!(gone.as_mut()).is_pending());
            let mut waits = core::pin::pin!(world.take(0, &DAILY, "a", 1));
            assert!(futures_util::poll!(waits.as_mut()).is_pending());
            assert_eq!(world.shared.calls(), 1);
        }
        assert!(world.take(0, &DAILY, "a", 1).await);

        world.shared.fails.store(true, Ordering::Relaxed);
        let asks = [Ask::one(&DAILY, "b")];
        let process = &world.processes[0];
        let (one, other) = futures_util::join!(process.take_all(&asks), process.take_all(&asks));
        assert!(one.is_err() && other.is_err());
        world.shared.fails.store(false, Ordering::Relaxed);
        assert!(world.take(0, &DAILY, "b", 1).await);
    });
}

#[test]
fn keys_for_which_there_is_no_room_are_asked_for_each_time() {
    run(async {
        let world = World::new(1, LeaseTerms { keys: 2, ..TERMS });
        for key in ["a", "b", "c"] {
            for _ in 0..20 {
                assert!(world.take(0, &DAILY, key, 1).await);
            }
        }
        let calls = world.shared.calls();
        assert!((20..40).contains(&calls), "{calls}");
        assert_eq!(world.left(&DAILY, "c"), 9_980);
        // Those that nobody asks for any more make room.
        world.advance(SECOND * 2);
        world.processes[0].give_back_idle().await.expect("it works");
        for _ in 0..20 {
            assert!(world.take(0, &DAILY, "c", 1).await);
        }
        assert!(world.shared.calls() < 10);
    });
}

#[test]
fn a_rule_that_has_another_quota_is_not_answered_by_the_former_one() {
    run(async {
        let world = World::new(1, LeaseTerms { most: 0, ..TERMS });
        let rule = Rule::new("api", Quota::per_day(5));
        assert!(world.take(0, &rule, "a", 5).await);
        assert!(!world.take(0, &rule, "a", 1).await);
        let changed = rule.changed_to(Quota::per_day(9), crate::Migration::Additive);
        assert!(world.take(0, &changed, "a", 4).await);
        assert!(!world.take(0, &changed, "a", 1).await);
    });
}

/// The bound can be reached, so it is not a bound of something else.
#[test]
fn what_was_held_can_be_used_on_top_of_a_burst() {
    run(async {
        let rule = Rule::new("burst", Quota::per_second(100));
        let terms = LeaseTerms {
            most: 10,
            term: SECOND * 60,
            ..TERMS
        };
        let world = World::new(2, terms);
        for process in [0, 1] {
            while world.processes[process].held() < 10 {
                assert!(world.take(process, &rule, "a", 1).await);
            }
        }
        let held: u64 = world.processes.iter().map(Leases::held).sum();
        assert_eq!(held, 20);
        world.advance(SECOND * 2);
        let mut allowed = 0;
        for turn in 0..400 {
            allowed += u64::from(world.take(turn % 2, &rule, "a", 1).await);
        }
        assert_eq!(allowed, 100 + held);
    });
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Take { process: usize, tokens: u64 },
    Wait(u64),
    GiveBack(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        16 => (0..3_usize, 1..4_u64).prop_map(|(process, tokens)| Event::Take { process, tokens }),
        3 => prop_oneof![0..20_000_u64, 0..3_000_000_u64].prop_map(Event::Wait),
        1 => (0..3_usize).prop_map(Event::GiveBack),
    ];
    proptest::collection::vec(event, 1..400)
}

proptest! {
    /// In all, no more than the quota; in any span of time, no more than that and what was held.
    #[test]
    fn what_is_allowed_has_the_stated_bound(events in events(), most in 0..30_u64) {
        let quota = Quota::per_second(50).with_burst(20);
        let rule = Rule::new("rule", quota);
        let world = World::new(3, LeaseTerms { most, ..TERMS });
        // What was allowed by when, and what was held before.
        let mut allowed: Vec<(u64, u64, u64)> = Vec::new();
        run(async {
            for event in events {
                match event {
                    Event::Wait(micros) => world.advance(Duration::from_micros(micros)),
                    Event::GiveBack(process) => {
                        let given = world.processes[process].give_back_idle().await;
                        given.expect("it works");
                    }
                    Event::Take { process, tokens } => {
                        let held = world.processes.iter().map(Leases::held).sum();
                        if world.take(process, &rule, "a", tokens).await {
                            let now = world.time.load(Ordering::Relaxed);
                            allowed.push((now, tokens, held));
                        }
                    }
                }
            }
        });
        let begin = 1_000_000;
        for (first, &(from, _, held)) in allowed.iter().enumerate() {
            prop_assert!(held <= 3 * most);
            let mut sum = 0;
            for &(to, tokens, _) in &allowed[first..] {
                sum += tokens;
                let quota = |from: u64| 20 + (to - from) * 50 / 1_000_000;
                prop_assert!(sum <= quota(from) + held, "{sum} from {from} to {to}");
                prop_assert!(first > 0 || sum <= quota(begin));
            }
        }
    }
}

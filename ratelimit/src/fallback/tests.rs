use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::sync::atomic::{AtomicBool, AtomicUsize};

use super::*;
use crate::{MAX_ASKS, Memory, Migration, Quota, WhenFull};

const PAUSE: Duration = Duration::from_secs(1);

static HOURLY: Rule = Rule::new("hourly", Quota::per_hour(1_000));
static FEW: Rule = Rule::new("few", Quota::per_hour(10));

/// A store that can be taken away, and counts how often it is asked.
#[derive(Debug)]
struct Shared {
    memory: Memory,
    is_gone: AtomicBool,
    calls: AtomicUsize,
}

impl Shared {
    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::Relaxed)
    }

    async fn step(&self) -> Result<&Memory, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        if self.is_gone.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("it is gone".into()));
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

struct World {
    shared: Arc<Shared>,
    time: Arc<AtomicU64>,
}

impl World {
    fn new() -> Self {
        let time = Arc::new(AtomicU64::new(1));
        let memory = Memory::for_keys(1_000, WhenFull::Refuse).with_clock(clock(&time));
        let shared = Shared {
            memory,
            is_gone: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
        };
        Self {
            shared: Arc::new(shared),
            time,
        }
    }

    fn process(&self, when_down: WhenDown) -> Fallback<Arc<Shared>> {
        let store = Arc::clone(&self.shared);
        Fallback::new(store, when_down, PAUSE).with_clock(clock(&self.time))
    }

    fn local(&self, one_in: u32, keys: usize) -> WhenDown {
        WhenDown::Local(Local {
            memory: Memory::for_keys(keys, WhenFull::Refuse).with_clock(clock(&self.time)),
            one_in: NonZeroU32::new(one_in).expect("it is not zero"),
        })
    }

    fn take_away(&self) {
        self.shared.is_gone.store(true, Ordering::Relaxed);
    }

    fn bring_back(&self) {
        self.shared.is_gone.store(false, Ordering::Relaxed);
    }

    fn advance(&self, by: Duration) {
        self.time
            .fetch_add(by.as_micros() as u64, Ordering::Relaxed);
    }
}

fn clock(time: &Arc<AtomicU64>) -> impl Fn() -> Time + Send + Sync + 'static {
    let time = Arc::clone(time);
    move || Time::from_micros(time.load(Ordering::Relaxed))
}

async fn take(store: &impl Store, rule: &Rule, key: &str) -> bool {
    let verdict = store.take_all(&[Ask::one(rule, key)]).await;
    verdict.expect("something holds").is_allowed()
}

/// How many of so many takes are allowed.
async fn allowed(store: &impl Store, rule: &Rule, key: &str, takes: usize) -> usize {
    let mut count = 0;
    for _ in 0..takes {
        count += usize::from(take(store, rule, key).await);
    }
    count
}

fn run<T>(task: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("it can be made").block_on(task)
}

/// As long as the store is there, it is the store.
mod while_the_store_is_there {
    use super::*;

    crate::store_conformance!(async |clock| {
        let memory = Memory::for_keys(1_000, WhenFull::Refuse).with_clock(move || clock.now());
        let local = World::new().local(4, 1_000);
        Fallback::new(memory, local, PAUSE)
    });
}

#[test]
fn who_denies_fails_at_once_until_the_pause_is_over() {
    run(async {
        let world = World::new();
        let process = world.process(WhenDown::Deny);
        assert!(take(&process, &FEW, "a").await);
        world.take_away();
        for _ in 0..5 {
            let refused = process.take_all(&[Ask::one(&FEW, "a")]).await;
            assert!(
                matches!(refused, Err(StoreError::Unavailable(_))),
                "{refused:?}"
            );
        }
        assert_eq!(
            world.shared.calls(),
            2,
            "before it was taken away, and once after"
        );
        assert!(process.is_down());

        world.bring_back();
        assert!(process.take_all(&[Ask::one(&FEW, "a")]).await.is_err());
        world.advance(PAUSE);
        assert!(take(&process, &FEW, "a").await);
        assert!(!process.is_down());
        assert_eq!(process.answered_without(), 0);
    });
}

#[test]
fn after_the_pause_one_caller_tries() {
    run(async {
        let world = World::new();
        let process = world.process(WhenDown::Allow);
        world.take_away();
        assert!(take(&process, &FEW, "a").await);
        world.advance(PAUSE);
        world.shared.calls();
        let takes = (0..50).map(|_| take(&process, &FEW, "a"));
        let answers = futures_util::future::join_all(takes).await;
        assert!(answers.into_iter().all(|is_allowed| is_allowed));
        assert_eq!(world.shared.calls(), 1);
    });
}

#[test]
fn who_allows_allows_what_a_burst_has_and_counts_it() {
    run(async {
        let world = World::new();
        let process = world.process(WhenDown::Allow);
        world.take_away();
        assert_eq!(allowed(&process, &FEW, "a", 100).await, 100);
        assert_eq!(process.answered_without(), 100);
        let dear = Ask {
            rule: &FEW,
            key: "a",
            tokens: 11,
        };
        let verdict = process.take_all(&[dear]).await.expect("something holds");
        assert!(!verdict.is_allowed() && verdict.retry_after().is_none());
        process.refund_all(&[dear]).await.expect("something holds");
        process.charge_all(&[dear]).await.expect("something holds");
        // What was allowed without the store is not charged to it.
        world.bring_back();
        world.advance(PAUSE);
        assert_eq!(allowed(&process, &FEW, "a", 100).await, 10);
    });
}

#[test]
fn what_has_been_used_up_stays_so_when_the_store_goes_away() {
    run(async {
        let world = World::new();
        let process = world.process(world.local(4, 1_000));
        assert_eq!(allowed(&process, &HOURLY, "used up", 2_000).await, 1_000);
        assert_eq!(allowed(&process, &HOURLY, "half", 500).await, 500);
        world.take_away();
        assert_eq!(allowed(&process, &HOURLY, "used up", 500).await, 0);
        assert_eq!(allowed(&process, &HOURLY, "half", 500).await, 125);
        assert_eq!(allowed(&process, &HOURLY, "new", 500).await, 250);

        // A quarter of the rate, and no more.
        world.advance(Duration::from_secs(360));
        assert_eq!(allowed(&process, &HOURLY, "used up", 500).await, 25);
    });
}

#[test]
fn as_many_processes_as_there_are_shares_allow_no_more_than_the_quota() {
    run(async {
        let world = World::new();
        let processes: Vec<_> = (0..3).map(|_| world.process(world.local(3, 100))).collect();
        for process in &processes {
            assert_eq!(allowed(process, &HOURLY, "a", 100).await, 100);
        }
        for process in &processes {
            assert!(
                process
                    .take_all(&[Ask {
                        rule: &HOURLY,
                        key: "a",
                        tokens: 0
                    }])
                    .await
                    .is_ok()
            );
        }
        world.take_away();
        let mut count = 0;
        for hour in 0..3 {
            world.advance(Duration::from_secs(3_600) * hour.min(1));
            for process in &processes {
                count += allowed(process, &HOURLY, "a", 1_000).await;
            }
        }
        assert!(count <= 700 + 2_000, "{count}");
        assert!(count >= 700 + 2_000 - 3 * 3, "{count}");
    });
}

#[test]
fn a_quota_that_changes_while_the_store_is_away_takes_its_buckets_with_it() {
    run(async {
        let world = World::new();
        let process = world.process(world.local(2, 100));
        world.take_away();
        assert_eq!(allowed(&process, &FEW, "a", 10).await, 5);
        let more = FEW
            .clone()
            .changed_to(Quota::per_hour(20), Migration::Additive);
        assert_eq!(allowed(&process, &more, "a", 10).await, 5);
    });
}

#[test]
fn a_key_for_which_there_is_no_room_is_refused() {
    run(async {
        let world = World::new();
        let process = world.process(world.local(1, 1));
        assert!(take(&process, &HOURLY, "known").await);
        world.take_away();
        let mut refused = 0;
        for key in 0..300 {
            refused += u32::from(!take(&process, &HOURLY, &format!("{key}")).await);
        }
        assert!(refused > 100, "{refused}");
        assert!(
            take(&process, &HOURLY, "known").await,
            "and no other loses its place"
        );
    });
}

#[test]
fn what_is_settled_without_the_store_counts_here() {
    run(async {
        let world = World::new();
        let process = world.process(world.local(2, 100));
        world.take_away();
        let five = [Ask {
            rule: &FEW,
            key: "a",
            tokens: 5,
        }];
        process.charge_all(&five).await.expect("something holds");
        assert!(!take(&process, &FEW, "a").await);
        process.refund_all(&five).await.expect("something holds");
        assert_eq!(allowed(&process, &FEW, "a", 20).await, 5);
        // What an operator does is done where it counts, or not at all.
        assert!(process.reset(&FEW, "a").await.is_err());
        assert!(process.check().await.is_err());
        world.bring_back();
        process.reset(&FEW, "a").await.expect("it is there");
        assert_eq!(
            allowed(&process, &FEW, "a", 20).await,
            5,
            "by itself, until the pause is over"
        );
    });
}

#[test]
fn a_fault_of_the_host_is_no_outage() {
    run(async {
        let world = World::new();
        let process = world.process(WhenDown::Allow);
        let asks = [Ask::one(&FEW, "a"); MAX_ASKS + 1];
        for _ in 0..2 {
            let error = process.take_all(&asks).await;
            assert!(matches!(error, Err(StoreError::TooMany(_))), "{error:?}");
            assert!(!process.is_down());
            world.take_away();
            assert!(take(&process, &FEW, "a").await);
            world.bring_back();
            world.advance(PAUSE);
        }
    });
}

#[test]
fn rules_in_shadow_stay_there() {
    run(async {
        let world = World::new();
        let process = world.process(world.local(10, 100));
        world.take_away();
        let shadow = FEW.clone().in_shadow();
        let asks = [Ask::one(&shadow, "a"), Ask::one(&HOURLY, "a")];
        for shadow_refusals in [0, 1] {
            let verdict = process.take_all(&asks).await.expect("something holds");
            assert!(verdict.is_allowed());
            assert_eq!(verdict.shadow_refusals().count(), shadow_refusals);
            let names: Vec<_> = verdict.decisions().map(|(rule, _)| rule.name()).collect();
            assert_eq!(names, ["few", "hourly"]);
        }
    });
}

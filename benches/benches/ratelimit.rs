//! What a decision of a limiter in memory costs, beside other crates and beside the least it could cost.
//!
//! The least is to read a clock, to hash the key, and one compare-and-swap: no limiter by key that may be asked by
//! several threads can do without them. All of them get the same keys, as `String`, and the answer is checked each
//! time.

use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use governor::DefaultKeyedRateLimiter;
use ratelimit::{Memory, Quota, Rule, WhenFull};
use registry_ratelimit::Ratelimiter;

/// The burst never ends, and the bucket is not full again before the key has its next turn.
static ALLOWED: Rule = Rule::new("allowed", Quota::per_second(RATE).with_burst(BURST));
/// One token, which was taken before.
static DENIED: Rule = Rule::new("denied", Quota::per_day(1));

const RATE: u64 = 1_000;
const BURST: u64 = 1_000_000_000;

const KEYS: [(&str, usize); 2] = [("1000", 1_000), ("1000000", 1_000_000)];

/// How far the next key is from the last: no prefetcher follows, and every key has its turn.
const STRIDE: usize = 7_919;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    limits(&mut criterion);
    for (name, count) in KEYS {
        let keys: Vec<_> = (0..count).map(|key| format!("user-{key:012}")).collect();
        for threads in [1, 2] {
            spread(&mut criterion, &format!("{name}_keys"), &keys, threads);
        }
    }
    for threads in [1, 2] {
        hot(&mut criterion, threads);
    }
    bytes_a_key();
    criterion.final_summary();
}

fn limits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("limits");
    let clock = quanta::Clock::new();
    group.bench_function("one-clock-read", |bencher| bencher.iter(|| clock.raw()));
    let hasher = RandomState::new();
    let word = AtomicU64::new(0);
    group.bench_function("one-hash-and-one-swap", |bencher| {
        bencher.iter(|| {
            let hash = hasher.hash_one(black_box("user-000000000001"));
            let old = word.load(Ordering::Relaxed);
            let swapped = word.compare_exchange(old, hash | 1, Ordering::AcqRel, Ordering::Relaxed);
            assert!(swapped.is_ok());
        });
    });
    group.finish();
}

fn spread(criterion: &mut Criterion, name: &str, keys: &[String], threads: usize) {
    for (answer, rule) in [("allowed", &ALLOWED), ("denied", &DENIED)] {
        let mut group = group(criterion, &format!("{answer}_{name}"), threads);
        let is_allowed = answer == "allowed";

        let governor = DefaultKeyedRateLimiter::dashmap(governor_quota(is_allowed));
        let memory = Memory::for_keys(keys.len(), WhenFull::Refuse);
        for key in keys {
            assert!(governor.check_key(key).is_ok() && memory.take(rule, key, 1).is_allowed());
        }

        group.bench_function("ratelimit", |bencher| {
            bencher.iter_custom(|rounds| {
                ask(threads, rounds, keys, |key| {
                    assert_eq!(memory.take(rule, key, 1).is_allowed(), is_allowed);
                })
            });
        });
        group.bench_function("governor", |bencher| {
            bencher.iter_custom(|rounds| {
                ask(threads, rounds, keys, |key| {
                    assert_eq!(governor.check_key(key).is_ok(), is_allowed);
                })
            });
        });
        group.finish();
    }
}

/// One key for all; and beside it crates whose limiters have no keys, and so hash none.
fn hot(criterion: &mut Criterion, threads: usize) {
    let keys = [String::from("user-000000000001")];
    spread(criterion, "hot_key", &keys, threads);

    let mut group = group(criterion, "allowed_without_key", threads);
    let registry = Ratelimiter::builder(RATE)
        .max_tokens(BURST)
        .initial_available(BURST)
        .build()
        .expect("a rate");
    group.bench_function("registry-ratelimit", |bencher| {
        bencher.iter_custom(|rounds| {
            ask(threads, rounds, &keys, |_| {
                assert!(registry.try_wait().is_ok());
            })
        });
    });
    let leaky = leaky_bucket::RateLimiter::builder()
        .initial(BURST as usize)
        .max(BURST as usize)
        .refill(1)
        .interval(Duration::from_millis(1))
        .build();
    group.bench_function("leaky-bucket", |bencher| {
        bencher
            .iter_custom(|rounds| ask(threads, rounds, &keys, |_| assert!(leaky.try_acquire(1))));
    });
    group.finish();
}

/// Each thread asks so often, beginning at a key of its own. The time is that of all of them, of which each asks its
/// share.
fn ask(threads: usize, rounds: u64, keys: &[String], ask: impl Fn(&String) + Sync) -> Duration {
    let share = rounds.div_ceil(threads as u64);
    let run = &|first: usize| {
        let mut place = first % keys.len();
        for _ in 0..share {
            ask(black_box(&keys[place]));
            place = (place + STRIDE) % keys.len();
        }
    };
    let began = Instant::now();
    match threads {
        1 => run(0),
        _ => thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || run(thread * keys.len() / threads));
            }
        }),
    }
    began.elapsed()
}

fn bytes_a_key() {
    for (name, count) in KEYS {
        let bytes = Memory::for_keys(count, WhenFull::Refuse).bytes();
        println!(
            "{name} keys: {:.1} bytes a key",
            bytes as f64 / count as f64
        );
    }
}

fn governor_quota(is_allowed: bool) -> governor::Quota {
    let number = |value: u64| NonZeroU32::new(value as u32).expect("not zero");
    match is_allowed {
        true => governor::Quota::per_second(number(RATE)).allow_burst(number(BURST)),
        false => {
            governor::Quota::with_period(Duration::from_secs(86_400)).expect("a day is not zero")
        }
    }
}

fn group<'a>(
    criterion: &'a mut Criterion,
    operation: &str,
    threads: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(format!("{operation}_{threads}_threads"));
    group.sample_size(20);
    group.measurement_time(Duration::from_secs(2));
    group.warm_up_time(Duration::from_millis(500));
    group
}

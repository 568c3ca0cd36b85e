//! What it costs to guard a call that works, beside other crates and beside the least it could cost.
//!
//! The least is one atomic addition: whoever counts calls of several threads cannot do without it. A breaker reads it a
//! clock besides, ours as others do; where the time is an argument, it is read here, once for a call that is let through
//! and once when it has ended. The call itself does nothing, and its answer is checked each time.

use std::future::Future as _;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use failsafe::CircuitBreaker as _;
use recloser::Recloser;
use retry::{Breaker, BreakerPolicy, Budget};
use tower::retry::budget::{Budget as _, TpsBudget};
use tower::{Layer, Service, service_fn};
use tower_resilience_circuitbreaker::CircuitBreakerLayer;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for threads in [1, 2] {
        closed_breaker(&mut criterion, threads);
        budget(&mut criterion, threads);
    }
    closed_layer(&mut criterion);
    criterion.final_summary();
}

fn closed_breaker(criterion: &mut Criterion, threads: usize) {
    let mut group = group(criterion, "closed_breaker", threads);
    let word = AtomicU64::new(0);
    measure(&mut group, "one-addition", threads, || {
        word.fetch_add(black_box(1), Ordering::Relaxed);
    });
    let clock = quanta::Clock::new();
    measure(
        &mut group,
        "one-addition-and-two-clock-reads",
        threads,
        || {
            let began = clock.raw();
            word.fetch_add(black_box(1), Ordering::Relaxed);
            assert!(clock.raw() >= began);
        },
    );

    let breaker = Breaker::new(BreakerPolicy::usual());
    let epoch = Instant::now();
    measure(&mut group, "retry", threads, || {
        let call = breaker.admit(epoch.elapsed()).expect("closed");
        black_box(());
        call.succeed(epoch.elapsed());
    });
    measure(&mut group, "retry-without-clock", threads, || {
        let call = breaker
            .admit(black_box(Duration::from_secs(1)))
            .expect("closed");
        call.succeed(black_box(Duration::from_secs(1)));
    });
    let by_calls = Breaker::new(BreakerPolicy::usual().over_calls(100));
    measure(&mut group, "retry-over-100-calls", threads, || {
        let call = by_calls.admit(epoch.elapsed()).expect("closed");
        black_box(());
        call.succeed(epoch.elapsed());
    });

    let failsafe = failsafe::Config::new().build();
    measure(&mut group, "failsafe", threads, || {
        assert!(failsafe.call(|| black_box(Ok::<(), ()>(()))).is_ok());
    });
    let recloser = Recloser::default();
    measure(&mut group, "recloser", threads, || {
        assert!(recloser.call(|| black_box(Ok::<(), ()>(()))).is_ok());
    });
    group.finish();
}

/// The breaker of `tower-resilience` is a layer, which costs a future and a service besides; so ours is measured
/// around a service, too.
fn closed_layer(criterion: &mut Criterion) {
    let mut group = group(criterion, "closed_breaker_around_a_service", 1);
    let mut alone = service_fn(async |()| black_box(Ok::<(), ()>(())));
    group.bench_function("alone", |bencher| bencher.iter(|| works(&mut alone)));

    let breaker = Arc::new(Breaker::new(BreakerPolicy::usual()));
    let epoch = Instant::now();
    let mut ours = service_fn(move |()| {
        let breaker = Arc::clone(&breaker);
        async move {
            let call = Breaker::admit_by(breaker, epoch.elapsed()).map_err(drop)?;
            let answer = black_box(Ok::<(), ()>(()));
            call.succeed(epoch.elapsed());
            answer
        }
    });
    group.bench_function("retry", |bencher| bencher.iter(|| works(&mut ours)));

    let layer = CircuitBreakerLayer::builder()
        .build()
        .expect("the usual settings are right");
    let mut theirs = layer.layer(service_fn(async |()| black_box(Ok::<(), ()>(()))));
    group.bench_function("tower-resilience", |bencher| {
        bencher.iter(|| works(&mut theirs));
    });
    group.finish();
}

/// Calls a service that is ready at once.
fn works<S: Service<(), Response = ()>>(service: &mut S) {
    let mut context = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut context).is_ready());
    let answer = pin!(service.call(())).poll(&mut context);
    assert!(matches!(answer, Poll::Ready(Ok(()))));
}

/// A call, and one retry for each ten of them.
fn budget(criterion: &mut Criterion, threads: usize) {
    let mut group = group(criterion, "deposit", threads);
    let word = AtomicU64::new(0);
    measure(&mut group, "one-addition", threads, || {
        word.fetch_add(black_box(1), Ordering::Relaxed);
    });

    let epoch = Instant::now();
    let budget = Budget::new();
    measure(&mut group, "retry", threads, || {
        budget.deposit(epoch.elapsed());
    });
    measure(&mut group, "retry-without-clock", threads, || {
        budget.deposit(black_box(Duration::from_secs(1)));
    });
    let tower = TpsBudget::default();
    measure(&mut group, "tower", threads, || {
        tower.deposit();
    });
    group.finish();

    let mut group = self::group(criterion, "withdraw_in_vain", threads);
    let empty = Budget::new().saved(0);
    measure(&mut group, "retry", threads, || {
        assert!(!empty.withdraw(epoch.elapsed()));
    });
    let tower = TpsBudget::new(Duration::from_secs(10), 0, 0.1);
    measure(&mut group, "tower", threads, || assert!(!tower.withdraw()));
    group.finish();
}

/// Each thread calls so often. The time is that of all of them, of which each makes its share.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    who: &str,
    threads: usize,
    call: impl Fn() + Sync,
) {
    group.bench_function(who, |bencher| {
        bencher.iter_custom(|rounds| {
            let share = rounds.div_ceil(threads as u64);
            let run = || (0..share).for_each(|_| call());
            let began = Instant::now();
            match threads {
                1 => run(),
                _ => thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(run);
                    }
                }),
            }
            began.elapsed()
        });
    });
}

fn group<'a>(
    criterion: &'a mut Criterion,
    operation: &str,
    threads: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(format!("{operation}_{threads}_threads"));
    group.sample_size(20);
    group.measurement_time(Duration::from_secs(1));
    group.warm_up_time(Duration::from_millis(300));
    group
}

//! What it costs to be ready to call again, when the first call works.
//!
//! The least is to call alone. All get the same operation, which is ready at once, and are awaited within a future, as
//! they are in a program. The answer is checked each time.

use std::future::Future;
use std::hint::black_box;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use backon::Retryable;
use criterion::{Criterion, Throughput};
use retry::{Backoff, Policy, blocking, retry};
use tokio_retry2::RetryError;
use tower::retry::budget::{Budget, TpsBudget};
use tower::{Service, ServiceBuilder, service_fn};

const POLICY: Policy = Policy::new(Backoff::exponential());
const LIMITED: Policy = POLICY
    .deadline(Duration::from_secs(30))
    .attempt_timeout(Duration::from_secs(5));

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    first_attempt(&mut criterion);
    first_attempt_that_blocks(&mut criterion);
    criterion.final_summary();
}

fn first_attempt(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("first_attempt");
    group.throughput(Throughput::Elements(1));
    group.bench_function("alone", |bencher| {
        bencher.iter(|| works(async { operation().await }));
    });
    group.bench_function("retry", |bencher| {
        bencher.iter(|| works(async { retry(POLICY, operation).await }));
    });
    group.bench_function("retry_with_time_limits", |bencher| {
        bencher.iter(|| works(async { retry(LIMITED, operation).await }));
    });
    group.bench_function("backon", |bencher| {
        let backoff = backon::ExponentialBuilder::default().with_jitter();
        bencher.iter(|| works(async { operation.retry(backoff).await }));
    });
    group.bench_function("tokio-retry2", |bencher| {
        let strategy = || tokio_retry2::strategy::ExponentialBackoff::from_millis(2).take(6);
        bencher.iter(|| works(async { tokio_retry2::Retry::spawn(strategy(), transient).await }));
    });
    group.bench_function("tower_with_budget", |bencher| {
        let mut service = ServiceBuilder::new()
            .retry(Attempts::of(6))
            .service(service_fn(async |()| call()));
        bencher.iter(|| {
            let mut context = Context::from_waker(Waker::noop());
            assert!(service.poll_ready(&mut context).is_ready());
            works(async { service.call(()).await });
        });
    });
    group.finish();
}

fn first_attempt_that_blocks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("first_attempt_that_blocks");
    group.throughput(Throughput::Elements(1));
    group.bench_function("alone", |bencher| {
        bencher.iter(|| assert!(matches!(call(), Ok(7))));
    });
    group.bench_function("retry", |bencher| {
        bencher.iter(|| assert!(matches!(blocking(POLICY, call).run(), Ok(7))));
    });
    group.bench_function("backon", |bencher| {
        let backoff = backon::ExponentialBuilder::default().with_jitter();
        bencher.iter(|| {
            let answer = backon::BlockingRetryable::retry(call, backoff).call();
            assert!(matches!(answer, Ok(7)));
        });
    });
    group.finish();
}

async fn operation() -> io::Result<u64> {
    call()
}

async fn transient() -> Result<u64, RetryError<io::Error>> {
    call().map_err(RetryError::transient)
}

fn call() -> io::Result<u64> {
    Ok(black_box(7))
}

/// Polls once: the operation is ready at once.
fn works<E>(call: impl Future<Output = Result<u64, E>>) {
    let mut call = pin!(call);
    let answer = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(answer, Poll::Ready(Ok(7))));
}

/// The policy that the documentation of tower builds, without its backoff: so many attempts, and a budget.
#[derive(Clone)]
struct Attempts {
    left: u32,
    budget: Arc<TpsBudget>,
}

impl Attempts {
    fn of(left: u32) -> Self {
        Self {
            left,
            budget: Arc::default(),
        }
    }
}

impl<E> tower::retry::Policy<(), u64, E> for Attempts {
    type Future = std::future::Ready<()>;

    fn retry(&mut self, (): &mut (), result: &mut Result<u64, E>) -> Option<Self::Future> {
        if result.is_ok() {
            self.budget.deposit();
            return None;
        }
        if self.left == 0 || !self.budget.withdraw() {
            return None;
        }
        self.left -= 1;
        Some(std::future::ready(()))
    }

    fn clone_request(&mut self, (): &()) -> Option<()> {
        Some(())
    }
}

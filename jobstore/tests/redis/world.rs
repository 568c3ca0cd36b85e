//! What the tests have in common with each other and with a host.

use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use fred::clients::Client;
use jobstore::{
    Applied, Claim, Event, Fence, Job, JobId, NewJob, Redis, Status, Store, StoreError, WorkerId,
    store::redis::Options,
};
use redis_fixture::Server;

use crate::client::connect;

pub(crate) const QUEUE: &str = "queue";
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a test that talks to a server.
pub(crate) fn run<T>(task: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads can be started");
    runtime
        .block_on(async { tokio::time::timeout(PATIENCE, task).await })
        .expect("nothing waits for ever")
}

/// A prefix that no other test has.
pub(crate) fn fresh_prefix() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("test:{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The store `app` of the server behind `url`.
pub(crate) async fn open(url: &str) -> Redis<Client> {
    let store = Redis::open(connect(url).await, "app").await;
    store.expect("the server is fit")
}

pub(crate) async fn open_with(server: &Server, options: Options) -> Redis<Client> {
    let store = Redis::open_with(connect(&server.url()).await, "app", options).await;
    store.expect("the server is fit")
}

pub(crate) fn job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

pub(crate) async fn enqueue(store: &impl Store, job: NewJob) -> JobId {
    store.enqueue(job).await.expect("enqueue answers").first()
}

pub(crate) fn claim_of(limit: usize) -> Claim {
    Claim {
        queue: QUEUE.into(),
        worker: WorkerId::new("worker"),
        lease: LEASE,
        limit,
    }
}

pub(crate) async fn claim(store: &impl Store, limit: usize) -> Vec<Job> {
    let claimed = store.claim(&claim_of(limit)).await;
    claimed.expect("claim answers").jobs
}

pub(crate) async fn claim_one(store: &impl Store) -> Job {
    let job = claim(store, 1).await.pop();
    job.expect("a job is due and was not claimed")
}

pub(crate) const fn complete(fence: Fence) -> Event {
    Event::Complete {
        fence,
        result: None,
    }
}

pub(crate) async fn finish(store: &impl Store, job: &Job) {
    let applied = store.apply(job.id, complete(job.fence)).await;
    assert_eq!(applied.expect("apply answers"), Applied::Now(Status::Done));
}

pub(crate) async fn find(store: &impl Store, id: JobId) -> Job {
    let job = store.get(id).await.expect("get answers");
    job.expect("the job is there")
}

/// Waits until the store works again.
pub(crate) async fn recover(store: &impl Store) {
    while let Err(error) = store.check().await {
        assert!(is_unavailable(&error), "{error:?}");
        tokio::task::yield_now().await;
    }
}

pub(crate) fn is_unavailable(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_))
}

pub(crate) fn is_corrupt(error: &StoreError) -> bool {
    matches!(error, StoreError::Corrupt(_))
}

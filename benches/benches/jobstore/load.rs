//! Jobs that come in.

use std::time::{Duration, Instant};

use jobstore::{Enqueued, NewJob, Store, Tally};

/// The queue of all jobs here.
pub(crate) const QUEUE: &str = "mail";

/// What each job carries, 100 bytes.
pub(crate) const PAYLOAD: &str = r#"{"to":"ada@example.com","template":"welcome","order":"018bcfe5-687a-7000-8000-000000000001","n":100}"#;

/// The job of this number, with a key of its own.
pub(crate) fn job(n: usize) -> NewJob {
    NewJob::new(QUEUE, "mail.welcome")
        .payload(PAYLOAD)
        .dedupe(format!("welcome:{n}"), Duration::from_secs(86_400))
}

/// Enqueues jobs, each caller one after the other, and returns how many a second were acknowledged.
pub(crate) async fn enqueue<S: Store + Clone + 'static>(
    store: &S,
    callers: usize,
    jobs: usize,
) -> f64 {
    let before = tally(store).await.ready;
    let start = Instant::now();
    let each = |caller| {
        let store = store.clone();
        async move {
            for n in (caller..jobs).step_by(callers) {
                let enqueued = store.enqueue(job(n)).await.expect("no fault");
                assert!(matches!(enqueued, Enqueued::Created(_)), "{enqueued:?}");
            }
        }
    };
    side_by_side(callers, each).await;
    let rate = jobs as f64 / start.elapsed().as_secs_f64();
    assert_eq!(tally(store).await.ready - before, jobs as u64);
    rate
}

/// How many jobs there are.
pub(crate) async fn tally(store: &impl Store) -> Tally {
    let queues = store.queues().await.expect("no fault");
    let found = queues.into_iter().find(|state| state.queue == QUEUE);
    found.map_or_else(Tally::default, |state| state.tally)
}

pub(crate) async fn side_by_side<F>(callers: usize, each: impl Fn(usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let callers: Vec<_> = (0..callers)
        .map(|caller| tokio::spawn(each(caller)))
        .collect();
    for caller in callers {
        caller.await.expect("no caller fails");
    }
}

//! Jobs that are worked off by a worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jobstore::worker::Context;
use jobstore::{Job, Jobs, Store, Worker};

use crate::load::{QUEUE, tally};

/// Has a worker run a handler that does nothing, and returns how many jobs a second are done.
pub(crate) async fn work_off<S: Store + Clone + 'static>(
    store: &S,
    at_once: usize,
    jobs: usize,
) -> f64 {
    let ran = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&ran);
    let nothing = move |_: Job, _: Context| {
        counter.fetch_add(1, Ordering::Relaxed);
        async { Ok(None) }
    };
    let worker = Worker::new(Jobs::new(store.clone()), QUEUE, nothing).concurrency(at_once);
    let start = Instant::now();
    let done = async {
        // The rate of asking is low enough to take little from what is measured.
        while ran.load(Ordering::Relaxed) < jobs || tally(store).await.done < jobs as u64 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    worker.run(done).await;
    let rate = jobs as f64 / start.elapsed().as_secs_f64();
    let after = tally(store).await;
    assert_eq!(after.done, jobs as u64, "{after:?}");
    assert_eq!(after.unfinished(), 0, "{after:?}");
    rate
}

//! Jobs that are claimed and completed by hand.

use std::time::{Duration, Instant};

use jobstore::{Applied, Claim, Enqueued, Event, Status, Store, WorkerId};

use crate::load::{QUEUE, job, side_by_side, tally};

/// How many jobs are enqueued together where nothing but their number matters.
const TOGETHER: usize = 1_000;

/// Claims and completes all jobs, each caller one after the other, and returns how many a second.
pub(crate) async fn work_off<S: Store + Clone + 'static>(store: &S, callers: usize) -> f64 {
    let before = tally(store).await;
    let start = Instant::now();
    let each = |caller: usize| {
        let store = store.clone();
        async move {
            let claim = claim(&format!("caller-{caller}"));
            while work_off_one(&store, &claim).await {}
        }
    };
    side_by_side(callers, each).await;
    let rate = before.ready as f64 / start.elapsed().as_secs_f64();
    let after = tally(store).await;
    assert_eq!(after.done - before.done, before.ready, "{after:?}");
    assert_eq!(after.unfinished(), 0, "{after:?}");
    rate
}

/// Claims one job and completes it. Says whether there was one.
pub(crate) async fn work_off_one(store: &impl Store, claim: &Claim) -> bool {
    let claimed = store.claim(claim).await.expect("no fault");
    let Some(job) = claimed.jobs.first() else {
        return false;
    };
    let fence = job.fence;
    let complete = Event::Complete {
        fence,
        result: None,
    };
    let applied = store.apply(job.id, complete).await.expect("no fault");
    assert_eq!(applied, Applied::Now(Status::Done));
    true
}

/// A wish for one job.
pub(crate) fn claim(worker: &str) -> Claim {
    Claim {
        queue: QUEUE.to_owned(),
        worker: WorkerId::new(worker),
        lease: Duration::from_secs(600),
        limit: 1,
    }
}

/// Adds jobs from number `first` on.
pub(crate) async fn fill(store: &impl Store, first: usize, jobs: usize) {
    for from in (first..first + jobs).step_by(TOGETHER) {
        let together = (from..(first + jobs).min(from + TOGETHER)).map(job);
        let enqueued = store.enqueue_all(together.collect()).await;
        let is_new = |enqueued: &Enqueued| matches!(enqueued, Enqueued::Created(_));
        assert!(enqueued.expect("no fault").iter().all(is_new));
    }
}

/// Claims and completes `jobs` jobs one by one, and returns the median time for it in microseconds.
pub(crate) async fn median_micros(store: &impl Store, jobs: usize) -> f64 {
    let claim = claim("the only one");
    let mut times = Vec::with_capacity(jobs);
    for _ in 0..jobs {
        let start = Instant::now();
        assert!(work_off_one(store, &claim).await, "there are enough");
        times.push(start.elapsed());
    }
    let (_, median, _) = times.select_nth_unstable(jobs / 2);
    median.as_secs_f64() * 1e6
}

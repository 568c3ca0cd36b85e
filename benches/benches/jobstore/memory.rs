//! The store in memory, on one thread.
//!
//! It waits for nothing, so what counts is the time of the processor that the thread had. Whatever else the machine
//! does takes nothing of that but places in the caches.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use jobstore::{Claim, Enqueued, Event, JobDigest, Memory, NewJob, Store};
use rustix::time::{ClockId, clock_gettime};

use crate::load::{self, job};
use crate::table::Table;
use crate::work::{self, claim};

/// More than any run here needs.
const ROOM: usize = 8 * 1024 * 1024 * 1024;

/// How many jobs go in one call where many do.
const TOGETHER: usize = 100;

pub(crate) async fn compare(rounds: usize, jobs: usize) {
    let mut table = Table::new("in memory, one thread", "the limit");
    for round in 1..=rounds {
        eprintln!("memory {round}/{rounds}");
        table.add("the limit", limit(jobs));
        table.add("enqueue with a dedupe key", enqueue(jobs, job).await);
        table.add("enqueue without", enqueue(jobs, keyless).await);
        table.add("enqueue 100 together", enqueue_together(jobs).await);
        table.add("claim and complete", work_off(jobs, 1).await);
        table.add("100 together", work_off(jobs, TOGETHER).await);
    }
    table.print();
}

/// What cannot be saved: a digest of the payload, and a place in a map of ids and one of keys.
fn limit(jobs: usize) -> f64 {
    let new: Vec<_> = (0..jobs).map(job).collect();
    let (mut by_id, mut by_key) = (BTreeMap::new(), BTreeMap::new());
    let start = on_the_processor();
    for (id, job) in new.into_iter().enumerate() {
        let key = job.dedupe_by().map(|dedupe| dedupe.key.clone());
        by_key.insert(key, (id, JobDigest::of(&job)));
        by_id.insert(id, job);
    }
    let rate = jobs as f64 / (on_the_processor() - start).as_secs_f64();
    assert_eq!((by_id.len(), by_key.len()), (jobs, jobs));
    black_box((by_id, by_key));
    rate
}

fn keyless(_: usize) -> NewJob {
    NewJob::new(load::QUEUE, "mail.welcome").payload(load::PAYLOAD)
}

async fn enqueue(jobs: usize, make: fn(usize) -> NewJob) -> f64 {
    let store = Memory::with_capacity(ROOM);
    let new: Vec<_> = (0..jobs).map(make).collect();
    let start = on_the_processor();
    for job in new {
        let enqueued = store.enqueue(job).await.expect("there is room");
        assert!(matches!(enqueued, Enqueued::Created(_)), "{enqueued:?}");
    }
    let rate = jobs as f64 / (on_the_processor() - start).as_secs_f64();
    assert_eq!(load::tally(&store).await.ready, jobs as u64);
    rate
}

async fn enqueue_together(jobs: usize) -> f64 {
    let store = Memory::with_capacity(ROOM);
    let chunk = |first| (first..jobs.min(first + TOGETHER)).map(job).collect();
    let chunks: Vec<Vec<_>> = (0..jobs).step_by(TOGETHER).map(chunk).collect();
    let start = on_the_processor();
    for chunk in chunks {
        let length = chunk.len();
        let enqueued = store.enqueue_all(chunk).await.expect("there is room");
        assert_eq!(enqueued.len(), length);
    }
    let rate = jobs as f64 / (on_the_processor() - start).as_secs_f64();
    assert_eq!(load::tally(&store).await.ready, jobs as u64);
    rate
}

async fn work_off(jobs: usize, limit: usize) -> f64 {
    let store = Memory::with_capacity(ROOM);
    work::fill(&store, 0, jobs).await;
    let claim = Claim {
        limit,
        ..claim("the only one")
    };
    let start = on_the_processor();
    loop {
        let claimed = store.claim(&claim).await.expect("memory has no faults");
        if claimed.jobs.is_empty() {
            break;
        }
        let complete = claimed.jobs.iter().map(|job| {
            let fence = job.fence;
            (
                job.id,
                Event::Complete {
                    fence,
                    result: None,
                },
            )
        });
        let applied = store.apply_all(complete.collect()).await;
        assert_eq!(
            applied.expect("memory has no faults").len(),
            claimed.jobs.len()
        );
    }
    let rate = jobs as f64 / (on_the_processor() - start).as_secs_f64();
    assert_eq!(load::tally(&store).await.done, jobs as u64);
    rate
}

fn on_the_processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a thread has run for no negative time")
}

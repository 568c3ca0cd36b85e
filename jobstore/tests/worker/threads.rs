//! Real threads and real time: what virtual time on one thread cannot show.

use std::collections::HashSet;

use jobstore::{Job, Jobs, Memory, NewJob, Query, Status, Store, Worker, worker::Context};
use tokio::time::timeout;

use crate::support::{Notes, QUEUE, secs, start};

const PRODUCERS: usize = 4;
const JOBS_EACH: usize = 100;

/// Several tasks enqueue while two workers run: nothing is missed, though no worker polls, and nothing
/// runs twice.
pub(crate) async fn every_job_runs_exactly_once(store: impl Store + 'static) {
    let jobs = Jobs::new(store);
    let ran = Notes::new();
    let workers = [(); 2].map(|()| {
        let notes = ran.clone();
        let handler = move |job: Job, _: Context| {
            let notes = notes.clone();
            async move {
                tokio::task::yield_now().await;
                notes.add(job.id);
                Ok(None)
            }
        };
        start(Worker::new(jobs.clone(), QUEUE, handler).poll_every(secs(3_600)))
    });
    for _ in 0..PRODUCERS {
        let jobs = jobs.clone();
        tokio::spawn(async move {
            for _ in 0..JOBS_EACH {
                let _ = jobs.enqueue(NewJob::new(QUEUE, "kind")).await.unwrap();
            }
        });
    }
    let all = ran.reach(PRODUCERS * JOBS_EACH);
    let all = timeout(secs(60), all).await.expect("no job is missed");
    for worker in workers {
        assert_eq!(worker.stop().await.lost, 0);
    }
    assert_eq!(
        all.iter().collect::<HashSet<_>>().len(),
        PRODUCERS * JOBS_EACH
    );
    for status in Status::ALL
        .into_iter()
        .filter(|&status| status != Status::Done)
    {
        let left = jobs.list(&Query::default().status(status)).await.unwrap();
        assert!(left.jobs.is_empty(), "{left:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_memory_every_job_runs_exactly_once() {
    every_job_runs_exactly_once(Memory::new()).await;
}

#[cfg(feature = "file")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_a_file_every_job_runs_exactly_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = jobstore::File::open(folder.path().join("jobs.db")).unwrap();
    every_job_runs_exactly_once(store).await;
}

//! What becomes of a verb whose caller went away: a request that was cancelled, a task that was dropped.

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use super::{
    events,
    world::{LEASE, QUEUE, World, job},
};
use crate::{Applied, Claim, Query, Status, WorkerId};

/// The job was taken in whole, key and record, or not at all: asking again by its key tells, and makes it
/// one job either way.
pub async fn an_abandoned_enqueue_happened_or_did_not(world: World) {
    for round in 1..=20 {
        let keyed = || job().dedupe(format!("key {round}"), Duration::from_secs(60));
        start_and_drop(world.store().enqueue(keyed())).await;
        let id = world
            .offer(keyed())
            .await
            .accepted()
            .expect("nothing else has this key");
        assert_eq!(world.get(id).await.status, Status::Ready);
        assert_eq!(world.list(&Query::default()).await.jobs.len(), round);
    }
}

/// Jobs that were claimed for nobody are not lost: their lease runs out.
pub async fn an_abandoned_claim_runs_out(world: World) {
    const JOBS: usize = 20;
    for _ in 0..JOBS {
        world.enqueue(job()).await;
    }
    let claim = Claim {
        queue: QUEUE.into(),
        worker: WorkerId::new("gone"),
        lease: LEASE,
        limit: 1,
    };
    for _ in 0..JOBS {
        start_and_drop(world.store().claim(&claim)).await;
    }
    // The store may still be at it, and only then read the time: so more than one lease may have to end.
    let mut completed = 0;
    for _ in 0..1_000 {
        world.advance(LEASE);
        world.reap(JOBS).await;
        for job in world.claim(JOBS).await {
            let applied = world.apply(job.id, events::complete(&job)).await;
            assert_eq!(applied, Applied::Now(Status::Done));
            completed += 1;
        }
        if completed == JOBS {
            return;
        }
    }
    panic!("{} claimed jobs never came back", JOBS - completed);
}

/// Starts a verb and drops it at its first pause, if it makes one.
async fn start_and_drop<T>(mut verb: Pin<Box<dyn Future<Output = T> + Send + '_>>) {
    poll_fn(|context| Poll::Ready(verb.as_mut().poll(context).is_ready())).await;
}

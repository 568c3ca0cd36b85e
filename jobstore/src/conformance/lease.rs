//! How a job is taken back from a worker that vanished.

use std::{collections::BTreeSet, time::Duration};

use super::{
    events,
    world::{LEASE, TICK, World, job},
};
use crate::{Applied, Category, Fence, NewJob, Refused, Status};

/// Exactly when the lease is over, and once.
pub async fn a_lease_that_ran_out_is_reaped_once(world: World) {
    let id = world.enqueue(job()).await;
    world.claim_one().await;
    world.advance(LEASE - TICK);
    assert_eq!(world.reap(10).await, []);
    world.advance(TICK);
    assert_eq!(world.reap(10).await, [id]);
    assert_eq!(world.reap(10).await, []);
    let reaped = world.get(id).await;
    assert_eq!(
        (reaped.status, reaped.lease, reaped.lost),
        (Status::Ready, None, 1)
    );
}

/// A worker that says it is alive keeps its job as long as it says so. River and Oban rescue by age alone
/// and run long jobs twice.
pub async fn a_heartbeat_keeps_a_job_from_being_reaped(world: World) {
    let id = world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    for _ in 0..10 {
        world.advance(LEASE - TICK);
        assert_eq!(
            world.apply(id, events::heartbeat(&claimed)).await,
            Applied::Now(Status::Running)
        );
        assert_eq!(world.reap(10).await, []);
    }
    world.advance(LEASE);
    assert_eq!(world.reap(10).await, [id]);
}

/// A worker that was slow but not replaced may still finish: until the job is reaped, it holds it.
pub async fn until_it_is_reaped_the_holder_may_write(world: World) {
    let id = world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    world.advance(LEASE * 2);
    assert_eq!(world.claim(1).await, []);
    assert_eq!(
        world.apply(id, events::complete(&claimed)).await,
        Applied::Now(Status::Done)
    );
    assert_eq!(world.reap(10).await, []);
}

/// From then on its writes are refused, also once somebody else runs the job under the same name: a worker
/// that restarts is not its predecessor.
pub async fn once_it_is_reaped_the_holder_is_locked_out(world: World) {
    let id = world.enqueue(job()).await;
    let first = world.claim_one().await;
    world.advance(LEASE);
    world.reap(10).await;
    let lost = Applied::Refused(Refused::LeaseLost);
    assert_eq!(world.apply(id, events::complete(&first)).await, lost);
    let second = world.claim_one().await;
    assert_eq!(world.apply(id, events::complete(&first)).await, lost);
    assert_eq!(world.apply(id, events::heartbeat(&first)).await, lost);
    assert_eq!(
        world.apply(id, events::complete(&second)).await,
        Applied::Now(Status::Done)
    );
}

/// Only what is over, and of that no more than was asked for.
pub async fn a_reap_takes_no_more_than_its_limit(world: World) {
    let mut over = BTreeSet::new();
    for _ in 0..5 {
        over.insert(world.enqueue(job()).await);
        world.claim_one().await;
    }
    world.advance(LEASE);
    let alive = world.enqueue(job()).await;
    world.claim_one().await;

    let mut reaped = Vec::new();
    for (limit, expected) in [(0, 0), (2, 2), (2, 2), (2, 1), (2, 0)] {
        let ids = world.reap(limit).await;
        assert_eq!(ids.len(), expected);
        reaped.extend(ids);
    }
    assert_eq!(reaped.into_iter().collect::<BTreeSet<_>>(), over);
    assert_eq!(world.get(alive).await.status, Status::Running);
}

/// What is not running has no lease, so time does nothing to it.
pub async fn only_what_runs_is_reaped(world: World) {
    let ended = [
        world.enqueue(job()).await,
        world.enqueue(job()).await,
        world.enqueue(job()).await,
        world.enqueue(job()).await,
    ];
    let claimed = world.claim(4).await;
    let _ = world.apply(ended[0], events::complete(&claimed[0])).await;
    let _ = world.apply(ended[1], events::fail(&claimed[1])).await;
    let _ = world
        .apply(ended[2], events::fail_for_good(&claimed[2]))
        .await;
    let _ = world.apply(ended[3], events::release(&claimed[3])).await;
    world.enqueue(job()).await;
    world.advance(LEASE * 100);
    assert_eq!(world.reap(10).await, []);
}

/// Each claim gets a higher fence, however the one before it ended.
pub async fn fences_only_grow(world: World) {
    let id = world.enqueue(job().max_attempts(100)).await;
    let mut latest = Fence::NONE;
    for round in 0..9 {
        let claimed = world.claim_one().await;
        assert!(claimed.fence > latest, "{} after {latest}", claimed.fence);
        assert_eq!(
            claimed.lease.as_ref().map(|lease| lease.fence),
            Some(claimed.fence)
        );
        latest = claimed.fence;
        match round % 3 {
            0 => world.advance(LEASE),
            1 => drop(world.apply(id, events::release(&claimed)).await),
            _ => drop(world.apply(id, events::fail(&claimed)).await),
        }
        world.reap(1).await;
        world.advance(events::BACKOFF);
        assert_eq!(world.get(id).await.fence, latest);
    }
}

/// The crash of a worker costs the job no attempt: one that may be tried once is tried again, where River
/// throws it away unrun.
pub async fn a_lost_worker_costs_no_attempt(world: World) {
    let id = world.enqueue(job().max_attempts(1)).await;
    world.claim_one().await;
    world.advance(LEASE);
    world.reap(1).await;
    assert_eq!(world.get(id).await.attempts, 0);
    let again = world.claim_one().await;
    assert_eq!((again.attempts, again.lost), (1, 1));
    assert_eq!(
        world.apply(id, events::complete(&again)).await,
        Applied::Now(Status::Done)
    );
}

/// A worker that stops gives its jobs back at the cost of no attempt; but a job that no worker ever has
/// the time for is dead in the end.
pub async fn a_job_that_is_always_interrupted_ends(world: World) {
    let new = job().max_attempts(1).max_interrupted(3);
    let id = world.enqueue(new).await;
    for interrupted in 1..=3 {
        let claimed = world.claim_one().await;
        assert_eq!(claimed.attempts, 1);
        let _ = world.apply(id, events::release(&claimed)).await;
        assert_eq!(world.get(id).await.interrupted, interrupted);
    }
    assert_eq!(world.get(id).await.status, Status::Dead);
    assert_eq!(world.claim(1).await, []);
}

/// A job that takes every worker down with it is dead in the end. apalis-redis 1.0.0 hands it out for ever.
pub async fn a_poison_pill_ends(world: World) {
    let id = world.enqueue(job().max_attempts(u32::MAX)).await;
    for _ in 0..NewJob::DEFAULT_MAX_LOST {
        world.claim_one().await;
        world.advance(LEASE);
        assert_eq!(world.reap(10).await, [id]);
    }
    let dead = world.get(id).await;
    assert_eq!(
        (dead.status, dead.ended_at),
        (Status::Dead, Some(world.now()))
    );
    assert!(
        dead.errors
            .iter()
            .all(|error| error.category == Category::Lost)
    );
    assert_eq!(world.claim(1).await, []);
    world.advance(Duration::from_secs(3_600));
    assert_eq!(world.reap(10).await, []);
}

//! What is deleted, and what is not.

use super::{
    events,
    world::{LEASE, QUEUE, TICK, World, job},
};
use crate::{Applied, JobId, NewJob, Query, Status};

/// By when it ended, to the microsecond; whatever way it ended, and however old it is.
pub async fn only_what_ended_before_is_deleted(world: World) {
    let slow = world.enqueue(job()).await;
    world.advance(LEASE);
    let old = ended(&world).await;
    let claimed = world.claim_one().await;
    let _ = world.apply(slow, events::fail_for_good(&claimed)).await;
    world.advance(TICK);
    let fresh = ended(&world).await;

    assert_eq!(world.prune(world.now(), 10).await, 2);
    assert_eq!(world.find(old).await, None);
    assert_eq!(world.find(slow).await, None);
    assert_eq!(world.get(fresh).await.ended_at, Some(world.now()));
    assert_eq!(world.prune(world.now(), 10).await, 0);
    world.advance(TICK);
    assert_eq!(world.prune(world.now(), 10).await, 1);
}

/// What still has to be done stays, however old, with all that it carries. apalis-redis 1.0.0 takes a job
/// that waits for its retry for one that has ended, deletes its payload and hands it out empty.
pub async fn what_is_not_finished_stays_whole(world: World) {
    let retrying = world
        .enqueue(NewJob::new("other", "kind").payload("body"))
        .await;
    let failed = world.claim_from("other", 1).await.jobs.remove(0);
    let _ = world.apply(retrying, events::fail(&failed)).await;
    let running = world.enqueue(job().payload("body")).await;
    world.claim_one().await;
    let ready = world.enqueue(job().payload("body")).await;
    let scheduled = world
        .enqueue(job().payload("body").delay(LEASE * 100))
        .await;
    let mut before = Vec::new();
    for id in [retrying, running, ready, scheduled] {
        before.push(world.get(id).await);
    }

    world.advance(LEASE * 50);
    assert_eq!(world.prune(world.now(), 100).await, 0);
    for job in before {
        assert_eq!(world.get(job.id).await, job);
    }
    let again = world.claim_from("other", 1).await.jobs.remove(0);
    assert_eq!(again.payload.as_bytes(), b"body");
    assert_eq!(world.claim_from(QUEUE, 10).await.jobs.len(), 1);
}

/// A long backlog of ended jobs is deleted in steps of the caller's choice.
pub async fn a_prune_takes_no_more_than_its_limit(world: World) {
    for _ in 0..5 {
        ended(&world).await;
    }
    world.advance(TICK);
    let mut pruned = Vec::new();
    for limit in [0, 2, 2, 2, 2] {
        pruned.push(world.prune(world.now(), limit).await);
    }
    assert_eq!(pruned, [0, 2, 2, 1, 0]);
}

/// What was deleted is gone from every side.
pub async fn what_was_deleted_is_gone(world: World) {
    let id = ended(&world).await;
    world.advance(TICK);
    world.prune(world.now(), 1).await;
    assert_eq!(world.find(id).await, None);
    assert_eq!(world.list(&Query::default()).await.jobs, []);
    assert_eq!(world.apply(id, events::cancel()).await, Applied::Unknown);
    assert_eq!(world.apply(id, events::claim()).await, Applied::Unknown);
}

async fn ended(world: &World) -> JobId {
    let id = world.enqueue(job()).await;
    assert_eq!(
        world.apply(id, events::cancel()).await,
        Applied::Now(Status::Cancelled)
    );
    id
}

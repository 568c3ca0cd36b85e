//! Deleting jobs, and what is kept of those that have ended.

use std::time::Duration;

use super::{
    events,
    world::{LEASE, QUEUE, TICK, World, job},
};
use crate::{
    Action, Applied, Enqueued, JobId, Keep, NewJob, Query, Replay, Replayed, Retention, Status,
};

/// A deleted job is gone from every side, and the trail tells by whom.
pub async fn a_deleted_job_is_gone_and_the_trail_tells(world: World) {
    let id = world
        .enqueue(job().subject("customer:1").batch("batch"))
        .await;
    assert!(delete(&world, id).await);
    assert!(!delete(&world, id).await);
    assert_eq!(world.find(id).await, None);
    assert_eq!(world.list(&Query::default()).await.jobs, []);
    assert_eq!(world.queues().await, []);
    assert_eq!(world.claim(1).await, []);
    let last = world.trail().await.pop().expect("it is told");
    assert_eq!((last.job, last.action), (id, Action::Delete));
    assert_eq!((last.before, last.after), (Some(Status::Ready), None));
    assert_eq!(last.reason, events::by().reason);
}

/// A worker whose job is deleted finds that it has nothing to write to.
pub async fn a_job_can_be_deleted_while_it_runs(world: World) {
    let id = world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    assert!(delete(&world, id).await);
    for event in [events::heartbeat(&claimed), events::complete(&claimed)] {
        assert_eq!(world.apply(id, event).await, Applied::Unknown);
    }
    world.advance(LEASE);
    assert_eq!(world.reap(10).await, []);
}

/// Who deletes a job wants nothing kept of it, its dedupe key included; a key that has gone over to
/// another job stays with that one.
pub async fn a_key_goes_with_the_job_that_is_deleted(world: World) {
    let keyed = || job().dedupe("key", LEASE);
    let first = world.enqueue(keyed()).await;
    world.advance(LEASE);
    let second = world.enqueue(keyed()).await;
    assert!(delete(&world, first).await);
    assert_eq!(world.offer(keyed()).await.accepted(), Ok(second));
    assert!(delete(&world, second).await);
    assert!(matches!(world.offer(keyed()).await, Enqueued::Created(_)));
}

/// What belongs to one subject is deleted together, in steps of the caller's choice; nobody else's is.
pub async fn a_subject_is_erased_and_nobody_else(world: World) {
    let mut others = Vec::new();
    for n in 0..5 {
        world.enqueue(job().subject("customer:1")).await;
        let other = job().subject(format!("customer:1{n}"));
        others.push(world.enqueue(other).await);
    }
    world.claim(3).await;
    let erase = async |limit| {
        let by = events::by();
        let erased = world.store().erase("customer:1", &by, limit).await;
        erased.expect("erase answers")
    };
    assert_eq!([erase(3).await, erase(3).await, erase(3).await], [3, 2, 0]);
    for other in others {
        assert!(world.find(other).await.is_some());
    }
    let of_it = world.list(&Query::default().subject("customer:1")).await;
    assert_eq!(of_it.jobs, []);
}

/// So many of each queue and status are kept: those that ended last.
pub async fn the_newest_of_each_queue_and_status_are_kept(world: World) {
    let mut kept = Vec::new();
    for queue in ["a", "b"] {
        for n in 0..5 {
            let id = end(&world, queue, events::cancel).await;
            kept.extend((n >= 3).then_some(id));
            world.advance(TICK);
        }
        let retained = world.enqueue(NewJob::new(queue, "kind")).await;
        kept.push(retained);
    }
    let retention = Retention::default().of(Status::Cancelled, Keep::for_ever().newest(2));
    let let_go = async |limit| world.let_go(&retention, limit).await.jobs;
    assert_eq!(
        [let_go(4).await, let_go(9).await, let_go(9).await],
        [4, 2, 0]
    );
    let mut left: Vec<_> = world.list(&Query::default()).await.jobs;
    left.sort_by_key(|job| job.id);
    kept.sort();
    assert!(left.iter().map(|job| job.id).eq(kept));
}

/// The jobs that ended last are kept, whether they carry something or not.
pub async fn the_newest_are_kept_with_a_payload_or_without(world: World) {
    let mut ended = Vec::new();
    for payload in ["body", "", "body", ""] {
        let id = world.enqueue(job().payload(payload)).await;
        let _ = world.apply(id, events::cancel()).await;
        ended.push(id);
        world.advance(TICK);
    }
    let retention = Retention::all(Keep::for_ever().newest(2));
    let let_go = async |limit| world.let_go(&retention, limit).await.jobs;
    assert_eq!([let_go(1).await, let_go(9).await], [1, 1]);
    for (at, id) in ended.into_iter().enumerate() {
        assert_eq!(world.find(id).await.is_some(), at >= 2, "job {at}");
    }
}

/// A payload may go before the record does: what is left says so, and is not run again.
pub async fn a_payload_may_go_before_its_record(world: World) {
    let id = world
        .enqueue(job().payload("body").metadata("a", "b"))
        .await;
    let running = world.enqueue(job().payload("body").delay(LEASE * 9)).await;
    let claimed = world.claim_one().await;
    let _ = world.apply(id, events::fail_for_good(&claimed)).await;
    let retention = Retention::all(Keep::for_ever().payload_age(LEASE));
    world.advance(LEASE);
    assert_eq!(world.let_go(&retention, 10).await.payloads, 0);
    world.advance(TICK);
    assert_eq!(world.let_go(&retention, 10).await.payloads, 1);
    assert_eq!(world.let_go(&retention, 10).await.total(), 0);
    let bare = world.get(id).await;
    assert!(bare.payload_gone && bare.payload.is_empty());
    assert_eq!(bare.metadata["a"], "b");
    assert_eq!(world.get(running).await.payload.as_bytes(), b"body");
    let refused = world.apply(id, events::revive()).await;
    assert!(matches!(refused, Applied::Refused(_)), "{refused:?}");
    let replay = Replay::new(events::by());
    let refused = world.store().replay(id, &replay).await;
    assert!(matches!(refused, Ok(Replayed::Refused(_))), "{refused:?}");
}

/// A status for which nothing is said is kept for ever.
pub async fn what_no_rule_names_is_kept(world: World) {
    let cancelled = end(&world, QUEUE, events::cancel).await;
    world.advance(LEASE * 1_000);
    let retention = Retention::default()
        .of(Status::Done, Keep::for_ever().age(Duration::ZERO))
        .of(Status::Ready, Keep::for_ever().newest(0));
    world.enqueue(job()).await;
    assert_eq!(world.let_go(&retention, 10).await.total(), 0);
    assert!(world.find(cancelled).await.is_some());
}

async fn delete(world: &World, id: JobId) -> bool {
    let deleted = world.store().delete(id, &events::by()).await;
    deleted.expect("delete answers")
}

async fn end(world: &World, queue: &str, event: fn() -> crate::Event) -> JobId {
    let id = world
        .enqueue(NewJob::new(queue, "kind").payload("body"))
        .await;
    let _ = world.apply(id, event()).await;
    id
}

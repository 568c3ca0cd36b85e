//! The audit trail.

use std::time::Duration;

use super::{
    events,
    world::{LEASE, TICK, World, job},
};
use crate::{
    Action, Applied, AuditEntry, AuditQuery, Fence, JobId, Keep, Query, Retention, Status,
};

/// Whatever changes what will happen to a job leaves one entry, which is the one that the core says; all
/// else leaves none.
pub async fn every_change_leaves_the_entry_that_the_core_says(world: World) {
    for wait in [Duration::ZERO, LEASE] {
        for kind in 0..events::every(Fence::NONE).len() {
            let id = world.enqueue(job()).await;
            let mut expected = world.claim_one().await;
            world.advance(wait);
            let event = events::every(expected.fence).swap_remove(kind);
            let decided = expected.apply(event.clone(), world.now());
            let before = world.trail().await.len();
            let _ = world.apply(id, event.clone()).await;
            let written = world.trail().await.split_off(before);
            let told: Vec<_> = decided
                .into_iter()
                .filter_map(|change| change.audit)
                .collect();
            assert_eq!(plain(written), told, "{event:?}");
            let _ = world.apply(id, events::cancel()).await;
        }
    }
}

/// An enqueue leaves an entry, a repetition and a refusal leave none.
pub async fn an_enqueue_is_told_and_a_repetition_is_not(world: World) {
    let keyed = || {
        let new = job().triggered_by("webhook:stripe").payload("body");
        new.dedupe("key", LEASE)
    };
    let id = world.enqueue(keyed()).await;
    let _ = world.offer(keyed()).await;
    let _ = world.offer(keyed().payload("other")).await;
    assert!(
        world
            .store()
            .enqueue(keyed().max_attempts(0))
            .await
            .is_err()
    );
    let trail = plain(world.trail().await);
    assert_eq!(trail, [AuditEntry::enqueued(&world.get(id).await)]);
    assert_eq!(trail[0].actor.as_str(), "webhook:stripe");
}

/// The trail of one job reads as its life, each entry with the fence of its time.
pub async fn the_trail_of_a_job_is_its_life(world: World) {
    let other = world.enqueue(job().delay(LEASE)).await;
    let id = world.enqueue(job().max_attempts(1)).await;
    let first = world.claim_one().await;
    let _ = world.apply(id, events::release(&first)).await;
    let second = world.claim_one().await;
    world.advance(LEASE);
    assert_eq!(world.reap(10).await, [id]);
    let third = world.claim_one().await;
    let stale = world.apply(id, events::complete(&second)).await;
    assert!(matches!(stale, Applied::Refused(_)));
    let _ = world.apply(id, events::fail(&third)).await;
    let steps: Vec<_> = of(&world, id).await.iter().rev().map(step).collect();
    let (ready, running, dead) = (
        Some(Status::Ready),
        Some(Status::Running),
        Some(Status::Dead),
    );
    let expected = [
        (Action::Enqueue, None, ready, Fence::NONE),
        (Action::Claim, ready, running, first.fence),
        (Action::Release, running, ready, first.fence),
        (Action::Claim, ready, running, second.fence),
        (Action::Expire, running, ready, second.fence),
        (Action::Claim, ready, running, third.fence),
        (Action::Fail, running, dead, third.fence),
    ];
    assert_eq!(steps, expected);
    assert_eq!(of(&world, other).await.len(), 1);
}

/// What people do is told with who they are and why.
pub async fn people_are_named_with_their_reasons(world: World) {
    let id = world.enqueue(job()).await;
    let _ = world.apply(id, events::cancel()).await;
    let newest = of(&world, id).await.remove(0);
    assert_eq!(newest.actor, events::by().actor);
    assert_eq!(newest.reason, events::by().reason);
}

/// Pages join to the whole trail, newest first, while it goes on.
pub async fn pages_of_the_trail_join_while_it_goes_on(world: World) {
    for _ in 0..25 {
        world.enqueue(job()).await;
    }
    let whole = world.trail().await;
    let mut seen = Vec::new();
    let mut query = AuditQuery::default().limit(10);
    loop {
        let page = world.store().audit(&query).await.expect("audit answers");
        assert!(page.entries.len() <= 10);
        seen.extend(page.entries);
        world.enqueue(job()).await;
        let Some(next) = page.next else { break };
        query = query.before(next);
    }
    seen.reverse();
    assert_eq!(seen, whole);
    assert!(seen.is_sorted_by(|one, next| one.seq < next.seq));
    let all = AuditQuery::default().limit(usize::MAX);
    let page = world.store().audit(&all).await.expect("audit answers");
    assert!(page.entries.len() <= AuditQuery::MAX_LIMIT);
}

/// The trail outlives what it tells of, and goes when its own time is over.
pub async fn the_trail_outlives_its_job(world: World) {
    let id = world.enqueue(job()).await;
    let _ = world.apply(id, events::cancel()).await;
    world.advance(TICK);
    world.prune(world.now(), 10).await;
    assert_eq!(world.find(id).await, None);
    assert_eq!(of(&world, id).await.len(), 2);

    let retention = Retention::all(Keep::for_ever()).audit(LEASE);
    world.advance(LEASE - TICK);
    assert_eq!(world.let_go(&retention, 10).await.audit, 0);
    world.advance(TICK);
    assert_eq!(world.let_go(&retention, 1).await.audit, 1);
    assert_eq!(world.let_go(&retention, 10).await.audit, 1);
    assert_eq!(world.trail().await, []);
    assert_eq!(world.list(&Query::default()).await.jobs, []);
}

async fn of(world: &World, id: JobId) -> Vec<AuditEntry> {
    let query = AuditQuery::default().job(id);
    let page = world.store().audit(&query).await;
    page.expect("audit answers").entries
}

/// The entries as the core makes them, without the places that the store gave them.
fn plain(entries: Vec<AuditEntry>) -> Vec<AuditEntry> {
    let without = |entry| AuditEntry { seq: 0, ..entry };
    entries.into_iter().map(without).collect()
}

fn step(entry: &AuditEntry) -> (Action, Option<Status>, Option<Status>, Fence) {
    (entry.action, entry.before, entry.after, entry.fence)
}

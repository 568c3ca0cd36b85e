//! New jobs of those that have ended.

use std::time::Duration;

use super::{
    events,
    world::{LEASE, QUEUE, World, job},
};
use crate::{Action, JobId, NoReplay, Query, Replay, Replayed, Status};

/// A replay is a job of its own that asks for the same, and the two know of each other.
pub async fn a_replay_is_a_new_job_that_knows_the_old_one(world: World) {
    let new = job().payload("body").metadata("a", "b").tag("vip");
    let id = world.enqueue(new.dedupe("key", LEASE)).await;
    let dead = die(&world, id).await;
    let replay = replay().delay(LEASE);
    let Replayed::Created(again) = world.store().replay(id, &replay).await.expect("an answer")
    else {
        panic!("it can be replayed");
    };
    let (mut old, told) = (dead.clone(), again);
    let (expected, _) = old.replay(&replay, told, world.now()).expect("it can be");
    assert_eq!(world.get(again).await, expected);
    assert_eq!(world.get(id).await, old);
    let trail: Vec<_> = world
        .trail()
        .await
        .iter()
        .rev()
        .take(2)
        .map(|e| e.action)
        .collect();
    assert_eq!(trail, [Action::Enqueue, Action::Replay]);
    assert_eq!(world.claim(1).await, []);
    world.advance(LEASE);
    assert_eq!(world.claim_one().await.payload.as_bytes(), b"body");
}

/// What may not be replayed is not: what goes on, what was replayed often or lately, what is not there.
pub async fn a_replay_that_may_not_be_changes_nothing(world: World) {
    let ask =
        async |id, replay: &Replay| world.store().replay(id, replay).await.expect("an answer");
    let id = world.enqueue(job()).await;
    let goes_on = Replayed::Refused(NoReplay::Status(Status::Ready));
    assert_eq!(ask(id, &replay()).await, goes_on);
    let nobody = JobId::from_bytes([7; 16]);
    assert_eq!(ask(nobody, &replay()).await, Replayed::Unknown);
    die(&world, id).await;
    assert!(matches!(ask(id, &replay()).await, Replayed::Created(_)));
    let free = world.now() + Replay::DEFAULT_COOLDOWN;
    let lately = Replayed::Refused(NoReplay::CoolingDown(free));
    assert_eq!(ask(id, &replay()).await, lately);
    let often = Replayed::Refused(NoReplay::Capped(1));
    assert_eq!(ask(id, &replay().cap(1)).await, often);
    assert_eq!(world.list(&Query::default()).await.jobs.len(), 2);
}

/// Replays at once make as many jobs as the cap allows.
pub async fn replays_at_once_stay_within_the_cap(world: World) {
    let id = world.enqueue(job()).await;
    die(&world, id).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let world = world.clone();
        let replay = replay().cap(3).cooldown(Duration::ZERO);
        tasks.spawn(async move { world.store().replay(id, &replay).await.expect("an answer") });
    }
    let answers = tasks.join_all().await;
    let made = answers
        .iter()
        .filter(|answer| matches!(answer, Replayed::Created(_)));
    assert_eq!(made.count(), 3);
    assert_eq!(world.claim_from(QUEUE, 20).await.jobs.len(), 3);
}

/// A dead or cancelled job that is revived is claimed again with all that it carries, and can fail once
/// more.
pub async fn a_revived_job_is_claimed_again(world: World) {
    let id = world.enqueue(job().payload("body").max_attempts(1)).await;
    die(&world, id).await;
    let heard = world.store().listen();
    let _ = world.apply(id, events::revive()).await;
    heard.await;
    let claimed = world.claim_one().await;
    assert_eq!(claimed.payload.as_bytes(), b"body");
    assert_eq!((claimed.attempts, claimed.errors.len()), (2, 1));
    let _ = world.apply(id, events::fail(&claimed)).await;
    assert_eq!(world.get(id).await.status, Status::Dead);
}

fn replay() -> Replay {
    Replay::new(events::by())
}

/// Claims the job, which must be due, and fails it for good.
async fn die(world: &World, id: JobId) -> crate::Job {
    let claimed = world.claim_one().await;
    assert_eq!(claimed.id, id);
    let _ = world.apply(id, events::fail_for_good(&claimed)).await;
    world.get(id).await
}

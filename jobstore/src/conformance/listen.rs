//! How a worker learns that there is work, without asking all the time.

use std::time::Duration;

use event_listener::EventListener;

use super::{
    events,
    world::{LEASE, World, job},
};
use crate::Event;

/// How long a bell may take to ring, in real time, before it is taken for broken.
const PATIENCE: Duration = Duration::from_secs(3);

/// A new job is heard by all who listened before it came, not by one of them: which of them it is for, the
/// store cannot know.
pub async fn a_new_job_is_heard_by_everyone(world: World) {
    let bells = [world.store().listen(), world.store().listen()];
    world.enqueue(job()).await;
    for bell in bells {
        rings(bell).await;
    }
}

/// A delayed job is heard when it is enqueued, so that a worker can set its alarm for it.
pub async fn a_delayed_job_is_heard_when_it_is_enqueued(world: World) {
    let bell = world.store().listen();
    world.enqueue(job().delay(LEASE)).await;
    rings(bell).await;
}

/// A job that is given back is heard: another worker may have room for it.
pub async fn a_release_is_heard(world: World) {
    world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    let bell = world.store().listen();
    let _ = world.apply(claimed.id, events::release(&claimed)).await;
    rings(bell).await;
}

/// A job that will be tried again is heard, for its new time.
pub async fn a_retry_is_heard(world: World) {
    world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    let bell = world.store().listen();
    let _ = world.apply(claimed.id, events::fail(&claimed)).await;
    rings(bell).await;
}

/// A job taken back from a lost worker is heard, whether by a reap or by the event itself.
pub async fn a_lost_lease_is_heard(world: World) {
    let id = world.enqueue(job()).await;
    for reaped in [true, false] {
        world.claim_one().await;
        world.advance(LEASE);
        let bell = world.store().listen();
        if reaped {
            assert_eq!(world.reap(1).await, [id]);
        } else {
            let _ = world.apply(id, Event::Expire).await;
        }
        rings(bell).await;
    }
}

/// Who listens first and claims second misses nothing: workers that only ever wait for the bell get every
/// job of producers that run beside them.
pub async fn listening_before_claiming_misses_nothing(world: World) {
    const JOBS: usize = 200;
    let first = world.store().listen();
    assert_eq!(world.claim(10).await, []);
    let producer = tokio::spawn({
        let world = world.clone();
        async move {
            for _ in 0..JOBS {
                world.enqueue(job()).await;
                tokio::task::yield_now().await;
            }
        }
    });
    rings(first).await;
    let mut got = 0;
    while got < JOBS {
        let bell = world.store().listen();
        let claimed = world.claim(10).await.len();
        if claimed == 0 {
            rings(bell).await;
        }
        got += claimed;
    }
    producer.await.expect("the producer ends");
    assert_eq!(got, JOBS);
}

async fn rings(bell: EventListener) {
    let rung = tokio::time::timeout(PATIENCE, bell).await;
    assert!(rung.is_ok(), "whoever listened was not told");
}

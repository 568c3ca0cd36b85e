//! Queues that are not to be served for a time.

use jobstore::{By, Job, NewJob, Status, worker::Context};
use tokio::time::{Instant, sleep};

use crate::support::{Notes, QUEUE, TICK, Verb, World, secs, start};

#[tokio::test(start_paused = true)]
async fn a_paused_queue_is_left_alone_until_it_is_resumed() {
    let world = World::new();
    world.jobs.pause(QUEUE, &By::new("ada")).await.unwrap();
    let id = world.enqueue(NewJob::new(QUEUE, "kind")).await;
    let ran = Notes::new();
    let notes = ran.clone();
    let worker = start(
        world
            .worker(move |_: Job, _: Context| {
                notes.add(Instant::now());
                async { Ok(None) }
            })
            .poll_every(secs(60)),
    );
    sleep(secs(3_599)).await;
    assert_eq!(world.job(id).await.status, Status::Ready);
    let claims = world.store.asked(Verb::Claim);
    assert!((60..=62).contains(&claims), "{claims} claims in an hour");

    let resumed = Instant::now();
    world.jobs.resume(QUEUE).await.unwrap();
    let at = ran.reach(1).await[0];
    assert!(at - resumed <= TICK, "{:?} late", at - resumed);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_runs_when_a_queue_is_paused_goes_on() {
    let world = World::new();
    let id = world.enqueue(NewJob::new(QUEUE, "kind")).await;
    let worker = start(world.worker(|_: Job, _: Context| async {
        sleep(secs(100)).await;
        Ok(None)
    }));
    sleep(secs(1)).await;
    world.jobs.pause(QUEUE, &By::new("ada")).await.unwrap();
    let next = world.enqueue(NewJob::new(QUEUE, "kind")).await;
    assert_eq!(world.ended(id).await.status, Status::Done);
    sleep(secs(100)).await;
    assert_eq!(world.job(next).await.status, Status::Ready);
    worker.stop().await;
}

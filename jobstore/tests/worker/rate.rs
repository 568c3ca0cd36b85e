//! How fast jobs are begun.

use jobstore::{Job, NewJob, Status, worker::Context};
use ratelimit::Quota;
use tokio::time::{Instant, sleep};

use crate::support::{Notes, QUEUE, TICK, Verb, World, millis, secs, start};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

fn noted(notes: &Notes<Instant>) -> impl jobstore::worker::Handler {
    let notes = notes.clone();
    move |_: Job, _: Context| {
        notes.add(Instant::now());
        async { Ok(None) }
    }
}

#[tokio::test(start_paused = true)]
async fn jobs_are_begun_no_faster_than_the_rate_and_no_slower() {
    let world = World::new();
    for _ in 0..100 {
        world.enqueue(new_job()).await;
    }
    let begun = Notes::new();
    let settings = world.worker(noted(&begun)).prefetch(50);
    let worker = start(settings.rate(Quota::per_second(10).with_burst(5)));
    let begun = begun.reach(100).await;
    // The burst at once, and then one each tenth of a second.
    for (at, due) in begun
        .iter()
        .zip([0; 5].into_iter().chain((1..).map(|n| n * 100)))
    {
        let after = *at - begun[0];
        assert!(
            after + TICK >= millis(due) && after <= millis(due) + TICK,
            "after {after:?}, not {due} ms"
        );
    }
    worker.stop().await;
}

/// What waits for its turn is not held: another worker can have it, and nobody renews a lease for it.
#[tokio::test(start_paused = true)]
async fn what_has_to_wait_for_its_turn_waits_in_the_store() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(world.enqueue(new_job()).await);
    }
    let begun = Notes::new();
    let worker = start(world.worker(noted(&begun)).rate(Quota::per_hour(5)));
    sleep(secs(60)).await;
    assert_eq!(begun.len(), 5);
    let mut ready = 0;
    for id in ids {
        ready += usize::from(world.job(id).await.status == Status::Ready);
    }
    assert_eq!((ready, world.store.asked(Verb::Heartbeat)), (15, 0));
    let told = Instant::now();
    worker.stop().await;
    assert_eq!(
        told.elapsed(),
        secs(0),
        "it does not wait for its turn to stop"
    );
}

#[tokio::test(start_paused = true)]
async fn looking_for_jobs_that_are_not_there_costs_nothing_of_the_rate() {
    let world = World::new();
    let begun = Notes::new();
    let settings = world.worker(noted(&begun)).rate(Quota::per_hour(5));
    let worker = start(settings.poll_every(secs(1)));
    sleep(secs(600)).await;
    for _ in 0..5 {
        world.enqueue(new_job()).await;
    }
    begun.reach(5).await;
    assert!(world.now() <= secs(600) + TICK, "{:?}", world.now());
    worker.stop().await;
}

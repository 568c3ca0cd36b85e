//! Jobs that are claimed before there is a free slot.

use jobstore::{
    By, Job, NewJob, Status,
    worker::{Context, Drained, Handler},
};
use tokio::time::sleep;

use crate::support::{Fault, Notes, QUEUE, TICK, Verb, World, claims, secs, start};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

/// Takes so many seconds, and notes the job when it starts.
fn takes(time: u64, starts: &Notes<Job>) -> impl Handler {
    let notes = starts.clone();
    move |job: Job, _: Context| {
        notes.add(job);
        async move {
            sleep(secs(time)).await;
            Ok(None)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn with_jobs_at_hand_no_slot_waits_for_a_claim() {
    for (prefetch, expected) in [(0, 20), (5, 11)] {
        let world = World::new();
        let mut last = None;
        for _ in 0..10 {
            last = Some(world.enqueue(new_job()).await);
        }
        world.store.break_verb(Verb::Claim, Fault::Slow(secs(1)));
        let settings = world.worker(takes(1, &Notes::new())).concurrency(1);
        let worker = start(settings.prefetch(prefetch));
        world.ended(last.unwrap()).await;
        let (took, expected) = (world.now(), secs(expected));
        assert!(
            took >= expected && took <= expected + 20 * TICK,
            "{took:?} with {prefetch} at hand"
        );
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_once_and_no_more_are_claimed_than_the_settings_say() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(world.enqueue(new_job()).await);
    }
    let starts = Notes::new();
    let worker = start(world.worker(takes(10, &starts)).concurrency(3).prefetch(4));
    sleep(secs(5)).await;
    assert_eq!(starts.len(), 3);
    let mut running = 0;
    for id in ids {
        running += usize::from(world.job(id).await.status == Status::Running);
    }
    assert_eq!(running, 7);
    worker.stop().await;
}

/// The last of them waits for five leases before it starts.
#[tokio::test(start_paused = true)]
async fn leases_of_jobs_that_wait_for_a_slot_are_renewed() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.enqueue(new_job()).await);
    }
    let settings = world.worker(takes(40, &Notes::new())).concurrency(1);
    let worker = start(settings.prefetch(10));
    for id in ids {
        let job = world.ended(id).await;
        assert_eq!((job.status, claims(&job), job.lost), (Status::Done, 1, 0));
    }
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_has_not_begun_when_the_worker_is_told_to_stop_is_given_back_at_once() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.enqueue(new_job().max_attempts(1)).await);
    }
    let settings = world.worker(takes(10, &Notes::new())).concurrency(1);
    let worker = start(settings.prefetch(10));
    sleep(secs(2)).await;
    let stopping = tokio::spawn(worker.stop());
    sleep(secs(1)).await;
    for &id in &ids[1..] {
        let job = world.job(id).await;
        assert_eq!((job.status, job.attempts), (Status::Ready, 0));
    }
    let drained = Drained {
        finished: 1,
        released: 3,
        lost: 0,
    };
    assert_eq!(stopping.await.unwrap(), drained);
    assert_eq!(world.store.asked(Verb::Settle), 2, "given back in one call");
}

#[tokio::test(start_paused = true)]
async fn what_was_called_off_while_it_waited_for_a_slot_does_not_begin() {
    let world = World::new();
    let first = world.enqueue(new_job()).await;
    let second = world.enqueue(new_job()).await;
    let starts = Notes::new();
    let settings = world.worker(takes(60, &starts)).concurrency(1);
    let worker = start(settings.prefetch(1));
    sleep(secs(5)).await;
    let _ = world.jobs.cancel(second, By::new("ada")).await.unwrap();
    assert_eq!(world.ended(first).await.status, Status::Done);
    sleep(secs(60)).await;
    assert_eq!(starts.len(), 1);
    worker.stop().await;
}

//! Telling a worker to stop.

use std::time::Duration;

use jobstore::{
    Job, NewJob, Status,
    worker::{Context, Drained, Handler},
};
use tokio::time::{Instant, sleep};

use crate::support::{
    Fault, Notes, OnDrop, QUEUE, TICK, Verb, World, for_ever, millis, secs, start,
};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

fn takes(time: Duration) -> impl Handler {
    move |_: Job, _: Context| async move {
        sleep(time).await;
        Ok(None)
    }
}

const NOTHING: Drained = drained(0, 0, 0);

const fn drained(finished: usize, released: usize, lost: usize) -> Drained {
    Drained {
        finished,
        released,
        lost,
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_with_nothing_to_do_stops_at_once() {
    let world = World::new();
    let worker = start(world.worker(takes(secs(1))));
    sleep(secs(100)).await;
    let told = Instant::now();
    assert_eq!(worker.stop().await, NOTHING);
    assert_eq!(told.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_told_to_stop_before_it_starts_claims_nothing() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    assert_eq!(world.worker(takes(secs(1))).run(async {}).await, NOTHING);
    assert_eq!(world.store.asked(Verb::Claim), 0);
    assert_eq!(world.job(id).await.status, Status::Ready);
}

#[tokio::test(start_paused = true)]
async fn what_runs_may_finish_and_nothing_more_is_claimed() {
    let world = World::new();
    let running = [
        world.enqueue(new_job()).await,
        world.enqueue(new_job()).await,
    ];
    let worker = start(world.worker(takes(secs(15))).lease(secs(3)));
    sleep(secs(1)).await;
    let told = Instant::now();
    let late = world.enqueue(new_job().delay(millis(500))).await;
    assert_eq!(worker.stop().await, drained(2, 0, 0));
    assert!(told.elapsed() <= secs(14) + TICK, "{:?}", told.elapsed());
    for id in running {
        // Longer than its lease: heartbeats go on while the worker drains.
        assert_eq!(world.job(id).await.status, Status::Done);
    }
    assert_eq!(world.job(late).await.fence.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_finish_in_time_is_stopped_and_given_back_uncounted() {
    let world = World::new();
    let stopped = Notes::new();
    let notes = stopped.clone();
    let short = world.enqueue(new_job().payload("short")).await;
    let long = world
        .enqueue(new_job().payload("long").max_attempts(1))
        .await;
    let handler = move |job: Job, context: Context| {
        let guard = OnDrop {
            context,
            notes: notes.clone(),
        };
        async move {
            if job.payload.as_bytes() == b"short" {
                sleep(secs(5)).await;
                return Ok(None);
            }
            let _guard = guard;
            for_ever().await
        }
    };
    let worker = start(world.worker(handler).drain_within(secs(8)));
    sleep(secs(1)).await;
    let told = Instant::now();
    assert_eq!(worker.stop().await, drained(1, 1, 0));
    assert!(
        told.elapsed() >= secs(8) && told.elapsed() <= secs(8) + TICK,
        "{:?}",
        told.elapsed()
    );
    assert_eq!(world.job(short).await.status, Status::Done);
    let job = world.job(long).await;
    assert_eq!(
        (job.status, job.attempts, job.lost, job.errors.len()),
        (Status::Ready, 0, 0, 0)
    );
    let told: Vec<_> = stopped.all().iter().map(|&(_, told)| told).collect();
    assert_eq!(
        told,
        [false, true],
        "what ends by itself is over only afterwards"
    );

    // And another worker can have it at once, for its one attempt.
    let next = start(world.worker(takes(Duration::ZERO)));
    assert_eq!(world.ended(long).await.status, Status::Done);
    next.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_while_the_worker_drains_has_failed() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(|_: Job, _: Context| async {
        sleep(secs(2)).await;
        Err(jobstore::worker::Failed::transient("busy"))
    }));
    sleep(secs(1)).await;
    assert_eq!(worker.stop().await, drained(1, 0, 0));
    assert_eq!(world.job(id).await.status, Status::Retrying);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_does_not_keep_a_worker_from_stopping() {
    for fault in [Fault::Fails, Fault::Hangs] {
        let world = World::new();
        let id = world.enqueue(new_job()).await;
        let worker = start(world.worker(takes(secs(60))).drain_within(secs(5)));
        sleep(secs(1)).await;
        world.store.break_down(fault);
        let told = Instant::now();
        assert_eq!(worker.stop().await, drained(0, 0, 1));
        assert!(
            told.elapsed() <= secs(5 + 2) + 2 * TICK,
            "{:?}",
            told.elapsed()
        );
        // Nobody holds it up: it is free when its lease is over.
        world.store.mend();
        let next = start(world.worker(takes(Duration::ZERO)));
        assert_eq!(world.ended(id).await.status, Status::Done);
        next.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_hangs_does_not_keep_a_worker_from_stopping() {
    let world = World::new();
    world.store.break_verb(Verb::Claim, Fault::Hangs);
    let worker = start(world.worker(takes(secs(1))).drain_within(secs(5)));
    sleep(secs(1)).await;
    let told = Instant::now();
    assert_eq!(worker.stop().await, NOTHING);
    assert!(told.elapsed() <= secs(5) + TICK, "{:?}", told.elapsed());
}

#[tokio::test(start_paused = true)]
async fn jobs_that_arrive_from_a_claim_under_way_are_not_left_behind() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    world.store.break_verb(Verb::Claim, Fault::Slow(secs(3)));
    let worker = start(world.worker(takes(secs(1))).drain_within(secs(5)));
    sleep(secs(1)).await;
    assert_eq!(worker.stop().await, drained(1, 0, 0));
    assert_eq!(world.job(id).await.status, Status::Done);
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_deaf_to_new_work_once_it_was_told_to_stop() {
    let world = World::new();
    world.enqueue(new_job()).await;
    let worker = start(world.worker(takes(secs(10))));
    sleep(millis(500)).await;
    let claims = world.store.asked(Verb::Claim);
    let stopping = tokio::spawn(worker.stop());
    sleep(secs(1)).await;
    let new = world.enqueue(new_job()).await;
    assert_eq!(stopping.await.unwrap(), drained(1, 0, 0));
    assert_eq!(world.store.asked(Verb::Claim), claims);
    assert_eq!(world.job(new).await.status, Status::Ready);
}

/// In comparable libraries either a deploy costs an attempt, so that a few of them kill a job that is well,
/// or a job that no deploy leaves enough time for goes round for ever.
#[tokio::test(start_paused = true)]
async fn a_deploy_costs_no_attempt_and_a_job_survives_only_so_many() {
    let world = World::new();
    let new = new_job().max_attempts(1).max_interrupted(5);
    let id = world.enqueue(new).await;
    for deploys in 1..=5 {
        let worker = start(world.worker(takes(secs(60))).drain_within(secs(1)));
        sleep(secs(1)).await;
        worker.stop().await;
        let job = world.job(id).await;
        assert_eq!((job.attempts, job.interrupted, job.lost), (0, deploys, 0));
        let ended = (deploys == 5).then_some(Status::Dead);
        assert_eq!(job.status, ended.unwrap_or(Status::Ready));
    }
}

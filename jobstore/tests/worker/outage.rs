//! A store that fails, hangs or lies, and comes back.

use std::time::Duration;

use jobstore::{
    Applied, Job, NewJob, Status, WorkerId,
    worker::{Context, Handler},
};
use tokio::time::{Instant, sleep};

use crate::support::{
    Fault, Notes, OnDrop, QUEUE, TICK, Verb, World, claims, for_ever, millis, secs, start,
};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

/// Takes this long, and notes when it starts.
fn takes(time: Duration, starts: &Notes<Instant>) -> impl Handler {
    let notes = starts.clone();
    move |_: Job, _: Context| {
        notes.add(Instant::now());
        async move {
            sleep(time).await;
            Ok(None)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_it_is_asked_seldom_and_work_goes_on_when_it_is_back() {
    for fault in [Fault::Fails, Fault::Lies] {
        let world = World::new();
        let worker = start(world.worker(takes(Duration::ZERO, &Notes::new())));
        sleep(secs(10)).await;
        world.store.break_down(fault);
        let before = (
            world.store.asked(Verb::Claim),
            world.store.asked(Verb::Reap),
        );
        sleep(secs(600)).await;
        let claims = world.store.asked(Verb::Claim) - before.0;
        let reaps = world.store.asked(Verb::Reap) - before.1;
        assert!(
            (300..=610).contains(&claims),
            "{claims} claims in ten minutes"
        );
        assert!(reaps <= 1, "{reaps} reaps in ten minutes");

        let id = world.enqueue(new_job()).await;
        world.store.mend();
        let back = Instant::now();
        // A store that lies has leased the job to a claim that was never heard of.
        let patience = if fault == Fault::Lies {
            secs(60)
        } else {
            secs(2)
        };
        assert_eq!(world.ended(id).await.status, Status::Done);
        assert!(back.elapsed() <= patience, "{:?}", back.elapsed());
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_given_up_and_asked_again() {
    let world = World::new();
    world.store.break_down(Fault::Hangs);
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(takes(Duration::ZERO, &Notes::new())));
    sleep(secs(15)).await;
    world.store.mend();
    assert_eq!(world.ended(id).await.status, Status::Done);
    assert!(world.now() <= secs(32), "{:?}", world.now());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_shorter_than_the_lease_harms_no_running_job() {
    for fault in [Fault::Fails, Fault::Lies] {
        let world = World::new();
        let starts = Notes::new();
        let id = world.enqueue(new_job()).await;
        let worker = start(world.worker(takes(secs(100), &starts)));
        sleep(secs(11)).await;
        world.store.break_down(fault);
        sleep(secs(25)).await;
        world.store.mend();
        let job = world.ended(id).await;
        assert_eq!((job.status, job.attempts, job.lost), (Status::Done, 1, 0));
        assert_eq!(starts.len(), 1);
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_is_stopped_before_the_lease_that_cannot_be_renewed_is_over() {
    for fault in [Fault::Fails, Fault::Hangs] {
        let world = World::new();
        let stopped = Notes::new();
        let notes = stopped.clone();
        let id = world.enqueue(new_job()).await;
        let worker = start(world.worker(move |_: Job, context: Context| {
            let guard = OnDrop {
                context,
                notes: notes.clone(),
            };
            async move {
                let _guard = guard;
                for_ever().await
            }
        }));
        // The last heartbeat that gets through is the one at 20 s.
        sleep(secs(25)).await;
        world.store.break_down(fault);
        let (_, told) = stopped.reach(1).await[0];
        assert!(told);
        assert!(
            world.now() >= secs(50) && world.now() <= secs(50) + 2 * TICK,
            "{:?}",
            world.now()
        );
        let until = world.job(id).await.lease.unwrap().until;
        assert!(
            until.since(jobstore::Store::now(&world.store)) <= TICK,
            "it is not over before"
        );
        worker.crash().await;
    }
}

#[tokio::test(start_paused = true)]
async fn losing_a_lease_is_neither_an_attempt_nor_a_failure() {
    let world = World::new();
    let starts = Notes::new();
    let id = world.enqueue(new_job().max_attempts(1)).await;
    let worker = start(world.worker(takes(secs(45), &starts)));
    sleep(secs(1)).await;
    world.store.break_down(Fault::Fails);
    sleep(secs(40)).await;
    world.store.mend();
    let job = world.ended(id).await;
    assert_eq!((job.status, job.attempts, job.lost), (Status::Done, 1, 1));
    assert_eq!((starts.len(), claims(&job)), (2, 2));
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_the_store_does_not_take_is_written_again() {
    let world = World::new();
    let starts = Notes::new();
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(takes(secs(1), &starts)));
    sleep(millis(500)).await;
    world.store.break_verb(Verb::Settle, Fault::Fails);
    sleep(secs(20)).await;
    assert_eq!(world.job(id).await.status, Status::Running);
    world.store.mend();
    let job = world.ended(id).await;
    assert_eq!((job.status, job.lost, starts.len()), (Status::Done, 0, 1));
    assert!(world.now() <= secs(23), "{:?}", world.now());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_given_up_when_the_lease_is_over() {
    for fault in [Fault::Fails, Fault::Hangs] {
        let world = World::new();
        let starts = Notes::new();
        let id = world.enqueue(new_job()).await;
        let worker = start(world.worker(takes(secs(1), &starts)).concurrency(1));
        sleep(millis(500)).await;
        world.store.break_verb(Verb::Settle, fault);
        sleep(secs(29)).await;
        assert_eq!(world.job(id).await.lost, 0);
        sleep(secs(1)).await;
        world.store.mend();
        let job = world.ended(id).await;
        assert_eq!((job.status, job.attempts, job.lost), (Status::Done, 1, 1));
        assert_eq!(starts.len(), 2);
        worker.stop().await;
    }
}

/// An error says that the step may have happened. The second try then finds the lease gone, which is
/// nothing to run the job again for.
#[tokio::test(start_paused = true)]
async fn an_outcome_that_was_written_though_the_store_said_no_is_written_once() {
    let world = World::new();
    let starts = Notes::new();
    let id = world.enqueue(new_job()).await;
    world.store.break_verb(Verb::Settle, Fault::Lies);
    let worker = start(world.worker(takes(secs(1), &starts)));
    assert_eq!(world.ended(id).await.status, Status::Done);
    world.store.mend();
    sleep(secs(600)).await;
    assert_eq!((starts.len(), world.store.asked(Verb::Settle)), (1, 2));
    worker.stop().await;
}

/// Comparable libraries rescue every job of every worker as soon as the store is back.
#[tokio::test(start_paused = true)]
async fn after_an_outage_holders_get_the_time_for_a_heartbeat_before_they_are_reaped() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let holder = WorkerId::new("by hand");
    let held = world
        .jobs
        .claim(QUEUE, &holder, secs(30), 1)
        .await
        .unwrap()
        .jobs
        .remove(0);
    let worker = start(world.worker(takes(Duration::ZERO, &Notes::new())));
    sleep(secs(5)).await;
    world.store.break_down(Fault::Fails);
    sleep(secs(60)).await;
    world.store.mend();
    // The worker notices within two seconds, its reaper waits for a third of a lease.
    sleep(secs(9)).await;
    let renewed = world.jobs.heartbeat(&held, secs(30)).await.unwrap();
    assert_eq!(renewed, Applied::Now(Status::Running));
    sleep(secs(40)).await;
    assert_eq!(
        world.ended(id).await.lost,
        1,
        "the holder that is really gone is reaped all the same"
    );
    worker.stop().await;
}

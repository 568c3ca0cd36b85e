//! Keeping leases, and losing them.

use std::collections::HashSet;

use jobstore::{
    Applied, By, Job, NewJob, Status, WorkerId,
    worker::{Context, Handler},
};
use tokio::time::{Instant, sleep};

use crate::support::{
    Notes, OnDrop, QUEUE, TICK, Verb, World, claims, for_ever, millis, secs, start,
};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

/// Runs until it is stopped, and notes when that was and what it knew.
fn endless(stopped: &Notes<(Instant, bool)>) -> impl Handler {
    let notes = stopped.clone();
    move |_: Job, context: Context| {
        let guard = OnDrop {
            context,
            notes: notes.clone(),
        };
        async move {
            let _guard = guard;
            for_ever().await
        }
    }
}

#[tokio::test(start_paused = true)]
async fn heartbeats_keep_a_job_that_takes_many_leases() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let runs = Notes::new();
    let notes = runs.clone();
    let handler = move |_: Job, _: Context| {
        notes.add(());
        async {
            sleep(secs(3_600)).await;
            Ok(None)
        }
    };
    let settings = || {
        world
            .worker(handler.clone())
            .timeout(secs(7_200))
            .lease(secs(30))
    };
    let workers = [start(settings()), start(settings())];
    let job = world.ended(id).await;
    assert_eq!(
        (job.status, job.attempts, claims(&job), job.lost),
        (Status::Done, 1, 1, 0)
    );
    assert_eq!(runs.len(), 1);
    let heartbeats = world.store.asked(Verb::Heartbeat);
    assert!(
        (355..=360).contains(&heartbeats),
        "{heartbeats} heartbeats, one each 10 s"
    );
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_job_costs_no_heartbeat() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(|_: Job, _: Context| async {
        sleep(secs(9)).await;
        Ok(None)
    }));
    world.ended(id).await;
    worker.stop().await;
    assert_eq!(world.store.asked(Verb::Heartbeat), 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_called_off_is_stopped_at_its_next_heartbeat() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let stopped = Notes::new();
    let worker = start(world.worker(endless(&stopped)));
    sleep(secs(15)).await;
    assert_eq!(
        world.jobs.cancel(id, By::new("ada")).await.unwrap(),
        Applied::Now(Status::Cancelled)
    );

    let (at, told) = stopped.reach(1).await[0];
    assert!(told);
    assert!(
        world.now() >= secs(20) && world.now() <= secs(20) + 2 * TICK,
        "{:?}",
        world.now()
    );
    assert!(at.elapsed() <= TICK);
    sleep(secs(3_600)).await;
    let job = world.job(id).await;
    assert_eq!((job.status, job.errors.len()), (Status::Cancelled, 0));
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_has_spawned_is_told_that_the_lease_is_lost() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let told = Notes::new();
    let notes = told.clone();
    let worker = start(world.worker(move |_: Job, context: Context| {
        let (notes, seen) = (notes.clone(), context.clone());
        tokio::spawn(async move {
            seen.lease_lost().await;
            notes.add(seen.is_lease_lost());
            // Who asks late is told, too.
            seen.lease_lost().await;
        });
        async move {
            assert!(!context.is_lease_lost());
            for_ever().await
        }
    }));
    sleep(secs(1)).await;
    assert_eq!(told.len(), 0);
    let _ = world.jobs.cancel(id, By::new("ada")).await.unwrap();
    assert_eq!(told.reach(1).await, [true]);
    assert!(world.now() <= secs(10) + 2 * TICK, "{:?}", world.now());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_leaves_behind_is_told_that_the_attempt_is_over() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let told = Notes::new();
    let notes = told.clone();
    let worker = start(world.worker(move |_: Job, context: Context| {
        let notes = notes.clone();
        tokio::spawn(async move {
            context.lease_lost().await;
            notes.add(());
        });
        async { Ok(None) }
    }));
    world.ended(id).await;
    told.reach(1).await;
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_turns_out_lost_at_the_end_is_no_failure() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(|_: Job, _: Context| async {
        sleep(secs(5)).await;
        Ok(Some("too late".into()))
    }));
    sleep(secs(2)).await;
    let _ = world.jobs.cancel(id, By::new("ada")).await.unwrap();
    sleep(secs(60)).await;
    let job = world.job(id).await;
    assert_eq!(
        (job.status, job.result, job.errors.len()),
        (Status::Cancelled, None, 0)
    );
    // The worker goes on.
    let next = world.enqueue(new_job()).await;
    assert_eq!(world.ended(next).await.status, Status::Done);
    worker.stop().await;
}

/// A worker that comes back under the name of its dead predecessor keeps that one's leases from being
/// rescued, or is itself refused.
#[tokio::test(start_paused = true)]
async fn each_start_of_a_worker_has_a_name_of_its_own() {
    let world = World::new();
    let names = Notes::<WorkerId>::new();
    for _ in 0..20 {
        let notes = names.clone();
        let id = world.enqueue(new_job()).await;
        let worker = start(world.worker(move |job: Job, _: Context| {
            notes.add(job.lease.unwrap().worker);
            async { Ok(None) }
        }));
        assert_eq!(world.ended(id).await.status, Status::Done);
        worker.stop().await;
    }
    let names = names.all();
    assert!(
        names.iter().all(|name| name.as_str().starts_with("queue.")),
        "{names:?}"
    );
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 20);
    assert!(
        world.now() < secs(1),
        "no start waits for the one before it"
    );
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_dropped_stops_its_handlers_at_once() {
    let world = World::new();
    world.enqueue(new_job()).await;
    let stopped = Notes::new();
    let worker = start(world.worker(endless(&stopped)));
    sleep(millis(100)).await;
    let dropped = Instant::now();
    worker.crash().await;
    let (at, told) = stopped.reach(1).await[0];
    assert_eq!((at, told), (dropped, true));
}

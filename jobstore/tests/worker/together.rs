//! Calls that carry what concerns many jobs.

use jobstore::{Job, JobId, NewJob, Status, worker::Context};
use tokio::time::sleep;

use crate::support::{Fault, Notes, QUEUE, TICK, Verb, World, claims, millis, secs, start};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

async fn enqueue(world: &World, jobs: usize) -> Vec<JobId> {
    let mut ids = Vec::new();
    for _ in 0..jobs {
        ids.push(world.enqueue(new_job()).await);
    }
    ids
}

async fn nothing(
    _: Job,
    _: Context,
) -> Result<Option<serde_json::Value>, jobstore::worker::Failed> {
    Ok(None)
}

#[tokio::test(start_paused = true)]
async fn outcomes_that_come_while_the_store_is_at_work_travel_together() {
    let world = World::new();
    let ids = enqueue(&world, 200).await;
    world.store.break_verb(Verb::Settle, Fault::Slow(secs(1)));
    let worker = start(world.worker(nothing).concurrency(200));
    for id in ids {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    let calls = world.store.asked(Verb::Settle);
    assert!(calls <= 4, "{calls} calls for 200 outcomes");
    assert!(world.now() <= secs(3), "{:?}", world.now());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_comes_alone_waits_for_nothing() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(nothing));
    world.ended(id).await;
    assert!(world.now() <= TICK, "{:?}", world.now());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_next_job_is_claimed_while_the_outcome_of_the_last_is_written() {
    let world = World::new();
    let ids = enqueue(&world, 10).await;
    world.store.break_verb(Verb::Settle, Fault::Slow(secs(1)));
    let worker = start(world.worker(nothing).concurrency(1));
    for id in ids {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    // Two outcomes at a time, and not more, however long the store takes.
    let took = world.now();
    assert!((secs(4)..secs(6)).contains(&took), "{took:?}");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_call_renews_all_leases_of_a_worker() {
    let world = World::new();
    let ids = enqueue(&world, 100).await;
    let worker = start(
        world
            .worker(|_: Job, _: Context| async {
                sleep(secs(3_600)).await;
                Ok(None)
            })
            .timeout(secs(7_200))
            .concurrency(100),
    );
    for id in ids {
        let job = world.ended(id).await;
        assert_eq!((job.status, claims(&job)), (Status::Done, 1));
    }
    let heartbeats = world.store.asked(Verb::Heartbeat);
    assert!(
        (355..=360).contains(&heartbeats),
        "{heartbeats} calls, one each 10 s"
    );
    worker.stop().await;
}

/// Leases that were taken at different times are renewed in time, each of them.
#[tokio::test(start_paused = true)]
async fn leases_that_began_apart_are_all_renewed_in_time() {
    let world = World::new();
    let mut ids = Vec::new();
    for delay in (0..40).map(|n| millis(n * 777)) {
        ids.push(world.enqueue(new_job().delay(delay)).await);
    }
    let worker = start(
        world
            .worker(|_: Job, _: Context| async {
                sleep(secs(200)).await;
                Ok(None)
            })
            .concurrency(40)
            .lease(secs(3))
            .reap_every(millis(100)),
    );
    for id in ids {
        let job = world.ended(id).await;
        assert_eq!((job.status, claims(&job), job.lost), (Status::Done, 1, 0));
    }
    worker.stop().await;
}

/// In a comparable library the first of a batch that is refused ends the batch.
#[tokio::test(start_paused = true)]
async fn one_lost_lease_does_not_keep_the_rest_of_its_batch_from_being_written() {
    let world = World::new();
    let ids = enqueue(&world, 50).await;
    let running = Notes::new();
    let notes = running.clone();
    let worker = start(
        world
            .worker(move |_: Job, _: Context| {
                notes.add(());
                async {
                    sleep(secs(5)).await;
                    Ok(None)
                }
            })
            .concurrency(50),
    );
    running.reach(50).await;
    let gone = ids[10];
    let by = jobstore::By::new("ada");
    assert!(world.jobs.delete(gone, &by).await.unwrap());
    for id in ids.into_iter().filter(|&id| id != gone) {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    assert!(world.now() <= secs(5) + 2 * TICK, "{:?}", world.now());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_the_store_cannot_take_does_not_hold_up_the_others() {
    let world = World::new();
    let ids = enqueue(&world, 50).await;
    world.store.choke_on(ids[10]);
    let worker = start(world.worker(nothing).concurrency(50));
    for &id in ids.iter().filter(|&&id| id != ids[10]) {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    assert!(world.now() <= secs(3), "{:?}", world.now());
    assert_eq!(world.job(ids[10]).await.status, Status::Running);
    worker.crash().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_holds_up_only_what_it_carries() {
    let world = World::new();
    world.store.break_verb(Verb::Settle, Fault::HangsOnce);
    let hung = world.enqueue(new_job()).await;
    let worker = start(world.worker(nothing));
    sleep(secs(1)).await;
    let ids = enqueue(&world, 30).await;
    for id in ids {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    assert!(world.now() <= secs(1) + TICK, "{:?}", world.now());
    // It is written again, in time.
    let job = world.ended(hung).await;
    assert_eq!((job.status, claims(&job)), (Status::Done, 1));
    assert!(world.now() <= secs(11), "{:?}", world.now());
    worker.stop().await;
}

/// Else every sign of life of one worker would send all others to the store.
#[tokio::test(start_paused = true)]
async fn heartbeats_and_outcomes_wake_nobody() {
    let world = World::new();
    for seconds in [3_600, 10] {
        let new = new_job().payload(seconds.to_string());
        world.enqueue(new).await;
    }
    let handler = |job: Job, _: Context| async move {
        let seconds = str::from_utf8(job.payload.as_bytes())?.parse()?;
        sleep(secs(seconds)).await;
        Ok(None)
    };
    let worker = start(
        world
            .worker(handler)
            .timeout(secs(7_200))
            .poll_every(secs(60)),
    );
    sleep(secs(3_000)).await;
    let claims = world.store.asked(Verb::Claim);
    assert!((50..=53).contains(&claims), "{claims} claims in 50 minutes");
    worker.crash().await;
}

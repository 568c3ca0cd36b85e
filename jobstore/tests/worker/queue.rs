//! Which jobs run, when, and how many at once.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jobstore::{Answer, Job, JobId, Keep, NewJob, Retention, Status, Worker, worker::Context};
use tokio::time::{Instant, sleep};

use crate::support::{Notes, QUEUE, TICK, Verb, World, millis, secs, start};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

#[tokio::test(start_paused = true)]
async fn jobs_run_in_the_order_in_which_they_are_due() {
    let world = World::new();
    let mut expected = Vec::new();
    for delay in [3, 1, 2, 0, 0, 0] {
        let job = new_job().delay(secs(delay));
        expected.push((delay, world.enqueue(job).await));
    }
    expected.sort();

    let ran = Notes::new();
    let notes = ran.clone();
    let worker = start(world.worker(move |job: Job, _: Context| {
        notes.add(job.id);
        async { Ok(None) }
    }));
    ran.reach(expected.len()).await;
    worker.stop().await;
    assert_eq!(
        ran.all(),
        expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    );
}

#[tokio::test(start_paused = true)]
async fn a_handler_sees_its_job_and_its_result_is_kept() {
    let world = World::new();
    let id = world
        .enqueue(new_job().payload("Ada").metadata("a", "b"))
        .await;
    let worker = start(world.worker(|job: Job, context: Context| async move {
        assert_eq!(
            (context.attempt(), context.fence()),
            (job.attempts, job.fence)
        );
        assert_eq!(job.metadata["a"], "b");
        Ok(Some(job.payload.len().into()))
    }));
    let job = world.ended(id).await;
    assert_eq!(
        (job.status, job.result.map(Answer::into_value), job.attempts),
        (Status::Done, Some(3.into()), 1)
    );
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn as_many_jobs_run_at_once_as_the_concurrency_says_and_no_more() {
    let world = World::new();
    for _ in 0..20 {
        world.enqueue(new_job()).await;
    }
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, peak, ended) = (Arc::clone(&running), Arc::clone(&most), Notes::new());
    let notes = ended.clone();
    let handler = move |_: Job, _: Context| {
        let (now, peak, notes) = (Arc::clone(&now), Arc::clone(&peak), notes.clone());
        async move {
            peak.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            sleep(secs(1)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            notes.add(());
            Ok(None)
        }
    };
    let worker = start(world.worker(handler).concurrency(3));
    ended.reach(20).await;
    assert_eq!(most.load(Ordering::Relaxed), 3);
    // Seven rounds of three: nobody waits while a slot is free.
    assert!(world.now() < secs(7) + 10 * TICK, "{:?}", world.now());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_queues_are_served_side_by_side_and_neither_holds_up_the_other() {
    let world = World::new();
    for _ in 0..50 {
        world
            .enqueue(NewJob::new("reports", "kind").payload("600"))
            .await;
    }
    let mail = world
        .enqueue(NewJob::new("mail", "kind").payload("1"))
        .await;
    let serve = |queue, concurrency| {
        start(Worker::new(world.jobs.clone(), queue, sleeper).concurrency(concurrency))
    };
    let workers = [serve("reports", 2), serve("mail", 10)];
    world.ended(mail).await;
    assert!(world.now() <= secs(1) + TICK, "{:?}", world.now());
    let queues = world.jobs.queues().await.unwrap();
    let running: Vec<_> = queues
        .iter()
        .map(|state| (&*state.queue, state.tally.running))
        .collect();
    assert_eq!(running, [("mail", 0), ("reports", 2)]);
    for worker in workers {
        worker.crash().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_job_holds_up_its_own_slot_only() {
    let world = World::new();
    world.enqueue(new_job().payload("100")).await;
    let mut short = Vec::new();
    for _ in 0..10 {
        short.push(world.enqueue(new_job().payload("1")).await);
    }
    let worker = start(world.worker(sleeper).concurrency(2));
    for id in short {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    assert!(world.now() < secs(11), "{:?}", world.now());
    worker.stop().await;
}

/// Sleeps as many seconds as the payload says.
async fn sleeper(
    job: Job,
    _: Context,
) -> Result<Option<serde_json::Value>, jobstore::worker::Failed> {
    let text = str::from_utf8(job.payload.as_bytes()).unwrap();
    sleep(secs(text.parse().unwrap())).await;
    Ok(None)
}

fn noted(notes: &Notes<Instant>) -> impl jobstore::worker::Handler {
    let notes = notes.clone();
    move |_: Job, _: Context| {
        notes.add(Instant::now());
        async { Ok(None) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_comes_while_the_worker_rests_runs_at_once() {
    let world = World::new();
    let ran = Notes::new();
    let worker = start(world.worker(noted(&ran)).poll_every(secs(3_600)));
    sleep(secs(100)).await;
    let enqueued = Instant::now();
    world.enqueue(new_job()).await;
    ran.reach(1).await;
    assert_eq!(ran.all(), [enqueued]);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_delayed_job_runs_when_it_is_due_however_seldom_the_worker_polls() {
    let world = World::new();
    let ran = Notes::new();
    let due = Instant::now() + millis(90_500);
    world.enqueue(new_job().delay(millis(90_500))).await;
    let worker = start(world.worker(noted(&ran)).poll_every(secs(3_600)));
    ran.reach(1).await;
    let late = ran.all()[0].saturating_duration_since(due);
    assert!(ran.all()[0] >= due && late <= TICK, "{late:?} late");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_another_process_enqueues_is_found_by_polling() {
    let world = World::new();
    world.store.deafen();
    let ran = Notes::new();
    let worker = start(world.worker(noted(&ran)).poll_every(secs(10)));
    sleep(secs(1)).await;
    world.enqueue(new_job()).await;
    ran.reach(1).await;
    assert!(
        world.now() > secs(9) && world.now() < secs(11),
        "{:?}",
        world.now()
    );
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_work_polls_as_often_as_it_is_told_and_no_more() {
    let world = World::new();
    // Due tomorrow, and so no reason to look before.
    world.enqueue(new_job().delay(secs(86_400))).await;
    let worker = start(
        world
            .worker(sleeper)
            .poll_every(secs(60))
            .reap_every(secs(600)),
    );
    sleep(secs(3_600)).await;
    worker.stop().await;
    let asked = (
        world.store.asked(Verb::Claim),
        world.store.asked(Verb::Reap),
    );
    assert!(
        (60..=62).contains(&asked.0) && (6..=8).contains(&asked.1),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn jobs_are_claimed_by_the_batch() {
    let world = World::new();
    for _ in 0..160 {
        world.enqueue(new_job()).await;
    }
    let ran = Notes::new();
    let worker = start(world.worker(noted(&ran)).concurrency(16));
    ran.reach(160).await;
    worker.stop().await;
    let claims = world.store.asked(Verb::Claim);
    assert!(claims <= 12, "{claims} claims for ten batches");
}

/// A comparable library cannot claim once 8,000 jobs are due, and then never again.
#[tokio::test(start_paused = true)]
async fn ten_thousand_due_jobs_do_not_block_the_queue() {
    let world = World::new();
    for _ in 0..10_000 {
        world.enqueue(new_job()).await;
    }
    let ran = Notes::new();
    let worker = start(world.worker(noted(&ran)));
    ran.reach(10_000).await;
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_workers_share_a_queue_and_no_job_runs_twice() {
    let world = World::new();
    let mut ids = Vec::new();
    for n in 0..1_000_u64 {
        ids.push(world.enqueue(new_job().delay(millis(n % 7 * 100))).await);
    }
    let ran: Notes<(JobId, &str)> = Notes::new();
    let handler = |name: &'static str| {
        let notes = ran.clone();
        move |job: Job, _: Context| {
            notes.add((job.id, name));
            async move {
                // Some outlast their lease, and are kept by heartbeats.
                sleep(millis(u64::from(job.id.to_string().as_bytes()[25]) * 20)).await;
                Ok(None)
            }
        }
    };
    let settings = |name| {
        world
            .worker(handler(name))
            .lease(secs(1))
            .reap_every(millis(100))
    };
    let workers = [start(settings("one")), start(settings("two"))];
    for &id in &ids {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    let mut runs: HashMap<JobId, usize> = HashMap::new();
    for (id, _) in ran.all() {
        *runs.entry(id).or_default() += 1;
    }
    assert_eq!(runs.len(), ids.len());
    assert!(runs.values().all(|&times| times == 1));
    for name in ["one", "two"] {
        let share = ran.all().iter().filter(|(_, by)| *by == name).count();
        assert!(share > 300, "worker {name} ran {share}");
    }
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn old_jobs_are_deleted_and_unfinished_ones_are_not() {
    let world = World::new();
    let old = world.enqueue(new_job()).await;
    let worker = start(
        world
            .worker(sleeper_of_zero)
            .retention(Retention::all(Keep::for_ever().age(secs(3_600)))),
    );
    let waiting = world.enqueue(new_job().delay(secs(86_400))).await;
    world.ended(old).await;
    sleep(secs(3_500)).await;
    assert!(world.jobs.get(old).await.unwrap().is_some());
    sleep(secs(300)).await;
    assert!(world.jobs.get(old).await.unwrap().is_none());
    assert_eq!(world.job(waiting).await.status, Status::Scheduled);
    worker.stop().await;
}

async fn sleeper_of_zero(
    _: Job,
    _: Context,
) -> Result<Option<serde_json::Value>, jobstore::worker::Failed> {
    Ok(None)
}

#[tokio::test(start_paused = true)]
async fn settings_without_sense_are_moved_into_range() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let worker = world
        .worker(sleeper_of_zero)
        .concurrency(0)
        .lease(Duration::ZERO)
        .timeout(Duration::MAX)
        .drain_within(Duration::MAX)
        .poll_every(Duration::ZERO)
        .reap_every(Duration::ZERO)
        .retention(Retention::all(Keep::for_ever().age(Duration::MAX)));
    let worker = start(worker);
    assert_eq!(world.ended(id).await.status, Status::Done);
    worker.stop().await;
}

//! A scheduler that runs, next to the store that it asks.

use std::time::Duration;

use jobstore::{Missed, NewJob, Query, Schedule, Scheduler, Timestamp};
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use crate::support::{Fault, QUEUE, TICK, Verb, World, secs};

const HOUR: Duration = secs(60 * 60);

/// Due each hour; the world begins at 22:13:20.
fn hourly() -> Schedule {
    Schedule::every("sweep", HOUR, NewJob::new(QUEUE, "file.sweep")).unwrap()
}

fn scheduler(world: &World, schedule: Schedule) -> Scheduler {
    let scheduler = Scheduler::new(world.jobs.clone()).look_back(2 * HOUR);
    scheduler.with(schedule).unwrap()
}

fn start(scheduler: Scheduler) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (shutdown, told) = oneshot::channel();
    let told = async {
        let _: Result<(), _> = told.await;
    };
    (shutdown, tokio::spawn(scheduler.run(told)))
}

/// What each job stands for, and how late it was enqueued, the oldest first.
async fn made(world: &World) -> Vec<(String, Duration)> {
    let mut made = Vec::new();
    for job in world.jobs.list(&Query::default()).await.unwrap().jobs {
        let job = world.job(job.id).await;
        let stands_for = job.metadata[Schedule::SCHEDULED_FOR].clone();
        let due: Timestamp = stands_for.parse().unwrap();
        made.push((stands_for, job.created_at.since(due)));
    }
    made.reverse();
    made
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_enqueued_when_it_is() {
    let world = World::new();
    let (shutdown, task) = start(scheduler(&world, hourly().missed(Missed::Skip)));
    sleep(2 * HOUR).await;
    let made = made(&world).await;
    let times: Vec<_> = made.iter().map(|(time, _)| &**time).collect();
    assert_eq!(times, ["2023-11-14T23:00:00Z", "2023-11-15T00:00:00Z"]);
    assert!(made.iter().all(|(_, late)| *late <= TICK), "{made:?}");

    shutdown.send(()).unwrap();
    timeout(TICK, task).await.expect("it ends at once").unwrap();
}

#[tokio::test(start_paused = true)]
async fn two_of_them_enqueue_everything_once() {
    let world = World::new();
    let one = start(scheduler(&world, hourly()));
    let other = start(scheduler(&world, hourly()));
    sleep(5 * HOUR).await;
    // The last is alone.
    one.1.abort();
    sleep(5 * HOUR).await;
    let made = made(&world).await;
    assert_eq!(made.len(), 11, "the one that was missed, and ten: {made:?}");
    drop(other);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_sat_out_and_what_was_missed_is_made_up_for() {
    let world = World::new();
    let all = hourly().missed(Missed::All { max: 9 });
    let (_shutdown, _task) = start(scheduler(&world, all));
    sleep(TICK).await;
    assert_eq!(made(&world).await.len(), 2, "those it looks back for");
    // From before 23:00 until after 0:00.
    for fault in [Fault::Fails, Fault::Lies] {
        world.store.break_verb(Verb::EnqueueAll, fault);
        let asked = world.store.asked(Verb::EnqueueAll);
        sleep(2 * HOUR).await;
        let asked = world.store.asked(Verb::EnqueueAll) - asked;
        assert!((100..600).contains(&asked), "asked {asked} times");
        world.store.mend();
        sleep(secs(31)).await;
    }
    let made = made(&world).await;
    assert_eq!(made.len(), 6, "{made:?}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_keep_it_from_ending() {
    let world = World::new();
    world.store.break_verb(Verb::EnqueueAll, Fault::Hangs);
    let (shutdown, task) = start(scheduler(&world, hourly()));
    sleep(secs(10)).await;
    let asked = Instant::now();
    shutdown.send(()).unwrap();
    task.await.unwrap();
    assert!(asked.elapsed() <= TICK);
}

#[tokio::test(start_paused = true)]
async fn it_looks_back_as_far_as_it_is_told_and_no_further() {
    let world = World::new();
    let all = hourly().missed(Missed::All { max: 99 });
    let mut scheduler = Scheduler::new(world.jobs.clone())
        .look_back(5 * HOUR)
        .with(all)
        .unwrap();
    assert_eq!(scheduler.tick().await.unwrap().created.len(), 5);
    // It sleeps, as a laptop does, for longer than it looks back.
    sleep(20 * HOUR).await;
    assert_eq!(scheduler.tick().await.unwrap().created.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_with_a_new_payload_makes_no_second_job_of_an_old_occurrence() {
    let world = World::new();
    let mut old = scheduler(&world, hourly());
    assert_eq!(old.tick().await.unwrap().created.len(), 1);
    let job = NewJob::new(QUEUE, "file.sweep").payload("deeper");
    let mut new = scheduler(&world, Schedule::every("sweep", HOUR, job).unwrap());
    let ticked = new.tick().await.unwrap();
    assert_eq!((ticked.created.len(), ticked.repeated), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn two_schedules_of_one_name_are_refused() {
    let world = World::new();
    let refused = scheduler(&world, hourly()).with(hourly()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the schedule \"sweep\": there are two of that name"
    );
}

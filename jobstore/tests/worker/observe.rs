//! Those who are told of each run.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use jobstore::{
    By, Category, History, Job, NewJob, Outcome, Run,
    worker::{Context, Failed},
};
use serde_json::Value;
use tokio::time::sleep;

use crate::support::{Notes, QUEUE, TICK, World, for_ever, secs, start};

/// Does what the kind says, after two seconds.
async fn obey(job: Job, context: Context) -> Result<Option<Value>, Failed> {
    sleep(secs(2)).await;
    match &*job.kind {
        "fails" if context.attempt() == 1 => Err(Failed::transient("busy").after(secs(7))),
        "dies" => Err(Failed::for_good("no").category(Category::Validation)),
        "postpones" => Err(Failed::postponed("away", secs(3_600))),
        "runs" => for_ever().await,
        _ => Ok(None),
    }
}

fn near(told: Duration, exact: Duration) -> bool {
    told + TICK >= exact && told <= exact + TICK
}

#[tokio::test(start_paused = true)]
async fn every_run_is_told_once_with_how_it_ended_and_how_long_it_took() {
    let world = World::new();
    for kind in ["works", "fails", "dies", "postpones", "runs"] {
        world.enqueue(NewJob::new(QUEUE, kind)).await;
    }
    let called_off = world.enqueue(NewJob::new(QUEUE, "works")).await;
    sleep(secs(5)).await;
    let told = Notes::new();
    let notes = told.clone();
    let observer = move |run: &Run| notes.add(run.clone());
    let worker = start(world.worker(obey).observe(observer).drain_within(secs(1)));
    sleep(secs(1)).await;
    let by = By::new("ada");
    let _ = world.jobs.cancel(called_off, by).await.unwrap();
    told.reach(6).await;
    worker.stop().await;

    let mut runs: Vec<_> = told
        .all()
        .into_iter()
        .map(|run| (run.kind.clone(), run.attempt, run.outcome, run.category))
        .collect();
    runs.sort_by_key(|run| (run.0.clone(), run.1, run.2.name()));
    let (unknown, validation) = (Some(Category::Unknown), Some(Category::Validation));
    let expected = [
        ("dies", 1, Outcome::Dead, validation),
        ("fails", 1, Outcome::Retrying, unknown),
        ("fails", 2, Outcome::Done, None),
        ("postpones", 1, Outcome::Postponed, None),
        ("runs", 1, Outcome::Released, None),
        ("works", 1, Outcome::Done, None),
        ("works", 1, Outcome::Lost, None),
    ];
    let expected = expected.map(|run| (run.0.to_owned(), run.1, run.2, run.3));
    assert_eq!(runs, expected);

    for run in told.all() {
        let (waited, took) = match (&*run.kind, run.attempt) {
            // It waited for its second attempt from when that was due.
            ("fails", 2) => (secs(0), secs(2)),
            ("runs", _) => (secs(5), secs(12)),
            _ => (secs(5), secs(2)),
        };
        assert!(near(run.waited, waited), "{run:?}");
        assert!(near(run.took, took), "{run:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_history_can_be_kept_of_it() {
    let world = World::new();
    let history = Arc::new(Mutex::new(History::new(secs(60), 60, 10)));
    let kept = Arc::clone(&history);
    let observer = move |run: &Run| kept.lock().unwrap().ran(run.clone());
    let worker = start(world.worker(obey).observe(observer));
    for minute in 0..5_u64 {
        for _ in 0..=minute {
            world.enqueue(NewJob::new(QUEUE, "works")).await;
        }
        let dead = world.enqueue(NewJob::new(QUEUE, "dies")).await;
        world.ended(dead).await;
        sleep(secs(60)).await;
    }
    worker.stop().await;
    let now = jobstore::Store::now(&world.store);
    let all = history.lock().unwrap().over(secs(3_600), now);
    assert_eq!((all.done, all.dead), (15, 5));
    assert_eq!(history.lock().unwrap().latest().count(), 10);
}

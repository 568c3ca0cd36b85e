//! A recovery that runs, next to the worker whose jobs died.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jobstore::{
    Category, Job, NewJob, Status,
    dead_letters::{DeadLetters, Filter, Recovery},
    worker::{Context, Failed},
};
use tokio::{sync::oneshot, time::timeout};

use crate::support::{QUEUE, TICK, World, secs, start};

#[tokio::test(start_paused = true)]
async fn jobs_that_died_while_a_service_was_away_are_done_when_it_is_back() {
    let world = World::new();
    let is_back = Arc::new(AtomicBool::new(false));
    let service = Arc::clone(&is_back);
    let worker = start(world.worker(move |_: Job, _: Context| {
        let is_back = service.load(Ordering::Relaxed);
        async move {
            let away = || Failed::transient("503").category(Category::ExternalApi);
            is_back.then_some(None).ok_or_else(away)
        }
    }));
    let mut ids = Vec::new();
    for _ in 0..8 {
        ids.push(
            world
                .enqueue(NewJob::new(QUEUE, "kind").max_attempts(1))
                .await,
        );
    }
    for &id in &ids {
        assert_eq!(world.ended(id).await.status, Status::Dead);
    }
    is_back.store(true, Ordering::Relaxed);

    let (shutdown, told) = oneshot::channel::<()>();
    let recovery = Recovery::new(world.jobs.clone(), Filter::default().queue(QUEUE));
    let recovery = tokio::spawn(recovery.run(async {
        let _ = told.await;
    }));
    tokio::time::sleep(secs(6 * 60)).await;
    let letters = DeadLetters::new(world.jobs.clone());
    for id in ids {
        let line = letters.line(id).await.unwrap();
        let statuses: Vec<_> = line.iter().map(|job| job.status).collect();
        assert_eq!(statuses, [Status::Dead, Status::Done]);
    }
    shutdown.send(()).unwrap();
    timeout(TICK, recovery)
        .await
        .expect("it ends at once")
        .unwrap();
    worker.stop().await;
}

//! Waiting for a batch.

use jobstore::{
    Batch, Job, NewJob, Progress,
    worker::{Context, Failed},
};
use tokio::time::{Instant, sleep};

use crate::support::{QUEUE, World, millis, secs, start};

#[tokio::test(start_paused = true)]
async fn a_batch_is_finished_when_the_last_of_its_jobs_has_ended_however() {
    let world = World::new();
    let batch = Batch::new(world.jobs.clone(), "night");
    let began = Instant::now();
    assert_eq!(batch.finished(secs(1)).await.unwrap().total(), 0);
    assert_eq!(began.elapsed(), secs(0), "there is nothing to wait for");

    for seconds in 1..=3 {
        let new = NewJob::new(QUEUE, "kind").batch(batch.name());
        world.enqueue(new.payload(seconds.to_string())).await;
    }
    world
        .enqueue(NewJob::new(QUEUE, "kind").payload("60"))
        .await;
    let worker = start(world.worker(|job: Job, _: Context| async move {
        let seconds = str::from_utf8(job.payload.as_bytes())
            .unwrap()
            .parse()
            .unwrap();
        sleep(secs(seconds)).await;
        match seconds {
            2 => Err(Failed::for_good("no")),
            _ => Ok(None),
        }
    }));
    sleep(millis(2_500)).await;
    assert_eq!(batch.progress().await.unwrap(), Progress::of(2, 3));
    let tally = batch.finished(millis(100)).await.unwrap();
    assert_eq!((tally.done, tally.dead, tally.total()), (2, 1, 3));
    assert!((secs(3)..secs(4)).contains(&began.elapsed()));
    worker.stop().await;
}

//! Services of tower as handlers.

use std::{
    convert::Infallible,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jobstore::{
    Answer, Category, Job, NewJob, Status,
    worker::{Failed, Tower},
};
use serde_json::Value;
use tokio::time::sleep;
use tower::{ServiceBuilder, service_fn, timeout::error::Elapsed};

use crate::support::{QUEUE, World, secs, start};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind").max_attempts(1)
}

#[tokio::test(start_paused = true)]
async fn a_service_gets_the_job_and_its_answer_is_the_result() {
    let world = World::new();
    let id = world.enqueue(new_job().payload("Ada")).await;
    let service =
        service_fn(
            |job: Job| async move { Ok::<_, Infallible>(Some(Value::from(job.payload.len()))) },
        );
    let worker = start(world.worker(Tower::new(service)));
    assert_eq!(
        world.ended(id).await.result.map(Answer::into_value),
        Some(3.into())
    );
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_ready_is_not_called() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(world.enqueue(new_job()).await);
    }
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, peak) = (Arc::clone(&running), Arc::clone(&most));
    let service = ServiceBuilder::new()
        .concurrency_limit(2)
        .service_fn(move |_: Job| {
            let (now, peak) = (Arc::clone(&now), Arc::clone(&peak));
            async move {
                peak.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                sleep(secs(1)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                Ok::<_, Infallible>(None)
            }
        });
    let worker = start(world.worker(Tower::new(service)));
    for id in ids {
        assert_eq!(world.ended(id).await.status, Status::Done);
    }
    assert_eq!(most.load(Ordering::Relaxed), 2);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_passes_through_layers_as_it_is() {
    let world = World::new();
    let id = world.enqueue(new_job().max_attempts(2)).await;
    let service = ServiceBuilder::new()
        .timeout(secs(10))
        .service_fn(|_: Job| async {
            let failed = Failed::for_good("no such mailbox");
            Err::<Option<Value>, _>(failed.category(Category::Validation))
        });
    let worker = start(world.worker(Tower::new(service)));
    let job = world.ended(id).await;
    assert_eq!((job.status, job.attempts), (Status::Dead, 1));
    let error = &job.errors[0];
    assert_eq!(
        (error.category, &*error.message),
        (Category::Validation, "no such mailbox")
    );
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_layer_is_a_failure_of_the_category_that_its_type_says() {
    let world = World::new();
    let service = || {
        ServiceBuilder::new()
            .timeout(Duration::from_secs(10))
            .service_fn(|_: Job| async {
                sleep(secs(60)).await;
                Ok::<_, Infallible>(None)
            })
    };
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(Tower::new(service())));
    let error = world.ended(id).await.errors.remove(0);
    assert_eq!(
        (error.category, &*error.message),
        (Category::Unknown, "request timed out")
    );
    worker.stop().await;

    let classify =
        |error: &(dyn Error + 'static)| error.is::<Elapsed>().then_some(Category::Timeout);
    let of_service = start(world.worker(Tower::new(service()).classify(classify)));
    assert_eq!(category_of_a_failure(&world).await, Category::Timeout);
    of_service.stop().await;
    let of_worker = start(world.worker(Tower::new(service())).classify(classify));
    assert_eq!(category_of_a_failure(&world).await, Category::Timeout);
    of_worker.stop().await;
}

async fn category_of_a_failure(world: &World) -> Category {
    let id = world.enqueue(new_job()).await;
    world.ended(id).await.errors[0].category
}

//! Who finds the category of an error.

use std::{error::Error, io};

use jobstore::{
    Category, Job, NewJob,
    worker::{Context, Failed},
};
use serde_json::Value;

use crate::support::{QUEUE, World, start};

#[derive(Debug, thiserror::Error)]
#[error("the card was declined")]
struct Declined;

async fn charge(job: Job, _: Context) -> Result<Option<Value>, Failed> {
    match &*job.kind {
        "declined" => Err(Declined)?,
        "declined.within" => Err(io::Error::other(Declined))?,
        "declined.said" => Err(Failed::from(Declined).category(Category::RateLimit)),
        "refused" => Err(io::Error::from(io::ErrorKind::ConnectionRefused))?,
        _ => Err(Failed::transient("the card was declined")),
    }
}

async fn category(world: &World, kind: &str) -> Category {
    let id = world
        .enqueue(NewJob::new(QUEUE, kind).max_attempts(1))
        .await;
    world.ended(id).await.errors[0].category
}

#[tokio::test(start_paused = true)]
async fn the_classifier_of_a_worker_is_asked_for_what_the_handler_does_not_say() {
    let world = World::new();
    let classify =
        |error: &(dyn Error + 'static)| error.is::<Declined>().then_some(Category::Validation);
    let worker = start(world.worker(charge).classify(classify));
    for (kind, expected) in [
        ("declined", Category::Validation),
        ("declined.within", Category::Validation),
        ("declined.said", Category::RateLimit),
        ("refused", Category::ExternalApi),
        ("told", Category::Unknown),
    ] {
        assert_eq!(category(&world, kind).await, expected, "{kind}");
    }
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_classifier_the_errors_of_the_standard_library_are_known() {
    let world = World::new();
    let worker = start(world.worker(charge));
    assert_eq!(category(&world, "declined").await, Category::Unknown);
    assert_eq!(category(&world, "refused").await, Category::ExternalApi);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_classifier_that_panics_fails_the_attempt_and_nothing_else() {
    let world = World::new();
    let classify = |error: &(dyn Error + 'static)| {
        // As a panic, but without a word on the terminal.
        if error.is::<Declined>() {
            std::panic::resume_unwind(Box::new("as it was told"));
        }
        None
    };
    let worker = start(world.worker(charge).classify(classify));
    assert_eq!(category(&world, "declined").await, Category::Panic);
    assert_eq!(category(&world, "refused").await, Category::ExternalApi);
    worker.stop().await;
}

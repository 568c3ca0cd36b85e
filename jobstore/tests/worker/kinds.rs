//! Several kinds of jobs in one queue.

use jobstore::{
    Answer, Category, Job, NewJob, Status,
    worker::{Context, Failed, Handler, Kinds},
};

use crate::support::{QUEUE, World, secs, start};

/// Answers with this word.
fn says(word: &'static str) -> impl Handler {
    move |_: Job, _: Context| async move { Ok(Some(word.into())) }
}

#[tokio::test(start_paused = true)]
async fn each_kind_goes_to_its_own_handler() {
    let world = World::new();
    let kinds = Kinds::new()
        .on("mail.welcome", says("overruled"))
        .on("mail.welcome", says("welcome"))
        .on("mail.goodbye", says("goodbye"));
    let worker = start(world.worker(kinds));
    for (kind, word) in [("mail.welcome", "welcome"), ("mail.goodbye", "goodbye")] {
        let id = world.enqueue(NewJob::new(QUEUE, kind)).await;
        assert_eq!(
            world.ended(id).await.result.map(Answer::into_value),
            Some(word.into())
        );
    }
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_no_handler_knows_is_dead_and_says_why() {
    let world = World::new();
    let worker = start(world.worker(Kinds::new().on("mail", says("mail"))));
    let id = world.enqueue(NewJob::new(QUEUE, "mail.welcome")).await;
    let job = world.ended(id).await;
    assert_eq!((job.status, job.attempts), (Status::Dead, 1));
    assert_eq!(job.errors[0].category, Category::Validation);
    let expected = "no handler knows the kind mail.welcome";
    assert_eq!(job.errors[0].message, expected);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_done_with_other_kinds_can_be_said() {
    let world = World::new();
    let kinds = Kinds::new()
        .on("old", says("old"))
        .otherwise(|_: Job, _: Context| async {
            Err(Failed::postponed("what is that?", secs(60)))
        });
    let worker = start(world.worker(kinds));
    let id = world.enqueue(NewJob::new(QUEUE, "new")).await;
    tokio::time::sleep(secs(1)).await;
    assert_eq!(world.job(id).await.status, Status::Scheduled);
    worker.stop().await;

    let worker = start(world.worker(Kinds::new().on("new", says("new"))));
    let job = world.ended(id).await;
    assert_eq!(
        (job.result.map(Answer::into_value), job.attempts),
        (Some("new".into()), 1)
    );
    worker.stop().await;
}

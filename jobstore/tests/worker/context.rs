//! What a handler can do for its job.

use jobstore::{
    By, Job, Level, NewJob, Progress, Query, Status,
    worker::{Context, LeaseLost, NotEnqueued},
};
use tokio::time::{advance, sleep};

use crate::support::{Fault, Notes, QUEUE, TICK, Verb, World, claims, for_ever, secs, start};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

#[tokio::test(start_paused = true)]
async fn progress_and_log_are_there_while_the_job_runs() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let told = Notes::new();
    let notes = told.clone();
    let worker = start(world.worker(move |job: Job, context: Context| {
        let notes = notes.clone();
        async move {
            assert_eq!(context.job(), job.id);
            context.progress(Progress::of(1, 4).note("page 1")).await?;
            context.log(Level::Warn, "a row without a name").await?;
            notes.add(());
            sleep(secs(5)).await;
            Ok(None)
        }
    }));
    told.reach(1).await;
    let job = world.job(id).await;
    assert_eq!(job.status, Status::Running);
    assert_eq!(job.progress, Some(Progress::of(1, 4).note("page 1")));
    let lines = world.jobs.log(id, 0, 10).await.unwrap().lines;
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.attempt, line.level, &*line.text))
        .collect();
    assert_eq!(lines, [(1, Level::Warn, "a row without a name")]);
    assert_eq!(world.ended(id).await.status, Status::Done);
    worker.stop().await;
}

/// A handler that writes hears at once that it has lost the job, and not only at its next heartbeat.
#[tokio::test(start_paused = true)]
async fn who_writes_for_a_job_that_has_moved_on_is_told_and_stopped() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let told = Notes::new();
    let notes = told.clone();
    let worker = start(world.worker(move |_: Job, context: Context| {
        let notes = notes.clone();
        async move {
            sleep(secs(2)).await;
            notes.add(context.progress(Progress::so_far(1)).await);
            let left = context.clone();
            tokio::spawn(async move {
                left.lease_lost().await;
                notes.add(left.log(Level::Info, "too late").await);
            });
            for_ever().await
        }
    }));
    sleep(secs(1)).await;
    let _ = world.jobs.cancel(id, By::new("ada")).await.unwrap();
    let told = told.reach(2).await;
    assert_eq!(told, [Err(LeaseLost); 2]);
    assert!(world.now() <= secs(2) + 2 * TICK, "{:?}", world.now());
    assert_eq!(world.job(id).await.progress, None);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_writes_while_the_store_is_away_is_written_when_it_is_back() {
    for fault in [Fault::Fails, Fault::Lies, Fault::Hangs] {
        let world = World::new();
        let id = world.enqueue(new_job()).await;
        let worker = start(world.worker(|_: Job, context: Context| async move {
            sleep(secs(1)).await;
            context.progress(Progress::so_far(7)).await?;
            Ok(None)
        }));
        sleep(secs(1) / 2).await;
        world.store.break_verb(Verb::Settle, fault);
        sleep(secs(10)).await;
        assert_eq!(world.job(id).await.status, Status::Running);
        world.store.mend();
        let job = world.ended(id).await;
        assert_eq!(
            (job.status, job.attempts, claims(&job)),
            (Status::Done, 1, 1)
        );
        assert_eq!(job.progress, Some(Progress::so_far(7)));
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_a_handler_enqueues_names_its_parent() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let children = Notes::new();
    let notes = children.clone();
    let worker = start(world.worker(move |_: Job, context: Context| {
        let notes = notes.clone();
        async move {
            notes.add(context.enqueue(child()).await.unwrap().first());
            Ok(None)
        }
    }));
    world.ended(id).await;
    let child = world.job(children.all()[0]).await;
    assert_eq!(child.parent, Some(id));
    worker.stop().await;
}

/// Else whoever runs the job now finds children that it did not ask for.
#[tokio::test(start_paused = true)]
async fn who_is_told_that_the_job_has_moved_on_enqueues_no_more_children() {
    let world = World::new();
    let id = world.enqueue(new_job()).await;
    let told = Notes::new();
    let notes = told.clone();
    let worker = start(world.worker(move |_: Job, context: Context| {
        let notes = notes.clone();
        async move {
            sleep(secs(2)).await;
            assert_eq!(context.progress(Progress::so_far(1)).await, Err(LeaseLost));
            notes.add(is_lost(context.enqueue(child()).await));
            let left = context.clone();
            tokio::spawn(async move {
                left.lease_lost().await;
                notes.add(is_lost(left.enqueue(child()).await));
            });
            for_ever().await
        }
    }));
    sleep(secs(1)).await;
    let _ = world.jobs.cancel(id, By::new("ada")).await.unwrap();
    assert_eq!(told.reach(2).await, [true; 2]);
    assert_eq!(
        world.jobs.list(&Query::default()).await.unwrap().jobs.len(),
        1
    );
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_stood_still_until_its_lease_was_over_enqueues_no_child_though_nobody_told_it() {
    let world = World::new();
    world.enqueue(new_job()).await;
    let told = Notes::new();
    let notes = told.clone();
    let worker = start(world.worker(move |job: Job, context: Context| {
        let notes = notes.clone();
        async move {
            if claims(&job) > 1 {
                return for_ever().await;
            }
            sleep(secs(1)).await;
            // As a machine that was suspended: nothing of the worker runs meanwhile.
            advance(secs(60)).await;
            assert!(!context.is_lease_lost(), "somebody told it");
            notes.add(is_lost(context.enqueue(child()).await));
            for_ever().await
        }
    }));
    assert_eq!(told.reach(1).await, [true]);
    assert_eq!(
        world.jobs.list(&Query::default()).await.unwrap().jobs.len(),
        1
    );
    worker.crash().await;
}

#[tokio::test(start_paused = true)]
async fn why_the_store_takes_no_child_is_told() {
    let world = World::new();
    let id = world.enqueue(new_job().max_attempts(1)).await;
    let worker = start(world.worker(|_: Job, context: Context| async move {
        let _ = context.enqueue(NewJob::new("", "child")).await?;
        Ok(None)
    }));
    let job = world.ended(id).await;
    let message = &*job.errors[0].message;
    assert!(
        message.starts_with("the child is not enqueued: "),
        "{message}"
    );
    assert!(message.contains("queue"), "{message}");
    worker.stop().await;
}

fn child() -> NewJob {
    NewJob::new("elsewhere", "child")
}

fn is_lost<T>(enqueued: Result<T, NotEnqueued>) -> bool {
    matches!(enqueued, Err(NotEnqueued::LeaseLost(LeaseLost)))
}

#[tokio::test(start_paused = true)]
async fn a_context_shows_no_more_than_which_attempt_it_is() {
    let world = World::new();
    let id = world.enqueue(new_job().payload("card 4242")).await;
    let worker =
        start(world.worker(|_: Job, context: Context| async move {
            Ok(Some(format!("{context:?}").into()))
        }));
    let job = world.ended(id).await;
    let fence = job.fence;
    let expected = format!("Context {{ job: {id:?}, attempt: 1, fence: {fence:?}, .. }}");
    assert_eq!(*job.result.unwrap().value(), expected);
    worker.stop().await;
}

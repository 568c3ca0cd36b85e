//! Attempts that fail, and what follows.

use std::time::Duration;

use jobstore::{
    Answer, Category, Job, NewJob, Status,
    worker::{Context, Failed, Handler},
};
use retry::{Backoff, Jitter};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::{Notes, OnDrop, QUEUE, TICK, World, for_ever, millis, secs, start};

fn new_job() -> NewJob {
    NewJob::new(QUEUE, "kind")
}

/// Fails always, and notes when.
fn failing(starts: &Notes<Instant>, failed: Failed) -> impl Handler {
    let starts = starts.clone();
    move |_: Job, _: Context| {
        starts.add(Instant::now());
        let failed = failed.clone();
        async { Err(failed) }
    }
}

fn gaps(starts: &[Instant]) -> Vec<Duration> {
    starts.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn a_failed_job_waits_for_its_backoff_and_is_dead_after_its_last_attempt() {
    let world = World::new();
    let starts = Notes::new();
    let id = world.enqueue(new_job().max_attempts(5)).await;
    let worker = world
        .worker(failing(&starts, Failed::transient("busy")))
        .backoff(Backoff::exponential().cap(secs(3)).jitter(Jitter::None));
    let worker = start(worker);

    let job = world.ended(id).await;
    assert_eq!((job.status, job.attempts), (Status::Dead, 5));
    let messages: Vec<_> = job
        .errors
        .iter()
        .map(|error| (error.attempt, &*error.message))
        .collect();
    assert_eq!(messages, [1, 2, 3, 4, 5].map(|attempt| (attempt, "busy")));
    for (gap, exact) in gaps(&starts.all())
        .into_iter()
        .zip([500, 1_000, 2_000, 3_000])
    {
        assert!(
            gap >= millis(exact) && gap <= millis(exact) + TICK,
            "{gap:?}, not {exact} ms"
        );
    }
    worker.stop().await;
}

/// What was not tried is no attempt, however often; and it is no entry of the history.
#[tokio::test(start_paused = true)]
async fn a_postponed_job_comes_back_when_it_says_and_has_lost_no_attempt() {
    let world = World::new();
    let starts = Notes::new();
    let id = world.enqueue(new_job().max_attempts(1)).await;
    let seen = starts.clone();
    let worker = start(world.worker(move |_: Job, context: Context| {
        seen.add(Instant::now());
        let tried = seen.len() > 20;
        async move {
            assert_eq!(context.attempt(), 1);
            tried
                .then_some(None)
                .ok_or_else(|| Failed::postponed("away", secs(30)))
        }
    }));

    let job = world.ended(id).await;
    assert_eq!((job.status, job.attempts), (Status::Done, 1));
    assert_eq!(job.errors, []);
    assert_eq!(starts.len(), 21);
    for gap in gaps(&starts.all()) {
        assert!(gap >= secs(30) && gap <= secs(30) + TICK, "{gap:?}");
    }
    worker.stop().await;
}

/// How often is the job's business: a backoff of fewer retries neither ends it early nor stops to wait.
#[tokio::test(start_paused = true)]
async fn a_job_gets_all_its_attempts_and_not_one_more() {
    for attempts in [1, 3, 12] {
        let world = World::new();
        let starts = Notes::new();
        let id = world.enqueue(new_job().max_attempts(attempts)).await;
        let backoff = Backoff::exponential()
            .factor(1)
            .jitter(Jitter::None)
            .retries(2);
        let handler = failing(&starts, Failed::transient("busy"));
        let worker = start(world.worker(handler).backoff(backoff));
        assert_eq!(world.ended(id).await.status, Status::Dead);
        sleep(secs(3_600)).await;
        assert_eq!(starts.len(), usize::try_from(attempts).unwrap());
        assert!(gaps(&starts.all()).iter().all(|&gap| gap >= millis(500)));
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn delays_stay_within_the_backoff_and_jobs_that_failed_together_come_back_apart() {
    let world = World::new();
    let starts = Notes::new();
    for _ in 0..50 {
        world.enqueue(new_job().max_attempts(2)).await;
    }
    let handler = failing(&starts, Failed::transient("busy"));
    let worker = world.worker(handler).backoff(Backoff::exponential());
    let worker = start(worker.concurrency(50));
    let second = starts.reach(100).await.split_off(50);
    let delay = |start: &Instant| *start - starts.all()[0];
    assert!(
        second
            .iter()
            .all(|start| delay(start) <= millis(500) + TICK)
    );
    for (from, to) in [(0, 150), (150, 350), (350, 502)] {
        let within = |start: &&Instant| (millis(from)..millis(to)).contains(&delay(start));
        assert!(
            second.iter().any(|start| within(&start)),
            "none after {from} to {to} ms"
        );
    }
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_may_say_when_to_try_again() {
    let world = World::new();
    let starts = Notes::new();
    let failed = Failed::transient("429")
        .category(Category::RateLimit)
        .after(secs(90));
    let id = world.enqueue(new_job().max_attempts(2)).await;
    let worker = start(world.worker(failing(&starts, failed)));
    let job = world.ended(id).await;
    let gap = gaps(&starts.all())[0];
    assert!(gap >= secs(90) && gap <= secs(90) + TICK, "{gap:?}");
    assert_eq!(job.errors[0].category, Category::RateLimit);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_far_side_asks_for_makes_a_wait_longer_and_never_shorter() {
    for (asked, expected) in [(secs(90), secs(90)), (millis(1), millis(500))] {
        let world = World::new();
        let starts = Notes::new();
        let id = world.enqueue(new_job().max_attempts(2)).await;
        let handler = failing(&starts, Failed::transient("503").not_before(asked));
        let backoff = Backoff::exponential().jitter(Jitter::None);
        let worker = start(world.worker(handler).backoff(backoff));
        world.ended(id).await;
        let gap = gaps(&starts.all())[0];
        assert!(gap >= expected && gap <= expected + TICK, "{gap:?}");
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_for_good_is_the_last() {
    let world = World::new();
    let starts = Notes::new();
    let failed = Failed::for_good("no such mailbox").category(Category::Validation);
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(failing(&starts, failed)));
    let job = world.ended(id).await;
    assert_eq!(
        (job.status, job.attempts, starts.len()),
        (Status::Dead, 1, 1)
    );
    assert_eq!(job.errors[0].category, Category::Validation);
    assert_eq!(job.errors[0].message, "no such mailbox");
    worker.stop().await;
}

/// An outage of a minute must not make dead letters, so the default lasts for hours.
#[tokio::test(start_paused = true)]
async fn if_nothing_is_said_a_job_is_tried_for_hours() {
    let world = World::new();
    let starts = Notes::new();
    let id = world.enqueue(new_job()).await;
    let worker = start(world.worker(failing(&starts, Failed::transient("busy"))));
    world.ended(id).await;
    let gaps = gaps(&starts.all());
    assert_eq!(gaps.len(), 6);
    for (gap, most) in gaps.into_iter().zip([15, 60, 240, 960, 3_840, 15_360]) {
        let within = secs(most) / 2..=secs(most) + TICK;
        assert!(within.contains(&gap), "{gap:?}, not up to {most} s");
    }
    worker.stop().await;
}

/// A store would refuse it each time, or could not read it again: comparable queues run the job anew until
/// its losses are used up.
#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_kept_ends_the_job_at_once_and_says_why() {
    let nested = (0..128).fold(json!(1), |inner, _| json!([inner]));
    let long = json!("a".repeat(Answer::MAX_SIZE));
    for (answer, problem) in [
        (nested, "is nested deeper than 100 levels"),
        (long, "has 1048578 bytes, at most 1048576 are allowed"),
    ] {
        let world = World::new();
        let id = world.enqueue(new_job()).await;
        let worker = start(world.worker(move |_: Job, _: Context| {
            let answer = answer.clone();
            async { Ok(Some(answer)) }
        }));
        let job = world.ended(id).await;
        assert_eq!((job.status, job.attempts, job.lost), (Status::Dead, 1, 0));
        assert_eq!(job.errors[0].category, Category::Validation);
        assert_eq!(job.errors[0].message, format!("the job's result {problem}"));
        worker.stop().await;
    }
}

/// Panics as the payload says.
fn panics(job: Job, _: Context) -> impl Future<Output = Result<Option<Value>, Failed>> {
    let how = String::from_utf8(job.payload.as_bytes().to_vec()).unwrap();
    assert_ne!(how, "before the first await");
    async move {
        sleep(secs(1)).await;
        match &*how {
            "with a text" => panic!("a text"),
            "with a number" => panic!("number {}", job.attempts),
            "with neither" => std::panic::panic_any(42),
            _ => Ok(None),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_fails_its_attempt_and_nothing_else() {
    let world = World::new();
    let well = world.enqueue(new_job().payload("not at all")).await;
    let cases = [
        ("before the first await", "the handler panicked: assertion"),
        ("with a text", "the handler panicked: a text"),
        ("with a number", "the handler panicked: number 1"),
        ("with neither", "the handler panicked"),
    ];
    let worker = start(world.worker(panics));
    for (how, message) in cases {
        let id = world.enqueue(new_job().max_attempts(1).payload(how)).await;
        let job = world.ended(id).await;
        assert_eq!(
            (job.status, job.errors[0].category),
            (Status::Dead, Category::Panic)
        );
        assert!(
            job.errors[0].message.starts_with(message),
            "{}",
            job.errors[0].message
        );
    }
    assert_eq!(world.ended(well).await.status, Status::Done);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_retried_like_any_other_failure() {
    let world = World::new();
    let id = world.enqueue(new_job().max_attempts(2)).await;
    let worker = start(world.worker(|_: Job, context: Context| async move {
        assert!(context.attempt() > 1, "the first one does not work");
        Ok(None)
    }));
    let job = world.ended(id).await;
    assert_eq!(
        (job.status, job.attempts, job.errors.len()),
        (Status::Done, 2, 1)
    );
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_overlong_attempt_is_stopped_and_has_failed() {
    let world = World::new();
    let stopped = Notes::new();
    let notes = stopped.clone();
    let id = world.enqueue(new_job().max_attempts(1)).await;
    let began = Instant::now();
    let handler = move |_: Job, context: Context| {
        let guard = OnDrop {
            context,
            notes: notes.clone(),
        };
        async move {
            let _guard = guard;
            for_ever().await
        }
    };
    let worker = start(world.worker(handler).timeout(secs(600)));
    let job = world.ended(id).await;
    assert_eq!(
        (job.status, job.errors[0].category),
        (Status::Dead, Category::Timeout)
    );
    assert_eq!(job.errors[0].message, "the handler took longer than 600s");
    let (at, told) = stopped.all()[0];
    assert!(told);
    assert!(
        at - began >= secs(600) && at - began <= secs(600) + TICK,
        "{:?}",
        at - began
    );
    worker.stop().await;
}

struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("while being stopped");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_it_is_stopped_does_not_hide_why() {
    let world = World::new();
    let id = world.enqueue(new_job().max_attempts(1)).await;
    let handler = |_: Job, _: Context| async {
        let _guard = PanicsOnDrop;
        for_ever().await
    };
    let worker = start(world.worker(handler).timeout(secs(1)));
    let job = world.ended(id).await;
    assert_eq!(
        (job.status, job.errors[0].category),
        (Status::Dead, Category::Timeout)
    );
    worker.stop().await;
}

/// A job that takes its worker down with it must not do so for ever: comparable libraries put it back
/// uncounted each time.
#[tokio::test(start_paused = true)]
async fn a_job_that_crashes_every_worker_ends_up_dead() {
    let world = World::new();
    let id = world.enqueue(new_job().max_attempts(1)).await;
    let mut crashes = 0;
    while !world.job(id).await.status.is_final() {
        let starts = Notes::new();
        let notes = starts.clone();
        let worker = start(world.worker(move |_: Job, _: Context| {
            notes.add(());
            for_ever()
        }));
        tokio::select! {
            _ = starts.reach(1) => {}
            _ = world.ended(id) => {}
        }
        crashes += starts.len();
        worker.crash().await;
    }
    let job = world.job(id).await;
    assert_eq!(
        (job.status, job.lost),
        (Status::Dead, NewJob::DEFAULT_MAX_LOST)
    );
    assert_eq!(crashes, usize::try_from(NewJob::DEFAULT_MAX_LOST).unwrap());
    assert!(
        job.errors
            .iter()
            .all(|error| error.category == Category::Lost)
    );
}

/// Comparable libraries count a crash as the attempt, and a job of one attempt is then gone unrun.
#[tokio::test(start_paused = true)]
async fn a_crash_of_the_worker_costs_a_job_no_attempt() {
    let world = World::new();
    let id = world.enqueue(new_job().max_attempts(1)).await;
    let starts = Notes::new();
    let notes = starts.clone();
    let crashing = start(world.worker(move |_: Job, _: Context| {
        notes.add(());
        for_ever()
    }));
    starts.reach(1).await;
    crashing.crash().await;

    let worker = start(world.worker(|_: Job, _: Context| async { Ok(None) }));
    let job = world.ended(id).await;
    assert_eq!((job.status, job.attempts, job.lost), (Status::Done, 1, 1));
    assert!(
        world.now() <= secs(30 + 6),
        "rescued after {:?}",
        world.now()
    );
    worker.stop().await;
}

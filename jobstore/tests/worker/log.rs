//! What the worker says, and what it keeps to itself.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use jobstore::{
    By, Job, NewJob,
    worker::{Context, Failed},
};
use tokio::time::sleep;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};

use crate::support::{Fault, QUEUE, World, secs, start, subscribe};

/// Keeps every line of one thread: its level and its text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(Level, String)>>>);

impl Log {
    fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let guard = subscribe(log.clone());
        (log, guard)
    }

    fn lines(&self, level: Level) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        lines
            .iter()
            .filter(|line| line.0 == level)
            .map(|line| line.1.clone())
            .collect()
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("jobstore")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        self.0
            .lock()
            .unwrap()
            .push((*event.metadata().level(), line.0));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_one_line_with_ids_and_without_payload_or_message() {
    let (log, _guard) = Log::listen();
    let world = World::new();
    let job = NewJob::new(QUEUE, "kind")
        .payload("card 4242")
        .max_attempts(3);
    let id = world.enqueue(job).await;
    let worker = start(world.worker(|_: Job, context: Context| async move {
        if context.attempt() < 3 {
            Err(Failed::transient("token 7331"))
        } else {
            Ok(None)
        }
    }));
    world.ended(id).await;
    worker.stop().await;

    let attempts = log.lines(Level::DEBUG);
    assert_eq!(attempts.len(), 3, "{attempts:?}");
    for (line, ended) in attempts.iter().zip(["retrying", "retrying", "done"]) {
        assert!(
            line.contains(&id.to_string()) && line.contains(ended),
            "{line}"
        );
    }
    let all = [
        Level::ERROR,
        Level::WARN,
        Level::INFO,
        Level::DEBUG,
        Level::TRACE,
    ]
    .map(|level| log.lines(level).concat())
    .concat();
    assert!(!all.contains("4242") && !all.contains("7331"), "{all}");
    assert_eq!(log.lines(Level::WARN), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_job_and_a_lost_lease_are_warnings() {
    let (log, _guard) = Log::listen();
    let world = World::new();
    let dead = world
        .enqueue(NewJob::new(QUEUE, "dead").max_attempts(1))
        .await;
    let lost = world.enqueue(NewJob::new(QUEUE, "lost")).await;
    let worker = start(world.worker(|job: Job, _: Context| async move {
        if job.kind == "dead" {
            return Err(Failed::transient("busy"));
        }
        sleep(secs(60)).await;
        Ok(None)
    }));
    world.ended(dead).await;
    let _ = world.jobs.cancel(lost, By::new("ada")).await.unwrap();
    sleep(secs(60)).await;
    worker.stop().await;

    let warnings = log.lines(Level::WARN);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("the job is dead") && warnings[0].contains(&dead.to_string()));
    assert!(warnings[1].contains("the lease is lost") && warnings[1].contains(&lost.to_string()));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_one_line_when_it_starts_and_one_when_it_ends() {
    let (log, _guard) = Log::listen();
    let world = World::new();
    let worker = start(world.worker(|_: Job, _: Context| async { Ok(None) }));
    sleep(secs(10)).await;
    world.store.break_down(Fault::Fails);
    sleep(secs(600)).await;
    world.store.mend();
    sleep(secs(600)).await;
    worker.stop().await;

    let (warnings, infos) = (log.lines(Level::WARN), log.lines(Level::INFO));
    assert_eq!(
        (warnings.len(), infos.len()),
        (1, 1),
        "{warnings:?} {infos:?}"
    );
    assert!(warnings[0].contains("the store fails") && warnings[0].contains("unplugged"));
    assert!(infos[0].contains("the store answers again"));
}

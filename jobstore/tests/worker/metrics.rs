//! What is measured.

use std::collections::BTreeMap;

use jobstore::{
    By, Category, Job, NewJob,
    worker::{Context, Failed},
};
use metrics_util::{
    CompositeKey,
    debugging::{DebugValue, DebuggingRecorder, Snapshotter},
};
use serde_json::Value;
use tokio::time::sleep;

use crate::support::{Fault, QUEUE, World, secs, start};

/// All values of one moment, by name and labels.
struct Measured(BTreeMap<String, DebugValue>);

impl Measured {
    fn of(snapshotter: &Snapshotter) -> Self {
        let all = snapshotter.snapshot().into_vec();
        Self(
            all.into_iter()
                .map(|(key, _, _, value)| (name(&key), value))
                .collect(),
        )
    }

    fn counter(&self, name: &str) -> u64 {
        match self.0.get(name) {
            Some(DebugValue::Counter(count)) => *count,
            other => panic!("{name}: {other:?} of {:?}", self.0.keys()),
        }
    }

    fn gauge(&self, name: &str) -> f64 {
        match self.0.get(name) {
            Some(DebugValue::Gauge(value)) => value.0,
            other => panic!("{name}: {other:?} of {:?}", self.0.keys()),
        }
    }

    fn histogram(&self, name: &str) -> Vec<f64> {
        match self.0.get(name) {
            Some(DebugValue::Histogram(values)) => values.iter().map(|value| value.0).collect(),
            other => panic!("{name}: {other:?} of {:?}", self.0.keys()),
        }
    }
}

fn name(key: &CompositeKey) -> String {
    let mut labels: Vec<_> = key
        .key()
        .labels()
        .map(|label| format!("{}={}", label.key(), label.value()))
        .collect();
    labels.sort();
    format!("{}{{{}}}", key.key().name(), labels.join(","))
}

async fn obey(job: Job, _: Context) -> Result<Option<Value>, Failed> {
    sleep(secs(2)).await;
    match &*job.kind {
        "dies" => Err(Failed::for_good("token 7331").category(Category::Validation)),
        _ => Ok(None),
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_by_kind_and_outcome_and_measured() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let world = World::new();
    let mut ids = Vec::new();
    for kind in ["works", "works", "dies"] {
        ids.push(world.enqueue(NewJob::new(QUEUE, kind)).await);
    }
    sleep(secs(5)).await;
    let worker = start(world.worker(obey));
    for &id in &ids {
        world.ended(id).await;
    }
    worker.stop().await;

    let measured = Measured::of(&snapshotter);
    let attempts = "jobstore_attempts_total{kind=works,outcome=done,queue=queue}";
    assert_eq!(measured.counter(attempts), 2);
    let attempts = "jobstore_attempts_total{kind=dies,outcome=dead,queue=queue}";
    assert_eq!(measured.counter(attempts), 1);
    let dead = "jobstore_dead_total{category=validation,queue=queue}";
    assert_eq!(measured.counter(dead), 1);
    for (histogram, seconds) in [
        ("jobstore_wait_seconds", 5.0),
        ("jobstore_run_seconds", 2.0),
    ] {
        let values = measured.histogram(&format!("{histogram}{{kind=works,queue=queue}}"));
        assert_eq!(values.len(), 2);
        for value in values {
            assert!((value - seconds).abs() < 0.01, "{histogram}: {value}");
        }
    }
    // Neither ids nor what handlers say become names of series.
    let names: String = measured.0.keys().cloned().collect();
    assert!(!names.contains("7331"), "{names}");
    assert!(
        ids.iter().all(|id| !names.contains(&id.to_string())),
        "{names}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_state_of_the_queue_is_measured_all_the_time() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let world = World::new();
    world.jobs.pause(QUEUE, &By::new("ada")).await.unwrap();
    world.enqueue(NewJob::new(QUEUE, "works")).await;
    world.enqueue(NewJob::new("other", "works")).await;
    let worker = start(world.worker(obey));
    sleep(secs(61)).await;

    let measured = Measured::of(&snapshotter);
    assert_eq!(
        measured.gauge("jobstore_depth{queue=queue,status=ready}"),
        1.0
    );
    assert_eq!(
        measured.gauge("jobstore_depth{queue=queue,status=dead}"),
        0.0
    );
    let age = measured.gauge("jobstore_oldest_due_age_seconds{queue=queue}");
    assert!((age - 60.0).abs() < 0.1, "{age}");
    assert_eq!(measured.gauge("jobstore_queue_paused{queue=queue}"), 1.0);

    world.jobs.resume(QUEUE).await.unwrap();
    sleep(secs(20)).await;
    let measured = Measured::of(&snapshotter);
    assert_eq!(
        measured.gauge("jobstore_depth{queue=queue,status=ready}"),
        0.0
    );
    assert_eq!(
        measured.gauge("jobstore_depth{queue=queue,status=done}"),
        1.0
    );
    let age = measured.gauge("jobstore_oldest_due_age_seconds{queue=queue}");
    assert!(age.abs() < f64::EPSILON, "{age}");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn lost_leases_and_outages_are_counted() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let world = World::new();
    let id = world.enqueue(NewJob::new(QUEUE, "works")).await;
    let crashing = start(world.worker(obey));
    sleep(secs(1)).await;
    crashing.crash().await;
    let worker = start(world.worker(obey));
    world.ended(id).await;
    let id = world.enqueue(NewJob::new(QUEUE, "works")).await;
    sleep(secs(1)).await;
    let _ = world.jobs.cancel(id, By::new("ada")).await.unwrap();
    sleep(secs(10)).await;
    world.store.break_down(Fault::Fails);
    sleep(secs(60)).await;
    worker.stop().await;

    let measured = Measured::of(&snapshotter);
    assert_eq!(measured.counter("jobstore_reaped_total{queue=queue}"), 1);
    let lost = "jobstore_attempts_total{kind=works,outcome=lost,queue=queue}";
    assert_eq!(measured.counter(lost), 1);
    let failures = measured.counter("jobstore_store_failures_total{queue=queue}");
    assert!((20..=80).contains(&failures), "{failures} in a minute");
}

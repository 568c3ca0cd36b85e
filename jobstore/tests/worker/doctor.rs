//! A doctor, whose patient does not answer.

use jobstore::{Doctor, NewJob, Severity};

use crate::support::{Fault, QUEUE, Verb, World};

#[tokio::test(start_paused = true)]
async fn that_a_store_cannot_be_reached_is_what_is_found() {
    let world = World::new();
    world.enqueue(NewJob::new(QUEUE, "kind")).await;
    world.store.break_down(Fault::Fails);
    let report = Doctor::new(world.jobs.clone()).examine().await;
    assert_eq!(report.worst(), Some(Severity::Error));
    assert_eq!(report.diagnoses, []);
    let text = report.to_string();
    assert!(
        text.contains("error: the store: the store is unavailable: unplugged; "),
        "{text}"
    );
}

/// Else a setting that is wrong would hide all that is wrong besides.
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_its_check_is_examined_as_far_as_that_goes() {
    let world = World::new();
    world.enqueue(NewJob::new(QUEUE, "kind")).await;
    world.store.break_verb(Verb::Check, Fault::Fails);
    let report = Doctor::new(world.jobs.clone()).examine().await;
    assert_eq!(report.worst(), Some(Severity::Error));
    assert_eq!(report.diagnoses.len(), 1);
    let text = report.to_string();
    let expected = "error: the store: the store is unavailable: unplugged; until that is mended, \
                    whoever asks whether it works is told that it does not";
    assert!(text.contains(expected), "{text}");
}

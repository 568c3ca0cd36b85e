//! A doctor, whose patient does not answer.

use jobstore::{Doctor, NewJob, Severity};

use crate::support::{Fault, QUEUE, Verb, World};

#[tokio::test(start_paused = true)]
async fn that_a_store_cannot_be_reached_is_what_is_found() {
    let world = World::new();
    world.enqueue(NewJob::new(QUEUE, "kind")).await;
    world.store.break_verb(Verb::Check, Fault::Fails);
    let report = Doctor::new(world.jobs.clone()).examine().await;
    assert_eq!(report.worst(), Some(Severity::Error));
    assert_eq!(report.diagnoses, []);
    let text = report.to_string();
    assert!(
        text.contains("error: the store: the store is unavailable: unplugged; "),
        "{text}"
    );
}

//! What enters a store.

use std::time::Duration;

use super::world::{QUEUE, World, job};
use crate::{Job, NewJob, Query, StoreError, Timestamp};

/// Every part of a job comes back as it was given.
pub async fn a_job_is_kept_as_it_was_asked_for(world: World) {
    let plain = job();
    let full = NewJob::new("q'u\"e%_", "kind;--")
        .payload("{\"n\": 1}")
        .triggered_by("person:ada \u{2665}\0 o'hara")
        .metadata("a", "")
        .metadata("b", "\u{1f980}\0\"'\\")
        .max_attempts(u32::MAX)
        .delay(Duration::from_micros(1_234_567))
        .dedupe("key \u{2665}\0", Duration::from_secs(60));
    for new in [plain, full] {
        let id = world.enqueue(new.clone()).await;
        assert_eq!(world.get(id).await, Job::new(new, id, world.now()));
    }
}

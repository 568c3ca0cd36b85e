//! What the store in memory says that it takes, beside what the allocator has handed out.

use std::time::Duration;

use jobstore::{Jobs, Memory, NewJob, WorkerId};
use serde_json::json;

const JOBS: usize = 2_000;

#[test]
fn the_capacity_is_reckoned_with_what_is_really_taken() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime starts");
    for payload in [0, 1_024] {
        let store = Memory::new();
        let jobs = Jobs::new(store.clone());
        let taken = allocation_counter::measure(|| {
            runtime.block_on(work(&jobs, payload));
        });
        let ratio = store.bytes() as f64 / taken.bytes_current as f64;
        // The allocator's own bookkeeping is in our figure, and not in the one it reports.
        assert!(
            (1.0..1.3).contains(&ratio),
            "payload of {payload}: {ratio:.2}"
        );
    }
}

/// Jobs as the reference server makes them, half of them done.
async fn work(jobs: &Jobs, payload: usize) {
    for n in 0..JOBS {
        let job = NewJob::new("webhooks", "webhook.stripe")
            .payload(vec![b'x'; payload])
            .triggered_by("webhook:stripe")
            .metadata("provider", "stripe")
            .metadata("event_id", format!("evt_{n:024}"))
            .metadata("request_id", format!("{n:032}"))
            .dedupe(format!("stripe:id:evt_{n:024}"), Duration::from_secs(60));
        let _ = jobs.enqueue(job).await.expect("there is room");
    }
    let worker = WorkerId::new("worker");
    let lease = Duration::from_secs(30);
    let claimed = jobs.claim("webhooks", &worker, lease, JOBS / 2).await;
    for job in claimed.expect("the store answers").jobs {
        let result = json!({ "bytes": payload, "sha256": "0".repeat(64) });
        let _ = jobs.complete(&job, Some(result)).await.expect("it is ours");
    }
}

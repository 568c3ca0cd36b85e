use std::{sync::Arc, thread, time::Duration};

use tempfile::TempDir;

use super::File;
use crate::{Claim, Event, ManualClock, NewJob, Store as _, StoreError, Timestamp};

mod pair;
mod plans;

async fn fresh(clock: Arc<ManualClock>) -> (File, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let file = File::with_clock(dir.path().join("jobs.db"), clock).unwrap();
    (file, dir)
}

crate::conformance!(fresh);

#[test]
fn two_stores_create_one_file_at_once() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| File::open(&path).unwrap());
            }
        });
    }
}

#[tokio::test]
async fn a_result_that_could_not_be_read_again_is_not_written() {
    let (file, _dir) = fresh(Arc::new(ManualClock::at(Timestamp::EPOCH))).await;
    let id = file
        .enqueue(NewJob::new("queue", "kind"))
        .await
        .unwrap()
        .id();
    let claim = Claim {
        queue: "queue".into(),
        worker: crate::WorkerId::new("worker"),
        lease: Duration::from_secs(30),
        limit: 1,
    };
    let fence = file.claim(&claim).await.unwrap().jobs[0].fence;
    let nested = |levels| (0..levels).fold(serde_json::json!(1), |inner, _| vec![inner].into());
    let complete = |result| Event::Complete {
        fence,
        result: Some(result),
    };
    let refused = file.apply(id, complete(nested(128))).await.unwrap_err();
    assert!(matches!(refused, StoreError::Invalid(_)), "{refused}");
    let deepest = nested(127);
    let _ = file.apply(id, complete(deepest.clone())).await.unwrap();
    assert_eq!(file.get(id).await.unwrap().unwrap().result, Some(deepest));
}

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tempfile::TempDir;

use super::*;
use crate::ManualClock;

async fn fresh(clock: Arc<ManualClock>) -> (File, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let file = File::with_clock(dir.path().join("jobs.db"), clock).unwrap();
    (file, dir)
}

crate::conformance!(fresh);

/// Two stores on one file, as two processes have them. Verbs go to one and the other in turn.
#[derive(Debug)]
struct Pair {
    files: [File; 2],
    turn: AtomicUsize,
}

impl Pair {
    async fn fresh(clock: Arc<ManualClock>) -> (Self, TempDir) {
        let (file, dir) = fresh(Arc::clone(&clock)).await;
        let other = File::with_clock(&file.inner.path, clock).unwrap();
        let pair = Self {
            files: [file, other],
            turn: AtomicUsize::new(0),
        };
        (pair, dir)
    }

    fn next(&self) -> &File {
        &self.files[self.turn.fetch_add(1, Ordering::Relaxed) % 2]
    }
}

#[async_trait]
impl Store for Pair {
    async fn enqueue(&self, job: NewJob) -> Result<Enqueued, StoreError> {
        self.next().enqueue(job).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        self.next().claim(claim).await
    }

    async fn apply(&self, id: JobId, event: Event) -> Result<Applied, StoreError> {
        self.next().apply(id, event).await
    }

    async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        self.next().reap(limit).await
    }

    async fn prune(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.next().prune(before, limit).await
    }

    async fn get(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.next().get(id).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.next().list(query).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.next().backlog().await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.next().check().await
    }

    /// Nobody hears the other process, so this promises nothing and fires at once.
    fn listen(&self) -> EventListener {
        let always = event_listener::Event::new();
        let listener = always.listen();
        always.notify(1);
        listener
    }

    fn now(&self) -> Timestamp {
        self.next().now()
    }
}

/// Every law again, with the order of ids and times kept between two writers.
mod pair {
    use super::*;

    crate::conformance!(Pair::fresh);
}

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

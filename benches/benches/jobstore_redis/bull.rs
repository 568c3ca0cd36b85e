//! `bullmq-official`, as it is when nothing is said, with a key to recognise a repetition by.

use std::sync::Arc;
use std::time::Instant;

use bullmq::options::{QueueOptions, RedisConnectionOptions, WorkerOptions};
use bullmq::worker::CancellationToken;
use bullmq::{DeduplicationOptions, Job, Queue, Worker};

use crate::load::{PAYLOAD, QUEUE, side_by_side};
use crate::until;

pub(crate) struct Bull {
    queue: Arc<Queue>,
    connection: RedisConnectionOptions,
}

impl Bull {
    pub(crate) async fn new(url: String) -> Self {
        let connection = RedisConnectionOptions {
            url,
            ..RedisConnectionOptions::default()
        };
        let options = QueueOptions::new().connection(connection.clone());
        let queue = Queue::with_options(QUEUE, options).await;
        Self {
            queue: Arc::new(queue.expect("the server is fit")),
            connection,
        }
    }

    pub(crate) async fn enqueue(&self, callers: usize, jobs: usize) -> f64 {
        let start = Instant::now();
        let each = |caller| {
            let queue = Arc::clone(&self.queue);
            async move {
                for n in (caller..jobs).step_by(callers) {
                    let once = DeduplicationOptions {
                        id: format!("welcome:{n}"),
                        ttl: Some(86_400_000),
                        extend: None,
                        replace: None,
                        keep_last_if_active: None,
                    };
                    let job = queue.add("mail.welcome", PAYLOAD).deduplication(once);
                    job.await.expect("no fault");
                }
            }
        };
        side_by_side(callers, each).await;
        let rate = jobs as f64 / start.elapsed().as_secs_f64();
        let waiting = self.queue.get_waiting_count().await.expect("no fault");
        assert_eq!(waiting, jobs as u64);
        rate
    }

    /// Has a worker run a processor that does nothing.
    pub(crate) async fn work_off(&self, at_once: usize, jobs: usize) -> f64 {
        let nothing = |_: Job, _: CancellationToken| async { Ok(serde_json::Value::Null) };
        let options = WorkerOptions::new()
            .connection(self.connection.clone())
            .concurrency(at_once)
            .manual_start();
        let worker = Worker::with_options(QUEUE, nothing, options).await;
        let worker = worker.expect("the server is fit");
        let start = Instant::now();
        worker.run().await.expect("the server is there");
        let completed = async || {
            let completed = self.queue.get_completed_count().await;
            completed.expect("no fault") == jobs as u64
        };
        until(completed).await;
        let rate = jobs as f64 / start.elapsed().as_secs_f64();
        worker.close(5_000).await.expect("nothing runs");
        rate
    }
}

//! Ours.

use std::time::Instant;

use fred::clients::Client;
use jobstore::worker::Context;
use jobstore::{Job, Jobs, Redis, Worker};

use crate::load::{self, QUEUE};
use crate::until;

pub(crate) struct Ours(Redis<Client>);

impl Ours {
    pub(crate) async fn new(client: Client) -> Self {
        Self(
            Redis::open(client, "jobs")
                .await
                .expect("the server is fit"),
        )
    }

    pub(crate) async fn enqueue(&self, callers: usize, jobs: usize) -> f64 {
        load::enqueue(&self.0, callers, jobs).await
    }

    /// Has a worker run a handler that does nothing.
    pub(crate) async fn work_off(&self, at_once: usize, jobs: usize) -> f64 {
        let nothing = |_: Job, _: Context| async { Ok(None) };
        let worker = Worker::new(Jobs::new(self.0.clone()), QUEUE, nothing).concurrency(at_once);
        let start = Instant::now();
        let done = until(async || load::tally(&self.0).await.done == jobs as u64);
        worker.run(done).await;
        let rate = jobs as f64 / start.elapsed().as_secs_f64();
        assert_eq!(load::tally(&self.0).await.unfinished(), 0);
        rate
    }
}

//! `apalis-redis`, as it is when nothing is said but how long keys are remembered: else it forgets them at once.

use std::time::{Duration, Instant};

use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{BoxDynError, TaskBuilder, TaskSink, WorkerBuilder, WorkerContext};
use apalis_redis::{Config, ConnectionManager, RedisStorage};
use redis_fixture::Server;

use crate::load::{PAYLOAD, QUEUE, side_by_side};
use crate::until;

pub(crate) struct Apalis<'s> {
    storage: RedisStorage<String>,
    server: &'s Server,
}

impl<'s> Apalis<'s> {
    pub(crate) async fn new(server: &'s Server) -> Self {
        let connection = apalis_redis::connect(server.url()).await;
        let connection: ConnectionManager = connection.expect("the server can be reached");
        let config = Config::default()
            .queue(QUEUE)
            .idempotency_ttl(Some(Duration::from_secs(86_400)));
        Self {
            storage: RedisStorage::new(connection).with_config(config),
            server,
        }
    }

    pub(crate) async fn enqueue(&self, callers: usize, jobs: usize) -> f64 {
        let start = Instant::now();
        let each = |caller| {
            let mut storage = self.storage.clone();
            async move {
                for n in (caller..jobs).step_by(callers) {
                    let task = TaskBuilder::new(PAYLOAD.to_owned());
                    let task = task.idempotency_key(format!("welcome:{n}")).build();
                    storage.push_task(task).await.expect("no fault");
                }
            }
        };
        side_by_side(callers, each).await;
        let rate = jobs as f64 / start.elapsed().as_secs_f64();
        let config = self.storage.get_config();
        let due = self.count(&["ZCARD", &config.scheduled_jobs_set()]);
        assert_eq!(due, jobs, "all of them go by the set of those that are due");
        rate
    }

    /// Has a worker run a task that does nothing.
    pub(crate) async fn work_off(&self, at_once: usize, jobs: usize) -> f64 {
        async fn nothing(_: String, _: WorkerContext) -> Result<(), BoxDynError> {
            Ok(())
        }
        let worker = WorkerBuilder::new("the only one")
            .backend(self.storage.clone())
            .concurrency(at_once)
            .build(nothing);
        let done = self.storage.get_config().done_jobs_set();
        let start = Instant::now();
        tokio::select! {
            stopped = worker.run() => panic!("nobody stops it: {stopped:?}"),
            () = until(async || self.count(&["SCARD", &done]) == jobs) => {}
        }
        jobs as f64 / start.elapsed().as_secs_f64()
    }

    fn count(&self, command: &[&str]) -> usize {
        self.server.cli(command).parse().expect("it is a count")
    }
}

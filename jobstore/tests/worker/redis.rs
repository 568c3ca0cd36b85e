//! Jobs in Redis, where other processes and outages are real.

use fred::{
    clients::Client,
    interfaces::ClientLike as _,
    types::{
        Builder,
        config::{Config, ReconnectPolicy},
    },
};
use jobstore::{Job, Jobs, NewJob, Redis, Status, Worker, worker::Context};
use redis_fixture::{Options, Server};
use tokio::time::timeout;

use crate::{
    support::{Notes, QUEUE, millis, secs, start},
    threads::every_job_runs_exactly_once,
};

async fn open(server: &Server) -> Redis<Client> {
    let config = Config::from_url(&server.url()).expect("a url");
    let mut builder = Builder::from_config(config);
    builder
        .with_performance_config(|config| config.default_command_timeout = secs(2))
        .set_policy(ReconnectPolicy::new_constant(0, 20));
    let client = builder.build().expect("the configuration is complete");
    client.init().await.expect("the server is there");
    Redis::open(client, "app").await.expect("the server is fit")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_redis_every_job_runs_exactly_once() {
    let server = Server::start();
    every_job_runs_exactly_once(open(&server).await).await;
}

/// Workers of comparable libraries stop for good, or complain for ever, when their server comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_goes_on_when_its_server_was_killed_and_is_back() {
    const JOBS: usize = 200;
    let mut server = Server::start_with(Options::new().append_only());
    let jobs = Jobs::new(open(&server).await);
    let new = vec![NewJob::new(QUEUE, "kind"); JOBS];
    let enqueued = jobs.enqueue_all(new).await.unwrap();

    let ran = Notes::new();
    let notes = ran.clone();
    let handler = move |_: Job, _: Context| {
        notes.add(());
        async {
            tokio::task::yield_now().await;
            Ok(None)
        }
    };
    let worker = Worker::new(jobs.clone(), QUEUE, handler)
        .concurrency(4)
        .lease(secs(3))
        .reap_every(millis(100));
    let worker = start(worker);
    ran.reach(JOBS / 4).await;
    server.kill();
    server.restart();

    let all_done = async {
        for enqueued in &enqueued {
            loop {
                let job = jobs.get(enqueued.first()).await.ok().flatten();
                match job.filter(|job| job.status.is_final()) {
                    Some(job) => {
                        assert_eq!(
                            (job.status, job.errors.len()),
                            (Status::Done, job.lost as usize)
                        );
                        break;
                    }
                    None => tokio::task::yield_now().await,
                }
            }
        }
    };
    timeout(secs(60), all_done).await.expect("no job is lost");
    assert!(ran.len() >= JOBS);
    worker.stop().await;
}

//! Verbs of many callers at once.

use std::collections::BTreeSet;

use jobstore::{NewJob, Redis, Store as _, StoreError};
use redis_fixture::Server;
use tokio::task::JoinSet;

use crate::{
    client::connect,
    world::{claim, complete, is_unavailable, job, open, run},
};

/// How many scripts were run.
fn scripts(server: &Server) -> u64 {
    let stats = server.cli(&["INFO", "commandstats"]);
    let calls = |line: &str| {
        let calls = line.strip_prefix("cmdstat_evalsha:calls=")?;
        calls.split(',').next()?.parse::<u64>().ok()
    };
    stats.lines().find_map(calls).unwrap_or(0)
}

#[test]
fn callers_at_once_travel_together_and_are_answered_apart() {
    const CALLERS: usize = 512;
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let mut tasks = JoinSet::new();
        for number in 0..CALLERS {
            let store = store.clone();
            let new = job().payload(format!("{number}"));
            tasks.spawn(async move { (number, store.enqueue(new).await.unwrap().first()) });
        }
        let enqueued = tasks.join_all().await;
        let ids: BTreeSet<_> = enqueued.iter().map(|(_, id)| *id).collect();
        assert_eq!(ids.len(), CALLERS);
        for (number, id) in enqueued {
            let job = store.get(id).await.unwrap().unwrap();
            assert_eq!(job.payload.as_bytes(), format!("{number}").as_bytes());
        }
        let before = scripts(&server);
        let held = claim(&store, CALLERS).await;
        assert_eq!(held.len(), CALLERS);
        let mut tasks = JoinSet::new();
        for job in held {
            let store = store.clone();
            tasks.spawn(async move { store.apply(job.id, complete(job.fence)).await.unwrap() });
        }
        tasks.join_all().await;
        let made = scripts(&server) - before;
        assert!(made < CALLERS as u64 / 2, "{made} scripts");
    });
}

#[test]
fn too_many_at_once_are_refused_before_anything_is_done() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let most = Redis::<fred::clients::Client>::MAX_TOGETHER;
        let jobs = vec![NewJob::new("queue", "kind"); most + 1];
        let error = store.enqueue_all(jobs).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)), "{error:?}");
        assert_eq!(server.cli(&["DBSIZE"]), "0");
    });
}

#[test]
fn outside_of_a_runtime_it_is_an_error() {
    let server = Server::start();
    let store = run(async {
        let client = connect(&server.url()).await;
        Redis::open(client, "app").await.unwrap()
    });
    let mut enqueue = std::pin::pin!(store.enqueue(job()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match enqueue.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert!(is_unavailable(&error), "{error:?}"),
        other => panic!("{other:?}"),
    }
}

//! Steps that are made, and whose answers never arrive.

use std::time::Duration;

use fred::interfaces::ClientLike as _;
use jobstore::{Applied, Enqueued, Query, Redis, Refused, Status, Store as _};
use redis_fixture::Server;

use crate::{
    client::connect,
    line::Line,
    world::{
        claim, claim_one, complete, enqueue, find, finish, is_unavailable, job, open, recover, run,
    },
};

#[test]
fn an_enqueue_with_a_key_may_be_asked_again() {
    let server = Server::start();
    run(async {
        let line = Line::to(&server).await;
        let store = open(&line.url()).await;
        enqueue(&store, job()).await;
        let keyed = || job().dedupe("evt_1", Duration::from_secs(60));
        line.lose_the_next_answer();
        let error = store.enqueue(keyed()).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        recover(&store).await;
        let again = store.enqueue(keyed()).await.unwrap();
        let status = Some(Status::Ready);
        assert!(
            matches!(again, Enqueued::Duplicate { status: now, .. } if now == status),
            "{again:?}"
        );
        assert_eq!(claim(&store, 10).await.len(), 2);
    });
}

#[test]
fn a_completion_for_nobody_is_made_once_and_stands() {
    let server = Server::start();
    run(async {
        let line = Line::to(&server).await;
        let store = open(&line.url()).await;
        for _ in 0..2 {
            enqueue(&store, job()).await;
        }
        // From now on the server has the script.
        finish(&store, &claim_one(&store).await).await;
        let held = claim_one(&store).await;
        line.lose_the_next_answer();
        let error = store.apply(held.id, complete(held.fence)).await;
        assert!(is_unavailable(&error.unwrap_err()));
        recover(&store).await;
        let again = store.apply(held.id, complete(held.fence)).await.unwrap();
        assert_eq!(again, Applied::Refused(Refused::LeaseLost));
        assert_eq!(find(&store, held.id).await.status, Status::Done);
    });
}

#[test]
fn an_enqueue_in_flight_while_the_client_connects_anew_is_not_made_again() {
    let mut server = Server::start();
    run(async {
        let client = connect(&server.url()).await;
        let store = Redis::open(client.clone(), "app").await.unwrap();
        enqueue(&store, job()).await;
        server.pause();
        let (enqueued, connected, ()) = tokio::join!(
            store.enqueue_all(vec![job()]),
            client.force_reconnection(),
            async {
                // Then it looks at its old connection no more.
                while client.is_connected() {
                    tokio::task::yield_now().await;
                }
                server.resume();
            }
        );
        connected.unwrap();
        assert!(is_unavailable(&enqueued.unwrap_err()));
        recover(&store).await;
        let jobs = store.list(&Query::default()).await.unwrap().jobs;
        assert!(jobs.len() <= 2, "{jobs:?}");
    });
}

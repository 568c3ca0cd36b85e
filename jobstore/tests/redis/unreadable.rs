//! Jobs that somebody has changed by hand into what is no job any more.

use jobstore::{JobId, Query, Status, Store};
use redis_fixture::Server;

use crate::world::{claim, enqueue, finish, is_corrupt, job, open, run};

async fn spoiled(server: &Server, store: &impl Store) -> JobId {
    let id = enqueue(store, job()).await;
    server.cli(&["HSET", &format!("{{app}}:job:{id}"), "made", "torn"]);
    id
}

/// It is leased with its neighbours, by one script; they must not lose their leases for it.
#[test]
fn those_that_are_claimed_with_it_are_handed_out() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let first = enqueue(&store, job()).await;
        let bad = spoiled(&server, &store).await;
        let last = enqueue(&store, job()).await;
        let claimed = claim(&store, 3).await;
        let ids: Vec<_> = claimed.iter().map(|job| job.id).collect();
        assert_eq!(ids, [first, last]);
        for job in &claimed {
            finish(&store, job).await;
        }
        assert!(is_corrupt(&store.get(bad).await.unwrap_err()));
    });
}

#[test]
fn those_behind_many_of_them_are_reached() {
    const MANY: usize = 30;
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        for _ in 0..MANY {
            spoiled(&server, &store).await;
        }
        let good = enqueue(&store, job()).await;
        let claimed = claim(&store, 10).await;
        assert_eq!(claimed.iter().map(|job| job.id).collect::<Vec<_>>(), [good]);
        let queues = store.queues().await.unwrap();
        assert_eq!(queues[0].tally.of(Status::Running), MANY as u64 + 1);
    });
}

#[test]
fn a_list_leaves_it_out_and_goes_on_behind_it() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let first = enqueue(&store, job()).await;
        spoiled(&server, &store).await;
        let last = enqueue(&store, job()).await;
        let query = Query::default().limit(1);
        let page = store.list(&query).await.unwrap();
        assert_eq!(page.jobs[0].id, last);
        let page = store.list(&query.before(page.next.unwrap())).await.unwrap();
        assert_eq!((page.jobs[0].id, page.next), (first, None));
    });
}

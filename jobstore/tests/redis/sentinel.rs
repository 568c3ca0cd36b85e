//! A primary that is lost, and its replica that takes over.

use jobstore::{Applied, Redis, Refused, Status, Store as _};
use redis_fixture::Sentinel;

use crate::{
    client::connect,
    world::{claim, claim_one, complete, enqueue, find, finish, job, recover, run},
};

#[test]
fn what_the_replica_was_told_outlives_the_primary() {
    let mut sentinel = Sentinel::start();
    run(async {
        let client = connect(&sentinel.url()).await;
        let store = Redis::open(client, "app").await.unwrap();
        for _ in 0..10 {
            enqueue(&store, job()).await;
        }
        let held = claim(&store, 4).await;
        finish(&store, &held[0]).await;
        sentinel.wait_for_replica();
        sentinel.fail_over();

        recover(&store).await;
        assert_eq!(find(&store, held[0].id).await.status, Status::Done);
        for job in &held[1..] {
            assert_eq!(find(&store, job.id).await, *job);
            finish(&store, job).await;
        }
        assert_eq!(claim(&store, 10).await.len(), 6);
        let keys = sentinel.primary().cli(&["EXISTS", "{app}"]);
        assert_eq!(keys, "1", "it is the replica that keeps them now");
    });
}

#[test]
fn who_held_a_job_by_a_claim_that_was_lost_is_told_so() {
    let mut sentinel = Sentinel::start();
    run(async {
        let client = connect(&sentinel.url()).await;
        let store = Redis::open(client, "app").await.unwrap();
        let id = enqueue(&store, job()).await;
        sentinel.wait_for_replica();
        sentinel.part_replica();
        let first = claim_one(&store).await;
        sentinel.fail_over();

        recover(&store).await;
        let second = claim_one(&store).await;
        assert_eq!((first.id, second.id), (id, id));
        assert!(second.fence > first.fence);
        let late = store.apply(id, complete(first.fence)).await.unwrap();
        assert_eq!(late, Applied::Refused(Refused::LeaseLost));
        finish(&store, &second).await;
    });
}

#[test]
fn who_listens_hears_again_after_a_failover() {
    let mut sentinel = Sentinel::start();
    run(async {
        let open = async || {
            let client = connect(&sentinel.url()).await;
            Redis::open(client, "app").await.unwrap()
        };
        let (listens, enqueues) = (open().await, open().await);
        enqueue(&enqueues, job()).await;
        sentinel.wait_for_replica();
        sentinel.fail_over();
        recover(&enqueues).await;
        // One that was not connected yet is told once it is, and looks.
        let heard = listens.listen();
        enqueue(&enqueues, job()).await;
        heard.await;
    });
}

//! What apalis-redis 1.0.0 does wrong, one test for each; its defects were found by reading and running it.

use std::{sync::Arc, time::Duration};

use jobstore::{
    Applied, Category, Enqueued, Event, Keep, ManualClock, Refused, Retention, Retry, Status,
    Store as _, Timestamp, store::redis::Options,
};
use redis_fixture::Server;

use crate::world::{
    LEASE, claim, claim_one, complete, enqueue, find, finish, job, open, open_with, run,
};

fn clock() -> Arc<ManualClock> {
    let start = Timestamp::EPOCH + Duration::from_secs(1_700_000_000);
    Arc::new(ManualClock::at(start))
}

/// Its default forgets a key at once, so the same key twice makes two jobs.
#[test]
fn the_same_key_twice_is_one_job() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let keyed = || job().dedupe("evt_1", Duration::from_secs(1));
        let id = enqueue(&store, keyed()).await;
        let again = store.enqueue(keyed()).await.unwrap();
        let status = Some(Status::Ready);
        assert_eq!(again, Enqueued::Duplicate { id, status });
    });
}

/// Its queue is stuck for good once 8,000 jobs are due.
#[test]
fn ten_thousand_due_jobs_are_claimed() {
    let server = Server::start();
    run(async {
        let clock = clock();
        let store = open_with(&server, Options::new().clock(Arc::clone(&clock))).await;
        for _ in 0..10 {
            let later = job().delay(Duration::from_secs(1));
            store.enqueue_all(vec![later; 1_000]).await.unwrap();
        }
        clock.advance(Duration::from_secs(1));
        assert_eq!(claim(&store, 1).await.len(), 1);
        assert_eq!(claim(&store, 20_000).await.len(), 9_999);
        clock.advance(LEASE);
        assert_eq!(store.reap(20_000).await.unwrap().len(), 10_000);
    });
}

/// Its cleaning deletes the payload of jobs that wait for their next attempt.
#[test]
fn what_waits_to_be_retried_is_not_pruned() {
    let server = Server::start();
    run(async {
        let clock = clock();
        let store = open_with(&server, Options::new().clock(Arc::clone(&clock))).await;
        let id = enqueue(&store, job().payload("payload")).await;
        let held = claim_one(&store).await;
        let retry = Retry::After(Duration::from_secs(60));
        let _ = store.apply(id, fail(held.fence, retry)).await.unwrap();
        clock.advance(Duration::from_secs(60));
        let nothing = Keep::for_ever().age(Duration::ZERO).newest(0);
        let everything = Retention::all(nothing.payload_age(Duration::ZERO));
        assert_eq!(store.prune(&everything, 100).await.unwrap().total(), 0);
        assert_eq!(claim_one(&store).await.payload.as_bytes(), b"payload");
    });
}

/// It gives every job 25 attempts, whatever was asked for.
#[test]
fn a_job_has_as_many_attempts_as_it_was_given() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let id = enqueue(&store, job().max_attempts(3)).await;
        for attempt in 1..=3 {
            let held = claim_one(&store).await;
            assert_eq!(held.attempts, attempt);
            let retry = Retry::After(Duration::ZERO);
            let _ = store.apply(id, fail(held.fence, retry)).await.unwrap();
        }
        assert_eq!(find(&store, id).await.status, Status::Dead);
    });
}

/// It stops at the first job of a batch that is not held, with half of it done.
#[test]
fn one_job_that_is_not_held_does_not_stop_the_others() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        store.enqueue_all(vec![job(); 3]).await.unwrap();
        let held = claim(&store, 3).await;
        finish(&store, &held[1]).await;
        let events = held.iter().map(|job| (job.id, complete(job.fence)));
        let applied = store.apply_all(events.collect()).await.unwrap();
        let done = Applied::Now(Status::Done);
        assert_eq!(applied, [done, Applied::Refused(Refused::LeaseLost), done]);
    });
}

/// It gives a job that kills its worker to the next one for ever.
#[test]
fn a_job_that_kills_its_workers_ends_dead() {
    let server = Server::start();
    run(async {
        let clock = clock();
        let store = open_with(&server, Options::new().clock(Arc::clone(&clock))).await;
        let id = enqueue(&store, job().max_lost(3)).await;
        for _ in 0..3 {
            claim_one(&store).await;
            clock.advance(LEASE);
            assert_eq!(store.reap(10).await.unwrap(), [id]);
        }
        let job = find(&store, id).await;
        assert_eq!((job.status, job.lost), (Status::Dead, 3));
        assert_eq!(job.errors[2].category, Category::Lost);
    });
}

/// It does not let a worker of the same name start again within half a minute. Nobody is registered here:
/// what counts is the fence.
#[test]
fn a_worker_that_starts_again_under_its_name_is_a_new_one() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let id = enqueue(&store, job()).await;
        let before = claim_one(&store).await;
        let fence = before.fence;
        let released = store.apply(id, Event::Release { fence }).await.unwrap();
        assert_eq!(released, Applied::Now(Status::Ready));
        drop(store);
        let store = open(&server.url()).await;
        let after = claim_one(&store).await;
        assert_eq!(after.lease.unwrap().worker, before.lease.unwrap().worker);
        let stale = store.apply(id, complete(before.fence)).await.unwrap();
        assert_eq!(stale, Applied::Refused(Refused::LeaseLost));
    });
}

/// It takes the time from its clients.
#[test]
fn no_client_tells_the_time() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let ahead = Timestamp::EPOCH + Duration::from_secs(4_000_000_000);
        let skewed = Options::new().clock(ManualClock::at(ahead));
        let skewed = open_with(&server, skewed).await;
        assert_eq!(skewed.now(), ahead, "tests may");
        let id = enqueue(&store, job().delay(Duration::from_secs(3_600))).await;
        assert_eq!(claim(&store, 1).await, []);
        assert_eq!(find(&store, id).await.status, Status::Scheduled);
    });
}

fn fail(fence: jobstore::Fence, retry: Retry) -> Event {
    Event::Fail {
        fence,
        category: Category::ExternalApi,
        message: "refused".into(),
        retry,
    }
}

use std::time::Duration;

use super::*;
use crate::{Keep, Level, Logged, ManualClock, WorkerId};

crate::conformance!(|clock| async move { Memory::with_clock(clock) });

mod shared {
    use super::*;

    crate::conformance!(|clock| async move { Arc::new(Memory::with_clock(clock)) });
}

fn cancel() -> Event {
    Event::Cancel {
        by: By::new("person:ada"),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

#[test]
fn a_full_store_forgets_what_has_ended_first_and_refuses_when_nothing_has() {
    block_on(async {
        let store = Memory::with_capacity(64 * 1024);
        let big = || NewJob::new("queue", "kind").payload(vec![0; 10 * 1024]);
        let first = store.enqueue(big()).await.unwrap().first();
        let _ = store.apply(first, cancel()).await.unwrap();
        let refused = loop {
            assert!(store.bytes() <= 64 * 1024);
            if let Err(error) = store.enqueue(big()).await {
                break error;
            }
        };
        assert!(matches!(refused, StoreError::Full(5)), "{refused}");
        assert!(store.get(first).await.unwrap().is_none());
    });
}

/// A dead letter is somebody's work; it must not go for a job that is refused all the same.
#[test]
fn what_cannot_fit_is_refused_before_anything_is_forgotten() {
    block_on(async {
        let store = Memory::with_capacity(64 * 1024);
        let waiting = NewJob::new("queue", "kind").payload(vec![0; 40 * 1024]);
        let _ = store.enqueue(waiting).await.unwrap();
        let ended = NewJob::new("queue", "kind").payload(vec![0; 4 * 1024]);
        let ended = store.enqueue(ended).await.unwrap().first();
        let _ = store.apply(ended, cancel()).await.unwrap();
        let before = store.audit(&AuditQuery::default()).await.unwrap();

        let large = || NewJob::new("queue", "kind").payload(vec![0; 20 * 1024]);
        let refused = store.enqueue(large()).await.unwrap_err();
        assert!(matches!(refused, StoreError::Full(1)), "{refused}");
        let small = NewJob::new("queue", "kind");
        let refused = store.enqueue_all(vec![small, large()]).await;
        assert!(refused.is_err());
        assert!(store.get(ended).await.unwrap().is_some());
        assert_eq!(store.audit(&AuditQuery::default()).await.unwrap(), before);
    });
}

#[test]
fn an_emptied_store_takes_no_bytes() {
    block_on(async {
        let clock = Arc::new(ManualClock::at(Timestamp::EPOCH));
        let store = Memory::with_clock(Arc::clone(&clock));
        for n in 0..100 {
            let job = NewJob::new(format!("queue{n}"), "kind")
                .metadata("a", "b")
                .dedupe("key", Duration::from_secs(1));
            let id = store.enqueue(job).await.unwrap().first();
            let _ = store.apply(id, cancel()).await.unwrap();
        }
        clock.advance(Duration::from_secs(2));
        let nothing = Retention::all(Keep::for_ever().newest(0)).audit(Duration::from_secs(1));
        let pruned = store.prune(&nothing, 1_000).await.unwrap();
        assert_eq!((pruned.jobs, pruned.audit), (100, 200));
        let last = store
            .enqueue(NewJob::new("queue", "kind"))
            .await
            .unwrap()
            .first();
        let _ = store.apply(last, cancel()).await.unwrap();
        clock.advance(Duration::from_secs(2));
        assert_eq!(store.prune(&nothing, 3).await.unwrap().total(), 3);
        assert_eq!((store.len(), store.bytes()), (0, 0));
    });
}

/// A body that arrived over a connection is a piece of that connection's buffer; keeping it would hold
/// many times its own size.
#[test]
fn a_stored_payload_does_not_hold_the_buffer_it_came_from() {
    block_on(async {
        let buffer = bytes::Bytes::from(vec![7; 64 * 1024]);
        let store = Memory::new();
        let job = NewJob::new("queue", "kind").payload(buffer.slice(..10));
        let id = store.enqueue(job).await.unwrap().first();
        assert!(buffer.is_unique());
        assert_eq!(
            store.get(id).await.unwrap().unwrap().payload.as_bytes(),
            [7; 10]
        );
    });
}

/// Whatever people and workers do to a job, and however often, does not make the store larger than it may
/// be.
#[test]
fn the_trail_of_a_busy_job_does_not_grow_the_store() {
    block_on(async {
        let store = Memory::with_capacity(64 * 1024);
        let job = NewJob::new("queue", "kind").max_interrupted(u32::MAX);
        let id = store.enqueue(job).await.unwrap().first();
        let claim = Event::Claim {
            worker: WorkerId::new("worker"),
            lease: Duration::from_secs(30),
        };
        for _ in 0..2_000 {
            let _ = store.apply(id, claim.clone()).await.unwrap();
            let fence = store.get(id).await.unwrap().unwrap().fence;
            let line = Logged {
                level: Level::Info,
                text: "x".repeat(1_000),
            };
            let _ = store.apply(id, Event::Log { fence, line }).await.unwrap();
            let _ = store.apply(id, Event::Release { fence }).await.unwrap();
            assert!(store.bytes() <= 64 * 1024, "{}", store.bytes());
        }
    });
}

#[test]
fn of_jobs_that_come_together_none_stays_when_there_is_no_room_for_one() {
    block_on(async {
        let store = Memory::with_capacity(64 * 1024);
        let big = || NewJob::new("queue", "kind").payload(vec![0; 10 * 1024]);
        let keyed = big().dedupe("key", Duration::from_secs(60));
        let jobs = [vec![keyed.clone()], vec![big(); 10]].concat();
        assert!(store.enqueue_all(jobs).await.is_err());
        assert_eq!((store.len(), store.bytes()), (0, 0));
        assert!(matches!(
            store.enqueue(keyed).await,
            Ok(Enqueued::Created(_))
        ));
    });
}

#[test]
fn an_index_that_is_wrong_is_found_and_mended() {
    block_on(async {
        let store = Memory::new();
        let id = store
            .enqueue(NewJob::new("queue", "kind"))
            .await
            .unwrap()
            .first();
        assert_eq!(store.examine(false).await.unwrap(), []);
        store.step(|state, _| {
            let job = state.get(id).unwrap();
            state.index.remove(&job);
        });
        assert!(!store.examine(false).await.unwrap()[0].mended);
        assert!(store.examine(true).await.unwrap()[0].mended);
        assert_eq!(store.examine(false).await.unwrap(), []);
        assert_eq!(store.queues().await.unwrap()[0].tally.ready, 1);
    });
}

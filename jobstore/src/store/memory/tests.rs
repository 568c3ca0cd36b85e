use std::time::Duration;

use super::*;
use crate::ManualClock;

crate::conformance!(|clock| async move { Memory::with_clock(clock) });

mod shared {
    use super::*;

    crate::conformance!(|clock| async move { Arc::new(Memory::with_clock(clock)) });
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
        let first = store.enqueue(big()).await.unwrap().id();
        let _ = store.apply(first, Event::Cancel).await.unwrap();
        let refused = loop {
            assert!(store.bytes() <= 64 * 1024);
            if let Err(error) = store.enqueue(big()).await {
                break error;
            }
        };
        assert!(matches!(refused, StoreError::Full(6)), "{refused}");
        assert!(store.get(first).await.unwrap().is_none());
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
            let id = store.enqueue(job).await.unwrap().id();
            let _ = store.apply(id, Event::Cancel).await.unwrap();
        }
        clock.advance(Duration::from_secs(2));
        assert_eq!(store.prune(clock.now(), 1_000).await.unwrap(), 100);
        let last = store
            .enqueue(NewJob::new("queue", "kind"))
            .await
            .unwrap()
            .id();
        let _ = store.apply(last, Event::Cancel).await.unwrap();
        clock.advance(Duration::from_secs(2));
        assert_eq!(store.prune(clock.now(), 1).await.unwrap(), 1);
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
        let id = store.enqueue(job).await.unwrap().id();
        assert!(buffer.is_unique());
        assert_eq!(
            store.get(id).await.unwrap().unwrap().payload.as_bytes(),
            [7; 10]
        );
    });
}

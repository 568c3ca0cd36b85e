//! A failover in the middle of the work.

use ratelimit::{Redis, Store as _};
use redis_fixture::Sentinel;

use crate::client::connect;
use crate::world::{TEN, recover, remaining, run, spend};

#[test]
fn what_the_replica_had_been_told_survives_a_failover() {
    let mut sentinel = Sentinel::start();
    run(async {
        let store = Redis::new(connect(&sentinel.url()).await, "app").unwrap();
        spend(&store, &TEN, "a", 7).await;
        spend(&store, &TEN, "b", 10).await;
        sentinel.wait_for_replica();
        sentinel.fail_over();

        recover(&store).await;
        assert_eq!(remaining(&store, &TEN, "a").await, 3);
        assert_eq!(remaining(&store, &TEN, "b").await, 0);
        spend(&store, &TEN, "a", 3).await;
        store.check().await.unwrap();
        // It is the replica that keeps it now.
        let keys = sentinel.primary().cli(&["EXISTS", "app:{a} ten"]);
        assert_eq!(keys, "1");
    });
}

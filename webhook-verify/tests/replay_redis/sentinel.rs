//! A failover in the middle of the work.

use redis_fixture::Sentinel;
use webhook_verify::replay::{Redis, Settled, Store as _};

use crate::client::connect;
use crate::world::{finish, fresh, is_done, is_in_flight, recover, run};

#[test]
fn what_the_replica_had_been_told_survives_a_failover() {
    let mut sentinel = Sentinel::start();
    run(async {
        let store = Redis::new(connect(&sentinel.url()).await, "log").unwrap();
        finish(&store, "done").await;
        let held = fresh(&store, "held").await;
        sentinel.wait_for_replica();
        sentinel.fail_over();

        recover(&store).await;
        assert!(is_done(&store, "done").await);
        assert!(is_in_flight(&store, "held").await);
        assert_eq!(store.commit(&held).await.unwrap(), Settled::Accepted);
        let next = fresh(&store, "next").await;
        assert!(next.fence > held.fence);
        // It is the replica that keeps it now.
        let keys = sentinel.primary().cli(&["EXISTS", "log:/route id:next"]);
        assert_eq!(keys, "1");
    });
}

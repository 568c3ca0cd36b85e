//! Many masters.

use redis_fixture::Cluster;
use webhook_verify::replay::{Claimed, Redis, Store as _};

use crate::client::connect;
use crate::world::{claim, claim_at_last, finish, fresh, is_unavailable, key, route, run};

#[test]
fn deliveries_are_spread_over_the_masters() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "log").unwrap();
        for number in 0..60 {
            finish(&store, &number.to_string()).await;
        }
        for master in cluster.masters() {
            let count: usize = master.cli(&["DBSIZE"]).parse().unwrap();
            assert!(count > 5, "{count}");
        }
    });
}

#[test]
fn a_slot_that_has_moved_is_found() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "log").unwrap();
        for to in [0, 1, 2] {
            cluster.move_slot("log:/route id:evt_1", to);
            // Whoever is sent to another master has not been served by the first.
            while let Err(error) = store.forget(&route(), &key("evt_1")).await {
                assert!(is_unavailable(&error), "{error:?}");
            }
        }
        let _ = fresh(&store, "evt_1").await;
        assert_eq!(cluster.masters()[2].cli(&["DBSIZE"]), "1");
    });
}

#[test]
fn without_one_master_its_deliveries_are_refused_and_come_back_with_it() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "log").unwrap();
        for number in 0..20 {
            finish(&store, &number.to_string()).await;
        }
        cluster.masters()[0].kill();
        let mut refused = 0;
        for number in 0..20 {
            match claim(&store, &format!("new_{number}")).await {
                Ok(_) => {}
                Err(error) if is_unavailable(&error) => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!(refused > 0, "nobody has missed the master");
        cluster.masters()[0].restart();
        let mut remembered = 0;
        for number in 0..20 {
            let claimed = claim_at_last(&store, &number.to_string()).await;
            remembered += usize::from(matches!(claimed, Claimed::Done { .. }));
        }
        // Those of the master that was killed are gone: it keeps no file.
        assert!((1..20).contains(&remembered), "{remembered}");
    });
}

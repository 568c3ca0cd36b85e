//! Many masters.

use ratelimit::{Ask, Redis, Store as _, StoreError};
use redis_fixture::Cluster;

use crate::client::connect;
use crate::world::{HUNDRED, TEN, is_unavailable, recover, remaining, run, spend, take};

#[test]
fn keys_are_spread_over_the_masters_and_the_rules_of_one_are_asked_at_once() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "app").unwrap();
        for number in 0..60 {
            let key = number.to_string();
            let asks = [Ask::one(&TEN, &key), Ask::one(&HUNDRED, &key)];
            assert!(store.take_all(&asks).await.unwrap().is_allowed());
        }
        for master in cluster.masters() {
            let count: usize = master.cli(&["DBSIZE"]).parse().unwrap();
            assert!(count > 10, "{count}");
        }
    });
}

#[test]
fn keys_of_different_subjects_cannot_be_asked_at_once() {
    let cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "app").unwrap();
        let asks = [Ask::one(&TEN, "net/64"), Ask::one(&TEN, "net/48")];
        for error in [
            store.take_all(&asks).await.map(drop),
            store.refund_all(&asks).await,
            store.charge_all(&asks).await,
            store.once("req_1").take_all(&asks).await.map(drop),
        ] {
            assert!(matches!(error, Err(StoreError::Scattered)), "{error:?}");
        }
        assert_eq!(remaining(&store, &TEN, "net/64").await, 10);

        let by_network = store
            .clone()
            .by_subject(|key| key.split_once('/').map_or(key, |(net, _)| net));
        let tagged = Redis::new(connect(&cluster.url()).await, "{app}:all").unwrap();
        for store in [by_network, tagged] {
            assert!(store.take_all(&asks).await.unwrap().is_allowed());
            assert!(
                store
                    .once("req_1")
                    .take_all(&asks)
                    .await
                    .unwrap()
                    .is_allowed()
            );
            assert_eq!(remaining(&store, &TEN, "net/48").await, 8);
        }
    });
}

#[test]
fn on_one_server_any_keys_can_be_asked_at_once() {
    let server = redis_fixture::Server::start();
    run(async {
        let store = Redis::new(connect(&server.url()).await, "app").unwrap();
        let asks = [Ask::one(&TEN, "alice"), Ask::one(&HUNDRED, "203.0.113.7")];
        assert!(store.take_all(&asks).await.unwrap().is_allowed());
        assert_eq!(remaining(&store, &HUNDRED, "203.0.113.7").await, 99);
    });
}

#[test]
fn a_slot_that_has_moved_is_found() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "app").unwrap();
        for to in [0, 1, 2] {
            cluster.move_slot("app:{a} ten", to);
            // Whoever is sent to another master has not been served by the first.
            while let Err(error) = take(&store, &TEN, "a", 0).await {
                assert!(is_unavailable(&error), "{error:?}");
            }
        }
        spend(&store, &TEN, "a", 1).await;
        assert_eq!(cluster.masters()[2].cli(&["DBSIZE"]), "1");
    });
}

#[test]
fn scripts_are_loaded_wherever_a_key_leads() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "app").unwrap();
        for round in 0..2 {
            for number in 0..20 {
                spend(&store, &TEN, &number.to_string(), 1).await;
            }
            if round == 0 {
                cluster
                    .masters()
                    .iter()
                    .for_each(|master| master.flush_scripts());
            }
        }
        for number in 0..20 {
            assert_eq!(remaining(&store, &TEN, &number.to_string()).await, 8);
        }
    });
}

#[test]
fn without_one_master_its_keys_are_refused_and_come_back_with_it() {
    let mut cluster = Cluster::start();
    run(async {
        let store = Redis::new(connect(&cluster.url()).await, "app").unwrap();
        cluster.masters()[0].kill();
        let mut refused = 0;
        for number in 0..20 {
            match take(&store, &TEN, &number.to_string(), 1).await {
                Ok(_) => {}
                Err(error) if is_unavailable(&error) => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!(refused > 0, "nobody has missed the master");
        cluster.masters()[0].restart();
        recover(&store).await;
        for number in 0..20 {
            while let Err(error) = take(&store, &TEN, &number.to_string(), 1).await {
                assert!(is_unavailable(&error), "{error:?}");
                tokio::task::yield_now().await;
            }
        }
    });
}

//! Many masters.

use jobstore::{Redis, Status, Store as _};
use redis_fixture::Cluster;

use crate::{
    client::connect,
    world::{claim, claim_one, enqueue, find, finish, is_unavailable, job, recover, run},
};

#[test]
fn a_store_is_in_one_place_and_stores_are_spread() {
    let mut cluster = Cluster::start();
    run(async {
        let client = connect(&cluster.url()).await;
        for number in 0..12 {
            let store = Redis::open(client.clone(), &format!("app{number}")).await;
            let store = store.unwrap();
            enqueue(&store, job().tag("a").subject("b")).await;
            finish(&store, &claim_one(&store).await).await;
        }
        for master in cluster.masters() {
            let tags: std::collections::BTreeSet<_> = master
                .cli(&["KEYS", "*"])
                .lines()
                .filter_map(|key| key.split('}').next().map(str::to_owned))
                .collect();
            assert!((1..12).contains(&tags.len()), "{tags:?}");
        }
    });
}

#[test]
fn a_slot_that_has_moved_is_found() {
    let mut cluster = Cluster::start();
    run(async {
        let client = connect(&cluster.url()).await;
        let store = Redis::open(client, "app").await.unwrap();
        for to in [0, 1, 2] {
            cluster.move_slot("{app}", to);
            // Whoever is sent to another master has not been served by the first.
            while let Err(error) = store.queues().await {
                assert!(is_unavailable(&error), "{error:?}");
            }
        }
        let id = enqueue(&store, job()).await;
        assert_eq!(find(&store, id).await.status, Status::Ready);
        assert_eq!(cluster.masters()[2].cli(&["EXISTS", "{app}"]), "1");
    });
}

#[test]
fn without_its_master_a_store_refuses_and_comes_back_with_it() {
    let mut cluster = Cluster::start();
    let owner = cluster.owner("{app}");
    let save = |cluster: &mut Cluster| {
        assert_eq!(cluster.masters()[owner].cli(&["SAVE"]), "OK");
    };
    run(async {
        let client = connect(&cluster.url()).await;
        let store = Redis::open(client, "app").await.unwrap();
        let ids = [enqueue(&store, job()).await, enqueue(&store, job()).await];
        let held = claim_one(&store).await;
        save(&mut cluster);
        cluster.masters()[owner].kill();
        assert!(is_unavailable(&store.enqueue(job()).await.unwrap_err()));
        cluster.masters()[owner].restart();
        recover(&store).await;
        finish(&store, &held).await;
        assert_eq!(held.id, ids[0]);
        assert_eq!(claim(&store, 10).await[0].id, ids[1]);
    });
}

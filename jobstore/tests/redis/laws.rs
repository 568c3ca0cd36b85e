//! The laws of a store, over each way to run Redis.

use std::sync::{Arc, LazyLock};

use fred::interfaces::ClientLike;
use jobstore::{ManualClock, Redis, store::redis::Options};
use redis_fixture::{Cluster, Sentinel, Server};

use crate::{client, world::fresh_prefix};

async fn store<C: ClientLike + 'static>(client: C, clock: Arc<ManualClock>) -> Redis<C> {
    let options = Options::new().clock(clock);
    let store = Redis::open_with(client, &fresh_prefix(), options).await;
    store.expect("the server is fit")
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

mod one_server {
    use super::*;

    jobstore::conformance!(async |clock| store(client::connect(&SERVER.url()).await, clock).await);
}

mod a_shared_store_on_a_pool_of_connections {
    use super::*;

    jobstore::conformance!(async |clock| {
        Arc::new(store(client::connect_pool(&SERVER.url()).await, clock).await)
    });
}

mod tls_and_a_password {
    use super::*;

    static SERVER: LazyLock<Server> = LazyLock::new(|| {
        Server::start_with(redis_fixture::Options::new().password("swordfish").tls())
    });

    jobstore::conformance!(async |clock| store(client::connect_tls(&SERVER).await, clock).await);
}

mod behind_sentinel {
    use super::*;

    static SENTINEL: LazyLock<Sentinel> = LazyLock::new(Sentinel::start);

    jobstore::conformance!(async |clock| {
        store(client::connect(&SENTINEL.url()).await, clock).await
    });
}

mod a_cluster {
    use super::*;

    static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

    jobstore::conformance!(async |clock| store(client::connect(&CLUSTER.url()).await, clock).await);
}

//! The laws of a store, over each way to run Redis.

use std::sync::{Arc, LazyLock};

use fred::interfaces::ClientLike;
use ratelimit::Redis;
use ratelimit::conformance::ManualClock;
use redis_fixture::{Cluster, Options, Sentinel, Server};

use crate::client;
use crate::world::fresh_prefix;

fn store<C: ClientLike + 'static>(client: C, clock: Arc<ManualClock>) -> Redis<C> {
    Redis::new(client, &fresh_prefix())
        .expect("the prefix is one")
        .with_clock(move || clock.now())
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

mod one_server {
    use super::*;

    ratelimit::store_conformance!(async |clock| {
        store(client::connect(&SERVER.url()).await, clock)
    });
}

mod a_pool_of_connections {
    use super::*;

    ratelimit::store_conformance!(async |clock| {
        store(client::connect_pool(&SERVER.url()).await, clock)
    });
}

mod tls_and_a_password {
    use super::*;

    static SERVER: LazyLock<Server> =
        LazyLock::new(|| Server::start_with(Options::new().password("swordfish").tls()));

    ratelimit::store_conformance!(async |clock| {
        store(client::connect_tls(&SERVER).await, clock)
    });
}

mod behind_sentinel {
    use super::*;

    static SENTINEL: LazyLock<Sentinel> = LazyLock::new(Sentinel::start);

    ratelimit::store_conformance!(async |clock| {
        store(client::connect(&SENTINEL.url()).await, clock)
    });
}

mod a_cluster {
    use super::*;

    static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

    ratelimit::store_conformance!(async |clock| {
        store(client::connect(&CLUSTER.url()).await, clock)
    });
}

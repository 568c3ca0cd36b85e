//! The laws of a store, over each way to run Redis.

use std::sync::{Arc, LazyLock};

use fred::interfaces::ClientLike;
use redis_fixture::{Cluster, Options, Sentinel, Server};
use webhook_verify::replay::{ManualClock, Redis};

use crate::client;
use crate::world::fresh_prefix;

fn store<C: ClientLike>(client: C, clock: Arc<ManualClock>) -> Redis<C> {
    Redis::with_clock(client, &fresh_prefix(), clock).expect("the prefix is one")
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

mod one_server {
    use super::*;

    webhook_verify::replay_conformance!(|clock| async move {
        store(client::connect(&SERVER.url()).await, clock)
    });
}

mod a_pool_of_connections {
    use super::*;

    webhook_verify::replay_conformance!(|clock| async move {
        store(client::connect_pool(&SERVER.url()).await, clock)
    });
}

mod tls_and_a_password {
    use super::*;

    static SERVER: LazyLock<Server> =
        LazyLock::new(|| Server::start_with(Options::new().password("swordfish").tls()));

    webhook_verify::replay_conformance!(|clock| async move {
        store(client::connect_tls(&SERVER).await, clock)
    });
}

mod behind_sentinel {
    use super::*;

    static SENTINEL: LazyLock<Sentinel> = LazyLock::new(Sentinel::start);

    webhook_verify::replay_conformance!(|clock| async move {
        store(client::connect(&SENTINEL.url()).await, clock)
    });
}

mod a_cluster {
    use super::*;

    static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

    webhook_verify::replay_conformance!(|clock| async move {
        store(client::connect(&CLUSTER.url()).await, clock)
    });
}

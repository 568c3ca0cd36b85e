//! What an `Ok` waits for.

use jobstore::{
    Durability, Redis, Store as _,
    store::redis::{OpenError, Options},
};
use redis_fixture::{Sentinel, Server};

use crate::{
    client::connect,
    world::{claim_one, enqueue, find, finish, is_unavailable, job, open, run},
};

async fn refused(server: &Server, durability: Durability) -> String {
    let options = Options::new().durability(durability);
    let opened = Redis::open_with(connect(&server.url()).await, "app", options).await;
    match opened.unwrap_err() {
        OpenError::Durability {
            why,
            durability: of,
        } => {
            assert_eq!(of, durability);
            why
        }
        error => panic!("{error:?}"),
    }
}

fn version(server: &Server) -> (u32, u32) {
    let info = server.cli(&["INFO", "server"]);
    let mut lines = info.lines();
    let version = lines.find_map(|line| line.strip_prefix("redis_version:"));
    let mut numbers = version.expect("a server says it").split('.');
    let mut next = || numbers.next().unwrap().parse().unwrap();
    (next(), next())
}

#[test]
fn what_is_given_is_reported() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        assert_eq!(store.durability(), Durability::Server);
    });
}

#[test]
fn a_server_that_cannot_give_what_is_asked_is_refused() {
    let server = Server::start();
    run(async {
        let why = refused(&server, Durability::Disk).await;
        let expected = match version(&server) {
            old if old < (7, 2) => format!("it is Redis {}.{}, and 7.2 is needed", old.0, old.1),
            _ => "appendonly is no".into(),
        };
        assert_eq!(why, expected);
        let why = refused(&server, Durability::Machines(2)).await;
        assert_eq!(why, "it has 0 replicas");
        refused(&server, Durability::Process).await;
    });
}

#[test]
fn an_answer_waits_for_the_replica() {
    let mut sentinel = Sentinel::start();
    run(async {
        let options = Options::new().durability(Durability::Machines(2));
        let client = connect(&sentinel.url()).await;
        let store = Redis::open_with(client, "app", options).await.unwrap();
        assert_eq!(store.durability(), Durability::Machines(2));
        let id = enqueue(&store, job()).await;
        finish(&store, &claim_one(&store).await).await;
        // Nobody waits for the replica but the store itself.
        sentinel.fail_over();
        let store = Redis::open(connect(&sentinel.url()).await, "app").await;
        find(&store.unwrap(), id).await;

        // There is no replica any more.
        let options = Options::new().durability(Durability::Machines(2));
        let client = connect(&sentinel.url()).await;
        let error = Redis::open_with(client, "app", options).await.unwrap_err();
        assert!(matches!(error, OpenError::Durability { .. }), "{error:?}");
    });
}

#[test]
fn what_no_replica_has_is_not_acknowledged() {
    let server = Server::start();
    let mut replica = Server::start_with(
        redis_fixture::Options::new().directive(format!("replicaof 127.0.0.1 {}", server.port())),
    );
    run(async {
        while !server
            .cli(&["INFO", "replication"])
            .contains("state=online")
        {
            tokio::task::yield_now().await;
        }
        let options = Options::new().durability(Durability::Machines(2));
        let client = connect(&server.url()).await;
        let store = Redis::open_with(client, "app", options).await.unwrap();
        enqueue(&store, job()).await;
        replica.pause();
        let error = store.enqueue(job()).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        replica.resume();
        enqueue(&store, job()).await;
    });
}

//! Hearing of work without asking for it again and again.

use std::time::Duration;

use jobstore::Store as _;
use redis_fixture::{Options, Server};

use crate::world::{claim, claim_of, claim_one, enqueue, job, open, recover, run};

#[test]
fn what_another_process_enqueues_is_heard() {
    let server = Server::start();
    run(async {
        let (listens, enqueues) = (open(&server.url()).await, open(&server.url()).await);
        for _ in 0..10 {
            let heard = listens.listen();
            assert_eq!(claim(&listens, 1).await, []);
            enqueue(&enqueues, job()).await;
            heard.await;
            claim_one(&listens).await;
        }
    });
}

#[test]
fn everybody_looks_after_the_server_was_away() {
    let mut server = Server::start_with(Options::new().append_only());
    run(async {
        let store = open(&server.url()).await;
        let id = enqueue(&store, job()).await;
        let heard = store.listen();
        server.kill();
        server.restart();
        heard.await;
        recover(&store).await;
        assert_eq!(claim_one(&store).await.id, id);
        // And what comes then is heard, once the connection is back.
        let other = open(&server.url()).await;
        let heard = store.listen();
        enqueue(&other, job()).await;
        heard.await;
    });
}

#[test]
fn nothing_is_sent_while_nothing_happens() {
    let server = Server::start();
    run(async {
        let store = open(&server.url()).await;
        let next = store.claim(&claim_of(1)).await.unwrap();
        assert_eq!((next.jobs, next.next_due), (vec![], None));
        let calls = || {
            server
                .cli(&["INFO", "commandstats"])
                .matches("evalsha")
                .count()
        };
        let (before, mut heard) = (calls(), store.listen());
        let silence = tokio::time::timeout(Duration::from_millis(50), &mut heard);
        assert!(silence.await.is_err(), "nothing has changed");
        assert_eq!(calls(), before);
    });
}

//! Steps that are made, and whose answers never arrive.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fred::interfaces::ClientLike as _;
use redis_fixture::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use webhook_verify::replay::{Redis, Settled, Store as _};

use crate::client::connect;
use crate::world::{claim, fresh, is_done, is_in_flight, is_unavailable, recover, run};

#[test]
fn a_claim_whose_answer_is_lost_is_not_made_again_and_runs_out() {
    let server = Server::start();
    run(async {
        let line = Line::to(&server).await;
        let store = Redis::new(connect(&line.url()).await, "log").unwrap();
        let _ = fresh(&store, "evt_0").await;
        line.lose_the_next_answer();
        let error = claim(&store, "evt_1").await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        recover(&store).await;
        assert!(is_in_flight(&store, "evt_1").await);
    });
}

#[test]
fn a_claim_in_flight_while_the_client_connects_anew_is_not_made_again() {
    let mut server = Server::start();
    run(async {
        let client = connect(&server.url()).await;
        let store = Redis::new(client.clone(), "log").unwrap();
        let _ = fresh(&store, "evt_0").await;
        server.pause();
        let (claimed, connected, ()) =
            tokio::join!(claim(&store, "evt_1"), client.force_reconnection(), async {
                // Then it looks at its old connection no more.
                while client.is_connected() {
                    tokio::task::yield_now().await;
                }
                server.resume();
            });
        connected.unwrap();
        let error = claimed.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        assert!(is_in_flight(&store, "evt_1").await);
    });
}

#[test]
fn a_commit_whose_answer_is_lost_can_be_made_again() {
    let server = Server::start();
    run(async {
        let line = Line::to(&server).await;
        let store = Redis::new(connect(&line.url()).await, "log").unwrap();
        let claim = fresh(&store, "evt_1").await;
        line.lose_the_next_answer();
        let error = store.commit(&claim).await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
        recover(&store).await;
        assert_eq!(store.commit(&claim).await.unwrap(), Settled::Accepted);
        assert!(is_done(&store, "evt_1").await);
    });
}

/// A line to a server that can lose an answer, and is then cut.
struct Line {
    address: SocketAddr,
    loses: Arc<AtomicBool>,
}

impl Line {
    async fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let loses = Arc::new(AtomicBool::new(false));
        tokio::spawn(serve(listener, server.port(), Arc::clone(&loses)));
        Self { address, loses }
    }

    fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    fn lose_the_next_answer(&self) {
        self.loses.store(true, Ordering::SeqCst);
    }
}

async fn serve(listener: TcpListener, port: u16, loses: Arc<AtomicBool>) -> io::Result<()> {
    loop {
        let (client, _) = listener.accept().await?;
        let server = TcpStream::connect(("127.0.0.1", port)).await?;
        tokio::spawn(carry(client, server, Arc::clone(&loses)));
    }
}

async fn carry(client: TcpStream, server: TcpStream, loses: Arc<AtomicBool>) -> io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let questions =
        tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut answer = vec![0; 64 * 1024];
    loop {
        let length = from_server.read(&mut answer).await?;
        if length == 0 || loses.swap(false, Ordering::SeqCst) {
            questions.abort();
            return Ok(());
        }
        to_client.write_all(&answer[..length]).await?;
    }
}

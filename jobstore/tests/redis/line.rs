//! A line to a server that can be cut at the worst moment.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redis_fixture::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A line to a server that can lose an answer, and is then cut.
pub(crate) struct Line {
    address: SocketAddr,
    loses: Arc<AtomicBool>,
}

impl Line {
    pub(crate) async fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let loses = Arc::new(AtomicBool::new(false));
        tokio::spawn(serve(listener, server.port(), Arc::clone(&loses)));
        Self { address, loses }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    pub(crate) fn lose_the_next_answer(&self) {
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
        // What is published is no answer.
        let is_answer = !answer[..length].starts_with(b"*3\r\n$7\r\nmessage");
        if length == 0 || (is_answer && loses.swap(false, Ordering::SeqCst)) {
            questions.abort();
            return Ok(());
        }
        to_client.write_all(&answer[..length]).await?;
    }
}

//! A server that misbehaves as it is told, over sockets.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

mod http1;
mod http2;

pub(crate) use self::http1::Seen;

/// What the server does with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Answers with a status, fields (each ends with CR LF) and a short body.
    Answer(u16, &'static str),
    /// Reads the request, and resets the connection.
    Reset,
    /// Sends the head of an answer, and resets the connection.
    ResetAfterHead,
    /// Sends half of an answer, and closes the connection.
    Half,
    /// Sends 503 with a body of which there is always more to come, until the client has gone.
    Endless,
    /// Closes the connection without having read the request, though it has arrived.
    CloseUnread,
    /// Reads the request, and says nothing until the client has gone.
    Silence,
    /// HTTP/2: refuses the stream, which says that nothing was done.
    RefuseStream,
    /// HTTP/2: goes away, and says that it has not looked at this request.
    GoAwayUnseen,
    /// HTTP/2: goes away, and says that it has looked at this request, without an answer to it.
    GoAwaySeen,
}

/// An answer that is a success.
pub(crate) const OK: Act = Act::Answer(200, "");

/// A server on a port of its own, which stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Misbehaving {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    acts: Vec<Act>,
    next: AtomicUsize,
    connections: AtomicUsize,
    seen: Mutex<Vec<Seen>>,
    silences: Arc<Semaphore>,
}

impl Misbehaving {
    /// A server that does this with one request after the other, and the last with all that come then.
    pub(crate) async fn start(acts: &[Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::on(listener, acts)
    }

    /// The same on a port that the caller has chosen.
    pub(crate) fn on(listener: TcpListener, acts: &[Act]) -> Self {
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            acts: acts.to_vec(),
            next: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            seen: Mutex::default(),
            silences: Arc::new(Semaphore::new(0)),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Self {
            address,
            state,
            accepting,
        }
    }

    /// The address of something on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests that the server has read, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen().clone()
    }

    /// Has a permit for each time that the server has begun to be silent, or has been left alone with an
    /// endless answer.
    pub(crate) fn silences(&self) -> Arc<Semaphore> {
        Arc::clone(&self.state.silences)
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    fn act(&self) -> Act {
        let at = self.next.fetch_add(1, Ordering::SeqCst);
        self.acts[at.min(self.acts.len() - 1)]
    }

    /// What is next, without doing it.
    fn is_next(&self, act: Act) -> bool {
        let at = self.next.load(Ordering::SeqCst);
        self.acts[at.min(self.acts.len() - 1)] == act
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        state.connections.fetch_add(1, Ordering::SeqCst);
        stream.set_nodelay(true).expect("a socket");
        tokio::spawn(serve(stream, Arc::clone(&state)));
    }
}

/// Serves until either side is done. What fails here is what the test wants to fail.
async fn serve(mut stream: TcpStream, state: Arc<State>) {
    let mut begin = [0; http2::PREFACE.len()];
    let Ok(peeked) = peek(&stream, &mut begin).await else {
        return;
    };
    let served = if begin[..peeked].starts_with(http2::PREFACE) {
        http2::serve(&mut stream, &state).await
    } else {
        http1::serve(&mut stream, &state).await
    };
    if let Ok(After::Reset) = served {
        let reset = stream.set_zero_linger();
        assert!(reset.is_ok(), "{reset:?}");
    }
}

/// What becomes of the connection.
enum After {
    Close,
    Reset,
}

/// The first bytes, as many as tell which HTTP it is.
async fn peek(stream: &TcpStream, begin: &mut [u8]) -> std::io::Result<usize> {
    loop {
        stream.readable().await?;
        let peeked = stream.peek(begin).await?;
        let agreeing = begin[..peeked] == http2::PREFACE[..peeked];
        if peeked == 0 || peeked == begin.len() || !agreeing {
            return Ok(peeked);
        }
    }
}

/// A stream that is read through a buffer, and written to as it is.
type Buffered<'s> = BufReader<&'s mut TcpStream>;

async fn write(stream: &mut Buffered<'_>, bytes: &[u8]) -> std::io::Result<()> {
    stream.get_mut().write_all(bytes).await
}

/// Waits until the client has gone.
async fn until_gone(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<()> {
    tokio::io::copy(stream, &mut tokio::io::sink()).await?;
    Ok(())
}

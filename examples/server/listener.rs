//! The accept loop: who may connect, how many, and what happens when the machine is short of something.

mod crowd;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tracing::{error, warn};

use crate::config::Limits;
use crate::connection::Protocols;
use crate::meter;
use crate::router::Router;
use crate::shutdown::Drain;
use crowd::Crowd;

/// Waits after an error of `accept` that will not go away by asking again, such as no free file
/// descriptor: doubled from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// A condition that repeats is logged this often at most, with how often it occurred.
const REMARK_INTERVAL: Duration = Duration::from_secs(10);

/// Accepts until draining begins. What is returned are the connections that are still open.
pub(crate) async fn serve(
    socket: TcpListener,
    limits: Limits,
    router: Arc<Router>,
    mut drain: Drain,
) -> JoinSet<()> {
    let protocols = Arc::new(Protocols::new(limits));
    let mut door = Door::new(socket, &limits);
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer, admitted) = tokio::select! {
            biased;
            () = drain.started() => return connections,
            guest = door.next() => guest,
        };
        let (protocols, router, drain) =
            (Arc::clone(&protocols), Arc::clone(&router), drain.clone());
        let counted = meter::Connection::open();
        connections.spawn(async move {
            protocols.serve(stream, peer, router, drain).await;
            drop((admitted, counted));
        });
        while let Some(ended) = connections.try_join_next() {
            report_panic(ended);
        }
    }
}

/// A panic in one request ends its connection and nothing else; somebody must hear of it.
pub(crate) fn report_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        error!(%error, "a connection panicked");
    }
}

/// Held as long as a connection is open.
type Admitted = (OwnedSemaphorePermit, crowd::Place);

struct Door {
    socket: TcpListener,
    /// At the cap, accepting stops: newcomers wait in the kernel's queue instead of being turned
    /// away, which serves a burst; the timeouts on silent connections see to it that places free up.
    places: Arc<Semaphore>,
    /// One address over its share is closed at once: waiting would punish everybody else.
    crowd: Crowd,
    full: Remark,
    crowded: Remark,
}

impl Door {
    fn new(socket: TcpListener, limits: &Limits) -> Self {
        Self {
            socket,
            places: Arc::new(Semaphore::new(limits.connections)),
            crowd: Crowd::new(limits.connections_per_peer),
            full: Remark::default(),
            crowded: Remark::default(),
        }
    }

    async fn next(&mut self) -> (TcpStream, IpAddr, Admitted) {
        loop {
            let place = self.place().await;
            let (stream, peer) = self.accept().await;
            let peer = peer.ip().to_canonical();
            let Some(share) = self.crowd.admit(peer) else {
                if let Some(times) = self.crowded.due() {
                    warn!(%peer, times, "closed connections over MAX_CONNECTIONS_PER_IP");
                }
                continue;
            };
            // Answers are small and complete: waiting to fill a packet would only delay them.
            if stream.set_nodelay(true).is_ok() {
                return (stream, peer, (place, share));
            }
        }
    }

    async fn place(&mut self) -> OwnedSemaphorePermit {
        if self.places.available_permits() == 0
            && let Some(times) = self.full.due()
        {
            warn!(times, "at MAX_CONNECTIONS, newcomers wait");
        }
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.expect("the semaphore is never closed")
    }

    async fn accept(&self) -> (TcpStream, SocketAddr) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.socket.accept().await {
                Ok(accepted) => return accepted,
                // The newcomer left before we turned to it; the next one is not affected.
                Err(error) if is_about_the_newcomer(&error) => {}
                Err(error) => {
                    error!(%error, "cannot accept connections");
                    sleep(pause).await;
                    pause = (pause * 2).min(LAST_PAUSE);
                }
            }
        }
    }
}

fn is_about_the_newcomer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Counts a condition, and says now and then that it should be told.
#[derive(Debug, Default)]
struct Remark {
    times: u64,
    told: Option<Instant>,
}

impl Remark {
    fn due(&mut self) -> Option<u64> {
        self.times += 1;
        if self.told.is_some_and(|at| at.elapsed() < REMARK_INTERVAL) {
            return None;
        }
        self.told = Some(Instant::now());
        Some(std::mem::take(&mut self.times))
    }
}

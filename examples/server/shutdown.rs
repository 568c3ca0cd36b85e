//! The way out: not ready, then draining, then gone.

use std::io;
use std::process;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{info, warn};

/// Exit status after a second signal, which does not wait for anything.
const EXIT_IMPATIENT: i32 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// Still serving, but `/health/ready` sends new traffic elsewhere.
    Leaving,
    Draining,
}

/// Knows whether the server is on its way out. Clones hear the same news.
#[derive(Debug, Clone)]
pub(crate) struct Drain(watch::Receiver<Phase>);

impl Drain {
    /// Begins to listen for SIGTERM and SIGINT (Ctrl-C).
    ///
    /// The first signal makes the server not ready, and `delay` later makes it drain, so that a
    /// load balancer has time to notice. A second signal ends the process at once.
    ///
    /// # Errors
    ///
    /// When the handlers cannot be installed.
    pub(crate) fn on_signal(delay: Duration) -> io::Result<Self> {
        let (phase, drain) = watch::channel(Phase::Serving);
        let mut signals = Signals::new()?;
        tokio::spawn(async move {
            let signal = signals.next().await;
            info!(signal, "stopping");
            phase.send_replace(Phase::Leaving);
            tokio::spawn(async move {
                sleep(delay).await;
                phase.send_replace(Phase::Draining);
                // Keeps the channel open for those who still ask.
                phase.closed().await;
            });
            let signal = signals.next().await;
            warn!(signal, "stopping at once");
            process::exit(EXIT_IMPATIENT);
        });
        Ok(Self(drain))
    }

    /// Whether new traffic should go elsewhere.
    pub(crate) fn is_leaving(&self) -> bool {
        *self.0.borrow() >= Phase::Leaving
    }

    /// Resolves when no new work may begin.
    pub(crate) async fn started(&mut self) {
        // An error says that the sender is gone, which it only is when the runtime ends.
        let _ = self.0.wait_for(|phase| *phase == Phase::Draining).await;
    }
}

/// The signals that ask a process to stop.
#[cfg(unix)]
#[derive(Debug)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Where there are no signals, Ctrl-C is the one way to ask.
#[cfg(not(unix))]
#[derive(Debug)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> &'static str {
        self.0.recv().await;
        "Ctrl-C"
    }
}

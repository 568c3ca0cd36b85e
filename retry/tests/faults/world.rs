//! Time that passes only while somebody waits.

use std::future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use retry::http::Terms;
use retry::{Backoff, Jitter, Policy, Timer};
use tokio::sync::Semaphore;

/// What an attempt may take: it has passed when the server has been silent for once.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(10);

/// How long an answer may take to be drained: no test waits for it.
pub(crate) const DRAIN: Duration = Duration::from_secs(3_600);

/// Two retries, after exactly half a second and a second, if the server does not say otherwise.
pub(crate) const POLICY: Policy =
    Policy::new(Backoff::exponential().retries(2).jitter(Jitter::None))
        .attempt_timeout(ATTEMPT)
        .deadline(Duration::from_secs(300));

/// The terms of all tests that need no others.
pub(crate) const TERMS: Terms = Terms::new(POLICY).drain(64 * 1024, DRAIN);

/// A timer that is ahead of every wait between attempts, and has kept them.
#[derive(Clone)]
pub(crate) struct World {
    waits: Arc<Mutex<Vec<Duration>>>,
    silences: Arc<Semaphore>,
    meanwhile: Arc<dyn Fn() -> Event + Send + Sync>,
}

type Event = Pin<Box<dyn Future<Output = ()> + Send>>;

impl World {
    /// A world with a server that can be silent.
    pub(crate) fn with(silences: Arc<Semaphore>) -> Self {
        Self {
            waits: Arc::default(),
            silences,
            meanwhile: Arc::new(|| Box::pin(future::ready(()))),
        }
    }

    /// A world in which this happens while somebody waits.
    pub(crate) fn meanwhile<F>(self, event: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self {
            meanwhile: Arc::new(move || Box::pin(event())),
            ..self
        }
    }

    /// The waits between attempts.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        let waits = self.waits.lock();
        waits.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, wait: Duration) {
        let waits = self.waits.lock();
        waits.unwrap_or_else(PoisonError::into_inner).push(wait);
    }
}

impl Timer for World {
    type Sleep = Event;

    fn now(&self) -> Duration {
        self.waits().iter().sum()
    }

    fn sleep(&self, wait: Duration) -> Event {
        let world = self.clone();
        Box::pin(async move {
            match wait {
                DRAIN => future::pending().await,
                ATTEMPT => world.silences.acquire().await.expect("open").forget(),
                _ => {
                    (world.meanwhile)().await;
                    world.pass(wait);
                }
            }
        })
    }
}

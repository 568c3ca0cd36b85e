//! The layer.

use alloc::sync::Arc;
use core::fmt;

use tower_layer::Layer;

use super::service::Retry;
use crate::http::{Retrying, Sent, Terms, WasSent};
use crate::{Guard, Timer};

/// Sends requests again on such terms. The [module](super) has an example.
#[derive(Clone)]
pub struct RetryLayer<T, G = (), C = Sent, N = fn(&Retrying<'_>)> {
    pub(super) terms: Terms,
    pub(super) timer: T,
    pub(super) guard: G,
    pub(super) was_sent: C,
    pub(super) on_retry: N,
}

impl<T: Timer> RetryLayer<T> {
    /// A layer that sleeps by such a timer. It asks no guard, tells nobody, and takes every error for one
    /// that came when the request may have arrived.
    pub fn new(terms: Terms, timer: T) -> Self {
        Self {
            terms,
            timer,
            guard: (),
            was_sent: Sent::Maybe,
            on_retry: |_| {},
        }
    }
}

impl<T, G, C, N> RetryLayer<T, G, C, N> {
    /// Asks before each attempt: a budget, a breaker, or a tuple of both. It replaces what was named
    /// before.
    #[must_use]
    pub fn guard<G2: Guard>(self, guard: G2) -> RetryLayer<T, G2, C, N> {
        RetryLayer {
            terms: self.terms,
            timer: self.timer,
            guard,
            was_sent: self.was_sent,
            on_retry: self.on_retry,
        }
    }

    /// Says of errors whether the request can have arrived, if the service behind knows: a request that
    /// did not can be sent again whatever it asks for.
    #[must_use]
    pub fn was_sent<E, C2: WasSent<E>>(self, was_sent: C2) -> RetryLayer<T, G, C2, N> {
        RetryLayer {
            terms: self.terms,
            timer: self.timer,
            guard: self.guard,
            was_sent,
            on_retry: self.on_retry,
        }
    }

    /// Is called before each wait.
    #[must_use]
    pub fn on_retry<N2: Fn(&Retrying<'_>)>(self, on_retry: N2) -> RetryLayer<T, G, C, N2> {
        RetryLayer {
            terms: self.terms,
            timer: self.timer,
            guard: self.guard,
            was_sent: self.was_sent,
            on_retry,
        }
    }
}

impl<S, T, G, C, N> Layer<S> for RetryLayer<T, G, C, N>
where
    T: Clone,
    G: Clone,
    C: Clone,
    N: Clone,
{
    type Service = Retry<S, T, G, C, N>;

    fn layer(&self, inner: S) -> Self::Service {
        Retry::new(inner, Arc::new(self.clone()))
    }
}

impl<T, G, C, N> fmt::Debug for RetryLayer<T, G, C, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryLayer")
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

//! The layer.

use alloc::sync::Arc;

use tower_layer::Layer;

use super::service::RateLimit;
use crate::http::Gate;

/// Lets requests through that a [`Gate`] admits, and answers the others. The [module](super) has an
/// example.
#[derive(Clone, Debug)]
pub struct RateLimitLayer {
    gate: Arc<Gate>,
}

impl RateLimitLayer {
    /// A layer with a gate, which several can share.
    pub fn new(gate: impl Into<Arc<Gate>>) -> Self {
        Self { gate: gate.into() }
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimit<S>;

    fn layer(&self, inner: S) -> RateLimit<S> {
        RateLimit::new(inner, Arc::clone(&self.gate))
    }
}

//! The service.

use core::error::Error;
use core::fmt;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::boxed::Box;

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::layer::VerifyLayer;
use super::resolve::Resolve;
use crate::delivery::Delivery;

/// What a [`VerifyLayer`] makes of a service.
#[derive(Clone)]
pub struct Verify<S, R> {
    inner: S,
    layer: VerifyLayer<R>,
}

impl<S, R> Verify<S, R> {
    pub(super) const fn new(inner: S, layer: VerifyLayer<R>) -> Self {
        Self { inner, layer }
    }
}

impl<S, R, B, Out> Service<Request<B>> for Verify<S, R>
where
    S: Service<Request<Delivery>, Response = Response<Out>> + Clone + Send + 'static,
    S::Future: Send,
    R: Resolve + Clone,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    Out: Default,
{
    type Response = Response<Out>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Out>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The readiness belongs to this very instance, so this one is called; its clone, which was
        // not polled, waits for the next request.
        let unpolled = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, unpolled);
        let layer = self.layer.clone();
        Box::pin(async move {
            let (mut head, body) = request.into_parts();
            match layer.admit(&head, body).await {
                Ok(delivery) => {
                    head.extensions.insert(delivery.proof().clone());
                    ready.call(Request::from_parts(head, delivery)).await
                }
                Err(refused) => {
                    layer.tell(&head, &refused);
                    Ok(refused.to_response())
                }
            }
        })
    }
}

impl<S, R> fmt::Debug for Verify<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

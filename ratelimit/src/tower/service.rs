//! The service.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use crate::http::Gate;

/// What a [`RateLimitLayer`](super::RateLimitLayer) makes of a service.
#[derive(Clone, Debug)]
pub struct RateLimit<S> {
    inner: S,
    gate: Arc<Gate>,
}

impl<S> RateLimit<S> {
    pub(super) const fn new(inner: S, gate: Arc<Gate>) -> Self {
        Self { inner, gate }
    }
}

impl<S, B, Out> Service<Request<B>> for RateLimit<S>
where
    S: Service<Request<B>, Response = Response<Out>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    Out: From<String>,
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
        let gate = Arc::clone(&self.gate);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            match gate.admit(&head).await {
                Ok(admitted) => {
                    let mut response = ready.call(Request::from_parts(head, body)).await?;
                    admitted.tell(&mut response);
                    Ok(response)
                }
                Err(refused) => Ok(refused.to_response()),
            }
        })
    }
}

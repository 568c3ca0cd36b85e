//! The service.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::future::poll_fn;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::layer::RetryLayer;
use crate::http::exchange::{Exchange, Lost, Transport};
use crate::http::{Fault, Retrying, Sending, Sent, WasSent};
use crate::{Failure, GaveUp, Guard, History, Reason, Timer};

/// What a [`RetryLayer`] makes of a service.
pub struct Retry<S, T, G, C, N> {
    inner: S,
    how: Arc<RetryLayer<T, G, C, N>>,
}

impl<S, T, G, C, N> Retry<S, T, G, C, N> {
    pub(super) const fn new(inner: S, how: Arc<RetryLayer<T, G, C, N>>) -> Self {
        Self { inner, how }
    }
}

impl<S, B, Out, T, G, C, N> Service<Request<B>> for Retry<S, T, G, C, N>
where
    S: Service<Request<Sending<B>>, Response = Response<Out>> + Clone + Send + 'static,
    S::Error: fmt::Display + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    Out: Body + Send + 'static,
    T: Timer + Send + Sync + 'static,
    T::Sleep: Send,
    G: Guard + Send + Sync + 'static,
    G::Admission: Send,
    G::Leave: Send,
    C: WasSent<S::Error> + Send + Sync + 'static,
    N: Fn(&Retrying<'_>) + Send + Sync + 'static,
{
    type Response = Response<Out>;
    type Error = GaveUp<Fault<S::Error>>;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Out>, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let ready = self.inner.poll_ready(cx);
        // A service that is not ready will never be, and no attempt has been made.
        ready.map_err(|error| {
            let history = History::new(self.how.timer.now());
            GaveUp::new(Some(Fault::Error(error)), Reason::Permanent, history)
        })
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The readiness belongs to this very instance, so this one is called; its clone, which was
        // not polled, waits for the next request.
        let unpolled = self.inner.clone();
        let service = mem::replace(&mut self.inner, unpolled);
        let how = Arc::clone(&self.how);
        Box::pin(async move {
            let exchange = Exchange {
                terms: &how.terms,
                timer: &how.timer,
                guard: &how.guard,
                on_retry: &how.on_retry,
            };
            let mut inner = Inner {
                service,
                is_ready: true,
                was_sent: &how.was_sent,
            };
            exchange.run(request, None, &mut inner).await
        })
    }
}

/// The service behind, by which all attempts of one request are made.
struct Inner<'a, S, C> {
    service: S,
    is_ready: bool,
    was_sent: &'a C,
}

impl<S, B, Out, C> Transport<B> for Inner<'_, S, C>
where
    S: Service<Request<Sending<B>>, Response = Response<Out>> + Send,
    S::Error: fmt::Display + Send,
    S::Future: Send,
    B: Body + Send,
    Out: Body + Send,
    C: WasSent<S::Error> + Sync,
{
    type Out = Out;
    type Error = S::Error;

    async fn send(
        &mut self,
        request: Request<Sending<B>>,
    ) -> Result<Response<Out>, Lost<S::Error>> {
        if !mem::take(&mut self.is_ready) {
            let ready = poll_fn(|cx| self.service.poll_ready(cx)).await;
            ready.map_err(|error| Lost {
                error,
                failure: Failure::transient(),
                sent: Sent::No,
            })?;
        }
        let response = self.service.call(request).await;
        response.map_err(|error| Lost {
            sent: self.was_sent.was_sent(&error),
            failure: Failure::transient(),
            error,
        })
    }
}

impl<S: Clone, T, G, C, N> Clone for Retry<S, T, G, C, N> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), Arc::clone(&self.how))
    }
}

impl<S: fmt::Debug, T, G, C, N> fmt::Debug for Retry<S, T, G, C, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("inner", &self.inner)
            .field("how", &self.how)
            .finish()
    }
}

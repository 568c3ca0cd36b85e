//! The layer and the service which let the service behind them read while they verify.

use core::fmt;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::boxed::Box;

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::arriving_body::ArrivingBody;
use super::layer::VerifyLayer;
use super::resolve::Resolve;

/// Lets a service read a delivery while it is verified, as an [`ArrivingBody`]:
/// [`VerifyLayer::streaming`] makes one. An `axum::Router` behind it takes it as any body, and its
/// handlers find the [`Arrival`](super::Arrival) with `Extension`.
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body::Body;
/// use http_body_util::{BodyExt, Full};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use webhook_verify::tower::{ArrivingBody, VerifyLayer};
/// use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier};
///
/// async fn store<B>(request: Request<ArrivingBody<B>>) -> Result<Response<Full<Bytes>>, Infallible>
/// where
///     B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
/// {
///     let mut body = request.into_body();
///     let mut written = Vec::new();
///     while let Some(frame) = body.frame().await {
///         // The layer answers for it: 401, and nothing of what this returns. What was written goes.
///         let Ok(frame) = frame else { return Ok(Response::default()) };
///         written.extend(frame.into_data().unwrap_or_default());
///     }
///     // The end has come, so it is genuine.
///     let arrival = body.arrival();
///     assert_eq!(arrival.proof().unwrap().scheme(), "github");
///     Ok(Response::new(written.into()))
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let secret = Secret::new("It's a Secret to Everybody");
/// let verifier = Verifier::new(Provider::GitHub, secret.clone())?;
/// let layer = VerifyLayer::new(verifier).limit(25_000_000).streaming();
/// let service = ServiceBuilder::new().layer(layer).service(service_fn(store));
///
/// let headers = Signer::new(Provider::GitHub, secret)?.sign(None, UnixTime::now(), b"{}")?;
/// for (body, status) in [("{}", 200), ("[]", 401)] {
///     let mut request = Request::post("/webhooks/github");
///     for (name, value) in headers.iter() {
///         request = request.header(name, value);
///     }
///     let response = service.clone().oneshot(request.body(String::from(body))?).await?;
///     assert_eq!(response.status(), status);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct VerifyStreamLayer<R>(VerifyLayer<R>);

impl<R> VerifyStreamLayer<R> {
    pub(super) const fn new(layer: VerifyLayer<R>) -> Self {
        Self(layer)
    }
}

impl<S, R: Clone> Layer<S> for VerifyStreamLayer<R> {
    type Service = VerifyStream<S, R>;

    fn layer(&self, inner: S) -> VerifyStream<S, R> {
        VerifyStream {
            inner,
            layer: self.0.clone(),
        }
    }
}

/// What a [`VerifyStreamLayer`] makes of a service.
///
/// If the body has been refused by the time the service answers or fails, the sender gets the
/// [refusal](crate::Refused::to_response) in the place of that. A service that answers before it has read
/// to the end answers anybody.
#[derive(Clone)]
pub struct VerifyStream<S, R> {
    inner: S,
    layer: VerifyLayer<R>,
}

impl<S, R, B, Out> Service<Request<B>> for VerifyStream<S, R>
where
    S: Service<Request<ArrivingBody<B>>, Response = Response<Out>> + Clone + Send + 'static,
    S::Future: Send,
    R: Resolve + Clone,
    B: Body + Send + 'static,
    Out: Default,
{
    type Response = Response<Out>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Out>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // As in `Verify`: the instance that was polled is the one to call.
        let unpolled = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, unpolled);
        let layer = self.layer.clone();
        Box::pin(async move {
            let (mut head, body) = request.into_parts();
            let body = match layer.begin(&head, body).await {
                Ok(body) => body,
                Err(refused) => {
                    layer.tell(&head, &refused);
                    return Ok(refused.to_response());
                }
            };
            let arrival = body.arrival();
            head.extensions.insert(arrival.clone());
            let answer = ready.call(Request::from_parts(head, body)).await;
            match arrival.refused() {
                Some(refused) => Ok(refused.to_response()),
                None => answer,
            }
        })
    }
}

impl<S, R> fmt::Debug for VerifyStream<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyStream")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

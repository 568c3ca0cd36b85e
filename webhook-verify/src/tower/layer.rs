//! The layer, and what is set on it.

use core::error::Error;
use core::fmt;
use std::boxed::Box;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http_body::Body;
use http_body_util::Limited;
use tower_layer::Layer;

use super::arriving_body::{ArrivingBody, Origin};
use super::resolve::Resolve;
use super::service::Verify;
use super::stream::VerifyStreamLayer;
use crate::body;
use crate::delivery::{DEFAULT_BODY_LIMIT, Delivery};
use crate::intake::Intake;
use crate::refused::Refused;
use crate::request::Request;
use crate::verifier::Verifier;

/// Lets only genuine deliveries through, as requests whose body is a [`Delivery`]. The
/// [module](super) has an example.
#[derive(Clone)]
pub struct VerifyLayer<R> {
    resolver: R,
    limit: usize,
    on_refused: Arc<OnRefused>,
}

pub(super) type OnRefused = dyn Fn(&Parts, &Refused) + Send + Sync;

impl VerifyLayer<Arc<Verifier>> {
    /// A layer that verifies every request with one verifier.
    pub fn new(verifier: impl Into<Arc<Verifier>>) -> Self {
        Self::resolving(verifier.into())
    }
}

impl<R: Resolve> VerifyLayer<R> {
    /// A layer that asks for the verifier with each request.
    pub fn resolving(resolver: R) -> Self {
        Self {
            resolver,
            limit: DEFAULT_BODY_LIMIT,
            on_refused: Arc::new(|_, _| ()),
        }
    }

    /// Takes bodies of at most so many bytes, in place of [`DEFAULT_BODY_LIMIT`]. A larger one is answered with 413: before any of it is
    /// read if the request says its length.
    #[must_use]
    pub fn limit(self, bytes: usize) -> Self {
        Self {
            limit: bytes,
            ..self
        }
    }

    /// Calls this for each request that is refused, so that the host can log it. The sender does not
    /// see it.
    #[must_use]
    pub fn on_refused(self, log: impl Fn(&Parts, &Refused) + Send + Sync + 'static) -> Self {
        Self {
            on_refused: Arc::new(log),
            ..self
        }
    }

    /// Lets the service behind the layer read while a delivery is verified, in memory that does not grow
    /// with the body; the [module](super#holding-or-streaming) says when that is better.
    pub fn streaming(self) -> VerifyStreamLayer<R> {
        VerifyStreamLayer::new(self)
    }

    pub(super) async fn admit<B>(&self, head: &Parts, body: B) -> Result<Delivery, Refused>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let verifier = self.resolver.resolve(head).await?;
        let body = read(body, self.limit).await?;
        Ok(verifier.verify_owned(Request::from(head), body)?)
    }

    pub(super) async fn begin<B: Body>(
        &self,
        head: &Parts,
        body: B,
    ) -> Result<ArrivingBody<B>, Refused> {
        let verifier = self.resolver.resolve(head).await?;
        check_announced(&body, self.limit)?;
        let intake = Intake::begin(&verifier, Request::from(head).into(), self.limit as u64)?;
        let origin = Origin {
            verifier,
            head: head.clone(),
            on_refused: Arc::clone(&self.on_refused),
        };
        Ok(ArrivingBody::new(body, origin, intake))
    }

    pub(super) fn tell(&self, head: &Parts, refused: &Refused) {
        (self.on_refused)(head, refused);
    }
}

/// A whole body, if it has at most `limit` bytes.
async fn read<B>(body: B, limit: usize) -> Result<Bytes, Refused>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    check_announced(&body, limit)?;
    body::read(Limited::new(body, limit)).await
}

/// # Errors
///
/// It is known to be too long before any of it is read.
fn check_announced(body: &impl Body, limit: usize) -> Result<(), Refused> {
    match body.size_hint().lower() > limit as u64 {
        true => Err(Refused::TooLarge),
        false => Ok(()),
    }
}

impl<S, R: Clone> Layer<S> for VerifyLayer<R> {
    type Service = Verify<S, R>;

    fn layer(&self, inner: S) -> Verify<S, R> {
        Verify::new(inner, self.clone())
    }
}

impl<R> fmt::Debug for VerifyLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

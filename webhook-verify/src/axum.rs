//! An extractor for axum 0.8: a handler that takes a [`Delivery`] is reached by genuine ones only.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::{Router, routing::post};
//! use webhook_verify::{Delivery, Provider, Secret, Verifier};
//!
//! async fn paid(delivery: Delivery) -> String {
//!     format!("{:?}", delivery.proof().event_id())
//! }
//!
//! async fn pushed(delivery: Delivery) -> String {
//!     format!("{} bytes", delivery.body().len())
//! }
//!
//! let stripe = Verifier::new(Provider::Stripe, Secret::new("whsec_an_endpoint_secret"))?;
//! let github = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
//! let stripe = Router::new().route("/stripe", post(paid)).with_state(Arc::new(stripe));
//! let github = Router::new().route("/github", post(pushed)).with_state(Arc::new(github));
//! let app: Router = Router::new().nest("/webhooks", stripe.merge(github));
//! # drop(app);
//! # Ok::<(), webhook_verify::Misconfigured>(())
//! ```
//!
//! The verifier comes out of the state: an `Arc<Verifier>`, or anything that has one by `FromRef`.
//!
//! * The limit of the body is axum's own, 2 MB or what `DefaultBodyLimit` says.
//! * If the scheme signs the address, the path and the query are those that came, whatever `nest`
//!   has cut off in front.
//! * What is refused is answered with its [status](Refused::status) and an empty body. Take
//!   `Result<Delivery, Refused>` to log the reason, and return the `Refused` then.
//!
//! Where each request needs a verifier of its own, or no handler of a router may be reached by anything
//! else, put a [`VerifyLayer`](crate::tower::VerifyLayer) around the router: it takes a [`Delivery`] as
//! it takes any body, and its handlers find the [`Proof`](crate::Proof) with `Extension`.

use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{FromRef, FromRequest, OriginalUri};
use axum::response::{IntoResponse, Response};

use crate::body;
use crate::delivery::Delivery;
use crate::refused::Refused;
use crate::request::{Request, target_of};
use crate::verifier::Verifier;

impl<S> FromRequest<S> for Delivery
where
    Arc<Verifier>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Refused> {
        let (head, body) = request.with_limited_body().into_parts();
        let body = body::read(body).await?;
        // A router that is nested sees the address without what its prefix was.
        let uri = match head.extensions.get() {
            Some(OriginalUri(uri)) => uri,
            None => &head.uri,
        };
        let request = Request::from(&head).target(target_of(uri));
        let verifier = Arc::<Verifier>::from_ref(state);
        Ok(verifier.verify_owned(request, body)?)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.to_response()
    }
}

//! A layer for tower, and so for hyper through `hyper_util::service::TowerToHyperService`.
//!
//! The service behind it takes `http::Request<Delivery>`: there is no way to its body but through the
//! proof. Everything else is answered by the layer. For bodies that do not fit into memory there is
//! [another](#holding-or-streaming).
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use webhook_verify::tower::VerifyLayer;
//! use webhook_verify::{Delivery, Provider, Secret, Signer, UnixTime, Verifier};
//!
//! async fn hook(request: Request<Delivery>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     Ok(Response::new(request.into_body().into_body().into()))
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let secret = Secret::new("It's a Secret to Everybody");
//! let verifier = Verifier::new(Provider::GitHub, secret.clone())?;
//! let service = ServiceBuilder::new()
//!     .layer(VerifyLayer::new(verifier))
//!     .service(service_fn(hook));
//!
//! let headers = Signer::new(Provider::GitHub, secret)?.sign(None, UnixTime::now(), b"{}")?;
//! let mut request = Request::post("/webhooks/github");
//! for (name, value) in headers.iter() {
//!     request = request.header(name, value);
//! }
//! let response = service.clone().oneshot(request.body(String::from("{}"))?).await?;
//! assert_eq!(response.status(), 200);
//!
//! let unsigned = Request::post("/webhooks/github").body(String::from("{}"))?;
//! assert_eq!(service.oneshot(unsigned).await?.status(), 401);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which requests
//!
//! Every one is verified, whatever its method. The challenges that some providers send, as a GET or
//! before the first delivery, are the host's to route past the layer; see
//! [`challenge`](crate::challenge).
//!
//! If the scheme signs the address, the path and the query are those of the request as it reaches the
//! layer. So put it in front of whatever rewrites them.
//!
//! # Holding or streaming
//!
//! [`VerifyLayer`] holds a body until the signature is verified. Nothing unverified reaches the service,
//! and there is nothing to undo: take it wherever a body fits into memory, as nearly all webhooks do.
//!
//! [`VerifyLayer::streaming`] is for bodies that do not: exports, media, batches of events which the
//! service writes to a file or passes on. It reads an [`ArrivingBody`], whose pieces come **before** the
//! verdict, and must be able to throw away what it has made of them. The end of the body is the verdict,
//! and the [`Proof`](crate::Proof) is with its [`Arrival`]. Memory does not grow with the body, unless
//! [`Verifier::holds_body`](crate::Verifier::holds_body): then nothing is won by it.
//!
//! # What it leaves to the host
//!
//! * **Time.** A body that comes slowly is waited for. Limit that in front of the layer, as
//!   `tower_http::timeout::RequestBodyTimeoutLayer` does.
//! * **Memory.** A request takes as much as its body, up to the [limit](VerifyLayer::limit), and while
//!   the last piece is added twice that. How many there are at a time is for a concurrency limit in
//!   front of the layer to say; one behind it is held by strangers while their bodies come in.
//! * **Decoding.** The signature is over the bytes as they were sent: no layer that decompresses may
//!   stand in front.
//!
//! Trailers are dropped: no scheme signs them.

mod arrival;
mod arriving_body;
mod layer;
mod resolve;
mod service;
mod stream;

pub use self::arrival::Arrival;
pub use self::arriving_body::ArrivingBody;
pub use self::layer::VerifyLayer;
pub use self::resolve::Resolve;
pub use self::service::Verify;
pub use self::stream::{VerifyStream, VerifyStreamLayer};

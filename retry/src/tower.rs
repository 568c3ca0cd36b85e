//! A layer for tower.
//!
//! ```
//! use core::convert::Infallible;
//! use std::future;
//! use std::sync::atomic::{AtomicU32, Ordering};
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use retry::http::{Sending, Terms};
//! use retry::tower::RetryLayer;
//! use retry::{Backoff, History, Policy};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! static CALLS: AtomicU32 = AtomicU32::new(0);
//!
//! /// Answers well the third time.
//! async fn flaky(_: Request<Sending<Full<Bytes>>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let call = CALLS.fetch_add(1, Ordering::Relaxed);
//!     let response = Response::builder().status(if call < 2 { 503 } else { 200 });
//!     Ok(response.body(Full::from("found")).expect("a response"))
//! }
//!
//! let terms = Terms::new(Policy::new(Backoff::exponential()));
//! let service = ServiceBuilder::new()
//!     // No time passes here. Most would sleep by `retry::Tokio`.
//!     .layer(RetryLayer::new(terms, |_wait| future::ready(())))
//!     .service(service_fn(flaky));
//!
//! let request = Request::get("/search").body(Full::default())?;
//! let response = service.oneshot(request).await?;
//! assert_eq!(response.status(), 200);
//! let history = response.extensions().get::<History>();
//! assert_eq!(history.map(History::attempts), Some(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * The service behind the layer takes `Request<Sending<B>>`: the body of an attempt, which is sent as
//!   it comes and kept for the next. A client of hyper takes any body, and this one too.
//! * An answer that is still bad when there is no point in another attempt is the answer, with the
//!   [`Reason`](crate::Reason) in its extensions. Errors come as [`GaveUp`](crate::GaveUp).
//! * What the layer in front adds to the extensions of a request, each attempt has; what the service
//!   behind adds, no other attempt has.
//! * An attempt is made when the service is ready for it, also the second.

mod layer;
mod service;

pub use self::layer::RetryLayer;
pub use self::service::Retry;

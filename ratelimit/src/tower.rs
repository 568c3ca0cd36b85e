//! A layer for tower, and so for hyper through `hyper_util::service::TowerToHyperService`.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use http::{Request, Response};
//! use ratelimit::http::{ByAddress, Charge, Gate, Peer, Proxies};
//! use ratelimit::tower::RateLimitLayer;
//! use ratelimit::{Memory, Quota, Rule, WhenFull};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! async fn search(_: Request<()>) -> Result<Response<String>, Infallible> {
//!     Ok(Response::new("found".into()))
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let by_client = ByAddress::new(Proxies::NONE);
//! let search_rule = Charge::new(Rule::new("search", Quota::per_minute(1)), by_client);
//! let gate = Gate::new(Memory::for_keys(100_000, WhenFull::Share), [search_rule])?;
//! let service = ServiceBuilder::new()
//!     .layer(RateLimitLayer::new(gate))
//!     .service(service_fn(search));
//!
//! let request = || {
//!     let mut request = Request::new(());
//!     request.extensions_mut().insert(Peer([203, 0, 113, 7].into()));
//!     request
//! };
//! let response = service.clone().oneshot(request()).await?;
//! assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "found"));
//! assert_eq!(response.headers()["ratelimit"], r#""search";r=0;t=60"#);
//!
//! let response = service.oneshot(request()).await?;
//! assert_eq!(response.status(), 429);
//! assert_eq!(response.headers()["retry-after"], "60");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * Whoever accepts the connections puts [`Peer`](crate::http::Peer) into the extensions of each
//!   request, for [`ByAddress`](crate::http::ByAddress) to find.
//! * The body of the responses has to be one that can be made from a `String`, as that of axum and
//!   `Full<Bytes>` can.
//! * A request that is refused never reaches the service behind the layer, and its body is not read.
//! * Several layers can stand one behind the other, each with a gate. What the first has charged stays
//!   charged if the second refuses; the rules of one gate are charged together or not at all.

mod layer;
mod service;

pub use self::layer::RateLimitLayer;
pub use self::service::RateLimit;

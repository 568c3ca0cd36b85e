//! An extractor for axum 0.8: a handler that takes [`Admitted`] is reached by requests that a
//! [`Gate`] admits.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::{Router, routing::get};
//! use ratelimit::axum::ByRoute;
//! use ratelimit::http::{Admitted, ByAddress, Charge, Gate, Identify, Proxies};
//! use ratelimit::{Memory, Quota, Rule, WhenFull};
//!
//! async fn search(admitted: Admitted) -> (Admitted, &'static str) {
//!     (admitted, "found")
//! }
//!
//! let by_client_and_route = ByAddress::new(Proxies::NONE).and(ByRoute);
//! let rule = Rule::new("api", Quota::per_minute(100));
//! let charges = [Charge::new(rule, by_client_and_route)];
//! let gate = Gate::new(Memory::for_keys(100_000, WhenFull::Share), charges)?;
//! let app: Router = Router::new().route("/search", get(search)).with_state(Arc::new(gate));
//! # drop(app);
//! # Ok::<(), ratelimit::TooManyAsks>(())
//! ```
//!
//! The gate comes out of the state: an `Arc<Gate>`, or anything that has one by `FromRef`.
//!
//! * To tell the client of its limits, a handler returns the [`Admitted`] in front of what it answers.
//! * What is refused is answered with its [problem](crate::http::Problem). Take
//!   `Result<Admitted, Refused>` to answer in another way.
//! * Serve with `into_make_service_with_connect_info::<SocketAddr>()`, or nobody's address is known.
//!
//! Where a whole router has limits, put a [`RateLimitLayer`](crate::tower::RateLimitLayer) around it: it
//! tells the clients by itself.

use alloc::borrow::ToOwned;
use alloc::sync::Arc;
use core::convert::Infallible;
use core::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts, MatchedPath};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::request::Parts;

use crate::http::{Admitted, Gate, Identify, Refused, Subject};

impl<S> FromRequestParts<S> for Admitted
where
    Arc<Gate>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, Refused> {
        Arc::<Gate>::from_ref(state).admit(head).await
    }
}

impl IntoResponseParts for Admitted {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        self.add_to(response.headers_mut());
        Ok(response)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.to_response()
    }
}

/// A bucket for each route: the path as it was given to `route`, with the names of its parameters and
/// not what stands in their place, whatever the method is. Paths that no route has are
/// [unknown](Subject::Unknown), and share one: who invents them gains nothing.
///
/// It is known behind the router: in handlers, and in layers that are given to `Router::layer`.
#[derive(Clone, Copy, Debug)]
pub struct ByRoute;

impl Identify for ByRoute {
    fn subject(&self, head: &Parts) -> Subject {
        let path = head.extensions.get::<MatchedPath>();
        path.map(|path| path.as_str().to_owned()).into()
    }
}

/// The address of who calls, as axum's server knows it.
pub(crate) fn peer(head: &Parts) -> Option<IpAddr> {
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip())
}

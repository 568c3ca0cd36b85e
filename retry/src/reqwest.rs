//! A middleware for reqwest.
//!
//! ```
//! use reqwest_middleware::ClientBuilder;
//! use retry::http::Terms;
//! use retry::reqwest::RetryMiddleware;
//! use retry::{Backoff, Policy};
//! use std::time::Duration;
//!
//! # async fn program() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::new(Backoff::exponential()).deadline(Duration::from_secs(30));
//! // Most would sleep by `retry::Tokio`.
//! let retry = RetryMiddleware::new(Terms::new(policy), tokio::time::sleep);
//! let client = ClientBuilder::new(reqwest::Client::new()).with(retry).build();
//! let response = client.get("https://api.example/orders").send().await?;
//! println!("{}", response.status());
//! # Ok(())
//! # }
//! ```
//!
//! * An answer that is still bad when there is no point in another attempt is the answer, with the
//!   [`Reason`](crate::Reason) in its extensions. Errors come as
//!   [`Error::Middleware`] with a [`GaveUp`] in it.
//! * A body that is a stream is sent as it comes, and kept up to the bound of the terms.
//! * What a middleware behind this one adds to the extensions, no other attempt finds there; what the
//!   last attempt leaves there is left.
//! * It stands before what has to be made anew for each attempt, such as a signature with a time; and
//!   the retries that reqwest makes by itself are hidden from it.

use alloc::boxed::Box;
use core::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Extensions, Request, Response};
use reqwest::{Body, ResponseBuilderExt};
use reqwest_middleware::{Error, Middleware, Next};

use crate::http::exchange::{Exchange, Lost, Transport};
use crate::http::{Fault, Retrying, Sending, Sent, Terms};
use crate::unsent::says_unsent;
use crate::{Failure, GaveUp, Guard, Timer};

/// Sends requests of reqwest again. The [module](self) has an example.
pub struct RetryMiddleware<T, G = (), N = fn(&Retrying<'_>)> {
    terms: Terms,
    timer: T,
    guard: G,
    on_retry: N,
}

impl<T: Timer> RetryMiddleware<T> {
    /// A middleware that sleeps by such a timer. It asks no guard, and tells nobody.
    pub fn new(terms: Terms, timer: T) -> Self {
        Self {
            terms,
            timer,
            guard: (),
            on_retry: |_| {},
        }
    }
}

impl<T, G, N> RetryMiddleware<T, G, N> {
    /// Asks before each attempt: a budget, a breaker, or a tuple of both. It replaces what was named
    /// before.
    #[must_use]
    pub fn guard<G2: Guard>(self, guard: G2) -> RetryMiddleware<T, G2, N> {
        RetryMiddleware {
            terms: self.terms,
            timer: self.timer,
            guard,
            on_retry: self.on_retry,
        }
    }

    /// Is called before each wait.
    #[must_use]
    pub fn on_retry<N2: Fn(&Retrying<'_>)>(self, on_retry: N2) -> RetryMiddleware<T, G, N2> {
        RetryMiddleware {
            terms: self.terms,
            timer: self.timer,
            guard: self.guard,
            on_retry,
        }
    }
}

#[async_trait]
impl<T, G, N> Middleware for RetryMiddleware<T, G, N>
where
    T: Timer + Send + Sync + 'static,
    T::Sleep: Send,
    G: Guard + Send + Sync + 'static,
    G::Admission: Send,
    G::Leave: Send,
    N: Fn(&Retrying<'_>) + Send + Sync + 'static,
{
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<reqwest::Response, Error> {
        let exchange = Exchange {
            terms: &self.terms,
            timer: &self.timer,
            guard: &self.guard,
            on_retry: &self.on_retry,
        };
        let request = Request::<Body>::try_from(request)?;
        let mut attempts = Attempts {
            next,
            whole: request.body().as_bytes().map(Bytes::copy_from_slice),
            before: extensions.clone(),
            after: extensions,
        };
        let result = exchange.run(request, None, &mut attempts).await;
        let gave_up = |error: GaveUp<Fault<Error>>| Error::middleware(error);
        result.map(reqwest::Response::from).map_err(gave_up)
    }
}

/// The middlewares behind this one, by which all attempts of one request are made.
struct Attempts<'a> {
    next: Next<'a>,
    /// The body, if it is one that reqwest can send again by itself, as it does for a redirect.
    whole: Option<Bytes>,
    before: Extensions,
    after: &'a mut Extensions,
}

impl Transport<Body> for Attempts<'_> {
    type Out = Body;
    type Error = Error;

    async fn send(
        &mut self,
        request: Request<Sending<Body>>,
    ) -> Result<Response<Body>, Lost<Error>> {
        let request = request.map(|body| match &self.whole {
            Some(bytes) => Body::from(bytes.clone()),
            None => Body::wrap(body),
        });
        let request = reqwest::Request::try_from(request).map_err(|error| Lost {
            error: error.into(),
            failure: Failure::permanent(),
            sent: Sent::No,
        })?;
        *self.after = self.before.clone();
        let sent = self.next.clone().run(request, self.after).await;
        sent.map(with_address).map_err(lost)
    }
}

/// The response, which does not forget where it came from.
fn with_address(response: reqwest::Response) -> Response<Body> {
    let url = response.url().clone();
    let (mut head, body) = Response::<Body>::from(response).into_parts();
    if let Ok(address) = Response::builder().url(url).body(()) {
        head.extensions.extend(address.into_parts().0.extensions);
    }
    Response::from_parts(head, body)
}

fn lost(error: Error) -> Lost<Error> {
    let failure = match &error {
        Error::Middleware(_) => Failure::permanent(),
        Error::Reqwest(error) if error.is_builder() || error.is_redirect() => Failure::permanent(),
        Error::Reqwest(_) => Failure::transient(),
    };
    let sent = match &error {
        Error::Reqwest(error) if error.is_connect() || says_unsent(error) => Sent::No,
        Error::Reqwest(_) | Error::Middleware(_) => Sent::Maybe,
    };
    Lost {
        error,
        failure,
        sent,
    }
}

impl<T, G, N> fmt::Debug for RetryMiddleware<T, G, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryMiddleware")
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

//! A client that sends requests by hyper until there is an answer worth having.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::error::Error as StdError;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::http::exchange::{Exchange, Transport};
use crate::http::{Fault, Retrying, Sending, Terms};
use crate::{GaveUp, History, Reason, Timer, Tokio};

mod error;
mod transport;

pub use self::error::{Error, was_sent};
use self::transport::{Streamed, Whole};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection is kept that nobody uses: less than servers usually do, so that it is seldom
/// they who close it, just when the next request is on its way.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// A client that sends requests by hyper, out of a pool of connections, until there is an answer worth
/// having.
pub struct Client<B = Full<Bytes>, C = HttpConnector, T = Tokio> {
    inner: legacy::Client<C, Sending<B>>,
    terms: Terms,
    timer: T,
    on_retry: Arc<OnRetry>,
}

type OnRetry = dyn Fn(&Retrying<'_>) + Send + Sync;

impl<B> Client<B>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// A client for `http://` on such terms. A connection has 5 s to come about, and is kept for 30 s
    /// when nobody uses it.
    pub fn new(terms: Terms) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        Self::over(pool(connector), terms)
    }
}

fn pool<C, B>(connector: C) -> legacy::Client<C, Sending<B>>
where
    C: Connect + Clone,
    B: Body + Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build(connector)
}

impl<B, C> Client<B, C> {
    /// A client over one of hyper, which knows how to connect and whom to trust.
    pub fn over(inner: legacy::Client<C, Sending<B>>, terms: Terms) -> Self {
        Self {
            inner,
            terms,
            timer: Tokio,
            on_retry: Arc::new(|_| {}),
        }
    }
}

impl<B, C, T> Client<B, C, T> {
    /// Sleeps by another timer. Connections have their own, which is that of tokio.
    #[must_use]
    pub fn timer<T2: Timer>(self, timer: T2) -> Client<B, C, T2> {
        Client {
            inner: self.inner,
            terms: self.terms,
            timer,
            on_retry: self.on_retry,
        }
    }

    /// Is called before each wait.
    #[must_use]
    pub fn on_retry(self, on_retry: impl Fn(&Retrying<'_>) + Send + Sync + 'static) -> Self {
        Self {
            on_retry: Arc::new(on_retry),
            ..self
        }
    }
}

impl<B, C, T> Client<B, C, T>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    C: Connect + Clone + Send + Sync + 'static,
    T: Timer + Sync,
    T::Sleep: Send,
{
    /// Sends a request until there is an answer worth having, or no point in sending it again; then the
    /// last answer is the answer, with the [`Reason`] in its extensions.
    ///
    /// The answer is there as soon as its head is. If it breaks off after that, its body says so, and
    /// the request is not sent again: [`fetch`](Self::fetch) does.
    ///
    /// # Errors
    ///
    /// There was no answer.
    pub async fn request(
        &self,
        request: Request<B>,
    ) -> Result<Response<Incoming>, GaveUp<Fault<Error>>> {
        self.run(request, &mut Streamed(&self.inner)).await
    }

    /// Sends a request until there is a whole answer worth having, as [`request`](Self::request) does,
    /// with a body of at most so many bytes. Of an answer that was not asked for, such as 503, the
    /// beginning is enough.
    ///
    /// # Errors
    ///
    /// There was no answer, or it broke off, or is too long.
    pub async fn fetch(
        &self,
        request: Request<B>,
        max_bytes: usize,
    ) -> Result<Response<Bytes>, GaveUp<Fault<Error>>> {
        let mut transport = Whole {
            inner: &self.inner,
            max_bytes,
        };
        let response = self.run(request, &mut transport).await?;
        Ok(response.map(transport::Held::into_bytes))
    }

    async fn run<S>(
        &self,
        request: Request<B>,
        transport: &mut S,
    ) -> Result<Response<S::Out>, GaveUp<Fault<Error>>>
    where
        S: Transport<B, Error = Error>,
    {
        if request.uri().scheme().is_none() || request.uri().authority().is_none() {
            let history = History::new(self.timer.now());
            let fault = Fault::Error(Error::Address);
            return Err(GaveUp::new(Some(fault), Reason::Permanent, history));
        }
        let exchange = Exchange {
            terms: &self.terms,
            timer: &self.timer,
            guard: &(),
            on_retry: &*self.on_retry,
        };
        exchange.run(request, transport).await
    }
}

impl<B, C: Clone, T: Clone> Clone for Client<B, C, T> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            terms: self.terms,
            timer: self.timer.clone(),
            on_retry: Arc::clone(&self.on_retry),
        }
    }
}

impl<B, C, T> fmt::Debug for Client<B, C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

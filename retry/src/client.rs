//! A client that sends requests by hyper until there is an answer worth having.
//!
//! ```
//! use std::time::Duration;
//!
//! use bytes::Bytes;
//! use http::Request;
//! use http_body_util::Full;
//! use retry::client::Client;
//! use retry::http::Terms;
//! use retry::{Backoff, BreakerPolicy, Policy};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let policy = Policy::new(Backoff::exponential().retries(2))
//!     .attempt_timeout(Duration::from_secs(5))
//!     .deadline(Duration::from_secs(30));
//! let client = Client::<Full<Bytes>>::new(Terms::new(policy))
//!     .breakers(BreakerPolicy::usual().failures(50, 10))
//!     .bulkheads(64, 256)
//!     .on_retry(|retrying| eprintln!("{}, again in {:?}", retrying.fault, retrying.wait));
//!
//! let request = Request::get("/only/a/path").body(Full::default())?;
//! let error = client.fetch(request, 64 * 1024).await.expect_err("it goes nowhere");
//! assert_eq!(
//!     error.to_string(),
//!     "the address has no scheme or no host (0 attempts in 0.0 s; it would fail again)"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is told
//!
//! With the feature `tracing` there are events: retries (debug), requests that were given up (info), and
//! breakers that have changed (warn). With the feature `metrics` the facade of that name counts:
//!
//! | name | kind | labels |
//! |---|---|---|
//! | `retry_client_requests_total` | counter | `host`, `outcome`: `ok`, or why it was given up |
//! | `retry_client_request_duration_seconds` | histogram | `host` |
//! | `retry_client_retries_total` | counter | `host`, `cause`: `transient` or `throttled` |
//! | `retry_client_wait_seconds` | histogram of the waits between attempts | `host` |
//! | `retry_client_breaker_state` | gauge: 0 closed, 1 half open, 2 open | `host` |
//!
//! 100 hosts are called by their names there, and all others `other`. Neither tells addresses or fields,
//! which may hold secrets.

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

use crate::http::exchange::{Exchange, Transport};
use crate::http::{Fault, Retrying, Sending, Terms};
use crate::{Breaker, BreakerPolicy, Budget, GaveUp, Hedge, History, Reason, Timer, Tokio};

mod connect;
#[cfg(feature = "metrics")]
mod counted;
mod error;
mod hedged;
mod host;
mod hosts;
#[cfg(feature = "tracing")]
mod logged;
#[cfg(feature = "ratelimit")]
mod pace;
mod transport;
mod turn;

pub use self::error::{Error, was_sent};
use self::host::{Host, HostTerms};
use self::hosts::Hosts;
use self::transport::{Held, Streamed, Whole};
use self::turn::turn;

/// A client that sends requests by hyper, out of a pool of connections, until there is an answer worth
/// having. The [module](self) has an example.
///
/// Each host has a [`Breaker`] and a [`Budget`] of its own, and there is a budget for all of them, so that
/// many requests together do not make an outage worse. There are 1,000 hosts with a state of their own;
/// one that nobody asked for ten minutes makes room for another, and those for which there is no room
/// share a budget, and have no breaker.
///
/// Cheap to clone: what is cloned shares the connections and what is known of the hosts.
pub struct Client<B = Full<Bytes>, C = HttpConnector, T = Tokio> {
    inner: legacy::Client<C, Sending<B>>,
    terms: Terms,
    timer: T,
    hosts: Arc<Hosts>,
    on_retry: Arc<OnRetry>,
}

type OnRetry = dyn Fn(&Retrying<'_>) + Send + Sync;

impl<B, C> Client<B, C> {
    /// A client over one of hyper, which knows how to connect and whom to trust.
    pub fn over(inner: legacy::Client<C, Sending<B>>, terms: Terms) -> Self {
        Self {
            inner,
            terms,
            timer: Tokio,
            hosts: Arc::default(),
            on_retry: Arc::new(|_| {}),
        }
    }
}

/// What is set here is for new hosts: what is known of those that were asked is forgotten.
impl<B, C, T> Client<B, C, T> {
    /// Sleeps by another timer. Connections have their own, which is that of tokio.
    #[must_use]
    pub fn timer<T2: Timer>(self, timer: T2) -> Client<B, C, T2> {
        Client {
            inner: self.inner,
            terms: self.terms,
            timer,
            hosts: self.hosts,
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

    /// What the breakers of hosts go by; with none, hosts have no breakers.
    #[must_use]
    pub fn breakers(self, policy: impl Into<Option<BreakerPolicy>>) -> Self {
        let breaker = policy.into();
        self.host_terms(|terms| HostTerms { breaker, ..terms })
    }

    /// The budget that each host has, and that of all of them.
    #[must_use]
    pub fn budgets(self, each: impl Fn() -> Budget + Send + Sync + 'static, all: Budget) -> Self {
        self.host_terms(|terms| HostTerms {
            budget: Arc::new(each),
            all: Arc::new(all),
            ..terms
        })
    }

    /// How many requests there are at once to one host, with their attempts and the waits between them, and
    /// how many wait for that; others are given up at once. If nothing else is said, there is no such limit.
    #[must_use]
    pub fn bulkheads(self, at_once: usize, waiting: usize) -> Self {
        let bulkhead = Some((at_once, waiting));
        self.host_terms(|terms| HostTerms { bulkhead, ..terms })
    }

    /// Sends a second copy of a request that takes longer than most of its host, if it may be repeated
    /// whatever became of it, and has no body. The function makes what each host has. If nothing else is
    /// said, nothing is sent twice.
    #[must_use]
    pub fn hedges(self, each: impl Fn() -> Hedge + Send + Sync + 'static) -> Self {
        self.host_terms(|terms| HostTerms {
            hedge: Some(Arc::new(each)),
            ..terms
        })
    }

    /// How many hosts have a state of their own at a time.
    #[must_use]
    pub fn hosts(self, capacity: usize) -> Self {
        let hosts = Arc::new(Hosts::new(self.hosts.terms.clone(), capacity));
        Self { hosts, ..self }
    }

    fn host_terms(self, change: impl FnOnce(HostTerms) -> HostTerms) -> Self {
        let terms = change(self.hosts.terms.clone());
        let hosts = Arc::new(Hosts::new(terms, self.hosts.capacity));
        Self { hosts, ..self }
    }

    /// The breaker of a host, by its name and, if addresses have one, its port: `api.example:8443`. It can
    /// be looked at, and forced. None if the host has none, or was not asked yet.
    pub fn breaker(&self, host: &str) -> Option<Arc<Breaker>> {
        self.hosts.breaker(host)
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
        let began = self.timer.now();
        let Some(host) = self.host(&request, began) else {
            return Err(nowhere(began));
        };
        let mut transport = self.streamed(&host);
        self.run(request, &host, began, &mut transport).await
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
        let began = self.timer.now();
        let Some(host) = self.host(&request, began) else {
            return Err(nowhere(began));
        };
        let mut transport = Whole {
            streamed: self.streamed(&host),
            max_bytes,
        };
        let response = self.run(request, &host, began, &mut transport).await?;
        Ok(response.map(Held::into_bytes))
    }

    /// The host that a request is for, if its address says one.
    fn host(&self, request: &Request<B>, now: Duration) -> Option<Arc<Host>> {
        let uri = request.uri();
        let is_whole = uri.scheme().is_some() && uri.host().is_some_and(|host| !host.is_empty());
        is_whole.then(|| self.hosts.of(uri, now))
    }

    const fn streamed<'a>(&'a self, host: &'a Host) -> Streamed<'a, B, C, T> {
        Streamed {
            inner: &self.inner,
            terms: &self.terms,
            timer: &self.timer,
            host,
        }
    }

    async fn run<S>(
        &self,
        request: Request<B>,
        host: &Host,
        began: Duration,
        transport: &mut S,
    ) -> Result<Response<S::Out>, GaveUp<Fault<Error>>>
    where
        S: Transport<B, Error = Error>,
    {
        let result = self.exchange(request, host, began, transport).await;
        self.tell(host, began, &result);
        result
    }

    async fn exchange<S>(
        &self,
        request: Request<B>,
        host: &Host,
        began: Duration,
        transport: &mut S,
    ) -> Result<Response<S::Out>, GaveUp<Fault<Error>>>
    where
        S: Transport<B, Error = Error>,
    {
        let turn = turn(host, &self.terms.policy, &self.timer, began).await;
        let _permit = turn.map_err(|reason| GaveUp::new(None, reason, History::new(began)))?;
        let exchange = Exchange {
            terms: &self.terms,
            timer: &self.timer,
            guard: host,
            on_retry: &|retrying: &Retrying<'_>| {
                #[cfg(feature = "metrics")]
                counted::retrying(host.label(), retrying);
                #[cfg(feature = "tracing")]
                logged::retrying(host.label(), retrying);
                (self.on_retry)(retrying);
            },
        };
        exchange.run(request, Some(began), transport).await
    }

    #[cfg(not(any(feature = "metrics", feature = "tracing")))]
    fn tell<Out>(&self, _: &Host, _: Duration, _: &Result<Response<Out>, GaveUp<Fault<Error>>>) {}

    /// Counts and logs how a request ended.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    fn tell<Out>(
        &self,
        host: &Host,
        began: Duration,
        result: &Result<Response<Out>, GaveUp<Fault<Error>>>,
    ) {
        let took = self.timer.now().saturating_sub(began);
        let reason = match result {
            Ok(response) => response.extensions().get().copied(),
            Err(gave_up) => Some(gave_up.reason()),
        };
        #[cfg(feature = "metrics")]
        counted::concluded(host.label(), reason, took);
        #[cfg(feature = "tracing")]
        if let Some(reason) = reason {
            logged::gave_up(host.label(), reason, took);
        }
    }
}

/// The end of a request that goes nowhere.
const fn nowhere(began: Duration) -> GaveUp<Fault<Error>> {
    let fault = Fault::Error(Error::Address);
    GaveUp::new(Some(fault), Reason::Permanent, History::new(began))
}

impl<B, C: Clone, T: Clone> Clone for Client<B, C, T> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            terms: self.terms,
            timer: self.timer.clone(),
            hosts: Arc::clone(&self.hosts),
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

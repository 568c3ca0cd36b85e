//! Connections, and the pool of them.

use alloc::boxed::Box;
use core::error::Error as StdError;
use core::time::Duration;

use http_body::Body;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::Client;
use crate::http::{Sending, Terms};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection is kept that nobody uses: less than servers usually do, so that it is seldom
/// they who close it, just when the next request is on its way.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

impl<B> Client<B>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// A client for `http://` on such terms. A connection has 5 s to come about, and is kept for 30 s
    /// when nobody uses it.
    pub fn new(terms: Terms) -> Self {
        Self::over(pool(connector()), terms)
    }
}

#[cfg(feature = "rustls")]
impl<B> Client<B, hyper_rustls::HttpsConnector<HttpConnector>>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// A client for `https://` and `http://`, which trusts whom the machine trusts. HTTP/2 is spoken with
    /// who offers it.
    ///
    /// # Errors
    ///
    /// The machine has no certificates to trust.
    pub fn with_native_roots(terms: Terms) -> std::io::Result<Self> {
        let builder = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
        Ok(Self::over(pool(encrypted(builder)), terms))
    }

    /// The same, but trusts whom Mozilla trusts, whatever the machine does.
    ///
    /// # Errors
    ///
    /// The library for TLS does not take its own settings.
    #[cfg(feature = "webpki-roots")]
    pub fn with_webpki_roots(terms: Terms) -> std::io::Result<Self> {
        let builder = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(std::io::Error::other)?;
        Ok(Self::over(pool(encrypted(builder)), terms))
    }
}

#[cfg(feature = "rustls")]
fn encrypted(
    builder: hyper_rustls::HttpsConnectorBuilder<hyper_rustls::builderstates::WantsSchemes>,
) -> hyper_rustls::HttpsConnector<HttpConnector> {
    let mut connector = connector();
    // That is for the connector around it to say.
    connector.enforce_http(false);
    builder
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(connector)
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector.set_nodelay(true);
    connector
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

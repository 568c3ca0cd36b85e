//! Clients as a host makes them.

use std::time::Duration;

use fred::clients::Pool;
use fred::prelude::*;
use fred::types::config::TlsConnector;
use redis_fixture::Server;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// How long a client waits for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A client that is connected to `url`, and connects anew when it is parted.
pub(crate) async fn connect(url: &str) -> Client {
    let client = builder(config(url)).build();
    init(client.expect("the configuration is complete")).await
}

/// As [`connect`], with several connections.
pub(crate) async fn connect_pool(url: &str) -> Pool {
    let pool = builder(config(url)).build_pool(4);
    init(pool.expect("the configuration is complete")).await
}

/// As [`connect`], over TLS.
pub(crate) async fn connect_tls(server: &Server) -> Client {
    let client = builder(tls_config(server)).build();
    init(client.expect("the configuration is complete")).await
}

pub(crate) fn builder(config: Config) -> Builder {
    let mut builder = Builder::from_config(config);
    builder
        .with_performance_config(|config| config.default_command_timeout = PATIENCE)
        .set_policy(ReconnectPolicy::new_constant(0, 20));
    builder
}

pub(crate) fn config(url: &str) -> Config {
    Config::from_url(url).expect("the fixture's URLs are fred's")
}

/// Trusts the authority of `server` and no other.
fn tls_config(server: &Server) -> Config {
    let authority = CertificateDer::from_pem_slice(server.authority().as_bytes());
    let mut roots = RootCertStore::empty();
    roots
        .add(authority.expect("it is PEM"))
        .expect("it is a certificate");
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .expect("ring has what they need")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Config {
        tls: Some(TlsConnector::from(tls).into()),
        ..config(&server.url())
    }
}

async fn init<C: ClientLike>(client: C) -> C {
    client.init().await.expect("the server can be reached");
    client
}

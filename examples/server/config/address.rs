//! The address under which the outside world reaches this server.

use std::net::SocketAddr;

use hyper::Uri;
use webhook_verify::Provider;

/// The address under which the outside world reaches this server: some providers sign it.
#[derive(Debug)]
pub(crate) struct Address {
    /// Scheme, host and port.
    origin: String,
    /// What a proxy takes from the front of each path before it hands the request on.
    prefix: String,
}

impl Address {
    pub(super) fn new(public_url: Option<&Uri>, listen: SocketAddr) -> Self {
        let parts = public_url.and_then(|url| Some((url.scheme_str()?, url.authority()?, url)));
        match parts {
            Some((scheme, authority, url)) => Self {
                origin: format!("{scheme}://{authority}"),
                prefix: url.path().trim_end_matches('/').to_owned(),
            },
            None => Self {
                origin: format!("http://{listen}"),
                prefix: String::new(),
            },
        }
    }

    /// Where a provider delivers.
    pub(super) fn of(&self, provider: Provider) -> String {
        let Self { origin, prefix } = self;
        format!("{origin}{prefix}/webhooks/{provider}")
    }

    /// The path and the query of a request as its sender wrote them.
    pub(crate) fn target(&self, request: &Uri) -> String {
        let target = request
            .path_and_query()
            .map_or("/", |target| target.as_str());
        format!("{}{target}", self.prefix)
    }
}

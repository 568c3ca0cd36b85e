//! The request which brought a delivery.

use crate::headers::{AnyHeaders, Headers};

/// The request which brought a delivery, as far as a scheme may sign it: its headers, and the method
/// and the target of its first line.
///
/// Only schemes that sign the address need more than the headers.
///
/// ```
/// use webhook_verify::{Provider, Request, Secret, Signer, UnixTime, Verifier};
///
/// // Square signs the address under which it reaches the endpoint.
/// let square = Provider::Square.at("https://hooks.example.com/webhooks/square");
/// let secret = Secret::new("Ibxx_5AKakO-3qeNVR61Dw");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let headers = Signer::new(square.clone(), secret.clone())?.sign(None, now, b"{}")?;
///
/// let verifier = Verifier::new(square, secret)?;
/// let request = Request::new(&headers).target("/webhooks/square");
/// assert!(verifier.verify_request_at(request, b"{}", now).is_ok());
///
/// let elsewhere = Request::new(&headers).target("/webhooks/square?tenant=2");
/// assert!(verifier.verify_request_at(elsewhere, b"{}", now).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Request<'a, H> {
    pub(crate) headers: &'a H,
    pub(crate) method: &'a str,
    pub(crate) target: Option<&'a str>,
}

impl<'a, H> Request<'a, H> {
    /// A `POST` with these headers to the very address that was configured.
    pub const fn new(headers: &'a H) -> Self {
        Self {
            headers,
            method: "POST",
            target: None,
        }
    }

    /// The method, in upper case, as it was received.
    #[must_use]
    pub const fn method(self, method: &'a str) -> Self {
        Self { method, ..self }
    }

    /// The path and the query of the first line, byte by byte as they were received. They take the
    /// place of those in the address that was configured; its scheme, host and port stay.
    #[must_use]
    pub const fn target(self, target: &'a str) -> Self {
        Self {
            target: Some(target),
            ..self
        }
    }
}

/// The headers, the method and the target of a request which `http` has read. `http::Uri` keeps the
/// path and the query byte by byte.
#[cfg(feature = "http")]
impl<'a> From<&'a http::request::Parts> for Request<'a, http::HeaderMap> {
    fn from(head: &'a http::request::Parts) -> Self {
        Self {
            headers: &head.headers,
            method: head.method.as_str(),
            target: Some(target_of(&head.uri)),
        }
    }
}

/// Empty if there is neither path nor query, which no address that is signed can be.
#[cfg(feature = "http")]
pub(crate) fn target_of(uri: &http::Uri) -> &str {
    uri.path_and_query().map_or("", |target| target.as_str())
}

/// The same, with headers of any type.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) headers: &'a dyn AnyHeaders,
    pub(crate) method: &'a str,
    pub(crate) target: Option<&'a str>,
}

impl<'a, H: Headers + Sync> From<Request<'a, H>> for Asked<'a> {
    fn from(request: Request<'a, H>) -> Self {
        Self {
            headers: request.headers,
            method: request.method,
            target: request.target,
        }
    }
}

impl<H> Clone for Request<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Request<'_, H> {}

//! What the tests ask for.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use retry::client::Client;
use retry::http::Terms;

use crate::world::World;

pub(crate) type Text = Full<Bytes>;

/// A client in a world of its own.
pub(crate) fn client(terms: Terms, world: &World) -> Client<Text, HttpConnector, World> {
    Client::new(terms).timer(world.clone())
}

/// The same for HTTP/2, without asking the server whether it likes to.
pub(crate) fn client2(terms: Terms, world: &World) -> Client<Text, HttpConnector, World> {
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    let inner = builder.http2_only(true).build(HttpConnector::new());
    Client::over(inner, terms).timer(world.clone())
}

/// A request with a body if its method usually has one.
pub(crate) fn request(method: &Method, url: &str, key: Option<&str>) -> Request<Text> {
    let mut request = Request::builder().method(method).uri(url);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let has_body = method == Method::PUT || method == Method::POST;
    let body = if has_body { "an order" } else { "" };
    request.body(body.into()).expect("a request")
}

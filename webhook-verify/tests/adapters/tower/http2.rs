//! HTTP/2.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use webhook_verify::Provider;
use webhook_verify::tower::VerifyLayer;

use super::server::Server;
use crate::delivery::{BODY, sign, verifier};

pub(super) type Body = BoxBody<Bytes, std::io::Error>;

fn whole(bytes: &'static str) -> Body {
    Full::from(bytes).map_err(|never| match never {}).boxed()
}

pub(super) async fn connect(to: SocketAddr) -> SendRequest<Body> {
    let stream = TcpStream::connect(to).await.expect("a server");
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

pub(super) fn delivery(body: Body) -> Request<Body> {
    let mut request = Request::post("http://localhost/hooks?tenant=1");
    for (name, value) in sign(Provider::GitHub, BODY) {
        request = request.header(name, value);
    }
    request.body(body).expect("a request")
}

async fn text(response: Response<Incoming>) -> Bytes {
    response.collect().await.expect("a body").to_bytes()
}

#[tokio::test]
async fn streams_of_one_connection_have_their_own_verdicts() {
    let server = Server::start(VerifyLayer::new(verifier(Provider::GitHub))).await;
    let mut client = connect(server.address).await;
    let genuine = client.send_request(delivery(whole(BODY)));
    let tampered = client.send_request(delivery(whole("{}")));
    let (genuine, tampered) = tokio::join!(genuine, tampered);

    let genuine = genuine.expect("an answer");
    assert_eq!(genuine.status(), StatusCode::OK);
    assert!(text(genuine).await.ends_with(BODY.as_bytes()));
    let tampered = tampered.expect("an answer");
    assert_eq!(tampered.status(), StatusCode::UNAUTHORIZED);
    assert!(text(tampered).await.is_empty());
}

#[tokio::test]
async fn a_body_without_a_length_is_counted() {
    let layer = VerifyLayer::new(verifier(Provider::GitHub)).limit(BODY.len() - 1);
    let mut server = Server::start(layer).await;
    let mut client = connect(server.address).await;
    let pieces = BODY
        .split_inclusive(',')
        .map(|piece| Ok(Frame::data(Bytes::from(piece))));
    let body = StreamBody::new(futures_util::stream::iter(pieces.collect::<Vec<_>>()));
    let answer = client.send_request(delivery(BodyExt::boxed(body))).await;
    let status = answer.expect("an answer").status();
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(server.refused().await, "the body is too large");
}

#[tokio::test]
async fn a_stream_that_is_reset_is_no_delivery_even_if_what_came_is_signed() {
    let server = Server::start(VerifyLayer::new(verifier(Provider::GitHub))).await;
    let mut client = connect(server.address).await;
    let pieces = [
        Ok(Frame::data(Bytes::from(BODY))),
        Err(std::io::Error::other("the client gives up")),
    ];
    let body = StreamBody::new(futures_util::stream::iter(pieces));
    let answer = client.send_request(delivery(BodyExt::boxed(body))).await;
    assert!(answer.is_err(), "{answer:?}");

    // The connection goes on.
    let next = client.send_request(delivery(whole(BODY))).await;
    assert_eq!(next.expect("an answer").status(), StatusCode::OK);
    assert_eq!(server.reached(), 1);
}

//! Bodies that are verified while the service reads them.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower::{ServiceBuilder, service_fn};
use webhook_verify::Provider;
use webhook_verify::tower::{Arrival, ArrivingBody, VerifyLayer};

use super::http2::{Body, connect, delivery};
use super::server::accept;
use crate::delivery::{BODY, sign, verifier};
use crate::exchange::{Answer, PATIENCE, exchange, head, post};

const LIMIT: usize = 4 << 20;

/// What the service behind the layer has seen of a delivery.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    body: String,
    /// The proof, or the error in the place of an end.
    end: Result<String, String>,
}

/// A server whose service reads all that it gets, and answers that all is well.
struct Server {
    address: SocketAddr,
    refused: UnboundedReceiver<String>,
    seen: UnboundedReceiver<Seen>,
    accepting: JoinHandle<()>,
}

impl Server {
    async fn start(provider: Provider, limit: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (tell, refused) = unbounded_channel();
        let (report, seen) = unbounded_channel();
        let layer = VerifyLayer::new(verifier(provider))
            .limit(limit)
            .on_refused(move |_, refused| {
                // Nobody listens any more once the test is over.
                tell.send(refused.to_string()).unwrap_or_default();
            })
            .streaming();
        let service = service_fn(move |request| read(request, report.clone()));
        let service = ServiceBuilder::new().layer(layer).service(service);
        Self {
            address,
            refused,
            seen,
            accepting: tokio::spawn(accept(listener, service)),
        }
    }

    async fn refused(&mut self) -> String {
        let next = timeout(PATIENCE, self.refused.recv()).await;
        next.expect("a refusal in time").expect("a refusal")
    }

    async fn seen(&mut self) -> Seen {
        let next = timeout(PATIENCE, self.seen.recv()).await;
        next.expect("a request in time").expect("a request")
    }

    fn was_reached(&mut self) -> bool {
        self.seen.try_recv().is_ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn read(
    request: Request<ArrivingBody<Incoming>>,
    report: UnboundedSender<Seen>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let arrival: &Arrival = head.extensions.get().expect("it is always there");
    report
        .send(see(body, arrival).await)
        .expect("the test listens");
    Ok(Response::new("all is well".into()))
}

async fn see(mut body: ArrivingBody<Incoming>, arrival: &Arrival) -> Seen {
    let mut pieces = Vec::new();
    let end = loop {
        match body.frame().await {
            Some(Ok(frame)) => pieces.extend(frame.into_data().expect("no trailers")),
            Some(Err(refused)) => {
                assert_eq!(arrival.proof(), None);
                assert!(arrival.refused().is_some());
                break Err(refused.to_string());
            }
            None => {
                let proof = arrival.proof().expect("the end is the verdict");
                let id = proof.event_id().map_or("none", |id| id.as_str());
                break Ok(format!("{} {} {id}", proof.scheme(), proof.secret_label()));
            }
        }
    };
    Seen {
        body: String::from_utf8(pieces).expect("ASCII"),
        end,
    }
}

/// A request in pieces, which are another body than was signed if the test wants it so.
fn chunked(signed: &str, pieces: &[&str]) -> String {
    let head = head("POST /", &sign(Provider::GitHub, signed));
    let mut request = format!("{head}transfer-encoding: chunked\r\n\r\n");
    for piece in pieces {
        request.push_str(&format!("{:x}\r\n{piece}\r\n", piece.len()));
    }
    request
}

fn genuine(id: &str) -> Result<String, String> {
    Ok(id.to_owned())
}

fn is_plain_refusal(answer: &Answer, status: u16) -> bool {
    (answer.status, answer.body.as_str()) == (status, "")
}

#[tokio::test]
async fn a_genuine_delivery_has_an_end_and_a_proof() {
    for (provider, proof) in [
        (Provider::GitHub, "github 2026-11 none"),
        // Whose id stands in the body, which is held for it.
        (Provider::Stripe, "stripe 2026-11 evt_1"),
        (
            Provider::StandardWebhooks,
            "standard-webhooks 2026-11 msg_1",
        ),
    ] {
        let mut server = Server::start(provider, LIMIT).await;
        let answer = post(server.address, "/", &sign(provider, BODY), BODY).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "all is well"));
        let (body, end) = (BODY.to_owned(), genuine(proof));
        assert_eq!(server.seen().await, Seen { body, end });
    }
}

#[tokio::test]
async fn a_body_without_bytes_is_verified_too() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    let answer = post(server.address, "/", &sign(Provider::GitHub, ""), "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(server.seen().await.end, genuine("github 2026-11 none"));

    let answer = post(server.address, "/", &sign(Provider::GitHub, BODY), "").await;
    assert!(is_plain_refusal(&answer, 401), "{answer:?}");
    assert_eq!(
        server.seen().await.end,
        Err("no signature matches".to_owned())
    );
}

#[tokio::test]
async fn many_pieces_make_one_delivery() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    let body: String = ('a'..='z').cycle().take(5_000).collect();
    let pieces: Vec<_> = body.split_inclusive(['c', 'j', 'z']).collect();
    let whole = chunked(&body, &pieces) + "0\r\n\r\n";
    assert_eq!(exchange(server.address, &whole).await.status, 200);
    let end = genuine("github 2026-11 none");
    assert_eq!(server.seen().await, Seen { body, end });
}

#[tokio::test]
async fn what_is_tampered_with_has_an_error_for_an_end_and_is_never_complete() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    let tampered = chunked(BODY, &[BODY, "x"]) + "0\r\n\r\n";
    let answer = exchange(server.address, &tampered).await;

    assert!(is_plain_refusal(&answer, 401), "{answer:?}");
    assert_eq!(server.refused().await, "no signature matches");
    let seen = server.seen().await;
    assert_eq!(seen.end, Err("no signature matches".to_owned()));
    assert!(BODY.starts_with(&seen.body), "{seen:?}");
}

#[tokio::test]
async fn a_forgery_in_one_piece_is_not_seen_at_all() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    let answer = post(server.address, "/", &sign(Provider::GitHub, BODY), "{}").await;
    assert_eq!(answer.status, 401);
    assert_eq!(server.seen().await.body, "");
}

#[tokio::test]
async fn headers_that_prove_nothing_are_refused_before_the_service() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    // Of this body nothing comes: whoever waits for it does not answer.
    let announced = format!("{}content-length: 5\r\n\r\n", head("POST /", &[]));
    let answer = exchange(server.address, &announced).await;
    assert!(is_plain_refusal(&answer, 401), "{answer:?}");
    let missing = "header x-hub-signature-256 is missing";
    assert_eq!(server.refused().await, missing);
    assert!(!server.was_reached());
}

#[tokio::test]
async fn a_body_that_is_cut_off_has_no_end_even_if_what_came_is_signed() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    let mut stream = TcpStream::connect(server.address).await.expect("a server");
    let head = head("POST /", &sign(Provider::GitHub, BODY));
    let promised = BODY.len() + 1;
    let cut = format!("{head}content-length: {promised}\r\n\r\n{BODY}");
    stream.write_all(cut.as_bytes()).await.expect("sent");
    stream.shutdown().await.expect("no more is sent");

    let broken = "the body cannot be read to its end";
    assert_eq!(server.refused().await, broken);
    assert_eq!(server.seen().await.end, Err(broken.to_owned()));
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the end");
    assert!(!answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn a_body_of_the_limit_is_taken_and_a_longer_one_breaks_off() {
    let mut server = Server::start(Provider::GitHub, 8).await;
    let fits = chunked("12345678", &["1234", "5678"]) + "0\r\n\r\n";
    assert_eq!(exchange(server.address, &fits).await.status, 200);
    assert_eq!(server.seen().await.body, "12345678");

    // There is no end to it: whoever waits for one does not answer.
    let endless = chunked("123456789", &["1234", "5678", "9"]);
    let answer = exchange(server.address, &endless).await;
    assert!(is_plain_refusal(&answer, 413), "{answer:?}");
    assert_eq!(server.refused().await, "the body is too large");
    let seen = server.seen().await;
    assert_eq!(seen.end, Err("the body is too large".to_owned()));
    assert!(!seen.body.contains('9'));
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_the_service() {
    let mut server = Server::start(Provider::GitHub, 8).await;
    let head = head("POST /", &sign(Provider::GitHub, BODY));
    let announced = format!("{head}content-length: 9\r\n\r\n");
    let answer = exchange(server.address, &announced).await;
    assert!(is_plain_refusal(&answer, 413), "{answer:?}");
    assert_eq!(server.refused().await, "the body is too large");
    assert!(!server.was_reached());
}

#[tokio::test]
async fn trailers_are_no_part_of_the_body() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    let whole = chunked(BODY, &[BODY]) + "0\r\nx-late: 1\r\n\r\n";
    assert_eq!(exchange(server.address, &whole).await.status, 200);
    assert_eq!(server.seen().await.body, BODY);
}

#[tokio::test]
async fn a_stream_of_http2_that_is_reset_has_no_end() {
    let mut server = Server::start(Provider::GitHub, LIMIT).await;
    let mut client = connect(server.address).await;
    let given_up = Err(std::io::Error::other("the client gives up"));
    let reset = [Ok(Frame::data(Bytes::from(BODY))), given_up];
    let answer = client.send_request(delivery(in_pieces(reset))).await;
    assert!(answer.is_err(), "{answer:?}");

    let whole = [Ok(Frame::data(Bytes::from(BODY)))];
    let answer = client.send_request(delivery(in_pieces(whole))).await;
    assert_eq!(answer.expect("an answer").status(), 200);
    // Of the first the service has seen an error, or was ended with it.
    let mut ends = vec![server.seen().await.end];
    while let Ok(seen) = server.seen.try_recv() {
        ends.push(seen.end);
    }
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
}

fn in_pieces<const COUNT: usize>(pieces: [Result<Frame<Bytes>, std::io::Error>; COUNT]) -> Body {
    BodyExt::boxed(StreamBody::new(stream::iter(pieces)))
}

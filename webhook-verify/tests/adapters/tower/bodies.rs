//! Bodies that are too large, cut off, longer than they say, or in pieces.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use webhook_verify::Provider;
use webhook_verify::tower::VerifyLayer;

use super::server::Server;
use crate::delivery::{BODY, sign, verifier};
use crate::exchange::{exchange, head, post, request};

const LIMIT: usize = 64;

async fn server() -> Server {
    Server::start(VerifyLayer::new(verifier(Provider::GitHub)).limit(LIMIT)).await
}

fn chunked(body: &str, pieces: &[&str]) -> String {
    let head = head("POST /", &sign(Provider::GitHub, body));
    let mut request = format!("{head}transfer-encoding: chunked\r\n\r\n");
    for piece in pieces {
        request.push_str(&format!("{:x}\r\n{piece}\r\n", piece.len()));
    }
    request
}

#[tokio::test]
async fn a_body_of_the_limit_is_taken() {
    let server = server().await;
    let body = "x".repeat(LIMIT);
    let answer = post(server.address, "/", &sign(Provider::GitHub, &body), &body).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_the_body_comes() {
    let mut server = server().await;
    let head = head("POST /", &[]);
    for length in [LIMIT + 1, usize::MAX / 2] {
        let announced = format!("{head}content-length: {length}\r\n\r\n");
        let answer = exchange(server.address, &announced).await;
        assert_eq!((answer.status, answer.body.as_str()), (413, ""));
        assert_eq!(server.refused().await, "the body is too large");
    }
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_is_not_asked_for_too_much() {
    let server = server().await;
    let head = head("POST /", &[("expect".into(), "100-continue".into())]);
    let announced = format!("{head}content-length: {}\r\n\r\n", LIMIT + 1);
    let answer = exchange(server.address, &announced).await;
    assert_eq!(answer.status, 413, "and no 100 before it");
}

#[tokio::test]
async fn pieces_are_counted_and_not_read_to_their_end() {
    let mut server = server().await;
    let piece = "x".repeat(LIMIT / 2);
    // There is no end to it: whoever waits for one does not answer.
    let endless = chunked("", &[&piece, &piece, "x"]);
    let answer = exchange(server.address, &endless).await;
    assert_eq!(answer.status, 413);
    assert_eq!(server.refused().await, "the body is too large");
}

#[tokio::test]
async fn a_body_in_pieces_is_verified_as_a_whole() {
    let server = server().await;
    let (front, back) = BODY.split_at(5);
    let whole = chunked(BODY, &[front, back]) + "0\r\n\r\n";
    assert_eq!(exchange(server.address, &whole).await.status, 200);

    let swapped = chunked(BODY, &[back, front]) + "0\r\n\r\n";
    assert_eq!(exchange(server.address, &swapped).await.status, 401);
}

#[tokio::test]
async fn trailers_are_no_part_of_the_body_and_no_headers() {
    let server = server().await;
    let whole = chunked(BODY, &[BODY]) + "0\r\nx-late: 1\r\n\r\n";
    assert_eq!(exchange(server.address, &whole).await.status, 200);

    let (name, value) = &sign(Provider::GitHub, BODY)[0];
    let head = head("POST /", &[]);
    let length = BODY.len();
    let late = format!(
        "{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{BODY}\r\n0\r\n{name}: {value}\r\n\r\n"
    );
    assert_eq!(exchange(server.address, &late).await.status, 401);
}

#[tokio::test]
async fn a_piece_without_a_length_is_a_broken_body() {
    let mut server = server().await;
    let broken = chunked(BODY, &[BODY]) + "x\r\n\r\n";
    let answer = exchange(server.address, &broken).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, ""));
    assert_eq!(server.refused().await, "the body cannot be read to its end");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_no_delivery_even_if_what_came_is_signed() {
    let mut server = server().await;
    let mut stream = TcpStream::connect(server.address).await.expect("a server");
    let head = head("POST /", &sign(Provider::GitHub, BODY));
    let promised = BODY.len() + 1;
    let cut = format!("{head}content-length: {promised}\r\n\r\n{BODY}");
    stream.write_all(cut.as_bytes()).await.expect("sent");
    stream.shutdown().await.expect("no more is sent");

    assert_eq!(server.refused().await, "the body cannot be read to its end");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the end");
    assert!(!answer.contains(" 200 "), "{answer}");
    assert_eq!(server.reached(), 0);
}

#[tokio::test]
async fn what_comes_behind_the_said_length_is_no_part_of_the_body() {
    let server = server().await;
    let longer = format!("{BODY}{BODY}");
    let lie = |signed: &str| {
        let honest = request("POST /", &sign(Provider::GitHub, signed), BODY);
        honest + BODY
    };
    let answer = exchange(server.address, &lie(&longer)).await;
    assert_eq!(answer.status, 401);
    let answer = exchange(server.address, &lie(BODY)).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.ends_with(&format!("none {BODY}")), "{answer:?}");
}

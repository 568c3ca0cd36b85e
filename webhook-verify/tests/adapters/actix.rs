//! The extractor for actix-web.

use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::thread;

use actix_web::rt::System;
use actix_web::{App, Error, HttpServer, web};
use webhook_verify::actix::BodyLimit;
use webhook_verify::{Delivery, Provider, Refused, Signer, UnixTime, Verifier};

use crate::delivery::{BODY, lines, secret, sign, sign_at, verifier};
use crate::exchange::{exchange, head, post};

async fn repeat(delivery: Delivery) -> Vec<u8> {
    let (body, proof) = delivery.into_parts();
    let said = format!("{} {} ", proof.scheme(), proof.secret_label());
    [said.as_bytes(), &body].concat()
}

async fn reason(delivery: Result<Delivery, Error>) -> Result<&'static str, Error> {
    match delivery {
        Err(error) if matches!(error.as_error(), Some(Refused::TooLarge)) => Ok("too large"),
        delivery => delivery.map(|_| "genuine"),
    }
}

fn square() -> Verifier {
    let setup = Provider::Square.at("https://hooks.example.com");
    Verifier::new(setup, secret()).expect("usable")
}

/// A server until the end of the process, in a thread of its own as actix-web wants it.
fn serve() -> SocketAddr {
    let (tell, address) = channel();
    let app = || {
        let limit = BodyLimit(BODY.len());
        let to = |path, provider| {
            web::resource(path)
                .app_data(web::Data::new(verifier(provider)))
                .app_data(limit)
        };
        App::new()
            .service(to("/github", Provider::GitHub).to(repeat))
            .service(to("/reason", Provider::GitHub).to(reason))
            .service(to("/stripe", Provider::Stripe).to(repeat))
            .service(
                web::scope("/hooks")
                    .app_data(web::Data::new(square()))
                    .route("/square", web::post().to(repeat)),
            )
            .route("/nobody", web::post().to(repeat))
    };
    thread::spawn(move || {
        let server = HttpServer::new(app).workers(1).disable_signals();
        System::new().block_on(async move {
            let server = server.bind("127.0.0.1:0").expect("a port");
            tell.send(server.addrs()[0]).expect("the test waits");
            server.run().await
        })
    });
    address.recv().expect("an address")
}

#[tokio::test]
async fn a_handler_gets_a_genuine_delivery() {
    let answer = post(serve(), "/github", &sign(Provider::GitHub, BODY), BODY).await;
    assert_eq!(
        (answer.status, answer.body),
        (200, format!("github 2026-11 {BODY}"))
    );
}

#[tokio::test]
async fn what_is_missing_wrong_or_late_is_answered_alike() {
    let address = serve();
    let stale = sign_at(Provider::Stripe, UnixTime::from_secs(1_700_000_000), BODY);
    let missing = post(address, "/stripe", &[], BODY).await;
    let wrong = post(address, "/stripe", &sign(Provider::Stripe, BODY), "{}").await;
    let late = post(address, "/stripe", &stale, BODY).await;
    assert_eq!((missing.status, missing.body.as_str()), (401, ""));
    assert_eq!([&wrong, &late], [&missing, &missing]);
}

#[tokio::test]
async fn a_header_in_two_lines_is_seen_twice() {
    let address = serve();
    let mut headers = sign(Provider::GitHub, BODY);
    let wrong = format!("sha256={}", "0".repeat(64));
    headers.push(("X-Hub-Signature-256".into(), wrong));
    let answer = post(address, "/github", &headers, BODY).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, ""));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_whether_it_says_its_length_or_not() {
    let address = serve();
    let headers = sign(Provider::GitHub, BODY);
    let length = BODY.len() + 1;
    let head = head("POST /github", &headers);
    let announced = format!("{head}content-length: {length}\r\n\r\n");
    let answer = exchange(address, &announced).await;
    assert_eq!((answer.status, answer.body.as_str()), (413, ""));

    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{BODY}x\r\n");
    let answer = exchange(address, &chunked).await;
    assert_eq!((answer.status, answer.body.as_str()), (413, ""));
}

#[tokio::test]
async fn a_handler_may_look_at_the_reason() {
    let address = serve();
    let longer = format!("{BODY} ");
    let answer = post(
        address,
        "/reason",
        &sign(Provider::GitHub, &longer),
        &longer,
    )
    .await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "too large"));
    let answer = post(address, "/reason", &[], BODY).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, ""));
}

#[tokio::test]
async fn the_signed_address_is_the_whole_one() {
    let address = serve();
    let signed_for = Provider::Square.at("https://hooks.example.com/hooks/square?shop=1");
    let signer = Signer::new(signed_for, secret()).expect("usable");
    let headers = signer.sign(None, UnixTime::now(), BODY.as_bytes());
    let headers = lines(&headers.expect("signable"));
    for (target, status) in [("/hooks/square?shop=1", 200), ("/hooks/square?shop=2", 401)] {
        let answer = post(address, target, &headers, BODY).await;
        assert_eq!(answer.status, status, "{target}");
    }
}

#[tokio::test]
async fn a_route_without_a_verifier_is_the_hosts_fault() {
    let answer = post(serve(), "/nobody", &sign(Provider::GitHub, BODY), BODY).await;
    assert_eq!(answer.status, 500);
}

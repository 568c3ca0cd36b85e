//! What is let through, and how the rest is answered.

use tokio::task::JoinSet;
use webhook_verify::tower::VerifyLayer;
use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier};

use super::server::Server;
use crate::delivery::{BODY, lines, secret, sign, sign_at, verifier};
use crate::exchange::{exchange, post, request};

async fn server(provider: Provider) -> Server {
    Server::start(VerifyLayer::new(verifier(provider))).await
}

#[tokio::test]
async fn a_genuine_delivery_reaches_the_service_with_its_proof() {
    let server = server(Provider::Stripe).await;
    let answer = post(server.address, "/", &sign(Provider::Stripe, BODY), BODY).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, format!("stripe 2026-11 evt_1 {BODY}"));
    assert_eq!(server.reached(), 1);
}

#[tokio::test]
async fn what_is_missing_wrong_or_late_is_answered_alike_and_told_apart_to_the_host() {
    let mut server = server(Provider::Stripe).await;
    let long_ago = UnixTime::from_secs(1_700_000_000);
    let genuine = sign(Provider::Stripe, BODY);
    let stale = sign_at(Provider::Stripe, long_ago, BODY);
    let of_another = Signer::new(Provider::Stripe, Secret::new("whsec_another"))
        .map(|signer| signer.sign(None, UnixTime::now(), BODY.as_bytes()));
    let of_another = lines(&of_another.expect("usable").expect("signable"));

    let mut answers = Vec::new();
    for (headers, body, reason) in [
        (&[][..], BODY, "header stripe-signature is missing"),
        (&genuine, "{}", "no signature matches"),
        (&of_another, BODY, "no signature matches"),
        (&stale, BODY, "sent "),
    ] {
        answers.push(post(server.address, "/", headers, body).await);
        let told = server.refused().await;
        assert!(told.starts_with(reason), "{told}");
    }

    assert_eq!(server.reached(), 0);
    assert_eq!(answers[0].status, 401);
    assert_eq!(answers[0].body, "");
    for answer in &answers[1..] {
        assert_eq!(answer, &answers[0]);
    }
}

#[tokio::test]
async fn a_header_in_two_lines_counts_once_or_is_malformed() {
    let mut server = server(Provider::StandardWebhooks).await;
    let mut headers = sign(Provider::StandardWebhooks, BODY);
    headers.push(("Webhook-Id".into(), "msg_1".into()));
    let answer = post(server.address, "/", &headers, BODY).await;
    assert_eq!(answer.status, 200);

    headers.push(("webhook-id".into(), "msg_2".into()));
    let answer = post(server.address, "/", &headers, BODY).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, ""));
    let told = server.refused().await;
    assert!(told.contains("more than once"), "{told}");
}

#[tokio::test]
async fn a_signature_list_in_two_lines_is_read_to_its_end() {
    let server = server(Provider::Mollie).await;
    let mut headers = sign(Provider::Mollie, BODY);
    let wrong = format!("sha256={}", "0".repeat(64));
    headers.insert(0, ("x-mollie-signature".into(), wrong));
    let answer = post(server.address, "/", &headers, BODY).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn every_method_is_verified() {
    let server = server(Provider::GitHub).await;
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let unsigned = request(&format!("{method} /"), &[], "");
        assert_eq!(
            exchange(server.address, &unsigned).await.status,
            401,
            "{method}"
        );
    }
    let signed = request("GET /", &sign(Provider::GitHub, ""), "");
    let answer = exchange(server.address, &signed).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "github 2026-11 none ")
    );
}

#[tokio::test]
async fn the_signed_address_is_the_one_that_was_asked_for() {
    let setup = || Provider::Square.at("https://hooks.example.com/square?shop=1");
    let verifier = Verifier::new(setup(), secret()).expect("usable");
    let server = Server::start(VerifyLayer::new(verifier)).await;
    let signer = Signer::new(setup(), secret()).expect("usable");
    let headers = signer.sign(None, UnixTime::now(), BODY.as_bytes());
    let headers = lines(&headers.expect("signable"));

    for (target, status) in [
        ("/square?shop=1", 200),
        ("http://localhost/square?shop=1", 200),
        ("/square?shop=2", 401),
        ("/square", 401),
        ("/square?shop=%31", 401),
    ] {
        let answer = post(server.address, target, &headers, BODY).await;
        assert_eq!(answer.status, status, "{target}");
    }
}

#[tokio::test]
async fn deliveries_at_a_time_do_not_get_each_others_verdict() {
    let server = server(Provider::GitHub).await;
    let address = server.address;
    let mut clients = JoinSet::new();
    for number in 0..64 {
        clients.spawn(async move {
            let body = format!("{{\"number\":{number}}}");
            let headers = sign(Provider::GitHub, &body);
            let is_genuine = number % 2 == 0;
            let sent = if is_genuine { &body } else { BODY };
            let answer = post(address, "/", &headers, sent).await;
            let expected = format!("github 2026-11 none {body}");
            match is_genuine {
                true => assert_eq!((answer.status, answer.body), (200, expected)),
                false => assert_eq!((answer.status, answer.body), (401, String::new())),
            }
        });
    }
    assert_eq!(clients.join_all().await.len(), 64);
}

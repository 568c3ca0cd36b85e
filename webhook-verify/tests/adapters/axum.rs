//! The extractor for axum.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{any, post};
use axum::{Extension, Router};
use bytes::Bytes;
use tokio::net::TcpListener;
use webhook_verify::tower::{Arrival, VerifyLayer};
use webhook_verify::{Delivery, Proof, Provider, Refused, Signer, UnixTime, Verifier};

use crate::delivery::{BODY, lines, secret, sign, sign_at, verifier};
use crate::exchange::{Answer, exchange, head, post as deliver};

async fn repeat(delivery: Delivery) -> Vec<u8> {
    let (body, proof) = delivery.into_parts();
    let said = format!("{} {} ", proof.scheme(), proof.secret_label());
    [said.as_bytes(), &body].concat()
}

fn github() -> Router {
    Router::new()
        .route("/", any(repeat))
        .with_state(Arc::new(verifier(Provider::GitHub)))
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test]
async fn a_handler_gets_a_genuine_delivery() {
    let address = serve(github()).await;
    let answer = deliver(address, "/", &sign(Provider::GitHub, BODY), BODY).await;
    assert_eq!(
        (answer.status, answer.body),
        (200, format!("github 2026-11 {BODY}"))
    );
}

#[tokio::test]
async fn what_is_missing_wrong_or_late_is_answered_alike() {
    let stripe = Arc::new(verifier(Provider::Stripe));
    let address = serve(Router::new().route("/", post(repeat)).with_state(stripe)).await;
    let stale = sign_at(Provider::Stripe, UnixTime::from_secs(1_700_000_000), BODY);

    let missing = deliver(address, "/", &[], BODY).await;
    let wrong = deliver(address, "/", &sign(Provider::Stripe, BODY), "{}").await;
    let late = deliver(address, "/", &stale, BODY).await;
    assert_eq!((missing.status, missing.body.as_str()), (401, ""));
    assert_eq!([&wrong, &late], [&missing, &missing]);
}

#[tokio::test]
async fn the_limit_is_the_one_of_axum() {
    let length = BODY.len();
    for (limit, status) in [(length, 200), (length - 1, 413)] {
        let address = serve(github().layer(DefaultBodyLimit::max(limit))).await;
        let headers = sign(Provider::GitHub, BODY);
        let answer = deliver(address, "/", &headers, BODY).await;
        assert_eq!(answer.status, status);

        let head = head("POST /", &headers);
        let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{BODY}\r\n");
        let answer = exchange(address, &(chunked + "0\r\n\r\n")).await;
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn a_broken_body_is_the_senders_fault() {
    let address = serve(github()).await;
    let head = head("POST /", &sign(Provider::GitHub, BODY));
    let broken = format!("{head}transfer-encoding: chunked\r\n\r\nx\r\n\r\n");
    let answer = exchange(address, &broken).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, ""));
}

#[tokio::test]
async fn the_signed_address_keeps_what_a_nested_router_does_not_see() {
    let setup = || Provider::Square.at("https://hooks.example.com");
    let signed_for = Provider::Square.at("https://hooks.example.com/webhooks/square?shop=1");
    let signer = Signer::new(signed_for, secret()).expect("usable");
    let headers = signer.sign(None, UnixTime::now(), BODY.as_bytes());
    let headers = lines(&headers.expect("signable"));

    let square = Verifier::new(setup(), secret()).expect("usable");
    let inner = Router::new()
        .route("/square", post(repeat))
        .with_state(Arc::new(square));
    let address = serve(Router::new().nest("/webhooks", inner)).await;
    for (target, status) in [
        ("/webhooks/square?shop=1", 200),
        ("/webhooks/square?shop=2", 401),
    ] {
        let answer = deliver(address, target, &headers, BODY).await;
        assert_eq!(answer.status, status, "{target}");
    }
}

/// The state of an application, of which the verifier is a part.
#[derive(Clone)]
struct Application {
    name: &'static str,
    verifier: Arc<Verifier>,
}

impl FromRef<Application> for Arc<Verifier> {
    fn from_ref(application: &Application) -> Self {
        Self::clone(&application.verifier)
    }
}

#[tokio::test]
async fn a_handler_may_look_at_the_reason() {
    async fn look(delivery: Result<Delivery, Refused>) -> Result<String, (String, Refused)> {
        match delivery {
            Ok(delivery) => Ok(delivery.proof().scheme().to_owned()),
            Err(refused) => Err((refused.to_string(), refused)),
        }
    }
    let seen = look(Err(Refused::TooLarge)).await;
    assert_eq!(seen.expect_err("refused").0, "the body is too large");

    async fn told(delivery: Result<Delivery, Refused>) -> Result<&'static str, Refused> {
        delivery.map(|_| "genuine")
    }
    let application = Application {
        name: "shop",
        verifier: Arc::new(verifier(Provider::GitHub)),
    };
    assert_eq!(application.name, "shop");
    let address = serve(Router::new().route("/", post(told)).with_state(application)).await;
    let answer = deliver(address, "/", &sign(Provider::GitHub, BODY), BODY).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "genuine"));
    let answer = deliver(address, "/", &[], BODY).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, ""));
}

#[tokio::test]
async fn a_router_behind_the_layer_reads_genuine_bodies_only() {
    async fn hook(Extension(proof): Extension<Proof>, body: Bytes) -> Vec<u8> {
        let said = format!("{} {} ", proof.scheme(), proof.secret_label());
        [said.as_bytes(), &body].concat()
    }
    let app = Router::new()
        .route("/", post(hook))
        .layer(VerifyLayer::new(verifier(Provider::GitHub)));
    let address = serve(app).await;
    let answer = deliver(address, "/", &sign(Provider::GitHub, BODY), BODY).await;
    assert_eq!(
        (answer.status, answer.body),
        (200, format!("github 2026-11 {BODY}"))
    );
    let Answer { status, body, .. } = deliver(address, "/", &[], BODY).await;
    assert_eq!((status, body.as_str()), (401, ""));
}

#[tokio::test]
async fn a_layer_around_the_router_lets_handlers_read_while_it_verifies() {
    async fn hook(Extension(arrival): Extension<Arrival>, body: Body) -> Vec<u8> {
        match to_bytes(body, usize::MAX).await {
            Ok(body) => {
                let proof = arrival.proof().expect("the end has come");
                [proof.scheme().as_bytes(), b" ", &body].concat()
            }
            Err(refused) => refused.to_string().into_bytes(),
        }
    }
    let app = Router::new()
        .route("/", post(hook))
        .layer(VerifyLayer::new(verifier(Provider::GitHub)).streaming());
    let address = serve(app).await;
    let headers = sign(Provider::GitHub, BODY);
    let Answer { status, body, .. } = deliver(address, "/", &headers, BODY).await;
    assert_eq!((status, body), (200, format!("github {BODY}")));
    let Answer { status, body, .. } = deliver(address, "/", &headers, "{}").await;
    assert_eq!((status, body.as_str()), (401, ""));
}

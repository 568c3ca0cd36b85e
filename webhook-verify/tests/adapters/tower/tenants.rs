//! A verifier for each request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use tokio::task::yield_now;
use webhook_verify::tower::{Resolve, VerifyLayer};
use webhook_verify::{Provider, Secret, Signer, UnixTime, Unresolved, Verifier};

use super::server::Server;
use crate::delivery::{BODY, lines};
use crate::exchange::{exchange, head, post};

/// Two tenants, and a third whose secrets are in a store that does not answer.
#[derive(Clone)]
struct Tenants(Arc<HashMap<String, Arc<Verifier>>>);

impl Tenants {
    fn new() -> Self {
        let tenant = |name: &str| {
            let verifier = Verifier::new(Provider::GitHub, secret(name)).expect("usable");
            (format!("/{name}"), Arc::new(verifier))
        };
        Self(Arc::new(HashMap::from(["one", "two"].map(tenant))))
    }
}

impl Resolve for Tenants {
    async fn resolve(&self, head: &Parts) -> Result<Arc<Verifier>, Unresolved> {
        yield_now().await;
        if head.uri.path() == "/three" {
            let retry_after = Duration::from_millis(1_500);
            return Err(Unresolved::Unavailable { retry_after });
        }
        let found = self.0.get(head.uri.path()).cloned();
        found.ok_or(Unresolved::Unknown)
    }
}

fn secret(tenant: &str) -> Secret {
    Secret::new(format!("the secret of tenant {tenant}")).labelled(tenant)
}

fn sign_as(tenant: &str) -> Vec<(String, String)> {
    let signer = Signer::new(Provider::GitHub, secret(tenant)).expect("usable");
    let headers = signer.sign(None, UnixTime::now(), BODY.as_bytes());
    lines(&headers.expect("signable"))
}

#[tokio::test]
async fn each_tenant_is_verified_with_its_own_secret() {
    let server = Server::start(VerifyLayer::resolving(Tenants::new())).await;
    for (path, signer, status) in [
        ("/one", "one", 200),
        ("/two", "two", 200),
        ("/one", "two", 401),
        ("/two", "one", 401),
        ("/four", "one", 404),
    ] {
        let answer = post(server.address, path, &sign_as(signer), BODY).await;
        assert_eq!(answer.status, status, "{path} signed by {signer}");
        let said = answer.body.starts_with(&format!("github {signer} "));
        assert_eq!(said, status == 200, "{answer:?}");
    }
}

#[tokio::test]
async fn secrets_that_cannot_be_had_are_not_the_senders_fault() {
    let mut server = Server::start(VerifyLayer::resolving(Tenants::new())).await;
    let answer = post(server.address, "/three", &sign_as("one"), BODY).await;
    assert_eq!((answer.status, answer.body.as_str()), (503, ""));
    assert!(answer.has("retry-after: 2"), "{answer:?}");
    assert_eq!(server.refused().await, "the secrets cannot be had now");
}

#[tokio::test]
async fn nothing_is_read_for_a_tenant_that_is_unknown() {
    let server = Server::start(VerifyLayer::resolving(Tenants::new())).await;
    let head = head("POST /four", &[]);
    let announced = format!("{head}content-length: 5\r\n\r\n");
    assert_eq!(exchange(server.address, &announced).await.status, 404);
}

#[tokio::test]
async fn a_closure_is_a_resolver() {
    let tenants = Tenants::new();
    let layer = VerifyLayer::resolving(move |head: &Parts| {
        let tenant = head.headers.get("x-tenant");
        let path = tenant.and_then(|name| Some(format!("/{}", name.to_str().ok()?)));
        let found = path.and_then(|path| tenants.0.get(&path).cloned());
        async move { found.ok_or(Unresolved::Unknown) }
    });
    let server = Server::start(layer).await;
    let mut headers = sign_as("two");
    headers.push(("x-tenant".into(), "two".into()));
    let answer = post(server.address, "/", &headers, BODY).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        post(server.address, "/", &sign_as("two"), BODY)
            .await
            .status,
        404
    );
}

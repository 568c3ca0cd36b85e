//! `https`, as far as it can be tried without a certificate that the world trusts.

use std::sync::Arc;

use http::Request;
use retry::Reason;
use retry::client::{Client, Error};
use retry::http::Fault;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::ask::Text;
use crate::world::{TERMS, World};

/// What is not TLS gets nothing to read, so that a POST can be sent again.
#[tokio::test]
async fn who_does_not_speak_tls_is_not_told_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("https://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answered = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            assert!(answered.is_ok());
        }
    });
    let world = World::with(Arc::new(Semaphore::new(0)));
    let client = Client::<Text, _>::with_webpki_roots(TERMS).expect("TLS");
    let post = Request::post(url)
        .body("a secret".into())
        .expect("a request");
    let error = client.timer(world).request(post).await.expect_err("no TLS");
    assert!(matches!(
        error.error(),
        Some(Fault::Error(Error::Connect(_)))
    ));
    assert_eq!(
        (error.attempts(), error.reason()),
        (3, Reason::RetriesSpent)
    );
}

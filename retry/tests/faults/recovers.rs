//! Servers that become better.

use std::sync::{Arc, Mutex};

use http::{Method, Request};
use http_body_util::BodyExt;
use retry::client::Error;
use retry::http::{Fault, Repeat};
use retry::{FailureKind, History, Reason};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::ask::{client, client2, request};
use crate::misbehaving::{Act, Misbehaving, OK};
use crate::world::{TERMS, World};

const BUSY: Act = Act::Answer(503, "");

#[tokio::test]
async fn a_post_is_sent_again_if_nobody_listened() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let server = Arc::new(Mutex::new(None));
    let starts = Arc::clone(&server);
    let world = World::with(Arc::new(Semaphore::new(0))).meanwhile(move || {
        let starts = Arc::clone(&starts);
        async move {
            let listener = TcpListener::bind(address).await.expect("the same port");
            *starts.lock().expect("unpoisoned") = Some(Misbehaving::on(listener, &[OK]));
        }
    });

    let post = request(&Method::POST, &format!("http://{address}/"), None);
    let response = client(TERMS, &world).request(post).await.expect("it is up");
    assert_eq!(response.status(), 200);
    let history = response.extensions().get::<History>();
    assert_eq!(history.map(History::attempts), Some(1));
    let server = server.lock().expect("unpoisoned");
    let seen = server.as_ref().expect("started").seen();
    assert_eq!((seen.len(), seen[0].body.as_str()), (1, "an order"));
}

#[tokio::test]
async fn a_post_is_sent_again_if_its_stream_was_refused() {
    for act in [Act::RefuseStream, Act::GoAwayUnseen] {
        let server = Misbehaving::start(&[act, act, OK]).await;
        let world = World::with(server.silences());
        let post = request(&Method::POST, &server.url("/"), None);
        let response = client2(TERMS, &world).request(post).await;
        assert_eq!(response.expect("the third is good").status(), 200);
    }
}

#[tokio::test]
async fn the_key_of_a_request_is_made_once_and_stays() {
    let server = Misbehaving::start(&[BUSY, Act::Reset, OK]).await;
    let world = World::with(server.silences());
    let client = client(TERMS.idempotency_keys(), &world);
    for _ in 0..2 {
        let post = request(&Method::POST, &server.url("/"), None);
        let response = client.request(post).await.expect("the third is good");
        assert_eq!(response.status(), 200);
        response.into_body().collect().await.expect("a short body");
    }
    let seen = server.seen();
    let keys: Vec<_> = seen.iter().map(|it| it.field("idempotency-key")).collect();
    assert!(keys[0].is_some());
    assert_eq!(keys, [keys[0], keys[0], keys[0], keys[3]]);
    assert_ne!(keys[0], keys[3]);
}

#[tokio::test]
async fn who_makes_a_request_may_have_it_repeated() {
    let server = Misbehaving::start(&[BUSY, OK]).await;
    let world = World::with(server.silences());
    let mut search = request(&Method::POST, &server.url("/search"), None);
    search.extensions_mut().insert(Repeat::Always);
    let response = client(TERMS, &world).request(search).await;
    assert_eq!(response.expect("an answer").status(), 200);

    let mut once = request(&Method::GET, &server.url("/"), None);
    once.extensions_mut().insert(Repeat::Never);
    let server = Misbehaving::start(&[BUSY]).await;
    *once.uri_mut() = server.url("/").parse().expect("an address");
    let response = client(TERMS, &world).request(once).await;
    assert_eq!(response.expect("an answer").status(), 503);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn each_wait_is_told() {
    let server =
        Misbehaving::start(&[Act::Answer(429, "retry-after: 7\r\n"), Act::Reset, OK]).await;
    let world = World::with(server.silences());
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let client = client(TERMS, &world).on_retry(move |retrying| {
        let line = format!("{} after {}", retrying.wait.as_secs_f64(), retrying.fault);
        let kind = retrying.failure.kind();
        tell.lock().expect("unpoisoned").push((kind, line));
    });
    let get = request(&Method::GET, &server.url("/?token=secret"), None);
    client.request(get).await.expect("the third is good");
    let told = told.lock().expect("unpoisoned");
    let (kinds, lines): (Vec<_>, Vec<_>) = told.iter().cloned().unzip();
    assert_eq!(kinds, [FailureKind::Throttled, FailureKind::Transient]);
    assert_eq!(lines[0], "7 after the answer was 429 Too Many Requests");
    assert!(lines[1].starts_with("1 after no answer: "), "{}", lines[1]);
    assert!(!lines[1].contains("secret"), "{}", lines[1]);
}

#[tokio::test]
async fn a_whole_answer_has_its_bounds() {
    let server = Misbehaving::start(&[OK, OK, BUSY]).await;
    let world = World::with(server.silences());
    let client = client(TERMS, &world);
    let get = || request(&Method::GET, &server.url("/"), None);
    let response = client.fetch(get(), 10).await.expect("ten bytes");
    assert_eq!(response.body(), "an answer\n");

    let error = client.fetch(get(), 9).await.expect_err("ten bytes");
    let last = error.error();
    let is_too_long = matches!(last, Some(Fault::Error(Error::TooLong { max_bytes: 9 })));
    assert!(is_too_long, "{last:?}");
    assert_eq!((error.reason(), error.attempts()), (Reason::Permanent, 1));

    let response = client.fetch(get(), 4).await.expect("an answer");
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (503, &b"an a"[..])
    );
}

#[tokio::test]
async fn an_address_without_a_host_is_asked_of_nobody() {
    let world = World::with(Arc::new(Semaphore::new(0)));
    let get = Request::get("/only/a/path")
        .body("".into())
        .expect("a request");
    let error = client(TERMS, &world)
        .request(get)
        .await
        .expect_err("nobody");
    assert!(matches!(error.error(), Some(Fault::Error(Error::Address))));
    assert_eq!((error.reason(), error.attempts()), (Reason::Permanent, 0));
}

//! What others got wrong.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Method, Request};
use http_body::Frame;
use http_body_util::StreamBody;
use retry::Reason;
use retry::client::{Client, Error};
use retry::http::{Fault, Terms};
use tokio::sync::Semaphore;

use crate::ask::{client, request};
use crate::misbehaving::{Act, Misbehaving, OK};
use crate::world::{DRAIN, POLICY, TERMS, World};

const BUSY: Act = Act::Answer(503, "");

/// octocrab 842: a request that was sent again had an empty body.
#[tokio::test]
async fn a_body_is_sent_again_with_its_request() {
    let server = Misbehaving::start(&[Act::Reset, BUSY, OK]).await;
    let world = World::with(server.silences());
    let put = request(&Method::PUT, &server.url("/"), None);
    let fetched = client(TERMS, &world).fetch(put, 100).await;
    assert_eq!(fetched.expect("the third is good").status(), 200);
    let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["an order"; 3]);
}

/// reqwest-middleware 44: a request with a stream for a body failed before it was sent at all. And
/// failsafe-go keeps any body in memory, however long.
#[tokio::test]
async fn a_stream_is_sent_and_sent_again_if_it_is_short() {
    for (chunks, sent) in [(3, 2), (300, 1)] {
        let server = Misbehaving::start(&[BUSY, OK]).await;
        let world = World::with(server.silences());
        let chunk = || Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(&[b'x'; 100])));
        let body = StreamBody::new(stream::iter((0..chunks).map(move |_| chunk())));
        let put = Request::put(server.url("/")).body(body).expect("a request");
        let client = Client::new(TERMS.replay(1_000)).timer(world);
        let response = client.request(put).await.expect("an answer");
        assert_eq!(response.status(), if sent == 2 { 200 } else { 503 });
        let lengths: Vec<_> = server.seen().iter().map(|seen| seen.body.len()).collect();
        assert_eq!(lengths, vec![chunks * 100; sent]);
        if sent == 1 {
            let reason = response.extensions().get::<Reason>();
            assert_eq!(reason, Some(&Reason::NotRepeatable));
        }
    }
}

/// dotnet/extensions 6708: the method was read from the answer, and without one POST was sent again.
#[tokio::test]
async fn a_post_without_an_answer_is_not_sent_again() {
    for act in [Act::Silence, Act::Reset, Act::Half] {
        let server = Misbehaving::start(&[act]).await;
        let world = World::with(server.silences());
        let post = request(&Method::POST, &server.url("/"), None);
        let fetched = client(TERMS, &world).fetch(post, 100).await;
        let error = fetched.expect_err("there is no answer");
        assert_eq!(error.reason(), Reason::NotRepeatable, "{error}");
        assert_eq!(server.seen().len(), 1);
    }
}

/// reqwest-retry 0.9: any method is sent again after 429 and 5xx. KittyCAD 1042: four API tokens for one.
#[tokio::test]
async fn a_post_that_was_answered_is_not_sent_again_without_a_key() {
    for status in [429, 500, 502, 503, 504] {
        let server = Misbehaving::start(&[Act::Answer(status, ""), OK]).await;
        let world = World::with(server.silences());
        let post = request(&Method::POST, &server.url("/"), None);
        let response = client(TERMS, &world)
            .request(post)
            .await
            .expect("an answer");
        assert_eq!(response.status(), status);
        let reason = response.extensions().get::<Reason>();
        assert_eq!(reason, Some(&Reason::NotRepeatable));
        assert_eq!(server.seen().len(), 1);
    }
}

/// reqwest-retry 0.9 keeps the answer while it waits, and drops it unread: the next attempt needs
/// another connection.
#[tokio::test]
async fn a_connection_is_used_again_after_an_answer_that_nobody_wants() {
    let server = Misbehaving::start(&[BUSY, BUSY, OK]).await;
    let world = World::with(server.silences());
    let get = request(&Method::GET, &server.url("/"), None);
    let response = client(TERMS, &world).request(get).await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!((server.seen().len(), server.connections()), (3, 1));
}

/// The same, where the answer is too long to be read for a connection.
#[tokio::test]
async fn nothing_is_held_while_somebody_waits() {
    let server = Misbehaving::start(&[Act::Endless, Act::Endless, OK]).await;
    let gone = server.silences();
    let world = World::with(Arc::new(Semaphore::new(0))).meanwhile(move || {
        let gone = Arc::clone(&gone);
        // The server knows that the client has let go, though that still waits.
        async move { gone.acquire().await.expect("open").forget() }
    });
    let get = request(&Method::GET, &server.url("/"), None);
    let client = client(TERMS.drain(1_000, DRAIN), &world);
    let response = client.request(get).await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!((server.seen().len(), server.connections()), (3, 3));
}

/// dotnet/extensions 7701: sleeps for 30 s although the deadline is earlier.
#[tokio::test]
async fn nobody_sleeps_past_the_deadline() {
    let server = Misbehaving::start(&[Act::Answer(503, "retry-after: 55\r\n")]).await;
    let world = World::with(server.silences());
    let policy = POLICY.deadline(Duration::from_secs(100));
    let get = request(&Method::GET, &server.url("/"), None);
    let client = client(Terms::new(policy), &world);
    let response = client.request(get).await.expect("an answer");
    assert_eq!(response.status(), 503);
    let reason = response.extensions().get::<Reason>();
    assert_eq!(reason, Some(&Reason::DeadlineWouldPass));
    assert_eq!(world.waits(), [Duration::from_secs(55)]);
}

/// What the last attempt brought is what the caller gets, and not that time is up.
#[tokio::test]
async fn the_error_is_the_real_one() {
    let server = Misbehaving::start(&[Act::Silence, Act::Reset, Act::Half]).await;
    let world = World::with(server.silences());
    let get = request(&Method::GET, &server.url("/"), None);
    let fetched = client(TERMS, &world).fetch(get, 100).await;
    let error = fetched.expect_err("there is no answer");
    let last = error.error();
    assert!(
        matches!(last, Some(Fault::Error(Error::Broken(_)))),
        "{last:?}"
    );
    assert_eq!(
        (error.attempts(), error.reason()),
        (3, Reason::RetriesSpent)
    );
}

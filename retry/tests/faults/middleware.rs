//! The middleware for reqwest.

use std::sync::Arc;

use http::{Extensions, Method};
use reqwest::Body;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use retry::http::Fault;
use retry::reqwest::RetryMiddleware;
use retry::{Budget, GaveUp, History, Reason};

use crate::misbehaving::{Act, Misbehaving, OK};
use crate::world::{TERMS, World};

const BUSY: Act = Act::Answer(503, "");

type Failed = GaveUp<Fault<reqwest_middleware::Error>>;

fn client(world: &World) -> ClientWithMiddleware {
    let retry = RetryMiddleware::new(TERMS, world.clone());
    ClientBuilder::new(reqwest::Client::new())
        .with(retry)
        .build()
}

/// Why there is no answer.
fn failed(result: Result<reqwest::Response, reqwest_middleware::Error>) -> Failed {
    match result.expect_err("there is no answer") {
        reqwest_middleware::Error::Middleware(error) => error.downcast().expect("ours"),
        error @ reqwest_middleware::Error::Reqwest(_) => panic!("{error}"),
    }
}

#[tokio::test]
async fn an_answer_comes_after_two_that_nobody_wants() {
    let server = Misbehaving::start(&[BUSY, Act::Reset, OK]).await;
    let world = World::with(server.silences());
    let response = client(&world).get(server.url("/a?b=c")).send().await;
    let response = response.expect("the third is good");
    assert_eq!(response.url().as_str(), server.url("/a?b=c"));
    let history = response.extensions().get::<History>();
    assert_eq!(history.map(History::attempts), Some(2));
    assert_eq!(response.text().await.expect("a text"), "an answer\n");
}

/// reqwest-retry 0.9: a POST is sent again after 429 and 5xx.
#[tokio::test]
async fn a_post_is_sent_once_and_with_a_key_again() {
    for (key, sent) in [(None, 1), (Some("\"7c4a\""), 3)] {
        for act in [BUSY, Act::Answer(429, ""), Act::Reset] {
            let server = Misbehaving::start(&[act]).await;
            let world = World::with(server.silences());
            let mut post = client(&world).post(server.url("/")).body("an order");
            if let Some(key) = key {
                post = post.header("idempotency-key", key);
            }
            drop(post.send().await);
            let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
            assert_eq!(bodies, vec!["an order"; sent], "{act:?}");
        }
    }
}

/// reqwest-middleware 44, 214: a stream failed before it was sent.
#[tokio::test]
async fn a_stream_is_sent_and_sent_again_if_it_is_short() {
    let server = Misbehaving::start(&[BUSY, OK]).await;
    let world = World::with(server.silences());
    // A body that reqwest cannot clone.
    let stream = Body::wrap("an order".to_owned());
    assert!(stream.as_bytes().is_none());
    let put = client(&world).put(server.url("/")).body(stream);
    let response = put.send().await.expect("the second is good");
    assert_eq!(response.status(), 200);
    let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["an order"; 2]);
}

#[tokio::test]
async fn a_post_is_sent_again_if_nobody_listened() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let world = World::with(Arc::new(tokio::sync::Semaphore::new(0)));
    let post = client(&world).post(format!("http://{address}/"));
    let error = failed(post.send().await);
    assert_eq!(
        (error.attempts(), error.reason()),
        (3, Reason::RetriesSpent)
    );
    let Some(Fault::Error(last)) = error.error() else {
        panic!("{error:?}");
    };
    assert!(last.is_connect());
}

/// reqwest-retry 0.9, in a note of its own: what a middleware behind adds is there in the next attempt.
#[tokio::test]
async fn extensions_do_not_leak_from_one_attempt_to_the_next() {
    #[derive(Clone)]
    struct Given;
    #[derive(Clone)]
    struct Left;
    struct Leaves;

    #[async_trait::async_trait]
    impl Middleware for Leaves {
        async fn handle(
            &self,
            request: reqwest::Request,
            extensions: &mut Extensions,
            next: Next<'_>,
        ) -> reqwest_middleware::Result<reqwest::Response> {
            assert!(extensions.get::<Given>().is_some());
            assert!(extensions.insert(Left).is_none());
            next.run(request, extensions).await
        }
    }

    let server = Misbehaving::start(&[BUSY, OK]).await;
    let world = World::with(server.silences());
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(RetryMiddleware::new(TERMS, world))
        .with(Leaves)
        .build();
    let get = client
        .request(Method::GET, server.url("/"))
        .with_extension(Given);
    let response = get.send().await.expect("the second is good");
    assert_eq!((response.status().as_u16(), server.seen().len()), (200, 2));
}

#[tokio::test]
async fn a_guard_is_asked_before_anything_is_repeated() {
    let server = Misbehaving::start(&[BUSY]).await;
    let world = World::with(server.silences());
    let budget = Arc::new(Budget::new().saved(1));
    let retry = RetryMiddleware::new(TERMS, world).guard(budget);
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(retry)
        .build();
    let response = client.get(server.url("/")).send().await.expect("an answer");
    let reason = response.extensions().get::<Reason>();
    assert_eq!(
        (reason, server.seen().len()),
        (Some(&Reason::BudgetSpent), 2)
    );
}

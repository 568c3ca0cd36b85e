//! What keeps a client from making an outage worse.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use retry::client::Client;
use retry::http::Terms;
use retry::nesting;
use retry::{BreakerPolicy, BreakerState, Budget, Hedge, Reason};
use tokio::sync::Semaphore;

use crate::ask::{Text, client, request};
use crate::misbehaving::{Act, Misbehaving, OK};
use crate::world::{POLICY, TERMS, World};

const BUSY: Act = Act::Answer(503, "");

/// Why there is no good answer to a GET.
async fn reason(
    client: &Client<Text, HttpConnector, World>,
    server: &Misbehaving,
) -> Option<Reason> {
    let get = request(&Method::GET, &server.url("/"), None);
    match client.request(get).await {
        Ok(response) => response.extensions().get().copied(),
        Err(gave_up) => Some(gave_up.reason()),
    }
}

fn authority(server: &Misbehaving) -> String {
    let url: http::Uri = server.url("/").parse().expect("an address");
    url.authority().expect("a host").to_string()
}

#[tokio::test]
async fn a_storm_of_503_opens_the_breaker_and_a_good_answer_closes_it() {
    let mut acts = vec![BUSY; 12];
    acts.push(OK);
    let server = Misbehaving::start(&acts).await;
    let world = World::with(server.silences());
    let breakers = BreakerPolicy::usual().failures(50, 12).probes(1);
    let client = client(TERMS, &world).breakers(breakers);
    for _ in 0..4 {
        assert_eq!(reason(&client, &server).await, Some(Reason::RetriesSpent));
    }
    assert_eq!(server.seen().len(), 12);

    // Nobody asks it now, though it would answer.
    for _ in 0..100 {
        assert_eq!(reason(&client, &server).await, Some(Reason::BreakerOpen));
    }
    assert_eq!(server.seen().len(), 12);

    let breaker = client.breaker(&authority(&server)).expect("it was asked");
    let BreakerState::Open { until } = breaker.state() else {
        panic!("{breaker:?}");
    };
    world.pass(until);
    assert_eq!(reason(&client, &server).await, None);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test]
async fn one_host_that_is_down_does_not_shut_another() {
    let down = Misbehaving::start(&[BUSY]).await;
    let up = Misbehaving::start(&[OK]).await;
    let world = World::with(down.silences());
    let breakers = BreakerPolicy::usual().failures(50, 3);
    let client = client(TERMS, &world).breakers(breakers);
    reason(&client, &down).await;
    assert_eq!(reason(&client, &down).await, Some(Reason::BreakerOpen));
    assert_eq!(reason(&client, &up).await, None);
}

#[tokio::test]
async fn a_thousand_requests_to_a_server_that_is_down_are_not_seven_thousand() {
    let server = Misbehaving::start(&[BUSY]).await;
    let world = World::with(server.silences());
    let client = client(TERMS, &world).breakers(None);
    for _ in 0..1_000 {
        reason(&client, &server).await;
    }
    // A tenth, and the 100 that a new budget has; time brings some more.
    let retries = server.seen().len() - 1_000;
    assert!((190..=230).contains(&retries), "{retries}");
}

#[tokio::test]
async fn all_hosts_together_share_a_budget() {
    let servers = [
        Misbehaving::start(&[BUSY]).await,
        Misbehaving::start(&[BUSY]).await,
    ];
    let world = World::with(servers[0].silences());
    let none_later = || {
        Budget::new()
            .ratio(0, 1)
            .at_least(0, Duration::from_secs(1))
    };
    let client =
        client(TERMS, &world).budgets(move || none_later().saved(2), none_later().saved(3));
    for server in &servers {
        reason(&client, server).await;
        reason(&client, server).await;
    }
    let seen = servers.map(|server| server.seen().len());
    assert_eq!(seen, [2 + 2, 2 + 1]);
}

#[tokio::test]
async fn a_bulkhead_lets_in_as_many_as_it_says() {
    let server = Misbehaving::start(&[Act::Silence]).await;
    let silences = server.silences();
    let world = World::with(Arc::new(Semaphore::new(0)));
    let client = client(TERMS, &world).bulkheads(1, 0);
    let first = tokio::spawn({
        let client = client.clone();
        let get = request(&Method::GET, &server.url("/"), None);
        async move { client.request(get).await.map(drop) }
    });
    silences.acquire().await.expect("open").forget();
    assert_eq!(reason(&client, &server).await, Some(Reason::NoRoom));
    first.abort();
    assert!(first.await.is_err_and(|error| error.is_cancelled()));
    // Who is gone has made room.
    let second = request(&Method::GET, &server.url("/"), None);
    let second = tokio::spawn(async move { client.request(second).await.map(drop) });
    silences.acquire().await.expect("open").forget();
    second.abort();
    assert_eq!(server.seen().len(), 2);
}

/// Three layers that send a request three times each send it 27 times.
#[tokio::test]
async fn within_the_attempt_of_another_a_request_is_sent_once() {
    let server = Misbehaving::start(&[BUSY]).await;
    let world = World::with(server.silences());
    let nested = client(TERMS, &world);
    let within = nesting::within(reason(&nested, &server)).await;
    assert_eq!((within, server.seen().len()), (Some(Reason::Nested), 1));

    let anyway = Terms::new(POLICY.even_if_nested());
    let nested = client(anyway, &world);
    let within = nesting::within(reason(&nested, &server)).await;
    assert_eq!(
        (within, server.seen().len()),
        (Some(Reason::RetriesSpent), 4)
    );
}

#[tokio::test]
async fn the_server_is_told_how_often_it_was_asked_before() {
    let server = Misbehaving::start(&[BUSY]).await;
    let world = World::with(server.silences());
    reason(&client(TERMS, &world), &server).await;
    let seen = server.seen();
    let told = seen
        .iter()
        .map(|seen| seen.field(nesting::PREVIOUS_ATTEMPTS));
    assert_eq!(told.collect::<Vec<_>>(), [None, Some("1"), Some("2")]);
}

#[cfg(feature = "ratelimit")]
#[tokio::test]
async fn a_client_waits_before_the_server_has_to_refuse() {
    const LAST: Act = Act::Answer(200, "ratelimit: \"a\";r=1;t=7\r\n");
    let server = Misbehaving::start(&[LAST, LAST, OK]).await;
    let world = World::with(server.silences());
    let client = client(TERMS, &world);
    for waits in [0, 0, 1, 1] {
        assert_eq!(reason(&client, &server).await, None);
        assert_eq!(world.waits(), vec![Duration::from_secs(7); waits]);
    }
}

#[cfg(feature = "ratelimit")]
#[tokio::test]
async fn a_client_does_not_wait_past_its_deadline() {
    let server = Misbehaving::start(&[Act::Answer(200, "ratelimit: \"a\";r=0;t=20\r\n")]).await;
    let world = World::with(server.silences());
    let terms = Terms::new(POLICY.deadline(Duration::from_secs(15)));
    let client = client(terms, &world);
    assert_eq!(reason(&client, &server).await, None);
    let get = request(&Method::GET, &server.url("/"), None);
    let error = client.request(get).await.expect_err("it would be refused");
    assert_eq!(error.reason(), Reason::DeadlineWouldPass);
    assert_eq!((error.attempts(), server.seen().len()), (0, 1));
}

#[tokio::test]
async fn a_second_copy_of_what_takes_long_brings_the_answer() {
    let mut acts = vec![OK; 10];
    acts.extend([Act::Silence, OK]);
    let server = Misbehaving::start(&acts).await;
    let world = World::with(Arc::new(Semaphore::new(0)));
    let client = client(TERMS, &world).hedges(|| Hedge::new().of_at_least(10));
    for _ in 0..11 {
        assert_eq!(reason(&client, &server).await, None);
    }
    // Both copies have arrived, in whichever order.
    server.silences().acquire().await.expect("open").forget();
    assert_eq!(server.seen().len(), 12);
}

#[tokio::test]
async fn there_are_no_two_of_a_post() {
    let mut acts = vec![OK; 10];
    acts.push(Act::Silence);
    let server = Misbehaving::start(&acts).await;
    let world = World::with(server.silences());
    let client = client(TERMS, &world).hedges(|| Hedge::new().of_at_least(10));
    for _ in 0..10 {
        assert_eq!(reason(&client, &server).await, None);
    }
    let post = request(&Method::POST, &server.url("/"), None);
    let error = client.request(post).await.expect_err("silence");
    assert_eq!(error.reason(), Reason::NotRepeatable);
    assert_eq!(server.seen().len(), 11);
}

#[tokio::test]
async fn a_server_may_say_that_it_is_enough() {
    let server = Misbehaving::start(&[Act::Answer(503, "x-should-retry: false\r\n")]).await;
    let world = World::with(server.silences());
    let client = client(TERMS, &world);
    assert_eq!(reason(&client, &server).await, Some(Reason::ToldToStop));
    assert_eq!(server.seen().len(), 1);
}

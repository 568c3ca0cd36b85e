//! A body that is verified while it is read, frame by frame.

use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use allocation_counter::measure;
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use futures_util::{FutureExt, StreamExt};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full, StreamBody};
use tokio::sync::mpsc::unbounded_channel;
use tower::{Layer, ServiceExt, service_fn};
use webhook_verify::tower::{ArrivingBody, VerifyLayer};
use webhook_verify::{Proof, Provider, Verifier};

use crate::delivery::{BODY, sign, verifier};

const LIMIT: usize = 4 << 20;

type Piece = Result<Frame<Bytes>, std::io::Error>;

fn data(piece: &'static str) -> Piece {
    Ok(Frame::data(Bytes::from(piece)))
}

/// What is behind the layer if these pieces come, for the test to read. The service has answered already.
async fn behind_layer<S>(signed: &str, pieces: S) -> ArrivingBody<StreamBody<S>>
where
    S: Stream<Item = Piece> + Send + 'static,
{
    let layer = VerifyLayer::new(verifier(Provider::GitHub)).limit(LIMIT);
    behind(layer, signed, pieces).await
}

async fn behind<S>(
    layer: VerifyLayer<Arc<Verifier>>,
    signed: &str,
    pieces: S,
) -> ArrivingBody<StreamBody<S>>
where
    S: Stream<Item = Piece> + Send + 'static,
{
    let (hand_over, mut body) = unbounded_channel();
    let keep = service_fn(move |request: Request<ArrivingBody<_>>| {
        let kept = hand_over.send(request.into_body());
        ready(kept.map(|()| Response::<Full<Bytes>>::new("early".into())))
    });
    let mut request = Request::post("/");
    for (name, value) in sign(Provider::GitHub, signed) {
        request = request.header(name, value);
    }
    let request = request.body(StreamBody::new(pieces)).expect("a request");
    let answer = layer.streaming().layer(keep).oneshot(request).await;
    // Nothing has been refused, nor verified.
    assert_eq!(answer.expect("the test listens").status(), 200);
    body.recv().await.expect("the service was reached")
}

#[tokio::test]
async fn the_last_piece_waits_for_the_verdict() {
    let pieces = stream::iter([data("a"), data(""), data("b"), data("c")]);
    let mut body = behind_layer("abc", pieces).await;
    let arrival = body.arrival();
    for (piece, is_known) in [("a", false), ("b", false), ("c", true)] {
        assert!(!body.is_end_stream());
        let frame = body.frame().await.expect("a piece").expect("genuine");
        assert_eq!(frame.into_data().expect("data"), piece);
        assert_eq!(arrival.proof().is_some(), is_known, "{piece}");
    }
    assert!(body.is_end_stream());
    for _ in 0..2 {
        assert!(body.frame().await.is_none());
    }
}

#[tokio::test]
async fn nobody_comes_to_the_end_of_what_was_refused() {
    let tampered = behind_layer("abc", stream::iter([data("a"), data("bd")])).await;
    let gave_up = Err(std::io::Error::other("the client gives up"));
    let broken = behind_layer("abc", stream::iter([data("abc"), gave_up])).await;
    for (mut body, reached, status) in [(tampered, "a", 401), (broken, "", 400)] {
        let mut read = Vec::new();
        let mut refusals = 0;
        while refusals < 3 {
            match body.frame().await.expect("no end") {
                Ok(frame) => read.extend(frame.into_data().expect("data")),
                Err(refused) => {
                    assert_eq!(refused.status(), status);
                    refusals += 1;
                }
            }
        }
        assert_eq!(read, reached.as_bytes());
        assert!(!body.is_end_stream());
        assert_eq!(body.arrival().refused().map(|it| it.status()), Some(status));
    }
}

#[tokio::test]
async fn a_log_that_panics_lets_nothing_through() {
    let layer = VerifyLayer::new(verifier(Provider::GitHub)).on_refused(|_, _| panic!("no log"));
    let mut body = behind(layer, "abc", stream::iter([data("abd")])).await;
    let refusing = catch_unwind(AssertUnwindSafe(|| body.frame().now_or_never()));
    assert!(refusing.is_err());
    let next = body.frame().await.expect("no end");
    assert_eq!(next.expect_err("refused").status(), 401);
}

#[tokio::test]
async fn no_length_is_promised_before_the_verdict() {
    let mut body = behind_layer("", stream::empty()).await;
    assert_eq!(body.size_hint().exact(), None);
    assert!(!body.is_end_stream());
    assert!(body.frame().await.is_none());
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(body.is_end_stream());
}

#[tokio::test]
async fn what_is_known_outlives_the_body() {
    let body = behind_layer("abc", stream::iter([data("abc")])).await;
    let arrival = body.arrival();
    assert_eq!(body.collect().await.expect("genuine").to_bytes(), "abc");
    assert_eq!(arrival.proof().map(Proof::scheme), Some("github"));
    assert!(arrival.refused().is_none());

    let body = behind_layer("abc", stream::iter([data("abc")])).await;
    let arrival = body.arrival();
    drop(body);
    assert!(arrival.proof().is_none() && arrival.refused().is_none());
}

#[tokio::test]
async fn memory_does_not_grow_with_the_body() {
    let piece = Bytes::from_static(&[b'x'; 1024]);
    let count = LIMIT / piece.len();
    let pieces = stream::repeat_with(move || Ok(Frame::data(piece.clone())));
    let mut body = behind_layer(&"x".repeat(LIMIT), pieces.take(count)).await;

    let mut read = 0;
    let cost = measure(|| {
        while let Some(Some(Ok(frame))) = body.frame().now_or_never() {
            read += frame.into_data().map_or(0, |piece| piece.len());
        }
    });
    assert_eq!(read, LIMIT);
    assert!(body.arrival().proof().is_some());
    // The proof owns what it says.
    assert!(cost.bytes_max < 1024, "{cost:?}");
    assert!(cost.count_total < 8, "{cost:?}");
}

#[tokio::test]
async fn a_service_that_fails_on_a_refused_body_does_not_break_the_connection() {
    let fail = service_fn(|request: Request<ArrivingBody<Full<Bytes>>>| async {
        let whole = request.into_body().collect().await;
        whole.map(|whole| Response::<Full<Bytes>>::new(whole.to_bytes().into()))
    });
    let layer = VerifyLayer::new(verifier(Provider::GitHub)).streaming();
    for (sent, status) in [(BODY, Ok(200)), ("{}", Ok(401))] {
        let mut request = Request::post("/");
        for (name, value) in sign(Provider::GitHub, BODY) {
            request = request.header(name, value);
        }
        let request = request.body(Full::from(sent)).expect("a request");
        let answer = layer.layer(fail).oneshot(request).await;
        let answer = answer.map(|answer| answer.status().as_u16());
        assert_eq!(answer.map_err(|refused| refused.status()), status);
    }
}

use alloc::borrow::ToOwned;
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::convert::Infallible;
use core::error::Error;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Empty, Full};
use proptest::prelude::*;

use super::*;

/// A body in pieces; none is one that has not come yet.
struct Pieces(VecDeque<Option<Result<&'static str, &'static str>>>);

impl Pieces {
    fn new(pieces: &[&'static str]) -> Self {
        Self(pieces.iter().map(|piece| Some(Ok(*piece))).collect())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        match self.0.pop_front() {
            Some(Some(piece)) => Poll::Ready(Some(piece.map(|data| Frame::data(data.into())))),
            Some(None) => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

fn full(text: impl Into<Bytes>) -> Full<Bytes> {
    Full::new(text.into())
}

fn poll<B>(sending: &mut Sending<B>) -> Poll<Option<Result<Frame<Bytes>, ReplayError>>>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    Pin::new(sending).poll_frame(&mut Context::from_waker(Waker::noop()))
}

/// All that can be read now, and why it does not go on.
fn read<B>(sending: &mut Sending<B>) -> (String, Poll<Option<String>>)
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut text = String::new();
    loop {
        match poll(sending) {
            Poll::Ready(Some(Ok(frame))) => {
                let data = frame.into_data().expect("no trailers");
                text += str::from_utf8(&data).expect("text");
            }
            Poll::Ready(Some(Err(error))) => return (text, Poll::Ready(Some(error.to_string()))),
            Poll::Ready(None) => return (text, Poll::Ready(None)),
            Poll::Pending => return (text, Poll::Pending),
        }
    }
}

/// octocrab 842: what was sent again was sent with an empty body.
#[test]
fn a_body_that_is_sent_again_is_not_empty() {
    let mut replay = Replay::new(full("order"), 64);
    for _ in 0..3 {
        let mut sending = replay.next().expect("small");
        assert_eq!(sending.size_hint().exact(), Some(5));
        assert_eq!(read(&mut sending), ("order".to_owned(), Poll::Ready(None)));
        assert!(sending.is_end_stream());
    }
}

/// reqwest-middleware 44: a request with a stream for a body failed before it was sent for the first
/// time, because the stream could not be cloned.
#[test]
fn a_stream_of_any_length_is_sent_once() {
    let long = "0123456789".repeat(10);
    let long: &'static str = long.leak();
    let mut replay = Replay::new(Pieces::new(&[long, long]), 100);
    let mut sending = replay.next().expect("the first");
    assert_eq!(read(&mut sending), (long.repeat(2), Poll::Ready(None)));
    assert!(!replay.can_be_sent());
    assert!(replay.next().is_none());
}

#[test]
fn a_stream_within_the_bound_is_sent_again_while_it_is_still_coming() {
    let mut pieces = Pieces::new(&["a", "b"]);
    pieces.0.push_back(None);
    pieces.0.push_back(Some(Ok("c")));
    let mut replay = Replay::new(pieces, 100);
    let mut first = replay.next().expect("the first");
    assert_eq!(read(&mut first), ("ab".to_owned(), Poll::Pending));

    let mut second = replay.next().expect("the second");
    assert_eq!(read(&mut second), ("abc".to_owned(), Poll::Ready(None)));
    assert_eq!(
        replay.next().map(|mut it| read(&mut it).0),
        Some("abc".to_owned())
    );
}

#[test]
fn who_is_superseded_breaks_off_instead_of_taking_what_another_needs() {
    let mut replay = Replay::new(Pieces::new(&["a", "b"]), 100);
    let mut first = replay.next().expect("the first");
    assert!(poll(&mut first).is_ready());
    let mut second = replay.next().expect("the second");
    let broken = Poll::Ready(Some("the request is being sent again".to_owned()));
    assert_eq!(read(&mut first), (String::new(), broken));
    assert_eq!(read(&mut second).0, "ab");
}

#[test]
fn who_waits_for_more_is_woken_when_it_is_superseded() {
    let wakes = Arc::new(Wakes::default());
    let mut pieces = Pieces::new(&["a"]);
    pieces.0.push_back(None);
    let mut replay = Replay::new(pieces, 100);
    let mut first = replay.next().expect("the first");
    assert!(poll(&mut first).is_ready());
    let waker = Arc::clone(&wakes).into();
    let waiting = pin!(first).poll_frame(&mut Context::from_waker(&waker));
    assert!(waiting.is_pending());
    assert_eq!(wakes.count(), 0);
    let second = replay.next();
    assert!(second.is_some());
    assert_eq!(wakes.count(), 1);
}

#[test]
fn a_body_that_breaks_off_by_itself_is_not_sent_again() {
    let mut pieces = Pieces::new(&["a"]);
    pieces.0.push_back(Some(Err("disk")));
    let mut replay = Replay::new(pieces, 100);
    let mut sending = replay.next().expect("the first");
    let broken = Poll::Ready(Some("the body of the request broke off".to_owned()));
    assert_eq!(read(&mut sending), ("a".to_owned(), broken));
    assert!(replay.next().is_none());
}

#[test]
fn a_body_that_is_too_large_can_be_sent_as_long_as_nothing_was_read_of_it() {
    let mut replay = Replay::new(full("0123456789".repeat(10)), 99);
    assert!(replay.next().is_some());
    let mut second = replay.next().expect("the first read nothing");
    assert_eq!(read(&mut second).0.len(), 100);
    assert!(replay.next().is_none());
}

#[test]
fn a_body_of_exactly_the_bound_is_kept() {
    let mut replay = Replay::new(full("0123456789".repeat(10)), 100);
    assert_eq!(replay.next().map(|mut it| read(&mut it).0.len()), Some(100));
    assert!(replay.can_be_sent());
}

#[test]
fn a_body_of_tiny_frames_does_not_take_more_than_its_bound() {
    let mut replay = Replay::new(Pieces::new(&["x"; 100]), 1_000);
    let mut sending = replay.next().expect("the first");
    assert_eq!(read(&mut sending).0.len(), 100);
    assert!(!replay.can_be_sent());
}

#[test]
fn an_empty_body_can_be_sent_for_ever() {
    let mut replay = Replay::new(Empty::<Bytes>::new(), 0);
    for _ in 0..3 {
        let sending = replay.next().expect("nothing to keep");
        assert!(sending.is_end_stream());
        assert_eq!(sending.size_hint().exact(), Some(0));
    }
}

#[test]
fn a_body_that_nobody_will_send_again_is_kept_no_longer() {
    let mut replay = Replay::new(Pieces::new(&["a", "b", "c"]), 100);
    let mut first = replay.next().expect("the first");
    assert!(poll(&mut first).is_ready());
    let recording = replay.recording.clone().expect("it is not empty");
    drop(replay);
    assert_eq!(read(&mut first), ("bc".to_owned(), Poll::Ready(None)));
    assert_eq!(recording.lock().kept_bytes(), 0);
}

#[test]
fn trailers_are_sent_again_too() {
    let mut trailers = HeaderMap::new();
    trailers.insert("digest", http::HeaderValue::from_static("abc"));
    let mut replay = Replay::new(WithTrailers(Some(trailers.clone())), 100);
    for _ in 0..2 {
        let mut sending = replay.next().expect("small");
        let Poll::Ready(Some(Ok(frame))) = poll(&mut sending) else {
            panic!("a frame");
        };
        assert_eq!(frame.into_trailers().ok(), Some(trailers.clone()));
        assert_eq!(read(&mut sending), (String::new(), Poll::Ready(None)));
    }
}

#[test]
fn debug_shows_no_bytes() {
    let mut replay = Replay::new(full("password"), 64);
    let mut sending = replay.next().expect("small");
    assert_eq!(read(&mut sending).0, "password");
    let shown = alloc::format!("{replay:?} {sending:?}");
    assert!(!shown.contains("password"), "{shown}");
}

proptest! {
    /// However a body comes, and wherever attempts break off, each attempt sees its beginning, and the
    /// last sees all of it.
    #[test]
    fn every_attempt_sees_the_same_body(
        pieces in prop::collection::vec("[a-z]{0,9}", 0..8),
        breaks in prop::collection::vec(0_usize..10, 0..5),
    ) {
        let whole = pieces.concat();
        let leaked: Vec<&'static str> = pieces.into_iter().map(|piece| &*piece.leak()).collect();
        let mut replay = Replay::new(Pieces::new(&leaked), 4_096);
        for frames in breaks {
            let mut sending = replay.next().expect("within the bound");
            let mut text = String::new();
            for _ in 0..frames {
                if let Poll::Ready(Some(Ok(frame))) = poll(&mut sending) {
                    text += str::from_utf8(&frame.into_data().expect("data")).expect("text");
                }
            }
            prop_assert!(whole.starts_with(&text));
        }
        let mut last = replay.next().expect("within the bound");
        prop_assert_eq!(read(&mut last), (whole, Poll::Ready(None)));
    }
}

struct WithTrailers(Option<HeaderMap>);

impl Body for WithTrailers {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|trailers| Ok(Frame::trailers(trailers))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}

#[derive(Default)]
struct Wakes(core::sync::atomic::AtomicUsize);

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(core::sync::atomic::Ordering::Relaxed)
    }
}

impl alloc::task::Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
    }
}

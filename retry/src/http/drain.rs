//! Responses that nobody wants.

use core::future::poll_fn;
use core::pin::pin;

use bytes::Buf;
use http_body::Body;

/// Reads what is left of a response that is not wanted, so that its connection can serve the next
/// request; but no more than so many bytes, because a new connection is cheaper then. Says whether it
/// has come to the end. The body is gone either way.
///
/// It takes as long as the other side does: bound it in time, too.
///
/// ```
/// use bytes::Bytes;
/// use http_body_util::Full;
/// use retry::http::drain;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// assert!(drain(Full::<Bytes>::from("come back later"), 1_024).await);
/// assert!(!drain(Full::<Bytes>::from("a".repeat(2_000)), 1_024).await);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn drain(body: impl Body, max_bytes: usize) -> bool {
    if body.size_hint().lower() > max_bytes as u64 {
        return false;
    }
    let mut body = pin!(body);
    let mut left = max_bytes;
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(frame) = frame else { return false };
        let bytes = frame.data_ref().map_or(0, Buf::remaining);
        let Some(fewer) = left.checked_sub(bytes) else {
            return false;
        };
        left = fewer;
    }
    true
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use core::future::Future;
    use core::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use http_body::Frame;
    use http_body_util::{BodyExt, Full, StreamBody};

    use super::*;

    /// Whether a body is read to its end, which is known at once.
    fn ends(body: impl Body, max_bytes: usize) -> bool {
        let mut drained = pin!(drain(body, max_bytes));
        let polled = drained
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(ends) = polled else {
            panic!("all of the body is there");
        };
        ends
    }

    /// A body that does not say how long it is.
    fn pieces(pieces: &'static [Result<&'static str, &'static str>]) -> impl Body {
        let frames = pieces.iter().map(|piece| match piece {
            Ok(text) => Ok(Frame::data(Bytes::from_static(text.as_bytes()))),
            Err(error) => Err(Box::<dyn core::error::Error + Send + Sync>::from(*error)),
        });
        StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync()
    }

    #[test]
    fn as_much_as_is_allowed_is_read_and_not_a_byte_more() {
        assert!(ends(Full::new(Bytes::from_static(b"12345")), 5));
        assert!(!ends(Full::new(Bytes::from_static(b"12345")), 4));
        assert!(ends(pieces(&[Ok("123"), Ok("45")]), 5));
        assert!(!ends(pieces(&[Ok("123"), Ok("45")]), 4));
    }

    #[test]
    fn a_body_that_breaks_off_has_no_end() {
        assert!(!ends(pieces(&[Ok("123"), Err("reset")]), 5));
    }
}

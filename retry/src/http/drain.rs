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

//! Bodies that can be sent again.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;
use parking_lot::Mutex;

mod recording;
mod sending;

use self::recording::Recording;
pub use self::sending::{ReplayError, Sending};

/// The body of a request, which can be sent several times if it is small enough.
///
/// The first time it is sent as it comes, and what has been sent is kept; the second time what has been
/// kept goes first, and then what had not come yet. Nothing waits until the body is complete, and the
/// bytes are shared, not copied, if they are [`Bytes`] already.
///
/// A body that turns out to be larger than its bound is sent once, and cannot be sent again: that is
/// the rule of [gRPC][A6], where others hold any amount of memory, or refuse to send a stream at all.
///
/// ```
/// use bytes::Bytes;
/// use http_body_util::{BodyExt, Full};
/// use retry::http::Replay;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut replay = Replay::new(Full::<Bytes>::from("once more"), 1024);
/// for _ in 0..3 {
///     let body = replay.next().expect("within the bound");
///     assert_eq!(body.collect().await?.to_bytes(), "once more");
/// }
///
/// let mut replay = Replay::new(Full::<Bytes>::from("too long to be kept"), 8);
/// let body = replay.next().expect("any body can be sent once");
/// assert_eq!(body.collect().await?.to_bytes(), "too long to be kept");
/// assert!(replay.next().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [A6]: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
pub struct Replay<B> {
    /// None if there is nothing to send, which is to be known without a lock.
    recording: Option<Arc<Mutex<Recording<B>>>>,
}

impl<B: Body> Replay<B> {
    /// A body of which at most so many bytes are kept.
    pub fn new(body: B, max_bytes: usize) -> Self {
        if body.is_end_stream() {
            return Self { recording: None };
        }
        let recording = Recording::new(Box::pin(body), max_bytes);
        Self {
            recording: Some(Arc::new(Mutex::new(recording))),
        }
    }

    /// The body to send next, if it can still be sent. Those that were handed out before read no
    /// further than what has been kept; one that is still being sent breaks off there, with an error.
    #[expect(clippy::should_implement_trait, reason = "it does not end of itself")]
    pub fn next(&mut self) -> Option<Sending<B>> {
        let Some(recording) = &self.recording else {
            return Some(Sending::empty());
        };
        let reader = recording.lock().hand_over()?;
        Some(Sending::new(Arc::clone(recording), reader))
    }

    /// Whether there is a [`next`](Self::next).
    pub fn can_be_sent(&self) -> bool {
        let recording = self.recording.as_ref();
        recording.is_none_or(|recording| recording.lock().can_be_sent())
    }
}

/// Whoever drops it wants to send nothing again: what is being sent goes on without being kept.
impl<B> Drop for Replay<B> {
    fn drop(&mut self) {
        if let Some(recording) = &self.recording {
            recording.lock().keep_no_more();
        }
    }
}

impl<B> fmt::Debug for Replay<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.recording.as_ref().map(|it| it.lock().kept_bytes());
        f.debug_struct("Replay")
            .field("kept_bytes", &kept.unwrap_or_default())
            .finish_non_exhaustive()
    }
}

/// One frame of a body that has been kept.
#[derive(Clone, Debug)]
enum Piece {
    Data(Bytes),
    // Boxed, because it is rare and would make every piece large.
    Trailers(Box<HeaderMap>),
}

#[cfg(test)]
mod tests;

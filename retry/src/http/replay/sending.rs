//! A body on its way.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::error::Error;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use parking_lot::Mutex;

use super::Piece;
use super::recording::Recording;

/// The body of one attempt: what [`Replay::next`](super::Replay::next) hands out.
pub struct Sending<B> {
    recording: Option<Arc<Mutex<Recording<B>>>>,
    reader: u32,
    at: usize,
}

/// Why a body broke off while it was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The body itself did. It cannot be sent again.
    #[error("the body of the request broke off")]
    Body(#[source] Box<dyn Error + Send + Sync>),
    /// The request is being sent again, and the body with it.
    #[error("the request is being sent again")]
    Superseded,
}

impl<B> Sending<B> {
    /// The body of a request that has none.
    pub(crate) const fn empty() -> Self {
        Self {
            recording: None,
            reader: 0,
            at: 0,
        }
    }

    #[cfg(feature = "client")]
    pub(crate) const fn is_empty(&self) -> bool {
        self.recording.is_none()
    }

    pub(super) const fn new(recording: Arc<Mutex<Recording<B>>>, reader: u32) -> Self {
        Self {
            recording: Some(recording),
            reader,
            at: 0,
        }
    }
}

impl<B> Body for Sending<B>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = ReplayError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReplayError>>> {
        let Some(recording) = &self.recording else {
            return Poll::Ready(None);
        };
        let polled = recording.lock().poll_at(self.at, self.reader, cx);
        let Some(piece) = ready!(polled).transpose()? else {
            return Poll::Ready(None);
        };
        self.at += 1;
        Poll::Ready(Some(Ok(match piece {
            Piece::Data(data) => Frame::data(data),
            Piece::Trailers(trailers) => Frame::trailers(*trailers),
        })))
    }

    fn is_end_stream(&self) -> bool {
        let recording = self.recording.as_ref();
        recording.is_none_or(|recording| recording.lock().is_end(self.at))
    }

    fn size_hint(&self) -> SizeHint {
        let recording = self.recording.as_ref();
        recording.map_or_else(
            || SizeHint::with_exact(0),
            |recording| recording.lock().size_hint(self.at),
        )
    }
}

impl<B> fmt::Debug for Sending<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("pieces_sent", &self.at)
            .finish_non_exhaustive()
    }
}

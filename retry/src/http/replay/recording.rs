//! What has been read of a body, and what has not.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::error::Error;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};

use super::Piece;
use super::sending::ReplayError;

/// A body, and the beginning of it that has been kept.
///
/// One reader at a time reads on in the body: the last that it was handed to. All of them read what has
/// been kept.
pub(super) struct Recording<B> {
    rest: Pin<Box<B>>,
    kept: Vec<Piece>,
    kept_bytes: usize,
    max_bytes: usize,
    /// Whether all that has been read has been kept.
    is_whole: bool,
    /// Whether the body has come to its end, or to an error.
    is_over: bool,
    /// How often the body was handed over, which is the number of the reader who has it.
    reader: u32,
    /// Who waits for the rest.
    waiting: Option<Waker>,
}

impl<B> Recording<B> {
    pub(super) const fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }

    /// Lets the one who reads go on; there will be no other.
    pub(super) fn keep_no_more(&mut self) {
        self.is_whole = false;
        self.max_bytes = 0;
    }
}

impl<B> Recording<B>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// The frame at a position, for a reader.
    pub(super) fn poll_at(
        &mut self,
        at: usize,
        reader: u32,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Piece, ReplayError>>> {
        if let Some(piece) = self.kept.get(at) {
            return Poll::Ready(Some(Ok(piece.clone())));
        }
        if self.has_ended() {
            return Poll::Ready(None);
        }
        if reader != self.reader {
            return Poll::Ready(Some(Err(ReplayError::Superseded)));
        }
        let Poll::Ready(read) = self.rest.as_mut().poll_frame(cx) else {
            self.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        };
        Poll::Ready(match read {
            Some(Ok(frame)) => Some(Ok(self.keep(frame))),
            Some(Err(error)) => {
                self.forget();
                self.is_over = true;
                Some(Err(ReplayError::Body(error.into())))
            }
            None => {
                self.is_over = true;
                None
            }
        })
    }
}

impl<B: Body> Recording<B> {
    pub(super) fn new(rest: Pin<Box<B>>, max_bytes: usize) -> Self {
        let is_too_large = rest.size_hint().lower() > max_bytes as u64;
        Self {
            rest,
            kept: Vec::new(),
            kept_bytes: 0,
            // To keep a part of what cannot be kept as a whole is of no use.
            max_bytes: if is_too_large { 0 } else { max_bytes },
            is_whole: true,
            is_over: false,
            reader: 0,
            waiting: None,
        }
    }

    /// Whether all of the body can be read once more.
    pub(super) const fn can_be_sent(&self) -> bool {
        self.is_whole
    }

    /// The number of the reader who has the body from now on.
    pub(super) fn hand_over(&mut self) -> Option<u32> {
        if !self.is_whole {
            return None;
        }
        self.reader = self.reader.saturating_add(1);
        // Who waited is told that there is nothing to wait for, or its connection would stay open for it.
        if let Some(superseded) = self.waiting.take() {
            superseded.wake();
        }
        Some(self.reader)
    }

    /// Whether nothing is left for the reader at a position.
    pub(super) fn is_end(&self, at: usize) -> bool {
        at >= self.kept.len() && self.has_ended()
    }

    /// How much is left for the reader at a position.
    pub(super) fn size_hint(&self, at: usize) -> SizeHint {
        let ahead: u64 = self
            .kept
            .iter()
            .skip(at)
            .map(|piece| match piece {
                Piece::Data(data) => data.len() as u64,
                Piece::Trailers(_) => 0,
            })
            .sum();
        let rest = if self.is_over {
            SizeHint::with_exact(0)
        } else {
            self.rest.size_hint()
        };
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(ahead));
        }
        hint.set_lower(rest.lower().saturating_add(ahead));
        hint
    }

    fn has_ended(&self) -> bool {
        self.is_over || self.rest.is_end_stream()
    }

    fn keep(&mut self, frame: Frame<B::Data>) -> Piece {
        let piece = match frame.into_data() {
            Ok(mut data) => Piece::Data(data.copy_to_bytes(data.remaining())),
            Err(frame) => Piece::Trailers(Box::new(frame.into_trailers().unwrap_or_default())),
        };
        let bytes = self.kept_bytes.saturating_add(size(&piece));
        if self.is_whole && bytes <= self.max_bytes {
            self.kept.push(piece.clone());
            self.kept_bytes = bytes;
        } else {
            self.forget();
        }
        piece
    }

    fn forget(&mut self) {
        self.kept = Vec::new();
        self.kept_bytes = 0;
        self.is_whole = false;
    }
}

/// What a piece counts: no less than it takes to keep it, or a body of tiny frames would take more
/// memory than its bound.
fn size(piece: &Piece) -> usize {
    const LEAST: usize = 32;
    match piece {
        Piece::Data(data) => data.len().max(LEAST),
        Piece::Trailers(trailers) => trailers
            .iter()
            .map(|(name, value)| LEAST + name.as_str().len() + value.len())
            .sum(),
    }
}

//! A body that is verified while it is read.

use core::error::Error;
use core::fmt;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::boxed::Box;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use http::request::Parts;
use http_body::{Body, Frame, SizeHint};

use super::arrival::Arrival;
use super::layer::OnRefused;
use crate::body;
use crate::intake::Intake;
use crate::proof::Proof;
use crate::refused::Refused;
use crate::request::Request;
use crate::unix_time::UnixTime;
use crate::verifier::Verifier;

/// A body that is verified while it is read: what a service behind a
/// [`VerifyStreamLayer`](super::VerifyStreamLayer) takes.
///
/// **Its pieces are not verified, only its end is**: a frame of `None` if the delivery is genuine, and an
/// error if it is not. What was done with the pieces must be undone then.
///
/// The last piece is held back until the verdict is there. So a body that is not genuine is never
/// complete, not even for somebody who counts its bytes, and one that came in a single piece is not seen
/// at all. Once refused, it gives the same error with every call: whoever passes over errors does not
/// come to an end.
///
/// Trailers are dropped: no scheme signs them.
pub struct ArrivingBody<B> {
    body: Pin<Box<B>>,
    origin: Box<Origin>,
    /// What has come of the body, until there is a verdict.
    intake: Option<Box<Intake>>,
    /// The last piece that came, which is not empty unless there is none.
    held: Bytes,
    arrival: Arrival,
}

/// What a body belongs to.
pub(super) struct Origin {
    pub(super) verifier: Arc<Verifier>,
    pub(super) head: Parts,
    pub(super) on_refused: Arc<OnRefused>,
}

impl<B> ArrivingBody<B> {
    pub(super) fn new(body: B, origin: Origin, intake: Intake) -> Self {
        Self {
            body: Box::pin(body),
            origin: Box::new(origin),
            intake: Some(Box::new(intake)),
            held: Bytes::new(),
            arrival: Arrival::default(),
        }
    }

    /// What becomes of the delivery. It outlives the body.
    pub fn arrival(&self) -> Arrival {
        self.arrival.clone()
    }

    /// Takes a piece, and gives the one before it.
    fn hold(&mut self, piece: Bytes) -> Option<Bytes> {
        if piece.is_empty() {
            return None;
        }
        let earlier = mem::replace(&mut self.held, piece);
        (!earlier.is_empty()).then_some(earlier)
    }

    fn settle(&mut self, outcome: Result<Proof, Refused>) {
        self.arrival.settle(outcome.map_err(Arc::new));
        if let Some(refused) = self.arrival.refused() {
            self.held.clear();
            (self.origin.on_refused)(&self.origin.head, refused);
        }
    }

    /// What is there to be read once there is a verdict.
    fn rest(&mut self) -> Option<Result<Frame<Bytes>, Arc<Refused>>> {
        if let Some(refused) = self.arrival.refused() {
            return Some(Err(Arc::clone(refused)));
        }
        let last = mem::take(&mut self.held);
        (!last.is_empty()).then(|| Ok(Frame::data(last)))
    }
}

impl<B> ArrivingBody<B>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Takes a frame or the end, and gives the piece that may be handed on for it.
    fn take(&mut self, frame: Option<Result<Frame<B::Data>, B::Error>>) -> Option<Bytes> {
        let mut intake = self.intake.take()?;
        let Origin { verifier, head, .. } = &*self.origin;
        let outcome = match frame {
            Some(Ok(frame)) => {
                let piece = data_of(frame);
                match intake.push(verifier, &piece) {
                    Ok(()) => {
                        self.intake = Some(intake);
                        return self.hold(piece);
                    }
                    Err(rejection) => Err(rejection.into()),
                }
            }
            Some(Err(error)) => Err(body::refused(error.into())),
            None => intake
                .finish(verifier, Request::from(head).into(), UnixTime::now)
                .map(|arrived| arrived.to_proof())
                .map_err(Refused::from),
        };
        self.settle(outcome);
        None
    }
}

/// The bytes in a frame; none in trailers.
fn data_of(frame: Frame<impl Buf>) -> Bytes {
    match frame.into_data() {
        Ok(mut data) => data.copy_to_bytes(data.remaining()),
        Err(_) => Bytes::new(),
    }
}

impl<B> Body for ArrivingBody<B>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Arc<Refused>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Arc<Refused>>>> {
        let this = self.get_mut();
        while this.intake.is_some() {
            let frame = ready!(this.body.as_mut().poll_frame(cx));
            if let Some(piece) = this.take(frame) {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
        }
        Poll::Ready(this.rest())
    }

    fn is_end_stream(&self) -> bool {
        self.arrival.proof().is_some() && self.held.is_empty()
    }

    /// Exact once there is a proof. Before, there is no upper limit: an empty body would look complete.
    fn size_hint(&self) -> SizeHint {
        let held = self.held.len() as u64;
        if self.arrival.proof().is_some() {
            return SizeHint::with_exact(held);
        }
        let mut hint = SizeHint::new();
        hint.set_lower(self.body.size_hint().lower().saturating_add(held));
        hint
    }
}

impl<B> fmt::Debug for ArrivingBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrivingBody")
            .field("arrival", &self.arrival)
            .finish_non_exhaustive()
    }
}

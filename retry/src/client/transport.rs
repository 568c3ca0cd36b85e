//! One request, sent once.

use alloc::boxed::Box;
use core::convert::Infallible;
use core::error::Error as StdError;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::Connect;

use super::error::{Error, was_sent};
use super::hedged::can_be_two;
use super::host::Host;
use crate::http::exchange::{Lost, Transport};
use crate::http::{Sending, Sent, Terms, failed};
use crate::{Failure, Timer};

/// Gives answers as they come.
pub(super) struct Streamed<'a, B, C, T> {
    pub(super) inner: &'a legacy::Client<C, Sending<B>>,
    pub(super) terms: &'a Terms,
    pub(super) timer: &'a T,
    pub(super) host: &'a Host,
}

impl<B, C, T> Streamed<'_, B, C, T>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    C: Connect + Clone + Send + Sync + 'static,
    T: Timer + Sync,
{
    pub(super) async fn once(
        &self,
        request: Request<Sending<B>>,
    ) -> Result<Response<Incoming>, Lost<Error>> {
        let result = self.inner.request(request).await;
        let response = result.map_err(|error| Lost {
            sent: was_sent(&error),
            failure: Failure::transient(),
            error: error.into(),
        })?;
        let now = self.timer.now();
        self.host.learn(response.headers(), now, &self.terms.policy);
        Ok(response)
    }
}

impl<B, C, T> Transport<B> for Streamed<'_, B, C, T>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    C: Connect + Clone + Send + Sync + 'static,
    T: Timer + Sync,
    T::Sleep: Send,
{
    type Out = Incoming;
    type Error = Error;

    async fn send(
        &mut self,
        request: Request<Sending<B>>,
    ) -> Result<Response<Incoming>, Lost<Error>> {
        let (head, body) = request.into_parts();
        match self.host.hedge() {
            Some(hedge) if can_be_two(&head, &body) => self.hedged(hedge, head).await,
            _ => self.once(Request::from_parts(head, body)).await,
        }
    }
}

/// Gives answers when all of them has come.
pub(super) struct Whole<'a, B, C, T> {
    pub(super) streamed: Streamed<'a, B, C, T>,
    pub(super) max_bytes: usize,
}

impl<B, C, T> Transport<B> for Whole<'_, B, C, T>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    C: Connect + Clone + Send + Sync + 'static,
    T: Timer + Sync,
    T::Sleep: Send,
{
    type Out = Held;
    type Error = Error;

    async fn send(&mut self, request: Request<Sending<B>>) -> Result<Response<Held>, Lost<Error>> {
        let response = self.streamed.send(request).await?;
        let is_wanted = failed(&response).is_none();
        let (head, body) = response.into_parts();
        match read(body, self.max_bytes, is_wanted).await {
            Ok(bytes) => Ok(Response::from_parts(head, Held(bytes))),
            Err(error) => Err(Lost {
                failure: match error {
                    Error::TooLong { .. } => Failure::permanent(),
                    _ => Failure::transient(),
                },
                sent: Sent::Maybe,
                error,
            }),
        }
    }
}

/// Reads a body. One that is not wanted is only read as far as it comes and fits.
async fn read(mut body: Incoming, max_bytes: usize, is_wanted: bool) -> Result<Bytes, Error> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let data = match frame.map(Frame::into_data) {
            Ok(Ok(data)) => data,
            Ok(Err(_trailers)) => continue,
            Err(error) if is_wanted => return Err(Error::Broken(error)),
            Err(_) => break,
        };
        let room = max_bytes - read.len();
        if data.len() > room {
            if is_wanted {
                return Err(Error::TooLong { max_bytes });
            }
            read.extend_from_slice(&data[..room]);
            break;
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

/// A body that has been read already.
pub(super) struct Held(Bytes);

impl Held {
    pub(super) fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// Nothing is left to read of it.
impl Body for Held {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}

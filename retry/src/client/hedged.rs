//! Requests of which a second copy is sent if they take longer than most.

use alloc::boxed::Box;
use core::error::Error as StdError;

use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::Connect;

use super::error::Error;
use super::transport::Streamed;
use crate::http::exchange::Lost;
use crate::http::{Repeat, Sending, failed};
use crate::{Hedge, Timer};

/// What is not the answer yet, because the other copy may bring a better one.
enum Worse {
    Answer(Box<Response<Incoming>>),
    Lost(Lost<Error>),
}

/// Whether there can be two of a request: it may be repeated whatever became of it, and has no body.
pub(super) fn can_be_two<B>(head: &Parts, body: &Sending<B>) -> bool {
    body.is_empty() && Repeat::of(head) == Repeat::Always
}

impl<B, C, T> Streamed<'_, B, C, T>
where
    B: Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    C: Connect + Clone + Send + Sync + 'static,
    T: Timer + Sync,
    T::Sleep: Send,
{
    /// Sends a request without a body, and a second copy if it takes long.
    pub(super) async fn hedged(
        &self,
        hedge: &Hedge,
        head: Parts,
    ) -> Result<Response<Incoming>, Lost<Error>> {
        let raced = hedge.call(self.timer, self.host.budgets(), || {
            let copy = Request::from_parts(head.clone(), Sending::empty());
            async { better(self.once(copy).await) }
        });
        match raced.await {
            Ok(response) => Ok(response),
            Err(Worse::Answer(response)) => Ok(*response),
            Err(Worse::Lost(lost)) => Err(lost),
        }
    }
}

fn better(result: Result<Response<Incoming>, Lost<Error>>) -> Result<Response<Incoming>, Worse> {
    let response = result.map_err(Worse::Lost)?;
    if failed(&response).is_some() {
        return Err(Worse::Answer(Box::new(response)));
    }
    Ok(response)
}

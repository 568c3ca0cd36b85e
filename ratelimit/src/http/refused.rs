//! A request that may not pass.

use alloc::boxed::Box;
use alloc::string::String;

use http::header::{HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use thiserror::Error;

use super::problem::Problem;
use crate::store::StoreError;

/// A request that may not pass.
#[derive(Debug, Error)]
pub enum Refused {
    /// A rule refuses. This is the answer: a [`Problem`] and the header fields.
    #[error("a limit refuses: {}", .0.status())]
    Limited(Box<Response<String>>),
    /// The store cannot say.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl Refused {
    /// The answer to the client: of a store that cannot say it says nothing but that.
    pub fn to_response<B: From<String>>(&self) -> Response<B> {
        match self {
            Self::Limited(answer) => (**answer).clone().map(B::from),
            Self::Unavailable(StoreError::Unavailable(_)) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let mut response = Problem::blank(status).to_response();
                response.headers_mut().insert(RETRY_AFTER, SOON);
                response
            }
            // Coming again does not help.
            Self::Unavailable(_) => Problem::blank(StatusCode::INTERNAL_SERVER_ERROR).to_response(),
        }
    }
}

/// When to ask again after an outage, in seconds.
const SOON: HeaderValue = HeaderValue::from_static("1");

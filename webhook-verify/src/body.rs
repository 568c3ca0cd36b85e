//! Reading a body to its end.

use alloc::boxed::Box;
use core::error::Error;
use core::iter::successors;

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError};

use crate::refused::Refused;

/// A whole body, of a type that keeps to a limit.
pub(crate) async fn read<B>(body: B) -> Result<Bytes, Refused>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    match body.collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) => Err(refused(error.into())),
    }
}

/// Why a body has no end. The limit may be one of several, each of which wraps the error of the one
/// inside.
pub(crate) fn refused(error: Box<dyn Error + Send + Sync>) -> Refused {
    let outermost: &(dyn Error + 'static) = &*error;
    match successors(Some(outermost), |&error| error.source()).any(|it| it.is::<LengthLimitError>())
    {
        true => Refused::TooLarge,
        false => Refused::BrokenBody(error),
    }
}
